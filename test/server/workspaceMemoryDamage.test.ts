/** What becomes of a memory whose file is damaged, cannot be written, or has no room. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { schemaVersion } from "../../server/memory/schema.ts";
import { describe, test } from "node:test";
import { DatabaseSync } from "node:sqlite";
import type { MemoryStatus } from "../../protocol/types.ts";
import { openConversationStore } from "../../server/memory/conversationStore.ts";
import { nodeClock } from "../../server/nodePorts.ts";
import { temporaryFolder, writeTree } from "./ingest/treesOnDisk.ts";
import {
  functionText,
  letters,
  openMemory,
  statusWhere,
  workspace,
} from "./workspaceMemoryHarness.ts";

const names = Array.from({ length: 60 }, (_, i) => `compute${letters(i)}`);
const sources = Object.fromEntries(names.map((name) => [`src/${name}.ts`, functionText(name)]));

function noticeKinds(status: MemoryStatus): string[] {
  return status.roots.flatMap((root) => root.notices.map(({ kind }) => kind));
}

function overwrite(file: string, at: number, length: number): void {
  const handle = openSync(file, "r+");
  writeSync(handle, Buffer.alloc(length, 0xa5), 0, length, at);
  closeSync(handle);
}

interface Damage {
  readonly what: string;
  readonly inflict: (file: string) => void;
  /** What the user is told, when there is something to tell. */
  readonly notice?: string;
}
const damages: readonly Damage[] = [
  {
    what: "a truncated file",
    inflict: (file) => truncateSync(file, Math.floor(statSync(file).size / 2) + 100),
    notice: "storeRebuilt",
  },
  { what: "a garbage header", inflict: (file) => overwrite(file, 0, 100), notice: "storeRebuilt" },
  {
    what: "garbage pages in the middle",
    inflict: (file) => overwrite(file, 4096 * 2, statSync(file).size - 4096 * 3),
    notice: "storeRebuilt",
  },
  { what: "an empty file", inflict: (file) => writeFileSync(file, "") },
  {
    what: "a folder in its place",
    inflict: (file) => {
      rmSync(file);
      mkdirSync(path.join(file, "inside"), { recursive: true });
    },
    notice: "storeRebuilt",
  },
  {
    what: "a garbage journal",
    inflict: (file) => writeFileSync(`${file}-wal`, Buffer.alloc(50_000, 7)),
  },
  {
    what: "another program's database",
    inflict: (file) => {
      rmSync(file);
      const other = new DatabaseSync(file);
      other.exec(`CREATE TABLE note (text TEXT); PRAGMA user_version = ${schemaVersion}`);
      other.close();
    },
    notice: "storeRebuilt",
  },
  {
    what: "another schema version",
    inflict: (file) => {
      const database = new DatabaseSync(file);
      database.exec("PRAGMA user_version = 9999");
      database.close();
    },
    notice: "olderSchema",
  },
];

describe("a store that is opened with", () => {
  for (const { what, inflict, notice } of damages) {
    test(what, async () => {
      using place = workspace(sources);
      {
        await using first = await openMemory(place.folder, place.storeDir);
        await first.settled();
      }
      const conversations = openConversationStore(place.storeDir, nodeClock);
      const { id } = conversations.store.create();
      conversations.store.close();

      const storeFile = path.join(place.storeDir, "root", "memory.sqlite");
      inflict(storeFile);
      await using opened = await openMemory(place.folder, place.storeDir);
      const status = await opened.settled();
      assert.equal(status.roots[0]?.state, "ready");
      assert.equal(status.roots[0]?.remembered, names.length);
      assert.deepEqual(noticeKinds(status), notice === undefined ? [] : [notice]);
      assert.deepEqual(await opened.pathsShowing("computeaabcq"), ["src/computeaabcq.ts"]);

      const reopened = openConversationStore(place.storeDir, nodeClock);
      assert.deepEqual(
        reopened.store.list().map((conversation) => conversation.id),
        [id],
      );
      reopened.store.close();
    });
  }
});

describe("damage that shows during use", () => {
  test("is dealt with when a question meets it first", async () => {
    using place = workspace(sources);
    await using opened = await openMemory(place.folder, place.storeDir);
    await opened.settled();
    spoilIndex(opened.storeFile);

    // The question itself gets an outcome, and the memory hears of the damage.
    await opened.search("computeaabcq");
    const status = await statusWhere(opened, (now) => noticeKinds(now).includes("storeRebuilt"));
    assert.equal(status.roots.length, 1);
    const after = await opened.settled();
    assert.equal(after.roots[0]?.state, "ready");
    assert.equal(after.roots[0]?.remembered, names.length);
    assert.deepEqual(await opened.pathsShowing("computeaabcq"), ["src/computeaabcq.ts"]);
    assert.ok(existsSync(`${opened.storeFile}.damaged`));
  });

  test("is dealt with when the list of files meets it first", async () => {
    using place = workspace(sources);
    await using opened = await openMemory(place.folder, place.storeDir);
    await opened.settled();
    const { memory, recaller } = opened;
    recaller.files(undefined);
    const [open] = memory.banks(undefined);
    assert.ok(open !== undefined);
    memory.damaged(open);
    assert.equal(open.bank.isOpen, false);
    await statusWhere(opened, (now) => noticeKinds(now).includes("storeRebuilt"));
    await opened.settled();
    assert.equal(recaller.files(undefined).length, names.length);
  });

  test("is dealt with when the writer meets it first", async () => {
    using place = workspace(sources);
    await using opened = await openMemory(place.folder, place.storeDir);
    await opened.settled();
    // A row that contradicts the index of hashes: the next content cannot be written.
    const database = new DatabaseSync(opened.storeFile);
    database.exec("DROP TABLE blob");
    database.close();
    opened.write({ "src/later.ts": functionText("computeLater") });
    await statusWhere(opened, (now) => noticeKinds(now).includes("storeRebuilt"));
    const status = await opened.settled();
    assert.equal(status.roots[0]?.remembered, names.length + 1);
    assert.deepEqual(await opened.pathsShowing("computeLater"), ["src/later.ts"]);
  });

  test("that comes back at once is not replaced for ever", async () => {
    using place = workspace(sources);
    await using opened = await openMemory(place.folder, place.storeDir, { retryMs: 700 });
    await opened.settled();
    for (let i = 0; i < 2; i++) {
      const [open] = opened.memory.banks(undefined);
      assert.ok(open !== undefined);
      opened.memory.damaged(open);
      await statusWhere(opened, (now) =>
        i === 0
          ? noticeKinds(now).includes("storeRebuilt") && now.roots[0]?.state === "ready"
          : now.roots[0]?.state === "failed",
      );
    }
    await statusWhere(opened, (now) => now.roots[0]?.state === "ready");
    assert.deepEqual(await opened.pathsShowing("computeaabcq"), ["src/computeaabcq.ts"]);
  });
});

/** Replaces the index's content by bytes that are no index. */
function spoilIndex(file: string): void {
  const database = new DatabaseSync(file);
  // A live connection refuses to touch an index's own tables unless told otherwise.
  database.enableDefensive?.(false);
  database.exec("UPDATE chunkIndex_data SET block = x'0000000A05FFFFFFFFFFFFFF' WHERE id = 10");
  database.close();
}

/** With the system's own refusals, where this process may mount a disk; fullDisk.test.ts injects them everywhere. */
async function checkRealFullDisk(): Promise<void> {
  using mounted = smallDisk(6);
  using place = workspace({ "src/first.ts": functionText("computeFirst") });
  await using opened = await openMemory(place.folder, mounted.folder, { retryMs: 100 });
  await opened.settled();
  const ballast = path.join(mounted.folder, "ballast");
  fill(ballast);
  const many: Record<string, string> = {};
  for (let i = 0; i < 400; i++)
    many[`src/f${i}.ts`] = functionText(`compute${letters(i)}`).repeat(8);
  opened.write(many);
  const failed = await statusWhere(opened, (now) => now.roots[0]?.state === "failed");
  assert.deepEqual(noticeKinds(failed), ["diskFull"]);
  assert.deepEqual(await opened.pathsShowing("computeFirst"), ["src/first.ts"]);
  await assert.rejects(opened.settled(), { errorName: "diskFull" });

  rmSync(ballast);
  const ready = await statusWhere(opened, (now) => now.roots[0]?.state === "ready");
  assert.deepEqual(noticeKinds(ready), []);
  assert.equal(ready.roots[0]?.remembered, 401);
  assert.deepEqual(await opened.pathsShowing("computeFirst"), ["src/first.ts"]);
  assert.deepEqual(await opened.pathsShowing("computeaabcq"), ["src/f28.ts"]);
}

function fill(file: string): void {
  const handle = openSync(file, "w");
  try {
    for (;;) writeSync(handle, Buffer.alloc(4096, 1));
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, "ENOSPC");
  } finally {
    closeSync(handle);
  }
}

/** A disk of some megabytes in memory. */
function smallDisk(megabytes: number): Disposable & { readonly folder: string } {
  const at = temporaryFolder();
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", at.path]);
  return {
    folder: at.path,
    [Symbol.dispose]: () => {
      execFileSync("umount", ["-l", at.path]);
      at[Symbol.dispose]();
    },
  };
}

function mayMount(): boolean {
  using at = temporaryFolder();
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", at.path]);
  if (mounted.status === 0) execFileSync("umount", ["-l", at.path]);
  return mounted.status === 0;
}
if (mayMount())
  test(
    "a real disk that is full stops remembering, says so, loses nothing and goes on",
    checkRealFullDisk,
  );

test("a store that cannot be made is an error of its own, not a full disk", async () => {
  using place = workspace({ "src/first.ts": functionText("computeFirst") });
  const blocked = path.join(place.storeDir, "file");
  writeFileSync(blocked, "in the way");
  await assert.rejects(openMemory(place.folder, path.join(blocked, "store")), {
    errorName: "storeUnavailable",
  });
  assert.equal(readFileSync(blocked, "utf8"), "in the way");
});

test("a folder that is not there is an error when it is the only one, and is opened when it comes", async () => {
  using place = workspace({ "src/first.ts": functionText("computeFirst") });
  const later = path.join(place.folder, "..", "later");
  await assert.rejects(openMemory(later, place.storeDir), { errorName: "folderNotFound" });

  await using opened = await openMemory(place.folder, place.storeDir);
  const roots = [
    { id: "root", folder: place.folder, name: "root" },
    { id: "later", folder: later, name: "later" },
  ];
  await opened.memory.setRoots(roots.slice(0, 1));
  const both = await opened.memory
    .open(place.storeDir, roots, { exclude: [], include: [], threads: 1, maxFileBytes: 1e6 }, true)
    .catch((error: unknown) => error);
  assert.equal((both as { errorName?: string }).errorName, "folderNotFound");
  await opened.settled();
  assert.deepEqual(await opened.pathsShowing("computeFirst"), ["src/first.ts"]);

  writeTree(later, { "other.ts": functionText("computeOther"), "sub/": "" });
  await opened.memory.setRoots(roots);
  await opened.settled();
  assert.deepEqual(await opened.pathsShowing("computeOther"), ["other.ts"]);
});
