import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { HistoryMemory } from "../../server/historyMemory.ts";
import type { HistoryWorkspace } from "../../server/history/historyCalls.ts";
import { grammarFolderUrl, threadEntry } from "../../server/threads.ts";
import { begin, commit } from "./history/repositories.ts";
import { git, temporaryFolder, writeTree } from "./ingest/treesOnDisk.ts";

const silent = { log: () => undefined };
const rules = { exclude: [], include: [], maxFileBytes: 1_000_000 };
const entries = { recursive: true, withFileTypes: true } as const;
const signal = new AbortController().signal;

function memoryOf(workspace: () => HistoryWorkspace): HistoryMemory {
  return new HistoryMemory({
    entry: threadEntry("historyThread"),
    threadData: { grammarFolder: grammarFolderUrl().href, logLevel: "off" },
    log: silent,
    workspace,
    mayBegin: () => false,
    freshenMs: 120_000,
  });
}

/** Names of all files below a folder. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, entries)
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}

test("a question begins the reading, hears of a commit made just now, and forgetting leaves nothing", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  const storeDir = path.join(folder.path, "store");
  begin(root);
  const one = commit(root, "one", { "a.ts": "export function load() {\n  return 1;\n}\n" });
  const workspace = {
    ...{ storeDir, maxCommits: 100, isPaused: false, rules, activeFile: undefined },
    roots: [{ rootId: "r", folder: root }],
  };
  const memory = memoryOf(() => workspace);
  try {
    assert.equal(memory.status("r").state, "waiting");
    const { state, nCommits, nWithoutSymbols, isWhole } = await memory.settled("r", true, signal);
    assert.deepEqual([state, nCommits, nWithoutSymbols, isWhole], ["ready", 1, 0, true]);
    const two = commit(root, "two", { "a.ts": "export function load() {\n  return 2;\n}\n" });
    const target = { kind: "symbol", name: "load", paths: ["a.ts"] } as const;
    const past = await memory.past({ rootId: "r", target, limit: 9 }, signal);
    assert.deepEqual(
      past.kind === "past" && past.events.map(({ commit: { hash }, change }) => [hash, change]),
      [
        [two, "body"],
        [one, "added"],
      ],
    );
    const elsewhere = memory.past({ rootId: "other", target, limit: 9 }, signal);
    await assert.rejects(elsewhere, { errorName: "rootNotOpen" });
    const controller = new AbortController();
    controller.abort(new Error("enough"));
    await assert.rejects(
      memory.past({ rootId: "r", target, limit: 9 }, controller.signal),
      /enough/,
    );
    // What was damaged once lies beside the rest.
    for (const { parentPath, name } of readdirSync(storeDir, entries))
      if (name.startsWith("history-") && name.endsWith(".sqlite"))
        for (const store of [
          name,
          name.replace("history", "edits"),
          name.replace("history", "seen"),
        ])
          for (const suffix of [".damaged", ".damaged-2", ".damaged-2-wal"])
            writeFileSync(path.join(parentPath, store + suffix), "walrus");
    assert.equal(filesBelow(storeDir).filter((name) => name.includes(".damaged")).length, 9);
    await memory.forget("r", () => Promise.resolve());
    const gone = memory.past({ rootId: "r", target, limit: 9 }, signal);
    await assert.rejects(gone, { errorName: "rootNotOpen" });
    assert.deepEqual(filesBelow(storeDir), []);
  } finally {
    await memory.close();
  }
});

test("nothing is left of a history whose folder is forgotten by the next process, which ends at once", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  const storeDir = path.join(folder.path, "store");
  begin(root);
  commit(root, "one", { "a.ts": "export function load() {\n  return 1;\n}\n" });
  let roots = [{ rootId: "r", folder: root }];
  const open = (): HistoryMemory =>
    memoryOf(() => ({
      ...{ storeDir, maxCommits: 100, isPaused: false, rules, activeFile: undefined, roots },
    }));
  const first = open();
  await first.settled("r", true, signal);
  await first.close();
  assert.notDeepEqual(filesBelow(storeDir), []);
  const next = open();
  await next.forget("r", () => {
    roots = [];
    next.workspaceChanged();
    return Promise.resolve();
  });
  await next.close();
  assert.deepEqual(filesBelow(storeDir), []);
});

test("two working trees of one repository have their histories beside each other", async () => {
  using folder = temporaryFolder();
  const main = path.join(folder.path, "main");
  const storeDir = path.join(folder.path, "store");
  begin(main);
  commit(main, "one", { "a.c": "int a;\n" });
  git(main, ["worktree", "add", "-q", "-b", "topic", "../topic"]);
  const topic = path.join(folder.path, "topic");
  const own = commit(topic, "on the topic", { "b.c": "int b;\n" });
  const workspace = {
    ...{ storeDir, maxCommits: 100, isPaused: false, rules, activeFile: undefined },
    roots: [
      { rootId: "m", folder: main },
      { rootId: "t", folder: topic },
    ],
  };
  const memory = memoryOf(() => workspace);
  try {
    assert.equal((await memory.settled("m", true, signal)).nCommits, 1);
    assert.equal((await memory.settled("t", true, signal)).nCommits, 2);
    const target = { kind: "path", path: "b.c" } as const;
    const here = await memory.past({ rootId: "t", target, limit: 9 }, signal);
    assert.deepEqual(here.kind === "past" && here.events.map(({ commit: { hash } }) => hash), [
      own,
    ]);
    assert.equal((await memory.past({ rootId: "m", target, limit: 9 }, signal)).kind, "unknown");
    assert.equal(readdirSync(path.join(storeDir, "work")).length, 1);
  } finally {
    await memory.close();
  }
});

test("switched off, and without a repository, the status says so and nothing is kept", async () => {
  using folder = temporaryFolder();
  writeTree(folder.path, { "root/a.c": "" });
  const storeDir = path.join(folder.path, "store");
  let maxCommits = 0;
  const memory = memoryOf(() => ({
    ...{ storeDir, maxCommits, isPaused: false, rules, activeFile: undefined },
    roots: [{ rootId: "r", folder: path.join(folder.path, "root") }],
  }));
  try {
    assert.equal((await memory.settled("r", true, signal)).state, "off");
    maxCommits = 10;
    assert.equal((await memory.settled("r", true, signal)).state, "noRepository");
  } finally {
    await memory.close();
  }
});

test("a file counts as seen when the user turns away from it, and the next window knows what changed", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  const storeDir = path.join(folder.path, "store");
  begin(root);
  commit(root, "one", {
    "a.ts": "export function a() {\n  return 1;\n}\n",
    "b.ts": "export const b = 1;\n",
  });
  const roots = [{ rootId: "r", folder: root }];
  let activeFile: string | undefined = path.join(root, "a.ts");
  const workspace = (): HistoryWorkspace => ({
    ...{ storeDir, maxCommits: 100, isPaused: false, rules, roots, activeFile },
  });
  const params = { rootId: "r", since: "files", limit: 9 } as const;
  const first = memoryOf(workspace);
  try {
    assert.deepEqual(await first.changed(params, signal), { kind: "noLook" });
    activeFile = path.join(root, "b.ts");
    first.workspaceChanged();
    const seen = await first.changed(params, signal);
    assert.deepEqual(seen, { kind: "changed", files: [], nFiles: 0, nKnown: 1 });
  } finally {
    await first.close();
  }
  writeTree(root, { "a.ts": "export function a() {\n  return 2;\n}\n" });
  activeFile = undefined;
  const second = memoryOf(workspace);
  try {
    const changed = await second.changed(params, signal);
    assert.equal(changed.kind, "changed");
    if (changed.kind !== "changed") return;
    assert.equal(changed.nKnown, 2);
    assert.deepEqual(
      changed.files.map(({ path: at, definitions }) => [
        at,
        definitions.map(({ name, change }) => [name, change]),
      ]),
      [["a.ts", [["a", "body"]]]],
    );
  } finally {
    await second.close();
  }
});
