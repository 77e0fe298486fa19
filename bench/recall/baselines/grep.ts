import type { ResultSpan } from "../metric.ts";
import { runOf, type SearchSystem } from "../searchSystem.ts";
import { sourceTreeOf, windowsOf, type SourceFile } from "./sourceTree.ts";
import { plainWordsOf } from "./words.ts";

const windowLines = 60;
/** More files than any metric looks at. */
const nFiles = 50;

/**
 * What grep for each of the question's words gives: files by how many distinct words they hold, then by how many
 * hits. The place in a file is the window of 60 lines with the most distinct words.
 */
export const grepSystem: SearchSystem = {
  name: "grep for the question's words",
  search: (repository) => {
    const files = sourceTreeOf(repository).map((file) => new GrepFile(file));
    return runOf(repository, (question) => grep(plainWordsOf(question), files));
  },
};

function grep(words: readonly string[], files: readonly GrepFile[]): ResultSpan[] {
  return files
    .map((file) => ({ file, ...file.count(words) }))
    .filter(({ nDistinct }) => nDistinct > 0)
    .toSorted((a, b) => b.nDistinct - a.nDistinct || b.nHits - a.nHits)
    .slice(0, nFiles)
    .map(({ file }) => file.bestPlace(words));
}

/** A file in lower case, for words in lower case. */
export class GrepFile {
  readonly #file: SourceFile;
  readonly #text: string;

  constructor({ path, lines }: SourceFile) {
    this.#file = { path, lines: lines.map((line) => line.toLowerCase()) };
    this.#text = this.#file.lines.join("\n");
  }

  /** Returns how many of the words the file holds, also within other words, and how often. */
  count(words: readonly string[]): { nDistinct: number; nHits: number } {
    const counts = words.map((word) => occurrences(this.#text, word));
    return {
      nDistinct: counts.filter((count) => count > 0).length,
      nHits: counts.reduce((sum, count) => sum + count, 0),
    };
  }

  /** Returns the window with the most distinct words, the first of several. */
  bestPlace(words: readonly string[]): ResultSpan {
    let best: ResultSpan = { path: this.#file.path };
    let most = 0;
    for (const unit of windowsOf(this.#file, windowLines, windowLines)) {
      const lines = this.#file.lines.slice(unit.startLine - 1, unit.endLine);
      const nWords = words.filter((word) => lines.some((line) => line.includes(word))).length;
      if (nWords > most) [best, most] = [unit, nWords];
    }
    return best;
  }
}

function occurrences(text: string, word: string): number {
  let n = 0;
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + word.length)) n++;
  return n;
}
