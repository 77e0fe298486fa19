/** Lore as an installed extension: it starts by itself, its commands work, and it survives its server. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import type { AskResult } from "../../protocol/methods.ts";
import type { RememberResult } from "../../protocol/notes.ts";
import {
  ask,
  askUntil,
  cites,
  eventually,
  folder,
  run,
  serverPids,
  statusUntil,
  storedConversations,
  untilUpToDate,
  withSetting,
} from "./editor.ts";

const extensionId = "lore.lore";
const tides = "src/tides.ts";
const source = `/** Height of the tide in metres above chart datum. */
export function tideHeight(hour: number): number {
  const springRange = 4.2;
  return springRange * Math.cos((hour * Math.PI) / 6.2);
}
`;
const tideQuestion = "Where is tideHeight computed?";

function write(file: string, text: string): void {
  const at = path.join(folder(), file);
  mkdirSync(path.dirname(at), { recursive: true });
  writeFileSync(at, text);
}

suite("Lore in the editor", () => {
  const nFolders = vscode.workspace.workspaceFolders?.length ?? 0;

  suiteSetup(async () => {
    write(tides, source);
    await askUntil(tideQuestion, (answer) => cites(answer, tides));
  });

  test("it starts by itself and registers every command of its manifest", async () => {
    const extension = vscode.extensions.getExtension(extensionId);
    assert.ok(extension?.isActive);
    assert.equal(extension.exports, undefined);
    const manifest = extension.packageJSON as {
      contributes: { commands: { command: string }[] };
    };
    const registered = new Set(await vscode.commands.getCommands(true));
    for (const { command } of manifest.contributes.commands) assert.ok(registered.has(command));
    assert.ok(registered.has("lore.chat.focus"));
  });

  test("one server runs beside the extension host", () => {
    assert.equal(serverPids().length, 1);
  });

  test("an answer cites the definition at its lines", async () => {
    const answer = await ask(tideQuestion);
    const citation = answer.citations.find(({ path: file }) => file === tides);
    assert.ok(citation !== undefined && !answer.abstained);
    assert.ok(citation.range.start.line <= 1 && citation.range.end.line >= 4);
    assert.ok(answer.turnId !== undefined, "the turn is stored");
  });

  test("the trace of the last answer is saved without text, and asked again it is as before", async () => {
    await ask(tideQuestion);
    const file = vscode.Uri.file(path.join(folder(), "..", `trace-${process.pid}.json`));
    try {
      await vscode.commands.executeCommand("lore.saveTrace", file);
      const text = readFileSync(file.fsPath, "utf8");
      assert.match(text, /"format": "lore-trace"/);
      assert.ok(text.includes(JSON.stringify(tideQuestion)));
      assert.ok(!text.includes("Metres"), "no text of a file");
      await vscode.commands.executeCommand("lore.compareTrace", file);
      const document = vscode.window.activeTextEditor?.document;
      assert.equal(document?.uri.scheme, "lore-trace");
      assert.match(document.getText(), /places, /);
      assert.ok(document.getText().includes(`${tides}:`));
    } finally {
      rmSync(file.fsPath, { force: true });
    }
  });

  test("the status counts every file and is read-only", async () => {
    const text = await untilUpToDate(nFolders);
    const [, seen, remembered, waiting, skipped, failed] =
      /([\d,]+) files seen = ([\d,]+) remembered \+ ([\d,]+) waiting \+ ([\d,]+) skipped \+ ([\d,]+) failed/
        .exec(text)
        ?.map((count) => Number(count.replaceAll(",", ""))) ?? [];
    assert.ok(seen !== undefined && seen > 0);
    assert.equal(seen, (remembered ?? 0) + (waiting ?? 0) + (skipped ?? 0) + (failed ?? 0));
    const editor = vscode.window.activeTextEditor;
    assert.equal(editor?.document.uri.scheme, "lore-status");
    await vscode.commands.executeCommand("type", { text: "typed" });
    // What it shows may be another by now, but nobody can write into it.
    assert.ok(!editor.document.getText().includes("typed"));
    assert.ok(!editor.document.isDirty);
  });

  test("a skipped file is listed with its reason", async () => {
    write("picture.bin", "\0\u0001\u0002".repeat(1_000));
    const text = await statusUntil((status) => status.includes("picture.bin"));
    assert.match(text, /picture\.bin: (not text|data)/);
    rmSync(path.join(folder(), "picture.bin"));
    await statusUntil((status) => !status.includes("picture.bin"));
  });

  test("text that is typed and not saved is in the answer, and out of it after a revert", async () => {
    const uri = vscode.Uri.file(path.join(folder(), tides));
    const question = "Where is neapRangeMetres defined?";
    await withSetting("files.autoSave", "off", async () => {
      const editor = await vscode.window.showTextDocument(uri);
      const added = "export const neapRangeMetres = 1.3;\n";
      await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), added));
      await askUntil(question, (answer) => answer.markdown.includes("neapRangeMetres = 1.3"));
      assert.ok(editor.document.isDirty);
      await vscode.window.showTextDocument(uri);
      await vscode.commands.executeCommand("workbench.action.files.revert");
      await askUntil(question, (answer) => !answer.markdown.includes("neapRangeMetres = 1.3"));
    });
  });

  test("created, changed and deleted files are followed", async () => {
    const file = "src/harbour.ts";
    const question = "Where is berthCount defined?";
    write(file, "export const berthCount = 12;\n");
    await askUntil(question, (answer) => answer.markdown.includes("berthCount = 12"));
    write(file, "export const berthCount = 13;\n");
    const changed = await askUntil(question, (answer) =>
      answer.markdown.includes("berthCount = 13"),
    );
    assert.ok(!changed.markdown.includes("berthCount = 12"));
    rmSync(path.join(folder(), file));
    await askUntil(question, (answer) => !cites(answer, file));
  });

  test("a question about the selected code takes the selection along", async () => {
    const uri = vscode.Uri.file(path.join(folder(), tides));
    const document = await vscode.workspace.openTextDocument(uri);
    const editor = await vscode.window.showTextDocument(document);
    const whole = document.lineAt(document.lineCount - 1).range.end;
    editor.selection = new vscode.Selection(new vscode.Position(0, 0), whole);
    const question = "What does this compute?";
    const answer = await run<AskResult | undefined>("askAboutSelection", question);
    assert.ok(answer !== undefined && !answer.abstained);
    assert.match(answer.markdown, /tideHeight/);
    const without = await ask(question);
    assert.doesNotMatch(without.markdown, /tideHeight/, "the question alone says nothing of it");
  });

  test("a decision outlives its server, and says that the code it cites has changed", async () => {
    const uri = vscode.Uri.file(path.join(folder(), tides));
    const editor = await vscode.window.showTextDocument(uri);
    editor.selection = new vscode.Selection(1, 0, 4, 0);
    const sentence = "we use a cosine because tides repeat";
    const noted = await run<RememberResult | undefined>("rememberThis", sentence);
    assert.equal(noted?.note.evidence[0]?.citation.path, tides);
    const question = "Why do we use a cosine?";
    const before = await ask(question);
    assert.match(before.markdown, /tides repeat/);
    assert.doesNotMatch(before.markdown, /Needs check/);
    const [server] = serverPids();
    assert.ok(server !== undefined);
    process.kill(server, "SIGKILL");
    write(tides, source.replace("4.2", "5.1"));
    const isMarked = (answer: AskResult): boolean => answer.markdown.includes("Needs check");
    const marked = await askUntil(question, isMarked, true);
    assert.match(marked.markdown, /tides repeat/);
    assert.match(marked.markdown, /springRange = 5\.1/, "what stands there now");
    assert.ok(cites(marked, tides));
    write(tides, source);
    await askUntil(question, (answer) => !isMarked(answer));
  });

  test("finding similar code can be broken off", async () => {
    const uri = vscode.Uri.file(path.join(folder(), tides));
    const editor = await vscode.window.showTextDocument(uri);
    editor.selection = new vscode.Selection(1, 0, 3, 0);
    let finished = false;
    const finding = run("findSimilarCode").then(() => (finished = true));
    // The list appears a moment after the command was given.
    while (!finished) await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
    await finding;
  });

  test("pausing and resuming show in the status, and a change made meanwhile is caught up", async () => {
    await run("pause");
    await statusUntil((text) => text.includes("Lore is paused"));
    write("src/pausedOnly.ts", "export const lighthouseBearing = 271;\n");
    await run("resume");
    await statusUntil((text) => !text.includes("Lore is paused"));
    await askUntil("Where is lighthouseBearing?", (answer) => cites(answer, "src/pausedOnly.ts"));
  });

  test("a glob in the settings hides files, and they come back without it", async () => {
    const question = "Where is lighthouseBearing?";
    await withSetting("lore.exclude", ["src/pausedOnly.ts"], async () => {
      await askUntil(question, (answer) => !cites(answer, "src/pausedOnly.ts"));
    });
    await askUntil(question, (answer) => cites(answer, "src/pausedOnly.ts"));
  });

  test("switched off, no server runs; switched on, it remembers", async () => {
    await withSetting("lore.enabled", false, async () => {
      await statusUntil((text) => text.includes("lore.enabled"));
      assert.deepEqual(serverPids(), []);
    });
    await statusUntil((text) => text.includes("files seen"));
    await askUntil(tideQuestion, (answer) => cites(answer, tides));
  });

  test("a rebuilt memory knows the same", async () => {
    await run("rebuildMemory", { folder: folder(), confirmed: true });
    await untilUpToDate(nFolders);
    await askUntil(tideQuestion, (answer) => cites(answer, tides));
  });

  test("a forgotten folder is not remembered until it is rebuilt", async () => {
    await run("forgetFolder", { folder: folder(), confirmed: true });
    await statusUntil((text) => !text.includes(`${folder()}\n`));
    await run("rebuildMemory", folder());
    await untilUpToDate(nFolders);
    await askUntil(tideQuestion, (answer) => cites(answer, tides));
  });

  test("a server that is killed comes back and has forgotten nothing", async () => {
    const [before] = serverPids();
    assert.ok(before !== undefined);
    process.kill(before, "SIGKILL");
    await askUntil(tideQuestion, (answer) => cites(answer, tides), true);
    const after = serverPids();
    assert.equal(after.length, 1);
    assert.notEqual(after[0], before);
  });

  test("the server is restarted on request", async () => {
    const before = serverPids();
    await run("restartServer");
    await askUntil(tideQuestion, (answer) => cites(answer, tides));
    assert.notDeepEqual(serverPids(), before);
  });

  test("a new conversation is stored with its first question", async () => {
    await ask(tideQuestion);
    const before = storedConversations();
    await ask(tideQuestion);
    assert.deepEqual(storedConversations(), [...before.slice(0, -1), (before.at(-1) ?? 0) + 2]);
    await run("newConversation");
    assert.equal(storedConversations().length, before.length);
    await ask(tideQuestion);
    assert.deepEqual(storedConversations().slice(before.length), [2], "its question and answer");
  });

  test("the log opens", async () => {
    await run("openLog");
    await eventually(() =>
      vscode.workspace.textDocuments.find(
        ({ uri, languageId }) =>
          uri.scheme === "output" && languageId === "log" && /lore/i.test(uri.path),
      ),
    );
  });

  test("a folder that is added is remembered too, and no longer after it is removed", async () => {
    const harbour = path.join(path.dirname(folder()), "second-harbour");
    mkdirSync(harbour, { recursive: true });
    writeFileSync(path.join(harbour, "pilot.ts"), "export const pilotBoatName = 'Gannet';\n");
    const at = vscode.workspace.workspaceFolders?.length ?? 0;
    vscode.workspace.updateWorkspaceFolders(at, 0, { uri: vscode.Uri.file(harbour) });
    await statusUntil((text) => text.includes(harbour));
    const question = "Where is pilotBoatName?";
    const both = await askUntil(question, (answer) => cites(answer, "pilot.ts"));
    const first = await askUntil(tideQuestion, (answer) => cites(answer, tides));
    const rootOf = (answer: AskResult, file: string): string | undefined =>
      answer.citations.find((citation) => citation.path === file)?.rootId;
    assert.notEqual(rootOf(both, "pilot.ts"), rootOf(first, tides), "each folder is its own root");
    vscode.workspace.updateWorkspaceFolders(at, 1);
    await statusUntil((text) => !text.includes(harbour));
    await askUntil(question, (answer) => !cites(answer, "pilot.ts"));
    assert.ok(existsSync(harbour));
  });
});
