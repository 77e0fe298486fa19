/** `@lore` in the editor's own chat: with Lore's own model, and with another one that writes over the evidence. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import type { Prose } from "../../protocol/prose.ts";
import type { SelectedCode } from "../../protocol/types.ts";
import { askUntil, cites, folder, run, withSetting } from "./editor.ts";

const foghorn = "src/horn/horn.ts";
const source = `/** Seconds between two blasts of the horn. */
export function hornInterval(blastsEachMinute: number): number {
  return 60 / blastsEachMinute;
}
`;
const question = "Where is hornInterval computed?";

/** What the editor's chat returns for a request that was waited for. */
interface Responded {
  readonly metadata?: { readonly conversationId?: string; readonly subject?: string };
  readonly errorDetails?: { readonly message: string };
}

/** Sends a request to the editor's chat and waits for the whole response. */
async function say(
  query: string,
  vendor: string,
  attachFiles: readonly unknown[] = [],
): Promise<Responded> {
  const responded = await vscode.commands.executeCommand<Responded | undefined>(
    "workbench.action.chat.open",
    { query, modelSelector: { vendor }, attachFiles, blockOnResponse: true },
  );
  assert.ok(responded !== undefined, "the chat responded");
  return responded;
}

/** A line of an export, as far as it is looked at. */
interface Kept {
  readonly text?: string;
  readonly prose?: Prose;
  readonly selection?: SelectedCode;
}

/** What is kept of conversations, from an export as a user has it. */
async function kept(): Promise<Kept[]> {
  const file = vscode.Uri.file(path.join(folder(), "..", `chat-${process.pid}.jsonl`));
  await run("exportMemory", file);
  const lines = readFileSync(file.fsPath, "utf8").trim().split("\n");
  rmSync(file.fsPath);
  return lines.map((line) => JSON.parse(line) as Kept);
}

/** Another provider's model, whose vendor the tests' own extension declares. */
class Writer implements vscode.LanguageModelChatProvider {
  write: (prompt: string) => string = () => "";
  nAsked = 0;

  provideLanguageModelChatInformation(): vscode.LanguageModelChatInformation[] {
    return [
      {
        ...{ id: "writer", name: "Writer", family: "writer", version: "1" },
        ...{ maxInputTokens: 8_000, maxOutputTokens: 1_000, capabilities: { toolCalling: true } },
      },
    ];
  }

  provideLanguageModelChatResponse(
    _model: vscode.LanguageModelChatInformation,
    messages: readonly vscode.LanguageModelChatRequestMessage[],
    _options: vscode.ProvideLanguageModelChatResponseOptions,
    progress: vscode.Progress<vscode.LanguageModelResponsePart>,
  ): Promise<void> {
    this.nAsked++;
    const prompt = messages
      .flatMap(({ content }) => content)
      .map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : ""))
      .join("\n");
    progress.report(new vscode.LanguageModelTextPart(this.write(prompt)));
    return Promise.resolve();
  }

  provideTokenCount(): Promise<number> {
    return Promise.resolve(100);
  }
}

suite("@lore in the editor's own chat", () => {
  const writer = new Writer();
  /** Nobody agreed that anything goes to this one, and nobody is there to be asked. */
  const stranger = new Writer();
  const registered: vscode.Disposable[] = [];
  const withChat = (run: () => Promise<void>): Promise<void> =>
    withSetting("chat.disableAIFeatures", false, run);

  suiteSetup(async () => {
    mkdirSync(path.dirname(path.join(folder(), foghorn)), { recursive: true });
    writeFileSync(path.join(folder(), foghorn), source);
    await askUntil(question, (answer) => cites(answer, foghorn));
    for (const [vendor, provider] of [
      ["test", writer],
      ["stranger", stranger],
    ] as const) {
      registered.push(vscode.lm.registerLanguageModelChatProvider(vendor, provider));
      await vscode.lm.selectChatModels({ vendor });
    }
    const [model] = await vscode.lm.selectChatModels({ vendor: "test" });
    const choice = { source: "editor", id: `test/${model?.id}`, name: "Writer" };
    await run("chooseModel", { ...choice, mayLeave: true });
    await run("chooseModel", null);
  });

  suiteTeardown(() => {
    for (const each of registered) each.dispose();
    rmSync(path.join(folder(), foghorn));
  });

  test("each command is answered, and a chat is one conversation", async function () {
    this.timeout(120_000);
    await withChat(async () => {
      const first = await say(`@lore ${question}`, "lore");
      assert.equal(first.errorDetails, undefined);
      assert.equal(first.metadata?.subject, "hornInterval");
      for (const request of [
        "@lore who calls it?",
        "@lore /find blasts of the horn",
        "@lore /all hornInterval",
        "@lore /explain hornInterval",
        `@lore /history ${foghorn}`,
        "@lore /changed",
        "@lore /changed since yesterday",
        "@lore /remember the horn blasts twice in fog",
        "@lore /find",
      ]) {
        const next = await say(request, "lore");
        assert.equal(next.errorDetails, undefined, request);
        assert.equal(next.metadata?.conversationId, first.metadata?.conversationId, request);
      }
      const texts = (await kept()).map(({ text }) => text);
      assert.ok(texts.includes(question), "the question is kept");
      assert.ok(texts.includes("the horn blasts twice in fog"), "and the note");
    });
  });

  test("without the user's consent another model is not asked, and the built-in answer is there", async function () {
    this.timeout(60_000);
    await withChat(async () => {
      const responded = await say(`@lore ${question}`, "stranger");
      assert.equal(responded.metadata?.subject, "hornInterval");
    });
    assert.equal(stranger.nAsked, 0);
  });

  test("an attached file, and attached lines, are what is meant", async function () {
    this.timeout(60_000);
    const uri = vscode.Uri.file(path.join(folder(), foghorn));
    const range = { startLineNumber: 2, startColumn: 1, endLineNumber: 5, endColumn: 1 };
    await withChat(async () => {
      const file = await say("@lore /explain", "lore", [uri]);
      assert.equal(file.errorDetails, undefined);
      const lines = await say("@lore what does it return?", "lore", [{ uri, range }]);
      assert.equal(lines.errorDetails, undefined);
    });
    const all = await kept();
    assert.ok(all.some(({ text }) => text === `Explain ${foghorn}`));
    const about = all.findLast(({ text }) => text === "what does it return?")?.selection;
    assert.deepEqual(about?.range, { startLine: 1, endLine: 4 });
  });

  test("another model writes over the evidence; what it invents is marked and kept as such", async function () {
    this.timeout(60_000);
    writer.write = (prompt) => {
      const part = prompt
        .split(/^(?=\[\d+\] )/m)
        .find((each) => each.includes("blastsEachMinute;"));
      const number = /^\[(\d+)\]/.exec(part ?? "")?.[1] ?? "0";
      return `\`hornInterval\` divides 60 by \`blastsEachMinute\` [${number}]. It uses \`hornPressure\` [${number}].`;
    };
    await withChat(async () => {
      const responded = await say(`@lore ${question}`, "test");
      assert.equal(responded.errorDetails, undefined);
    });
    const prose = (await kept()).flatMap(({ prose: each }) => each ?? []).at(-1);
    assert.equal(prose?.model, "Writer");
    assert.equal(prose.state, "done");
    assert.equal(prose.citations[0]?.path, foghorn);
    assert.deepEqual(prose.marks, [{ fault: "nameNotInEvidence", detail: "hornPressure" }]);
    assert.deepEqual([prose.nSupported, prose.nSentences], [1, 2]);
  });

  test("a model that fails leaves the built-in answer", async function () {
    this.timeout(60_000);
    writer.write = () => {
      throw new Error("quota exceeded");
    };
    await withChat(async () => {
      const responded = await say(`@lore ${question}`, "test");
      assert.equal(responded.errorDetails, undefined);
      assert.equal(responded.metadata?.subject, "hornInterval");
    });
    const prose = (await kept()).flatMap(({ prose: each }) => each ?? []).at(-1);
    assert.deepEqual([prose?.state, prose?.failure], ["failed", "quota"]);
  });
});
