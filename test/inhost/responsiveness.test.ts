/**
 * Measures what Lore costs the thread that it shares with every other extension: while a large folder is being
 * remembered, while somebody types and saves, and while answers stream into the chat. Times depend on the machine,
 * so they are written down and never asserted; that the work was done is.
 */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { ask, folder, statusUntil, withSetting } from "./editor.ts";
import { watchLoop, type LoopFacts } from "./loopWatch.ts";

/** A line of the results. */
interface Measured extends LoopFacts {
  readonly phase: string;
}

const nFiles = 600;
const linesPerFunction = 5;
const functionsPerFile = 50;
/** With a folder of the benchmark's the sizes are the benchmark's too; else what a test run has time for. */
const isBench = process.env["LORE_INHOST_TREE"] !== undefined;
const nEdits = isBench ? 40 : 20;
/** Longer than the pause in typing after which unsaved text is sent. */
const editEveryMs = 180;
const typedLength = isBench ? 1_900_000 : 300_000;
const nQuestions = 12;

suite("the editor stays responsive", () => {
  const measured: Measured[] = [];
  const measure = async (phase: string, run: () => Promise<unknown>): Promise<void> => {
    const [facts] = await watchLoop(run);
    measured.push({ phase, ...facts });
  };

  suiteTeardown(() => {
    const file = process.env["LORE_INHOST_MEASURED"];
    assert.ok(file !== undefined, "LORE_INHOST_MEASURED is set");
    writeFileSync(file, JSON.stringify(measured));
  });

  test("while a large folder is remembered", async function () {
    this.timeout(240_000);
    const tree = process.env["LORE_INHOST_TREE"] ?? makeTree();
    const at = vscode.workspace.workspaceFolders?.length ?? 0;
    await measure("remembering a large folder", async () => {
      vscode.workspace.updateWorkspaceFolders(at, 0, { uri: vscode.Uri.file(tree) });
      await statusUntil((text) => isUpToDate(text, tree), 200_000);
    });
    const text = await statusUntil((status) => isUpToDate(status, tree));
    const chunks = Number(/Chunks: ([\d,]+)/.exec(sectionOf(text, tree))?.[1]?.replaceAll(",", ""));
    assert.ok(chunks > 1_000, `${chunks} chunks`);
  });

  for (const enabled of [false, true]) {
    const phase = `typing and saving, Lore ${enabled ? "on" : "off"}`;
    test(`while ${phase}`, async function () {
      this.timeout(120_000);
      await withSetting("files.autoSave", "off", () =>
        withSetting("lore.enabled", enabled, async () => {
          await statusUntil((text) => text.includes("files seen") === enabled);
          const editor = await openLongFile(`typed${String(enabled)}.ts`);
          await measure(phase, () => typeAndSave(editor));
          await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
          rmSync(editor.document.uri.fsPath);
        }),
      );
    });
  }

  test("while answers stream into the chat", async function () {
    this.timeout(120_000);
    await vscode.commands.executeCommand("lore.chat.focus");
    await statusUntil((text) => text.includes("files seen"));
    await measure("answers streaming", async () => {
      for (let n = 0; n < nQuestions; n++) {
        const { elapsedMs } = await ask(`Where is the checksum of record ${n} computed?`);
        assert.ok(elapsedMs > 0);
      }
    });
  });
});

/** Opens a long file; the benchmark's is nearly as long as what is streamed unsaved: the most that a pause can cost. */
async function openLongFile(name: string): Promise<vscode.TextEditor> {
  const file = path.join(folder(), name);
  const text = fileText(0);
  writeFileSync(file, text.repeat(Math.floor(typedLength / text.length)));
  return vscode.window.showTextDocument(vscode.Uri.file(file));
}

async function typeAndSave(editor: vscode.TextEditor): Promise<void> {
  for (let n = 1; n <= nEdits; n++) {
    const typed = await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), "// x\n"));
    assert.ok(typed);
    if (n % 10 === 0) assert.ok(await editor.document.save());
    await new Promise((resolve) => setTimeout(resolve, editEveryMs));
  }
}

/** A folder of 150,000 lines beside the first one of the window. */
function makeTree(): string {
  const tree = path.join(path.dirname(folder()), "large");
  for (let n = 0; n < nFiles; n++) {
    const at = path.join(tree, `part${n % 20}`);
    mkdirSync(at, { recursive: true });
    writeFileSync(path.join(at, `record${n}.ts`), fileText(n));
  }
  assert.ok(nFiles * functionsPerFile * linesPerFunction > 100_000);
  return tree;
}

function fileText(n: number): string {
  const parts: string[] = [];
  for (let at = 0; at < functionsPerFile; at++) {
    const id = n * functionsPerFile + at;
    parts.push(`/** The checksum of record ${id}, as harbour ${id % 97} writes it. */
export function checksum${id}(record: string): number {
  let sum = ${id};
  for (const letter of record) sum = (sum * 31 + letter.charCodeAt(0)) % 65521; return sum;
}`);
  }
  return `${parts.join("\n")}\n`;
}

function isUpToDate(status: string, tree: string): boolean {
  return sectionOf(status, tree).includes("Up to date");
}

/** The part of the status that is about one folder, `""` when there is none. */
function sectionOf(status: string, tree: string): string {
  return status.split("\n\n").find((section) => section.split("\n")[0]?.endsWith(tree)) ?? "";
}
