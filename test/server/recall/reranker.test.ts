/** What recall gets to know of the places it asks about, and what it is told instead. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { EncoderReranker, type PlaceEncoder } from "../../../server/recall/reranker.ts";
import { OpenedEncoder, patience, tokenizer } from "../model/encoderHarness.ts";
import { embeddingByHand, fixtureEncoder, notANumber } from "../model/fixtureEncoder.ts";

/** So long a budget that only a failing test uses it up. */
const ampleMs = 60_000;
const query = "when is a picture thrown away";
const places = ["evict(picture)", "", "draw the picture", query];

function encoderOf(opened: OpenedEncoder): PlaceEncoder {
  return {
    state: "ready",
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
  const reranker = new EncoderReranker(encoderOf(opened), ampleMs);
  reranker.prepare();
  const outcome = await reranker.similarities(query, places, patience());
  assert.equal(outcome.state, "used");
  assert.equal(outcome.similarities.length, places.length);
  for (const [i, text] of places.entries())
    assert.ok(Math.abs((outcome.similarities[i] as number) - similarityByHand(text)) < 1e-5, text);
});

test("a question without places, and one without a word, have their outcome", async () => {
  await using opened = new OpenedEncoder(fixtureEncoder());
  const reranker = new EncoderReranker(encoderOf(opened), ampleMs);
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
  const hasty = new EncoderReranker(encoder, 0);
  assert.deepEqual(await hasty.similarities(query, places, patience()), { state: "late" });
  const patient = new EncoderReranker(encoder, ampleMs);
  assert.equal((await patient.similarities(query, places, patience())).state, "used");
});

test("a cancelled question rejects with its reason", async () => {
  await using opened = new OpenedEncoder(fixtureEncoder());
  const reranker = new EncoderReranker(encoderOf(opened), ampleMs);
  const controller = new AbortController();
  const reason = new Error("closed");
  const asked = reranker.similarities(query, places, controller.signal);
  controller.abort(reason);
  await assert.rejects(asked, reason);
  await assert.rejects(reranker.similarities(query, places, controller.signal), reason);
});

test("places that had to give way are late", async () => {
  await using opened = new OpenedEncoder(fixtureEncoder(), { maxWaitingTexts: 2 });
  const reranker = new EncoderReranker(encoderOf(opened), ampleMs);
  const many = Array.from({ length: 5 }, (_, i) => `evict ${i}`);
  assert.deepEqual(await reranker.similarities(query, many, patience()), { state: "late" });
});

test("an encoder that fails is unavailable", async () => {
  await using opened = new OpenedEncoder(fixtureEncoder(notANumber));
  const reranker = new EncoderReranker(encoderOf(opened), ampleMs);
  for (let i = 0; i < 2; i++)
    assert.deepEqual(await reranker.similarities(query, places, patience()), {
      state: "unavailable",
    });
});
