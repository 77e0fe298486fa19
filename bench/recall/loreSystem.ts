import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { EvalRepository } from "./evalSet.ts";
import { parseRun } from "./runFile.ts";
import type { NotRun, Run, SearchSystem } from "./searchSystem.ts";

/** Where the product and its stores are. */
export interface LoreSettings {
  /** The built command line. */
  readonly commandLine: string;
  readonly workDir: string;
}

/** As many as the metrics and the count of read tokens may look at. */
const nResults = 50;
/** What the command line ends with when it does not know a word of its arguments. */
const usageExit = 2;

/**
 * Returns `lore search --batch` as a system. `rank` is what `--rank` is given, `undefined` for the product as it is.
 * All of them share a repository's store, which the first one fills.
 */
export function loreSystem(
  name: string,
  rank: string | undefined,
  settings: LoreSettings,
): SearchSystem {
  return { name, search: (repository) => searchByCommandLine(repository, rank, settings) };
}

/** Returns the folder of a repository's store. */
export function storeOf({ name }: EvalRepository, workDir: string): string {
  return path.join(workDir, `recall-${name}`);
}

function searchByCommandLine(
  repository: EvalRepository,
  rank: string | undefined,
  { commandLine, workDir }: LoreSettings,
): Run | NotRun {
  const { name, treeDir, questionsFile } = repository;
  const args = [
    ...[commandLine, "search", treeDir, "--batch", questionsFile, "--limit", String(nResults)],
    ...["--json", "--store", storeOf(repository, workDir)],
    ...(rank === undefined ? [] : ["--rank", rank]),
  ];
  const ran = spawnSync(process.execPath, args, {
    encoding: "utf8",
    maxBuffer: 2 ** 30,
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (ran.status === usageExit && ran.stderr.includes("--rank is one of")) {
    return { notRun: `this build does not know --rank ${rank}` };
  }
  if (ran.status !== 0) {
    throw new Error(`lore search --batch ended with ${ran.status ?? ran.signal}: ${ran.stderr}`);
  }
  mkdirSync(path.join(workDir, "runs"), { recursive: true });
  writeFileSync(path.join(workDir, "runs", `${name}-${rank ?? "full"}.jsonl`), ran.stdout);
  return parseRun(ran.stdout);
}
