import type { MemoryStatus } from "../../protocol/types.ts";
import { formatBytes, formatCount } from "./numbers.ts";
import type { OutputStream } from "./terminal.ts";

const minIntervalMs = 100;
const barWidth = 24;

/** One line that says how far a fill is. It is only drawn where it can be drawn over, on a terminal. */
export class ProgressBar {
  readonly #stream: OutputStream;
  readonly #nowMs: () => number;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #drawn = false;

  constructor(stream: OutputStream, nowMs: () => number) {
    this.#stream = stream;
    this.#nowMs = nowMs;
  }

  show(status: MemoryStatus): void {
    if (this.#stream.isTTY !== true) return;
    if (this.#nowMs() - this.#drawnMs < minIntervalMs) return;
    this.#drawnMs = this.#nowMs();
    this.#drawn = true;
    const width = Math.max(20, (this.#stream.columns || 80) - 1);
    this.#stream.write(`\r${progressText(status).slice(0, width)}\x1b[K`);
  }

  /** Removes the line. */
  clear(): void {
    if (this.#drawn) this.#stream.write("\r\x1b[K");
    this.#drawn = false;
    this.#drawnMs = Number.NEGATIVE_INFINITY;
  }
}

/** Returns the progress of a fill in one line without control characters. */
export function progressText({ roots }: MemoryStatus): string {
  const sum = (value: (root: MemoryStatus["roots"][number]) => number): number =>
    roots.reduce((total, root) => total + value(root), 0);
  if (roots.some(({ state }) => state === "opening" || state === "scanning")) {
    return `Looking at files: ${formatCount(sum((root) => root.filesSeen))}`;
  }
  if (roots.some(({ state }) => state === "filling")) {
    const known = sum((root) => root.bytesKnown);
    const done = sum((root) => root.bytesDone);
    const files = formatCount(sum((root) => root.remembered));
    return `${bar(done, known)} ${formatBytes(done)} of ${formatBytes(known)}, ${files} files in memory`;
  }
  const exact = sum((root) => root.filesSyntaxExact + root.filesFallback);
  const waiting = sum((root) => root.filesToRefine);
  if (waiting > 0) {
    return `${bar(exact, exact + waiting)} following the syntax, ${formatCount(waiting)} files to go`;
  }
  return "Finishing";
}

function bar(done: number, all: number): string {
  const share = all === 0 ? 1 : Math.min(1, done / all);
  const filled = Math.floor(share * barWidth);
  const percent = String(Math.floor(share * 100)).padStart(3);
  return `[${"#".repeat(filled)}${"-".repeat(barWidth - filled)}] ${percent} %`;
}
