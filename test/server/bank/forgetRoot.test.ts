/** Forgetting a root in all deep memories of a store, of which none is open. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { deepFolderOf, forgetRoot } from "../../../server/bank/forgetRoot.ts";
import {
  filesWith,
  kernel,
  makeChunk,
  openBank,
  putFile,
  tokenBytes,
  VectorSource,
} from "./bankHarness.ts";
import { temporaryFolder } from "../ingest/treesOnDisk.ts";

const source = new VectorSource(4);
const ofA = makeChunk(source, { hash: "a" });
const ofB = makeChunk(source, { hash: "b" });

/** Makes the memories of two windows: one with both roots, one with B alone. */
async function twoMemories(storeDir: string): Promise<{ both: string; alone: string }> {
  const both = path.join(deepFolderOf(storeDir), "other");
  const alone = path.join(deepFolderOf(storeDir), "b");
  for (const folder of [both, alone]) {
    const store = await openBank(folder);
    if (folder === both) putFile(store, "a/told.ts", [ofA]);
    putFile(store, "b/told.ts", [ofB]);
    store.close();
  }
  return { both, alone };
}

test("a root is forgotten in its own memory and in those of others, which keep the rest", async () => {
  using folder = temporaryFolder();
  const { both, alone } = await twoMemories(folder.path);
  mkdirSync(path.join(both, "self-test-killed"));
  assert.ok(filesWith(alone, tokenBytes(ofB)).length > 0);
  await forgetRoot(folder.path, "b", kernel, () => undefined);
  assert.equal(existsSync(alone), false);
  assert.ok(!readdirSync(both).includes("self-test-killed"));
  assert.deepEqual(filesWith(both, tokenBytes(ofB)), []);
  const store = await openBank(both);
  assert.deepEqual(
    store.files().map(({ fileId }) => fileId),
    ["a/told.ts"],
  );
  store.close();
});

test("while another process has one of them open nothing is forgotten, and it is said", async () => {
  using folder = temporaryFolder();
  const { both, alone } = await twoMemories(folder.path);
  const open = await openBank(both);
  let isMemoryGone = false;
  const forgetting = forgetRoot(folder.path, "b", kernel, () => void (isMemoryGone = true));
  await assert.rejects(forgetting, { errorName: "ownedElsewhere" });
  assert.ok(existsSync(alone) && !isMemoryGone);
  open.close();
});

test("a memory that cannot be read goes as a whole, and so do all that hold the root without a kernel", async () => {
  using folder = temporaryFolder();
  const { both, alone } = await twoMemories(folder.path);
  const damaged = path.join(deepFolderOf(folder.path), "damaged");
  mkdirSync(damaged);
  writeFileSync(path.join(damaged, "catalogue.sqlite"), "no database".repeat(1_000));
  await forgetRoot(folder.path, "a", undefined, () => undefined);
  assert.deepEqual([both, damaged, alone].map(existsSync), [false, false, true]);
});

test("a store without deep memories has nothing to forget", async () => {
  using folder = temporaryFolder();
  await forgetRoot(folder.path, "a", kernel, () => undefined);
});
