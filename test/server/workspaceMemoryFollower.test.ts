/** A second process on a store: it reads, tells how far the owner is, and changes nothing. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { mock, test } from "node:test";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import type { RootStatus } from "../../protocol/types.ts";
import type { StoreStatus } from "../../server/ingest/ingestCalls.ts";
import { IngestHost } from "../../server/ingest/ingestHost.ts";
import { MemoryBank } from "../../server/memory/memoryBank.ts";
import { acquireStoreLock } from "../../server/memory/storeLock.ts";
import { createNodeFileSystem, nodeClock } from "../../server/nodePorts.ts";
import { grammarFolderUrl, threadEntry } from "../../server/threads.ts";
import { FollowedStore } from "../../server/ingest/followedStore.ts";
import { Window } from "./windows/windowHarness.ts";
import { writeTree } from "./ingest/treesOnDisk.ts";
import {
  functionText,
  openMemory,
  quietLog,
  rootOf,
  settings,
  statusWhere,
  workspace,
} from "./workspaceMemoryHarness.ts";

const manyFiles = Object.fromEntries(
  Array.from({ length: 40 }, (_, n) => [`src/file${n}.ts`, functionText(`computeStep${n}`)]),
);

/** Ticks of a faked clock until something holds. */
async function ticking(holds: () => boolean): Promise<void> {
  const limit = AbortSignal.timeout(60_000);
  while (!holds()) {
    limit.throwIfAborted();
    mock.timers.tick(3_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A memory whose files wait until the given parse thread has begun. */
class Host implements AsyncDisposable {
  readonly host: IngestHost;
  /** What it reported last. */
  told: RootStatus | undefined;

  constructor(parseEntry: URL) {
    this.host = new IngestHost({
      files: createNodeFileSystem(),
      clock: nodeClock,
      log: quietLog,
      parseEntry,
      grammarFolder: fileURLToPath(grammarFolderUrl()),
      encoder: undefined,
      watchdogMs: 20_000,
      retryMs: 50,
      watch: () => () => undefined,
      report: ([now]) => (this.told = now?.status),
    });
  }

  async open(folder: string, storeDir: string): Promise<StoreStatus> {
    const roots = [rootOf(folder)];
    const [status] = (await this.host.call({
      kind: "open",
      storeDir,
      roots,
      settings,
    })) as StoreStatus[];
    assert.ok(status !== undefined);
    return status;
  }

  async status(): Promise<StoreStatus> {
    const [status] = (await this.host.call({ kind: "openEditors", files: [] })) as StoreStatus[];
    assert.ok(status !== undefined);
    return status;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.host.call({ kind: "close" }).then(() => undefined);
  }
}

const slow = new URL("../fixtures/slowParseThread.ts", import.meta.url);

async function statusOnceOwner(
  follower: Host,
  holds: (status: RootStatus) => boolean,
): Promise<StoreStatus> {
  const limit = AbortSignal.timeout(60_000);
  for (;;) {
    const found = await follower.status();
    if (holds(found.status)) return found;
    limit.throwIfAborted();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test("a second process says that the first one fills, how far it is, and when it is done", async () => {
  using place = workspace(manyFiles);
  await using owner = new Host(slow);
  await owner.open(place.folder, place.storeDir);
  await using follower = new Host(threadEntry("parseThread"));
  const opened = await follower.open(place.folder, place.storeDir);
  assert.notEqual(opened.status.state, "ready");
  const { status: filling } = await statusOnceOwner(follower, ({ state }) => state === "filling");
  assert.deepEqual(filling.notices, [{ kind: "readOnly" }]);
  assert.equal(filling.filesSeen, 40);
  assert.equal(filling.pending, 40);
  assert.equal(filling.remembered, 0);
  assert.ok(filling.bytesKnown > 0);

  await owner.host.call({ kind: "settled", refined: true });
  const ready = await statusOnceOwner(follower, ({ state }) => state === "ready");
  assert.equal(ready.status.remembered, 40);
  assert.equal(ready.status.pending, 0);
  assert.equal(ready.status.filesSyntaxExact, 40);
  assert.ok(ready.status.storeBytes > 0);
});

test("a second process reads the new store when the first one replaced the old", async () => {
  using place = workspace({ "src/a.ts": functionText("computeFirst") });
  await using owner = await openMemory(place.folder, place.storeDir);
  await owner.settled();
  await using second = await openMemory(place.folder, place.storeDir);
  const followed = new FollowedStore({
    root: rootOf(place.folder),
    storeFile: owner.storeFile,
    files: createNodeFileSystem(),
    storeBytes: () => 0,
    introduction: () => [],
    told: () => undefined,
    lost: () => undefined,
  });
  followed.status();
  const { generation } = followed;
  followed.status();
  assert.equal(followed.generation, generation);
  assert.deepEqual(await second.pathsShowing("computeFirst"), ["src/a.ts"]);

  await owner.memory.close();
  await second.memory.close();
  // As the owner does with a damaged store, while somebody still reads the old one.
  renameSync(owner.storeFile, `${owner.storeFile}.damaged`);
  for (const suffix of ["-wal", "-shm"]) rmSync(owner.storeFile + suffix, { force: true });
  writeTree(place.folder, { "src/b.ts": functionText("computeSecond") });
  await using again = await openMemory(place.folder, place.storeDir);
  await again.settled();
  assert.equal(followed.status().remembered, 2);
  assert.notEqual(followed.generation, generation);
  followed.close();
});

test("a second process names the files that are not in memory", async () => {
  using place = workspace({
    "src/a.ts": functionText("computeFirst"),
    "logo.png": new Uint8Array([0x89, 0x50, 0, 1, 0, 3, 0xff, 0]),
  });
  await using owner = await openMemory(place.folder, place.storeDir);
  await owner.settled();
  await using second = await openMemory(place.folder, place.storeDir);
  const { problems, total } = await second.memory.problems(undefined, 0, 10);
  assert.equal(total, 1);
  assert.deepEqual(problems, (await owner.memory.problems(undefined, 0, 10)).problems);
  assert.equal(problems[0]?.path, "logo.png");
});

test("a second process follows what the first one remembers later", async () => {
  using place = workspace({ "src/a.ts": functionText("computeFirst") });
  await using owner = await openMemory(place.folder, place.storeDir);
  await owner.settled();
  await using second = await openMemory(place.folder, place.storeDir);
  assert.equal(second.memory.coverage(undefined).remembered, 1);
  owner.write({ "src/b.ts": functionText("computeSecond") });
  await owner.settled();
  assert.deepEqual(await second.pathsShowing("computeSecond"), ["src/b.ts"]);
  await statusWhere(second, ({ roots }) => roots[0]?.remembered === 2);
});

test("forgetting is refused while another process keeps the memory, and rebuilding is done there", async () => {
  using place = workspace({ "src/a.ts": functionText("computeFirst") });
  await using owner = await openMemory(place.folder, place.storeDir);
  await owner.settled();
  await using second = await openMemory(place.folder, place.storeDir);
  for (const rootId of ["root", undefined]) await second.memory.rebuild(rootId);
  await second.settled();
  await assert.rejects(second.memory.forget("root"), { errorName: "ownedElsewhere" });
  assert.deepEqual(await second.pathsShowing("computeFirst"), ["src/a.ts"]);
  const bank = new MemoryBank(owner.storeFile);
  assert.equal(bank.rememberedFiles().length, 1);
  bank.close();
});

test("a memory that another version keeps is left alone until that ends, and the status says why", async () => {
  using place = workspace({ "src/a.ts": functionText("computeFirst") });
  let storeFile = "";
  {
    await using first = await openMemory(place.folder, place.storeDir);
    await first.settled();
    ({ storeFile } = first);
  }
  const lock = acquireStoreLock(path.join(path.dirname(storeFile), "owner.lock"));
  const newer = new DatabaseSync(storeFile);
  newer.exec("PRAGMA user_version = 1000; DROP TABLE file");
  newer.close();
  await using second = await openMemory(place.folder, place.storeDir);
  const { roots } = await statusWhere(second, ({ roots: [root] }) => root?.state === "failed");
  assert.deepEqual(roots[0]?.notices, [{ kind: "ownerOtherVersion" }]);
  assert.deepEqual(await second.pathsShowing("computeFirst"), []);
  await assert.rejects(second.memory.rebuild("root"), { errorName: "ownedElsewhere" });
  lock?.release();
  await statusWhere(second, ({ roots: [root] }) => root?.state === "ready");
  assert.deepEqual(await second.pathsShowing("computeFirst"), ["src/a.ts"]);
});

/** Resolves when the system has stopped every thread of a process. */
async function stopped(pid: number): Promise<void> {
  process.kill(pid, "SIGSTOP");
  const limit = AbortSignal.timeout(60_000);
  while (!/^State:\tT/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))) {
    limit.throwIfAborted();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test("what is asked of an owner that was stopped ends with an error, and is done when it goes on", async () => {
  using place = workspace({ "src/a.ts": functionText("computeFirst") });
  await using owner = await Window.open(place);
  await using follower = new Host(threadEntry("parseThread"));
  // A stopped process would not end with the test either.
  using _goesOn = { [Symbol.dispose]: () => void owner.child.kill("SIGCONT") };
  const rebuild = (): Promise<unknown> => follower.host.call({ kind: "rebuild", rootId: "root" });
  // Before it is linked, so that no look is timed by the real clock.
  mock.timers.enable({ apis: ["setInterval"] });
  try {
    await follower.open(place.folder, place.storeDir);
    await follower.host.call({ kind: "settled", refined: false });
    await stopped(owner.child.pid as number);
    let nWaiting = 2;
    const asked = [follower.host.call({ kind: "settled", refined: false }), rebuild()].map((call) =>
      assert
        .rejects(call, { name: "MemoryError", errorName: "ownerSilent" })
        .finally(() => nWaiting--),
    );
    await ticking(() => nWaiting === 0);
    await Promise.all(asked);
    // Nobody waits a second time for one that is known to be silent.
    await assert.rejects(rebuild(), { errorName: "ownerSilent" });
  } finally {
    mock.timers.reset();
    owner.child.kill("SIGCONT");
  }
  const limit = AbortSignal.timeout(60_000);
  for (let isDone = false; !isDone; limit.throwIfAborted()) {
    isDone = await rebuild().then(
      () => true,
      () => false,
    );
    await new Promise((resolve) => setImmediate(resolve));
  }
  await statusOnceOwner(follower, ({ remembered }) => remembered === 1);
});

const silence = [{ kind: "ownerSilent" }];

test("the silence of an owner that was stopped at its work is told, and that it goes on", async () => {
  using place = workspace(manyFiles);
  const fixture = path.join(import.meta.dirname, "../fixtures/fillingOwner.ts");
  const owner = spawn(process.execPath, [fixture, place.folder, place.storeDir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  using _ends = { [Symbol.dispose]: () => void owner.kill("SIGKILL") };
  await once(owner.stdout, "data");
  await using follower = new Host(threadEntry("parseThread"));
  mock.timers.enable({ apis: ["setInterval"] });
  try {
    await follower.open(place.folder, place.storeDir);
    const { status } = await statusOnceOwner(follower, ({ state }) => state === "filling");
    assert.deepEqual(status.notices, [{ kind: "readOnly" }]);
    // Its answer is its last word: nothing is asked after it.
    await follower.host.call({ kind: "refineNow", rootId: "root", paths: [] });
    await stopped(owner.pid as number);
    await ticking(() => isDeepStrictEqual(follower.told?.notices, silence));
  } finally {
    mock.timers.reset();
  }
  // Whoever comes later hears of it at once.
  {
    await using later = new Host(threadEntry("parseThread"));
    assert.deepEqual((await later.open(place.folder, place.storeDir)).status.notices, silence);
  }
  owner.kill("SIGCONT");
  await statusOnceOwner(follower, ({ notices: [notice] }) => notice?.kind === "readOnly");
});

test("the silence of an owner at rest is told when it is told of a change", async () => {
  using place = workspace({ "src/a.ts": functionText("computeFirst") });
  await using owner = await Window.open(place);
  await owner.status(({ state }) => state === "ready");
  await using follower = new Host(threadEntry("parseThread"));
  using _goesOn = { [Symbol.dispose]: () => void owner.child.kill("SIGCONT") };
  mock.timers.enable({ apis: ["setInterval"] });
  try {
    await follower.open(place.folder, place.storeDir);
    await follower.host.call({ kind: "settled", refined: true });
    await stopped(owner.child.pid as number);
    const files = [path.join(place.folder, "src/a.ts")];
    await follower.host.call({ kind: "filesChanged", files });
    await ticking(() => isDeepStrictEqual(follower.told?.notices, silence));
  } finally {
    mock.timers.reset();
  }
});
