/**
 * Vague questions about repositories, each cut down to what a bank can be filled with in a benchmark: the files that
 * the questions are about, and others. Search and memory see the same files.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { EvalRepository } from "../recall/evalSet.ts";
import type { EvalQuestion } from "../recall/metric.ts";
import { MersenneTwister } from "../bootstrap.ts";
import type { BenchBank, MemoryParts } from "./memoryParts.ts";
import { codeOf, type CodeFile } from "./sourceFiles.ts";

export interface QuestionedRepository {
  readonly name: string;
  /** A file's id is its path. */
  readonly bank: BenchBank;
  readonly nTokens: number;
  readonly files: readonly CodeFile[];
  /** A copy of the files on the disk. */
  readonly treeDir: string;
  readonly questions: readonly EvalQuestion[];
}

/** Larger files leave no room for others. */
const largestChars = 12_000;
/** Of the tokens, so much may be files that a question is about. */
const askedShare = 2 / 3;
const seed = 20_265;
/** Code in a question: quoted, compound, called, qualified, or in capitals. */
const identifier = /`|\w_\w|[a-z][A-Z]|\w\(|::|\w\.\w|[A-Z]{2}/;

/** Returns whether a question is about one function and names nothing of the code. */
export function isVague({ kind, query }: EvalQuestion): boolean {
  return kind === "doc" && !identifier.test(query);
}

/** Remembers about `mostTokens` of a repository, with as many of its vague questions as fit. */
async function rememberQuestioned(
  repository: EvalRepository,
  { bank, mostTokens, workDir }: { bank: BenchBank; mostTokens: number; workDir: string },
): Promise<QuestionedRepository> {
  const { name, treeDir: from, knownFiles } = repository;
  const all = [...codeOf(from)].filter(
    (file) => file.text.length <= largestChars && knownFiles.has(file.path),
  );
  const byPath = new Map(all.map((file) => [file.path, file]));
  const vague = shuffled(repository.questions.filter(isVague));
  const asked = new Set(vague.flatMap(({ relevant }) => byPath.get(relevant[0]?.path ?? "") ?? []));
  const others = shuffled(all.filter((file) => !asked.has(file)));
  const files: CodeFile[] = [];
  let nTokens = 0;
  const remember = async (some: Iterable<CodeFile>, most: number): Promise<void> => {
    for (const file of some) {
      if (nTokens >= most) return;
      nTokens += (await bank.remember(file.path, file)).nTokens;
      files.push(file);
    }
  };
  await remember(asked, mostTokens * askedShare);
  await remember(others, mostTokens);
  const held = new Set(files.map((file) => file.path));
  for (const { fileId } of bank.store.files()) if (!held.has(fileId)) bank.store.remove(fileId);
  await bank.settle();
  const questions = vague.filter(({ relevant }) => held.has(relevant[0]?.path ?? ""));
  return { name, bank, nTokens, files, questions, treeDir: copyOf(files, name, workDir) };
}

/** Opens a bank for each repository of a set and fills it; an interrupted run, and the next section, go on from there. */
export async function rememberAllQuestioned(
  parts: MemoryParts,
  repositories: readonly EvalRepository[],
  mostTokens: number,
  workDir: string,
): Promise<QuestionedRepository[]> {
  const remembered: QuestionedRepository[] = [];
  for (const repository of repositories) {
    const bank = await parts.keptBank(`questions-${repository.name}`);
    remembered.push(await rememberQuestioned(repository, { bank, mostTokens, workDir }));
  }
  return remembered;
}

function copyOf(files: readonly CodeFile[], name: string, workDir: string): string {
  const tree = path.join(workDir, "memory", `tree-${name}`);
  rmSync(tree, { recursive: true, force: true });
  for (const { path: file, text } of files) {
    const target = path.join(tree, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  return tree;
}

function shuffled<T>(values: readonly T[]): T[] {
  const random = new MersenneTwister(seed);
  return values
    .map((value) => ({ value, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}
