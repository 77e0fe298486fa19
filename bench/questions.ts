import path from "node:path";
import { MersenneTwister } from "./bootstrap.ts";
import { listFiles, readSource } from "./trees.ts";

/** A question with the file whose comment it was made from. */
export interface MadeQuestion {
  readonly query: string;
  /** Relative to the tree, with `/`. */
  readonly path: string;
}

const minWords = 5;
const maxWords = 25;

/**
 * Makes questions out of a tree's own comments: the first sentence of a block comment, at most one a file.
 * The same tree and seed give the same questions. Fewer than `nWanted` when the tree has no more.
 */
export function makeQuestions(folder: string, nWanted: number, seed: number): MadeQuestion[] {
  const files = [...listFiles(folder)].filter((file) => /\.[ch]$/.test(file));
  const questions: MadeQuestion[] = [];
  for (const file of shuffled(files, seed)) {
    if (questions.length === nWanted) break;
    const query = firstQuestion(readSource(file) ?? "");
    if (query === undefined) continue;
    questions.push({ query, path: path.relative(folder, file).split(path.sep).join("/") });
  }
  return questions;
}

/** Returns the list in an order that the seed decides. */
export function shuffled<T>(list: readonly T[], seed: number): T[] {
  const random = new MersenneTwister(seed);
  return list
    .map((item) => ({ item, key: random.next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

function firstQuestion(text: string): string | undefined {
  for (const [, body = ""] of text.matchAll(/^[ \t]*\/\*\*?\s([\s\S]*?)\*\//gm)) {
    const sentence = firstSentence(body);
    const nWords = sentence.split(" ").length;
    if (nWords >= minWords && nWords <= maxWords && !/copyright|license|spdx/i.test(sentence)) {
      return sentence;
    }
  }
  return undefined;
}

function firstSentence(comment: string): string {
  const words = comment
    .split("\n")
    .map((line) => line.replace(/^[ \t]*\*?[ \t]*/, ""))
    .join(" ")
    .replace(/\s+/g, " ")
    .trim();
  // Kernel documentation begins with the name that is documented.
  const described = words.replace(/^[\w ]+(\(\))?\s+-\s+/, "");
  return (/^.*?[.:;](?=\s|$)/.exec(described)?.[0] ?? described).replace(/[.:;]$/, "");
}
