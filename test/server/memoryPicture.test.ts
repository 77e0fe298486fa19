/** Each number of the memory picture beside a count that does not go through it. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { DatabaseSync } from "node:sqlite";
import type { FileSums, MemoryPicture } from "../../protocol/picture.ts";
import type { Turn } from "../../protocol/types.ts";
import { checkCitations } from "../../server/answer/citations.ts";
import { HistoryMemory } from "../../server/historyMemory.ts";
import { openConversationStore } from "../../server/memory/conversationStore.ts";
import { makeFolder } from "../../server/memory/storeFolder.ts";
import { PictureDrawer } from "../../server/memoryPicture.ts";
import { FilesPicture } from "../../server/picture/filesPicture.ts";
import { citeRange, createHashText } from "../../server/recall/citation.ts";
import { RootPlaces } from "../../server/recall/rootPlaces.ts";
import { readSourceFile } from "../../server/recall/sourceFile.ts";
import type { ConversationStore } from "../../server/workServices.ts";
import { grammarFolderUrl, threadEntry } from "../../server/threads.ts";
import { WorkNotes } from "../../server/workNotes.ts";
import { openDeepMemory } from "./deep/deepHarness.ts";
import { begin } from "./history/repositories.ts";
import { git } from "./ingest/treesOnDisk.ts";
import { functionText, quietLog, workspace } from "./workspaceMemoryHarness.ts";

const signal = AbortSignal.timeout(120_000);
const dayMs = 86_400_000;
const startMs = Date.now();
const hashText = await createHashText();

/** Remembered files with their age in days; names that a pattern or a sloppy range would take for others. */
const remembered: readonly (readonly [path: string, ageDays: number])[] = [
  ["src/a.ts", 0],
  ["src/deep/b.ts", 3],
  ["src/deep/c.ts", 20],
  ["src/deep/er/d.ts", 60],
  ["src-old/e.ts", 200],
  ["src.ts", 800],
  ["a%b_c/f.ts", 3],
  ["a-b_c/g.ts", 3],
  ["grüße/日本/h.ts", 3],
  ["README.md", 400],
];
const commitAges = [0, 0, 2, 10, 45, 45, 45, 100, 500];

/** A repository whose commits and files have ages, with files of each fate. */
function fixture(): ReturnType<typeof workspace> {
  const files = workspace({
    ...Object.fromEntries(
      remembered.map(([file], idx) => [file, functionText(`piece${idx}`).repeat(1 + 3 * idx)]),
    ),
    "src/deep/copy.ts": functionText("piece1").repeat(4),
    // Too large for the deep memory.
    "src/large.ts": functionText("large").repeat(4_600),
    "logo.png": new Uint8Array([137, 80, 78, 71, 0, 0, 0]),
    "src/icon.png": new Uint8Array([137, 80, 78, 71, 0, 0, 0]),
    "package-lock.json": '{ "lockfileVersion": 3 }\n',
  });
  begin(files.folder);
  const stream = commitAges.toReversed().map((days, idx) => {
    const seconds = Math.floor((startMs - days * dayMs) / 1_000) - 3_600;
    const message = `step ${idx}`;
    return `commit refs/heads/main\ncommitter A <a@example.invalid> ${seconds} +0000\ndata ${message.length}\n${message}\n`;
  });
  git(files.folder, ["fast-import", "--quiet"], stream.join("\n"));
  for (const [file, days] of remembered) {
    const seconds = (startMs - days * dayMs) / 1_000 - 3_600;
    utimesSync(path.join(files.folder, file), seconds, seconds);
  }
  return files;
}

/** Everything that a picture is drawn from, open. */
async function openAll(files: ReturnType<typeof workspace>) {
  const opened = await openDeepMemory(files);
  const { memory, recaller, deep } = opened;
  const clock = { nowMs: () => startMs, elapsedMs: () => 0 };
  const history = new HistoryMemory({
    entry: threadEntry("historyThread"),
    threadData: { grammarFolder: grammarFolderUrl().href, logLevel: "off" },
    log: quietLog,
    workspace: () => memory.historyWorkspace(),
    mayBegin: () => false,
  });
  memory.accompany(history);
  const notes = new WorkNotes({
    workspace: () => memory.deepWorkspace(),
    places: (rootId) => new RootPlaces(() => memory.banks([rootId])[0]?.bank),
    check: (citations) => checkCitations(citations, recaller, hashText),
    cite: (rootId, file, startLine, endLine) => {
      const read = readSourceFile(recaller, rootId, file);
      return read && citeRange(hashText, read, read.linesRange(startLine, endLine - 1));
    },
    clock,
    log: quietLog,
    maxBytes: 64_000_000,
  });
  memory.accompany(notes);
  const pictures = new PictureDrawer({ memory, history, notes, deep, clock });
  const draw = (folder = "", limit = 100, conversations?: ConversationStore) =>
    pictures.picture({ rootId: "root", folder, limit }, conversations, signal);
  await opened.settled();
  return { opened, memory, deep, history, notes, draw };
}
type All = Awaited<ReturnType<typeof openAll>>;

/** Sums over files that are given by name, from the disk and from what the memory says of each file. */
function counted({ opened, memory }: All, paths: readonly string[]): FileSums {
  const [open] = memory.banks(["root"]);
  assert.ok(open !== undefined);
  const catalogue = new DatabaseSync(path.join(opened.deepFolder, "catalogue.sqlite"), {
    readOnly: true,
  });
  const held = new Set(
    catalogue
      .prepare("SELECT fileId FROM files WHERE nForgotten = 0 AND contentHash LIKE '%:%'")
      .all()
      .map(({ fileId }) => String(fileId)),
  );
  catalogue.close();
  const sizeOf = (file: string): number => statSync(path.join(opened.folder, file)).size;
  const sum = (of: readonly string[], value: (file: string) => number): number =>
    of.reduce((whole, file) => whole + value(file), 0);
  const chunksOf = (file: string): number =>
    open.bank.reading(() => open.bank.blobOfPath(file)?.nChunks ?? 0);
  const inDeep = paths.filter((file) => held.has(`root/${file}`));
  return {
    nFiles: paths.length,
    bytes: sum(paths, sizeOf),
    nChunks: sum(paths, chunksOf),
    nEmbedded: sum(paths, chunksOf),
    nDeepFiles: inDeep.length,
    deepBytes: sum(inDeep, sizeOf),
  };
}

/** Text files of the fixture below a folder, by a walk over the disk. */
function filesBelow(folder: string, below: string): string[] {
  return readdirSync(path.join(folder, below), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|md)$/.test(entry.name))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .map((file) => file.replaceAll(path.sep, "/"))
    .filter((file) => !file.startsWith(".git/"));
}

function sumsOf({ nFiles, bytes, nChunks, nEmbedded, nDeepFiles, deepBytes }: FileSums): FileSums {
  return { nFiles, bytes, nChunks, nEmbedded, nDeepFiles, deepBytes };
}

/** Compares a folder of the picture, its parts and their order with the disk. */
async function checkFolder(all: All, folder: string): Promise<void> {
  const picture = await all.draw(folder);
  const root = all.opened.folder;
  const entries = readdirSync(path.join(root, folder), { withFileTypes: true })
    .filter(({ name }) => name !== ".git")
    .map((entry) => {
      const at = folder === "" ? entry.name : `${folder}/${entry.name}`;
      const isFolder = entry.isDirectory();
      const paths = isFolder ? filesBelow(root, at) : /\.(ts|md)$/.test(at) ? [at] : [];
      return { name: entry.name, isFolder, paths };
    })
    .filter(({ paths }) => paths.length > 0)
    .map(({ paths, ...entry }) => ({ ...entry, ...counted(all, paths) }))
    .sort((a, b) => b.bytes - a.bytes || Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  assert.deepEqual(picture.folder.parts, entries, `parts of “${folder}”`);
  assert.equal(picture.folder.nParts, entries.length);
  assert.deepEqual(sumsOf(picture.folder), counted(all, filesBelow(root, folder)));
}

test("files: every folder and every sum is that of the disk and of the stores", async () => {
  using files = fixture();
  const all = await openAll(files);
  await using _opened = all.opened;
  const deep = await all.opened.until(
    ({ state, filesToEncode, filesEncoded }) =>
      state === "ready" && filesToEncode === 0 && filesEncoded === remembered.length + 1,
  );
  for (const folder of ["", "src", "src/deep", "src/deep/er", "a%b_c", "grüße", "grüße/日本"])
    await checkFolder(all, folder);

  const picture = await all.draw();
  const [status] = all.memory.status().roots;
  assert.ok(status !== undefined);
  const { health } = picture;
  assert.equal(health.nRemembered, status.remembered);
  assert.equal(health.nBySyntax, status.filesSyntaxExact);
  assert.equal(health.nBySyntax + health.nByLines + health.nToRefine, status.remembered);
  assert.equal(health.nToRefine, status.filesToRefine);
  assert.equal(health.nWaiting, status.pending);
  assert.equal(health.state, "ready");
  assert.deepEqual(status.skipped, { dataFile: 2, lockFile: 1 });
  assert.deepEqual(health.problems, [
    { outcome: "skipped", reason: "dataFile", nFiles: 2 },
    { outcome: "skipped", reason: "lockFile", nFiles: 1 },
  ]);
  assert.deepEqual(picture.ages.files, [3, 4, 1, 1, 1, 1, 1, 0]);
  assert.equal(picture.folder.nDeepFiles, deep.filesEncoded);
  assert.ok(picture.folder.deepBytes < picture.folder.bytes);
  assert.equal(picture.deep?.nTokens, deep.tokensEncoded);
  assert.equal(picture.deep.nShortTermBlocks, deep.shortTermBlocks);
  assert.equal(picture.deep.nLongTermBlocks, deep.longTermBlocks);
  assert.equal(picture.deep.status.filesLeftOut, 1);
});

test("files: a list that is cut says how many there are; what is not there is nothing", async () => {
  using files = fixture();
  const all = await openAll(files);
  await using _opened = all.opened;
  await all.opened.ready(remembered.length + 1);
  const whole = await all.draw("", 100);
  const cut = await all.draw("", 2);
  assert.deepEqual(cut.folder.parts, whole.folder.parts.slice(0, 2));
  assert.equal(cut.folder.nParts, whole.folder.parts.length);
  assert.deepEqual(sumsOf(cut.folder), sumsOf(whole.folder));
  for (const folder of ["sr", "src/a.ts", "SRC", "nowhere", "..", "src' OR 1=1 --"]) {
    const { folder: none } = await all.draw(folder);
    assert.deepEqual([none.nFiles, none.bytes, none.nParts, none.parts], [0, 0, 0, []], folder);
  }
});

test("files: the deep memory holds only what it has wholly and as it is", async () => {
  using files = workspace({ "a.ts": functionText("alpha"), "b.ts": functionText("beta") });
  const all = await openAll(files);
  await all.opened.ready(2);
  const { storeFile, deepFolder } = all.opened;
  await all.memory.close();
  const catalogue = path.join(deepFolder, "catalogue.sqlite");
  const held = (): number => {
    const picture = new FilesPicture(storeFile, catalogue, "root");
    try {
      return picture.folder("", 10).nDeepFiles;
    } finally {
      picture.close();
    }
  };
  assert.equal(held(), 2);
  for (const [change, nHeld] of [
    ["UPDATE files SET contentHash = contentHash || '0' WHERE fileId = 'root/a.ts'", 1],
    ["UPDATE files SET nForgotten = 1 WHERE fileId = 'root/b.ts'", 0],
    ["UPDATE files SET nForgotten = 0", 1],
    ["PRAGMA user_version = 1", 0],
  ] as const) {
    const database = new DatabaseSync(catalogue);
    database.exec(change);
    database.close();
    assert.equal(held(), nHeld, change);
  }
});

test("commits, conversations and notes are those of their stores, by age and strength", async () => {
  using files = fixture();
  const all = await openAll(files);
  await using _opened = all.opened;
  await all.history.settled("root", false, signal);
  const { notes, opened } = all;
  const file = path.join(opened.folder, "src/a.ts");
  const lines = { file, startLine: 0, endLine: 3 };
  const { note: cited } = await notes.remember({ text: "we add one because tests say so", lines });
  const { note: old } = await notes.remember({ text: "the cache lives for an hour" });
  await notes.correct({ id: old.id, text: "the cache lives for a day" });
  const { note: pinned } = await notes.remember({ text: "I prefer two spaces" });
  await notes.pin(pinned.id, true);

  const folder = path.join(files.storeDir, "talks");
  makeFolder(folder);
  let nowMs = startMs - 40 * dayMs;
  const { store } = openConversationStore(folder, { nowMs: () => nowMs, elapsedMs: () => 0 });
  const first = store.create();
  for (const id of ["1", "2", "3"]) store.appendTurn(first.id, turnOf(id, nowMs));
  nowMs = startMs - 60_000;
  store.appendTurn(store.create().id, turnOf("4", nowMs));

  writeFileSync(file, "export const other = 1;\n");
  opened.tell("src/a.ts");
  await opened.settled();
  const picture = await all.draw("", 2, store);
  checkHistory(picture, opened.folder);
  assert.deepEqual(picture.ages.conversations, [1, 0, 0, 1, 0, 0, 0, 0]);
  assert.deepEqual(picture.conversations.conversations, store.list());
  assert.deepEqual([picture.conversations.nConversations, picture.conversations.nTurns], [2, 4]);

  const live = await notes.list({});
  const every = await notes.list({ all: true });
  assert.equal(picture.notes.nNotes, live.length);
  assert.equal(picture.notes.nReplaced, every.length - live.length);
  assert.equal(picture.notes.nPinned, live.filter(({ isPinned }) => isPinned).length);
  assert.deepEqual(picture.notes.health, { ok: 2, needsCheck: 1, gone: 0 });
  assert.deepEqual(picture.notes.strengths, [0, 0, 0, 0, 3]);
  assert.deepEqual(picture.ages.notes, [3, 0, 0, 0, 0, 0, 0, 0]);
  assert.equal(picture.notes.notes.length, 2, "no more than were asked for");
  assert.equal(picture.notes.notes[0]?.note.id, cited.id, "what needs a look comes first");
  assert.equal(picture.notes.notes[0].note.health, "needsCheck");
  checkDisk(picture, files.storeDir);
  store.close();
});

function checkHistory(picture: MemoryPicture, folder: string): void {
  const { commits, status } = picture.history;
  const log = git(folder, ["log", "--format=%H", "main"]).trim().split("\n");
  assert.equal(status.nCommits, log.length);
  assert.deepEqual(
    commits.map(({ hash }) => hash),
    log.slice(0, 2),
  );
  assert.deepEqual(picture.ages.commits, [2, 1, 1, 3, 1, 1, 0, 0]);
}

/** Bytes of a database are those of its pages. */
function checkDisk({ disk }: MemoryPicture, storeDir: string): void {
  const named = (name: RegExp): number => {
    const [file] = readdirSync(storeDir, { recursive: true, encoding: "utf8" }).filter((each) =>
      name.test(path.basename(each)),
    );
    assert.ok(file !== undefined);
    const database = new DatabaseSync(path.join(storeDir, file), { readOnly: true });
    const one = (sql: string): number =>
      Number(Object.values(database.prepare(sql).get() ?? {})[0]);
    const bytes = one("PRAGMA page_count") * one("PRAGMA page_size");
    database.close();
    return bytes;
  };
  assert.equal(disk.files, named(/^memory\.sqlite$/));
  assert.equal(disk.history, named(/^history-\w+\.sqlite$/));
  assert.equal(disk.notes, named(/^notes\.sqlite$/));
  assert.equal(disk.conversations, named(/^conversations\.sqlite$/));
}

function turnOf(id: string, createdMs: number): Turn {
  return {
    ...{ id, role: "user", text: "why?", createdMs, state: "done", citations: [], recalls: [] },
    ...{ abstained: false, tiers: [] },
  };
}

test("a self-test is kept until the next one, and what is no result counts as none", async () => {
  const code = Array.from({ length: 40 }, (_, i) => [`code/${i}.ts`, functionText(`f${i}`)]);
  using files = workspace(Object.fromEntries(code));
  const all = await openAll(files);
  await using _opened = all.opened;
  await all.opened.ready(40);
  assert.equal((await all.draw()).selfTest, undefined);
  const params = { tokens: 600, perPoint: 4, distances: [0, 400] };
  const result = await all.deep.selfTest(params, () => undefined, signal);
  const { selfTest } = await all.draw();
  assert.deepEqual(selfTest?.result, result);
  assert.equal(selfTest.tokens, 600);

  const file = path.join(all.opened.deepFolder, "last-self-test.json");
  const whole = readFileSync(file, "utf8");
  for (const damaged of [
    whole.slice(0, 100),
    "",
    "[]",
    '{"version":1}',
    whole.replace('"version":1', '"version":2'),
    whole.replace('"nAsked":4', '"nAsked":"<b>4</b>"'),
    whole.replace('"points":[', '"points":[{},'),
  ]) {
    writeFileSync(file, damaged);
    assert.equal((await all.draw()).selfTest, undefined, damaged.slice(0, 40));
  }
  rmSync(file);
  assert.equal((await all.draw()).selfTest, undefined);
});

test("a root that is not open is refused", async () => {
  using files = workspace({ "a.ts": functionText("alpha") });
  const all = await openAll(files);
  await using _opened = all.opened;
  const pictures = new PictureDrawer({
    ...all,
    clock: { nowMs: () => startMs, elapsedMs: () => 0 },
  });
  const other = pictures.picture({ rootId: "other", folder: "", limit: 5 }, undefined, signal);
  await assert.rejects(other, { errorName: "rootNotOpen" });
});
