/**
 * Which part of a file's own memory a completion in that file may not read: what is in the prompt anyway, and what the
 * user is about to write, which memory has as it was saved. Where that is in the saved file is found by lines that
 * are there only once; where nothing tells, all of the file is left out.
 */
import type { LineRange } from "../bank/bankTypes.ts";
import { wholeFile } from "./recallTokens.ts";

/** Lines behind the cursor that are being edited with its own. */
const linesBehind = 40;
/** A shorter line, such as a bracket, says nothing of where it stands. */
const leastTelling = 4;

/** A cursor in a file that may have been edited since memory read it. */
export interface EditedPlace {
  /** The text in front of the cursor that the prompt holds. */
  readonly shown: string;
  /** The text behind the cursor, its beginning. */
  readonly suffix: string;
  /** The cursor's line, zero-based, in the edited text. */
  readonly line: number;
  /** The text that memory read; `undefined` when that is not known. */
  readonly saved: string | undefined;
}

/** Returns the lines of a file's saved text that must not be recalled. */
export function linesToLeaveOut(fileId: string, place: EditedPlace): LineRange {
  const all = wholeFile(fileId);
  if (place.saved === undefined) return all;
  const lineOf = tellingLines(place.saved.split("\n"));
  // The cursor's own line is neither above nor behind it.
  const above = place.shown.split("\n").slice(0, -1);
  const behind = place.suffix.split("\n").slice(1, linesBehind + 1);
  const beginsFile = above.length >= place.line;
  const endsFile = behind.every((text) => text.trim() === "");
  // Lines may have been copied, so each of them may be elsewhere: all of what lies between them is left out.
  const spans = [
    ...above.flatMap((text, i) => spanFrom(lineOf.get(text.trim()), -i)),
    ...behind.flatMap((text) => spanFrom(lineOf.get(text.trim()), -linesBehind)),
  ];
  const isAboveKnown = beginsFile || above.some((text) => lineOf.has(text.trim()));
  const isBehindKnown = endsFile || behind.some((text) => lineOf.has(text.trim()));
  if (!isAboveKnown || !isBehindKnown) return all;
  return {
    fileId,
    fromLine: beginsFile ? 0 : Math.max(0, Math.min(...spans.map(([from]) => from))),
    toLine: endsFile ? all.toLine : Math.max(...spans.map(([, to]) => to)),
  };
}

/** What belongs to a line that stands here in the saved text, as many lines behind it as are being edited included. */
function spanFrom(line: number | undefined, first: number): [from: number, to: number][] {
  return line === undefined ? [] : [[line + first, line + 1 + linesBehind]];
}

/** Line numbers of the texts that stand in one line only. */
function tellingLines(lines: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  const repeated = new Set<string>();
  for (const [line, whole] of lines.entries()) {
    const text = whole.trim();
    if (text.length < leastTelling) continue;
    if (found.has(text)) repeated.add(text);
    else found.set(text, line);
  }
  for (const text of repeated) found.delete(text);
  return found;
}
