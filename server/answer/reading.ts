/**
 * Recalled places in the text as it is at this moment. A reading is used for one synchronous stretch
 * of composing and then thrown away, so that what is written is what the files hold when it is shown.
 */
import type { Range, Recall, SymbolInfo } from "../../protocol/types.ts";
import type { SourceReader } from "../services.ts";
import { readSourceFile, type SourceFile } from "../recall/sourceFile.ts";
import { movedLines } from "./citations.ts";

/** A recalled span, found again. `file.textOf(range)` equals `recall.text`. */
export interface Place {
  readonly recall: Recall;
  readonly file: SourceFile;
  readonly range: Range;
  /** The definition the span shows, moved along with it. */
  readonly symbol?: SymbolInfo;
}

/** One look at the source. */
export class Reading {
  readonly #source: SourceReader;
  readonly #files = new Map<string, SourceFile | undefined>();

  constructor(source: SourceReader) {
    this.#source = source;
  }

  /** Returns the file as it was at the first look of this reading, `undefined` when it is gone. */
  file(rootId: string, path: string): SourceFile | undefined {
    const key = `${rootId}\0${path}`;
    if (!this.#files.has(key)) this.#files.set(key, readSourceFile(this.#source, rootId, path));
    return this.#files.get(key);
  }

  /** Returns where a recalled span stands now, `undefined` when its text is no longer in the file. */
  place(recall: Recall): Place | undefined {
    const { citation } = recall;
    const file = this.file(citation.rootId, citation.path);
    if (file === undefined) return undefined;
    const offset = offsetNear(file, recall.text, file.offsetOf(citation.range.start));
    if (offset < 0) return undefined;
    const range = file.rangeOf(offset, offset + recall.text.length);
    const by = range.start.line - citation.range.start.line;
    return { recall, file, range, ...presentSymbol(citation.symbol, by, file) };
  }

  /** The places of recalls that still stand, in order. */
  places(recalls: readonly Recall[]): Place[] {
    return recalls.flatMap((recall) => this.place(recall) ?? []);
  }
}

/** Returns the offset of `text` in the file that is nearest to `near`, -1 when it is not there. */
function offsetNear(file: SourceFile, text: string, near: number): number {
  if (file.text.startsWith(text, near)) return near;
  const before = file.text.lastIndexOf(text, near);
  const after = file.text.indexOf(text, near);
  if (before < 0 || after < 0) return Math.max(before, after);
  return near - before <= after - near ? before : after;
}

/** A definition may be longer than its chunk; it is only kept while it fits into the file. */
function presentSymbol(
  symbol: SymbolInfo | undefined,
  by: number,
  file: SourceFile,
): { symbol?: SymbolInfo } {
  if (symbol === undefined) return {};
  const range = movedLines(symbol.range, by);
  if (range.start.line < 0 || range.end.line >= file.nLines) return {};
  return { symbol: { ...symbol, range } };
}
