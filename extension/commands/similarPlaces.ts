import type { Recall, Root } from "../../protocol/types.ts";
import type { SelectedCode } from "../../protocol/types.ts";
import { absolutePath } from "../roots.ts";

/** The recalled places without those that overlap the selected code itself, in the same order. */
export function similarPlaces(
  recalls: readonly Recall[],
  roots: readonly Root[],
  selected: Pick<SelectedCode, "file" | "range">,
): readonly Recall[] {
  return recalls.filter(({ citation }) => {
    const root = roots.find(({ id }) => id === citation.rootId);
    if (root === undefined) return false;
    if (absolutePath(root, citation.path) !== selected.file) return true;
    const { start, end } = citation.range;
    const endLine = end.character === 0 ? end.line : end.line + 1;
    return endLine <= selected.range.startLine || start.line >= selected.range.endLine;
  });
}

/** The line that tells a recalled place from others: where its definition is named, else its first line of words. */
export function tellingLine({ citation, text }: Recall): string {
  const lines = text.split("\n");
  const name = citation.symbol?.name;
  const named =
    name === undefined
      ? undefined
      : lines.find((line) => line.includes(name) && !/^\s*(\/?\*|\/\/|#|--|")/.test(line));
  return (named ?? lines.find((line) => /[\p{L}\p{N}]/u.test(line)) ?? "").trim();
}
