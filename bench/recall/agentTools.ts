/** The two tools of the greedy agent, and what their output costs to read. */
import { textOf, type SourceFile } from "./baselines/sourceTree.ts";

const bytesPerToken = 4;
/** Agents cap what a search prints. */
const maxGrepLines = 60;
const maxLineLength = 160;

/** Returns what a text costs to read, in tokens of four bytes of its UTF-8. */
export function tokensOf(text: string): number {
  return Buffer.byteLength(text) / bytesPerToken;
}

/** A line that grep found. */
export interface GrepHit {
  readonly path: string;
  /** 1-based. */
  readonly line: number;
}

/** A tool's output: what it says and what reading it costs. */
export interface GrepOutput {
  readonly hits: readonly GrepHit[];
  readonly tokens: number;
}

/** The files an agent works on, in lower case for searching and as they are for reading. */
export class AgentTools {
  readonly #files: readonly SourceFile[];
  readonly #lowered: readonly string[];
  readonly #byPath: ReadonlyMap<string, SourceFile>;
  readonly #found = new Map<string, readonly GrepHit[]>();

  constructor(files: readonly SourceFile[]) {
    this.#files = files;
    this.#lowered = files.map(({ lines }) => lines.join("\n").toLowerCase());
    this.#byPath = new Map(files.map((file) => [file.path, file]));
  }

  /** Returns how many lines hold a word, as `rg --count` would add up; a number costs next to nothing to read. */
  count(word: string): number {
    return this.#linesWith(word).length;
  }

  /** Returns the first lines with a word, file by file, cut to what an agent's search prints. */
  grep(word: string): GrepOutput {
    const hits = this.#linesWith(word).slice(0, maxGrepLines);
    const printed = hits.map(({ path, line }) => {
      const text = this.#byPath.get(path)?.lines[line - 1] ?? "";
      return `${path}:${line}:${text.slice(0, maxLineLength)}\n`;
    });
    return { hits, tokens: tokensOf(printed.join("")) };
  }

  /** Returns what reading lines of a file costs, numbers of lines not counted. */
  read(path: string, startLine: number, endLine: number): number {
    const file = this.#byPath.get(path);
    return file === undefined ? 0 : tokensOf(`${path}\n${textOf(file, startLine, endLine)}\n`);
  }

  #linesWith(word: string): readonly GrepHit[] {
    let hits = this.#found.get(word);
    if (hits === undefined) this.#found.set(word, (hits = [...this.#search(word)]));
    return hits;
  }

  *#search(word: string): Generator<GrepHit> {
    for (const [idx, text] of this.#lowered.entries()) {
      if (!text.includes(word)) continue;
      const path = this.#files[idx]?.path ?? "";
      for (const [lineIdx, line] of text.split("\n").entries()) {
        if (line.includes(word)) yield { path, line: lineIdx + 1 };
      }
    }
  }
}
