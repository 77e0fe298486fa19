/** The evaluation set on disk: questions with known answers, the files that count, and the trees they are about. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { EvalQuestion, Scores } from "./metric.ts";

/** One repository of the set. */
export interface EvalRepository {
  readonly name: string;
  /** The tree to search in. */
  readonly treeDir: string;
  /** The questions as a file, a JSON object a line. */
  readonly questionsFile: string;
  readonly questions: readonly EvalQuestion[];
  /** Results in other files do not count. */
  readonly knownFiles: ReadonlySet<string>;
}

/** Scores that came with the set: system to question id to scores. */
export type GivenScores = Readonly<Record<string, Readonly<Record<string, Scores>>>>;

/**
 * Returns the repositories that have a `NAME.jsonl` in `evalDir`, by name.
 * Errors: a sentence, thrown, when there is none or a tree is missing; the file system's when a manifest is.
 */
export function readEvalSet(evalDir: string, treesDir: string): EvalRepository[] {
  const names = readdirSync(evalDir)
    .filter((name) => name.endsWith(".jsonl"))
    .map((name) => name.slice(0, -".jsonl".length))
    .toSorted();
  if (names.length === 0) throw new Error(`${evalDir} holds no questions (NAME.jsonl).`);
  return names.map((name) => readRepository(name, evalDir, treesDir));
}

function readRepository(name: string, evalDir: string, treesDir: string): EvalRepository {
  const treeDir = path.join(treesDir, `${name}.tree`);
  if (!existsSync(treeDir)) throw new Error(`${treeDir} is missing.`);
  const questionsFile = path.join(evalDir, `${name}.jsonl`);
  const manifest = readFileSync(path.join(evalDir, `${name}.manifest.json`), "utf8");
  const { files } = JSON.parse(manifest) as { files: string[] };
  const questions = readFileSync(questionsFile, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as EvalQuestion);
  return { name, treeDir, questionsFile, questions, knownFiles: new Set(files) };
}

/** Returns the scores in `baselines.json`, `undefined` when the set has none. */
export function readGivenScores(evalDir: string): GivenScores | undefined {
  const file = path.join(evalDir, "baselines.json");
  if (!existsSync(file)) return undefined;
  return (JSON.parse(readFileSync(file, "utf8")) as { per_query: GivenScores }).per_query;
}
