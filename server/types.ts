/** Internal nouns of the server. They never cross the wire; `handlers.ts` converts. */
import type { Range, SymbolKind } from "../protocol/types.ts";

/**
 * A contiguous span of a file's text. `range` equals the text exactly: `text.slice(startOffset, endOffset)`.
 * Chunks of a file are in order, do not overlap and together cover every line that is not blank.
 */
export interface ChunkSpan {
  readonly range: Range;
  /** UTF-16 offsets of the range in the decoded text. */
  readonly startOffset: number;
  readonly endOffset: number;
  /** Indices into `ParsedFile.symbols` of the definitions that start inside this chunk, outermost first. */
  readonly symbolIdxs: readonly number[];
  /**
   * Index into `ParsedFile.symbols` of the innermost definition that began before this chunk and goes on
   * in it: the function of a continuation piece, the class of a method. -1 when none.
   */
  readonly enclosingSymbolIdx: number;
  /**
   * Names this chunk uses, each once: called functions, constructed and mentioned types, imported names.
   * Syntactic only: no type was resolved. Empty when the chunk came from the line-based chunker.
   */
  readonly uses: readonly string[];
}

/** A named definition in a file. */
export interface ParsedSymbol {
  readonly name: string;
  readonly kind: SymbolKind;
  /** Index of the enclosing definition in the same list, -1 at top level. */
  readonly containerIdx: number;
  /** The whole definition, with its doc comment when that stands directly before it. */
  readonly range: Range;
  /** First line after the doc comment, where the name stands. */
  readonly nameLine: number;
  /** The lines from `nameLine` up to this one (exclusive) hold the signature. */
  readonly signatureEndLine: number;
}

/** What a chunker makes of a file. */
export interface ParsedFile {
  readonly chunks: readonly ChunkSpan[];
  readonly symbols: readonly ParsedSymbol[];
  /** `syntax`: from the syntax tree. `lines`: from line heuristics. */
  readonly boundary: "syntax" | "lines";
  /** Set when a grammar exists but was not used, and why; counted in the status. */
  readonly fallback?: "parseErrors" | "tooLarge" | "timeout" | "grammarMissing";
}
