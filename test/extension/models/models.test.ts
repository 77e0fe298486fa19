import assert from "node:assert/strict";
import { test } from "node:test";
import { ModelError, type LanguageModel } from "../../../extension/models/languageModel.ts";
import { ModelMemory } from "../../../extension/models/modelMemory.ts";
import { Models } from "../../../extension/models/models.ts";
import type { ProseFailure } from "../../../protocol/prose.ts";
import { startScriptedModel, type ScriptedReply } from "../../fixtures/scriptedModel.ts";

const messages = [{ role: "user", content: "why?" }] as const;

function keptValues() {
  const values = new Map<string, unknown>();
  return {
    values,
    get: (key: string) => values.get(key),
    update: (key: string, value: unknown) => {
      values.set(key, value);
      return Promise.resolve();
    },
  };
}

function secrets() {
  const kept = new Map<string, string>();
  return {
    kept,
    get: (name: string) => Promise.resolve(kept.get(name)),
    store: (name: string, value: string) => Promise.resolve(void kept.set(name, value)),
    delete: (name: string) => Promise.resolve(void kept.delete(name)),
  };
}

const editorModel: LanguageModel = {
  id: "vendor/one",
  name: "One",
  source: "editor",
  destination: { name: "vendor", isOnThisMachine: false },
  maxInputTokens: 1000,
  stream: () => {
    throw new ModelError("unknown");
  },
};

function build(endpoint?: string, agrees = true) {
  const kept = keptValues();
  const secret = secrets();
  const asked: string[] = [];
  const around = { endpoint };
  const models = new Models(new ModelMemory(kept, secret), {
    settings: () => ({
      endpoint: around.endpoint === undefined ? undefined : new URL(around.endpoint),
      promptTokens: 6000,
    }),
    editorModels: () => Promise.resolve([editorModel]),
    askConsent: ({ destination }) => {
      asked.push(destination.name);
      return Promise.resolve(agrees);
    },
  });
  return { models, kept, secret, asked, around };
}

const isFailure = (failure: ProseFailure) => (error: unknown) =>
  error instanceof ModelError && error.failure === failure;

async function textOf(model: LanguageModel): Promise<string> {
  let text = "";
  for await (const piece of model.stream(messages, new AbortController().signal)) text += piece;
  return text;
}

test("by default no model is chosen, and what is kept malformed is none", async () => {
  const { models, kept } = build();
  assert.equal(models.chosen(), undefined);
  for (const value of [1, null, {}, { source: "x", id: "a", name: "a" }, { source: "editor", id: "" }]) {
    await kept.update("lore.model", value);
    assert.equal(models.chosen(), undefined);
  }
});

test("a choice is kept, told, and taken back", async () => {
  const { models, kept } = build();
  let nTold = 0;
  models.onDidChoose(() => nTold++);
  await models.choose({ source: "editor", id: "vendor/one", name: "One" });
  assert.equal(models.chosen()?.name, "One");
  assert.equal((await models.chosen()?.open())?.id, "vendor/one");
  await models.choose(undefined);
  assert.equal(models.chosen(), undefined);
  assert.equal(nTold, 2);
  assert.equal(kept.values.get("lore.model"), undefined);
});

test("what leaves the machine is asked about once for each destination", async () => {
  const { models, asked, around } = build("https://one.invalid/v1");
  const expected = ["https://one.invalid", "http://one.invalid", "https://two.invalid"];
  await models.choose({ source: "endpoint", id: "m", name: "m" });
  await models.chosen()?.open();
  await models.chosen()?.open();
  assert.deepEqual(asked, expected.slice(0, 1));
  around.endpoint = "http://one.invalid/v1";
  await models.chosen()?.open();
  assert.deepEqual(asked, expected.slice(0, 2), "others can read along without https");
  around.endpoint = "https://two.invalid/v1";
  await models.chosen()?.open();
  assert.deepEqual(asked, expected);
  around.endpoint = "http://127.0.0.1:1/v1";
  await models.chosen()?.open();
  assert.equal(asked.length, 3, "nothing leaves for this machine");
});

test("without consent nothing is sent, and only another choice asks again", async () => {
  const { models, asked } = build(undefined, false);
  await models.choose({ source: "editor", id: "vendor/one", name: "One" });
  for (let nth = 0; nth < 2; nth++)
    await assert.rejects(async () => models.chosen()?.open(), isFailure("notAllowed"));
  assert.equal(asked.length, 1);
  assert.equal(await models.mayBeAsked(editorModel, true), false);
  assert.equal(asked.length, 2);
});

for (const choice of [
  { source: "editor", id: "vendor/gone", name: "Gone" },
  { source: "endpoint", id: "m", name: "m" },
] as const) {
  test(`a chosen model that is not there is told: ${choice.source}`, async () => {
    const { models } = build();
    await models.choose(choice);
    await assert.rejects(async () => models.chosen()?.open(), isFailure("noModel"));
  });
}

test("a key goes to its own origin, is kept as a secret alone, and can be removed", async (t) => {
  const model = await startScriptedModel(() => ({ kind: "text", pieces: ["yes"] }));
  const other = await startScriptedModel(() => ({ kind: "text", pieces: ["yes"] }));
  t.after(() => Promise.all([model.close(), other.close()]));
  const { models, secret, kept, around } = build(model.baseUrl);
  const key = "the key";
  await models.memory.setKey(new URL(model.baseUrl), key);
  await models.choose({ source: "endpoint", id: "scripted", name: "scripted" });
  const ask = async (): Promise<string> => {
    const opened = await models.chosen()?.open();
    assert.ok(opened !== undefined);
    return textOf(opened);
  };
  assert.equal(await ask(), "yes");
  assert.equal(model.requests[0]?.headers["authorization"], `Bearer ${key}`);
  around.endpoint = other.baseUrl;
  await ask();
  assert.equal(other.requests[0]?.headers["authorization"], undefined);
  assert.ok(!JSON.stringify([...kept.values]).includes(key));
  await models.memory.setKey(new URL(model.baseUrl), "");
  assert.equal(secret.kept.size, 0);
});

test("an endpoint's models are listed", async (t) => {
  const model = await startScriptedModel(() => ({ kind: "hang" }), { models: ["a", "b"] });
  t.after(() => model.close());
  const { models } = build(model.baseUrl);
  const listed = await models.endpointModels(new URL(model.baseUrl));
  assert.deepEqual(
    listed.map(({ name, source, destination }) => [name, source, destination.isOnThisMachine]),
    [
      ["a", "endpoint", true],
      ["b", "endpoint", true],
    ],
  );
});

const replies: readonly (readonly [ScriptedReply, ProseFailure])[] = [
  [{ kind: "status", status: 401 }, "notAllowed"],
  [{ kind: "status", status: 404 }, "noModel"],
  [{ kind: "status", status: 429 }, "quota"],
  [{ kind: "text", pieces: ["a"], finish: "content_filter" }, "refused"],
  [{ kind: "cut", pieces: ["a"] }, "badAnswer"],
];
for (const [reply, failure] of replies) {
  test(`an endpoint's failure comes as ${failure}`, async (t) => {
    const model = await startScriptedModel(() => reply);
    t.after(() => model.close());
    const { models } = build(model.baseUrl);
    const [listed] = await models.endpointModels(new URL(model.baseUrl));
    assert.ok(listed !== undefined);
    await assert.rejects(textOf(listed), isFailure(failure));
  });
}

test("an endpoint that is not there is told as offline", async () => {
  const model = await startScriptedModel(() => ({ kind: "hang" }));
  await model.close();
  const { models } = build(model.baseUrl);
  await assert.rejects(models.endpointModels(new URL(model.baseUrl)), isFailure("offline"));
});
