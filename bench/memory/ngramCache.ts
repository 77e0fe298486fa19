/**
 * The n-gram cache: completes a line by what followed the same lexemes elsewhere in the repository (after the cache of
 * Hellendoorn and Devanbu 2017, with the longest context alone). Words and single marks are lexemes; what is blank in
 * front of one belongs to it.
 */
import { countsOf } from "../recall/baselines/bm25.ts";
import type { CodeFile } from "./sourceFiles.ts";

/** A text as lexemes: with what is blank in front, and without. */
interface LexedText {
  readonly path: string;
  readonly wholes: readonly string[];
  readonly words: readonly string[];
}

interface Place {
  readonly text: LexedText;
  readonly at: number;
}

const longestContext = 8;
const maxLexemes = 60;
const lexeme = /\s*(?:\w+|[^\w\s])/g;

export class NgramCache {
  /** By word. */
  readonly #places = new Map<string, Place[]>();
  readonly #mostFrequent: string;

  constructor(files: readonly CodeFile[]) {
    // The last line ends too.
    const all = files.map(({ path, text }) => lexed(path, text, ["\n"]));
    for (const text of all) addPlaces(this.#places, text);
    this.#mostFrequent = mostFrequent(all.flatMap(({ wholes }) => wholes)) ?? "";
  }

  /**
   * Returns the rest of the line behind `prefix`. The cache draws on other files and on `prefix`, not on the file
   * that it is of.
   */
  complete(path: string, prefix: string): string {
    const typed = lexed(path, prefix);
    const inPrefix = new Map<string, Place[]>();
    addPlaces(inPrefix, typed);
    const context = typed.words.slice(-longestContext);
    let line = "";
    for (let n = 0; n < maxLexemes; n++) {
      const word = context.at(-1) ?? "";
      const others = (this.#places.get(word) ?? []).filter(({ text }) => text.path !== path);
      const places = [...others, ...(inPrefix.get(word) ?? [])];
      const next = likeliest(context, places) ?? this.#mostFrequent;
      if (/^\s*\n/.test(next)) break;
      const isBlankThere = line === "" && /\s$/.test(prefix);
      line += isBlankThere ? next.trimStart() : next;
      context.push(next.trimStart());
      if (context.length > longestContext) context.shift();
    }
    return line;
  }
}

function lexed(path: string, text: string, end: readonly string[] = []): LexedText {
  const wholes = [...(text.match(lexeme) ?? []), ...end];
  return { path, wholes, words: wholes.map((whole) => whole.trimStart()) };
}

function addPlaces(places: Map<string, Place[]>, text: LexedText): void {
  for (const [at, word] of text.words.entries()) {
    const known = places.get(word);
    if (known === undefined) places.set(word, [{ text, at }]);
    else known.push({ text, at });
  }
}

/** What most often followed the longest end of the context; `undefined` when nothing ever followed its last word. */
function likeliest(context: readonly string[], places: readonly Place[]): string | undefined {
  let longest = 0;
  let followers: string[] = [];
  for (const { text, at } of places) {
    const follower = text.wholes[at + 1];
    const length = commonLength(context, text.words, at);
    if (follower === undefined || length < longest) continue;
    if (length > longest) followers = [];
    longest = length;
    followers.push(follower);
  }
  return mostFrequent(followers);
}

/** How many words up to `at` are those at the context's end. */
function commonLength(context: readonly string[], words: readonly string[], at: number): number {
  let length = 0;
  while (length < context.length && words[at - length] === context[context.length - 1 - length])
    length++;
  return length;
}

/** The first of the most frequent ones. */
function mostFrequent(items: readonly string[]): string | undefined {
  let best: string | undefined;
  let most = 0;
  for (const [item, n] of countsOf(items)) {
    if (n <= most) continue;
    best = item;
    most = n;
  }
  return best;
}
