/** Files and lines that a question names outright, and how much of a file each mention points at. */
import type { ParsedSymbol } from "../types.ts";
import type { StoredSpan } from "../memory/packedSpans.ts";
import type { ParsedQuestion } from "./question.ts";
import { lastLineOf } from "./sourceFile.ts";

/** One mention of a file. Lines are zero-based, both included; absent when the file alone was named. */
interface Mention {
  readonly path: string;
  readonly first?: number;
  readonly last?: number;
}

/** What a question points at within one file. */
export interface PointedFile {
  /** 1 for the path as it is in the workspace, less for its end alone. */
  readonly certainty: number;
  /** Line ranges that were named, both ends included. */
  readonly lines: readonly { readonly first: number; readonly last: number }[];
}

/** A chunk of a file as far as pointing at it is concerned. */
interface PointedChunk {
  readonly span: StoredSpan;
  readonly symbols: readonly ParsedSymbol[];
  readonly nLines: number;
}

/** Mentions that are looked at; a pasted log may hold hundreds. */
const maxMentions = 40;
/** Chunks that one range of lines brings in. */
const maxChunksOfRange = 6;
/** Chunks that speak for a file of which nothing but its name was asked. */
const maxOutlineChunks = 3;
/** Up to so many files of one name are all likely to be meant. */
const fewFiles = 3;
const shares = { line: 1, file: 0.5, outline: 0.25, suffix: 0.9 };

/** The files and lines of one question. */
export class PointedPlaces {
  readonly #mentions: readonly Mention[];
  /** By path as written: how much it says when many files are called so. */
  readonly #certainty = new Map<string, number>();
  /** True when the question asks for files and says nothing about their content. */
  readonly #asksForFiles: boolean;

  constructor(question: ParsedQuestion) {
    const fromPaths = question.paths.map(({ path, line, endLine }): Mention => {
      if (line === undefined) return { path };
      return { path, first: line, last: Math.max(line, endLine ?? line) };
    });
    const fromFrames = question.stackFrames.map(({ path, line }): Mention => ({
      path,
      first: line,
      last: line,
    }));
    this.#mentions = [...fromPaths, ...fromFrames].slice(0, maxMentions);
    this.#asksForFiles =
      fromPaths.length > 0 &&
      question.words.length + question.identifiers.length + question.literals.length === 0;
  }

  /** The paths as they were written, each once, without a leading `./`. */
  get paths(): readonly string[] {
    return [...new Set(this.#mentions.map(({ path }) => normal(path)))].filter(
      (path) => path !== "",
    );
  }

  /** Says how many files a path may mean. A name that many files have, `index.ts`, points at none of them. */
  sharedBy(path: string, nFiles: number): void {
    this.#certainty.set(path, Math.min(1, fewFiles / Math.max(1, nFiles)));
  }

  /** Returns what is pointed at in a file, `undefined` when the question does not name it. */
  in(path: string): PointedFile | undefined {
    let certainty = 0;
    const lines: { first: number; last: number }[] = [];
    for (const mention of this.#mentions) {
      if (!namesPath(mention.path, path)) continue;
      const wanted = normal(mention.path);
      const isWhole = wanted === path && wanted.includes("/");
      const share = isWhole ? 1 : shares.suffix * (this.#certainty.get(wanted) ?? 1);
      certainty = Math.max(certainty, share);
      if (mention.first !== undefined)
        lines.push({ first: mention.first, last: mention.last ?? mention.first });
    }
    return certainty === 0 ? undefined : { certainty, lines };
  }

  /** How much a chunk of a pointed file is meant: 1 when it holds a line that was named, about half for the file. */
  strength(pointed: PointedFile, { span, symbols, nLines }: PointedChunk): number {
    const { certainty, lines } = pointed;
    if (lines.some((range) => overlaps(span, range))) return certainty * shares.line;
    const outline =
      this.#asksForFiles && lines.length === 0 ? shares.outline * spoken(span, symbols, nLines) : 0;
    return certainty * (shares.file + outline);
  }
}

/** Returns the chunks that must be looked at because of a mention: those with its lines, else those that speak for the file. */
export function pointedChunks(
  { lines }: PointedFile,
  spans: readonly StoredSpan[],
  symbols: readonly ParsedSymbol[],
  nLines: number,
): number[] {
  if (lines.length > 0) {
    return lines.flatMap((range) =>
      spans.flatMap((span, idx) => (overlaps(span, range) ? [idx] : [])).slice(0, maxChunksOfRange),
    );
  }
  return spans
    .map((span, idx) => ({ idx, size: spoken(span, symbols, nLines) }))
    .sort((a, b) => b.size - a.size)
    .slice(0, maxOutlineChunks)
    .map(({ idx }) => idx);
}

/**
 * Returns the definition that some lines are most of: of a single line the innermost around it, `undefined` when no line of
 * them is in one.
 */
export function symbolOfLines(
  symbols: readonly ParsedSymbol[],
  { first, last }: { readonly first: number; readonly last: number },
): number | undefined {
  let best: number | undefined;
  let most = 0;
  for (const [idx, { range }] of symbols.entries()) {
    const [start, end] = [range.start.line, lastLineOf(range)];
    const nShared = Math.min(last, end) - Math.max(first, start) + 1;
    const fit = nShared / Math.max(end - start + 1, last - first + 1);
    // The later one is the inner one.
    if (nShared <= 0 || fit < most) continue;
    [best, most] = [idx, fit];
  }
  return best;
}

/** Share of the file that the largest outermost definition beginning in the chunk takes; a little for the file's head. */
function spoken(span: StoredSpan, symbols: readonly ParsedSymbol[], nLines: number): number {
  let most = span.range.start.line === 0 ? 0.1 : 0;
  for (const symbol of symbols) {
    const { start, end } = symbol.range;
    if (symbol.containerIdx >= 0 || !overlaps(span, { first: start.line, last: start.line }))
      continue;
    most = Math.max(most, (end.line - start.line + 1) / Math.max(1, nLines));
  }
  return Math.min(1, most);
}

function overlaps({ range }: StoredSpan, lines: { first: number; last: number }): boolean {
  return lines.first <= lastLineOf(range) && lines.last >= range.start.line;
}

function normal(path: string): string {
  return path.replaceAll("\\", "/").replace(/^(?:\.{0,2}\/)+/, "");
}

/** True when one path ends with the other at a folder boundary. */
function namesPath(mentioned: string, path: string): boolean {
  const wanted = normal(mentioned);
  if (wanted === "") return false;
  return path === wanted || path.endsWith(`/${wanted}`) || wanted.endsWith(`/${path}`);
}
