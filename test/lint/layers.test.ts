/** The rules of the house are held by lint: each planted fault must be found, and a clean file must pass. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

const checkout = path.resolve(import.meta.dirname, "../..");

/** A planted file and the rule that must report it; no rule means that it must pass. */
interface Planted {
  readonly what: string;
  readonly file: string;
  readonly text: string;
  readonly rule?: string;
}

const planted: readonly Planted[] = [
  fault(
    "vscode in the server",
    "server/a1.ts",
    'import * as vscode from "vscode";',
    "lore(layers)",
  ),
  fault(
    "vscode as a type in the server",
    "server/recall/a2.ts",
    'export type T = import("vscode").Uri;',
    "lore(layers)",
  ),
  fault("vscode by require", "server/recall/a3.ts", 'require("vscode");', "lore(layers)"),
  fault("vscode in the webview", "webview/a4.ts", 'import "vscode";', "lore(layers)"),
  fault("protocol imports", "protocol/a5.ts", 'import "../server/types.ts";', "lore(layers)"),
  fault("protocol uses Node", "protocol/a6.ts", 'import "node:path";', "lore(layers)"),
  fault("extension imports server", "extension/a7.ts", 'import "../server/a.ts";', "lore(layers)"),
  fault(
    "the server process asks a language model",
    "server/a7b.ts",
    'import "./endpoint/streamChat.ts";',
    "lore(layers)",
  ),
  fault(
    "the server process asks over the network",
    "server/prose/a7c.ts",
    'import "openai";',
    "lore(layers)",
  ),
  fault("server imports extension", "server/a8.ts", 'import "../extension/a.ts";', "lore(layers)"),
  fault(
    "webview imports extension",
    "webview/a9.ts",
    'import "../extension/a.ts";',
    "lore(layers)",
  ),
  fault(
    "re-export across layers",
    "webview/a10.ts",
    'export * from "../server/a.ts";',
    "lore(layers)",
  ),
  fault("late import", "webview/a11.ts", 'await import("../server/a.ts");', "lore(layers)"),
  fault("memory imports model", "server/memory/a12.ts", 'import "../model/a.ts";', "lore(layers)"),
  fault("model imports memory", "server/model/a13.ts", 'import "../memory/a.ts";', "lore(layers)"),
  fault(
    "ingest imports recall",
    "server/ingest/a14.ts",
    'import "../recall/a.ts";',
    "lore(layers)",
  ),
  fault(
    "recall imports answer",
    "server/recall/a15.ts",
    'import "../answer/a.ts";',
    "lore(layers)",
  ),
  fault("disk outside the ports", "server/answer/a16.ts", 'import "node:fs";', "lore(layers)"),
  fault("bare built-in", "server/answer/a17.ts", 'import "fs";', "lore(layers)"),
  fault("product imports test", "server/a18.ts", 'import "../test/a.ts";', "lore(layers)"),
  fault("folder without a row", "server/newPart/a20.ts", 'import "node:path";', "lore(layers)"),
  fault("unlisted package", "server/ingest/a19.ts", 'import "mocha";', "lore(layers)"),
  fault(
    "the native runtime beside its place",
    "server/lm/a22.ts",
    'await import("onnxruntime-node");',
    "lore(layers)",
  ),
  fault("disk in the extension", "extension/a21.ts", 'import "node:fs";', "lore(layers)"),
  fault(
    "a process that is waited for in the extension",
    "extension/c1.ts",
    'import { execFileSync } from "node:child_process";\nexecFileSync("git");',
    "lore(no-blocking-calls)",
  ),
  fault(
    "a blocking call by member",
    "extension/c2.ts",
    "export const z = (a: { readFileSync(): void }): void => a.readFileSync();",
    "lore(no-blocking-calls)",
  ),
  fault(
    "a thread that is waited for in the extension",
    "extension/c3.ts",
    "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);",
    "lore(no-blocking-calls)",
  ),
  fault(
    "empty catch",
    "server/b1.ts",
    "try { f(); } catch {}\nfunction f() {}",
    "lore(no-silent-catch)",
  ),
  fault(
    "catch with a comment alone",
    "server/b2.ts",
    "try { f(); } catch { /* never mind */ }\nfunction f() {}",
    "lore(no-silent-catch)",
  ),
  fault("enum", "server/b3.ts", "export enum E { A }", "lore(erasable-only)"),
  fault(
    "namespace",
    "server/b4.ts",
    "export namespace N { export const a = 1; }",
    "lore(erasable-only)",
  ),
  fault("any", "server/b5.ts", "export const a: any = 1;", "typescript(no-explicit-any)"),
  fault("console", "server/b6.ts", 'console.log("a");', "eslint(no-console)"),
  fault(
    "floating promise",
    "server/b7.ts",
    "export async function f(): Promise<void> {}\nf();",
    "typescript(no-floating-promises)",
  ),
  fault(
    "promise in a condition",
    "server/b8.ts",
    "async function f(): Promise<boolean> { return true; }\nexport const a = f() ? 1 : 2;",
    "typescript(no-misused-promises)",
  ),
  fault("default export", "server/b9.ts", "export default 1;", "import(no-default-export)"),
  fault("cycle", "server/c1.ts", 'import "./c2.ts";\nexport const a = 1;', "import(no-cycle)"),
  fault("cycle", "server/c2.ts", 'import "./c1.ts";\nexport const a = 1;', "import(no-cycle)"),
  clean(
    "extension may use vscode",
    "extension/d1.ts",
    'import * as v from "vscode";\nexport { v };',
  ),
  clean("answer may use recall", "server/answer/d2.ts", 'import "../recall/d.ts";'),
  clean("recall may use paths", "server/recall/d3.ts", 'import "node:path";'),
  clean(
    "one file may load the native runtime",
    "server/model/onnxRuntime.ts",
    'import type { Tensor } from "onnxruntime-node";\nexport type T = Tensor;',
  ),
  clean("the entry may use Node", "server/main.ts", 'import "node:fs";'),
];

let folder: string;
let findings: readonly { file: string; rule: string }[];

before(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lore-lint-"));
  for (const name of [".oxlintrc.json", "tsconfig.json", "scripts/lint"]) {
    cpSync(path.join(checkout, name), path.join(folder, name), { recursive: true });
  }
  symlinkSync(path.join(checkout, "node_modules"), path.join(folder, "node_modules"), "junction");
  for (const { file, text } of planted) {
    mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(folder, file), `${text}\n`);
  }
  const oxlint = path.join(checkout, "node_modules/oxlint/bin/oxlint");
  const folders = ["protocol", "server", "extension", "webview"];
  const { stdout, stderr } = spawnSync(process.execPath, [oxlint, "--format=json", ...folders], {
    cwd: folder,
    encoding: "utf8",
  });
  assert.match(stdout, /^\{/, `oxlint gave no report: ${stdout}${stderr}`);
  const report = JSON.parse(stdout) as { diagnostics: { filename: string; code: string }[] };
  findings = report.diagnostics.map(({ filename, code }) => ({
    file: filename.split(path.sep).join("/"),
    rule: code,
  }));
});

after(() => rmSync(folder, { recursive: true, force: true }));

for (const { what, file, rule } of planted) {
  test(rule === undefined ? `passes: ${what}` : `${rule} finds: ${what} (${file})`, () => {
    const rules = findings
      .filter((finding) => finding.file.endsWith(file))
      .map((found) => found.rule);
    if (rule === undefined) assert.deepEqual(rules, []);
    else assert.ok(rules.includes(rule), `reported for ${file}: ${rules.join(", ") || "nothing"}`);
  });
}

function fault(what: string, file: string, text: string, rule: string): Planted {
  return { what, file, text, rule };
}
function clean(what: string, file: string, text: string): Planted {
  return { what, file, text };
}
