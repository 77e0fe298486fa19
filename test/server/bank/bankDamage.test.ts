/** Files that are not as they were written: what is damaged is dropped and named, and the rest goes on. */
import assert from "node:assert/strict";
import { appendFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import type { BankStore } from "../../../server/bank/bankStore.ts";
import type { BankChunk } from "../../../server/bank/bankTypes.ts";
import {
  blockFrom,
  checksumOfBlock,
  packChunk,
  partsOfBlock,
  readRecord,
  tokensIn,
} from "../../../server/bank/chunkRecord.ts";
import { temporaryFolder } from "../ingest/treesOnDisk.ts";
import {
  asQuery,
  assertCounted,
  filesWith,
  makeChunk,
  makeChunks,
  openBank,
  putFile,
  recalled,
  settle,
  shape,
  tokenBytes,
  VectorSource,
} from "./bankHarness.ts";

const segment = "segment-1.bank";
const all = { nBlocks: 128, neighbourShare: 0 } as const;

describe("a record", () => {
  const chunk = makeChunk(new VectorSource(40), { hash: "c" });
  const name = { shape, chunkHash: "c" };
  const { bytes } = packChunk(chunk, shape);

  test("is read as it was packed", () => {
    const record = readRecord(bytes, name);
    assert.ok(record !== undefined);
    assert.deepEqual(record.ids, chunk.tokens);
    assert.deepEqual(record.salience, chunk.salience);
    assert.equal(record.headerLength, 8);
    assert.deepEqual(
      record.blocks.map(({ start, end }) => [start, end]),
      [
        [8, 72],
        [72, 136],
        [136, 200],
        [200, 240],
      ],
    );
  });

  test("is refused with any of its bytes changed, or cut off anywhere", () => {
    const step = 97;
    for (let at = 0; at < bytes.length; at += at < 128 ? 1 : step) {
      const changed = bytes.slice();
      changed[at] = (changed[at] as number) ^ 0x10;
      assert.equal(readRecord(changed, name), undefined, `byte ${at}`);
      assert.equal(readRecord(bytes.slice(0, at), name), undefined, `cut at ${at}`);
    }
    assert.equal(readRecord(new Uint8Array([...bytes, 0]), name), undefined);
  });

  test("gives each of its blocks alone, and none with a changed byte", () => {
    const { record } = packChunk(chunk, shape);
    for (const block of record.blocks) {
      const counts = { nTokens: chunk.tokens.length, nBlocks: record.blocks.length };
      const parts = partsOfBlock(block, counts, shape).map(({ offset, bytes: n }) =>
        Uint8Array.from(bytes.subarray(offset, offset + n)),
      );
      const checksum = checksumOfBlock(tokensIn(record, block));
      assert.deepEqual(blockFrom(parts, checksum), tokensIn(record, block));
      for (const [p, part] of parts.entries())
        for (let at = 0; at < part.length; at += 61) {
          const changed = part.with(at, (part[at] as number) ^ 0x10);
          assert.equal(blockFrom(parts.with(p, changed), checksum), undefined, `${p} ${at}`);
        }
      assert.equal(blockFrom(parts.slice(1), checksum), undefined);
    }
  });

  test("is refused under another name", () => {
    assert.equal(readRecord(bytes, { shape, chunkHash: "d" }), undefined);
    const others = [
      { modelId: "model-b" },
      { nKvHeads: 4, dHead: 32 },
      { nKvHeads: 1, dHead: 128 },
    ];
    for (const other of others)
      assert.equal(readRecord(bytes, { ...name, shape: { ...shape, ...other } }), undefined);
  });
});

interface Filled {
  readonly chunks: readonly BankChunk[];
  readonly source: VectorSource;
}

/** Two files of two chunks each, closed. */
async function filled(folder: string, seed: number): Promise<Filled> {
  const source = new VectorSource(seed);
  const store = await openBank(folder);
  const chunks = ["a", "b"].flatMap((name) => {
    const own = makeChunks(source, name, 2);
    putFile(store, name, own);
    return own;
  });
  store.close();
  return { chunks, source };
}

/** Reads everything that there is. */
function readAll(store: BankStore, source: VectorSource): ReturnType<BankStore["tokensOf"]> {
  return store.tokensOf(recalled(store, [asQuery(source.next())], all));
}

function spoil(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] as number) ^ 1;
  writeFileSync(file, bytes);
}

test("a record with a changed byte is found out when it is read, and encoded again", async () => {
  using folder = temporaryFolder();
  const { chunks, source } = await filled(folder.path, 41);
  spoil(path.join(folder.path, segment), 5000);
  const store = await openBank(folder.path);
  assert.deepEqual(store.missing(), []);
  const tokens = readAll(store, source);
  assert.equal(tokens.lost.length, 4);
  assert.equal(tokens.ids.length, 3 * 232);
  assert.deepEqual(store.missing(), [{ fileId: "a", chunkHash: "a#0" }]);
  assert.equal(store.files().find(({ fileId }) => fileId === "a")?.contentHash, undefined);
  assert.equal(store.has("a#0"), false);
  assertCounted(store, folder.path);
  assert.equal(recalled(store, [asQuery(source.next())], all).length, 12);
  // What there was of its text is gone from the disk as well.
  assert.deepEqual(filesWith(folder.path, tokenBytes(chunks[0] as BankChunk, 100, 132)), []);
  store.close();

  const again = await openBank(folder.path);
  assert.deepEqual(again.missing(), [{ fileId: "a", chunkHash: "a#0" }]);
  putFile(again, "a", chunks.slice(0, 2));
  assert.deepEqual(again.missing(), []);
  assert.deepEqual(readAll(again, source).lost, []);
  again.close();
});

test("a block is read though another of its chunk is damaged, until that one is read", async () => {
  using folder = temporaryFolder();
  const { chunks, source } = await filled(folder.path, 42);
  // The last byte of the first chunk's record but for padding: of the last block's values.
  const { length } = packChunk(chunks[0] as BankChunk, shape).bytes;
  spoil(path.join(folder.path, segment), length - 16);
  const store = await openBank(folder.path, { nShortTerm: 0 });
  const blocks = recalled(store, [asQuery(source.next())], { ...all, only: (id) => id === "a" });
  const own = blocks.filter(({ chunkHash }) => chunkHash === "a#0");
  const [first, last] = [
    own.find(({ fromToken }) => fromToken === 0),
    own.find(({ toToken }) => toToken === 232),
  ];
  assert.ok(first !== undefined && last !== undefined);
  assert.deepEqual(store.tokensOf([first]).ids, chunks[0]?.tokens.slice(8, 72));
  assert.deepEqual(store.missing(), []);
  assert.deepEqual(store.tokensOf([first, last]).lost, [first.blockId, last.blockId]);
  assert.deepEqual(store.missing(), [{ fileId: "a", chunkHash: "a#0" }]);
  assertCounted(store, folder.path);
  store.close();
});

describe("a segment that is not whole", () => {
  const { length } = packChunk(makeChunk(new VectorSource(0), { hash: "x" }), shape).bytes;
  const cases: Readonly<Record<string, readonly [readonly string[], (file: string) => void]>> = {
    "is cut off": [["b#1"], (file) => truncateSync(file, length * 4 - 1)],
    "is cut off in the middle": [["a#1", "b#0", "b#1"], (file) => truncateSync(file, length + 9)],
    "is empty": [["a#0", "a#1", "b#0", "b#1"], (file) => truncateSync(file, 0)],
    "is not there": [["a#0", "a#1", "b#0", "b#1"], (file) => rmSync(file)],
    // As a killed process leaves it: written, but not in the catalogue.
    "has a record too many": [[], (file) => appendFileSync(file, "const secret = 42;")],
  };
  for (const [name, [lost, damage]] of Object.entries(cases))
    test(name, async () => {
      using folder = temporaryFolder();
      const { chunks, source } = await filled(folder.path, 42);
      damage(path.join(folder.path, segment));
      let store = await openBank(folder.path);
      assert.deepEqual(
        store.missing().map(({ chunkHash }) => chunkHash),
        lost,
      );
      assert.deepEqual(readAll(store, source).lost, []);
      assert.deepEqual(filesWith(folder.path, Buffer.from("const secret")), []);
      putFile(store, "a", chunks.slice(0, 2));
      putFile(store, "b", chunks.slice(2));
      assert.deepEqual(store.missing(), []);
      await settle(store);
      store.close();
      store = await openBank(folder.path);
      assert.deepEqual(store.missing(), []);
      const tokens = readAll(store, source);
      assert.deepEqual([tokens.lost, tokens.ids.length], [[], 4 * 232]);
      store.close();
    });
});

test("a file of a segment that nobody knows is removed", async () => {
  using folder = temporaryFolder();
  await filled(folder.path, 43);
  writeFileSync(path.join(folder.path, "segment-7.bank"), "const secret = 42;");
  writeFileSync(path.join(folder.path, "other.txt"), "not ours");
  (await openBank(folder.path)).close();
  const names = readdirSync(folder.path);
  assert.ok(!names.includes("segment-7.bank") && names.includes("other.txt"));
});

describe("a damaged catalogue", () => {
  const cases: Readonly<Record<string, (file: string) => void>> = {
    "that is something else": (file) => writeFileSync(file, "no database at all".repeat(500)),
    "with pages that are not": (file) => {
      const bytes = readFileSync(file);
      bytes.fill(7, 4096);
      writeFileSync(file, bytes);
    },
  };
  for (const [name, damage] of Object.entries(cases))
    test(name, async () => {
      using folder = temporaryFolder();
      const { chunks } = await filled(folder.path, 44);
      damage(path.join(folder.path, "catalogue.sqlite"));
      const store = await openBank(folder.path);
      assert.deepEqual(store.notices, [{ kind: "damaged" }]);
      assert.deepEqual(store.files(), []);
      assert.equal(existsSync(path.join(folder.path, segment)), false);
      assert.deepEqual(
        readdirSync(folder.path).filter((file) => file.includes("damaged")),
        [],
      );
      putFile(store, "a", chunks.slice(0, 2));
      assert.equal(store.status().nBlocks, 8);
      store.close();
    });

  test("whose rows contradict each other", async () => {
    using folder = temporaryFolder();
    await filled(folder.path, 45);
    const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
    const database = new DatabaseSync(path.join(folder.path, "catalogue.sqlite"));
    database.exec("UPDATE blocks SET end = 9999 WHERE idx = 1");
    database.close();
    const store = await openBank(folder.path);
    assert.deepEqual(store.notices, [{ kind: "damaged" }]);
    store.close();
  });

  test("that lost some index rows loses those chunks alone", async () => {
    using folder = temporaryFolder();
    await filled(folder.path, 46);
    const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
    const database = new DatabaseSync(path.join(folder.path, "catalogue.sqlite"));
    database.exec(
      "UPDATE representatives SET rows = x'00' WHERE chunk = (SELECT min(id) FROM chunks)",
    );
    database.close();
    const store = await openBank(folder.path);
    assert.deepEqual(store.notices, []);
    assert.deepEqual(store.missing(), [{ fileId: "a", chunkHash: "a#0" }]);
    store.close();
  });
});

describe("a bank of another model", () => {
  const others = {
    "of another version": { modelId: "model-b" },
    "of another shape": { dHead: 32 },
  };
  for (const [name, other] of Object.entries(others))
    test(name, async () => {
      using folder = temporaryFolder();
      const { chunks } = await filled(folder.path, 47);
      const mine = { ...shape, ...other };
      let store = await openBank(folder.path, {}, mine);
      assert.deepEqual(store.notices, [{ kind: "otherModel" }]);
      assert.equal(store.status().nBlocks, 0);
      // What has to be encoded is known without looking at the workspace.
      assert.deepEqual(
        store.missing().map(({ fileId, chunkHash }) => [fileId, chunkHash]),
        [
          ["a", "a#0"],
          ["a", "a#1"],
          ["b", "b#0"],
          ["b", "b#1"],
        ],
      );
      assert.ok(chunks.every(({ chunkHash }) => !store.has(chunkHash)));
      await settle(store);
      for (const chunk of chunks) assert.deepEqual(filesWith(folder.path, tokenBytes(chunk)), []);
      store.close();
      store = await openBank(folder.path, {}, mine);
      assert.deepEqual(store.notices, []);
      assert.equal(store.status().nMissingChunks, 4);
      assertCounted(store, folder.path);
      // Windows has no such bits.
      const openTo = process.platform === "win32" ? 0 : statSync(folder.path).mode & 0o077;
      assert.equal(openTo, 0, "nobody else may look into it");
      store.close();
    });
});
