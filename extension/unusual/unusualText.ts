import type { UnusualLine } from "../../protocol/unusualLines.ts";
import type { Translate } from "../wording.ts";

/** What the mouse over a marked line says: how little it was expected, against the other lines of its file. */
export function unusualText({ timesMean, above }: UnusualLine, t: Translate): string {
  return t(
    "Unusual for this workspace: of 100 lines of this file, {0} are less of a surprise to Lore, which remembers the other files. This one is {1} times as surprising as they are on average.",
    Math.floor(100 * above),
    timesMean.toFixed(1),
  );
}
