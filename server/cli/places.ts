/** How places are written: paths with 1-based lines, both ends included. */
import type { Citation, Range, Recall } from "../../protocol/types.ts";
import { safeLine } from "./terminal.ts";

/** Lines as people and editors count them. */
export interface Lines {
  readonly startLine: number;
  readonly endLine: number;
}

/** Returns the 1-based first and last line of a range. An end at the start of a line leaves that line out. */
export function linesOf({ start, end }: Range): Lines {
  const endsBefore = end.character === 0 && end.line > start.line;
  return { startLine: start.line + 1, endLine: endsBefore ? end.line : end.line + 1 };
}

/** `src/a.ts:3-9`, safe for a terminal. */
export function placeText({ path, range }: Pick<Citation, "path" | "range">): string {
  const { startLine, endLine } = linesOf(range);
  return `${safeLine(path)}:${startLine}${endLine === startLine ? "" : `-${endLine}`}`;
}

/** A result as `search --json` prints it. */
export interface ResultLine extends Lines {
  readonly path: string;
  readonly score: number;
  readonly reasons: Recall["reasons"];
}

export function resultLine({ citation, score, reasons }: Recall): ResultLine {
  return { path: citation.path, ...linesOf(citation.range), score, reasons };
}
