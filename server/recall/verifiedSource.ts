/**
 * Reads files for a question and holds each against what the memory says of it. Text that is shown is
 * the text as it is now: a file that changed since it was remembered is chunked anew on the spot.
 */
import type { Citation, FileRole, Range, SymbolInfo } from "../../protocol/types.ts";
import { decode } from "../ingest/decoder.ts";
import { fileRoleOf } from "../ingest/fileRole.ts";
import { chunkByLines } from "../ingest/lineChunker.ts";
import { languageOf, type LanguageId } from "../ingest/languages.ts";
import { lineStarts } from "../ingest/lineIndex.ts";
import { signed, type Hasher } from "../ingest/parseTask.ts";
import { type MemoryBank, type StoredBlob } from "../memory/memoryBank.ts";
import type { StoredSpan } from "../memory/packedSpans.ts";
import type { FileSystem } from "../ports.ts";
import type { ParsedSymbol } from "../types.ts";

/** A file's text of this moment with its chunks. */
export interface VerifiedFile {
  readonly path: string;
  readonly text: string;
  readonly starts: Uint32Array;
  readonly language: LanguageId;
  readonly role: FileRole;
  readonly spans: readonly StoredSpan[];
  readonly symbols: readonly ParsedSymbol[];
  readonly boundary: "syntax" | "lines";
  /** False when the memory knew another version: its chunk numbers do not fit these spans. */
  readonly asRemembered: boolean;
}

export interface SourceOptions {
  readonly files: FileSystem;
  readonly hasher: Hasher;
  /** Unsaved editor text by absolute path. */
  readonly overlay: (absolute: string) => string | undefined;
  /** Called with absolute paths whose remembered version is not the present one. */
  readonly metStale: (absolute: string) => void;
  /** The largest file that is remembered at the moment; what is remembered can be shown. */
  readonly maxFileBytes: () => number;
}

export class VerifiedSource {
  readonly #options: SourceOptions;
  constructor(options: SourceOptions) {
    this.#options = options;
  }

  /** Returns the present text of a file, `undefined` when it is gone, not in the folder, or not readable as text. */
  readText(rootFolder: string, path: string): { text: string; hash: bigint } | undefined {
    if (!staysInside(path)) return undefined;
    const absolute = `${rootFolder}/${path}`;
    const overlay = this.#options.overlay(absolute);
    if (overlay !== undefined) return { text: overlay, hash: this.#hash(Buffer.from(overlay)) };
    const read = this.#options.files.readFile(absolute, this.#options.maxFileBytes());
    if (read.kind !== "read") return undefined;
    const hash = this.#hash(read.bytes);
    const decoded = decode(read.bytes);
    return decoded.kind === "text" ? { text: decoded.text, hash } : undefined;
  }

  /** Returns a remembered file as it is now, `undefined` when it is gone. */
  read(rootFolder: string, bank: MemoryBank, path: string): VerifiedFile | undefined {
    const current = this.readText(rootFolder, path);
    if (current === undefined) {
      this.#options.metStale(`${rootFolder}/${path}`);
      return undefined;
    }
    const blob = bank.blobOfPath(path);
    if (blob?.hash === current.hash) return fromBlob(path, current.text, blob);
    this.#options.metStale(`${rootFolder}/${path}`);
    return fromText(path, current.text);
  }

  /** Returns the citation of a span whose text was just read. */
  cite(
    rootId: string,
    path: string,
    range: Range,
    text: string,
    symbol: SymbolInfo | undefined,
  ): Citation {
    const contentHash = this.#options.hasher.h64ToString(text);
    return { rootId, path, range, contentHash, ...(symbol === undefined ? {} : { symbol }) };
  }

  #hash(bytes: Uint8Array): bigint {
    return signed(this.#options.hasher.h64Raw(bytes));
  }
}

/** What ranking and its neighbours need of the source: files with their chunks, and citations of them. */
export type FileSource = Pick<VerifiedSource, "read" | "cite">;

/** One question's look at the source: a file is read once as long as the memory says the same of it. */
export class SourceLook implements FileSource {
  readonly #source: VerifiedSource;
  readonly #files = new Map<
    string,
    { blob: StoredBlob | undefined; file: VerifiedFile | undefined }
  >();

  constructor(source: VerifiedSource) {
    this.#source = source;
  }

  read(rootFolder: string, bank: MemoryBank, path: string): VerifiedFile | undefined {
    const key = `${rootFolder}/${path}`;
    const blob = bank.blobOfPath(path);
    const known = this.#files.get(key);
    if (known !== undefined && known.blob === blob) return known.file;
    const file = this.#source.read(rootFolder, bank, path);
    this.#files.set(key, { blob, file });
    return file;
  }

  cite(...of: Parameters<VerifiedSource["cite"]>): Citation {
    return this.#source.cite(...of);
  }
}

/** Paths come back from clients in citations. */
function staysInside(path: string): boolean {
  return !path.split("/").some((part) => part === "" || part === "." || part === "..");
}

/** A file that changed since it was remembered, or is not remembered yet. */
function fromText(path: string, text: string): VerifiedFile {
  const language = languageOf(path, text.slice(0, 200).split("\n", 1)[0]);
  const parsed = chunkByLines(text, language);
  return {
    path,
    text,
    starts: lineStarts(text),
    language,
    role: fileRoleOf(path, language),
    spans: parsed.chunks,
    symbols: parsed.symbols,
    boundary: "lines",
    asRemembered: false,
  };
}

function fromBlob(path: string, text: string, blob: StoredBlob): VerifiedFile {
  const language = blob.language as LanguageId;
  return {
    path,
    text,
    starts: lineStarts(text),
    language,
    role: fileRoleOf(path, language),
    spans: blob.spans,
    symbols: blob.symbols,
    boundary: blob.level === 1 ? "syntax" : "lines",
    asRemembered: true,
  };
}

/** UTF-16 offsets of a span in a verified file. */
export function offsetsOf(file: VerifiedFile, span: StoredSpan): { start: number; end: number } {
  const at = (line: number, character: number): number =>
    Math.min(file.text.length, (file.starts[line] ?? file.text.length) + character);
  return {
    start: at(span.range.start.line, span.range.start.character),
    end: at(span.range.end.line, span.range.end.character),
  };
}

/** Indices of the definitions that begin in a span, outermost first; when none does, the one around it. */
export function symbolsIn(
  file: { readonly symbols: readonly ParsedSymbol[] },
  span: StoredSpan,
): number[] {
  const found: number[] = [];
  const endLine = span.range.end.character > 0 ? span.range.end.line + 1 : span.range.end.line;
  for (let i = firstSymbolAt(file.symbols, span.range.start.line); i < file.symbols.length; i++) {
    const line = (file.symbols[i] as ParsedSymbol).nameLine;
    if ((file.symbols[i] as ParsedSymbol).range.start.line >= endLine) break;
    if (line >= span.range.start.line && line < endLine) found.push(i);
  }
  if (found.length === 0 && span.enclosingSymbolIdx >= 0) found.push(span.enclosingSymbolIdx);
  return found;
}

/** Symbols are in the order of their first lines, so the search can begin near the span. */
function firstSymbolAt(symbols: readonly ParsedSymbol[], line: number): number {
  let low = 0;
  let high = symbols.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((symbols[middle] as ParsedSymbol).range.start.line < line) low = middle + 1;
    else high = middle;
  }
  // A doc comment may begin in the chunk before.
  return Math.max(0, low - 4);
}
