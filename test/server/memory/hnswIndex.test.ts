/** The guarded graph index: everything that its add-on aborts at, or is silent about, has a clear outcome. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { createHnsw, loadHnsw, type HnswIndex } from "../../../server/memory/hnswIndex.ts";
import { temporaryFolder } from "../ingest/treesOnDisk.ts";
import { randomNumbers } from "../workspaceMemoryHarness.ts";

const spec = { modelId: "model-a", dimensions: 16 };

function vectorsOf(n: number, seed: number): number[][] {
  const random = randomNumbers(seed);
  return Array.from({ length: n }, () =>
    Array.from({ length: spec.dimensions }, () => Math.round(random() * 254 - 127)),
  );
}

async function newIndex(capacity = 16): Promise<HnswIndex> {
  const outcome = await createHnsw(spec, capacity);
  assert.ok(outcome.kind === "ready", "the add-on is built by `npm run build`");
  return outcome.index;
}

async function indexOf(vectors: readonly (readonly number[])[]): Promise<HnswIndex> {
  const index = await newIndex(vectors.length);
  vectors.forEach((vector, label) => index.add(label, vector));
  return index;
}

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, i) => sum + value * (y[i] as number), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

test("finds what a comparison with all finds, with the same similarities", async () => {
  const vectors = vectorsOf(2_000, 1);
  const index = await indexOf(vectors);
  let nFound = 0;
  const queries = vectorsOf(50, 2);
  for (const query of queries) {
    const exact = vectors
      .map((vector, label) => ({ label, similarity: cosine(vector, query) }))
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, 10);
    const found = index.search(query, 10);
    const labels = new Set(found.map(({ label }) => label));
    nFound += exact.filter(({ label }) => labels.has(label)).length;
    for (const { label, similarity } of found)
      assert.ok(Math.abs(similarity - cosine(vectors[label] as number[], query)) < 1e-4);
  }
  assert.ok(nFound / (queries.length * 10) >= 0.97, `${nFound} of ${queries.length * 10}`);
});

describe("what the add-on would take, or abort at, is refused", () => {
  const good = vectorsOf(1, 3)[0] as number[];
  const bad: Readonly<Record<string, readonly number[]>> = {
    "a value that is no number": good.with(3, Number.NaN),
    "an infinite value": good.with(0, Number.POSITIVE_INFINITY),
    "too few dimensions": good.slice(1),
    "too many dimensions": [...good, 1],
  };
  for (const [name, vector] of Object.entries(bad))
    test(name, async () => {
      const index = await indexOf([good]);
      assert.throws(() => index.add(1, vector), RangeError);
      assert.throws(() => index.search(vector, 1), RangeError);
      assert.equal(index.size, 1);
      assert.equal(index.search(good, 5).length, 1);
    });

  test("a vector of zeros, which is near to nothing", async () => {
    const index = await indexOf([good]);
    const zeros = good.map(() => 0);
    assert.throws(() => index.add(1, zeros), RangeError);
    assert.deepEqual(index.search(zeros, 1), []);
  });

  // The add-on would make 0 of 2^32 and 4294967295 of -1.
  for (const label of [-1, 2 ** 32, 0.5, Number.NaN])
    test(`label ${label}`, async () => {
      const index = await newIndex();
      assert.throws(() => index.add(label, good), RangeError);
      assert.equal(index.size, 0);
    });
});

test("any number of neighbours may be asked for, of an empty index too", async () => {
  const [vector = [], other = []] = vectorsOf(2, 4);
  const index = await newIndex();
  assert.deepEqual(index.search(vector, 5), []);
  index.add(2 ** 32 - 1, vector);
  index.add(7, other);
  for (const k of [2, 17, 1e9, Number.POSITIVE_INFINITY])
    assert.deepEqual(
      index.search(vector, k).map(({ label }) => label),
      [2 ** 32 - 1, 7],
    );
  for (const k of [0, -1, Number.NaN, 0.5]) assert.deepEqual(index.search(vector, k), []);
});

test("grows beyond the capacity that it was made with", async () => {
  const vectors = vectorsOf(300, 5);
  const index = await newIndex(1);
  vectors.forEach((vector, label) => index.add(label, vector));
  assert.equal(index.size, 300);
  assert.equal(index.search(vectors[299] as number[], 1)[0]?.label, 299);
});

test("what is removed is found no more, and may be removed again and come back", async () => {
  const vectors = vectorsOf(40, 6);
  const query = vectors[5] as number[];
  const index = await indexOf(vectors);
  assert.equal(index.remove(99), false);
  assert.equal(index.remove(5), true);
  assert.equal(index.remove(5), false);
  assert.equal(index.size, 39);
  const labels = index.search(query, 40).map(({ label }) => label);
  assert.equal(labels.length, 39);
  assert.ok(!labels.includes(5));
  index.add(5, vectors[6] as number[]);
  assert.equal(index.size, 40);
  assert.deepEqual(
    index
      .search(vectors[6] as number[], 2)
      .map(({ label }) => label)
      .sort((a, b) => a - b),
    [5, 6],
  );
  for (let label = 0; label < 40; label++) index.remove(label);
  assert.deepEqual(index.search(query, 3), []);
});

test("a saved index opens with its removals", async () => {
  using folder = temporaryFolder();
  const file = path.join(folder.path, "index");
  const vectors = vectorsOf(100, 7);
  const index = await indexOf(vectors);
  index.remove(3);
  index.save(file);
  const loaded = await loadHnsw(file, spec);
  assert.ok(loaded.kind === "ready");
  assert.equal(loaded.index.size, 99);
  for (const query of [vectors[3] as number[], vectors[50] as number[]])
    assert.deepEqual(loaded.index.search(query, 10), index.search(query, 10));
  // Saving over it is one step.
  loaded.index.add(3, vectors[3] as number[]);
  loaded.index.save(file);
  const again = await loadHnsw(file, spec);
  assert.ok(again.kind === "ready");
  assert.equal(again.index.search(vectors[3] as number[], 1)[0]?.label, 3);
});

test("a place that cannot be written is said, though the add-on says nothing", async () => {
  using folder = temporaryFolder();
  const index = await indexOf(vectorsOf(3, 8));
  assert.throws(() => index.save(path.join(folder.path, "nowhere", "index")), { code: "ENOENT" });
});

describe("an index on disk that is not what it should be", () => {
  const manifestOf = (file: string): Record<string, unknown> =>
    JSON.parse(readFileSync(`${file}.json`, "utf8")) as Record<string, unknown>;
  const tell = (file: string, fields: object): void =>
    writeFileSync(`${file}.json`, JSON.stringify({ ...manifestOf(file), ...fields }));
  const cases: Readonly<Record<string, readonly [string, (file: string) => void]>> = {
    "is not there": ["missing", (file) => rmSync(file)],
    "has no manifest": ["missing", (file) => rmSync(`${file}.json`)],
    "is cut off": ["damaged", (file) => truncateSync(file, statSync(file).size - 1)],
    "is empty": ["damaged", (file) => truncateSync(file, 0)],
    "is longer": ["damaged", (file) => writeFileSync(file, "x", { flag: "a" })],
    "has a changed byte": [
      "damaged",
      (file) => {
        const bytes = readFileSync(file);
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
        writeFileSync(file, bytes);
      },
    ],
    "has a manifest that is no JSON": ["damaged", (file) => writeFileSync(`${file}.json`, "{")],
    "has a manifest of another shape": ["damaged", (file) => writeFileSync(`${file}.json`, "[1]")],
    "has a manifest with a wrong type": ["damaged", (file) => tell(file, { deleted: ["a"] })],
    "has another number of vectors": ["damaged", (file) => tell(file, { count: 9 })],
    "is of another version": ["otherFormat", (file) => tell(file, { formatVersion: 0 })],
    "compares in another way": ["otherFormat", (file) => tell(file, { metric: "l2" })],
    "is of another model": ["otherModel", (file) => tell(file, { modelId: "model-b" })],
    // The add-on would read it without a word, and give wrong neighbours.
    "is of other dimensions": ["otherModel", (file) => tell(file, { dimensions: 8 })],
    "is something else entirely, with its right hash": [
      "damaged",
      (file) => {
        const bytes = Buffer.from("no index at all");
        writeFileSync(file, bytes);
        const sha256 = createHash("sha256").update(bytes).digest("hex");
        tell(file, { sizeBytes: bytes.length, sha256 });
      },
    ],
  };
  for (const [name, [fault, change]] of Object.entries(cases))
    test(name, async () => {
      using folder = temporaryFolder();
      const file = path.join(folder.path, "index");
      (await indexOf(vectorsOf(50, 9))).save(file);
      change(file);
      assert.deepEqual(await loadHnsw(file, spec), { kind: "unusable", fault });
    });
});
