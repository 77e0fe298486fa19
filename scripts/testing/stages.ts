/** Every stage of `npm test`, in order. */
import path from "node:path";
import { buildAll } from "../buildAll.ts";
import { checkout, packageScript } from "../checkout.ts";
import { runNode, type Finished } from "../processes.ts";
import { runInHost } from "./inHost.ts";
import { check, type Stage, type StageContext, type StageResult } from "./stage.ts";
import { runTestFiles } from "./testFiles.ts";

const elsewhere = ["test/webview/**", "test/protocol/**", "test/inhost/**", "test/e2e/**"];

/** The stages; a failing one does not stop the next. */
export const stages: readonly Stage[] = [
  { name: "build", what: "every bundle", run: build },
  { name: "types", what: "TypeScript, strict", run: types },
  { name: "lint", what: "rules and layers", run: lint },
  { name: "format", what: "prettier", run: format },
  { name: "docs", what: "documents match the code", run: docs },
  {
    name: "unit",
    what: "server, extension and lint without an editor",
    run: (context) => runTestFiles(context, { include: ["test/**/*.test.ts"], exclude: elsewhere }),
  },
  {
    name: "protocol",
    what: "requests over in-memory streams",
    run: (context) => runTestFiles(context, { include: ["test/protocol/**/*.test.ts"] }),
  },
  {
    name: "webview",
    what: "the chat in a browser",
    needs: "browser",
    run: (context) => runTestFiles(context, { include: ["test/webview/**/*.test.ts"] }),
  },
  { name: "package", what: "the extension's package", run: packageOne },
  { name: "in-editor", what: "inside the extension host", needs: "editor", run: runInHost },
  {
    name: "end-to-end",
    what: "a real repository in a real editor",
    needs: "editor",
    run: async (context) => {
      await context.editor();
      return runTestFiles(context, {
        include: ["test/e2e/*.e2e.ts"],
        concurrency: 1,
        timeoutMs: 300_000,
        env: { LORE_VSIX: await context.vsix() },
      });
    },
  },
];

async function build(): Promise<StageResult> {
  const leftOut = await buildAll(false);
  const result = check(true, "");
  return leftOut.length === 0 ? result : { ...result, note: leftOut.join(" ") };
}

async function types(): Promise<StageResult> {
  const tsc = packageScript("typescript", "tsc");
  const runs: Finished[] = [];
  for (const project of [".", "webview", "test/webview"]) {
    runs.push(await runNode([tsc, "--noEmit", "--project", project]));
  }
  return all(runs);
}

async function lint(): Promise<StageResult> {
  const oxlint = packageScript("oxlint", "oxlint");
  return all([
    await runNode([oxlint, "--deny-warnings", "--format=unix"]),
    await runNode(["scripts/checkExports.mjs"]),
  ]);
}

async function format(): Promise<StageResult> {
  const prettier = packageScript("prettier", "prettier");
  return all([await runNode([prettier, "--check", "--log-level=warn", "."])]);
}

async function docs(): Promise<StageResult> {
  return all([
    await runNode(["scripts/checkProtocolDoc.mjs"]),
    await runNode(["scripts/checkArchitecture.mjs"]),
    await runNode(["scripts/checkCliDoc.mjs"]),
  ]);
}

function all(runs: readonly Finished[]): StageResult {
  const failed = runs.filter(({ code }) => code !== 0);
  return {
    passed: runs.length - failed.length,
    failed: failed.length,
    output: failed.map(({ output }) => output).join("\n"),
  };
}

async function packageOne(context: StageContext): Promise<StageResult> {
  return { ...check(true, ""), note: path.relative(checkout, await context.vsix()) };
}
