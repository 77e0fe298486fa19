/** Turns runs of lines into chunk spans with their symbols and uses. */
import type { ChunkSpan } from "../../types.ts";
import { rangeAt } from "../lineIndex.ts";
import type { Outline } from "./definitions.ts";
import type { LineRun } from "./packing.ts";

/** A line longer than this, in UTF-16 units, is cut into spans of its own. */
const maxLineLength = 4_000;
/** More names than this make a chunk about everything and nothing. */
const maxUses = 200;

/** One span for each run, or several where a line is too long; blank lines at a run's end are left out. */
export function spansOf(
  text: string,
  lines: Uint32Array,
  runs: readonly LineRun[],
  outline: Pick<Outline, "symbolOffsets" | "uses">,
): ChunkSpan[] {
  const pieces = runs.flatMap((run) => cutLongLines(text, lines, run));
  const symbols = symbolsByPiece(pieces, outline.symbolOffsets);
  const uses = usesByPiece(pieces, outline.uses);
  return pieces.map(({ start, end }, i) => ({
    range: rangeAt(lines, start, end),
    startOffset: start,
    endOffset: end,
    symbolIdxs: symbols[i]?.starting ?? [],
    enclosingSymbolIdx: symbols[i]?.enclosing ?? -1,
    uses: uses[i] ?? [],
  }));
}

interface Piece {
  readonly start: number;
  readonly end: number;
}

function cutLongLines(text: string, lines: Uint32Array, run: LineRun): Piece[] {
  const start = lines[run.firstLine] ?? 0;
  const end = lines[run.lastLine + 1] ?? text.length;
  if (end - start <= maxLineLength) return [{ start, end }];
  const pieces: Piece[] = [];
  let open = start;
  for (let line = run.firstLine; line <= run.lastLine; line++) {
    const lineStart = lines[line] ?? 0;
    const lineEnd = lines[line + 1] ?? text.length;
    if (lineEnd - lineStart <= maxLineLength) continue;
    if (lineStart > open) pieces.push({ start: open, end: lineStart });
    for (open = lineStart; lineEnd - open > maxLineLength;) {
      const cut = goodCut(text, open);
      pieces.push({ start: open, end: cut });
      open = cut;
    }
  }
  if (end > open) pieces.push({ start: open, end });
  return pieces.filter((piece) => /\S/.test(text.slice(piece.start, piece.end)));
}

/** Cuts after a character that ends a word, when there is one near, and never inside a surrogate pair. */
function goodCut(text: string, start: number): number {
  const latest = start + maxLineLength;
  for (let cut = latest; cut > latest - 400; cut--) {
    if (/[\s;,}>)]/.test(text.charAt(cut - 1))) return cut;
  }
  const code = text.charCodeAt(latest - 1);
  return code >= 0xd800 && code < 0xdc00 ? latest - 1 : latest;
}

/** Symbols are sorted by start and nest, so one sweep with a stack of the open ones suffices. */
function symbolsByPiece(
  pieces: readonly Piece[],
  offsets: readonly number[],
): { starting: number[]; enclosing: number }[] {
  const open: number[] = [];
  const nSymbols = offsets.length / 2;
  const startOf = (idx: number): number => offsets[2 * idx] ?? 0;
  const closeUpTo = (offset: number): void => {
    while (open.length > 0 && (offsets[2 * (open[open.length - 1] ?? 0) + 1] ?? 0) <= offset)
      open.pop();
  };
  let next = 0;
  return pieces.map(({ start, end }) => {
    // Symbols between chunks do not occur, but a sweep that met one would have to open it here.
    for (; next < nSymbols && startOf(next) < start; next++) {
      closeUpTo(startOf(next));
      open.push(next);
    }
    closeUpTo(start);
    const enclosing = open[open.length - 1] ?? -1;
    const starting: number[] = [];
    for (; next < nSymbols && startOf(next) < end; next++) {
      starting.push(next);
      closeUpTo(startOf(next));
      open.push(next);
    }
    return { starting, enclosing };
  });
}

function usesByPiece(pieces: readonly Piece[], uses: Outline["uses"]): string[][] {
  const sets = pieces.map(() => new Set<string>());
  let piece = 0;
  uses.offsets.forEach((offset, i) => {
    // Matches arrive almost in order: walk from where the last one was.
    while (piece > 0 && (pieces[piece]?.start ?? 0) > offset) piece--;
    while (piece + 1 < pieces.length && (pieces[piece]?.end ?? 0) <= offset) piece++;
    const names = sets[piece];
    const name = uses.names[i];
    if (names !== undefined && name !== undefined && names.size < maxUses) names.add(name);
  });
  return sets.map((names) => [...names]);
}
