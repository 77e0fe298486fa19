/** Source code that people wrote, read from trees on the disk. */
import path from "node:path";
import { isSourceLanguage, languageOf } from "../../server/ingest/languages.ts";
import { listFiles, readSource } from "../trees.ts";

export interface CodeFile {
  /** Relative to the tree, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** Larger files are data or made by a program, as a rule. */
const largestChars = 200_000;
/** Other people's code, and what is no code of the repository's. */
const foreign = /(^|\/)(\.[^/]*|vendor|third_party|node_modules|deps|dist|generated)\/|\.min\.js$/;

/** Yields a tree's source files in the order of their paths. */
export function* codeOf(folder: string): Generator<CodeFile> {
  for (const file of listFiles(folder)) {
    const relative = path.relative(folder, file).split(path.sep).join("/");
    if (foreign.test(relative) || !isSourceLanguage(languageOf(relative))) continue;
    const text = readSource(file);
    if (text === undefined || text.length > largestChars || text.trim() === "") continue;
    yield { path: relative, text };
  }
}

/** Yields the source files of several trees, which take turns, so that the code is of several kinds throughout. */
export function* codeOfAll(folders: readonly string[]): Generator<CodeFile> {
  let turns = folders.map(codeOf);
  while (turns.length > 0) {
    const left: typeof turns = [];
    for (const turn of turns) {
      const next = turn.next();
      if (next.done === true) continue;
      yield next.value;
      left.push(turn);
    }
    turns = left;
  }
}
