/** The index: with a graph it finds what a comparison with everything finds, and never what is gone. */
import assert from "node:assert/strict";
import { readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import type { BankStore } from "../../../server/bank/bankStore.ts";
import type { BankChunk } from "../../../server/bank/bankTypes.ts";
import { temporaryFolder } from "../ingest/treesOnDisk.ts";
import {
  asQuery,
  dk,
  keyOfBlock,
  makeChunk,
  openBank,
  putFile,
  recalled,
  settle,
  shape,
  VectorSource,
} from "./bankHarness.ts";

const options = { scanLimit: 1000, nShortTerm: 20 };

/** Small blocks, so that there are many of them: thirty in each chunk. */
function denseChunk(source: VectorSource, hash: string): BankChunk {
  return makeChunk(source, { hash, nTokens: 248, blockTokens: 8 });
}

/** Puts files of one chunk each. Returns the chunks by file. */
function fill(store: BankStore, source: VectorSource, from: number, to: number): BankChunk[] {
  return Array.from({ length: to - from }, (_, i) => {
    const chunk = denseChunk(source, `f${from + i}#0`);
    putFile(store, `f${from + i}`, [chunk]);
    return chunk;
  });
}

function questionsFor(
  source: VectorSource,
  chunks: readonly BankChunk[],
  n: number,
): Float32Array[][] {
  return Array.from({ length: n }, () =>
    Array.from({ length: 4 }, () => {
      const chunk = chunks[Math.floor(source.number() * chunks.length)] as BankChunk;
      const idx = Math.floor(source.number() * chunk.blockStarts.length);
      return asQuery(source.near(keyOfBlock(chunk, idx), 0.5));
    }),
  );
}

function idsOf(store: BankStore, question: readonly Float32Array[], exact: boolean): number[] {
  const blocks = recalled(store, question, { nBlocks: 16, neighbourShare: 0, exact });
  return blocks.map(({ blockId }) => blockId);
}

/** Share of what an exact search finds that the graph finds too. */
function agreement(store: BankStore, questions: readonly Float32Array[][]): number {
  let nFound = 0;
  for (const question of questions) {
    const found = new Set(idsOf(store, question, false));
    nFound += idsOf(store, question, true).filter((id) => found.has(id)).length;
  }
  return nFound / (questions.length * 16);
}

test("a comparison with everything gives what a sort of all cosines gives", async () => {
  using folder = temporaryFolder();
  const store = await openBank(folder.path);
  const source = new VectorSource(70, { nKinds: 30 });
  const chunks = fill(store, source, 0, 6);
  for (const question of questionsFor(source, chunks, 10)) {
    // Blocks have eight tokens: each of them stands for its block.
    const scores = chunks.flatMap(({ keys }, file) =>
      Array.from({ length: 30 }, (_, idx) => {
        let best = -1;
        for (let t = 8 + idx * 8; t < 16 + idx * 8; t++)
          for (const query of question) best = Math.max(best, cosine(query, keys, t));
        return { place: `f${file} ${idx * 8}`, best };
      }),
    );
    const expected = scores.toSorted((a, b) => b.best - a.best).slice(0, 16);
    const found = recalled(store, question, { nBlocks: 16, neighbourShare: 0, exact: true });
    for (const [i, { score }] of found.entries())
      assert.ok(Math.abs(score - (expected[i]?.best ?? 0)) < 0.01);
    const places = new Set(expected.map(({ place }) => place));
    const nSame = found.filter(({ fileId, fromToken }) => places.has(`${fileId} ${fromToken}`));
    assert.ok(nSame.length >= 15, `${nSame.length} of 16`);
  }
  store.close();
});

function cosine(query: Float32Array, keys: Float32Array, t: number): number {
  let dot = 0;
  for (let i = 0; i < dk; i++) dot += (query[i] as number) * (keys[t * dk + i] as number);
  return dot / Math.sqrt(shape.nKvHeads);
}

test("the graph finds what a comparison with everything finds, as the bank grows and shrinks", async () => {
  using folder = temporaryFolder();
  let store = await openBank(folder.path, options);
  const source = new VectorSource(71, { nKinds: 1500 });
  const chunks = fill(store, source, 0, 50);
  const questions = questionsFor(source, chunks, 15);
  assert.equal(store.status().search, "scan");
  assert.equal(agreement(store, questions), 1);
  await settle(store);
  assert.equal(store.status().search, "graph");
  const built = agreement(store, questions);
  assert.ok(built >= 0.95, `built: ${built}`);

  // What comes after the build is found as well, and so it is after the bank was opened again.
  chunks.push(...fill(store, source, 50, 80));
  const recent = questionsFor(source, chunks.slice(50), 15);
  const grown = agreement(store, recent);
  assert.ok(grown >= 0.95, `grown: ${grown}`);
  const before = recent.map((question) => idsOf(store, question, false));
  store.close();
  store = await openBank(folder.path, options);
  assert.equal(store.status().search, "graph");
  assert.deepEqual(
    recent.map((question) => idsOf(store, question, false)),
    before,
  );

  // What is gone is not found, before and after the rows are packed.
  for (let f = 0; f < 60; f++) store.remove(`f${f}`);
  const left = questionsFor(source, chunks.slice(60), 15);
  const shrunk = agreement(store, left);
  assert.ok(shrunk >= 0.95, `shrunk: ${shrunk}`);
  for (const question of questions)
    for (const block of recalled(store, question, { nBlocks: 16 }))
      assert.ok(Number(block.fileId.slice(1)) >= 60);
  await settle(store);
  assert.ok(agreement(store, left) >= 0.95);
  store.close();
});

test("queries that are asked again are answered anew when the bank or what may be seen has changed", async () => {
  for (const scanLimit of [0, 1_000_000]) {
    using folder = temporaryFolder();
    const store = await openBank(folder.path, { ...options, scanLimit });
    const source = new VectorSource(76, { nKinds: 200 });
    const chunks = fill(store, source, 0, 20);
    await settle(store);
    const [question = []] = questionsFor(source, chunks, 1);
    const [next = []] = questionsFor(source, chunks, 1);
    const before = idsOf(store, question, false);
    assert.deepEqual(idsOf(store, question, false), before);
    // Three of the queries and a new one, as when a token was written.
    const moved = [...question.slice(1), ...next.slice(0, 1)];
    const asked = idsOf(store, moved, false);
    // Another question in between makes the bank forget.
    recalled(store, moved, { nBlocks: 15 });
    assert.deepEqual(idsOf(store, moved, false), asked);
    const [best] = recalled(store, question, { nBlocks: 1, neighbourShare: 0 });
    assert.ok(best !== undefined);
    const without = [best];
    const others = recalled(store, question, { nBlocks: 16, neighbourShare: 0, without });
    assert.ok(others.every(({ blockId }) => blockId !== best.blockId));
    assert.deepEqual(idsOf(store, question, false), before);
    // The very key that is asked for comes in, and goes again.
    const [query = new Float32Array(dk)] = question;
    const same = denseChunk(source, "same");
    for (let t = 0; t < same.tokens.length; t++) same.keys.set(query, t * dk);
    putFile(store, "same", [same]);
    const [found] = recalled(store, question, { nBlocks: 1, neighbourShare: 0 });
    assert.equal(found?.fileId, "same");
    store.remove("same");
    assert.deepEqual(idsOf(store, question, false), before);
    store.close();
  }
});

test("a question that may see little is answered from all of that", async () => {
  using folder = temporaryFolder();
  const store = await openBank(folder.path, options);
  const source = new VectorSource(72, { nKinds: 1500 });
  fill(store, source, 0, 40);
  await settle(store);
  assert.equal(store.status().search, "graph");
  const only = (fileId: string): boolean => fileId === "f7";
  const blocks = recalled(store, [asQuery(source.next())], { nBlocks: 30, only });
  assert.equal(blocks.length, 30);
  assert.ok(blocks.every(({ fileId }) => fileId === "f7"));
  store.close();
});

test("the graph is built in steps, between which questions are answered", async () => {
  using folder = temporaryFolder();
  const store = await openBank(folder.path, options);
  const source = new VectorSource(73, { nKinds: 1500 });
  const chunks = fill(store, source, 0, 40);
  const questions = questionsFor(source, chunks, 1);
  let nSteps = 0;
  while ((await store.upkeep(0)).more) {
    nSteps++;
    assert.equal(agreement(store, questions), 1);
    // The bank changes meanwhile.
    if (nSteps === 3) fill(store, source, 40, 42);
    if (nSteps === 4) store.remove("f3");
  }
  assert.ok(nSteps > 4, `${nSteps}`);
  assert.equal(store.status().search, "graph");
  assert.ok(agreement(store, questions) >= 0.95);
  store.close();
});

describe("a graph on disk that is not what it should be is built again", () => {
  const spoil = (file: string): void => {
    const bytes = readFileSync(file);
    const at = bytes.length >> 1;
    bytes[at] = (bytes[at] as number) ^ 1;
    writeFileSync(file, bytes);
  };
  const cases: Readonly<Record<string, (file: string) => void>> = {
    "that is not there": (file) => rmSync(file),
    "with a changed byte": spoil,
    "without its lists": (file) => rmSync(`${file}.lists`),
    "with a changed byte in its lists": (file) => spoil(`${file}.lists`),
    "with lists that are cut off": (file) => truncateSync(`${file}.lists`, 200),
    "with lists that are something else": (file) => writeFileSync(`${file}.lists`, "[1]\n"),
  };
  for (const [name, damage] of Object.entries(cases))
    test(name, async () => {
      using folder = temporaryFolder();
      let store = await openBank(folder.path, options);
      const source = new VectorSource(74, { nKinds: 300 });
      const chunks = fill(store, source, 0, 8);
      await settle(store);
      assert.equal(store.status().search, "graph");
      store.close();
      damage(path.join(folder.path, "graph"));
      store = await openBank(folder.path, options);
      assert.equal(store.status().search, "scan");
      const questions = questionsFor(source, chunks, 3);
      assert.equal(agreement(store, questions), 1);
      await settle(store);
      assert.equal(store.status().search, "graph");
      assert.ok(agreement(store, questions) >= 0.95);
      store.close();
    });
});
