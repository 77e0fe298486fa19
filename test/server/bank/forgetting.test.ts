/** Forgetting: what is deleted is gone from everywhere, and what goes for want of room goes in the declared order. */
import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import type { BankStore } from "../../../server/bank/bankStore.ts";
import type { BankChunk } from "../../../server/bank/bankTypes.ts";
import { temporaryFolder } from "../ingest/treesOnDisk.ts";
import {
  asQuery,
  assertCounted,
  filesWith,
  keyOfBlock,
  makeChunks,
  openBank,
  putFile,
  recalled,
  settle,
  tokenBytes,
  VectorSource,
} from "./bankHarness.ts";

describe("a deleted file", () => {
  test("is on the disk no more, and recalled by nothing", async () => {
    using folder = temporaryFolder();
    const store = await openBank(folder.path, { nShortTerm: 8 });
    const source = new VectorSource(30);
    const kept = makeChunks(source, "kept", 4);
    const secret = makeChunks(source, "secret", 4);
    putFile(store, "kept", kept);
    putFile(store, "secret", secret);
    putFile(store, "later", makeChunks(source, "later", 4));
    for (const chunk of [...kept, ...secret])
      assert.equal(filesWith(folder.path, tokenBytes(chunk)).length, 1);
    const blocks = recalled(store, [asQuery(keyOfBlock(secret[1] as BankChunk, 0))], {
      nBlocks: 1,
    });
    assert.equal(blocks[0]?.fileId, "secret");

    assert.deepEqual(store.remove("secret"), { kind: "done" });
    // At once: not even sixteen of its tokens in a row.
    assertErased(folder.path, secret);
    for (const exact of [true, false]) {
      const seen = recalled(store, [asQuery(keyOfBlock(secret[1] as BankChunk, 0))], {
        nBlocks: 128,
        exact,
      });
      assert.equal(seen.length, 32);
      assert.ok(seen.every(({ fileId }) => fileId !== "secret"));
    }
    const tokens = store.tokensOf(blocks);
    assert.deepEqual([tokens.ids.length, tokens.lost], [0, [blocks[0]?.blockId]]);

    assert.equal(store.compact(), true);
    assertErased(folder.path, secret);
    assert.equal(filesWith(folder.path, Buffer.from("secret")).length, 0);
    for (const chunk of kept) assert.equal(filesWith(folder.path, tokenBytes(chunk)).length, 1);
    store.close();
    assertErased(folder.path, secret);
  });

  test("leaves what it shares with others", async () => {
    using folder = temporaryFolder();
    const store = await openBank(folder.path);
    const [shared, own] = makeChunks(new VectorSource(31), "x", 2) as [BankChunk, BankChunk];
    putFile(store, "a", [shared, own]);
    putFile(store, "b", [shared]);
    store.remove("a");
    assert.equal(store.compact(), true);
    assertErased(folder.path, [own]);
    assert.equal(filesWith(folder.path, tokenBytes(shared)).length, 1);
    store.close();
  });
});

test("a changed file's old text is erased", async () => {
  using folder = temporaryFolder();
  const store = await openBank(folder.path);
  const source = new VectorSource(32);
  const [before, after] = [makeChunks(source, "before", 2), makeChunks(source, "after", 2)];
  putFile(store, "f", before);
  putFile(store, "f", after);
  assertErased(folder.path, before);
  for (const chunk of after) assert.equal(filesWith(folder.path, tokenBytes(chunk)).length, 1);
  store.close();
});

test("compaction gives the room back and changes no answer", async () => {
  using folder = temporaryFolder();
  const store = await openBank(folder.path, { segmentBytes: 300_000, nShortTerm: 4 });
  const source = new VectorSource(33);
  for (let f = 0; f < 20; f++) putFile(store, `f${f}`, makeChunks(source, `f${f}`, 2));
  for (let f = 0; f < 20; f++) if (f % 3 !== 0) store.remove(`f${f}`);
  const queries = Array.from({ length: 4 }, () => asQuery(source.next()));
  const ask = (): unknown => {
    const blocks = recalled(store, queries, { nBlocks: 30 });
    return { blocks, tokens: store.tokensOf(blocks) };
  };
  const before = { answer: ask(), status: store.status() };
  const { liveBytes } = before.status;
  assert.ok(segmentBytes(folder.path) > liveBytes * 2);
  await settle(store);
  assert.deepEqual(ask(), before.answer);
  assert.ok(segmentBytes(folder.path) <= liveBytes / 0.75);
  assert.equal(store.compact(), true);
  assert.equal(segmentBytes(folder.path), liveBytes);
  assert.deepEqual(ask(), before.answer);
  store.close();
  const reopened = await openBank(folder.path, { segmentBytes: 300_000, nShortTerm: 4 });
  const blocks = recalled(reopened, queries, { nBlocks: 30 });
  assert.deepEqual({ blocks, tokens: reopened.tokensOf(blocks) }, before.answer);
  assert.deepEqual(reopened.missing(), []);
  reopened.close();
});

describe("a bank that is full", () => {
  /** What a file of one chunk takes. */
  const chunkBytes = 104 + 240 * (4 * 4 + 4 + 2 + 256) + 4 * 8;
  const capacityBytes = chunkBytes * 10;
  const options = { capacityBytes, nShortTerm: 4 };

  const put = (store: BankStore, source: VectorSource, name: string): void =>
    putFile(store, name, makeChunks(source, name, 1));
  const present = (store: BankStore): string[] =>
    store.files().flatMap(({ fileId, nForgotten }) => (nForgotten === 0 ? [fileId] : []));

  test("forgets the oldest first, and says so", async () => {
    using folder = temporaryFolder();
    const store = await openBank(folder.path, options);
    const source = new VectorSource(34);
    for (let f = 0; f < 10; f++) put(store, source, `f${f}`);
    assert.equal(store.status().liveBytes, capacityBytes);
    put(store, source, "more");
    assert.ok(store.status().liveBytes <= capacityBytes);
    assert.deepEqual(present(store), [...Array.from({ length: 8 }, (_, i) => `f${i + 2}`), "more"]);
    assert.equal(store.status().nForgottenChunks, 2);
    assertCounted(store, folder.path);
    // It is remembered that they were there: nobody has to encode them again and again.
    assert.deepEqual(store.missing(), []);
    assert.notEqual(store.files().find(({ fileId }) => fileId === "f0")?.contentHash, undefined);
    assert.equal(store.has("f0#0"), false);
    store.close();
  });

  test("keeps what was recalled and of use, and what is pinned", async () => {
    using folder = temporaryFolder();
    let store = await openBank(folder.path, options);
    const source = new VectorSource(35);
    for (let f = 0; f < 10; f++) put(store, source, `f${f}`);
    store.pin("f0");
    const used = recalled(store, [asQuery(source.next())], {
      nBlocks: 4,
      only: (fileId) => fileId === "f1",
    }).map(({ blockId }) => blockId);
    for (let i = 0; i < 20; i++) store.recalled(used, [0.5, 0.5, 0.5, 0.5]);
    const unused = recalled(store, [asQuery(source.next())], {
      nBlocks: 4,
      only: (fileId) => fileId === "f2",
    }).map(({ blockId }) => blockId);
    for (let i = 0; i < 20; i++) store.recalled(unused, [0, 0.001, Number.NaN, -1]);
    store.recalled([123_456], [1]);
    // Both are remembered.
    store.close();
    store = await openBank(folder.path, options);
    put(store, source, "more");
    assert.deepEqual(present(store).slice(0, 3), ["f0", "f1", "f4"]);
    assert.equal(store.pin("f0", false).kind, "done");
    for (let f = 0; f < 3; f++) put(store, source, `again${f}`);
    assert.ok(!present(store).includes("f0"));
    store.close();
  });

  test("does not take what cannot fit, and stays as it was", async () => {
    using folder = temporaryFolder();
    const store = await openBank(folder.path, options);
    const source = new VectorSource(36);
    for (let f = 0; f < 10; f++) {
      put(store, source, `f${f}`);
      if (f < 8) store.pin(`f${f}`);
    }
    const before = store.status();
    const large = makeChunks(source, "large", 3);
    assert.deepEqual(store.put("large", "hash", large), { kind: "overBudget" });
    assert.deepEqual(store.status(), before);
    putFile(store, "large", large.slice(0, 2));
    assert.deepEqual(present(store).slice(-2), ["f7", "large"]);
    assert.deepEqual(store.pin("unknown"), { kind: "unknownFile" });
    store.close();
  });

  test("erases what it forgets", async () => {
    using folder = temporaryFolder();
    const store = await openBank(folder.path, options);
    const source = new VectorSource(37);
    const first = makeChunks(source, "first", 1);
    putFile(store, "first", first);
    for (let f = 0; f < 10; f++) put(store, source, `f${f}`);
    assertErased(folder.path, first);
    store.close();
  });
});

function segmentBytes(folder: string): number {
  return readdirSync(folder)
    .filter((name) => name.startsWith("segment-"))
    .reduce((n, name) => n + statSync(path.join(folder, name)).size, 0);
}

function assertErased(folder: string, chunks: readonly BankChunk[]): void {
  for (const chunk of chunks)
    for (let from = 0; from + 16 <= chunk.tokens.length; from += 16)
      assert.deepEqual(filesWith(folder, tokenBytes(chunk, from, from + 16)), []);
}
