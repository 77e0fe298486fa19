/** What the editor offers where the cursor is: questions, code actions, lenses, notes, and Lore as one of its models. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import type { AskResult } from "../../protocol/methods.ts";
import type { RememberResult } from "../../protocol/notes.ts";
import { askUntil, cites, eventually, folder, run, withSetting } from "./editor.ts";

const buoys = "src/buoys/buoys.ts";
const harbour = "src/buoys/harbour.ts";
const definition = `/** How far a buoy can be seen, in sea miles. */
export function buoyRange(heightMetres: number): number {
  const horizon = 2.1;
  return horizon * Math.sqrt(heightMetres);
}
`;
const use = `import { buoyRange } from "./buoys";

export function isSeen(distance: number): boolean {
  return buoyRange(4) > distance;
}
`;

const at = (file: string): vscode.Uri => vscode.Uri.file(path.join(folder(), file));

async function show(line: number, character: number, file = buoys): Promise<vscode.TextEditor> {
  const editor = await vscode.window.showTextDocument(at(file));
  const position = new vscode.Position(line, character);
  editor.selection = new vscode.Selection(position, position);
  return editor;
}

/** The row of the view for a note, as its commands get it. */
const rowOf = (id: string): unknown => ({ kind: "note", note: { id } });

/** What is kept of notes, from an export as a user has it. */
async function keptNotes(): Promise<Record<string, unknown>[]> {
  const file = vscode.Uri.file(path.join(folder(), "..", `notes-${process.pid}.jsonl`));
  await run("exportMemory", file);
  const lines = readFileSync(file.fsPath, "utf8").trim().split("\n");
  rmSync(file.fsPath);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

suite("asking where the cursor is", () => {
  suiteSetup(async () => {
    mkdirSync(path.dirname(at(buoys).fsPath), { recursive: true });
    writeFileSync(at(buoys).fsPath, definition);
    writeFileSync(at(harbour).fsPath, use);
    await askUntil("Who calls `buoyRange`?", (answer) => cites(answer, harbour));
  });

  suiteTeardown(async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    rmSync(path.dirname(at(buoys).fsPath), { recursive: true });
  });

  test("a file and a folder of the explorer are explained", async () => {
    const file = await run<AskResult | undefined>("explain", at(buoys));
    assert.match(file?.markdown ?? "", /is a file of 5 lines/);
    const whole = await run<AskResult | undefined>("explain", vscode.Uri.joinPath(at(buoys), ".."));
    assert.match(whole?.markdown ?? "", /`src\/buoys\/` is a folder with 2 remembered files/);
    assert.match(whole?.markdown ?? "", /How far a buoy can be seen/);
    assert.equal(await run("explain", vscode.Uri.parse("untitled:a")), undefined);
  });

  test("the selection is explained, and without one the file", async () => {
    const editor = await show(2, 2);
    const file = await run<AskResult | undefined>("explain");
    assert.match(file?.markdown ?? "", /is a file of 5 lines/);
    editor.selection = new vscode.Selection(1, 0, 5, 0);
    const code = await run<AskResult | undefined>("explain");
    assert.match(code?.markdown ?? "", /buoyRange/);
    assert.doesNotMatch(code?.markdown ?? "", /is a file of/);
  });

  test("who uses the name at the cursor is told, and that of a lens", async () => {
    await show(1, 20);
    const answer = await run<AskResult | undefined>("whoUses");
    assert.ok(answer !== undefined && cites(answer, harbour));
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    assert.equal(await run("whoUses"), undefined, "there is no name");
    const named = await run<AskResult | undefined>("whoUses", "buoyRange");
    assert.ok(named !== undefined && cites(named, harbour));
  });

  test("what changed is asked of the definition around the cursor", async () => {
    await show(2, 4);
    const answer = await run<AskResult | undefined>("whatChangedHere");
    assert.match(answer?.markdown ?? "", /buoyRange|histor|commit/i);
  });

  test("an error is explained where it stands, with a quick fix that leads there", async () => {
    const problems = vscode.languages.createDiagnosticCollection("buoys");
    try {
      const editor = await show(3, 10);
      assert.equal(await run("explainError"), undefined, "nothing is wrong here");
      const range = new vscode.Range(3, 9, 3, 16);
      const message = "Cannot find name 'horizon'.";
      const problem = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Error);
      problem.source = "ts";
      problem.code = 2304;
      problems.set(editor.document.uri, [problem]);
      const answer = await run<AskResult | undefined>("explainError");
      assert.ok(answer !== undefined && cites(answer, buoys), answer?.markdown);
      const actions = await actionsAt(editor.document.uri, range);
      const fix = actions.find(({ title }) => title === "Explain with Lore");
      assert.equal(fix?.kind?.value, "quickfix");
      assert.equal(fix.command?.command, "lore.explainError");
      assert.ok(actions.some(({ title }) => title === "Find Where This Is Used"));
      // The action keeps its document when another one is shown meanwhile.
      await vscode.window.showTextDocument(
        await vscode.workspace.openTextDocument({ content: "" }),
      );
      const later = await run<AskResult | undefined>("explainError", fix.command.arguments?.[0]);
      assert.ok(later !== undefined && cites(later, buoys), later?.markdown);
    } finally {
      problems.dispose();
    }
  });

  test("a hover says nothing unless it was asked for", async () => {
    const editor = await show(1, 20);
    const hovers = (): Thenable<vscode.Hover[]> =>
      vscode.commands.executeCommand<vscode.Hover[]>(
        "vscode.executeHoverProvider",
        editor.document.uri,
        editor.selection.active,
      );
    const ours = (all: readonly vscode.Hover[]): boolean =>
      all.some(({ contents }) =>
        contents.some((part) => typeof part !== "string" && /\*\*buoyRange\*\*/.test(part.value)),
      );
    assert.ok(!ours(await hovers()));
    assert.equal(await run("showHere"), true);
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    assert.equal(await run("showHere"), false, "no editor is open");
  });

  test("uses stand above definitions only where the setting says so", async () => {
    const lenses = async (): Promise<string[]> => {
      const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        "vscode.executeCodeLensProvider",
        at(buoys),
        10,
      );
      return found.flatMap(({ command }) =>
        command?.command === "lore.whoUses" ? [command.title] : [],
      );
    };
    await show(0, 0);
    assert.deepEqual(await lenses(), []);
    await withSetting("lore.codeLens", true, async () => {
      // Twice: counted, and kept.
      for (let n = 0; n < 2; n++)
        assert.match((await lenses()).join(), /^(?:1 use|2 uses)(?: · |$)/);
    });
  });

  test("what is noted at the cursor cites the definition there; it can be pinned and unpinned", async () => {
    await show(3, 4);
    const noted = await run<RememberResult | undefined>(
      "rememberThis",
      "we round the horizon down",
    );
    const citation = noted?.note.evidence[0]?.citation;
    assert.equal(citation?.path, buoys);
    assert.deepEqual([citation.range.start.line, citation.range.end.line], [1, 4]);
    const id = noted?.note.id ?? "";
    const isPinned = async (): Promise<unknown> =>
      (await keptNotes()).find((note) => note["id"] === id)?.["isPinned"];
    await run("pinNote", rowOf(id));
    assert.equal(await isPinned(), true);
    await run("unpinNote", rowOf(id));
    assert.equal(await isPinned(), false);
    await run("openNote", rowOf(id));
    assert.equal(vscode.window.activeTextEditor?.document.uri.path, at(buoys).path);
    await run("openNote", rowOf("no such note"));
  });

  test("a conversation is opened by its id", async () => {
    const answer = await run<AskResult | undefined>("whoUses", "buoyRange");
    await run("newConversation");
    const conversations = (await keptNotes()).filter((each) => each["type"] === "conversation");
    const id = conversations.at(-1)?.["id"];
    await run("openConversation", { conversationId: id, turnId: answer?.turnId });
    const again = await run<AskResult | undefined>("whoUses", "isSeen");
    assert.ok(again?.turnId !== undefined, "it goes on");
  });

  test("Lore is one of the editor's models, and answers from memory", async () => {
    const [model, ...others] = await vscode.lm.selectChatModels({ vendor: "lore" });
    assert.ok(model !== undefined && others.length === 0);
    assert.ok((await model.countTokens("where is it?")) > 0);
    const asked = vscode.LanguageModelChatMessage.User("Where is buoyRange computed?");
    const response = await model.sendRequest([asked]);
    let text = "";
    for await (const piece of response.text) text += piece;
    assert.match(text, /`src\/buoys\/buoys\.ts:\d+-\d+`/);
    assert.doesNotMatch(text, /#cite-/);
  });
});

/** The code actions at a place, once there are any. */
async function actionsAt(uri: vscode.Uri, range: vscode.Range): Promise<vscode.CodeAction[]> {
  const ask = (): Thenable<vscode.CodeAction[]> =>
    vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      uri,
      range,
    );
  for (;;) {
    const actions = await ask();
    if (actions.some(({ title }) => title === "Explain with Lore")) return actions;
    await eventually(() => true);
  }
}
