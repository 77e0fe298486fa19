/** The two tiers: the pool is of a fixed size, what it drops is chosen by a seed, and nothing is lost by it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BankStore } from "../../../server/bank/bankStore.ts";
import { temporaryFolder } from "../ingest/treesOnDisk.ts";
import { asQuery, makeChunks, openBank, putFile, recalled, VectorSource } from "./bankHarness.ts";

const nShortTerm = 16;
const everything = { nBlocks: 128, neighbourShare: 0 } as const;

/** Which blocks are in which tier, by their place. */
function tiers(store: BankStore, source: VectorSource): Map<string, string> {
  const blocks = recalled(store, [asQuery(source.next())], everything);
  return new Map(blocks.map((b) => [`${b.chunkHash} ${b.fromToken}`, b.from]));
}

function shortTerm(store: BankStore, source: VectorSource): string[] {
  return [...tiers(store, source)].flatMap(([name, tier]) => (tier === "shortTerm" ? [name] : []));
}

async function filled(folder: string, seed: number): Promise<BankStore> {
  const store = await openBank(folder, { nShortTerm, seed });
  const source = new VectorSource(20);
  for (let f = 0; f < 12; f++) putFile(store, `f${f}`, makeChunks(source, `f${f}`, 2));
  return store;
}

test("the newest blocks are in the pool, and it never grows beyond its size", async () => {
  using folder = temporaryFolder();
  const store = await openBank(folder.path, { nShortTerm });
  const source = new VectorSource(20);
  for (let f = 0; f < 12; f++) {
    const name = `f${f}`;
    putFile(store, name, makeChunks(source, name, 2));
    const inPool = shortTerm(store, source);
    assert.equal(inPool.length, Math.min(nShortTerm, (f + 1) * 8));
    assert.equal(inPool.filter((block) => block.startsWith(`${name}#`)).length, 8);
    const { nShortTerm: nShort, nLongTerm, nBlocks } = store.status();
    assert.deepEqual([nShort, nShort + nLongTerm], [inPool.length, nBlocks]);
  }
  store.close();
});

test("what is dropped depends on the seed and on nothing else", async () => {
  using first = temporaryFolder();
  using second = temporaryFolder();
  using third = temporaryFolder();
  const source = new VectorSource(21);
  const stores = [
    await filled(first.path, 1),
    await filled(second.path, 1),
    await filled(third.path, 2),
  ] as const;
  const [a, b, c] = stores.map((store) => shortTerm(store, source).sort());
  assert.deepEqual(a, b);
  assert.notDeepEqual(a, c);
  for (const store of stores) store.close();
});

test("the generator goes on where it was when the bank is opened again", async () => {
  using once = temporaryFolder();
  using often = temporaryFolder();
  const source = new VectorSource(21);
  const whole = await filled(once.path, 1);
  const chunks = new VectorSource(20);
  for (let f = 0; f < 12; f++) {
    const store = await openBank(often.path, { nShortTerm, seed: 1 });
    putFile(store, `f${f}`, makeChunks(chunks, `f${f}`, 2));
    store.close();
  }
  const reopened = await openBank(often.path, { nShortTerm, seed: 1 });
  assert.deepEqual(tiers(reopened, source), tiers(whole, source));
  reopened.close();
  whole.close();
});

test("an old block survives as long as a random drop of a fixed share lets it", async () => {
  using folder = temporaryFolder();
  const store = await openBank(folder.path, { nShortTerm: 40, seed: 3 });
  const source = new VectorSource(22);
  putFile(store, "first", makeChunks(source, "first", 10));
  assert.equal(store.status().nShortTerm, 40);
  const first = (fileId: string): boolean => fileId === "first";
  const left = (): number =>
    recalled(store, [asQuery(source.next())], { ...everything, only: first }).filter(
      ({ from }) => from === "shortTerm",
    ).length;
  const counts: number[] = [];
  for (let i = 0; i < 20; i++) {
    putFile(store, `f${i}`, makeChunks(source, `f${i}`, 1));
    counts.push(left());
  }
  // (1 - 4/40)^t of 40: 23.6 after 5 writes, 13.9 after 10, 4.9 after 20.
  const [five, ten, twenty] = [counts[4], counts[9], counts[19]] as [number, number, number];
  assert.ok(five >= 17 && five <= 30, `${five}`);
  assert.ok(ten >= 7 && ten <= 21, `${ten}`);
  assert.ok(twenty >= 1 && twenty <= 11, `${twenty}`);
  assert.deepEqual(
    counts,
    counts.toSorted((a, b) => b - a),
  );
  store.close();
});

test("a dropped block has the same tokens as before, and the same age", async () => {
  using folder = temporaryFolder();
  const store = await openBank(folder.path, { nShortTerm: 4 });
  const source = new VectorSource(23);
  putFile(store, "a", makeChunks(source, "a", 1));
  const only = (fileId: string): boolean => fileId === "a";
  const query = [asQuery(source.next())];
  const inPool = recalled(store, query, { ...everything, only });
  assert.ok(inPool.every(({ from }) => from === "shortTerm"));
  const before = store.tokensOf(inPool);
  putFile(store, "b", makeChunks(source, "b", 1));
  const dropped = recalled(store, query, { ...everything, only });
  assert.ok(dropped.every(({ from }) => from === "longTerm"));
  assert.deepEqual(store.tokensOf(dropped), before);
  assert.deepEqual(
    dropped.map(({ blockId, age }) => [blockId, age]),
    inPool.map(({ blockId, age }) => [blockId, age + 240]),
  );
  store.close();
});

test("a pool that is made smaller drops what is too much, and one of no size holds nothing", async () => {
  using folder = temporaryFolder();
  (await filled(folder.path, 1)).close();
  for (const size of [5, 0, 7]) {
    const store = await openBank(folder.path, { nShortTerm: size });
    assert.equal(store.status().nShortTerm, Math.min(size, size === 7 ? 0 : 5));
    const source = new VectorSource(24 + size);
    putFile(store, `more${size}`, makeChunks(source, `more${size}`, 2));
    assert.equal(store.status().nShortTerm, size);
    store.close();
  }
});
