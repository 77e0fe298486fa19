/** Ghost text, unusual lines and the self-test with the real server and its model. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import type { SelfTestResult } from "../../protocol/deepMemory.ts";
import type { UnusualLine } from "../../protocol/unusualLines.ts";
import { askUntil, folder, run, statusUntil, untilUpToDate, withSetting } from "./editor.ts";

const lighthouse = "src/lighthouse.ts";
const logbook = "src/logbook.ts";
/** Defined and used here alone. */
const name = "beaconIntervalSeconds";
const definition = `/** Seconds between two flashes of the tower's beacon. */
export function ${name}(tower: Tower): number {
  return tower.flashes === 0 ? 0 : 60 / tower.flashes;
}

export function describe(tower: Tower): string {
  return \`\${tower.title}: a flash each \${${name}(tower)} s\`;
}
`;
const begun = `import { Tower } from "./lighthouse";

export function write(tower: Tower): number {
  const seconds = beacon`;

/** Lines of one kind, and one of another. */
const signals = "src/signals.ts";
const oddLine = 12;
const usual = (n: number): string => `export const signal${n} = ${name}(towers[${n}]);`;
const signalText = Array.from({ length: 20 }, (_, n) =>
  n === oddLine ? 'while (~zq9 ^ 0x3f) void yield$?.["%~unheard"]`of`;' : usual(n),
).join("\n");

/** Asks for ghost text at the end of the document and takes it, until the text is as wanted. */
async function acceptUntil(
  editor: vscode.TextEditor,
  isWanted: (text: string) => boolean,
): Promise<string> {
  const deadlineMs = performance.now() + 30_000;
  for (;;) {
    const end = editor.document.lineAt(editor.document.lineCount - 1).range.end;
    editor.selection = new vscode.Selection(end, end);
    await vscode.commands.executeCommand("editor.action.inlineSuggest.trigger");
    await vscode.commands.executeCommand("editor.action.inlineSuggest.commit");
    const text = editor.document.getText();
    if (isWanted(text)) return text;
    assert.ok(performance.now() < deadlineMs, `the text is still:\n${text}`);
  }
}

suite("the deep memory in the editor", () => {
  const at = (file: string): string => path.join(folder(), file);

  suiteSetup(async function () {
    this.timeout(120_000);
    mkdirSync(at("src"), { recursive: true });
    writeFileSync(at(lighthouse), definition);
    writeFileSync(at(logbook), begun);
    writeFileSync(at(signals), signalText);
    await untilUpToDate(vscode.workspace.workspaceFolders?.length ?? 0);
    // Every file that is known is held.
    await statusUntil((text) => /The deep memory holds ([\d,]+) of \1 files\./.test(text), 50_000);
  });

  suiteTeardown(() => {
    rmSync(at(lighthouse));
    rmSync(at(logbook));
    rmSync(at(signals));
  });

  test("a completion is accepted whose text is defined only in another file", async () => {
    await withSetting("files.autoSave", "off", () =>
      withSetting("lore.completions", "on", async () => {
        const editor = await vscode.window.showTextDocument(vscode.Uri.file(at(logbook)));
        const text = await acceptUntil(editor, (now) => now.includes(name));
        assert.ok(text.startsWith(begun), "what was written stays");
        await vscode.commands.executeCommand("workbench.action.files.revert");
      }),
    );
  });

  test("switched off, nothing is shown, and the status says so; toggled, it is back", async () => {
    await withSetting("lore.completions", "off", async () => {
      await statusUntil((text) => text.includes("“lore.completions” is off"));
      const editor = await vscode.window.showTextDocument(vscode.Uri.file(at(logbook)));
      const end = editor.document.lineAt(editor.document.lineCount - 1).range.end;
      editor.selection = new vscode.Selection(end, end);
      await vscode.commands.executeCommand("editor.action.inlineSuggest.trigger");
      await vscode.commands.executeCommand("editor.action.inlineSuggest.commit");
      assert.equal(editor.document.getText(), begun);
      await run("toggleCompletions");
      assert.equal(vscode.workspace.getConfiguration("lore").get("completions"), "on");
      await statusUntil((text) => text.includes("Lore completes code as you type"));
    });
  });

  test("unusual lines are marked, and no longer after an edit or when asked again", async () => {
    const toggle = async (): Promise<number[] | undefined> => {
      const lines = await run<readonly UnusualLine[] | undefined>("showUnusualLines");
      return lines?.map(({ line }) => line);
    };
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    assert.equal(await toggle(), undefined, "there is nothing to look at");
    await withSetting("files.autoSave", "off", async () => {
      const editor = await vscode.window.showTextDocument(vscode.Uri.file(at(signals)));
      assert.deepEqual(await toggle(), [oddLine]);
      assert.deepEqual(await toggle(), []);
      assert.deepEqual(await toggle(), [oddLine]);
      await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), `${usual(20)}\n`));
      assert.deepEqual(await toggle(), [oddLine + 1], "the unsaved text is looked at");
      await vscode.commands.executeCommand("workbench.action.files.revert");
    });
  });

  test("an answer about a file names its unusual line", async () => {
    await askUntil(`what is ${signals}?`, ({ markdown }) =>
      /Unusual for this workspace[^]*zq9/.test(markdown),
    );
  });

  test("without the deep memory no line is marked", async () => {
    await withSetting("lore.deepMemory.enabled", false, async () => {
      await statusUntil((text) => text.includes("The deep memory is off."));
      await vscode.window.showTextDocument(vscode.Uri.file(at(signals)));
      assert.equal(await run("showUnusualLines"), undefined);
    });
    await statusUntil((text) => /The deep memory holds ([\d,]+) of \1 files\./.test(text), 50_000);
  });

  test("the self-test measures and shows its curve", async function () {
    this.timeout(180_000);
    const result = await run<SelfTestResult | undefined>("selfTest", { tokens: 4_096 });
    assert.ok(result !== undefined, "the test ran");
    assert.ok(result.points.length > 0 && result.points.every(({ nAsked }) => nAsked > 0));
    assert.ok(result.tokensStreamed <= 4_096);
    // The editor tells of a new tab a moment after it was opened.
    const deadlineMs = performance.now() + 10_000;
    while (!hasTab("lore.selfTest")) {
      assert.ok(performance.now() < deadlineMs, "the curve is shown");
      await new Promise((resolve) => {
        const listening = vscode.window.tabGroups.onDidChangeTabs(() => {
          listening.dispose();
          resolve(undefined);
        });
      });
    }
  });
});

/** Whether a tab shows a page of this type. */
function hasTab(viewType: string): boolean {
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .some(
      ({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(viewType),
    );
}
