/** What all workspaces' memories may take together. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, utimesSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import type { BankStore } from "../../../server/bank/bankStore.ts";
import { Budget } from "../../../server/deep/budget.ts";
import { nodeClock } from "../../../server/nodePorts.ts";
import { makeChunks, openBank, putFile, VectorSource } from "../bank/bankHarness.ts";
import { temporaryFolder } from "../ingest/treesOnDisk.ts";

async function bankOf(folder: string, nChunks: number): Promise<BankStore> {
  mkdirSync(folder, { recursive: true });
  const store = await openBank(folder);
  putFile(store, "f", makeChunks(new VectorSource(60), "f", nChunks));
  return store;
}

test("memories of other workspaces go, the one that was not used for longest first, but not one that is open", async () => {
  using all = temporaryFolder();
  const folderOf = (name: string): string => path.join(all.path, name);
  const sizes: Record<string, number> = {};
  for (const [i, name] of ["old", "older", "late"].entries()) {
    const store = await bankOf(folderOf(name), 4);
    sizes[name] = store.status().bytes;
    store.close();
    const used = new Date(2020 + (name === "older" ? -1 : i), 1);
    for (const file of ["lock", "catalogue.sqlite", "segment-1.bank", "graph", "graph.json"])
      if (existsSync(path.join(folderOf(name), file)))
        utimesSync(path.join(folderOf(name), file), used, used);
  }
  const elsewhere = await bankOf(folderOf("elsewhere"), 4);
  const own = await bankOf(folderOf("own"), 4);
  const rest = own.liveBytes + elsewhere.status().bytes + (sizes["late"] ?? 0);
  const parts = { folder: folderOf("own"), bank: own, clock: nodeClock };
  const budget = new Budget(parts, rest + 100_000);
  const present = (): string[] =>
    ["old", "older", "late", "elsewhere"].filter((name) => existsSync(folderOf(name)));
  assert.deepEqual(present(), ["late", "elsewhere"]);
  assert.ok(budget.capacityBytes >= own.liveBytes && budget.capacityBytes < rest);

  budget.set(own.liveBytes);
  assert.deepEqual(present(), ["elsewhere"]);
  assert.equal(budget.capacityBytes, own.liveBytes);
  const before = own.liveBytes;
  budget.set(Math.floor(before / 2));
  assert.ok(own.liveBytes <= before / 2);
  elsewhere.close();
  own.close();
});
