/** Questions that were asked instead of earlier ones: both stay, and one branch is shown. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { MemoryError } from "../../../protocol/errors.ts";
import { openConversationStore } from "../../../server/memory/conversationStore.ts";
import { TurnTree, type TurnNode } from "../../../server/memory/turnTree.ts";
import type { ConversationStore } from "../../../server/workServices.ts";
import { createTestClock, makeTurn } from "./conversationTurns.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "lore-branches-"));
after(() => rmSync(scratch, { recursive: true, force: true }));
let nFolders = 0;
const newFolder = (): string => path.join(scratch, String(nFolders++));
const open = (folder = newFolder()): ConversationStore =>
  openConversationStore(folder, createTestClock()).store;

/** Asks and answers; `beside` is the question that this one is asked instead of. */
function exchange(store: ConversationStore, id: string, name: string, beside?: string): void {
  store.appendTurn(id, makeTurn({ id: `q-${name}`, text: `about ${name}` }), beside);
  store.appendTurn(id, makeTurn({ id: `a-${name}`, role: "lore", text: `${name} is there` }));
}

const shown = (store: ConversationStore, id: string): string[] =>
  store.read(id).turns.map((turn) => turn.id);

/** otter → narwhal → puffin, and in place of narwhal heron → stork. */
function branched(store: ConversationStore): string {
  const { id } = store.create();
  for (const name of ["otter", "narwhal", "puffin"]) exchange(store, id, name);
  exchange(store, id, "heron", "q-narwhal");
  exchange(store, id, "stork");
  return id;
}
const first = ["q-otter", "a-otter"];
const older = [...first, "q-narwhal", "a-narwhal", "q-puffin", "a-puffin"];
const newer = [...first, "q-heron", "a-heron", "q-stork", "a-stork"];

test("a question asked instead of an earlier one begins a branch, which is shown", () => {
  const folder = newFolder();
  const store = open(folder);
  const id = branched(store);
  assert.deepEqual(shown(store, id), newer);
  const questionIds = ["q-narwhal", "q-heron"];
  assert.deepEqual(store.read(id).branches, [{ turnId: "q-heron", questionIds }]);
  assert.deepEqual(
    store.outline(id).map((turn) => turn.id),
    newer,
  );
  store.chooseBranch(id, "q-narwhal");
  assert.deepEqual(shown(store, id), older);
  assert.deepEqual(store.read(id).branches, [{ turnId: "q-narwhal", questionIds }]);
  assert.deepEqual(store.read(id, { lastTurns: 2 }).nEarlier, 4);
  assert.deepEqual(
    store.read(id, { before: "q-puffin", lastTurns: 2 }).turns.map((turn) => turn.id),
    ["q-narwhal", "a-narwhal"],
  );
  store.close();
  const again = open(folder);
  assert.deepEqual(shown(again, id), older, "what is shown is kept");
  exchange(again, id, "gull");
  assert.deepEqual(
    shown(again, id),
    [...older, "q-gull", "a-gull"],
    "it goes on where it is shown",
  );
  again.chooseBranch(id, "a-heron");
  assert.deepEqual(shown(again, id), newer, "a turn shows all of its branch");
  again.chooseBranch(id, "q-otter");
  assert.deepEqual(shown(again, id), newer, "what is shown already stays");
  again.close();
});

test("the first question can be asked anew, and a question more than twice", () => {
  const store = open();
  const { id } = store.create();
  exchange(store, id, "otter");
  exchange(store, id, "seal", "q-otter");
  exchange(store, id, "whale", "q-seal");
  assert.deepEqual(shown(store, id), ["q-whale", "a-whale"]);
  const questionIds = ["q-otter", "q-seal", "q-whale"];
  assert.deepEqual(store.read(id).branches, [{ turnId: "q-whale", questionIds }]);
  store.close();
});

test("a branch from a turn that is not there, and one to it, is no such conversation", () => {
  const store = open();
  const id = branched(store);
  const isNotFound = (error: unknown): boolean =>
    error instanceof MemoryError && error.errorName === "conversationNotFound";
  assert.throws(() => exchange(store, id, "x", "gone"), isNotFound);
  assert.throws(() => store.chooseBranch(id, "gone"), isNotFound);
  assert.throws(() => store.chooseBranch("gone", "q-otter"), isNotFound);
  assert.deepEqual(shown(store, id), newer, "and nothing was kept");
  store.close();
});

test("all branches are searched, exported and imported, and deleted without a byte left", async () => {
  const folder = newFolder();
  const store = open(folder);
  const id = branched(store);
  store.chooseBranch(id, "q-narwhal");
  for (const name of ["narwhal", "stork"]) {
    const [round] = store.rounds({ terms: [name], text: name, limit: 1 });
    assert.equal(round?.questionId, `q-${name}`);
    assert.equal(round?.answerId, `a-${name}`);
  }
  const kept = [...store.kept()];
  const other = open();
  await other.addKept(kept, () => Promise.resolve());
  assert.deepEqual([...other.kept()], kept);
  assert.deepEqual(shown(other, id), older);
  other.chooseBranch(id, "q-stork");
  assert.deepEqual(shown(other, id), newer);
  other.close();
  store.delete(id);
  store.close();
  const bytes = readdirSync(folder).map((name) => readFileSync(path.join(folder, name)));
  for (const name of ["narwhal", "stork", "heron"])
    assert.ok(!bytes.some((each) => each.includes(name)), name);
});

test("when turns of a branch are forgotten, the rest still hangs together", () => {
  const store = open();
  const id = branched(store);
  const forget = (...ids: string[]): object =>
    store.forgetTurns(
      (turns) => new Set(turns.map((turn) => turn.id).filter((each) => ids.includes(each))),
    );
  forget("q-heron", "a-heron");
  assert.deepEqual(shown(store, id), [...first, "q-stork", "a-stork"]);
  forget("q-stork", "a-stork");
  assert.deepEqual(shown(store, id), first, "the head is what is left of what was shown");
  store.chooseBranch(id, "q-puffin");
  assert.deepEqual(shown(store, id), older);
  forget("q-otter", "a-otter");
  assert.deepEqual(shown(store, id), older.slice(2));
  store.close();
});

test("a pinned answer is listed by its question, in whatever branch, kept and exported", async () => {
  const folder = newFolder();
  const store = open(folder);
  const id = branched(store);
  assert.equal(store.read(id).pinned, undefined);
  const narwhal = { turnId: "a-narwhal", line: "about narwhal" };
  const stork = { turnId: "a-stork", line: "about stork" };
  assert.deepEqual(store.pin(id, "a-stork", true), [stork]);
  assert.deepEqual(store.pin(id, "a-narwhal", true), [narwhal, stork]);
  store.updateTurn(id, makeTurn({ id: "a-stork", role: "lore", text: "changed" }));
  store.close();
  const again = open(folder);
  assert.deepEqual(again.read(id).pinned, [narwhal, stork]);
  const other = open();
  await other.addKept([...again.kept()], () => Promise.resolve());
  assert.deepEqual(other.read(id).pinned, [narwhal, stork]);
  other.close();
  assert.deepEqual(again.pin(id, "a-narwhal", false), [stork]);
  const isNotFound = (error: unknown): boolean =>
    error instanceof MemoryError && error.errorName === "conversationNotFound";
  assert.throws(() => again.pin(id, "gone", true), isNotFound);
  assert.throws(() => again.pin(id, "q-otter", true), isNotFound, "a question is no answer");
  again.close();
});

test("a conversation with a pinned answer is not forgotten to make room", () => {
  const clock = createTestClock();
  const { store } = openConversationStore(newFolder(), clock, undefined, undefined, 200_000);
  const long = "x".repeat(30_000);
  const ids = ["otter", "seal"].map((name) => {
    const { id } = store.create();
    store.appendTurn(id, makeTurn({ id: `q-${name}`, text: `${name} ${long}` }));
    store.appendTurn(id, makeTurn({ id: `a-${name}`, role: "lore", text: name }));
    return id;
  });
  store.pin(ids[0] ?? "", "a-otter", true);
  for (let n = 0; n < 6; n++) {
    const { id } = store.create();
    store.appendTurn(id, makeTurn({ id: `q${n}`, text: `${n} ${long}` }));
  }
  const left = store.list().map(({ id }) => id);
  assert.ok(left.includes(ids[0] ?? "") && !left.includes(ids[1] ?? ""));
  store.close();
});

test("whatever rows say, each turn is shown by some way that ends and is in the order of saying", () => {
  const row = fc.record({
    parent: fc.oneof(
      fc.constant(null),
      fc.constant(""),
      fc.nat(12).map((n) => `t${n}`),
    ),
    isQuestion: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 12 }), fc.nat(12), (rows, head) => {
      const nodes = rows.map(({ parent: parentId, isQuestion }, position): TurnNode => ({
        ...{ id: `t${position}`, position, parentId, isQuestion },
      }));
      const tree = new TurnTree(nodes, `t${head}`);
      for (const { id } of nodes) {
        const way = tree.wayTo(id);
        assert.equal(way.at(-1), id);
        const places = way.map((each) => Number(each.slice(1)));
        assert.deepEqual(
          places,
          places.toSorted((a, b) => a - b),
        );
        assert.ok(tree.wayTo(tree.lastAfter(id)).includes(id), "choosing a turn shows it");
      }
      assert.equal(tree.wayTo().length > 0, nodes.length > 0);
    }),
  );
});

test("an import that goes on later puts its turns behind its own, not behind what was said since", async () => {
  const store = open();
  const turns = ["t0", "t1", "t2", "t3"].map((turnId, idx) =>
    makeTurn({ id: turnId, role: idx % 2 === 0 ? "user" : "lore", text: turnId }),
  );
  const conversation = { id: "imported", title: "animals", createdMs: 1, updatedMs: 2 };
  const add = (some: typeof turns): Promise<unknown> =>
    store.addKept([{ ...conversation, turns: some }], () => Promise.resolve());
  await add(turns.slice(0, 2));
  store.appendTurn("imported", makeTurn({ id: "own", text: "said since" }));
  await add(turns);
  const kept = [...store.kept()].find(({ id }) => id === "imported");
  const parents = kept?.turns.map(({ id, parentId }) => [id, parentId]);
  assert.deepEqual(parents, [
    ["t0", undefined],
    ["t1", undefined],
    ["own", undefined],
    ["t2", "t1"],
    ["t3", undefined],
  ]);
  store.chooseBranch("imported", "t3");
  assert.deepEqual(shown(store, "imported"), ["t0", "t1", "t2", "t3"]);
  store.close();
});
