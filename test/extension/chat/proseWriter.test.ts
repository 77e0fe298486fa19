import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ProseWriter,
  type ChosenModel,
  type ProseJob,
} from "../../../extension/chat/proseWriter.ts";
import { MemoryClient } from "../../../extension/memory/memoryClient.ts";
import { ModelError, type LanguageModel } from "../../../extension/models/languageModel.ts";
import * as methods from "../../../protocol/methods.ts";
import type {
  Prose,
  ProseCheckParams,
  ProseEvidence,
  ProseFailure,
  ProsePromptParams,
  PutProseParams,
} from "../../../protocol/prose.ts";
import { failure, InMemoryServer } from "../inMemoryServer.ts";
import { ManualSchedule } from "../manualSchedule.ts";
import { RecordingLog } from "../recordingLog.ts";

const job: ProseJob = {
  conversationId: "c1",
  turnId: "t1",
  question: "why?",
  selection: undefined,
  activeFile: "/work/a.ts",
  isDeep: false,
};
const range = { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } };
const citation = { rootId: "r", path: "a.ts", range, contentHash: "0123456789abcdef" };
const evidence: readonly ProseEvidence[] = [
  { number: 1, source: { kind: "code", citation }, text: "a" },
];

/** A model whose pieces a test hands out one by one. */
class HandedModel implements LanguageModel {
  readonly id = "m";
  readonly name = "Model";
  readonly source = "endpoint";
  readonly destination = { name: "here", isOnThisMachine: true };
  readonly maxInputTokens: number | undefined;
  asked: readonly unknown[] | undefined;
  #pieces: (string | Error | undefined)[] = [];
  #wake: () => void = () => undefined;

  constructor(maxInputTokens?: number) {
    this.maxInputTokens = maxInputTokens;
  }

  /** Writes a piece; an error breaks off, `undefined` ends. */
  hand(...pieces: (string | Error | undefined)[]): void {
    this.#pieces.push(...pieces);
    this.#wake();
  }

  async *stream(messages: readonly unknown[], signal: AbortSignal): AsyncIterable<string> {
    this.asked = messages;
    signal.addEventListener("abort", () => this.#wake());
    for (;;) {
      signal.throwIfAborted();
      if (this.#pieces.length === 0) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      const piece = this.#pieces.shift();
      if (piece === undefined) return;
      if (typeof piece !== "string") throw piece;
      yield piece;
    }
  }
}

function build(model: LanguageModel | ProseFailure, promptTokens = 6000) {
  const server = new InMemoryServer();
  const client = new MemoryClient(new RecordingLog());
  server.onUp((connection) => client.attach(connection));
  server.onDown(() => client.detach());
  server.start();
  server.on(methods.prosePrompt, () => ({
    messages: [{ role: "user", content: "asked" }] as const,
    evidence,
    nTokens: 1,
    counter: "estimate" as const,
    asOf: 3,
  }));
  server.on(methods.proseCheck, ({ text, isDone }) => ({
    markdown: isDone ? text : text.slice(0, text.lastIndexOf(".") + 1),
    citations: [citation],
    marks: [],
    nSentences: 1,
    nSupported: 1,
  }));
  server.on(methods.putProse, () => ({ isKept: true }));
  const clock = new ManualSchedule();
  const shown: (Prose | undefined)[] = [];
  const failures: unknown[] = [];
  const waiting = new Set<() => void>();
  const opening = { until: Promise.resolve() };
  const chosen: ChosenModel = {
    name: "Model",
    promptTokens,
    open: async () => {
      await opening.until;
      if (typeof model === "string") throw new ModelError(model);
      return model;
    },
  };
  const writer = new ProseWriter(client, {
    chosen: () => chosen,
    changed: (of, prose) => {
      assert.equal(of.turnId, job.turnId);
      // How it ended is stored before it is shown, unless there is no server to store it.
      const stored = server.paramsOf(methods.putProse).at(-1) as PutProseParams | undefined;
      const isStored = prose?.failure !== "forgotten" && prose?.state !== "interrupted";
      if (prose !== undefined && prose.state !== "streaming" && isStored)
        assert.equal(stored?.prose.markdown, prose.markdown);
      shown.push(prose);
      for (const resume of waiting) resume();
    },
    failed: (error) => {
      failures.push(error);
      for (const resume of waiting) resume();
    },
    schedule: clock.schedule,
  });
  const sees = async (wanted: (prose: Prose | undefined) => boolean): Promise<void> => {
    while (!shown.some(wanted)) await new Promise<void>((resolve) => waiting.add(resolve));
  };
  return { server, clock, shown, failures, writer, sees, opening };
}

test("what is written is checked and shown at most every 300 ms, and stored every two seconds and at its end", async () => {
  const model = new HandedModel();
  const { server, clock, shown, failures, writer, sees } = build(model);
  writer.start(job);
  assert.deepEqual(
    shown.map((prose) => [prose?.state, prose?.markdown]),
    [["streaming", ""]],
    "the wait is shown at once",
  );
  model.hand("One. Tw");
  await sees((prose) => prose?.markdown === "One.");
  model.hand("o. Thr", "ee. Fo");
  assert.equal(server.paramsOf(methods.proseCheck).length, 1);
  // The pause begins when the check is over.
  while (server.paramsOf(methods.proseCheck).length === 1) {
    clock.advance(100);
    await new Promise(setImmediate);
  }
  assert.ok(clock.nowMs >= 300);
  await sees((prose) => prose?.markdown === "One. Two. Three.");
  model.hand("ur", undefined);
  await sees((prose) => prose?.state === "done");
  assert.equal(shown.at(-1)?.markdown, "One. Two. Three. Four");
  const stored = server.paramsOf(methods.putProse) as PutProseParams[];
  assert.deepEqual(
    stored.map(({ prose }) => prose.markdown),
    ["", "One.", "One. Two. Three. Four"],
  );
  const [asked] = server.paramsOf(methods.prosePrompt) as ProsePromptParams[];
  assert.deepEqual(asked, {
    question: "why?",
    conversationId: "c1",
    maxTokens: 6000,
    activeFile: "/work/a.ts",
  });
  const checks = server.paramsOf(methods.proseCheck) as ProseCheckParams[];
  assert.deepEqual(
    checks.map(({ isDone }) => isDone),
    [false, false, true],
  );
  assert.ok(checks.every((check) => check.question === "why?" && check.evidence.length === 1));
  assert.deepEqual(failures, []);
});

test("what comes during a check is checked after it, also when the model then rests", async () => {
  const model = new HandedModel();
  const { server, clock, writer, sees } = build(model);
  writer.start(job);
  model.hand("One. ");
  await server.hasReceived(methods.proseCheck);
  model.hand("Two. ");
  await sees((prose) => prose?.markdown === "One.");
  while (server.paramsOf(methods.proseCheck).length === 1) {
    clock.advance(100);
    await new Promise(setImmediate);
  }
  await sees((prose) => prose?.markdown === "One. Two.");
  await writer.stop("c1");
});

test("stopping keeps the whole sentences", async () => {
  const model = new HandedModel();
  const { shown, failures, writer, sees } = build(model);
  writer.start(job);
  model.hand("One. Tw");
  await sees((prose) => prose?.markdown === "One.");
  await writer.stop("c1");
  assert.equal(shown.at(-1)?.state, "cancelled");
  assert.equal(shown.at(-1)?.markdown, "One.");
  assert.deepEqual(failures, []);
});

test("stopping before the prompt is there ends as stopped", async () => {
  const { server, shown, failures, writer } = build(new HandedModel());
  server.on(
    methods.prosePrompt,
    (_params, token) =>
      new Promise((resolve) => {
        token.onCancellationRequested(() => resolve(failure("cancelled")));
      }),
  );
  writer.start(job);
  await server.hasReceived(methods.prosePrompt);
  await writer.stop("c1");
  assert.equal(shown.at(-1)?.state, "cancelled");
  assert.deepEqual(failures, []);
});

test("nothing is sent once it was stopped, whatever it waited for then", async () => {
  const model = new HandedModel();
  const { server, shown, failures, writer, opening } = build(model);
  const open = Promise.withResolvers<void>();
  opening.until = open.promise;
  writer.start(job);
  const stopped = writer.stop("c1");
  open.resolve();
  await stopped;
  assert.deepEqual(server.paramsOf(methods.prosePrompt), [], "while the model was opened");

  opening.until = Promise.resolve();
  const prompt = Promise.withResolvers<void>();
  server.on(methods.prosePrompt, async () => {
    await prompt.promise;
    return { messages: [], evidence, nTokens: 1, counter: "estimate" as const };
  });
  writer.start(job);
  await server.hasReceived(methods.prosePrompt);
  const again = writer.stop("c1");
  prompt.resolve();
  await again;
  assert.equal(model.asked, undefined, "while the prompt was made");
  assert.equal(shown.at(-1)?.state, "cancelled");
  assert.deepEqual(failures, []);
});

test("a second start stops the first, and has the last word", async () => {
  const model = new HandedModel();
  const { shown, failures, writer, sees } = build(model);
  writer.start(job);
  model.hand("One. ");
  await sees((prose) => prose?.markdown === "One.");
  writer.start(job);
  model.hand("Two.", undefined);
  await sees((prose) => prose?.state === "done");
  await writer.stop("c1");
  assert.equal(shown.at(-1)?.markdown, "Two.");
  assert.deepEqual(
    shown.flatMap((prose) => (prose?.state === "streaming" ? [] : [prose?.state])),
    ["done"],
  );
  assert.deepEqual(failures, []);
});

const faults: Readonly<Record<string, readonly [(string | Error | undefined)[], ProseFailure]>> = {
  "a model that breaks off": [["One. Tw", new ModelError("badAnswer")], "badAnswer"],
  "a model that may not be used": [[new ModelError("notAllowed")], "notAllowed"],
  "a model that writes nothing": [[" ", undefined], "badAnswer"],
  "a model without an end": [["x".repeat(200_001)], "badAnswer"],
};
for (const [name, [pieces, expected]] of Object.entries(faults)) {
  test(`${name} is told as ${expected}`, async () => {
    const model = new HandedModel();
    const { shown, failures, writer, sees } = build(model);
    writer.start(job);
    model.hand(...pieces);
    await sees((prose) => prose?.state === "failed");
    assert.equal(shown.at(-1)?.failure, expected);
    assert.equal(shown.at(-1)?.markdown, pieces[0] === "One. Tw" ? "One." : "");
    assert.deepEqual(failures, []);
  });
}

test("a model that cannot be opened is told, and no prompt is built", async () => {
  const { server, shown, writer, sees } = build("noModel");
  writer.start(job);
  await sees((prose) => prose?.state === "failed");
  assert.equal(shown.at(-1)?.failure, "noModel");
  assert.deepEqual(server.paramsOf(methods.prosePrompt), []);
});

test("without evidence no model is asked and nothing is stored", async () => {
  const model = new HandedModel();
  const { server, writer, sees } = build(model);
  server.on(methods.prosePrompt, () => ({
    messages: [],
    evidence: [],
    nTokens: 0,
    counter: "estimate" as const,
  }));
  writer.start(job);
  await sees((prose) => prose === undefined);
  assert.equal(model.asked, undefined);
  assert.deepEqual(server.paramsOf(methods.putProse), []);
});

/** How a writing goes on to its end after its first sentence was shown. */
const ends: Readonly<Record<string, (built: ReturnType<typeof build>) => Promise<void>>> = {
  "while the model goes on": async ({ clock, server }) => {
    const nStored = server.paramsOf(methods.putProse).length;
    while (server.paramsOf(methods.putProse).length === nStored) {
      clock.advance(100);
      await new Promise(setImmediate);
    }
  },
  "when it is stopped": ({ writer }) => writer.stop("c1"),
  "when all is stopped": ({ writer }) => writer.stopAll(),
};
for (const [when, end] of Object.entries(ends)) {
  test(`what the memory does not keep is taken off, and the model is stopped, ${when}`, async () => {
    const model = new HandedModel();
    const built = build(model);
    const { server, shown, failures, writer, sees } = built;
    writer.start(job);
    model.hand("One. Tw");
    await sees((prose) => prose?.markdown === "One.");
    while (server.paramsOf(methods.putProse).length < 2) await new Promise(setImmediate);
    server.on(methods.putProse, () => ({ isKept: false }));
    model.hand("o. Thr");
    await end(built);
    await sees((prose) => prose?.failure === "forgotten");
    assert.deepEqual([shown.at(-1)?.state, shown.at(-1)?.markdown], ["failed", ""]);
    assert.deepEqual(failures, []);
    const stored = server.paramsOf(methods.putProse) as PutProseParams[];
    assert.ok(stored.every(({ asOf }) => asOf === 3));
    server.on(methods.putProse, () => ({ isKept: true }));
    model.hand("Anew.", undefined);
    writer.start(job);
    await sees((prose) => prose?.state === "done");
  });
}

test("a model that was shown nothing yet leaves the count to the memory", async () => {
  const { server, writer, sees } = build("offline");
  writer.start(job);
  await sees((prose) => prose?.failure === "offline");
  const [put] = server.paramsOf(methods.putProse) as PutProseParams[];
  assert.deepEqual([put?.asOf, put?.prose.markdown], [undefined, ""]);
});

test("a server that dies in the middle interrupts, without a word of its own", async () => {
  const model = new HandedModel();
  const { server, shown, failures, writer, sees } = build(model);
  writer.start(job);
  model.hand("One. ");
  await sees((prose) => prose?.markdown === "One.");
  await server.die(false);
  model.hand("Two. ", undefined);
  await sees((prose) => prose?.state === "interrupted");
  assert.equal(shown.at(-1)?.markdown, "One.");
  assert.deepEqual(failures, []);
});

test("a check that fails stops the model and is told", async () => {
  const model = new HandedModel();
  const { server, shown, failures, writer, sees } = build(model);
  server.on(methods.proseCheck, () => failure("internal", "id7"));
  writer.start(job);
  model.hand("One. ");
  await sees((prose) => prose?.state === "failed");
  assert.equal(shown.at(-1)?.failure, "unknown");
  while (failures.length === 0) await new Promise(setImmediate);
});

const budgets: readonly (readonly [max: number | undefined, wanted: number, expected: number])[] = [
  [undefined, 6000, 6000],
  [128_000, 6000, 6000],
  [4096, 6000, 3072],
  [100, 6000, 600],
];
for (const [max, wanted, expected] of budgets) {
  test(`a model of ${max} tokens gets ${expected} of ${wanted}`, async () => {
    const model = new HandedModel(max);
    const { server, writer, sees } = build(model, wanted);
    writer.start(job);
    model.hand("One.", undefined);
    await sees((prose) => prose?.state === "done");
    const [asked] = server.paramsOf(methods.prosePrompt) as ProsePromptParams[];
    assert.equal(asked?.maxTokens, expected);
  });
}

test("a deep question has twice the tokens, and what the model looks up is checked and kept", async () => {
  const { server, shown, failures, writer, sees } = build(lookingModel());
  server.on(methods.prosePrompt, () => ({
    messages: [{ role: "user", content: "asked" }] as const,
    ...{ evidence, nTokens: 900, counter: "estimate" as const },
    further: {
      tools: [{ name: "search_memory", description: "d", input: { type: "object" } }] as const,
      ...{ maxLooks: 3, maxTokens: 12_000, mark: "5ca1ab1e" },
    },
  }));
  server.on(methods.proseLook, () => ({
    ...{ text: "[2] found", nTokens: 100 },
    evidence: [{ number: 2, source: { kind: "code", citation }, text: "b" }] as const,
    lookup: { tool: "search_memory", about: "b", nPlaces: 1, nNew: 1 } as const,
  }));
  const deep = { ...job, isDeep: true };
  writer.start(deep);
  await sees((prose) => prose?.state === "done");
  const [asked] = server.paramsOf(methods.prosePrompt) as ProsePromptParams[];
  assert.deepEqual([asked?.maxTokens, asked?.deep], [12_000, true]);
  assert.deepEqual(server.paramsOf(methods.proseLook), [
    { name: "search_memory", input: "{}", evidence, mark: "5ca1ab1e", maxTokens: 11_100 },
  ]);
  const last = server.paramsOf(methods.proseCheck).at(-1) as ProseCheckParams;
  assert.equal(last.evidence.length, 2);
  assert.equal(last.text, "So it is [2].");
  const { nTokens, round, end, lookups } = shown.at(-1)?.looks ?? {};
  assert.deepEqual([nTokens, round, end, lookups?.length], [1_000, 2, "answered", 1]);
  assert.deepEqual(failures, []);
});

/** Thinks aloud and calls a tool, and answers when it was told something. */
function lookingModel(): LanguageModel {
  return {
    ...{ id: "m", name: "Model", source: "endpoint", maxInputTokens: undefined },
    destination: { name: "here", isOnThisMachine: true },
    async *stream(messages, signal, offer) {
      await Promise.resolve();
      signal.throwIfAborted();
      if (messages.some(({ role }) => role === "tool")) yield "So it is [2].";
      else {
        yield "Let me look.";
        offer?.called({ id: "1", name: "search_memory", input: "{}" });
      }
    },
  };
}
