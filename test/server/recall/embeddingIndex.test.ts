/** The choice between the exact scan and the index on disk, over real stores, threads and files. */
import assert from "node:assert/strict";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, describe, test } from "node:test";
import * as esbuild from "esbuild";
import { loadEncoder } from "../../../server/encoderParts.ts";
import { acquireStoreLock } from "../../../server/memory/storeLock.ts";
import type { EncoderParts } from "../../../server/model/staticEncoder.ts";
import type { Logger } from "../../../server/ports.ts";
import { EmbeddingIndex } from "../../../server/recall/embeddingIndex.ts";
import { buildFiles, currentBuild } from "../../../server/spann/spannManifest.ts";
import { threadEntry } from "../../../server/threads.ts";
import { temporaryFolder } from "../ingest/treesOnDisk.ts";
import {
  chunksPerContent,
  clusteredVectors,
  contentsOf,
  nearestInFloat,
  stored,
} from "../spann/clusteredVectors.ts";
import { fixtureModelFolder } from "../workspaceMemoryHarness.ts";
import { EmbeddingStore } from "./embeddingStore.ts";

const { parts } = loadEncoder(fixtureModelFolder) as { parts: EncoderParts };
const minChunks = 2_000;
const vectors = clusteredVectors(2_400, 1);
const contents = contentsOf(vectors.map(stored));
const others = contentsOf(clusteredVectors(2_400, 2).map(stored));

/** An index as the search by meaning holds it, with its clock in the test's hand. */
class Opened implements Disposable {
  readonly index: EmbeddingIndex;
  readonly logged: string[] = [];
  readonly #store: EmbeddingStore;
  #nowMs = 0;

  constructor(store: EmbeddingStore, entry = threadEntry("spannThread")) {
    this.#store = store;
    const log: Logger = {
      log: (level, _tag, sentence, facts) => {
        if (level === "debug") return;
        this.logged.push([level, sentence, ...Object.values(facts ?? {})].join(" "));
      },
    };
    const clock = { nowMs: () => 0, elapsedMs: () => this.#nowMs };
    this.index = new EmbeddingIndex(parts, clock, { entry, log, minChunks });
  }

  /** One question's look at the store. */
  refresh(): boolean {
    return this.#store.bank.reading(() => this.index.refresh(this.#store.bank, 1_000));
  }

  /** Refreshes with each step that the index takes beside the questions, until the log says `wanted`. */
  async until(wanted: string): Promise<void> {
    for (let step = 0; step < 12; step++) {
      this.refresh();
      if (this.logged.some((line) => line.includes(wanted))) return;
      await this.index.settled();
    }
    assert.fail(`“${wanted}” is not among ${JSON.stringify(this.logged)}`);
  }

  passMinutes(n: number): void {
    this.#nowMs += n * 60_000;
  }

  /** Returns the places of the nearest vectors, and whether all were looked at. */
  nearest(query: Float32Array, k: number): { places: number[]; isWhole: boolean } {
    const { neighbours, isWhole } = this.#store.bank.reading(() => {
      this.index.refresh(this.#store.bank, 1_000);
      return this.index.search(stored(query), k);
    });
    const places = neighbours.map(
      ({ group, idx }) => this.#store.nameOf(group) * chunksPerContent + idx,
    );
    return { places, isWhole };
  }

  /** Share of the ten nearest in float that are found, over some of the vectors themselves. */
  recall(): number {
    const asked = vectors.filter((_, i) => i % 101 === 0);
    const shares = asked.map((query) => {
      const { places } = this.nearest(query, 10);
      return nearestInFloat(vectors, query, 10).filter((place) => places.includes(place)).length;
    });
    return shares.reduce((sum, n) => sum + n, 0) / (asked.length * 10);
  }

  [Symbol.dispose](): void {
    this.index.close();
  }
}

const isUsed = "embeddings are searched by an index on disk";

/** A large store whose index was built, closed: the tests work on copies of it. */
let indexed: EmbeddingStore;

before(async () => {
  indexed = new EmbeddingStore(parts.model.id, contents);
  using opened = new Opened(indexed);
  await opened.until("all embeddings are scanned missing");
  assert.equal(opened.index.kind, "exact");
  assert.ok(opened.recall() >= 0.97, `exact: ${opened.recall()}`);
  await opened.until(isUsed);
  indexed.close();
});
after(() => indexed[Symbol.dispose]());

test("a small store is scanned whole, and gets no index", async () => {
  using store = new EmbeddingStore(parts.model.id, contents.slice(0, 400));
  using opened = new Opened(store);
  assert.equal(opened.refresh(), true);
  await opened.index.settled();
  opened.refresh();
  assert.equal(opened.index.kind, "exact");
  assert.ok(!existsSync(store.indexFolder));
  assert.deepEqual(opened.logged, []);
});

test("an index that is there is opened, and finds what exact search in float finds", async () => {
  using store = new EmbeddingStore(parts.model.id, indexed);
  using opened = new Opened(store);
  assert.equal(opened.refresh(), false, "nothing is read in vain while it is opened");
  await opened.until(isUsed);
  assert.deepEqual(opened.logged, [`info ${isUsed}`]);
  assert.equal(opened.index.kind, "spann");
  assert.equal(opened.index.size, 2_400);
  assert.ok(opened.recall() >= 0.95, `on disk: ${opened.recall()}`);
  const { isWhole } = opened.nearest(vectors[7] as Float32Array, 5);
  assert.ok(isWhole && opened.refresh());
});

test("what came after the index is found, and what went is not", async () => {
  using store = new EmbeddingStore(parts.model.id, indexed);
  using opened = new Opened(store);
  await opened.until(isUsed);
  const [, old, fresh] = [0, vectors[4], clusteredVectors(8, 9)[4]] as [
    number,
    Float32Array,
    Float32Array,
  ];
  store.put(
    contentsOf([...vectors.slice(0, 4), ...clusteredVectors(8, 9).slice(4)].map(stored)),
    0,
  );
  assert.deepEqual(opened.nearest(fresh, 1), { places: [4], isWhole: true });
  assert.notEqual(opened.nearest(old, 1).places[0], 4);
  assert.equal(opened.index.kind, "spann");
  store.put(others.slice(0, 3), 700);
  assert.equal(opened.nearest(clusteredVectors(1, 2)[0] as Float32Array, 1).places[0], 2_800);
});

test("an index of which much is old is built again, but not time after time", async () => {
  using store = new EmbeddingStore(parts.model.id, indexed);
  using opened = new Opened(store);
  await opened.until(isUsed);
  store.put(others.slice(0, 120), 700);
  opened.logged.length = 0;
  await opened.until(isUsed);
  const build = currentBuild(store.indexFolder);
  assert.notEqual(build, currentBuild(indexed.indexFolder));
  assert.equal(opened.index.size, 2_400 + 120 * chunksPerContent);
  store.put(others.slice(120, 240), 900);
  opened.refresh();
  assert.equal(opened.index.buildProgress, undefined);
  opened.passMinutes(11);
  opened.refresh();
  assert.ok(opened.index.buildProgress !== undefined);
});

describe("an index that does not fit its store is said, and built again", () => {
  const lists = (folder: string): string =>
    buildFiles(folder, currentBuild(folder) as string).lists;
  const tell = (folder: string, fields: object): void => {
    const file = path.join(folder, "index.json");
    const told = JSON.parse(readFileSync(file, "utf8")) as object;
    writeFileSync(file, JSON.stringify({ ...told, ...fields }));
  };
  const cases: Readonly<Record<string, (folder: string) => void>> = {
    damaged: (folder) => truncateSync(lists(folder), 100),
    otherStore: (folder) => tell(folder, { storeId: "another" }),
    otherModel: (folder) => tell(folder, { dimensions: 128 }),
    otherFormat: (folder) => tell(folder, { formatVersion: 0 }),
  };
  for (const [fault, change] of Object.entries(cases))
    test(fault, async () => {
      using store = new EmbeddingStore(parts.model.id, indexed);
      change(store.indexFolder);
      using opened = new Opened(store);
      await opened.until(`warn all embeddings are scanned ${fault}`);
      const nearest = opened.nearest(vectors[9] as Float32Array, 1);
      assert.deepEqual(nearest, { places: [9], isWhole: true });
      assert.ok(opened.index.buildProgress !== undefined);
    });
});

test("lists that are damaged while they are in use cost one answer, which says so", async () => {
  using store = new EmbeddingStore(parts.model.id, indexed);
  using opened = new Opened(store);
  await opened.until(isUsed);
  const { lists } = buildFiles(store.indexFolder, currentBuild(store.indexFolder) as string);
  writeFileSync(lists, readFileSync(lists).fill(0x55));
  assert.deepEqual(opened.nearest(vectors[9] as Float32Array, 1), { places: [], isWhole: false });
  assert.deepEqual(opened.nearest(vectors[9] as Float32Array, 1), { places: [9], isWhole: true });
  assert.equal(opened.index.kind, "exact");
  opened.passMinutes(11);
  opened.logged.length = 0;
  await opened.until(isUsed);
});

test("an index of other content under the same name is never believed", async () => {
  using restored = new EmbeddingStore(parts.model.id, others);
  restored.takeNameOf(indexed);
  cpSync(indexed.indexFolder, restored.indexFolder, { recursive: true });
  using opened = new Opened(restored);
  await opened.until(isUsed);
  const query = clusteredVectors(10, 2)[9] as Float32Array;
  assert.deepEqual(opened.nearest(query, 3), { places: [], isWhole: false });
  assert.equal(opened.nearest(query, 3).places[0], 9);
  assert.ok(opened.logged.includes("warn all embeddings are scanned otherStore"));
});

test("an index of a later state than its store's is not used", async () => {
  using restored = new EmbeddingStore(parts.model.id, contents.slice(0, 550));
  restored.takeNameOf(indexed);
  cpSync(indexed.indexFolder, restored.indexFolder, { recursive: true });
  using opened = new Opened(restored);
  await opened.until("warn all embeddings are scanned otherStore");
  assert.equal(opened.nearest(vectors[9] as Float32Array, 1).places[0], 9);
});

test("without the add-on everything is scanned, and the log says why, once", async () => {
  using store = new EmbeddingStore(parts.model.id, contents);
  using away = temporaryFolder();
  const outfile = path.join(away.path, "spannThread.mjs");
  await esbuild.build({
    entryPoints: [path.resolve("server/spann/spannThread.ts")],
    ...{ outfile, bundle: true, platform: "node", format: "esm", external: ["hnswlib-node"] },
  });
  using opened = new Opened(store, pathToFileURL(outfile));
  await opened.until("warn all embeddings are scanned addonMissing");
  opened.passMinutes(60);
  for (let i = 0; i < 3; i++) {
    opened.refresh();
    await opened.index.settled();
  }
  assert.deepEqual(opened.nearest(vectors[9] as Float32Array, 1), { places: [9], isWhole: true });
  assert.equal(opened.refresh(), true);
  const nSaid = opened.logged.filter((line) => line.includes("addonMissing")).length;
  assert.equal(nSaid, 2, opened.logged.join("\n"));
});

test("while another process builds, this one scans, and uses that index later", async () => {
  using store = new EmbeddingStore(parts.model.id, contents);
  using opened = new Opened(store);
  const lock = acquireStoreLock(path.join(store.indexFolder, "build.lock"));
  await opened.until("the building of an index ended otherBuilds");
  lock?.release();
  using other = new Opened(store);
  await other.until(isUsed);
  assert.equal(opened.nearest(vectors[9] as Float32Array, 1).places[0], 9);
  assert.equal(opened.index.kind, "exact");
  opened.passMinutes(11);
  await opened.until(isUsed);
  assert.equal(opened.logged.filter((line) => line.includes("ended built")).length, 0);
});

test("a build ends when its store is closed, and leaves nothing", async () => {
  using store = new EmbeddingStore(parts.model.id, contents);
  using opened = new Opened(store);
  await opened.until("all embeddings are scanned missing");
  const building = opened.index.settled();
  opened.index.close();
  await building;
  assert.ok(
    opened.logged.includes("info the building of an index ended cancelled"),
    opened.logged.join("\n"),
  );
  assert.deepEqual(
    readdirSync(store.indexFolder).filter((name) => !name.startsWith("build.lock")),
    [],
  );
  rmSync(store.indexFolder, { recursive: true });
});
