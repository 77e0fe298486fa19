/** A language model of the editor writes over an answer: chosen, asked, checked, kept. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import type { Prose, ProseFailure } from "../../protocol/prose.ts";
import { ask, askUntil, cites, folder, run } from "./editor.ts";

const lighthouse = "src/foghorn.ts";
const source = `/** Seconds between two blasts of the foghorn. */
export function blastInterval(blastsPerMinute: number): number {
  return 60 / blastsPerMinute;
}
`;
const question = "Where is blastInterval computed?";

type Answer = (prompt: string, token: vscode.CancellationToken) => AsyncIterable<string>;

/** The editor's side: a provider whose vendor the tests' own extension declares. */
class TestModels implements vscode.LanguageModelChatProvider {
  readonly prompts: string[] = [];
  answer: Answer;

  constructor(answer: Answer) {
    this.answer = answer;
  }

  provideLanguageModelChatInformation(): vscode.LanguageModelChatInformation[] {
    return [
      {
        ...{ id: "one", name: "One", family: "one", version: "1" },
        ...{ maxInputTokens: 4_000, maxOutputTokens: 1_000, capabilities: {} },
      },
    ];
  }

  async provideLanguageModelChatResponse(
    _model: vscode.LanguageModelChatInformation,
    messages: readonly vscode.LanguageModelChatRequestMessage[],
    _options: vscode.ProvideLanguageModelChatResponseOptions,
    progress: vscode.Progress<vscode.LanguageModelResponsePart>,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const prompt = messages
      .flatMap(({ content }) => content)
      .map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : ""))
      .join("\n");
    this.prompts.push(prompt);
    for await (const piece of this.answer(prompt, token))
      progress.report(new vscode.LanguageModelTextPart(piece));
  }

  provideTokenCount(
    _model: vscode.LanguageModelChatInformation,
    text: string | vscode.LanguageModelChatRequestMessage,
  ): Promise<number> {
    return Promise.resolve(typeof text === "string" ? text.length / 4 : 100);
  }
}

async function* faithful(prompt: string): AsyncIterable<string> {
  const part = prompt.split(/^(?=\[\d+\] )/m).find((each) => each.includes("blastsPerMinute;"));
  const number = /^\[(\d+)\]/.exec(part ?? "")?.[1] ?? "0";
  yield "`blastInterval` divides 60 ";
  yield `by \`blastsPerMinute\` [${number}].`;
}

/** What is kept on the last turn, read from an export as a user has it. */
async function keptProse(wanted: (prose: Prose) => boolean): Promise<Prose> {
  const file = vscode.Uri.file(path.join(folder(), "..", `export-${process.pid}.jsonl`));
  const deadlineMs = performance.now() + 30_000;
  for (;;) {
    await run("exportMemory", file);
    const text = existsSync(file.fsPath) ? readFileSync(file.fsPath, "utf8") : "";
    rmSync(file.fsPath, { force: true });
    const kept = [...text.matchAll(/^.+$/gm)]
      .map(([line]) => JSON.parse(line) as { prose?: Prose })
      .flatMap(({ prose }) => prose ?? [])
      .at(-1);
    if (kept !== undefined && wanted(kept)) return kept;
    assert.ok(performance.now() < deadlineMs, `the last prose is ${JSON.stringify(kept)}`);
  }
}

suite("a language model of the editor", () => {
  const models = new TestModels(faithful);
  let chosen = "";
  let registered: vscode.Disposable | undefined;

  suiteSetup(async () => {
    const at = path.join(folder(), lighthouse);
    mkdirSync(path.dirname(at), { recursive: true });
    writeFileSync(at, source);
    await askUntil(question, (answer) => cites(answer, lighthouse));
    registered = vscode.lm.registerLanguageModelChatProvider("test", models);
    const found = await vscode.lm.selectChatModels({ vendor: "test" });
    assert.deepEqual(
      found.map(({ name }) => name),
      ["One"],
    );
    chosen = `test/${found[0]?.id}`;
    await run("chooseModel", { source: "editor", id: chosen, name: "One" });
  });

  suiteTeardown(async () => {
    await run("chooseModel", null);
    registered?.dispose();
    rmSync(path.join(folder(), lighthouse));
  });

  test("it writes from the recalled lines, and what it wrote is kept with its citation", async function () {
    this.timeout(60_000);
    const answer = await ask(question);
    assert.ok(cites(answer, lighthouse), "the built-in answer is there");
    const prose = await keptProse(({ state }) => state === "done");
    assert.equal(prose.model, "One");
    assert.match(prose.markdown, /divides 60 by `blastsPerMinute`/);
    assert.equal(prose.citations[0]?.path, lighthouse);
    assert.deepEqual([prose.nSupported, prose.nSentences], [1, 1]);
    assert.equal(models.prompts.length, 1);
  });

  // That the models of `test` may be asked is remembered from before, see `scripts/testing/inHost.ts`.
  test("nothing leaves for a model that the user has not allowed, whatever chose it", async () => {
    const strangers = new TestModels(faithful);
    const provided = vscode.lm.registerLanguageModelChatProvider("stranger", strangers);
    try {
      const [found] = await vscode.lm.selectChatModels({ vendor: "stranger" });
      const choice = { source: "editor", id: `stranger/${found?.id}`, name: "Stranger" };
      await run("chooseModel", { ...choice, mayLeave: true, agreed: true });
      await ask(question);
      const prose = await keptProse(({ model }) => model === "Stranger");
      assert.equal(prose.state, "failed");
      assert.deepEqual(strangers.prompts, []);
    } finally {
      await run("chooseModel", { source: "editor", id: chosen, name: "One" });
      provided.dispose();
    }
  });

  const failures: Readonly<Record<string, readonly [Error, ProseFailure]>> = {
    "no permission": [vscode.LanguageModelError.NoPermissions(), "notAllowed"],
    "too many requests": [vscode.LanguageModelError.Blocked(), "quota"],
    "a model that is gone": [vscode.LanguageModelError.NotFound(), "noModel"],
    "a quota that is used up": [new Error("Quota exceeded"), "quota"],
    "a filtered answer": [new Error("content_filter"), "refused"],
    "a prompt that is too long": [new Error("maximum context length"), "tooLong"],
    "a host that is not there": [new Error("getaddrinfo ENOTFOUND host"), "offline"],
    "anything else": [new Error("it broke"), "unknown"],
  };
  for (const [name, [error, failure]] of Object.entries(failures)) {
    test(`what the editor's model throws is told apart: ${name}`, async () => {
      models.answer = () => {
        throw error;
      };
      await ask(`${question} And ${name}?`);
      const prose = await keptProse(
        ({ state, failure: kept }) => state === "failed" && kept === failure,
      );
      assert.equal(prose.markdown, "");
    });
  }

  test("another question stops the model, and its editor is told", async () => {
    let stopped = false;
    const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
    models.answer = async function* (prompt, token) {
      yield* faithful(prompt);
      isAsked();
      await new Promise<void>((resolve) => {
        token.onCancellationRequested(() => {
          stopped = true;
          resolve();
        });
      });
    };
    await ask(question);
    await asked;
    models.answer = faithful;
    await ask(question);
    await keptProse(({ state }) => state === "done");
    assert.ok(stopped);
  });
});
