import type { MemoryStatus } from "../../protocol/types.ts";
import { formatBytes, formatCount } from "./numbers.ts";
import type { OutputStream } from "./terminal.ts";

const minIntervalMs = 100;
/** Cells of the bar, on a narrow terminal the second. */
const barWidths = { wide: 24, narrow: 8 };
const narrowColumns = 50;

/** One line that says how far something is. It is only drawn where it can be drawn over, on a terminal. */
export class ProgressBar {
  readonly #stream: OutputStream;
  readonly #nowMs: () => number;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #drawn = false;

  constructor(stream: OutputStream, nowMs: () => number) {
    this.#stream = stream;
    this.#nowMs = nowMs;
  }

  /** `text` returns what is to be shown in so many columns. */
  show(text: (width: number) => string): void {
    if (this.#stream.isTTY !== true) return;
    if (this.#nowMs() - this.#drawnMs < minIntervalMs) return;
    this.#drawnMs = this.#nowMs();
    this.#drawn = true;
    const width = Math.max(20, (this.#stream.columns || 80) - 1);
    this.#stream.write(`\r${text(width).slice(0, width)}\x1b[K`);
  }

  /** Removes the line. */
  clear(): void {
    if (this.#drawn) this.#stream.write("\r\x1b[K");
    this.#drawn = false;
    this.#drawnMs = Number.NEGATIVE_INFINITY;
  }
}

/** Returns the progress of a fill in one line of at most `width` columns, where it fits, without control characters. */
export function progressText({ roots }: MemoryStatus, width = 79): string {
  const sum = (value: (root: MemoryStatus["roots"][number]) => number): number =>
    roots.reduce((total, root) => total + value(root), 0);
  if (roots.some(({ state }) => state === "opening" || state === "scanning")) {
    return `Looking at files: ${formatCount(sum((root) => root.filesSeen))}`;
  }
  if (roots.some(({ state }) => state === "filling")) {
    const known = sum((root) => root.bytesKnown);
    const done = sum((root) => root.bytesDone);
    const files = formatCount(sum((root) => root.remembered));
    return fitting(width, [
      bar(done, known, width),
      ` ${formatBytes(done)} of ${formatBytes(known)}`,
      `, ${files} files in memory`,
    ]);
  }
  const exact = sum((root) => root.filesSyntaxExact + root.filesFallback);
  const waiting = sum((root) => root.filesToRefine);
  if (waiting > 0) {
    return fitting(width, [
      bar(exact, exact + waiting, width),
      " following the syntax",
      `, ${formatCount(waiting)} files to go`,
    ]);
  }
  return "Finishing";
}

/** Returns as many of the parts as there is room for, at least the first. */
export function fitting(width: number, parts: readonly string[]): string {
  let text = "";
  for (const part of parts) {
    if (text !== "" && text.length + part.length > width) break;
    text += part;
  }
  return text;
}

/** Returns a bar with its percentage; `all` 0 is full. */
export function bar(done: number, all: number, width: number): string {
  const nCells = width < narrowColumns ? barWidths.narrow : barWidths.wide;
  const share = all === 0 ? 1 : Math.min(1, done / all);
  const filled = Math.floor(share * nCells);
  const percent = String(Math.floor(share * 100)).padStart(3);
  return `[${"#".repeat(filled)}${"-".repeat(nCells - filled)}] ${percent} %`;
}
