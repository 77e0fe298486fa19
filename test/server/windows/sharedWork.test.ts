/** Conversations and notes of a repository, in windows on its working trees, clones and moved folders. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, renameSync, statSync } from "node:fs";
import path from "node:path";
import { describe, it, type TestContext } from "node:test";
import * as methods from "../../../protocol/methods.ts";
import type { Citation, Conversation } from "../../../protocol/types.ts";
import { openConversationStore } from "../../../server/memory/conversationStore.ts";
import { nodeClock } from "../../../server/nodePorts.ts";
import { git, temporaryFolder, writeTree } from "../ingest/treesOnDisk.ts";
import { makeTurn } from "../memory/conversationTurns.ts";
import { functionText } from "../workspaceMemoryHarness.ts";
import { openWindows, Window } from "./windowHarness.ts";

interface Desk {
  readonly storeDir: string;
  at(name: string): string;
  /** Opens a window on a folder, whose root has the folder's name as id. */
  window(name: string): Promise<Window>;
}

/** A repository `main` in an empty folder that goes with the test. */
function desk(t: TestContext): Desk {
  const temporary = temporaryFolder();
  t.after(() => temporary[Symbol.dispose]());
  const at = (name: string): string => path.join(temporary.path, name);
  writeTree(at("main"), { "src/a.ts": functionText("computeFirst") });
  git(at("main"), ["init", "-q", "-b", "main"]);
  git(at("main"), ["add", "."]);
  git(at("main"), ["commit", "-q", "-m", "first"]);
  const storeDir = at("store");
  return {
    storeDir,
    at,
    window: (name) => Window.open({ folder: at(name), storeDir, rootId: name }),
  };
}

const titles = async (window: Window): Promise<string[]> =>
  (await window.request(methods.listConversations, {})).conversations.map(({ title }) => title);

async function ask(window: Window, question: string): Promise<string> {
  await window.request(methods.settled, { refined: true });
  const { conversation } = await window.request(methods.createConversation, {});
  const conversationId = conversation.id;
  await window.request(methods.ask, { question, conversationId, askId: conversationId });
  return conversationId;
}

async function citationsOf(window: Window, conversationId: string): Promise<readonly Citation[]> {
  const { turns } = await window.request(methods.readConversation, { conversationId });
  return turns.flatMap(({ citations }) => citations ?? []);
}

/** What became of the places that a conversation cites, as the chat finds out before it shows them. */
async function standing(window: Window, citations: readonly Citation[]): Promise<string[]> {
  const { checks } = await window.request(methods.checkCitations, { citations });
  return checks.map(({ kind }) => kind);
}

describe("conversations of a repository", () => {
  it("are those of its working trees, clones and moved folders, with citations held against the folder at hand", async (t) => {
    const { at, window } = desk(t);
    git(at("main"), ["worktree", "add", "-q", "-b", "other", "../linked"]);
    git(at("main"), ["clone", "-q", ".", "../clone"]);
    await using main = await window("main");
    const id = await ask(main, "where is computeFirst?");
    const [cited] = await citationsOf(main, id);
    assert.equal(cited?.path, "src/a.ts");
    for (const name of ["linked", "clone"]) {
      await using other = await window(name);
      await other.request(methods.settled, { refined: true });
      assert.deepEqual(await titles(other), ["where is computeFirst?"]);
      const citations = await citationsOf(other, id);
      assert.ok(citations.length > 0 && citations.every(({ rootId }) => rootId === name));
      assert.ok((await standing(other, citations)).every((kind) => kind === "current"));
      writeTree(at(name), { "src/a.ts": functionText("computeOther") });
      other.changed("src/a.ts");
      await other.request(methods.settled, { refined: true });
      assert.ok((await standing(other, citations)).every((kind) => kind !== "current"));
    }
    renameSync(at("clone"), at("moved"));
    await using moved = await window("moved");
    assert.deepEqual(await titles(moved), ["where is computeFirst?"]);
    await moved.request(methods.deleteConversation, { conversationId: id });
    assert.deepEqual(await titles(main), []);
  });

  it("that an older Lore kept by the folder move to where the others find them, and leave nothing behind", async (t) => {
    const { storeDir, at, window } = desk(t);
    git(at("main"), ["clone", "-q", ".", "../clone"]);
    const old = path.join(storeDir, "conversations", "main");
    const { store } = openConversationStore(old, nodeClock);
    const { id } = store.create();
    store.appendTurn(id, makeTurn({ id: "q", text: "why is the sky zebrablue?" }));
    store.close();
    // Both at once, as when the editor opens its windows again.
    const [main, again] = await Promise.all([window("main"), window("main")]);
    assert.deepEqual(await titles(main), ["why is the sky zebrablue?"]);
    assert.deepEqual(await titles(again), ["why is the sky zebrablue?"]);
    assert.ok(!existsSync(old));
    await main.close();
    await again.close();
    await using clone = await window("clone");
    assert.deepEqual(await titles(clone), ["why is the sky zebrablue?"]);
    await clone.request(methods.forgetWork, { all: true });
    await clone.close();
    const holding = readdirSync(storeDir, { recursive: true, encoding: "utf8" }).filter((name) => {
      const file = path.join(storeDir, name);
      return statSync(file).isFile() && readFileSync(file).includes("zebrablue");
    });
    assert.deepEqual(holding, []);
  });

  it("of another repository are not shown", async (t) => {
    const { at, window } = desk(t);
    writeTree(at("unrelated"), { "b.ts": functionText("computeSecond") });
    await using main = await window("main");
    await ask(main, "where is computeFirst?");
    await using unrelated = await window("unrelated");
    assert.deepEqual(await titles(unrelated), []);
  });
});

describe("four windows on one folder", () => {
  it("list each other's turns and notes, all of them written at once, and never wait for a lock in vain", async (t) => {
    const { at, storeDir } = desk(t);
    await using open = await openWindows({ folder: at("main"), storeDir }, 4);
    const { windows } = open;
    const write = async (window: Window, n: number): Promise<void> => {
      for (let i = 0; i < 5; i++) {
        const { conversation } = await window.request(methods.createConversation, {});
        await window.request(methods.renameConversation, {
          conversationId: conversation.id,
          title: `window ${n} says ${i}`,
        });
        await window.request(methods.remember, { text: `window ${n} decides ${i} ${"xyzw"[n]}` });
      }
    };
    await Promise.all(windows.map(write));
    for (const window of windows) {
      assert.equal((await titles(window)).length, 20);
      const { notes } = await window.request(methods.listNotes, {});
      assert.equal(notes.length, 20);
    }
  });

  it("are told when another one began, renamed or deleted a conversation", async (t) => {
    const { at, storeDir } = desk(t);
    await using open = await openWindows({ folder: at("main"), storeDir }, 2);
    const [first, second] = open.windows as [Window, Window];
    assert.deepEqual([await titles(first), await titles(second)], [[], []]);
    const heardAfter = async (writes: () => Promise<unknown>): Promise<string[]> => {
      const heard = second.hearsOfConversations();
      await writes();
      await heard;
      return titles(second);
    };
    const begin = (): Promise<{ conversation: Conversation }> =>
      first.request(methods.createConversation, {});
    const ids: string[] = [];
    const begun = await heardAfter(async () => ids.push((await begin()).conversation.id));
    assert.equal(begun.length, 1);
    const conversationId = ids[0] as string;
    const rename = { conversationId, title: "About the tides" };
    assert.deepEqual(await heardAfter(() => first.request(methods.renameConversation, rename)), [
      "About the tides",
    ]);
    assert.deepEqual(
      await heardAfter(() => first.request(methods.deleteConversation, { conversationId })),
      [],
    );
  });

  it("all mark a note when the code that it cites changes, whichever of them hears of it", async (t) => {
    const { at, storeDir } = desk(t);
    await using open = await openWindows({ folder: at("main"), storeDir }, 3);
    const [first, second, third] = open.windows as [Window, Window, Window];
    await first.request(methods.settled, { refined: true });
    const lines = { file: path.join(at("main"), "src/a.ts"), startLine: 0, endLine: 3 };
    await second.request(methods.remember, { text: "computeFirst is slow on purpose", lines });
    const health = async (window: Window): Promise<(string | undefined)[]> =>
      (await window.request(methods.listNotes, {})).notes.map((note) => note.health);
    for (const window of open.windows) assert.deepEqual(await health(window), ["ok"]);
    const told = Promise.all(open.windows.map((window) => window.needsCheck()));
    writeTree(at("main"), { "src/a.ts": functionText("computeLast") });
    third.changed("src/a.ts");
    await told;
    for (const window of open.windows) assert.deepEqual(await health(window), ["needsCheck"]);
  });

  it("tell of what was edited and what changed since the last look, in each of them, and of each edit once", async (t) => {
    const { at, storeDir } = desk(t);
    await using open = await openWindows({ folder: at("main"), storeDir }, 3);
    const { windows } = open;
    for (const window of windows) await window.request(methods.settled, { refined: false });
    // The histories begin with the first question; whoever is asked first keeps them.
    const edits = async (window: Window): Promise<string[]> => {
      const told = await window.request(methods.timeline, { limit: 10 });
      assert.equal(told.kind, "timeline");
      const events = told.kind === "timeline" ? told.events : [];
      return events.flatMap((event) => (event.kind === "edit" ? [event.edit.path] : []));
    };
    for (const window of windows) assert.deepEqual(await edits(window), []);
    writeTree(at("main"), { "src/a.ts": functionText("computeLast") });
    for (const window of windows) window.changed("src/a.ts");
    // The one that keeps the history has written it down before it answers.
    const found = await Promise.all(windows.map(edits));
    assert.ok(found.some((paths) => paths.length === 1));
    for (const window of windows) assert.deepEqual(await edits(window), ["src/a.ts"]);
    for (const window of windows) {
      const changed = await window.request(methods.changed, {
        ...{ rootId: "root", since: "look", limit: 10 },
      });
      assert.notEqual(changed.kind, "failed");
    }
  });
});
