/** What recall gets to know of the places it asks about, and what it is told instead. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  EncoderReranker,
  scoresWithSimilarity,
  type PlaceEncoder,
} from "../../../server/recall/reranker.ts";
import { OpenedEncoder, patience, tokenizer } from "../model/encoderHarness.ts";
import {
  embeddingByHand,
  fixtureEncoder,
  fixtureRerank,
  notANumber,
} from "../model/fixtureEncoder.ts";

/** So long that only a failing test uses it up. */
const ample = { startMs: 60_000, readMs: 60_000 };
const none = { startMs: 0, readMs: 0 };
const query = "when is a picture thrown away";
const places = ["evict(picture)", "", "draw the picture", query, "draw the picture"];

function encoderOf(opened: OpenedEncoder): PlaceEncoder {
  return {
    state: "ready",
    rerank: fixtureRerank,
    prepare: () => opened.client.prepare(),
    embed: (texts, kind, signal) => opened.client.embed(texts, kind, signal),
  };
}

function similarityByHand(text: string): number {
  const tokens = [...tokenizer.firstTokens(text, 24)];
  if (tokens.length === 0) return 0;
  const question = embeddingByHand([...tokenizer.firstTokens(query, 12)]);
  return embeddingByHand(tokens).reduce(
    (sum, value, d) => sum + value * (question[d] as number),
    0,
  );
}

test("similarities are those worked out by hand, in order", async () => {
  await using opened = new OpenedEncoder(fixtureEncoder());
  const reranker = new EncoderReranker(encoderOf(opened), ample);
  reranker.prepare();
  const outcome = await reranker.similarities(query, places, patience());
  assert.equal(outcome.state, "used");
  assert.equal(outcome.similarities.length, places.length);
  for (const [i, text] of places.entries())
    assert.ok(Math.abs((outcome.similarities[i] as number) - similarityByHand(text)) < 1e-5, text);
});

test("what is more similar gains more, and nothing loses", () => {
  const scores = scoresWithSimilarity([3, 2, 2.5], Float32Array.of(-0.25, 0.75, 0.25), 2);
  assert.deepEqual(scores, [3, 4, 3.5]);
});

test("the same similarity of all changes nothing", () => {
  assert.deepEqual(scoresWithSimilarity([3, 2], Float32Array.of(0.5, 0.5), 4), [3, 2]);
  assert.deepEqual(scoresWithSimilarity([], new Float32Array(), 4), []);
});

test("a question without places, and one without a word, have their outcome", async () => {
  await using opened = new OpenedEncoder(fixtureEncoder());
  const reranker = new EncoderReranker(encoderOf(opened), ample);
  assert.deepEqual(await reranker.similarities(query, [], patience()), {
    state: "used",
    similarities: new Float32Array(),
  });
  assert.deepEqual(await reranker.similarities("?", ["evict"], patience()), {
    state: "used",
    similarities: Float32Array.of(0),
  });
});

test("what is not there in time is late, and what was read by then is known to the next question", async () => {
  await using opened = new OpenedEncoder(fixtureEncoder());
  const encoder = encoderOf(opened);
  // A thread takes longer to start than no time at all.
  const hasty = new EncoderReranker(encoder, none);
  assert.deepEqual(await hasty.similarities(query, places, patience()), { state: "late" });
  const patient = new EncoderReranker(encoder, ample);
  assert.equal((await patient.similarities(query, places, patience())).state, "used");
});

test("the start of the thread does not count as reading", async () => {
  await using opened = new OpenedEncoder(fixtureEncoder());
  const encoder = encoderOf(opened);
  let isStarted = false;
  const watched: PlaceEncoder = {
    ...encoder,
    prepare: async () => {
      await encoder.prepare();
      isStarted = true;
    },
    embed: (texts, kind, signal) => {
      assert.ok(isStarted, "nothing is read before");
      return encoder.embed(texts, kind, signal);
    },
  };
  const reranker = new EncoderReranker(watched, ample);
  assert.equal((await reranker.similarities(query, places, patience())).state, "used");
});

test("a question that is cancelled while the thread starts rejects at once", async () => {
  const controller = new AbortController();
  const reason = new Error("closed");
  const never: PlaceEncoder = {
    state: "ready",
    rerank: fixtureRerank,
    prepare: () => new Promise(() => undefined),
    embed: () => assert.fail("nothing is read"),
  };
  const asked = new EncoderReranker(never, ample).similarities(query, places, controller.signal);
  controller.abort(reason);
  await assert.rejects(asked, reason);
});

test("a cancelled question rejects with its reason", async () => {
  await using opened = new OpenedEncoder(fixtureEncoder());
  const reranker = new EncoderReranker(encoderOf(opened), ample);
  const controller = new AbortController();
  const reason = new Error("closed");
  const asked = reranker.similarities(query, places, controller.signal);
  controller.abort(reason);
  await assert.rejects(asked, reason);
  await assert.rejects(reranker.similarities(query, places, controller.signal), reason);
});

test("places that had to give way are late", async () => {
  await using opened = new OpenedEncoder(fixtureEncoder(), { maxWaitingTexts: 2 });
  const reranker = new EncoderReranker(encoderOf(opened), ample);
  const many = Array.from({ length: 5 }, (_, i) => `evict ${i}`);
  assert.deepEqual(await reranker.similarities(query, many, patience()), { state: "late" });
});

test("an encoder that fails is unavailable", async () => {
  await using opened = new OpenedEncoder(fixtureEncoder(notANumber));
  const reranker = new EncoderReranker(encoderOf(opened), ample);
  for (let i = 0; i < 2; i++)
    assert.deepEqual(await reranker.similarities(query, places, patience()), {
      state: "unavailable",
    });
});
