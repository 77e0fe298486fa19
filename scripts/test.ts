/**
 * `npm test [-- --only STAGE,… [--seed N] [PATH…]]`: runs every stage and prints a line for each, failures in full, and as the
 * last line `N passed, N failed`.
 */
import { findBrowser, type BrowserFound } from "./browser.ts";
import { installEditor, isEditorAvailable } from "./editor.ts";
import { findSeclusion, type SeclusionFound } from "./testing/seclusion.ts";
import { check, type Stage, type StageContext, type StageResult } from "./testing/stage.ts";
import { stages } from "./testing/stages.ts";
import { ownTarget, packageTargets } from "./vsix.ts";

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const { chosen, paths, seed } = argumentsOf(process.argv.slice(2));
const needs = new Set(chosen.map((stage) => stage.needs));
// Downloads run beside the first stages, which need neither.
const needsEditor = needs.has("editor") || needs.has("seclusion");
const browser = needs.has("browser") || needsEditor ? lookForBrowser() : undefined;
const editor = needsEditor && isEditorAvailable() ? attemptInstall() : undefined;
// apt-get is used by one at a time.
const seclusion = needs.has("seclusion") ? lookForSeclusion() : undefined;
let vsix: Promise<string> | undefined;

let passed = 0;
let failed = 0;
const notRun: string[] = [];
for (const stage of chosen) {
  const found = stage.needs === undefined ? undefined : await browser;
  const obstacle = obstacleOf(
    stage,
    found,
    stage.needs === "seclusion" ? await seclusion : undefined,
  );
  if (obstacle !== undefined) {
    notRun.push(stage.name);
    say(`${"NOT RUN".padEnd(8)}${stage.name.padEnd(12)}${stage.what}: ${obstacle}`);
    continue;
  }
  const startMs = performance.now();
  const result = await outcomeOf(stage, contextOf(found));
  passed += result.passed;
  failed += result.failed;
  report(stage, result, performance.now() - startMs);
}
await editor;
if (notRun.length > 0) {
  say(`Not run: ${notRun.join(", ")}.`);
  // A green run in CI must mean that everything ran.
  if (isCi()) failed += notRun.length;
}
if (passed + failed === 0 && notRun.length === 0) {
  // A mistyped path must not look like success.
  say("No test ran: no file of these stages fits the given paths.");
  failed = 1;
}
say(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** A stage that throws has failed; the others still run. */
async function outcomeOf(stage: Stage, context: StageContext): Promise<StageResult> {
  try {
    return await stage.run(context);
  } catch (error) {
    return check(false, error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

interface Arguments {
  readonly chosen: readonly Stage[];
  readonly paths: readonly string[];
  readonly seed: number | undefined;
}

function argumentsOf(args: readonly string[]): Arguments {
  const [option, list, ...rest] = args;
  if (option === undefined) return { chosen: stages, paths: [], seed: undefined };
  const names = (list ?? "").split(",");
  const unknown = names.filter((name) => !stages.some((stage) => stage.name === name));
  const seed = rest[0] === "--seed" ? Number(rest.splice(0, 2)[1]) : undefined;
  const isSeed = seed === undefined || Number.isSafeInteger(seed);
  if (option !== "--only" || unknown.length > 0 || !isSeed) {
    const known = stages.map((stage) => stage.name).join(", ");
    process.stderr.write(
      `Usage: npm test -- --only STAGE,… [--seed N] [PATH…]\nStages: ${known}\n`,
    );
    process.exit(2);
  }
  return { chosen: stages.filter((stage) => names.includes(stage.name)), paths: rest, seed };
}

function obstacleOf(
  stage: Stage,
  found: BrowserFound | undefined,
  secluded: SeclusionFound | undefined,
): string | undefined {
  if (found?.kind === "none") return found.reason;
  if (stage.needs === "seclusion" && secluded?.kind === "none") return secluded.reason;
  if (stage.needs !== undefined && stage.needs !== "browser" && !isEditorAvailable()) {
    return `the editor in the browser does not run on ${process.platform}`;
  }
  return undefined;
}

function contextOf(found: BrowserFound | undefined): StageContext {
  return {
    paths,
    seed,
    browser: found?.kind === "found" ? found.executable : undefined,
    vsix: () => (vsix ??= packageOwn()),
    editor: async () => {
      const failure = await editor;
      if (failure !== undefined) throw failure;
    },
    seclusion: async () => {
      const way = await seclusion;
      if (way?.kind !== "found") throw new Error("There is no place without a network.");
      return way;
    },
  };
}

/** Nobody waits for these at first, so a failure is kept and not thrown. */
async function lookForBrowser(): Promise<BrowserFound> {
  try {
    return await findBrowser(say);
  } catch (error) {
    return { kind: "none", reason: error instanceof Error ? error.message : String(error) };
  }
}

async function lookForSeclusion(): Promise<SeclusionFound> {
  await browser;
  try {
    return await findSeclusion(say);
  } catch (error) {
    return { kind: "none", reason: error instanceof Error ? error.message : String(error) };
  }
}

async function attemptInstall(): Promise<Error | undefined> {
  try {
    await installEditor();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function packageOwn(): Promise<string> {
  const [made] = await packageTargets([ownTarget()]);
  if (made === undefined) throw new Error("Nothing was packaged.");
  return made.file;
}

function report(stage: Stage, result: StageResult, elapsedMs: number): void {
  const mark = result.failed === 0 ? "ok" : "FAILED";
  const counts =
    result.failed === 0
      ? `${result.passed} passed`
      : `${result.passed} passed, ${result.failed} failed`;
  const skipped = result.skipped ?? [];
  const asides = [
    ...(skipped.length === 0 ? [] : [`${skipped.length} skipped: ${skipped.join(", ")}`]),
    ...(result.note === undefined ? [] : [result.note]),
  ];
  const seconds = `${(elapsedMs / 1000).toFixed(1)} s`;
  const line = [stage.what, counts, seconds, ...asides].join(" · ");
  say(`${mark.padEnd(8)}${stage.name.padEnd(12)}${line}`);
  if (result.failed > 0) say(`${result.output.trim()}\n`);
}

function isCi(): boolean {
  const value = process.env["CI"] ?? "";
  return value !== "" && value !== "false" && value !== "0";
}
