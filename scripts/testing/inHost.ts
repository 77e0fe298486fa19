/** Runs `dist-test/inhost` inside the extension host of a real editor, with the packaged extension installed. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { format } from "node:util";
import { chromium } from "playwright-core";
import { checkout, inCheckout } from "../checkout.ts";
import { installVsix, startEditor } from "../editor.ts";
import type { StageContext, StageResult } from "./stage.ts";

/** Longest time of all tests together. */
const timeoutMs = 240_000;

/** What `test/inhost/index.ts` writes. */
interface InHostResult {
  readonly passed: number;
  readonly failures: readonly { readonly name: string; readonly text: string }[];
  readonly skipped: readonly string[];
}

/** Installs the package into a fresh editor, opens two small folders in it and runs the tests there. */
export async function runInHost(context: StageContext): Promise<StageResult> {
  await context.editor();
  const vsix = await context.vsix();
  const dir = mkdtempSync(path.join(tmpdir(), "lore-inhost-"));
  try {
    await installVsix(dir, vsix);
    return await runInEditor(dir, context.browser);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function runInEditor(dir: string, browserPath: string | undefined): Promise<StageResult> {
  const workspace = writeWorkspace(dir);
  // The tests need a development extension to run; the product is the installed package.
  const development = path.join(dir, "development");
  mkdirSync(development);
  const manifest = {
    name: "development",
    publisher: "test",
    version: "0.0.1",
    engines: { vscode: "*" },
  };
  writeFileSync(path.join(development, "package.json"), JSON.stringify(manifest));
  const resultFile = path.join(dir, "result.json");

  const editor = await startEditor({
    dir,
    settings: { "security.workspace.trust.enabled": false },
    // Built editors run tests only when they are told that a driver is there.
    extraArgs: ["--vscode-option", "enable-smoke-test-driver"],
    env: { LORE_INHOST_RESULT: resultFile },
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
    ["extensionTestsPath", remote(inCheckout("dist-test/inhost/index.cjs"))],
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
