/** Chunks of other banks, read beside whoever has them open. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { OtherBanks } from "../../../server/bank/otherBanks.ts";
import type { BankChunk } from "../../../server/bank/bankTypes.ts";
import { temporaryFolder } from "../ingest/treesOnDisk.ts";
import { makeChunks, openBank, shape, VectorSource } from "./bankHarness.ts";

test("a chunk is copied with its tokens, keys and values while its bank is open", async () => {
  using folder = temporaryFolder();
  const chunks = makeChunks(new VectorSource(1), "file", 3);
  const from = await openBank(path.join(folder.path, "from"));
  from.put("a", "hash", chunks);
  const others = new OtherBanks(path.join(folder.path, "to"), shape);
  const to = await openBank(path.join(folder.path, "to"));
  const copies = chunks.map((chunk): BankChunk => ({ ...chunk, ...others.find(chunk.chunkHash) }));
  assert.notDeepEqual(copies[0]?.keys, chunks[0]?.keys, "what is read was rounded once");
  to.put("b", "hash", copies);
  const blocksOf = (store: typeof to): { blockId: number }[] => {
    const outcome = store.recall([new Float32Array(128).fill(1)], { nBlocks: 64 });
    assert.ok(outcome.kind === "recalled" && outcome.blocks.length > 9);
    return outcome.blocks.toSorted((a, b) => a.fromToken - b.fromToken);
  };
  const { spans: _a, lost: lostThere, ...there } = from.tokensOf(blocksOf(from));
  const { spans: _b, lost: lostHere, ...here } = to.tokensOf(blocksOf(to));
  assert.deepEqual([lostThere, lostHere], [[], []]);
  assert.deepEqual(here.ids, there.ids);
  assert.deepEqual(here.keys, there.keys);
  assert.deepEqual(here.values, there.values);
  here.keyScales.forEach((scale, i) => {
    const before = there.keyScales[i] as number;
    assert.ok(Math.abs(scale - before) <= before * 2 ** -22);
  });
  others.close();
  from.close();
  to.close();
});

test("what is erased, of another model, unknown, or no bank is not found", async () => {
  using folder = temporaryFolder();
  const [chunk, kept] = makeChunks(new VectorSource(2), "file", 2) as [BankChunk, BankChunk];
  const from = await openBank(path.join(folder.path, "from"));
  from.put("a", "hash", [chunk]);
  from.put("b", "hash", [kept]);
  mkdirSync(path.join(folder.path, "none"));
  mkdirSync(path.join(folder.path, "damaged"));
  writeFileSync(path.join(folder.path, "damaged", "catalogue.sqlite"), "no database");
  const others = new OtherBanks(path.join(folder.path, "to"), shape);
  assert.ok(others.find(chunk.chunkHash) !== undefined);
  assert.equal(others.find("unknown"), undefined);
  from.remove("a");
  assert.equal(others.find(chunk.chunkHash), undefined);
  assert.ok(others.find(kept.chunkHash) !== undefined);
  others.close();
  const otherModel = new OtherBanks(path.join(folder.path, "to"), { ...shape, modelId: "other" });
  assert.equal(otherModel.find(kept.chunkHash), undefined);
  otherModel.close();
  from.close();
});
