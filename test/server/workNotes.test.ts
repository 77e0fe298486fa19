/** Notes of a store that is full make room, and nothing of them is left in what was said. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { MemoryError } from "../../protocol/errors.ts";
import { noteKinds } from "../../protocol/notes.ts";
import { prose } from "../../server/answer/markdown.ts";
import { openConversationStore } from "../../server/memory/conversationStore.ts";
import { nodeClock } from "../../server/nodePorts.ts";
import { forgetQuotes } from "../../server/workMemory.ts";
import { WorkNotes } from "../../server/workNotes.ts";
import { temporaryFolder } from "./ingest/treesOnDisk.ts";
import { makeTurn } from "./memory/conversationTurns.ts";

const scratch = temporaryFolder();
after(() => scratch[Symbol.dispose]());

const maxBytes = 120_000;
/** More than have room. */
const maxNotes = 40;
/** A note that takes some of the room. */
const filling = (n: number | string): string => `number${n} is about ${`tide${n} `.repeat(1_000)}`;
const dayMs = 86_400_000;

/** Something that writes notes until one of them makes room. */
const writers: Readonly<Record<string, (notes: WorkNotes, n: number) => Promise<unknown>>> = {
  remember: (notes, n) => notes.remember({ text: filling(n) }),
  correct: async (notes, n) => {
    const { note } = await notes.remember({ text: `short ${n} fact${n}` });
    return notes.correct({ id: note.id, text: filling(n) });
  },
  import: async (notes, n) => {
    const [like] = await notes.saved();
    assert.ok(like !== undefined);
    const more = { ...like, id: `more${n}`, kind: noteKinds[0], text: filling(n) };
    return notes.addSaved([more], () => Promise.resolve());
  },
};
for (const [what, write] of Object.entries(writers)) {
  test(`a note that makes room for ${what} leaves no byte in answers and in what models wrote of it`, async () => {
    const folder = path.join(scratch.path, what);
    // What is oldest goes first.
    let nowMs = 1_700_000_000_000;
    const clock = { nowMs: () => (nowMs += dayMs), elapsedMs: () => 0 };
    mkdirSync(folder);
    const storeDir = path.join(folder, "store");
    const notes = new WorkNotes({
      workspace: () => ({ storeDir, roots: [{ rootId: "root", folder }] }),
      places: () => ({
        fileHash: () => undefined,
        whereMoved: () => [],
        symbolAt: () => undefined,
      }),
      ...{ check: () => [], cite: () => undefined, clock, maxBytes },
      log: { log: () => undefined },
    });
    const conversations = openConversationStore(path.join(storeDir, "conversations"), nodeClock);
    const { store } = conversations;
    let nFailures = 1;
    notes.onRoomMade((gone) =>
      Promise.try(() => {
        if (nFailures-- > 0) throw new MemoryError("diskFull");
        forgetQuotes(store, gone);
      }),
    );
    const { note } = await notes.remember({ text: filling("NEEDLE") });
    const { id } = store.create();
    store.appendTurn(id, makeTurn({ id: "q", text: "where is the heron?" }));
    const text = `> ${prose(note.text)}\n\nThere.`;
    store.appendTurn(id, makeTurn({ id: "a", role: "lore", text }));
    const counts = { citations: [], marks: [], nSentences: 1, nSupported: 1 };
    const written = { markdown: "Far off: NEEDLE.", ...counts, noteIds: [note.id] };
    store.putProse(id, "a", { ...written, model: "small", state: "done" });
    const isThere = async (): Promise<boolean> => notes.haveAll([note.id]);
    let nFailed = 0;
    const fails = (error: unknown): void => {
      assert.ok(error instanceof MemoryError && error.errorName === "diskFull");
      nFailed++;
    };
    let n = 0;
    while (n < maxNotes && (await isThere())) await write(notes, n++).catch(fails);
    assert.ok(!(await isThere()));
    assert.equal(nFailed, 1, "whoever needs the room is told that the words are still there");
    while (n < 2 * maxNotes && nFailures === 0) await write(notes, n++);
    assert.match(store.read(id).turns[1]?.text ?? "", /There\.$/);
    store.close();
    await notes.close();
    const names = readdirSync(storeDir, { recursive: true, encoding: "utf8", withFileTypes: true });
    const holding = names
      .filter((entry) => entry.isFile())
      .filter((entry) => readFileSync(path.join(entry.parentPath, entry.name)).includes("NEEDLE"));
    assert.deepEqual(holding, []);
  });
}
