/** Runs a language's query over a tree and sorts what it finds. */
import type { Query, Tree } from "web-tree-sitter";
import type { SymbolKind } from "../../../protocol/types.ts";
import type { DefinitionCapture, LanguageSpec } from "./languageSpec.ts";

/** A definition as the query found it. Offsets are UTF-16 units. */
export interface RawDefinition {
  start: number;
  end: number;
  readonly nameStart: number;
  readonly nameEnd: number;
  kind: DefinitionCapture;
  patternIndex: number;
  /** Name of the type that a method belongs to, where that is written apart from it. */
  owner: string | undefined;
}

/** Part of a text, half-open. */
export interface Span {
  start: number;
  end: number;
}

/** All that one run of a query yields. */
export interface QueryFindings {
  readonly definitions: RawDefinition[];
  readonly leads: Span[];
  readonly uses: { offsets: number[]; names: string[] };
  readonly errors: readonly Span[];
}

/** `undefined` when `isLate` said so before the query was through. */
export function runQuery(
  text: string,
  tree: Tree,
  query: Query,
  spec: LanguageSpec,
  isLate: () => boolean,
): QueryFindings | undefined {
  const byName = new Map<number, RawDefinition>();
  const leads: Span[] = [];
  const uses = { offsets: [] as number[], names: [] as string[] };
  const errors: Span[] = [];
  let late = false;
  const addUse = (offset: number, word: string): void => {
    if (word.length < 2 || word.length > maxUseLength || spec.commonNames.has(word)) return;
    uses.offsets.push(offset);
    uses.names.push(word);
  };
  const matches = query.matches(tree.rootNode, { progressCallback: () => (late ||= isLate()) });
  if (late) return undefined;
  for (const { patternIndex, captures } of matches) {
    let name: Span | undefined;
    let definition: (Span & { kind: DefinitionCapture }) | undefined;
    let tailEnd = 0;
    let owner: string | undefined;
    for (const capture of captures) {
      const { node } = capture;
      const start = node.startIndex;
      switch (capture.name) {
        case "use": {
          const end = spec.exactUses === true ? node.endIndex : identifierEnd(text, start);
          addUse(start, text.slice(start, end));
          break;
        }
        case "path":
          addUse(start, lastSegment(text.slice(start, node.endIndex)));
          break;
        case "lead":
          leads.push({ start, end: trimmedEnd(text, start, node.endIndex) });
          break;
        case "name":
          name = { start, end: node.endIndex };
          break;
        case "owner":
          owner = text.slice(start, identifierEnd(text, start));
          break;
        case "tail":
          tailEnd = trimmedEnd(text, start, node.endIndex);
          break;
        case "error":
          errors.push({ start, end: Math.min(node.endIndex, text.length) });
          break;
        default:
          if (isDefinitionCapture(capture.name)) {
            definition = { kind: capture.name, start, end: trimmedEnd(text, start, node.endIndex) };
          }
      }
    }
    if (definition !== undefined) definition.end = Math.max(definition.end, tailEnd);
    if (definition === undefined || name === undefined) continue;
    const known = byName.get(name.start);
    if (known === undefined) {
      byName.set(name.start, {
        ...definition,
        nameStart: name.start,
        nameEnd: name.end,
        patternIndex,
        owner,
      });
      continue;
    }
    if (patternIndex < known.patternIndex) {
      known.kind = definition.kind;
      known.patternIndex = patternIndex;
    }
    known.owner ??= owner;
    known.start = Math.min(known.start, definition.start);
    known.end = Math.max(known.end, definition.end);
  }
  return { definitions: [...byName.values()], leads, uses, errors };
}

/**
 * UTF-16 units inside of errors and outside of definitions, which are given by rising start. After an error the parser often recovers:
 * what it recognised inside an error node is not lost.
 */
export function lengthOfErrors(errors: readonly Span[], definitions: readonly Span[]): number {
  let length = 0;
  let covered = 0;
  let next = 0;
  for (const error of errors.toSorted((a, b) => a.start - b.start)) {
    covered = Math.max(covered, error.start);
    for (; next < definitions.length; next++) {
      const definition = definitions[next];
      if (definition === undefined || definition.start >= error.end) break;
      if (definition.start < error.start || definition.end <= covered) continue;
      length += Math.max(0, definition.start - covered);
      covered = definition.end;
    }
    if (error.end > covered) length += error.end - covered;
    covered = Math.max(covered, error.end);
  }
  return length;
}

/** What kind of symbol each capture makes. */
export const definitionKinds: Readonly<Record<DefinitionCapture, SymbolKind>> = {
  function: "function",
  method: "method",
  class: "class",
  interface: "interface",
  struct: "struct",
  enum: "enum",
  type: "type",
  module: "module",
  impl: "module",
  variable: "variable",
  constant: "constant",
  field: "field",
  macro: "macro",
  test: "test",
  section: "section",
  key: "key",
};

function isDefinitionCapture(name: string): name is DefinitionCapture {
  return Object.hasOwn(definitionKinds, name);
}

/** Captured uses are identifiers, so their end can be read off the text, without asking the tree. */
function identifierEnd(text: string, start: number): number {
  let end = start;
  for (;;) {
    const code = text.charCodeAt(end);
    const isWord =
      (code >= 97 && code <= 122) ||
      (code >= 65 && code <= 90) ||
      (code >= 48 && code <= 57) ||
      code === 95 ||
      code === 36 ||
      code > 127;
    if (!isWord) return end;
    end++;
  }
}

/** Longer than any name; what is longer is data. */
const maxUseLength = 80;

/** `"net/http"` is `http`, `<linux/fs.h>` is `fs.h`. */
function lastSegment(path: string): string {
  return path.replace(/^[\s"'<`]+|[\s"'>`]+$/g, "").replace(/^.*[/\\:]/s, "");
}

/** Some grammars end comments and blocks after the line break, which belongs to nobody. */
function trimmedEnd(text: string, start: number, end: number): number {
  while (end > start && text.charCodeAt(end - 1) <= 32) end--;
  return end;
}
