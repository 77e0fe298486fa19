/** Finds every place of a literal text in the remembered files, and says how complete the search was. */
import type { ExhaustivePlace, ExhaustiveResult } from "../../protocol/types.ts";
import type { ExhaustiveParams } from "../../protocol/methods.ts";
import type { SourceReader } from "../services.ts";
import { citeRange, type HashText } from "./citation.ts";
import { SourceFile } from "./sourceFile.ts";

/** What the scan needs from outside. */
export interface ExhaustiveContext {
  readonly source: SourceReader;
  readonly hashText: HashText;
  /** False for the paths that are left out; all are read without it. */
  readonly isMeant?: (path: string) => boolean;
  /** Files that were seen but are not in memory (waiting, skipped, failed); they count as not scanned. */
  readonly filesNotInMemory: number;
  /** Milliseconds from any start. */
  readonly elapsedMs: () => number;
}

/** Other work of the process gets a turn after this time. */
const maxTurnMs = 12;
/** A longer line is shown around the match only. */
const maxLineLength = 300;
const contextLength = 100;
const maxUnreadable = 1000;

/**
 * One place is one line with at least one occurrence, or one stretch of a very long line; its citation
 * covers exactly `line`. An empty literal matches nothing. Rejects with the signal's reason when
 * cancelled.
 */
export async function findAllPlaces(
  params: ExhaustiveParams,
  context: ExhaustiveContext,
  signal: AbortSignal,
): Promise<ExhaustiveResult> {
  const { isMeant = () => true } = context;
  const all = params.literal === "" ? [] : context.source.files(params.rootIds);
  const files = all.filter(({ path }) => isMeant(path));
  const finder = new LiteralFinder(params.literal, params.wholeWord);
  const places: ExhaustivePlace[] = [];
  const unreadable: { path: string; reason: string }[] = [];
  let nPlaces = 0;
  let filesScanned = 0;
  let turnStart = context.elapsedMs();
  for (const file of files) {
    if (context.elapsedMs() - turnStart > maxTurnMs) {
      await new Promise((resolve) => setImmediate(resolve));
      turnStart = context.elapsedMs();
    }
    signal.throwIfAborted();
    const read = context.source.readText(file.rootId, file.path);
    if (read === undefined) {
      if (unreadable.length < maxUnreadable)
        unreadable.push({ path: file.path, reason: "gone or not readable as text" });
      continue;
    }
    filesScanned++;
    if (finder.next(read.text, 0) < 0) continue;
    const sourceFile = new SourceFile(file.rootId, file.path, read.text, read.language);
    for (const range of placeRanges(sourceFile, finder)) {
      nPlaces++;
      if (places.length >= params.limit) continue;
      places.push({
        citation: citeRange(context.hashText, sourceFile, range),
        line: sourceFile.textOf(range),
      });
    }
  }
  return {
    places,
    truncated: nPlaces > places.length,
    nPlaces,
    filesScanned,
    filesKnown: files.length + context.filesNotInMemory,
    unreadable,
  };
}

/** Finds a literal: without regard to case unless it holds an upper-case letter. */
class LiteralFinder {
  readonly length: number;
  readonly #literal: string;
  readonly #wholeWord: boolean;
  readonly #folded: RegExp | undefined;
  /** A pattern that is asked to start inside a surrogate pair starts before it. */
  readonly #step: number;

  constructor(literal: string, wholeWord: boolean) {
    this.length = literal.length;
    this.#literal = literal;
    this.#wholeWord = wholeWord;
    this.#step = (literal.codePointAt(0) ?? 0) > 0xffff ? 2 : 1;
    // Lower-casing the text would move offsets in some scripts; a literal pattern does not.
    const hasCase = literal.toUpperCase() !== literal;
    if (hasCase && literal.toLowerCase() === literal)
      this.#folded = new RegExp(RegExp.escape(literal), "giu");
  }

  /** Returns the offset of the next occurrence at or after `from`, -1 when there is none. */
  next(text: string, from: number): number {
    for (let at = this.#find(text, from); at >= 0; at = this.#find(text, at + this.#step)) {
      if (!this.#wholeWord || this.#isWhole(text, at)) return at;
    }
    return -1;
  }

  #find(text: string, from: number): number {
    if (from > text.length) return -1;
    if (this.#folded === undefined) return text.indexOf(this.#literal, from);
    this.#folded.lastIndex = from;
    return this.#folded.exec(text)?.index ?? -1;
  }

  #isWhole(text: string, at: number): boolean {
    const end = at + this.length;
    const startsInside =
      wordEndsAt.test(text.slice(Math.max(0, at - 2), at)) &&
      wordStartsAt.test(text.slice(at, at + 2));
    const endsInside =
      wordEndsAt.test(text.slice(Math.max(0, end - 2), end)) &&
      wordStartsAt.test(text.slice(end, end + 2));
    return !startsInside && !endsInside;
  }
}

const wordStartsAt = /^[\p{L}\p{N}_$]/u;
const wordEndsAt = /[\p{L}\p{N}_$]$/u;

function* placeRanges(
  file: SourceFile,
  finder: LiteralFinder,
): Generator<ReturnType<SourceFile["rangeOf"]>> {
  let at = finder.next(file.text, 0);
  while (at >= 0) {
    const found = file.rangeOf(at, at + finder.length);
    const isLong =
      file.lineLength(found.start.line) > maxLineLength ||
      file.lineLength(found.end.line) > maxLineLength;
    const range = isLong
      ? stretch(file, at, at + finder.length)
      : file.linesRange(found.start.line, found.end.line);
    yield range;
    at = finder.next(file.text, file.offsetOf(range.end));
  }
}

/** The match with some text around it on its lines; surrogate pairs stay whole. */
function stretch(file: SourceFile, start: number, end: number): ReturnType<SourceFile["rangeOf"]> {
  const found = file.rangeOf(start, end);
  const lineStart = start - found.start.character;
  const lineEnd = end - found.end.character + file.lineLength(found.end.line);
  let from = Math.max(lineStart, start - contextLength);
  let to = Math.min(Math.max(end, lineEnd), end + contextLength);
  if (isLowSurrogate(file.text, from) && from > lineStart) from--;
  if (isLowSurrogate(file.text, to) && to < lineEnd) to++;
  return file.rangeOf(from, to);
}

function isLowSurrogate(text: string, i: number): boolean {
  return (text.charCodeAt(i) & 0xfc00) === 0xdc00;
}
