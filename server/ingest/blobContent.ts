/**
 * From a decoded file to what the memory stores of it: spans, symbols and index terms.
 */
import { packSpans, packSymbols } from "../memory/packedSpans.ts";
import type { BlobLevel } from "../memory/memoryRows.ts";
import type { BlobContent } from "../memory/memoryWriter.ts";
import type { StaticEncoder } from "../model/staticEncoder.ts";
import type { ParsedFile, ParsedSymbol } from "../types.ts";
import { blockComments, isSourceLanguage, lineComments, type LanguageId } from "./languages.ts";
import { lineStarts } from "./lineIndex.ts";
import { codeStopWords, termsOfName, termsOfText, termsOfWord } from "./terms.ts";
import type { CommentMarks, TermScanner } from "./termScanner.ts";

/** Lines of a signature that are indexed; longer ones are parameter lists of generated code. */
const maxSignatureLines = 8;

/** Returns what to store. `level` says which chunker made `parsed`; without `encoder` there are no embeddings. */
export function blobContentOf(
  text: string,
  hash: bigint,
  language: LanguageId,
  parsed: ParsedFile,
  level: BlobLevel,
  scanner: TermScanner,
  encoder: StaticEncoder | undefined,
): BlobContent {
  const bounds: number[] = [];
  for (const chunk of parsed.chunks) bounds.push(chunk.startOffset, chunk.endOffset);
  const scanned = scanner.scan(text, bounds, commentMarks(language));
  const starts = lineStarts(text);
  const columns: string[] = [];
  parsed.chunks.forEach((chunk, c) => {
    const symbols = chunk.symbolIdxs.map((idx) => parsed.symbols[idx] as ParsedSymbol);
    const enclosing = parsed.symbols[chunk.enclosingSymbolIdx];
    const named = symbols.length > 0 || enclosing === undefined ? symbols : [enclosing];
    columns.push(
      nameTerms(named, parsed.symbols),
      signatureTerms(symbols, text, starts),
      scanned[c]?.comment ?? "",
      scanned[c]?.body ?? "",
      chunk.uses.map(wholeTerm).join(" "),
    );
  });
  return {
    hash,
    language,
    nLines: starts.length,
    level,
    fallback: parsed.fallback,
    chunks: packSpans(parsed.chunks),
    symbols: packSymbols(parsed.symbols),
    nChunks: parsed.chunks.length,
    columns,
    vectors: encoder === undefined ? undefined : bytesOf(encoder.encodeSpans(text, bounds)),
  };
}

/** SQLite takes unsigned bytes only. */
export function bytesOf(vectors: Int8Array): Uint8Array {
  return new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.length);
}

/** Returns the one term that stands for a whole name, however it is written; `""` for names too short to index. */
export function wholeTerm(name: string): string {
  return termsOfWord(name)[0] ?? "";
}

const signatureWord = /[\p{L}\p{N}_$]{2,}/gu;

/** The same names and signature words come again and again; their terms are kept. */
const termsByText = new Map<string, readonly string[]>();
const maxKeptTexts = 100_000;

function keptTerms(text: string, compute: (text: string) => string[]): readonly string[] {
  let terms = termsByText.get(text);
  if (terms === undefined) {
    terms = compute(text);
    if (termsByText.size >= maxKeptTexts) termsByText.clear();
    // A copy of the key, because a part of a file's text would keep the whole alive.
    termsByText.set(Buffer.from(text).toString(), terms);
  }
  return terms;
}

/** The names that a chunk defines, with the names of what they are in. */
function nameTerms(named: readonly ParsedSymbol[], all: readonly ParsedSymbol[]): string {
  const terms = new Set<string>();
  for (const symbol of named) {
    for (const term of keptTerms(symbol.name, termsOfName)) terms.add(term);
    const container = all[symbol.containerIdx];
    if (container !== undefined)
      for (const term of keptTerms(container.name, termsOfName)) terms.add(term);
  }
  return [...terms].join(" ");
}

function signatureTerms(
  symbols: readonly ParsedSymbol[],
  text: string,
  starts: Uint32Array,
): string {
  const terms = new Set<string>();
  for (const symbol of symbols) {
    const endLine = Math.min(symbol.signatureEndLine, symbol.nameLine + maxSignatureLines);
    const from = starts[symbol.nameLine] ?? text.length;
    const to = Math.min(starts[endLine] ?? text.length, from + 800);
    for (const [word] of text.slice(from, to).matchAll(signatureWord)) {
      if (!codeStopWords.has(word))
        for (const term of keptTerms(word, termsOfText)) terms.add(term);
    }
  }
  return [...terms].join(" ");
}

const marksByLanguage = new Map<LanguageId, CommentMarks>();

function commentMarks(language: LanguageId): CommentMarks {
  let marks = marksByLanguage.get(language);
  if (marks === undefined) {
    const block = [...blockComments(language)];
    // Docstrings are the comments that Python's readers see.
    if (language === "python") block.push(['"""', '"""'], ["'''", "'''"]);
    marks = { line: lineComments(language), block, prose: !isSourceLanguage(language) };
    marksByLanguage.set(language, marks);
  }
  return marks;
}
