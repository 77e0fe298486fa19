/** One root's ingester with a pool whose results the test lets through, in the order it likes. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { ParsePool, type ThreadTask } from "../../../server/ingest/parsePool.ts";
import { noStat, type ParseResult } from "../../../server/ingest/parseTask.ts";
import { relativeTo } from "../../../server/ingest/rootPath.ts";
import { RootIngester } from "../../../server/ingest/rootIngester.ts";
import { MemoryBank } from "../../../server/memory/memoryBank.ts";
import { MemoryWriter } from "../../../server/memory/memoryWriter.ts";
import { createNodeFileSystem, nodeClock } from "../../../server/nodePorts.ts";
import type { FileSystem } from "../../../server/ports.ts";
import { grammarFolderUrl, threadEntry } from "../../../server/threads.ts";
import { functionText, quietLog, rootOf, settings, workspace } from "../workspaceMemoryHarness.ts";

/** The real pool, which keeps a list of what it was asked and can hold results back. */
class WatchedPool extends ParsePool {
  readonly asked: ThreadTask[] = [];
  /** Called with each batch's results before they are handed on. */
  gate: (tasks: readonly ThreadTask[]) => Promise<void> = () => Promise.resolve();
  /** Takes whatever it is given, unless the test wants the real pool's patience. */
  isBoundless = true;
  override get hasRoom(): boolean {
    return this.isBoundless || super.hasRoom;
  }
  override async run(
    tasks: readonly ThreadTask[],
    knownIn: string | undefined,
  ): Promise<readonly ParseResult[]> {
    this.asked.push(...tasks);
    const results = await super.run(tasks, knownIn);
    await this.gate(tasks);
    return results;
  }
}

function watchedPool(nThreads = 2): WatchedPool {
  return new WatchedPool({
    encoder: undefined,
    nThreads,
    entry: threadEntry("parseThread"),
    grammarFolder: fileURLToPath(grammarFolderUrl()),
    watchdogMs: 20_000,
    log: quietLog,
  });
}

interface Place {
  readonly folder: string;
  readonly storeDir: string;
}

function ingesterOn(
  place: Place,
  pool: ParsePool,
  files: FileSystem = createNodeFileSystem(),
): RootIngester {
  return new RootIngester({
    root: rootOf(place.folder),
    storeFile: storeFileOf(place),
    settings,
    pool,
    model: undefined,
    files,
    clock: nodeClock,
    log: quietLog,
    changed: () => undefined,
    storeBytes: () => 0,
    retryMs: 50,
  });
}

function storeFileOf({ storeDir }: Place): string {
  return path.join(storeDir, "memory.sqlite");
}

/** Where the first search hit of a name is, straight from the store. */
function holds(place: Place, name: string): string[] {
  const bank = new MemoryBank(storeFileOf(place));
  const chunks = bank.searchChunks(`"${name.toLowerCase()}"`, [1, 1, 1, 1, 1], 10);
  const paths = chunks.flatMap(({ chunkId }) => bank.blobOfChunk(chunkId)?.paths ?? []);
  bank.close();
  return [...new Set(paths)].sort();
}

/** A promise that the test resolves. */
function latch(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

describe("a restart", () => {
  test("without a change reads no content and computes nothing", async (t) => {
    using place = workspace({
      ".gitignore": "hidden/\n",
      "a.ts": functionText("computeFirst"),
      "b/c.py": "def second():\n    return 1\n",
      "b/bin.dat": new Uint8Array(100),
      "hidden/d.ts": functionText("computeHidden"),
    });
    const first = watchedPool();
    t.after(() => first.close());
    const before = ingesterOn(place, first);
    before.start();
    await before.settled(true);
    // What was written within a tick of the file system's clock before it was read is read once more.
    before.rescan();
    await before.settled(true);
    before.close();
    assert.ok(first.asked.length > 0);

    const second = watchedPool();
    t.after(() => second.close());
    const real = createNodeFileSystem();
    const read: string[] = [];
    const files: FileSystem = {
      ...methodsOf(real),
      readFile: (file, maxBytes) => {
        read.push(path.relative(place.folder, file));
        return real.readFile(file, maxBytes);
      },
    };
    const after = ingesterOn(place, second, files);
    after.start();
    await after.settled(true);
    assert.deepEqual(second.asked, []);
    const inFolder = read.filter((file) => !file.startsWith(".."));
    assert.deepEqual(
      [...new Set(inFolder)].filter((file) => !file.startsWith(".git")),
      [],
    );
    assert.equal(after.status().state, "ready");
    assert.deepEqual(
      { ...after.status(), root: 0, notices: 0, bytesDone: 0, bytesKnown: 0 },
      { ...before.status(), root: 0, notices: 0, bytesDone: 0, bytesKnown: 0 },
    );

    // Idle: nothing is left that could use the processor.
    const usage = process.cpuUsage();
    await nextTimerAfter(300);
    const { user, system } = process.cpuUsage(usage);
    assert.ok((user + system) / 1000 < 60, `${(user + system) / 1000} ms of processor time`);
    after.close();
  });

  test("reads again what changed, and only that", async (t) => {
    using place = workspace({ "a.ts": functionText("oneq"), "b.ts": functionText("twoq") });
    const pool = watchedPool();
    t.after(() => pool.close());
    const before = ingesterOn(place, pool);
    before.start();
    await before.settled(true);
    before.rescan();
    await before.settled(true);
    before.close();
    writeFileSync(path.join(place.folder, "b.ts"), functionText("sixq"));
    pool.asked.length = 0;
    const after = ingesterOn(place, pool);
    after.start();
    await after.settled(true);
    assert.deepEqual([...new Set(pool.asked.map((task) => task.path))], ["b.ts"]);
    assert.deepEqual(holds(place, "sixq"), ["b.ts"]);
    after.close();
  });
});

function methodsOf(files: FileSystem): FileSystem {
  return {
    readFile: (file, maxBytes) => files.readFile(file, maxBytes),
    stat: (file, follow) => files.stat(file, follow),
    list: (folder) => files.list(folder),
    realPath: (file) => files.realPath(file),
  };
}

/** The span that a measurement of processor time needs. */
function nextTimerAfter(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

describe("a result that comes late", () => {
  /** Holds back the results of the first batch that fits, until the test lets them through. */
  function holdFirst(
    pool: WatchedPool,
    fits: (task: ThreadTask) => boolean,
  ): { reached: Promise<void>; release: () => void } {
    const reached = latch();
    const released = latch();
    let isHeld = false;
    pool.gate = async (tasks) => {
      if (isHeld || !tasks.some(fits)) return;
      isHeld = true;
      reached.open();
      await released.opened;
    };
    return { reached: reached.opened, release: released.open };
  }

  async function opened(
    t: { after: (work: () => Promise<void>) => void },
    place: Place,
  ): Promise<{ pool: WatchedPool; ingester: RootIngester }> {
    const pool = watchedPool();
    const ingester = ingesterOn(place, pool);
    t.after(() => {
      ingester.close();
      return pool.close();
    });
    ingester.start();
    await ingester.settled(true);
    return { pool, ingester };
  }

  test("does not overwrite a newer one", async (t) => {
    using place = workspace({ "a.ts": functionText("firstq") });
    const { pool, ingester } = await opened(t, place);
    const file = path.join(place.folder, "a.ts");
    const held = holdFirst(pool, () => true);
    writeFileSync(file, functionText("olderq"));
    ingester.filesChanged([file]);
    await held.reached;
    writeFileSync(file, functionText("newestq"));
    ingester.filesChanged([file]);
    await untilAsked(pool, 2, ingester);
    held.release();
    await ingester.settled(true);
    assert.deepEqual(holds(place, "newestq"), ["a.ts"]);
    assert.deepEqual(holds(place, "olderq"), []);
    const { bytesDone, bytesKnown, pending } = ingester.status();
    assert.deepEqual([bytesDone, pending], [bytesKnown, 0]);
  });

  test("from the disk does not overwrite unsaved text, nor the other way round", async (t) => {
    using place = workspace({ "a.ts": functionText("firstq") });
    const { pool, ingester } = await opened(t, place);
    const file = path.join(place.folder, "a.ts");
    let held = holdFirst(pool, (task) => task.overlay === undefined);
    writeFileSync(file, functionText("savedq"));
    ingester.filesChanged([file]);
    await held.reached;
    ingester.overlay(file, functionText("typedq"));
    await untilAsked(pool, 2, ingester);
    held.release();
    await ingester.settled(true);
    assert.deepEqual([holds(place, "typedq"), holds(place, "savedq")], [["a.ts"], []]);

    held = holdFirst(pool, (task) => task.overlay !== undefined);
    ingester.overlay(file, functionText("retypedq"));
    await held.reached;
    ingester.overlay(file, undefined);
    held.release();
    await ingester.settled(true);
    assert.deepEqual([holds(place, "savedq"), holds(place, "retypedq")], [["a.ts"], []]);
  });

  test("of unsaved text that was closed at once leaves what the disk has", async (t) => {
    using place = workspace({ "a.ts": functionText("firstq") });
    const { pool, ingester } = await opened(t, place);
    const file = path.join(place.folder, "a.ts");
    ingester.rescan();
    await ingester.settled(true);
    const held = holdFirst(pool, (task) => task.overlay !== undefined);
    ingester.overlay(file, functionText("typedq"));
    await held.reached;
    ingester.overlay(file, undefined);
    held.release();
    await ingester.settled(true);
    assert.deepEqual([holds(place, "firstq"), holds(place, "typedq")], [["a.ts"], []]);
  });

  test("of a file that is gone, or of a memory that was thrown away, is for nobody", async (t) => {
    using place = workspace({ "a.ts": functionText("firstq"), "b.ts": functionText("secondq") });
    const { pool, ingester } = await opened(t, place);
    const held = holdFirst(pool, (task) => task.overlay !== undefined);
    const ghost = path.join(place.folder, "ghost.ts");
    ingester.overlay(ghost, functionText("ghostlyq"));
    await held.reached;
    ingester.overlay(ghost, undefined);
    ingester.rebuild();
    assert.ok(ingester.status().bytesDone <= ingester.status().bytesKnown);
    held.release();
    await ingester.settled(true);
    assert.deepEqual(holds(place, "ghostlyq"), []);
    const { filesSeen, remembered, bytesDone, bytesKnown, state } = ingester.status();
    assert.deepEqual([filesSeen, remembered, bytesDone, state], [2, 2, bytesKnown, "ready"]);
  });

  async function untilAsked(pool: WatchedPool, n: number, ingester: RootIngester): Promise<void> {
    const start = pool.asked.length;
    while (pool.asked.length < n && pool.asked.length === start && ingester.status().pending > 0)
      await new Promise((resolve) => setImmediate(resolve));
  }
});

test("each content is refined once, however many files have it", async (t) => {
  const copies = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [`c${i}.ts`, functionText("copiedq")]),
  );
  using place = workspace(copies);
  const pool = watchedPool();
  t.after(() => pool.close());
  const ingester = ingesterOn(place, pool);
  ingester.start();
  await ingester.settled(true);
  assert.equal(pool.asked.filter((task) => task.bySyntax).length, 1);
  assert.equal(ingester.status().filesSyntaxExact, 40);
  ingester.close();
});

test("a file that a question needs is refined before the others, and nobody waits for one that is gone", async (t) => {
  const sources = Object.fromEntries(
    Array.from({ length: 300 }, (_, i) => [`f${i}.ts`, functionText(`many${i}q`)]),
  );
  using place = workspace(sources);
  const pool = watchedPool(1);
  pool.isBoundless = false;
  t.after(() => pool.close());
  const ingester = ingesterOn(place, pool);
  ingester.start();
  await ingester.settled(false);
  assert.equal(ingester.status().state, "refining");
  await ingester.refineNow(["f299.ts", "nowhere.ts"]);
  assert.ok(ingester.status().filesToRefine > 0, "others still wait");
  const bank = new MemoryBank(storeFileOf(place));
  assert.equal(bank.blobOfPath("f299.ts")?.level, 1);
  bank.close();

  const waits = [ingester.refineNow(["f250.ts"]), ingester.refineNow(["f251.ts"])];
  rmSync(path.join(place.folder, "f250.ts"));
  ingester.filesChanged([path.join(place.folder, "f250.ts")]);
  ingester.pause();
  await Promise.all(waits);
  ingester.resume();
  const last = ingester.refineNow(["f298.ts"]);
  ingester.close();
  await last;
});

test("a file becomes a folder and a folder a file", async (t) => {
  using place = workspace({ "a/inside.ts": functionText("insideq"), b: functionText("beforeq") });
  const pool = watchedPool();
  t.after(() => pool.close());
  const ingester = ingesterOn(place, pool);
  ingester.start();
  await ingester.settled(true);
  rmSync(path.join(place.folder, "a"), { recursive: true });
  writeFileSync(path.join(place.folder, "a"), functionText("outsideq"));
  rmSync(path.join(place.folder, "b"));
  mkdirSync(path.join(place.folder, "b"));
  writeFileSync(path.join(place.folder, "b/after.ts"), functionText("afterq"));
  ingester.filesChanged([path.join(place.folder, "a"), path.join(place.folder, "b")]);
  await ingester.settled(true);
  assert.deepEqual([holds(place, "insideq"), holds(place, "outsideq")], [[], ["a"]]);
  assert.deepEqual([holds(place, "beforeq"), holds(place, "afterq")], [[], ["b/after.ts"]]);
  assert.equal(ingester.status().filesSeen, 2);
  ingester.close();
});

test("content that no file has is dropped beyond what is kept for branch switches", () => {
  using place = workspace({});
  const writer = new MemoryWriter(storeFileOf(place));
  writer.begin();
  const nOrphans = 5_000;
  for (let i = 0; i < nOrphans; i++)
    writer.putBlob({
      hash: BigInt(i + 1),
      language: "plaintext",
      nLines: 1,
      level: 2,
      fallback: undefined,
      chunks: new Uint8Array([0]),
      symbols: new Uint8Array([0]),
      nChunks: 1,
      columns: ["", "", "", `word${i}`, ""],
      vectors: undefined,
    });
  writer.putFile(
    "kept.txt",
    noStat,
    { kind: "remembered", blob: writer.blobByHash(1n)?.id ?? 0 },
    "kept",
  );
  const dropped = writer.dropOrphans();
  writer.commit();
  assert.equal(dropped, nOrphans - 1 - 4_000);
  assert.ok(writer.blobByHash(1n) !== undefined, "a file has it");
  assert.equal(writer.blobByHash(2n), undefined, "the oldest go first");
  assert.ok(writer.blobByHash(BigInt(nOrphans)) !== undefined);
  writer.close();
  assert.deepEqual(holds(place, "word1"), []);
});

test("file numbers beyond 2^53 come back as they were", () => {
  using place = workspace({});
  const inode = 2 ** 60;
  let writer = new MemoryWriter(storeFileOf(place));
  writer.begin();
  writer.putFile(
    "a.ts",
    { ...noStat, inode },
    { kind: "skipped", reason: "binary", detail: "" },
    "a",
  );
  writer.commit();
  writer.close();
  writer = new MemoryWriter(storeFileOf(place));
  assert.equal(writer.files()[0]?.stat.inode, inode);
  writer.close();
});

test("paths are relative to the root, and nothing leads out of it", () => {
  assert.equal(relativeTo("/w", "/w/a/b.ts"), "a/b.ts");
  assert.equal(relativeTo("/w/", "/w/a"), "a");
  assert.equal(relativeTo("/w", "/w"), "");
  assert.equal(relativeTo("/w", "/w/"), "");
  assert.equal(relativeTo("/w", "/wider/a"), undefined);
  assert.equal(relativeTo("/w", "/w/../etc/passwd"), undefined);
  assert.equal(relativeTo("/w", "/"), undefined);
  assert.equal(relativeTo("/w", "/w/..a"), "..a");
  assert.equal(relativeTo("/w", "/w/a\\b.ts"), "a\\b.ts");
});
