import type { OutlinedDefinition } from "../../protocol/outline.ts";

/** The innermost definition that holds the zero-based line, `undefined` when none does. */
export function definitionAround(
  definitions: readonly OutlinedDefinition[],
  line: number,
): OutlinedDefinition | undefined {
  return definitions
    .filter(({ range: { start, end } }) => {
      const endLine = end.character === 0 ? end.line : end.line + 1;
      return line >= start.line && line < endLine;
    })
    .toSorted((a, b) => b.range.start.line - a.range.start.line)[0];
}
