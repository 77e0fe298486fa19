/** Blocks that are found by their names: beside those that are found by their keys, and no longer than they are there. */
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import type { BankStore } from "../../../server/bank/bankStore.ts";
import type { BankChunk, RecalledBlock } from "../../../server/bank/bankTypes.ts";
import { temporaryFolder } from "../ingest/treesOnDisk.ts";
import {
  asQuery,
  assertCounted,
  filesWith,
  keyOfBlock,
  makeChunk,
  makeChunks,
  nameOf,
  openBank,
  putFile,
  recalled,
  settle,
  VectorSource,
} from "./bankHarness.ts";

const placeOf = ({ fileId, fromToken }: RecalledBlock): string => `${fileId}:${fromToken}`;

/** A chunk of one block with some names. */
function named(source: VectorSource, hash: string, names: readonly number[]): BankChunk {
  const chunk = makeChunk(source, { hash, nTokens: 72 });
  return { ...chunk, blockNames: [Int32Array.from(names)] };
}

function byNames(store: BankStore, hashes: readonly number[], nBlocks = 16): string[] {
  const names = hashes.map((hash) => ({ hash, weight: 1 }));
  return recalled(store, [], { nBlocks, neighbourShare: 0, names }).map(placeOf);
}

describe("what is found", () => {
  test("half of the blocks are the best by names, the others the best by keys", async () => {
    using folder = temporaryFolder();
    const store = await openBank(folder.path);
    const source = new VectorSource(20);
    for (let i = 0; i < 40; i++) putFile(store, `f${i}`, [named(source, `f${i}`, [7_000 + i])]);
    const queries = [asQuery(source.next())];
    const wanted = { nBlocks: 8, neighbourShare: 0 } as const;
    const byKeys = recalled(store, queries, { nBlocks: 40, neighbourShare: 0 });
    assert.ok(byKeys.every(({ foundBy }) => foundBy === "keys"));
    // Those that the keys like least, in a known order of their names' weights.
    const far = byKeys.slice(-6).map(({ fileId }) => Number(fileId.slice(1)));
    const names = far.map((i, rank) => ({ hash: 7_000 + i, weight: 6 - rank }));
    for (const exact of [true, false]) {
      const blocks = recalled(store, queries, { ...wanted, names, exact });
      const by = (how: string): string[] =>
        blocks.filter(({ foundBy }) => foundBy === how).map(({ fileId }) => fileId);
      assert.deepEqual(
        by("names").toSorted(),
        far
          .slice(0, 4)
          .map((i) => `f${i}`)
          .toSorted(),
      );
      assert.deepEqual(
        by("keys"),
        byKeys.slice(0, 4).map(({ fileId }) => fileId),
      );
      const told = new Map(byKeys.map(({ fileId, score }) => [fileId, score]));
      for (const { fileId, score } of blocks)
        assert.ok(Math.abs(score - (told.get(fileId) as number)) < 1e-6);
    }
    assert.deepEqual(
      recalled(store, queries, { ...wanted, names: [] }),
      recalled(store, queries, wanted),
    );
    // A name that nobody has changes nothing either.
    assert.deepEqual(
      recalled(store, queries, { ...wanted, names: [{ hash: 1, weight: 1 }] }),
      recalled(store, queries, wanted),
    );
    store.close();
  });

  test("what names and keys agree on is found once, and either fills what the other leaves", async () => {
    using folder = temporaryFolder();
    const store = await openBank(folder.path);
    const source = new VectorSource(21);
    const chunks = makeChunks(source, "f", 4);
    putFile(store, "f", chunks);
    const [first] = chunks as [BankChunk];
    const names = [0, 1].map((idx) => ({ hash: nameOf("f#0", idx), weight: 1 }));
    const queries = [0, 1].map((idx) => asQuery(keyOfBlock(first, idx)));
    const blocks = recalled(store, queries, { nBlocks: 12, neighbourShare: 0, names });
    assert.equal(new Set(blocks.map(placeOf)).size, 12);
    assert.deepEqual(blocks.slice(0, 2).map(placeOf).toSorted(), ["f:0", "f:64"]);
    const alone = recalled(store, [], { nBlocks: 12, neighbourShare: 0, names });
    assert.deepEqual(alone.map(placeOf), ["f:0", "f:64"]);
    assert.ok(alone.every(({ foundBy }) => foundBy === "names"));
    const beside = recalled(store, [], { nBlocks: 3, neighbourShare: 0.4, names });
    assert.deepEqual(
      beside.map((block) => `${placeOf(block)} ${block.foundBy}`),
      ["f:0 names", "f:64 names", "f:128 neighbour"],
    );
    store.close();
  });

  test("rare names count for more, and common ones not at all", async () => {
    using folder = temporaryFolder();
    const store = await openBank(folder.path);
    const source = new VectorSource(22);
    const [rare, known, frequent, common] = [11, 12, 13, 14];
    // The name "frequent" is in 256 blocks, "common" in one more.
    for (let i = 0; i < 257; i++) {
      const names = [common, ...(i < 256 ? [frequent] : []), ...(i < 3 ? [known] : [])];
      putFile(store, `f${i}`, [named(source, `f${i}`, i === 200 ? [...names, rare] : names)]);
    }
    assert.deepEqual(byNames(store, [common]), []);
    assert.equal(byNames(store, [frequent], 128).length, 128);
    // ln(1 + 257/1) > ln(1 + 257/3) > ln(1 + 257/256)
    assert.deepEqual(byNames(store, [frequent, known, rare, common], 4), [
      ...["f200:0", "f0:0", "f1:0", "f2:0"],
    ]);
    const heavy = recalled(store, [], {
      nBlocks: 1,
      names: [
        { hash: rare, weight: 0.1 },
        { hash: known, weight: 1 },
      ],
    });
    assert.deepEqual(heavy.map(placeOf), ["f0:0"]);
    store.remove("f256");
    assert.equal(byNames(store, [common], 128).length, 128);
    store.close();
  });

  test("only in files, and in parts of them, that may be seen", async () => {
    using folder = temporaryFolder();
    const store = await openBank(folder.path);
    const source = new VectorSource(23);
    putFile(store, "f", makeChunks(source, "f", 1));
    putFile(store, "g", makeChunks(source, "g", 1));
    const names = ["f#0", "g#0"].map((hash) => ({ hash: nameOf(hash, 1), weight: 1 }));
    const ask = (view: object): string[] =>
      recalled(store, [], { nBlocks: 4, neighbourShare: 0, names, ...view }).map(placeOf);
    assert.deepEqual(ask({}), ["f:64", "g:64"]);
    assert.deepEqual(ask({ only: (fileId: string) => fileId === "g" }), ["g:64"]);
    const range = { fileId: "g", fromToken: 100, toToken: 101 };
    assert.deepEqual(ask({ without: [range] }), ["f:64"]);
    store.close();
  });
});

/** What there should be, worked out in the plainest way. */
class PlainNames {
  readonly files = new Map<string, readonly BankChunk[]>();

  blocksWith(hash: number): string[] {
    const found: string[] = [];
    for (const [fileId, chunks] of this.files)
      chunks.forEach(({ blockNames = [] }, c) =>
        blockNames.forEach((names, idx) => {
          if (names.includes(hash)) found.push(`${fileId}:${c * 40 + idx * 10}`);
        }),
      );
    return found.toSorted();
  }
}

for (const maxFreshNames of [0, 40, 100_000])
  test(`names are those of what is there, with up to ${maxFreshNames} of them in memory`, async () => {
    using folder = temporaryFolder();
    const source = new VectorSource(24);
    const options = { nShortTerm: 10, maxFreshNames };
    let store = await openBank(folder.path, options);
    const plain = new PlainNames();
    const makeFile = (fileId: string, version: number): BankChunk[] =>
      [0, 1].map((c) => {
        const spec = { hash: `${fileId} ${version} ${c}`, nTokens: 48, blockTokens: 10 };
        const chunk = makeChunk(source, spec);
        const blockNames = chunk.blockStarts.map(() =>
          Int32Array.from({ length: 20 }, () => Math.floor(source.number() ** 2 * 300)),
        );
        return { ...chunk, blockNames };
      });
    for (let step = 0; step < 120; step++) {
      const fileId = `f${Math.floor(source.number() * 20)}`;
      const what = source.number();
      if (what < 0.7) {
        const chunks = makeFile(fileId, step);
        putFile(store, fileId, chunks);
        plain.files.set(fileId, chunks);
      } else if (what < 0.95) {
        store.remove(fileId);
        plain.files.delete(fileId);
      } else {
        store.close();
        store = await openBank(folder.path, options);
      }
      assertCounted(store, folder.path);
      const hash = Math.floor(source.number() * 300);
      assert.deepEqual(byNames(store, [hash], 128).toSorted(), plain.blocksWith(hash), `${step}`);
    }
    for (let hash = 0; hash < 300; hash++)
      assert.deepEqual(byNames(store, [hash], 128).toSorted(), plain.blocksWith(hash));
    store.close();
  });

describe("what is gone", () => {
  const canaries = [0x3a_7c_5e1, 0x2b_9d_4f3, 0x3e_16_a87];
  /** As they lie in a block's own list, and in the lists of the names. */
  const traces = [
    Buffer.from(Int32Array.from(canaries.slice(0, 2)).buffer),
    ...canaries.map((hash) => Buffer.from([24, 16, 8, 0].map((bits) => (hash >> bits) & 0xff))),
  ];
  const fill = async (folder: string, options: object): Promise<BankStore> => {
    const source = new VectorSource(25);
    const store = await openBank(folder, options);
    const others = (): number[] =>
      Array.from({ length: 60 }, () => Math.floor(source.number() * 2 ** 26));
    for (let i = 0; i < 30; i++) putFile(store, `f${i}`, [named(source, `f${i}`, others())]);
    putFile(store, "secret", [named(source, "secret", canaries)]);
    for (let i = 30; i < 60; i++) putFile(store, `f${i}`, [named(source, `f${i}`, others())]);
    assert.deepEqual(byNames(store, canaries), ["secret:0"]);
    return store;
  };

  for (const maxFreshNames of [0, 100_000])
    for (const how of ["removed", "replaced"] as const)
      test(`leaves no name on the disk: ${how}, with up to ${maxFreshNames} in memory`, async () => {
        using folder = temporaryFolder();
        const store = await fill(folder.path, { maxFreshNames });
        await settle(store);
        assert.ok(store.compact());
        const found = traces.filter((trace) => filesWith(folder.path, trace).length > 0);
        // What is not in order yet is only in the block's own list.
        assert.equal(found.length, maxFreshNames === 0 ? traces.length : 1);
        if (how === "removed") store.remove("secret");
        else putFile(store, "secret", [makeChunk(new VectorSource(26), { hash: "harmless" })]);
        assert.deepEqual(byNames(store, canaries), []);
        await settle(store);
        assert.ok(store.compact());
        for (const trace of traces) assert.deepEqual(filesWith(folder.path, trace), []);
        assert.ok(statSync(path.join(folder.path, "catalogue.sqlite")).size > 0);
        store.close();
      });

  test("is forgotten for want of room with its names", async () => {
    using folder = temporaryFolder();
    const store = await fill(folder.path, { maxFreshNames: 0, nShortTerm: 4 });
    const capacityBytes = store.liveBytes;
    store.close();
    const small = await openBank(folder.path, { capacityBytes, nShortTerm: 4, maxFreshNames: 0 });
    const source = new VectorSource(27);
    for (let i = 0; i < 70; i++) putFile(small, `g${i}`, [named(source, `g${i}`, [i])]);
    assert.deepEqual(byNames(small, canaries), []);
    await settle(small);
    assert.ok(small.compact());
    for (const trace of traces) assert.deepEqual(filesWith(folder.path, trace), []);
    small.close();
  });

  test("goes with a model's keys", async () => {
    using folder = temporaryFolder();
    (await fill(folder.path, { maxFreshNames: 0 })).close();
    const of = { modelId: "model-b", nKvHeads: 2, dHead: 64 };
    const store = await openBank(folder.path, {}, of);
    assert.deepEqual(byNames(store, canaries), []);
    await settle(store);
    assert.ok(store.compact());
    for (const trace of traces) assert.deepEqual(filesWith(folder.path, trace), []);
    store.close();
  });
});

describe("what is not taken", () => {
  const chunk = makeChunk(new VectorSource(28), { hash: "chunk" });
  const nBlocks = chunk.blockStarts.length;
  const spoilt: Readonly<Record<string, Int32Array[]>> = {
    "names of fewer blocks": [Int32Array.of(1)],
    "a name below zero": Array.from({ length: nBlocks }, () => Int32Array.of(4, -1)),
    "too many names": Array.from({ length: nBlocks }, () => new Int32Array(257)),
  };
  for (const [name, blockNames] of Object.entries(spoilt))
    test(name, async () => {
      using folder = temporaryFolder();
      const store = await openBank(folder.path);
      const outcome = store.put("f", "hash", [{ ...chunk, blockNames }]);
      assert.deepEqual(outcome, { kind: "refused", fault: "badBlocks", chunkHash: "chunk" });
      store.close();
    });

  const one = { hash: 1, weight: 1 };
  const questions = {
    "a hash that is none": ["badQuery", [{ hash: 1.5, weight: 1 }]],
    "a negative hash": ["badQuery", [{ hash: -1, weight: 1 }]],
    "a weight that is no number": ["badQuery", [one, { hash: 1, weight: Number.NaN }]],
    "a weight below zero": ["badQuery", [{ hash: 1, weight: -1 }]],
    "too many names at once": ["tooMuch", Array.from({ length: 65 }, () => one)],
  } as const;
  for (const [name, [fault, names]] of Object.entries(questions))
    test(name, async () => {
      using folder = temporaryFolder();
      const store = await openBank(folder.path);
      const outcome = store.recall([], { nBlocks: 4, names });
      assert.deepEqual(outcome, { kind: "refused", fault });
      store.close();
    });
});
