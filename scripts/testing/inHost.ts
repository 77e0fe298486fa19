/** Runs the in-host tests that were built with the package inside the extension host of a real editor that has it installed. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { format } from "node:util";
import { chromium, type Page } from "playwright-core";
import { checkout, inCheckout, packageFolder } from "../checkout.ts";
import { installVsix, startEditor } from "../editor.ts";
import type { StageContext, StageResult } from "./stage.ts";

/** Longest time of all tests together. */
const timeoutMs = 420_000;

/** What a phase of `test/inhost/responsiveness.test.ts` did to the extension host's event loop, in milliseconds. */
export interface HostPhase {
  readonly phase: string;
  readonly elapsedMs: number;
  /** Longest wait of a timer that was due; other work of the machine counts. */
  readonly longestWaitMs: number;
  /** Most processor time used in one go. */
  readonly longestWorkMs: number;
  readonly nOver50: number;
  readonly workMs: number;
}

/** What to run in the editor. */
export interface InHostOptions {
  /** The packaged extension. */
  readonly vsix: string;
  readonly browser: string | undefined;
  /** The one test file to run, without its ending; all when absent. */
  readonly only?: string;
  /** Absolute path of the large folder to remember; the tests make one when absent. */
  readonly tree?: string;
}

/** What `test/inhost/index.ts` writes. */
interface InHostResult {
  readonly passed: number;
  readonly failures: readonly { readonly name: string; readonly text: string }[];
  readonly skipped: readonly string[];
}

/** Runs every test in the editor. The editor must be installed. */
export async function runInHost(context: StageContext): Promise<StageResult> {
  await context.editor();
  const { result } = await runInFreshEditor({
    vsix: await context.vsix(),
    browser: context.browser,
  });
  return result;
}

/** Installs the package into a fresh editor, opens two small folders in it and runs the tests there. */
export async function runInFreshEditor(
  options: InHostOptions,
): Promise<{ readonly result: StageResult; readonly phases: readonly HostPhase[] }> {
  const dir = mkdtempSync(path.join(tmpdir(), "lore-inhost-"));
  try {
    await installVsix(dir, options.vsix);
    const result = await runInEditor(dir, options);
    const phases = readPhases(measuredFile(dir));
    return { result: { ...result, ...noteOf(phases) }, phases };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function measuredFile(dir: string): string {
  return path.join(dir, "measured.json");
}

function readPhases(file: string): readonly HostPhase[] {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as HostPhase[]) : [];
}

function noteOf(phases: readonly HostPhase[]): Pick<StageResult, "note"> {
  if (phases.length === 0) return {};
  const parts = phases.map(
    ({ phase, longestWorkMs }) => `${phase} ${Math.round(longestWorkMs)} ms`,
  );
  return { note: `longest work in one go: ${parts.join(", ")}` };
}

async function runInEditor(
  dir: string,
  { browser: browserPath, only, tree }: InHostOptions,
): Promise<StageResult> {
  const workspace = writeWorkspace(dir);
  // The tests need a development extension to run; the product is the installed package.
  const development = path.join(dir, "development");
  mkdirSync(development);
  const manifest = {
    name: "development",
    publisher: "test",
    version: "0.0.1",
    engines: { vscode: "*" },
    // What `test/inhost/models.test.ts` registers.
    contributes: {
      languageModelChatProviders: [
        { vendor: "test", displayName: "Test Models" },
        { vendor: "stranger", displayName: "Models Without Consent" },
      ],
    },
  };
  writeFileSync(path.join(development, "package.json"), JSON.stringify(manifest));
  const resultFile = path.join(dir, "result.json");

  const editor = await startEditor({
    dir,
    settings: { "security.workspace.trust.enabled": false },
    // Built editors run tests only when they are told that a driver is there.
    extraArgs: ["--vscode-option", "enable-smoke-test-driver"],
    env: {
      LORE_INHOST_RESULT: resultFile,
      LORE_INHOST_MEASURED: measuredFile(dir),
      ...(only === undefined ? {} : { LORE_INHOST_ONLY: only }),
      ...(tree === undefined ? {} : { LORE_INHOST_TREE: tree }),
    },
  });
  const lines: string[] = [];
  try {
    const browser = await chromium.launch({
      ...(browserPath === undefined ? {} : { executablePath: browserPath }),
      args: ["--no-sandbox", "--disable-gpu"],
    });
    try {
      const page = await browser.newPage();
      await page.exposeFunction("codeAutomationLog", (type: string, args: unknown[]) => {
        lines.push(`[${type}] ${format(...args)}`);
      });
      const { promise: exit, resolve: onExit } = Promise.withResolvers<number>();
      await page.exposeFunction("codeAutomationExit", onExit);
      await agreeBeforehand(page, editor.url);
      await page.goto(testAddress(editor.url, workspace, development));
      const code = await withTimeout(exit);
      return resultOf(code, resultFile, lines);
    } finally {
      await browser.close();
    }
  } finally {
    await editor.stop();
  }
}

/**
 * Keeps that the user lets the models of one vendor read recalled lines, where the editor in the browser keeps what its
 * extensions remember of a user: it refuses to show a dialog while it runs tests, so that nobody can be asked.
 */
async function agreeBeforehand(page: Page, url: string): Promise<void> {
  // Any page of the editor's origin; this one opens nothing yet.
  await page.goto(`${url}/healthz`);
  const remembered = JSON.stringify({ "lore.model.agreed": ["editor test"] });
  await page.evaluate(`new Promise((resolve, reject) => {
    const opening = indexedDB.open("vscode-web-state-db-global");
    opening.onerror = () => reject(opening.error);
    opening.onupgradeneeded = () => opening.result.createObjectStore("ItemTable");
    opening.onsuccess = () => {
      const writing = opening.result.transaction("ItemTable", "readwrite");
      writing.objectStore("ItemTable").put(${JSON.stringify(remembered)}, "lore.lore");
      writing.onerror = () => reject(writing.error);
      writing.oncomplete = () => resolve(opening.result.close());
    };
  })`);
}

/** Two folders from the start: a window of one folder restarts its extension host when a second is added. */
function writeWorkspace(dir: string): string {
  for (const [name, file, text] of [
    ["workspace", "greeting.ts", 'export const greeting = "hello";\n'],
    ["library", "farewell.ts", 'export const farewell = "bye";\n'],
  ] as const) {
    mkdirSync(path.join(dir, name));
    writeFileSync(path.join(dir, name, file), text);
  }
  const workspace = path.join(dir, "tests.code-workspace");
  writeFileSync(
    workspace,
    JSON.stringify({ folders: [{ path: "workspace" }, { path: "library" }] }),
  );
  return workspace;
}

function testAddress(url: string, workspace: string, development: string): string {
  const remote = (file: string): string => `vscode-remote://${new URL(url).host}${file}`;
  const payload = JSON.stringify([
    ["extensionDevelopmentPath", remote(development)],
    ["extensionTestsPath", remote(inCheckout(packageFolder, "dist-test/inhost/index.cjs"))],
  ]);
  return `${url}/?workspace=${encodeURIComponent(workspace)}&payload=${encodeURIComponent(payload)}`;
}

/** The exit code, `undefined` when the tests did not end in time. */
async function withTimeout(exit: Promise<number>): Promise<number | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), timeoutMs);
  try {
    return await Promise.race([exit, late]);
  } finally {
    clearTimeout(timer);
  }
}

function resultOf(code: number | undefined, file: string, lines: readonly string[]): StageResult {
  mkdirSync(inCheckout("test-results"), { recursive: true });
  const log = inCheckout("test-results/in-editor.log");
  writeFileSync(log, lines.join("\n"));
  const printed = `What the editor printed is in ${path.relative(checkout, log)}.`;
  if (code === undefined) return broken(`The tests did not end in ${timeoutMs / 1000} s.`, printed);
  if (code !== 0 || !existsSync(file)) return broken("The tests broke off.", printed);
  const result = JSON.parse(readFileSync(file, "utf8")) as InHostResult;
  if (result.passed + result.failures.length === 0) return broken("No test ran.", printed);
  const failures = result.failures.map(({ name, text }) => `FAILED ${name}\n${text}`);
  return {
    passed: result.passed,
    failed: result.failures.length,
    output: [...failures, printed].join("\n\n"),
    skipped: result.skipped,
  };
}

function broken(sentence: string, printed: string): StageResult {
  return { passed: 0, failed: 1, output: `${sentence}\n${printed}` };
}
