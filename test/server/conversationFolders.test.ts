/** Conversations that move to where the folders of a repository find them: none is lost on the way. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { it, type TestContext } from "node:test";
import { conversationFolderOf } from "../../server/conversationFolders.ts";
import {
  openConversationStore,
  openLeavingConversations,
} from "../../server/memory/conversationStore.ts";
import { nodeClock } from "../../server/nodePorts.ts";
import type { ConversationStore } from "../../server/workServices.ts";
import { temporaryFolder, writeTree } from "./ingest/treesOnDisk.ts";
import { makeTurn } from "./memory/conversationTurns.ts";

const open = (folder: string): ConversationStore => openConversationStore(folder, nodeClock).store;

/** Where an older Lore kept the conversations of a folder, and where they are looked for now. */
function desk(t: TestContext): { readonly old: string; readonly find: () => Promise<string> } {
  const temporary = temporaryFolder();
  t.after(() => temporary[Symbol.dispose]());
  const folder = path.join(temporary.path, "project");
  writeTree(folder, { "a.ts": "const a = 1;\n" });
  const storeDir = path.join(temporary.path, "store");
  const find = (): Promise<string> =>
    conversationFolderOf({
      ...{ storeDir, workDir: storeDir, root: { id: "root", folder, name: "project" } },
      open: (each) => openConversationStore(each, nodeClock),
      openLeaving: (each) => openLeavingConversations(each, nodeClock),
    });
  return { old: path.join(storeDir, "conversations", "root"), find };
}

/** The ids of all turns of the only conversation in a folder. */
function turnsIn(folder: string): string[] {
  const store = open(folder);
  try {
    const ids = store.list().map(({ id }) => store.read(id).turns.map((turn) => turn.id));
    return ids.flat();
  } finally {
    store.close();
  }
}

it("leaves conversations of a newer Lore as they are", async (t) => {
  const { old, find } = desk(t);
  const store = open(old);
  store.appendTurn(store.create().id, makeTurn({ id: "q" }));
  store.close();
  const file = path.join(old, "conversations.sqlite");
  const newer = new DatabaseSync(file);
  newer.exec("PRAGMA user_version = 99");
  newer.close();
  const before = readFileSync(file);
  assert.notEqual(await find(), old);
  assert.ok(existsSync(file), "the newer file is still there");
  assert.deepEqual(readFileSync(file), before);
  assert.ok(!readdirSync(old).includes("conversations.v4.sqlite"));
});

it("moves nothing while another window has them open, and all of it when that one is closed", async (t) => {
  const { old, find } = desk(t);
  const other = open(old);
  const { id } = other.create();
  other.appendTurn(id, makeTurn({ id: "before" }));
  assert.equal(await find(), old);
  const here = open(old);
  here.appendTurn(id, makeTurn({ id: "here" }));
  other.appendTurn(id, makeTurn({ id: "there" }));
  here.close();
  assert.equal(await find(), old);
  other.appendTurn(id, makeTurn({ id: "after" }));
  other.close();
  const folder = await find();
  assert.notEqual(folder, old);
  assert.deepEqual(turnsIn(folder), ["before", "here", "there", "after"]);
  assert.ok(!existsSync(old), "nothing is left behind");
});

it("keeps others from writing to what is leaving", (t) => {
  const { old } = desk(t);
  open(old).close();
  const leaving = openLeavingConversations(old, nodeClock);
  assert.ok(leaving.kind === "open");
  const late = new DatabaseSync(path.join(old, "conversations.sqlite"));
  const look = (): unknown => late.prepare("PRAGMA user_version").get();
  assert.throws(look, { errcode: 5 });
  leaving.remove();
  assert.ok(!existsSync(path.join(old, "conversations.sqlite")));
  // What waited for the file does not take it for a store.
  assert.throws(look, { code: "ERR_SQLITE_ERROR" });
  late.close();
});

it("ends what a process began that died before it deleted the file", async (t) => {
  const { old, find } = desk(t);
  const store = open(old);
  store.appendTurn(store.create().id, makeTurn({ id: "q" }));
  store.close();
  const left = new DatabaseSync(path.join(old, "conversations.sqlite"));
  left.exec("PRAGMA user_version = 2147483647");
  left.close();
  await find();
  assert.ok(!existsSync(old));
});
