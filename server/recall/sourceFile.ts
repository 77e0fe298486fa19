/** A file's present text with its lines, as recall and answers look at it. */
import type { Position, Range } from "../../protocol/types.ts";
import type { SourceReader } from "../services.ts";
import { lineStarts, offsetAt, rangeAt } from "../ingest/lineIndex.ts";

/** One version of a file's text. Lines are VS Code's; a line's text has no line break. */
export class SourceFile {
  readonly rootId: string;
  readonly path: string;
  readonly text: string;
  readonly language: string;
  /** The commit whose tree holds this version; `undefined` for the file of today. */
  readonly commit: string | undefined;
  readonly #starts: Uint32Array;

  constructor(rootId: string, path: string, text: string, language: string, commit?: string) {
    this.commit = commit;
    this.rootId = rootId;
    this.path = path;
    this.text = text;
    this.language = language;
    this.#starts = lineStarts(text);
  }

  get nLines(): number {
    return this.#starts.length;
  }

  /** The text of a range; positions past the end stand for the end. */
  textOf(range: Range): string {
    return this.text.slice(this.offsetOf(range.start), this.offsetOf(range.end));
  }

  offsetOf(position: Position): number {
    return offsetAt(this.#starts, this.text.length, position);
  }

  rangeOf(startOffset: number, endOffset: number): Range {
    return rangeAt(this.#starts, startOffset, endOffset);
  }

  /** UTF-16 units of a line, 0 for a line that is not there. */
  lineLength(line: number): number {
    const start = this.#starts[line];
    if (start === undefined) return 0;
    let end = this.#starts[line + 1] ?? this.text.length;
    if (line + 1 < this.#starts.length) {
      end--;
      if (end > start && this.text.charCodeAt(end) === 10 && this.text.charCodeAt(end - 1) === 13)
        end--;
    }
    return end - start;
  }

  line(line: number): string {
    const start = this.#starts[line];
    return start === undefined ? "" : this.text.slice(start, start + this.lineLength(line));
  }

  /** The whole lines from `first` to `last`, both included, without the last one's line break. */
  linesRange(first: number, last: number): Range {
    return {
      start: { line: first, character: 0 },
      end: { line: last, character: this.lineLength(last) },
    };
  }
}

/** Returns the file as it is now, `undefined` when it is gone or cannot be read as text. */
export function readSourceFile(
  source: SourceReader,
  rootId: string,
  path: string,
): SourceFile | undefined {
  const read = source.readText(rootId, path);
  return read && new SourceFile(rootId, path, read.text, read.language);
}

/** The last line of which a range shows something. */
export function lastLineOf(range: Range): number {
  return range.end.character === 0 && range.end.line > range.start.line
    ? range.end.line - 1
    : range.end.line;
}
