/** The former local search of Copilot Chat: TF-IDF over chunks of about 250 tokens, a dot product without length normalisation. */
import { countsOf } from "./bm25.ts";
import { runOf, nPlaces, type SearchSystem } from "../searchSystem.ts";
import { sourceTreeOf, textOf, type SourceFile, type TextUnit } from "./sourceTree.ts";

/** 250 tokens of about four characters. */
const maxChunkLength = 1_000;

/** After `microsoft/vscode-copilot-chat`, `src/platform/tfidf/node/tfidf.ts`, with tokens counted as four characters. */
export const tfIdfSystem: SearchSystem = {
  name: "the former Copilot TF-IDF",
  search: (repository) => {
    const index = new TfIdfIndex(sourceTreeOf(repository));
    return runOf(repository, (question) => index.search(question, nPlaces));
  },
};

/** The index: term frequencies of chunks, and in how many chunks a term occurs. */
export class TfIdfIndex {
  readonly #units: TextUnit[] = [];
  /** Term to alternating unit index and frequency. */
  readonly #postings = new Map<string, number[]>();

  constructor(files: readonly SourceFile[]) {
    for (const file of files) for (const unit of tokenChunksOf(file)) this.#add(file, unit);
  }

  #add(file: SourceFile, unit: TextUnit): void {
    const idx = this.#units.push(unit) - 1;
    const counts = countsOf(splitTerms(textOf(file, unit.startLine, unit.endLine)));
    for (const [term, frequency] of counts) {
      const postings = this.#postings.get(term);
      if (postings === undefined) this.#postings.set(term, [idx, frequency]);
      else postings.push(idx, frequency);
    }
  }

  /** Returns the chunks that share a term with the question, best first, at most `limit`. */
  search(question: string, limit: number): TextUnit[] {
    const scores = new Map<number, number>();
    for (const [term, frequencyInQuestion] of countsOf(splitTerms(question))) {
      const postings = this.#postings.get(term) ?? [];
      const idf = Math.log((this.#units.length + 1) / (postings.length / 2));
      for (let at = 0; at < postings.length; at += 2) {
        const idx = postings[at] ?? 0;
        const weight = (postings[at + 1] ?? 0) * idf * frequencyInQuestion * idf;
        scores.set(idx, (scores.get(idx) ?? 0) + weight);
      }
    }
    return [...scores]
      .toSorted(([idxA, scoreA], [idxB, scoreB]) => scoreB - scoreA || idxA - idxB)
      .slice(0, limit)
      .flatMap(([idx]) => this.#units[idx] ?? []);
  }
}

/** Returns runs of whole lines of at most 1,000 characters, indentation not counted; a longer line is a chunk of its own. */
export function tokenChunksOf({ path, lines }: SourceFile): TextUnit[] {
  const units: TextUnit[] = [];
  let startLine = 1;
  let length = 0;
  for (const [idx, line] of lines.entries()) {
    const lineLength = line.trim().length + 1;
    if (length > 0 && length + lineLength > maxChunkLength) {
      units.push({ path, startLine, endLine: idx });
      startLine = idx + 1;
      length = 0;
    }
    length += lineLength;
  }
  return [...units, { path, startLine, endLine: lines.length }];
}

const wordPattern =
  /(?<![\p{Alphabetic}\p{Number}_$])[\p{Letter}_$][\p{Alphabetic}\p{Number}_$]{2,}(?![\p{Alphabetic}\p{Number}_$])/gu;
const minPartLength = 3;

/** Returns words of at least three characters in lower case, and beside each its parts in camel or snake case. */
export function splitTerms(text: string): string[] {
  const terms: string[] = [];
  for (const [word] of text.matchAll(wordPattern)) {
    const camel = word.split(/(?<=[a-z$])(?=[A-Z])/);
    const snake = word.split("_");
    const beforeNumber = /^(\D+)\p{Number}+$/u.exec(word)?.[1];
    const parts = [
      ...(camel.length > 1 ? camel : []),
      ...(snake.length > 1 ? snake : []),
      ...(beforeNumber === undefined ? [] : [beforeNumber]),
    ].filter((part) => part.length >= minPartLength && /[\p{Alphabetic}_$]{3,}/u.test(part));
    for (const term of new Set([word, ...parts].map((each) => each.toLowerCase()))) {
      terms.push(term);
    }
  }
  return terms;
}
