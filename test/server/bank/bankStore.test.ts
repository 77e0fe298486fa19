/** The bank from outside: what is put is recalled, in order and with its place, also after it was closed. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BankStore } from "../../../server/bank/bankStore.ts";
import type { BankChunk, RecallOptions } from "../../../server/bank/bankTypes.ts";
import { temporaryFolder } from "../ingest/treesOnDisk.ts";
import {
  asQuery,
  dk,
  kernel,
  keyOfBlock,
  makeChunk,
  makeChunks,
  openBank,
  putFile,
  recalled,
  shape,
  VectorSource,
} from "./bankHarness.ts";

const alone = { nBlocks: 1, neighbourShare: 0 } as const;

test("a block is recalled by the key of its most salient token, with its place", async () => {
  using folder = temporaryFolder();
  const store = await openBank(folder.path);
  const source = new VectorSource(1);
  const files = ["a", "b", "c"].map((name) => ({ name, chunks: makeChunks(source, name, 3) }));
  for (const { name, chunks } of files) putFile(store, name, chunks);
  for (const { name, chunks } of files)
    for (const [c, chunk] of chunks.entries())
      for (const idx of chunk.blockStarts.keys()) {
        const [block] = recalled(store, [asQuery(keyOfBlock(chunk, idx))], alone);
        const start = chunk.blockStarts[idx] as number;
        const end = chunk.blockStarts[idx + 1] ?? chunk.tokens.length;
        const before = c * (240 - 8);
        assert.equal(block?.fileId, name);
        assert.equal(block.chunkHash, chunk.chunkHash);
        assert.deepEqual([block.firstLine, block.lastLine], chunk.blockLines?.[idx]);
        assert.deepEqual([block.fromToken, block.toToken], [before + start - 8, before + end - 8]);
        assert.ok(block.score > 0.99 && block.score < 1.001, `${block.score}`);
        assert.equal(block.foundBy, "keys");
      }
  store.close();
});

test("tokens come oldest first, with their keys and values as int8 and scale", async () => {
  using folder = temporaryFolder();
  const store = await openBank(folder.path);
  const source = new VectorSource(2);
  const [old, recent] = [makeChunks(source, "old", 1)[0], makeChunks(source, "recent", 1)[0]];
  assert.ok(old !== undefined && recent !== undefined);
  putFile(store, "old", [old]);
  putFile(store, "recent", [recent]);
  const queries = [asQuery(keyOfBlock(recent, 1)), asQuery(keyOfBlock(old, 2))];
  const blocks = recalled(store, queries, { nBlocks: 2, neighbourShare: 0 });
  assert.deepEqual(blocks.map(({ fileId }) => fileId).sort(), ["old", "recent"]);
  assert.ok((blocks.find(({ fileId }) => fileId === "old")?.age ?? 0) > 240);
  const tokens = store.tokensOf(blocks);
  assert.deepEqual(tokens.lost, []);
  const parts = [
    { chunk: old, start: 8 + 128, end: 8 + 192 },
    { chunk: recent, start: 8 + 64, end: 8 + 128 },
  ];
  assert.deepEqual(
    tokens.spans.map(({ from, to }) => [from, to]),
    [
      [0, 64],
      [64, 128],
    ],
  );
  for (const [p, { chunk, start, end }] of parts.entries()) {
    assert.deepEqual(tokens.ids.slice(p * 64, p * 64 + 64), chunk.tokens.slice(start, end));
    for (const [given, held, scales] of [
      [chunk.keys, tokens.keys, tokens.keyScales],
      [chunk.values, tokens.values, tokens.valueScales],
    ] as const)
      for (let i = 0; i < 64 * dk; i++) {
        const scale = scales[p * 128 + Math.floor(i / shape.dHead)] as number;
        const value = (held[p * 64 * dk + i] as number) * scale;
        assert.ok(Math.abs(value - (given[start * dk + i] as number)) <= scale * 0.501);
      }
  }
  store.close();
});

test("a bank that is opened again answers as before", async () => {
  using folder = temporaryFolder();
  const source = new VectorSource(3);
  const options = { nShortTerm: 10 };
  let store = await openBank(folder.path, options);
  for (let f = 0; f < 8; f++) putFile(store, `file${f}`, makeChunks(source, `file${f}`, 3));
  store.pin("file3");
  const queries = Array.from({ length: 5 }, () => asQuery(source.next()));
  const ask = (): unknown => {
    const blocks = recalled(store, queries, { nBlocks: 12 });
    const { bytes: _bytes, ramBytes: _ramBytes, ...status } = store.status();
    return { blocks, tokens: store.tokensOf(blocks), status, files: store.files() };
  };
  const before = ask();
  store.close();
  store = await openBank(folder.path, options);
  assert.deepEqual(store.notices, []);
  assert.deepEqual(ask(), before);
  store.close();
});

test("a chunk that is known is put by its place, and is one record for all its files", async () => {
  using folder = temporaryFolder();
  const store = await openBank(folder.path);
  const source = new VectorSource(4);
  const [first, second] = makeChunks(source, "shared", 2) as [BankChunk, BankChunk];
  assert.equal(store.has(first.chunkHash), false);
  putFile(store, "a", [first, second]);
  const { nTokens, liveBytes } = store.status();
  assert.equal(store.has(first.chunkHash), true);
  const place = { chunkHash: first.chunkHash, firstLine: 100, lastLine: 123 };
  assert.deepEqual(store.put("b", "hash", [place]), { kind: "stored", nWritten: 0, nReused: 1 });
  assert.deepEqual(store.put("c", "hash", [first, place]), {
    kind: "stored",
    nWritten: 0,
    nReused: 2,
  });
  const status = store.status();
  assert.deepEqual([status.nTokens, status.liveBytes, status.nFiles], [nTokens, liveBytes, 3]);
  const query = [asQuery(keyOfBlock(first, 0))];
  const only = (fileId: string): boolean => fileId === "b";
  assert.equal(recalled(store, query, { ...alone, only })[0]?.firstLine, 100);
  assert.equal(recalled(store, query, alone)[0]?.fileId, "a");
  store.remove("a");
  assert.equal(store.has(first.chunkHash), true);
  assert.equal(store.has(second.chunkHash), false);
  assert.equal(recalled(store, query, alone)[0]?.fileId, "b");
  store.remove("b");
  store.remove("c");
  assert.equal(store.has(first.chunkHash), false);
  assert.deepEqual(recalled(store, query, alone), []);
  assert.deepEqual(store.put("d", "hash", [place]), {
    kind: "unknownChunks",
    chunkHashes: [first.chunkHash],
  });
  assert.deepEqual(store.remove("d"), { kind: "unknownFile" });
  store.close();
});

test("a changed file loses its old chunks at once and keeps those that stayed", async () => {
  using folder = temporaryFolder();
  const store = await openBank(folder.path);
  const source = new VectorSource(5);
  const [a, b, c] = makeChunks(source, "x", 3) as [BankChunk, BankChunk, BankChunk];
  putFile(store, "f", [a, b]);
  const stayed = recalled(store, [asQuery(keyOfBlock(a, 0))], alone)[0];
  putFile(store, "f", [a, c]);
  const query = [asQuery(keyOfBlock(b, 0))];
  for (const exact of [true, false])
    for (const block of recalled(store, query, { nBlocks: 20, exact }))
      assert.notEqual(block.chunkHash, b.chunkHash);
  const after = recalled(store, [asQuery(keyOfBlock(a, 0))], alone)[0];
  assert.equal(after?.blockId, stayed?.blockId);
  assert.equal(after?.age, (stayed?.age ?? 0) + 240);
  assert.equal(store.status().nTokens, 480);
  store.close();
});

describe("what a question may see", () => {
  test("`without` leaves out the blocks of a range, and no others", async () => {
    using folder = temporaryFolder();
    const store = await openBank(folder.path);
    const source = new VectorSource(6);
    const chunks = makeChunks(source, "f", 2);
    putFile(store, "f", chunks);
    putFile(store, "g", makeChunks(source, "g", 1));
    const all = recalled(store, [asQuery(source.next())], { nBlocks: 100 });
    assert.equal(all.length, 12);
    // From the middle of the second block of the first chunk to the first token of the second chunk's first block.
    const without = [{ fileId: "f", fromToken: 100, toToken: 233 }];
    for (const exact of [true, false]) {
      const seen = recalled(store, [asQuery(source.next())], { nBlocks: 100, without, exact });
      assert.equal(seen.length, 12 - 4);
      assert.ok(
        seen.every(
          ({ fileId, fromToken, toToken }) => fileId === "g" || toToken <= 100 || fromToken >= 233,
        ),
      );
    }
    // Nothing stays hidden.
    assert.equal(recalled(store, [asQuery(source.next())], { nBlocks: 100 }).length, 12);
    store.close();
  });

  test("neighbours stand beside the best, in files that may be seen", async () => {
    using folder = temporaryFolder();
    const store = await openBank(folder.path);
    const source = new VectorSource(7);
    const chunks = makeChunks(source, "f", 3);
    putFile(store, "f", chunks);
    for (let i = 0; i < 10; i++) putFile(store, `g${i}`, makeChunks(source, `g${i}`, 2));
    const ask = (idx: number, c: number, options: Partial<RecallOptions> = {}) =>
      recalled(store, [asQuery(keyOfBlock(chunks[c] as BankChunk, idx))], {
        nBlocks: 2,
        neighbourShare: 0.5,
        ...options,
      });
    // The one after, in the next chunk too; at the end of the file the one before.
    const placeOf = (idx: number, c: number): number => c * 232 + idx * 64;
    for (const [idx, c, beside] of [
      [1, 0, placeOf(2, 0)],
      [3, 0, placeOf(0, 1)],
      [3, 2, placeOf(2, 2)],
    ] as const) {
      const [best, neighbour] = ask(idx, c);
      assert.deepEqual([best?.fileId, best?.fromToken], ["f", placeOf(idx, c)]);
      assert.deepEqual([neighbour?.fileId, neighbour?.fromToken], ["f", beside]);
      assert.equal(neighbour?.foundBy, "neighbour");
    }
    const without = [{ fileId: "f", fromToken: 128, toToken: 192 }];
    assert.equal(ask(1, 0, { without })[1]?.fromToken, placeOf(0, 0));
    store.close();
  });

  test("as many blocks as are wanted, as long as there are any", async () => {
    using folder = temporaryFolder();
    const store = await openBank(folder.path);
    const source = new VectorSource(8);
    assert.deepEqual(recalled(store, [asQuery(source.next())], { nBlocks: 16 }), []);
    for (let i = 0; i < 20; i++) putFile(store, `g${i}`, makeChunks(source, `g${i}`, 1));
    const queries = [asQuery(source.next()), asQuery(source.next())];
    for (const nBlocks of [0, 1, 7, 16, 80, 128])
      for (const neighbourShare of [0, 0.3, 1]) {
        const blocks = recalled(store, queries, { nBlocks, neighbourShare });
        const { size } = new Set(blocks.map(({ blockId }) => blockId));
        assert.equal(size, blocks.length);
        assert.equal(size, Math.min(nBlocks, 80), `${nBlocks} ${neighbourShare}`);
        const scores = blocks.map(({ score }) => score);
        assert.deepEqual(
          scores,
          scores.toSorted((a, b) => b - a),
        );
      }
    assert.deepEqual(recalled(store, [new Float32Array(dk)], { nBlocks: 16 }), []);
    assert.deepEqual(recalled(store, [], { nBlocks: 16 }), []);
    store.close();
  });
});

describe("what is not taken", () => {
  const source = new VectorSource(9);
  const good = makeChunk(source, { hash: "good" });
  const spoilt = (array: Float32Array, value: number): Float32Array => array.with(77, value);
  const chunks: Readonly<Record<string, readonly [string, Partial<BankChunk>]>> = {
    "a key that is no number": ["notFinite", { keys: spoilt(good.keys, Number.NaN) }],
    "an infinite value": ["notFinite", { values: spoilt(good.values, Number.NEGATIVE_INFINITY) }],
    "a salience that is no number": ["notFinite", { salience: spoilt(good.salience, Number.NaN) }],
    "keys of another length": ["badShape", { keys: good.keys.slice(1) }],
    "no tokens": ["badShape", { tokens: new Uint16Array(0) }],
    "a header longer than the chunk": ["badShape", { headerLength: 241 }],
    "no hash": ["badShape", { chunkHash: "" }],
    "lines in the wrong order": ["badShape", { firstLine: 30, lastLine: 3 }],
    "blocks in the wrong order": ["badBlocks", { blockStarts: [100, 50] }],
    "a block outside": ["badBlocks", { blockStarts: [240] }],
    "a block that is too long": ["badBlocks", { blockStarts: [8], blockLines: [[0, 1]] }],
    "a block of the header alone": ["badBlocks", { blockStarts: [0, 8] }],
    "lines of other blocks": ["badBlocks", { blockLines: [[0, 1]] }],
  };
  for (const [name, [fault, change]] of Object.entries(chunks))
    test(name, async () => {
      using folder = temporaryFolder();
      const store = await openBank(folder.path);
      const chunk = { ...good, ...change };
      const { chunkHash } = chunk;
      const before = makeChunk(source, { hash: "before" });
      const outcome = store.put("f", "hash", [before, chunk]);
      assert.deepEqual(outcome, { kind: "refused", fault, chunkHash });
      assert.equal(store.status().nTokens, 0);
      assert.equal(store.has("before"), false);
      store.close();
    });

  const query = asQuery(source.next());
  const questions: Readonly<Record<string, readonly [string, Float32Array[], RecallOptions]>> = {
    "a query that is no number": ["badQuery", [query, query.with(3, Number.NaN)], alone],
    "an infinite query": ["badQuery", [query.with(0, Number.POSITIVE_INFINITY)], alone],
    "a query of another length": ["badQuery", [query.slice(1)], alone],
    "too many queries": ["tooMuch", Array.from({ length: 257 }, () => query), alone],
    "too many blocks": ["tooMuch", [query], { nBlocks: 129 }],
    "a number of blocks that is none": ["tooMuch", [query], { nBlocks: Number.NaN }],
    "a share that is none": ["tooMuch", [query], { nBlocks: 3, neighbourShare: 2 }],
  };
  for (const [name, [fault, queries, options]] of Object.entries(questions))
    test(name, async () => {
      using folder = temporaryFolder();
      const store = await openBank(folder.path);
      putFile(store, "f", [good]);
      assert.deepEqual(store.recall(queries, options), { kind: "refused", fault });
      assert.equal(recalled(store, [query], alone).length, 1);
      store.close();
    });

  test("a shape that is none", async () => {
    using folder = temporaryFolder();
    for (const bad of [{ modelId: "" }, { nKvHeads: 0 }, { dHead: 1.5 }])
      await assert.rejects(
        BankStore.open(folder.path, { ...shape, ...bad }, { kernel }),
        RangeError,
      );
  });
});

test("keys shorter than the kernel's step are recalled as well", async () => {
  using folder = temporaryFolder();
  const small = { modelId: "small", nKvHeads: 1, dHead: 32 };
  const store = await openBank(folder.path, {}, small);
  const source = new VectorSource(10);
  const large = makeChunk(source, { hash: "small", nTokens: 60, blockTokens: 10 });
  const cut = (all: Float32Array): Float32Array =>
    Float32Array.from({ length: 60 * 32 }, (_, i) => all[Math.floor(i / 32) * dk + (i % 32)] ?? 0);
  const chunk = { ...large, keys: cut(large.keys), values: cut(large.values) };
  putFile(store, "f", [chunk]);
  for (let t = 8; t < 60; t += 10) {
    const salient = Array.from({ length: Math.min(10, 60 - t) }, (_, i) => t + i).sort(
      (a, b) => (chunk.salience[b] as number) - (chunk.salience[a] as number),
    )[0] as number;
    const query = asQuery(chunk.keys.slice(salient * 32, salient * 32 + 32));
    const [block] = recalled(store, [query], alone);
    assert.equal(block?.fromToken, t - 8);
    assert.equal(store.tokensOf([block]).keys.length, (block.toToken - block.fromToken) * 32);
  }
  store.close();
});

test("a second process that opens the same bank is told so", async () => {
  using folder = temporaryFolder();
  const store = await openBank(folder.path);
  const second = await BankStore.open(folder.path, shape, { kernel });
  assert.deepEqual(second, { kind: "ownedElsewhere" });
  store.close();
  (await openBank(folder.path)).close();
});
