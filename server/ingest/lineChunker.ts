/**
 * Chunks a file by its lines: the first pass over a workspace, and the fallback for files without a
 * grammar or that do not parse. A definition is guessed from the look of its first line; the syntax
 * chunker later replaces the guess where it can.
 */
import type { SymbolKind } from "../../protocol/types.ts";
import type { ChunkSpan, ParsedFile, ParsedSymbol } from "../types.ts";
import { definitionOnLine } from "./definitionLine.ts";
import type { LanguageId } from "./languages.ts";
import { lineStarts } from "./lineIndex.ts";

/** A chunk is closed at a definition once it has this many lines … */
const minLines = 14;
/** … and anywhere blank once it has this many, … */
const softMaxLines = 40;
/** … and in any case at these. */
const hardMaxLines = 60;
const maxCharacters = 4_000;

/** Returns chunks that cover every line that is not blank, with the definitions that could be guessed. */
export function chunkByLines(
  text: string,
  language: LanguageId,
  fallback?: ParsedFile["fallback"],
): ParsedFile {
  const starts = lineStarts(text);
  const nLines = starts.length;
  const definitions = guessDefinitions(text, starts, language);
  const builder = new ChunkBuilder(text, starts);
  let next = 0;
  let first = -1;
  for (let line = 0; line < nLines; line++) {
    const from = starts[line] as number;
    const to = line + 1 < nLines ? (starts[line + 1] as number) : text.length;
    const blank = isBlank(text, from, to);
    if (first >= 0) {
      const size = line - first;
      const atDefinition =
        next < definitions.length && (definitions[next] as Guess).firstLine === line;
      const tooLong = to - (starts[first] as number) > maxCharacters;
      if (
        size >= hardMaxLines ||
        tooLong ||
        (size >= minLines && atDefinition) ||
        (size >= softMaxLines && blank)
      ) {
        builder.close(first, line);
        first = -1;
      }
    }
    if (first < 0 && !blank) first = line;
    while (next < definitions.length && (definitions[next] as Guess).firstLine <= line) next++;
  }
  if (first >= 0) builder.close(first, nLines);
  const symbols = symbolsOf(definitions, nLines);
  return {
    chunks: withSymbols(builder.chunks, symbols),
    symbols,
    boundary: "lines",
    ...(fallback === undefined ? {} : { fallback }),
  };
}

interface Guess {
  readonly name: string;
  readonly kind: SymbolKind;
  readonly line: number;
  /** Line of the first comment or attribute directly above, else `line`. */
  readonly firstLine: number;
  readonly indent: number;
}

function guessDefinitions(text: string, starts: Uint32Array, language: LanguageId): Guess[] {
  const guesses: Guess[] = [];
  for (let line = 0; line < starts.length; line++) {
    const from = starts[line] as number;
    const to = line + 1 < starts.length ? (starts[line + 1] as number) : text.length;
    const definition = definitionOnLine(text, from, to, language);
    if (definition === undefined) continue;
    let firstLine = line;
    while (firstLine > 0 && isLead(text, starts[firstLine - 1] as number)) firstLine--;
    guesses.push({ ...definition, line, firstLine });
  }
  return guesses;
}

/** True when a line looks like a comment, attribute or decorator that belongs to the line after it. */
function isLead(text: string, from: number): boolean {
  let i = from;
  while (text.charCodeAt(i) === 32 || text.charCodeAt(i) === 9) i++;
  const code = text.charCodeAt(i);
  if (code === 64) return true; // @decorator
  if (code === 35) return text.charCodeAt(i + 1) === 91 || text.charCodeAt(i + 1) === 32; // #[attr] or "# comment"
  if (code === 42) return true; // " * inside a block comment"
  const next = text.charCodeAt(i + 1);
  return (code === 47 && (next === 47 || next === 42)) || (code === 45 && next === 45);
}

function symbolsOf(guesses: readonly Guess[], nLines: number): ParsedSymbol[] {
  return guesses.map((guess, i) => {
    let endLine = nLines;
    for (let j = i + 1; j < guesses.length; j++) {
      const later = guesses[j] as Guess;
      if (later.indent <= guess.indent) {
        endLine = Math.max(guess.line + 1, later.firstLine);
        break;
      }
    }
    return {
      name: guess.name,
      kind: guess.kind,
      containerIdx: -1,
      range: {
        start: { line: guess.firstLine, character: 0 },
        end: { line: endLine, character: 0 },
      },
      nameLine: guess.line,
      signatureEndLine: guess.line + 1,
    };
  });
}

function withSymbols(chunks: readonly ChunkSpan[], symbols: readonly ParsedSymbol[]): ChunkSpan[] {
  let s = 0;
  return chunks.map((chunk) => {
    const symbolIdxs: number[] = [];
    const enclosingSymbolIdx = s - 1;
    while (
      s < symbols.length &&
      (symbols[s] as ParsedSymbol).nameLine <
        chunk.range.end.line + (chunk.range.end.character > 0 ? 1 : 0)
    ) {
      symbolIdxs.push(s++);
    }
    return {
      ...chunk,
      symbolIdxs,
      enclosingSymbolIdx: symbolIdxs.length > 0 ? -1 : enclosingSymbolIdx,
    };
  });
}

/** Cuts runs of lines into spans; a line that is too long for one chunk is cut inside the line. */
class ChunkBuilder {
  readonly chunks: ChunkSpan[] = [];
  readonly #text: string;
  readonly #starts: Uint32Array;
  constructor(text: string, starts: Uint32Array) {
    this.#text = text;
    this.#starts = starts;
  }

  close(firstLine: number, endLine: number): void {
    const startOffset = this.#starts[firstLine] as number;
    const atEnd = endLine >= this.#starts.length;
    const endOffset = atEnd ? this.#text.length : (this.#starts[endLine] as number);
    if (endLine === firstLine + 1 && endOffset - startOffset > maxCharacters) {
      this.#closeInside(firstLine, startOffset, endOffset);
      return;
    }
    this.#push(
      startOffset,
      endOffset,
      { line: firstLine, character: 0 },
      this.#position(endOffset, endLine, atEnd),
    );
  }

  #closeInside(line: number, startOffset: number, endOffset: number): void {
    const atEnd = endOffset === this.#text.length;
    for (let from = startOffset; from < endOffset;) {
      let to = Math.min(endOffset, from + maxCharacters);
      if (to < endOffset && isLowSurrogate(this.#text.charCodeAt(to))) to++;
      const end =
        to === endOffset
          ? this.#position(to, line + 1, atEnd)
          : { line, character: to - startOffset };
      this.#push(from, to, { line, character: from - startOffset }, end);
      from = to;
    }
  }

  /** At the end of a file without a final newline the end lies inside the last line. */
  #position(
    endOffset: number,
    endLine: number,
    atEnd: boolean,
  ): { line: number; character: number } {
    if (!atEnd) return { line: endLine, character: 0 };
    const last = this.#starts.length - 1;
    return { line: last, character: endOffset - (this.#starts[last] as number) };
  }

  #push(
    startOffset: number,
    endOffset: number,
    start: ChunkSpan["range"]["start"],
    end: ChunkSpan["range"]["end"],
  ): void {
    this.chunks.push({
      range: { start, end },
      startOffset,
      endOffset,
      symbolIdxs: [],
      enclosingSymbolIdx: -1,
      uses: [],
    });
  }
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

function isBlank(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code !== 32 && code !== 9 && code !== 10 && code !== 13) return false;
  }
  return true;
}
