/**
 * What an agent without a memory does, as a script: grep for the rarest words of the question, open the files with the
 * most of them, read around the hits, go on with the next words. It has no understanding, and no luck either.
 */
import type { AgentTools, GrepHit } from "./agentTools.ts";

/** Words of one round of searching. */
const wordsPerRound = 3;
/** Files that are opened before more words are searched. */
const filesPerRound = 5;
/** Lines that are read of a file, around its hits. */
const windowLines = 120;

/** The agent's ways that are told apart in the tables. */
export interface AgentWays {
  /** Returns the words of a question that may be searched for. */
  readonly wordsOf: (question: string) => readonly string[];
}

/**
 * Returns how many tokens the agent read when it first read a file of `wanted`, `undefined` when it did not get there
 * within `budget`. What its searches print counts like what it reads.
 */
export function tokensOfAgent(
  question: string,
  wanted: ReadonlySet<string>,
  tools: AgentTools,
  { wordsOf }: AgentWays,
  budget: number,
): number | undefined {
  const words = rarestFirst(wordsOf(question), tools);
  const seen = new SeenFiles();
  let tokens = 0;
  for (let at = 0; at === 0 || at < words.length; at += wordsPerRound) {
    for (const word of words.slice(at, at + wordsPerRound)) {
      const output = tools.grep(word);
      tokens += output.tokens;
      seen.add(word, output.hits);
    }
    const isLastRound = at + wordsPerRound >= words.length;
    for (const { path, startLine, endLine } of seen.open(isLastRound ? Infinity : filesPerRound)) {
      tokens += tools.read(path, startLine, endLine);
      if (tokens > budget) return undefined;
      if (wanted.has(path)) return tokens;
    }
  }
  return undefined;
}

function rarestFirst(words: readonly string[], tools: AgentTools): string[] {
  return words
    .map((word) => ({ word, nLines: tools.count(word) }))
    .filter(({ nLines }) => nLines > 0)
    .sort((a, b) => a.nLines - b.nLines)
    .map(({ word }) => word);
}

interface Window {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
}

/** What searches have shown of files, and which were opened. */
class SeenFiles {
  /** Path to word to the lines with it. */
  readonly #lines = new Map<string, Map<string, number[]>>();
  readonly #opened = new Set<string>();

  add(word: string, hits: readonly GrepHit[]): void {
    for (const { path, line } of hits) {
      const byWord = this.#lines.get(path) ?? new Map<string, number[]>();
      this.#lines.set(path, byWord);
      byWord.set(word, [...(byWord.get(word) ?? []), line]);
    }
  }

  /** Opens up to `limit` files that were not opened before: those with the most distinct words, then the most hits. */
  open(limit: number): Window[] {
    const windows = [...this.#lines]
      .filter(([path]) => !this.#opened.has(path))
      .map(([path, byWord]) => ({
        path,
        nWords: byWord.size,
        lines: [...byWord.values()].flat().sort((a, b) => a - b),
      }))
      .sort((a, b) => b.nWords - a.nWords || b.lines.length - a.lines.length)
      .slice(0, limit)
      .map(({ path, lines }) => windowAround(path, lines));
    for (const { path } of windows) this.#opened.add(path);
    return windows;
  }
}

/** Returns the window that holds the most hits, with lines before the first of them. */
function windowAround(path: string, lines: readonly number[]): Window {
  const nFrom = (first: number): number =>
    lines.filter((line) => line >= first && line < first + windowLines).length;
  const best = lines.reduce(
    (most, line) => (nFrom(line) > nFrom(most) ? line : most),
    lines[0] ?? 1,
  );
  const last = lines.findLast((line) => line < best + windowLines) ?? best;
  const startLine = Math.max(1, Math.floor((best + last - windowLines) / 2) + 1);
  return { path, startLine, endLine: startLine + windowLines - 1 };
}
