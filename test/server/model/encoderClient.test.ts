/** The encoder in its threads: what it returns, in which order it works, and what becomes of what goes wrong. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ModelFaultKind } from "../../../protocol/notices.ts";
import type { Logger } from "../../../server/ports.ts";
import { begunTexts, OpenedEncoder, patience, tokenizer, watchedEntry } from "./encoderHarness.ts";
import {
  embeddingByHand,
  fixtureEncoder,
  notANumber,
  notOneLong,
  withOutput,
  type EncoderVariant,
} from "./fixtureEncoder.ts";

const texts = [
  "export function evictOldest(limit: number): void {\n  retry(limit);\n}\n",
  "retry",
  "",
  "画像を消すのはいつですか",
  "a b c d e f g h i j k l m n o p q r s t u v w x y z a b c",
  "When is a picture thrown away?",
  " \t\n",
  "price amount",
];
const whole = fixtureEncoder();

function assertNear(actual: Float32Array, exact: readonly number[]): void {
  assert.equal(actual.length, exact.length);
  for (const [d, value] of exact.entries())
    assert.ok(Math.abs((actual[d] as number) - value) < 1e-5, `dimension ${d}: ${actual[d]}`);
}

function byHand(text: string, maxTokens = 24): number[] {
  const tokens = tokenizer.firstTokens(text, maxTokens);
  return tokens.length === 0 ? new Array<number>(16).fill(0) : embeddingByHand([...tokens]);
}

for (const nThreads of [1, 2])
  test(`${nThreads} threads return what is worked out by hand, in order`, async () => {
    await using encoder = new OpenedEncoder(whole, { nThreads });
    const found = await encoder.embeddings(texts);
    assert.equal(found.length, texts.length);
    for (const [i, text] of texts.entries()) assertNear(found[i] as Float32Array, byHand(text));
    assert.deepEqual(encoder.faults, []);
  });

test("texts that come together are embedded as if each came alone", async () => {
  await using together = new OpenedEncoder(whole, { nThreads: 2 });
  await using alone = new OpenedEncoder(whole);
  const found = await together.embeddings(texts);
  for (const [i, text] of texts.entries())
    assert.deepEqual((await alone.embeddings([text]))[0], found[i]);
});

test("of a question fewer tokens are read than of code", async () => {
  await using encoder = new OpenedEncoder(whole);
  const long = texts[4] as string;
  const query = await encoder.client.embed([long], "query", patience());
  assert.equal(query.kind, "embedded");
  assertNear(query.embeddings[0] as Float32Array, byHand(long, 12));
});

test("nothing to embed is embedded at once", async () => {
  await using encoder = new OpenedEncoder(whole);
  assert.deepEqual(await encoder.embed([]), { kind: "embedded", embeddings: [] });
});

describe("texts wait", () => {
  const letters = (word: string): string[] => [...word].map((letter) => `${letter} retry`);
  const watched = { entry: watchedEntry };

  test("and those of the newest question go first", async () => {
    begunTexts();
    await using encoder = new OpenedEncoder(whole, watched);
    await Promise.all([encoder.embed(letters("abcd")), encoder.embed(letters("mn"))]);
    // One is embedded and one waits inside the thread when the newer question comes.
    assert.equal(begunTexts(), "abmncd");
  });

  test("and a cancelled question's never begin", async () => {
    begunTexts();
    await using encoder = new OpenedEncoder(whole, watched);
    const controller = new AbortController();
    const cancelled = encoder.embed(letters("abcdef"), controller.signal);
    const other = encoder.embed(letters("mn"));
    const reason = new Error("changed my mind");
    controller.abort(reason);
    await assert.rejects(cancelled, reason);
    assert.equal((await other).kind, "embedded");
    await assert.rejects(encoder.embed(letters("g"), controller.signal), reason);
    await encoder.embed(letters("p"));
    assert.equal(begunTexts(), "abmnp");
  });

  test("and the oldest question gives way when there is no room", async () => {
    begunTexts();
    await using encoder = new OpenedEncoder(whole, { ...watched, maxWaitingTexts: 4 });
    const oldest = encoder.embed(letters("abcd"));
    const newer = encoder.embed(letters("mnop"));
    assert.deepEqual(await oldest, { kind: "crowded" });
    assert.equal((await newer).kind, "embedded");
    assert.equal(begunTexts(), "abmnop");
    assert.deepEqual(await encoder.embed(letters("stuvw")), { kind: "crowded" });
  });

  test("only once: what was embedded lately is known", async () => {
    begunTexts();
    await using encoder = new OpenedEncoder(whole, watched);
    const first = await encoder.embeddings(letters("ab"));
    const [again] = await encoder.embeddings(letters("b"));
    assert.equal(again, first[1]);
    assert.equal(begunTexts(), "ab");
  });
});

const faulty: Readonly<Record<string, readonly [EncoderVariant, ModelFaultKind]>> = {
  "a graph cut off": [{ file: (bytes) => bytes.subarray(0, -100) }, "damaged"],
  "an empty graph": [{ file: () => Buffer.alloc(0) }, "damaged"],
  "one changed bit": [
    {
      file: (bytes) => {
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
        return bytes;
      },
    },
    "damaged",
  ],
  "an output of another name": [withOutput({ name: "vector" }), "graph"],
  "other dimensions than the graph": [{ manifest: { dimensions: 32 } }, "dimensions"],
  "no numbers for results": [notANumber, "output"],
  "results that are not one long": [notOneLong, "output"],
};

describe("an encoder with", () => {
  for (const [name, [variant, kind]] of Object.entries(faulty))
    test(`${name} is told of once and not tried again`, async () => {
      await using encoder = new OpenedEncoder(fixtureEncoder(variant));
      const [first, beside] = await Promise.all([encoder.embed(texts), encoder.embed(["retry"])]);
      assert.deepEqual([first, beside], [{ kind: "unavailable" }, { kind: "unavailable" }]);
      assert.deepEqual(
        encoder.faults.map(({ kind: found, file }) => ({ found, file })),
        [{ found: kind, file: "graph.onnx" }],
        encoder.faults[0]?.detail,
      );
      assert.deepEqual(await encoder.embed(texts), { kind: "unavailable" });
      assert.equal(encoder.faults.length, 1);
    });
});

describe("a thread that", () => {
  for (const text of ["x exits", "z throws"])
    test(`${text} costs the questions it had, and a new one takes its place`, async () => {
      await using encoder = new OpenedEncoder(whole, { entry: watchedEntry });
      const both = await Promise.all([encoder.embed([text, "retry", "price"]), encoder.embed([])]);
      assert.deepEqual(both[0], { kind: "unavailable" });
      assertNear((await encoder.embeddings(["retry"]))[0] as Float32Array, byHand("retry"));
      assert.deepEqual(encoder.faults, []);
    });

  test("ends again and again is given up", async () => {
    await using encoder = new OpenedEncoder(whole, { entry: watchedEntry });
    for (let i = 0; i < 4; i++) {
      assert.deepEqual(encoder.faults, []);
      assert.deepEqual(await encoder.embed([`x ${i}`]), { kind: "unavailable" });
    }
    assert.equal(encoder.faults[0]?.kind, "thread");
    begunTexts();
    assert.deepEqual(await encoder.embed(["retry"]), { kind: "unavailable" });
    assert.equal(begunTexts(), "");
  });

  test("cannot start is given up", async () => {
    const entry = new URL("../../fixtures/deadParseThread.ts", import.meta.url);
    await using encoder = new OpenedEncoder(whole, { entry });
    for (let i = 0; i < 4; i++) await encoder.embed(["retry"]);
    assert.equal(encoder.faults[0]?.kind, "thread");
  });

  test("has nothing to do ends, and another one starts for the next question", async () => {
    const { promise: rests, resolve } = Promise.withResolvers<void>();
    const log: Logger = {
      log: (_level, _tag, message) => {
        if (message === "encoder threads rest") resolve();
      },
    };
    await using encoder = new OpenedEncoder(whole, { idleMs: 1, log });
    await encoder.client.prepare();
    await rests;
    assertNear((await encoder.embeddings(["retry"]))[0] as Float32Array, byHand("retry"));
  });
});

test("what is under way when the encoder is closed is not waited for", async () => {
  await using encoder = new OpenedEncoder(whole);
  const outcome = encoder.embed(Array.from({ length: 200 }, (_, i) => `retry ${i}`));
  await encoder.client.close();
  assert.deepEqual(await outcome, { kind: "unavailable" });
  assert.deepEqual(await encoder.embed(["price"]), { kind: "unavailable" });
  await encoder.client.prepare();
});
