/** The index on disk: built, searched, and refused whenever it is not what it should be. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { loadEncoder } from "../../../server/encoderParts.ts";
import type { EncoderParts } from "../../../server/model/staticEncoder.ts";
import { maxPartRows } from "../../../server/spann/listFile.ts";
import { BuildCancelled, buildSpann } from "../../../server/spann/spannBuilder.ts";
import type { BuildOutcome, SpannBuildOptions } from "../../../server/spann/spannBuilder.ts";
import { buildFiles, currentBuild } from "../../../server/spann/spannManifest.ts";
import { DamagedListError, openSpann } from "../../../server/spann/spannSearcher.ts";
import type { SpannSearcher } from "../../../server/spann/spannSearcher.ts";
import { temporaryFolder, type TemporaryFolder } from "../ingest/treesOnDisk.ts";
import { fixtureModelFolder } from "../workspaceMemoryHarness.ts";
import {
  chunksPerContent,
  clusteredVectors,
  contentsOf,
  dimensions,
  nearestInFloat,
  sourceOf,
  stored,
} from "./clusteredVectors.ts";

const { kernel } = (loadEncoder(fixtureModelFolder) as { parts: EncoderParts }).parts;
const spec = { storeId: "store-a", modelId: "model-a", dimensions };
const nVectors = 8_000;
const vectors = clusteredVectors(nVectors, 1);
const contents = contentsOf(vectors.map(stored));
/** Lie among the clusters of `vectors`, and are none of them. */
const queries = clusteredVectors(nVectors, 1)
  .filter((_, i) => i % 97 === 0)
  .map((vector, i) => vector.map((value, j) => value + ((i * 31 + j * 17) % 13) / 130));

function build(folder: string, options: Partial<SpannBuildOptions> = {}): Promise<BuildOutcome> {
  return buildSpann({
    folder,
    build: "first",
    spec,
    kernel,
    source: sourceOf(contents),
    nExpected: nVectors,
    vectorsPerList: 32,
    progress: () => undefined,
    ...options,
  });
}

async function open(folder: string): Promise<SpannSearcher> {
  const outcome = await openSpann({ folder, spec, kernel });
  assert.ok(outcome.kind === "ready", JSON.stringify(outcome));
  return outcome.searcher;
}

function placeOf({ embedding, idx }: { embedding: number; idx: number }): number {
  return (embedding - 1) * chunksPerContent + idx;
}

describe("an index of clustered vectors", () => {
  let folder: TemporaryFolder;
  let searcher: SpannSearcher;
  before(async () => {
    folder = temporaryFolder();
    assert.equal(await build(folder.path), "built");
    searcher = await open(folder.path);
  });
  after(() => {
    searcher.close();
    folder[Symbol.dispose]();
  });

  test("says what is in it", () => {
    const { nVectors: told, lastEmbedding, nEntries, nLists } = searcher.manifest;
    assert.deepEqual([told, lastEmbedding], [nVectors, contents.length]);
    assert.ok(nEntries >= nVectors && nEntries <= nVectors * 4, `${nEntries} rows`);
    assert.ok(nLists > 200 && nLists <= 300, `${nLists} lists`);
  });

  test("finds what exact search in float finds", () => {
    let nFound = 0;
    for (const query of queries) {
      const found = new Set(searcher.search(stored(query), 10).map(placeOf));
      nFound += nearestInFloat(vectors, query, 10).filter((place) => found.has(place)).length;
    }
    const recall = nFound / (queries.length * 10);
    assert.ok(recall >= 0.95, `recall@10 ${recall}`);
  });

  test("names each neighbour once, nearest first, with its own similarity", () => {
    for (const query of queries.slice(0, 20)) {
      const asked = stored(query);
      const found = searcher.search(asked, 200);
      assert.equal(new Set(found.map(placeOf)).size, found.length);
      assert.deepEqual(
        found.map(({ similarity }) => similarity),
        found.map(({ similarity }) => similarity).toSorted((a, b) => b - a),
      );
      for (const neighbour of found.slice(0, 20)) {
        const own = cosine(stored(vectors[placeOf(neighbour)] as Float32Array), asked);
        assert.ok(Math.abs(neighbour.similarity - own) < 1e-5);
      }
    }
  });

  test("finds every vector when it is asked for itself", () => {
    for (let place = 0; place < nVectors; place += 41) {
      const [nearest] = searcher.search(stored(vectors[place] as Float32Array), 1);
      assert.ok((nearest?.similarity ?? 0) > 0.9999, `vector ${place}`);
    }
  });

  test("finds nothing for a question of zeros, and refuses one of other dimensions", () => {
    assert.deepEqual(searcher.search(new Int8Array(dimensions), 5), []);
    assert.deepEqual(searcher.search(stored(vectors[0] as Float32Array), 0), []);
    assert.throws(() => searcher.search(new Int8Array(dimensions + 1), 5), RangeError);
  });
});

test("a list longer than a part is read to its end", async () => {
  using folder = temporaryFolder();
  const many = clusteredVectors(maxPartRows * 2 + 100, 2).map(stored);
  const options = { source: sourceOf(contentsOf(many)), nExpected: many.length };
  assert.equal(await build(folder.path, { ...options, vectorsPerList: many.length }), "built");
  const searcher = await open(folder.path);
  const { nLists, nEntries } = searcher.manifest;
  assert.ok(nEntries > nLists * maxPartRows, `${nEntries} rows in ${nLists} lists`);
  for (const place of [0, maxPartRows - 1, maxPartRows, maxPartRows * 2, many.length - 1]) {
    const [nearest] = searcher.search(many[place] as Int8Array, 1);
    assert.equal(nearest === undefined ? -1 : placeOf(nearest), place);
  }
  searcher.close();
});

test("embeddings of zeros are left out, and do no harm", async () => {
  using folder = temporaryFolder();
  const some = vectors.slice(0, 400).map(stored);
  for (let i = 0; i < some.length; i += 3) some[i] = new Int8Array(dimensions);
  const options = { source: sourceOf(contentsOf(some)), nExpected: some.length };
  assert.equal(await build(folder.path, options), "built");
  const searcher = await open(folder.path);
  const found = searcher.search(some[1] as Int8Array, 400).map(placeOf);
  assert.equal(found[0], 1);
  assert.ok(found.every((place) => place % 3 !== 0));
  searcher.close();
});

describe("what no index can be made of", () => {
  const cases: Readonly<Record<string, readonly [BuildOutcome, SpannBuildOptions["source"]]>> = {
    "no embeddings": ["tooSmall", sourceOf([])],
    "embeddings of zeros only": ["tooSmall", sourceOf([new Uint8Array(dimensions * 40)])],
    "a number that has no room": [
      "numbersTooLarge",
      {
        *vectorsAfter(last) {
          if (last < 2 ** 32) yield { embedding: 2 ** 32, vectors: contents[0] as Uint8Array };
        },
      },
    ],
  };
  for (const [name, [outcome, source]] of Object.entries(cases))
    test(name, async () => {
      using folder = temporaryFolder();
      assert.equal(await build(folder.path, { source, nExpected: 4 }), outcome);
      assert.deepEqual(readdirSync(folder.path), []);
    });

  test("embeddings of another length", async () => {
    using folder = temporaryFolder();
    const source = sourceOf([new Uint8Array(dimensions + 1).fill(1)]);
    await assert.rejects(build(folder.path, { source }), RangeError);
    assert.deepEqual(readdirSync(folder.path), []);
  });
});

describe("a build that is given up", () => {
  for (const at of [0, 0.03, 0.15, 0.5, 0.89])
    test(`at ${at * 100} % leaves the index before it as it was`, async () => {
      using folder = temporaryFolder();
      await build(folder.path);
      let nCalls = 0;
      const progress = (share: number): void => {
        nCalls++;
        if (share >= at) throw new BuildCancelled();
      };
      await assert.rejects(build(folder.path, { build: "second", progress }), BuildCancelled);
      assert.ok(nCalls > 0);
      assert.deepEqual(readdirSync(folder.path).sort(), ["first", "index.json"]);
      const searcher = await open(folder.path);
      assert.equal(searcher.search(stored(vectors[9] as Float32Array), 1)[0]?.idx, 9 % 4);
      searcher.close();
    });
});

test("a new build takes the place of the old one, and of what a kill left", async () => {
  using folder = temporaryFolder();
  await build(folder.path);
  const reading = await open(folder.path);
  mkdirSync(path.join(folder.path, "killed"));
  writeFileSync(path.join(folder.path, "killed", "run-0"), "half a build");
  assert.equal(await build(folder.path, { build: "second" }), "built");
  assert.equal(currentBuild(folder.path), "second");
  assert.deepEqual(readdirSync(folder.path).sort(), ["index.json", "second"]);
  const searcher = await open(folder.path);
  const query = stored(vectors[77] as Float32Array);
  assert.deepEqual(searcher.search(query, 5), reading.search(query, 5), "who reads, goes on");
  searcher.close();
  reading.close();
});

describe("an index on disk that is not what it should be", () => {
  const manifestFile = (folder: string): string => path.join(folder, "index.json");
  const tell = (folder: string, fields: object): void => {
    const told = JSON.parse(readFileSync(manifestFile(folder), "utf8")) as object;
    writeFileSync(manifestFile(folder), JSON.stringify({ ...told, ...fields }));
  };
  const cutOff = (file: string): void => truncateSync(file, statSync(file).size - 1);
  const flip = (file: string, at: number): void => {
    const bytes = readFileSync(file);
    bytes[at] = (bytes[at] as number) ^ 1;
    writeFileSync(file, bytes);
  };
  const files = (folder: string): ReturnType<typeof buildFiles> => buildFiles(folder, "first");
  const cases: Readonly<Record<string, readonly [string, (folder: string) => void]>> = {
    "is not there": ["missing", (folder) => rmSync(folder, { recursive: true })],
    "has no manifest": ["missing", (folder) => rmSync(manifestFile(folder))],
    "has no lists": ["missing", (folder) => rmSync(files(folder).lists)],
    "has no table": ["missing", (folder) => rmSync(files(folder).table)],
    "has no centroids": ["missing", (folder) => rmSync(files(folder).centroids)],
    "has lists that are cut off": ["damaged", (folder) => cutOff(files(folder).lists)],
    "has a table that is cut off": ["damaged", (folder) => cutOff(files(folder).table)],
    "has centroids that are cut off": ["damaged", (folder) => cutOff(files(folder).centroids)],
    "has a changed table": ["damaged", (folder) => flip(files(folder).table, 40)],
    "has changed centroids": ["damaged", (folder) => flip(files(folder).centroids, 999)],
    "has a manifest that is cut off": ["damaged", (folder) => cutOff(manifestFile(folder))],
    "has an empty manifest": ["damaged", (folder) => writeFileSync(manifestFile(folder), "")],
    "has a manifest of another shape": ["damaged", (folder) => tell(folder, { nLists: "many" })],
    "tells of more lists": ["damaged", (folder) => tell(folder, { nLists: 1e9 })],
    "leads out of its folder": ["damaged", (folder) => tell(folder, { build: "../first" })],
    "is of another version": ["otherFormat", (folder) => tell(folder, { formatVersion: 99 })],
    "is of another store": ["otherStore", (folder) => tell(folder, { storeId: "store-b" })],
    "is of another model": ["otherModel", (folder) => tell(folder, { modelId: "model-b" })],
    "is of other dimensions": ["otherModel", (folder) => tell(folder, { dimensions: 128 })],
  };
  for (const [name, [fault, change]] of Object.entries(cases))
    test(`${name}: ${fault}`, async () => {
      using whole = temporaryFolder();
      const folder = path.join(whole.path, "index");
      await build(folder, { source: sourceOf(contents.slice(0, 100)), nExpected: 400 });
      change(folder);
      assert.deepEqual(await openSpann({ folder, spec, kernel }), { kind: "unusable", fault });
    });

  test("has a list of other content: the search says so", async () => {
    using folder = temporaryFolder();
    await build(folder.path, { source: sourceOf(contents.slice(0, 100)), nExpected: 400 });
    const { lists } = files(folder.path);
    const bytes = readFileSync(lists);
    for (let at = 0; at < bytes.length; at += 64) bytes[at] = (bytes[at] as number) ^ 1;
    writeFileSync(lists, bytes);
    const searcher = await open(folder.path);
    assert.throws(() => searcher.search(stored(vectors[0] as Float32Array), 5), DamagedListError);
    searcher.close();
  });

  test("becomes shorter while it is open: the search says so", async () => {
    using folder = temporaryFolder();
    await build(folder.path, { source: sourceOf(contents.slice(0, 100)), nExpected: 400 });
    const searcher = await open(folder.path);
    truncateSync(files(folder.path).lists, 10);
    assert.throws(() => searcher.search(stored(vectors[0] as Float32Array), 5), DamagedListError);
    searcher.close();
  });
});

function cosine(a: Int8Array, b: Int8Array): number {
  const dot = (x: Int8Array, y: Int8Array): number =>
    x.reduce((sum, value, i) => sum + value * (y[i] as number), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
