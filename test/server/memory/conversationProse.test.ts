/** What language models wrote, as it is kept with the turns of conversations and goes with them. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { MemoryError } from "../../../protocol/errors.ts";
import type { FurtherLooks } from "../../../protocol/plan.ts";
import type { Prose } from "../../../protocol/prose.ts";
import { noteLabel, prose as escaped } from "../../../server/answer/markdown.ts";
import { openConversationStore } from "../../../server/memory/conversationStore.ts";
import type { ConversationStore } from "../../../server/workServices.ts";
import { plantSecrets } from "../secrets/plantedSecrets.ts";
import { randomNumbers } from "../workspaceMemoryHarness.ts";
import { createTestClock, makeTurn } from "./conversationTurns.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "lore-prose-"));
after(() => rmSync(scratch, { recursive: true, force: true }));
let nFolders = 0;
const newFolder = (): string => path.join(scratch, String(nFolders++));
const open = (folder: string): ConversationStore =>
  openConversationStore(folder, createTestClock()).store;
const bytesOf = (folder: string): string =>
  readdirSync(folder)
    .map((name) => readFileSync(path.join(folder, name), "latin1"))
    .join("");

function proseOf(markdown: string, change: Partial<Prose> = {}): Prose {
  const counts = { nSentences: 1, nSupported: 1 };
  return {
    markdown,
    citations: [],
    marks: [],
    ...counts,
    model: "small",
    state: "done",
    ...change,
  };
}

/** A conversation of two rounds, whose answers are `a0` and `a1`. */
function talk(store: ConversationStore): string {
  const { id } = store.create();
  for (const n of [0, 1]) {
    store.appendTurn(id, makeTurn({ id: `q${n}`, text: `where is number ${n}?` }));
    store.appendTurn(id, makeTurn({ id: `a${n}`, role: "lore", text: "There." }));
  }
  return id;
}
const proseIn = (store: ConversationStore, id: string): (Prose | undefined)[] =>
  store.read(id).turns.map((turn) => turn.prose);

test("it stays with its turn, in place of what was there, and the turn stays as it was", () => {
  const folder = newFolder();
  const store = open(folder);
  const id = talk(store);
  const before = store.read(id).turns;
  store.putProse(id, "a0", proseOf("So", { state: "streaming" }));
  store.putProse(id, "a0", proseOf("So it is.", { state: "failed", failure: "quota" }));
  const kept = [undefined, proseOf("So it is.", { state: "failed", failure: "quota" })];
  assert.deepEqual(proseIn(store, id), [...kept, undefined, undefined]);
  store.close();
  const again = open(folder);
  const turns = again.read(id).turns;
  assert.deepEqual(proseIn(again, id), [...kept, undefined, undefined]);
  assert.deepEqual(
    turns.map(({ prose: _prose, ...turn }) => turn),
    before,
  );
  again.close();
});

test("what a process left unfinished is interrupted", () => {
  const folder = newFolder();
  const store = open(folder);
  const id = talk(store);
  store.putProse(id, "a0", proseOf("So", { state: "streaming" }));
  assert.equal(proseIn(store, id)[1]?.state, "streaming");
  store.close();
  const again = open(folder);
  assert.deepEqual(proseIn(again, id)[1], proseOf("So", { state: "interrupted" }));
  again.close();
});

test("only an answer has it", () => {
  const store = open(newFolder());
  const id = talk(store);
  for (const [conversation, turn] of [
    [id, "q0"],
    [id, "gone"],
    ["gone", "a0"],
  ] as const)
    assert.throws(
      () => store.putProse(conversation, turn, proseOf("So.")),
      (error) => error instanceof MemoryError && error.errorName === "conversationNotFound",
    );
  store.close();
});

test("keys and tokens are masked in it, and nobody finds a turn by it", () => {
  const folder = newFolder();
  const store = open(folder);
  const id = talk(store);
  const [planted] = plantSecrets(1, randomNumbers(3));
  assert.ok(planted !== undefined);
  store.putProse(id, "a0", proseOf(`NEEDLE ${planted.text}`));
  store.close();
  assert.ok(!bytesOf(folder).includes(planted.secret));
  const again = open(folder);
  const found = again.rounds({ terms: ["needl"], text: "needle", limit: 10 });
  assert.deepEqual(found, []);
  assert.ok(!JSON.stringify(again.outline(id)).includes("NEEDLE"));
  again.close();
});

/** A look that asked for something. */
function looksAt(about: string): { readonly looks: FurtherLooks } {
  const lookups = [{ tool: "search_memory" as const, about, nPlaces: 1, nNew: 1 }];
  return { looks: { round: 2, maxRounds: 4, nTokens: 1, maxTokens: 2, lookups } };
}

/** Whether what a model goes on to write is kept; `undefined` when there is no answer for it any more. */
function keptStill(write: () => boolean): boolean | undefined {
  try {
    return write();
  } catch (error) {
    assert.ok(error instanceof MemoryError && error.errorName === "conversationNotFound");
    return undefined;
  }
}

/**
 * What is forgotten while a model writes, and whether what it wrote in the second answer goes with it, is not kept when it
 * is put again, and not when nothing of it had been put yet. What is written for a prompt from after that is kept.
 */
function check(
  what: string,
  markdown: string,
  isGone: boolean,
  forget: (store: ConversationStore, id: string) => void,
  more: Partial<Prose> = {},
): void {
  const written = proseOf(`NEEDLE ${markdown}`, more);
  test(what, () => {
    const folder = newFolder();
    const store = open(folder);
    const id = talk(store);
    const asOf = store.nForgettings();
    assert.ok(store.putProse(id, "a1", written, asOf));
    forget(store, id);
    const kept = keptStill(() => store.putProse(id, "a1", written, asOf));
    assert.notEqual(kept, isGone);
    store.close();
    assert.equal(bytesOf(folder).includes("NEEDLE"), !isGone);
    if (kept === undefined) return;
    const again = open(folder);
    const { turnIds: _turnIds, ...anew } = written;
    assert.ok(again.putProse(id, "a1", anew, again.nForgettings()));
    again.close();
  });
}

const note = { id: "8E0b41c2-1", text: "we retry [three] times" };
const forgetNote = (store: ConversationStore): void =>
  store.forgetQuotedNotes([
    {
      ...{ id: note.id, words: escaped(note.text), plain: note.text },
      label: noteLabel(note.id).toLowerCase(),
    },
  ]);
check("it goes with a note that it cites", "Because. (note 8E0b41c2)", true, forgetNote);
check(
  "it goes with a note whose words it has",
  `We know: ${escaped(note.text)}.`,
  true,
  forgetNote,
);
check(
  "it goes with a note whose words were looked up",
  "So.",
  true,
  forgetNote,
  looksAt(note.text),
);
check("it stays when other words were looked up", "So.", false, forgetNote, looksAt("retries"));
check("it stays when another note goes", "Because. (note 8e0b41c3)", false, forgetNote);
const toldFreely = "Thrice, for it is flaky.";
check("it goes with a note that its model was shown", toldFreely, true, forgetNote, {
  noteIds: ["other", note.id],
});
check("it stays when its model was shown another note", toldFreely, false, forgetNote, {
  noteIds: ["other"],
});

/** An earlier answer of the same conversation quotes the note, and so did what a model was shown of that answer. */
const forgetQuoted = (store: ConversationStore, id: string): void => {
  const text = `> ${escaped(note.text)}`;
  store.updateTurn(id, makeTurn({ id: "a0", role: "lore", text }));
  forgetNote(store);
};
check("it goes with a note in a turn that its model was shown", toldFreely, true, forgetQuoted, {
  turnIds: ["q0", "a0"],
});
check("it stays when its model was not shown that turn", toldFreely, false, forgetQuoted, {
  turnIds: ["q0"],
});

/** An earlier answer of the same conversation quotes another conversation. */
const deleteQuoted = (store: ConversationStore, id: string): void => {
  const other = store.create().id;
  const text = `*You said, in [there](#turn-${other}/q): “thrice”*`;
  store.updateTurn(id, makeTurn({ id: "a0", role: "lore", text }));
  store.delete(other);
};
check("it goes with what a turn quoted that its model was shown", toldFreely, true, deleteQuoted, {
  turnIds: ["a0"],
});
check("it stays with another turn of its conversation", toldFreely, false, deleteQuoted);

/** What is forgotten between the prompt and the first of what its model writes, and whether that is kept. */
const early: Readonly<
  Record<string, [isKept: boolean, (store: ConversationStore, id: string) => void]>
> = {
  "a turn that was shown": [false, (store) => store.forgetTurns(() => new Set(["q0"]))],
  "another turn of the conversation": [false, (store) => store.forgetTurns(() => new Set(["q2"]))],
  "a note that an answer quoted": [false, forgetQuoted],
  "a conversation that an answer quoted": [false, deleteQuoted],
  "a note that nothing quoted": [true, forgetNote],
  "another conversation": [true, (store) => store.delete(store.create().id)],
};
for (const [what, [isKept, forget]] of Object.entries(early)) {
  test(`${isKept ? "kept" : "not kept"}: the first words when ${what} was forgotten`, () => {
    const folder = newFolder();
    const store = open(folder);
    const id = talk(store);
    store.appendTurn(id, makeTurn({ id: "q2", text: "and then?" }));
    const asOf = store.nForgettings();
    forget(store, id);
    const written = proseOf("NEEDLE", { turnIds: ["q0", "a0"] });
    assert.equal(store.putProse(id, "a1", written, asOf), isKept);
    store.close();
    assert.equal(bytesOf(folder).includes("NEEDLE"), isKept);
  });
}

test("what was forgotten is counted on when all that bore the count is deleted", () => {
  const store = open(newFolder());
  const first = talk(store);
  deleteQuoted(store, first);
  const asOf = store.nForgettings();
  assert.ok(asOf > 0);
  store.delete(first);
  assert.ok(store.nForgettings() >= asOf);
  const second = talk(store);
  deleteQuoted(store, second);
  assert.equal(store.putProse(second, "a1", proseOf("So.", { turnIds: ["a0"] }), asOf), false);
  store.close();
});

check("it goes with its conversation", "So.", true, (store, id) => store.delete(id));
check("it goes with its turn", "So.", true, (store) =>
  store.forgetTurns(() => new Set(["q1", "a1"])),
);
check("it goes with an earlier turn, which it may tell of", "So.", true, (store) =>
  store.forgetTurns(() => new Set(["q0", "a0"])),
);
