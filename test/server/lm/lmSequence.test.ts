/** A sequence predicts the same however it came to be: at once, bit by bit, or after tokens were taken back. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import fc from "fast-check";
import type { LmSequence } from "../../../server/lm/lmSequence.ts";
import type { MemoryTokens } from "../../../server/lm/memoryTokens.ts";
import { randomNumbers } from "../workspaceMemoryHarness.ts";
import { assertNear, memoryOf, openLm, tinyFolder } from "./lmHarness.ts";

const model = await openLm(tinyFolder);
after(() => model.close());
const { config } = model.parts.manifest;
/** float32 adds in another order when there are more rows. */
const rounding = 1e-4;

function randomTokens(n: number, seed: number): Uint16Array {
  const random = randomNumbers(seed);
  return Uint16Array.from({ length: n }, () => Math.floor(random() * config.vocabulary));
}
const tokens = randomTokens(config.window, 1);
const memory = memoryOf(model, [
  await model.encodeChunk(randomTokens(60, 2)),
  await model.encodeChunk(randomTokens(90, 3)),
]);

/** What a new sequence predicts after tokens that were appended and read at once. */
async function atOnce(all: Uint16Array, known?: MemoryTokens): Promise<Float32Array> {
  const sequence = model.sequence();
  await sequence.append(all);
  return (await sequence.read(known)).logProbs;
}

for (const [name, known] of [
  ["without a memory", undefined],
  ["with a memory", memory],
] as const)
  describe(name, () => {
    test("token by token is as all at once, to the end of the window", async () => {
      const sequence = model.sequence();
      const [whole, bits] = [model.sequence(), [] as Float32Array[]];
      await whole.append(tokens);
      for (const [i, token] of tokens.entries()) {
        await sequence.append(Uint16Array.of(token));
        bits.push(...sequence.lastQueries(1));
        if (i % 7 === 0) await sequence.read(known);
      }
      const queries = whole.lastQueries(tokens.length);
      assert.equal(bits.length, queries.length);
      for (const [i, query] of queries.entries())
        assertNear(bits[i] as Float32Array, query, rounding);
      const { logProbs, memoryWeight } = await sequence.read(known);
      const expected = await whole.read(known);
      assertNear(logProbs, expected.logProbs, rounding);
      assertNear(memoryWeight, expected.memoryWeight, rounding);
    });

    test("whatever is appended, read and taken back, the rest is as if nothing else had been", async () => {
      const step = fc.record({
        n: fc.integer({ min: 1, max: 90 }),
        keep: fc.double({ min: 0, max: 1, noNaN: true }),
        reads: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
          const sequence = model.sequence();
          for (const [i, { n, keep, reads }] of steps.entries()) {
            sequence.rewindTo(Math.floor(keep * sequence.length));
            const room = config.window - sequence.length;
            if (room > 0) await sequence.append(randomTokens(Math.min(n, room), i));
            if (reads) await sequence.read(known);
          }
          const { logProbs } = await sequence.read(known);
          assertNear(logProbs, await atOnce(sequence.tokens, known), rounding);
        }),
        { numRuns: 25 },
      );
    });

    test("the surprise at each token is what was predicted of it", async () => {
      const all = tokens.subarray(0, 150);
      const sequence = model.sequence();
      await sequence.append(all.subarray(0, 50));
      const first = await sequence.score(known, all.subarray(1, 51));
      await sequence.append(all.subarray(50, 149));
      const second = await sequence.score(known, all.subarray(51));
      const plain = model.sequence();
      for (const [i, token] of all.subarray(0, -1).entries()) {
        await plain.append(Uint16Array.of(token));
        const { logProbs } = await plain.read(known);
        const surprise = i < 50 ? first[i] : second[i - 50];
        const logProb = logProbs[all[i + 1] as number] as number;
        assert.ok(Math.abs((surprise as number) + logProb) < rounding, `token ${i}`);
      }
    });
  });

test("what was taken back, or is to be read anew, is scored again", async () => {
  const all = tokens.subarray(0, 120);
  const sequence = model.sequence();
  await sequence.append(all);
  const first = await sequence.score(memory, Uint16Array.of(...all.subarray(1), 5));
  sequence.rewindTo(90);
  await sequence.append(all.subarray(90));
  const second = await sequence.score(memory, Uint16Array.of(...all.subarray(91), 5));
  assertNear(second, first.subarray(90), rounding);
  sequence.forgetReading(70);
  const third = await sequence.score(memory, Uint16Array.of(...all.subarray(71), 5));
  assertNear(third, first.subarray(70), rounding);
  assert.equal((await sequence.score(memory, new Uint16Array())).length, 0);
});

test("a prediction is of probabilities that add up to one, and a memory changes it", async () => {
  const sequence = model.sequence();
  await sequence.append(tokens.subarray(0, 80));
  const { logProbs } = await sequence.read(undefined);
  const sum = logProbs.reduce((total, logProb) => total + Math.exp(logProb), 0);
  assert.ok(Math.abs(sum - 1) < 1e-3, `${sum}`);
  sequence.forgetReading(0);
  const remembered = await sequence.read(memory);
  assertNear(remembered.logProbs, await atOnce(sequence.tokens, memory), rounding);
  const most = logProbs.reduce(
    (all, each, i) => Math.max(all, Math.abs(each - (remembered.logProbs[i] as number))),
    0,
  );
  assert.ok(most > 0.01, `${most}`);
});

test("a memory of no tokens is none", async () => {
  const none = {
    ids: new Uint16Array(),
    keys: new Int8Array(),
    values: new Int8Array(),
    keyScales: new Float32Array(),
    valueScales: new Float32Array(),
  };
  const all = tokens.subarray(0, 30);
  assert.deepEqual(await atOnce(all, none), await atOnce(all));
});

test("becoming other tokens is as if they had been appended to nothing", async () => {
  const sequence = model.sequence();
  const branched = Uint16Array.of(...tokens.subarray(0, 70), 7, 8, 9);
  for (const all of [
    tokens.slice(0, 100),
    tokens.slice(0, 103),
    branched,
    branched,
    branched.slice(0, 20),
  ]) {
    await sequence.become(all);
    assert.deepEqual(sequence.tokens, all);
    assertNear((await sequence.read(memory)).logProbs, await atOnce(all, memory), rounding);
  }
  await sequence.become(new Uint16Array());
  assert.equal(sequence.length, 0);
});

test("the last queries are copies, and as many as there are tokens", async () => {
  const sequence = model.sequence();
  await sequence.append(tokens.subarray(0, 5));
  const queries = sequence.lastQueries(9);
  assert.equal(queries.length, 5);
  assert.deepEqual(sequence.lastQueries(2), queries.slice(3));
  for (const query of queries) assert.ok(Math.abs(Math.hypot(...query) - 1) < 1e-3);
  const before = queries.map((query) => query.slice());
  await sequence.become(tokens.subarray(50, 60));
  assert.deepEqual(queries, before);
});

describe("refused, and the sequence stays what it was:", () => {
  const refused: Readonly<Record<string, (sequence: LmSequence) => Promise<unknown>>> = {
    "more tokens than the window": (sequence) => sequence.append(tokens.subarray(9)),
    "more tokens than the window at once": (sequence) =>
      sequence.become(new Uint16Array(config.window + 1)),
    "no tokens": (sequence) => sequence.append(new Uint16Array()),
    "a token that the model does not know": (sequence) =>
      sequence.append(Uint16Array.of(1, config.vocabulary)),
    "to go back behind the end": async (sequence) => sequence.rewindTo(11),
    "to go back to no place": async (sequence) => sequence.rewindTo(0.5),
    "targets of another number": (sequence) => sequence.score(undefined, tokens.subarray(0, 9)),
    "targets that the model does not know": (sequence) =>
      sequence.score(undefined, new Uint16Array(10).fill(config.vocabulary)),
    "keys of another length": (sequence) =>
      sequence.read({ ...memory, keys: memory.keys.subarray(1) }),
    "scales of another number": (sequence) =>
      sequence.read({ ...memory, valueScales: new Float32Array(3) }),
    "scales that are no numbers": (sequence) =>
      sequence.read({ ...memory, keyScales: memory.keyScales.map(() => Number.NaN) }),
    "remembered tokens that the model does not know": (sequence) =>
      sequence.read({ ...memory, ids: memory.ids.map(() => config.vocabulary) }),
  };
  for (const [name, act] of Object.entries(refused))
    test(name, async () => {
      const sequence = model.sequence();
      await sequence.append(tokens.subarray(0, 10));
      await assert.rejects(act(sequence), RangeError);
      assertNear(
        (await sequence.read(memory)).logProbs,
        await atOnce(tokens.slice(0, 10), memory),
        rounding,
      );
    });

  test("to read nothing", () => assert.rejects(model.sequence().read(undefined), RangeError));
});

test("a second call while the first is under way is an error", async () => {
  const sequence = model.sequence();
  const first = sequence.append(tokens.subarray(0, 10));
  await assert.rejects(sequence.append(tokens.subarray(0, 10)), /one thing at a time/);
  assert.throws(() => sequence.rewindTo(0), /one thing at a time/);
  await first;
  assert.equal(sequence.length, 10);
});

test("a chunk leaves in memory what a sequence of its tokens would look up", async () => {
  const chunk = await model.encodeChunk(tokens.subarray(0, 40));
  const width = config.nKvHeads * config.dHead;
  assert.deepEqual(chunk.tokens, tokens.slice(0, 40));
  assert.equal(chunk.salience.length, 40);
  for (let at = 0; at < 40 * config.nKvHeads; at++) {
    const key = chunk.keys.subarray(at * config.dHead, (at + 1) * config.dHead);
    assert.ok(Math.abs(Math.hypot(...key) - 1) < 1e-3);
  }
  assert.equal(chunk.values.length, 40 * width);
  // Memory that can be handed on whole.
  for (const { buffer, byteLength } of [chunk.keys, chunk.values, chunk.salience])
    assert.equal(buffer.byteLength, byteLength);
  await assert.rejects(model.encodeChunk(new Uint16Array()), RangeError);
  await assert.rejects(model.encodeChunk(new Uint16Array(config.window + 1)), RangeError);
  await assert.rejects(model.encodeChunk(Uint16Array.of(config.vocabulary)), RangeError);
});
