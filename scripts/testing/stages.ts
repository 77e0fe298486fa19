/** Every stage of `npm test`, in order. */
import path from "node:path";
import { buildAll } from "../buildAll.ts";
import { checkout, packageScript } from "../checkout.ts";
import { packNpm } from "../npmPackage.ts";
import { runNode, type Finished } from "../processes.ts";
import { runInHost } from "./inHost.ts";
import { check, type Stage, type StageContext, type StageResult } from "./stage.ts";
import { runTestFiles } from "./testFiles.ts";
import { ownTarget } from "../vsix.ts";

const elsewhere = ["package", "webview", "protocol", "inhost", "e2e", "privacy"].map(
  (folder) => `test/${folder}/**`,
);

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
  { name: "package", what: "the packages of the extension and the command line", run: packageOne },
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
  {
    name: "privacy",
    what: "everything without a network, and no attempt to reach one",
    needs: "seclusion",
    run: privacy,
  },
];

async function privacy(context: StageContext): Promise<StageResult> {
  const { alone, loopback } = await context.seclusion();
  const options = { concurrency: 1, timeoutMs: 300_000 };
  const commandLine = await runTestFiles(context, {
    ...options,
    include: ["test/privacy/**/*.test.ts"],
    env: { LORE_ALONE: JSON.stringify(alone) },
  });
  await context.editor();
  // The browser and the editor talk over the loopback interface, so all of the test runs with it and no other.
  const editor = await runTestFiles(context, {
    ...options,
    include: ["test/privacy/**/*.e2e.ts"],
    env: { LORE_VSIX: await context.vsix() },
    prefix: loopback,
  });
  return {
    passed: commandLine.passed + editor.passed,
    failed: commandLine.failed + editor.failed,
    output: `${commandLine.output}${editor.output}`,
    skipped: [...(commandLine.skipped ?? []), ...(editor.skipped ?? [])],
  };
}

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
    await runNode(["scripts/checkSettingsDoc.mjs"]),
    await runNode(["scripts/checkPlatformRules.mjs"]),
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

/** The extension's package, and that of the command line, which is installed and used. */
async function packageOne(context: StageContext): Promise<StageResult> {
  const vsix = await context.vsix();
  const { file, sizeBytes, installedBytes } = await packNpm(ownTarget());
  const installed = await runTestFiles(context, {
    include: ["test/package/**/*.test.ts"],
    env: { LORE_TARBALL: file, LORE_VSIX: vsix },
  });
  const mb = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);
  return {
    ...installed,
    passed: installed.passed + 1,
    note: `${path.relative(checkout, vsix)}, ${path.relative(checkout, file)} (${mb(sizeBytes)} MB, ${mb(installedBytes)} MB installed)`,
  };
}
