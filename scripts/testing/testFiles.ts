/** Runs files of Node's test runner and reads the counts. */
import { glob } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { checkout, inCheckout } from "../checkout.ts";
import { runCommand } from "../processes.ts";
import { countsMark, type Counts } from "./reporter.ts";
import type { StageContext, StageResult } from "./stage.ts";

/** How the files are to be run. */
export interface TestFilesOptions {
  readonly include: readonly string[];
  readonly exclude?: readonly string[];
  /** Longest time of one file's tests, a guard against one that hangs. */
  readonly timeoutMs?: number;
  readonly concurrency?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Words before the command that runs them. */
  readonly prefix?: readonly string[];
}

/** Runs every file that matches. A run that executes no test has failed, unless `paths` asks for other files. */
export async function runTestFiles(
  context: StageContext,
  options: TestFilesOptions,
): Promise<StageResult> {
  const files = await matchingFiles(context, options);
  if (files.length === 0) {
    if (context.paths.length > 0)
      return { passed: 0, failed: 0, output: "", note: "no such files" };
    return { passed: 0, failed: 1, output: "There is no test file." };
  }
  const [command, ...args] = [...(options.prefix ?? []), process.execPath] as [string];
  const { code, output } = await runCommand(
    command,
    [
      ...args,
      "--test",
      `--test-concurrency=${options.concurrency ?? 2}`,
      `--test-timeout=${options.timeoutMs ?? 300_000}`,
      `--test-reporter=${inCheckout("scripts/testing/reporter.ts")}`,
      ...seedArguments(context.seed),
      ...files,
    ],
    {
      env: {
        ...(context.browser === undefined ? {} : { LORE_BROWSER: context.browser }),
        ...options.env,
      },
    },
  );
  return resultOf(code, output);
}

/** Node hands `--import` on to the process of each file. */
function seedArguments(seed: number | undefined): readonly string[] {
  if (seed === undefined) return [];
  const preload = pathToFileURL(inCheckout("scripts/testing/propertySeed.ts"));
  preload.searchParams.set("seed", String(seed));
  return ["--import", preload.href];
}

async function matchingFiles(
  { paths }: StageContext,
  { include, exclude = [] }: TestFilesOptions,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pattern of include) {
    const options = { cwd: checkout, exclude: [...exclude, "**/node_modules/**"] };
    for await (const file of glob(pattern, options)) found.push(file.split(path.sep).join("/"));
  }
  return found
    .filter((file) => paths.length === 0 || paths.some((wanted) => file.startsWith(wanted)))
    .toSorted();
}

function resultOf(code: number, output: string): StageResult {
  const start = output.lastIndexOf(countsMark);
  if (start < 0) return { passed: 0, failed: 1, output: `The test runner broke off.\n${output}` };
  const end = output.indexOf("\n", start);
  const counts = JSON.parse(output.slice(start + countsMark.length, end)) as Counts;
  const text = `${output.slice(0, start)}${output.slice(end)}`;
  // A file that crashes or leaves work behind fails the run without a failing case.
  const crashed = code !== 0 && counts.failed === 0;
  const ranNone = counts.passed + counts.failed === 0;
  return {
    passed: counts.passed,
    failed: counts.failed + (crashed || ranNone ? 1 : 0),
    output: text,
    skipped: counts.skipped,
  };
}
