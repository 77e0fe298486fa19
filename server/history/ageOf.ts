/** How old a definition is, from what is kept of each commit: no version of its file is read. */
import type { Age } from "../services.ts";
import type { HistoryReader } from "./historyReader.ts";
import { infoOf } from "./past.ts";

const maxTouches = 10_000;
const maxChanges = 2_000;

/**
 * Returns the oldest commit that touched a definition of this name in the files that define it today, under all their
 * names, or in any file when none defines it; `undefined` when no commit in memory did.
 */
export function ageOf(
  reader: HistoryReader,
  name: string,
  today: readonly string[],
): Age | undefined {
  const last = name.split(/::|[.#]/).findLast((part) => part !== "") ?? name;
  const paths = new Set(today);
  for (const path of today)
    for (const change of reader.changesOfPath(path, maxChanges))
      paths.add(change.path).add(change.oldPath ?? change.path);
  const touches = reader.touchesOf(last, maxTouches);
  const own = touches.filter(({ path }) => paths.has(path));
  const oldest = (own.length > 0 ? own : touches).at(-1);
  const commit = oldest === undefined ? undefined : reader.commit(oldest.hash);
  if (oldest === undefined || commit === undefined) return undefined;
  const { isWhole, nWithoutSymbols } = reader.extent();
  const isFirst = oldest.kind === "added" && isWhole && nWithoutSymbols === 0;
  return { commit: infoOf(commit), isFirst };
}
