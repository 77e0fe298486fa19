import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { MemoryError } from "../../../protocol/errors.ts";
import { openConversationStore } from "../../../server/memory/conversationStore.ts";
import { untitled } from "../../../server/memory/conversationTitle.ts";
import type { Turn } from "../../../protocol/types.ts";
import type {
  ConversationStore,
  RoundCandidate,
  TextEmbedder,
} from "../../../server/workServices.ts";
import { plantSecrets } from "../secrets/plantedSecrets.ts";
import { randomNumbers } from "../workspaceMemoryHarness.ts";
import { createTestClock, makeTurn } from "./conversationTurns.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "lore-conversations-"));
after(() => rmSync(scratch, { recursive: true, force: true }));
let nFolders = 0;
const newFolder = (): string => path.join(scratch, String(nFolders++));
const open = (folder: string): ConversationStore =>
  openConversationStore(folder, createTestClock()).store;
const isNotFound = (error: unknown): boolean =>
  error instanceof MemoryError && error.errorName === "conversationNotFound";

test("a conversation and its turns are there after closing and opening again", () => {
  const folder = newFolder();
  const store = open(folder);
  const { id, title, nTurns } = store.create();
  assert.equal(title, untitled);
  assert.equal(nTurns, 0);
  const turns = [
    makeTurn({ id: "a", text: "where is \u0000 the “retry” 🎉?" }),
    makeTurn({
      id: "b",
      role: "lore",
      text: "There.",
      abstained: true,
      elapsedMs: 3,
      tiers: ["lexical"],
    }),
  ];
  for (const turn of turns) store.appendTurn(id, turn);
  store.close();
  const again = open(folder);
  assert.deepEqual(again.read(id).turns, turns);
  assert.equal(again.read(id).conversation.nTurns, 2);
  again.close();
});

test("the outline of a conversation has each turn's words and citations, and what was selected", () => {
  const store = open(newFolder());
  const { id } = store.create();
  const selection = { file: "/work/a.ts", text: "x", range: { startLine: 0, endLine: 1 } };
  const asked = makeTurn({ id: "a", text: "where is \u0000 \ud800 the “retry” 🎉?", selection });
  const answered = makeTurn({ id: "b", role: "lore", text: "`here`" });
  for (const turn of [asked, answered]) store.appendTurn(id, turn);
  const outlined = ({ id: turnId, role, text, createdMs, citations }: Turn): object => ({
    ...{ id: turnId, role, text, createdMs, citations },
  });
  assert.deepEqual(store.outline(id), [
    { ...outlined(asked), selectedFile: "/work/a.ts" },
    { ...outlined(answered), selectedFile: null },
  ]);
  assert.throws(() => store.outline("gone"), isNotFound);
  store.close();
});

test("a full store forgets what is not gone on with, never the one that is written to, and leaves no byte of them", () => {
  const folder = newFolder();
  const maxBytes = 300_000;
  let nowMs = 1_700_000_000_000;
  const clock = { nowMs: () => nowMs++, elapsedMs: () => 0 };
  const { store } = openConversationStore(
    folder,
    clock,
    undefined,
    () => crypto.randomUUID(),
    maxBytes,
  );
  const say = (id: string, name: string): void =>
    store.appendTurn(
      id,
      makeTurn({ id: crypto.randomUUID(), text: `NEEDLE-${name} ${"x".repeat(20_000)}` }),
    );
  const old = store.create().id;
  say(old, "old");
  const often = store.create().id;
  say(often, "often");
  for (let i = 0; i < 8; i++) {
    nowMs += 86_400_000;
    say(often, "often");
    const { id } = store.create();
    say(id, `n${i}`);
    assert.ok(
      store.list().some((each) => each.id === id),
      "the one that was just written",
    );
  }
  const left = store.list().map(({ id }) => id);
  assert.ok(!left.includes(old) && left.includes(often));
  const bytes = readdirSync(folder).map((name) => readFileSync(path.join(folder, name)));
  assert.ok(!bytes.some((each) => each.includes("NEEDLE-old")));
  for (let i = 0; i < 30; i++) say(often, "often");
  assert.deepEqual(
    store.list().map(({ id }) => id),
    [often],
    "one that is larger than all room stays whole",
  );
  store.close();
});

test("the conversation that changed last is listed first", () => {
  const store = open(newFolder());
  const [a, b, c] = [store.create(), store.create(), store.create()];
  store.appendTurn(a.id, makeTurn({}));
  assert.deepEqual(
    store.list().map(({ id }) => id),
    [a.id, c.id, b.id],
  );
  store.close();
});

test("the title is the first question's first line, until the user gives one", () => {
  const store = open(newFolder());
  const { id } = store.create();
  const titleNow = (): string => store.read(id).conversation.title;
  store.appendTurn(id, makeTurn({ id: "blank", text: " \n\t" }));
  assert.equal(titleNow(), untitled);
  store.appendTurn(id, makeTurn({ id: "a", text: `\n  Where\u202e is\tX?\nsecond line` }));
  assert.equal(titleNow(), "Where is X?");
  store.appendTurn(id, makeTurn({ id: "b", text: "another" }));
  assert.equal(titleNow(), "Where is X?");
  assert.equal(store.rename(id, "  Retry \n notes ").title, "Retry notes");
  assert.equal(store.rename(id, "   ").title, "Retry notes");
  const long = store.create();
  store.appendTurn(long.id, makeTurn({ text: "🎉".repeat(100) }));
  assert.equal([...store.read(long.id).conversation.title].length, 60);
  assert.ok(store.read(long.id).conversation.title.endsWith("🎉…"));
  store.close();
});

test("a turn is replaced by its id, and order stays", () => {
  const store = open(newFolder());
  const { id } = store.create();
  store.appendTurn(id, makeTurn({ id: "a", text: "1" }));
  store.appendTurn(id, makeTurn({ id: "b", text: "2" }));
  store.updateTurn(id, makeTurn({ id: "a", text: "3" }));
  store.appendTurn(id, makeTurn({ id: "b", text: "4" }));
  assert.deepEqual(
    store.read(id).turns.map(({ text }) => text),
    ["3", "4"],
  );
  store.close();
});

test("what is not there is an error of its own, and changes nothing", () => {
  const store = open(newFolder());
  const { id } = store.create();
  for (const work of [
    () => store.read("nope"),
    () => store.rename("nope", "x"),
    () => store.delete("nope"),
    () => store.appendTurn("nope", makeTurn({})),
    () => store.updateTurn("nope", makeTurn({})),
    () => store.updateTurn(id, makeTurn({ id: "nope" })),
  ]) {
    assert.throws(work, isNotFound);
  }
  assert.deepEqual(store.read(id).turns, []);
  store.close();
});

test("a turn that is being written is interrupted for the next process, and only there", () => {
  const folder = newFolder();
  const store = open(folder);
  const { id } = store.create();
  store.appendTurn(id, makeTurn({ id: "a", role: "lore", state: "streaming", text: "half" }));
  assert.equal(store.read(id).turns[0]?.state, "streaming");
  const other = open(folder);
  assert.deepEqual(
    { ...other.read(id).turns[0], state: "" },
    { ...store.read(id).turns[0], state: "" },
  );
  assert.equal(other.read(id).turns[0]?.state, "interrupted");
  store.updateTurn(id, makeTurn({ id: "a", role: "lore", state: "done", text: "whole" }));
  assert.equal(other.read(id).turns[0]?.state, "done");
  store.close();
  other.close();
});

test("random work gives what a list in memory gives", () => {
  const action = fc.oneof(
    fc.record({
      kind: fc.constant("append" as const),
      c: fc.nat(3),
      t: fc.nat(4),
      text: fc.string({ unit: "binary" }),
    }),
    fc.record({ kind: fc.constant("delete" as const), c: fc.nat(3) }),
    fc.record({ kind: fc.constant("reopen" as const) }),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 25 }), (actions) => {
      const folder = newFolder();
      let store = open(folder);
      const ids = [0, 1, 2, 3].map(() => store.create().id);
      const model = new Map(ids.map((id) => [id, new Map<string, string>()]));
      for (const each of actions) {
        if (each.kind === "reopen") {
          store.close();
          store = open(folder);
          continue;
        }
        const id = ids[each.c] as string;
        const turns = model.get(id);
        if (each.kind === "delete") {
          if (turns === undefined) assert.throws(() => store.delete(id), isNotFound);
          else store.delete(id);
          model.delete(id);
        } else if (turns !== undefined) {
          store.appendTurn(id, makeTurn({ id: String(each.t), text: each.text }));
          turns.set(String(each.t), each.text);
        }
      }
      assert.deepEqual(new Set(store.list().map(({ id }) => id)), new Set(model.keys()));
      for (const [id, turns] of model) {
        assert.deepEqual(
          store.read(id).turns.map((turn) => [turn.id, turn.text]),
          [...turns],
        );
      }
      store.close();
      rmSync(folder, { recursive: true });
    }),
    { numRuns: 25 },
  );
});

function holds(folder: string, needle: string): string[] {
  return readdirSync(folder).filter((name) =>
    readFileSync(path.join(folder, name)).includes(needle),
  );
}

test("a deleted conversation leaves no bytes in any file, and the others stay", () => {
  const folder = newFolder();
  const store = open(folder);
  const [doomed, kept] = [store.create(), store.create()];
  for (let i = 0; i < 30; i++) {
    store.appendTurn(
      doomed.id,
      makeTurn({ id: `${i}`, text: `DOOMED-NEEDLE ${"x".repeat(i * 400)} DOOMED-NEEDLE` }),
    );
    store.updateTurn(
      doomed.id,
      makeTurn({ id: `${i}`, text: `DOOMED-NEEDLE ${"y".repeat(i * 300)}` }),
    );
    store.appendTurn(kept.id, makeTurn({ id: `${i}`, text: `KEPT-NEEDLE ${i}` }));
  }
  store.rename(doomed.id, "TITLE-NEEDLE");
  assert.notDeepEqual(holds(folder, "DOOMED-NEEDLE"), []);
  store.delete(doomed.id);
  for (const needle of ["DOOMED-NEEDLE", "TITLE-NEEDLE", doomed.id])
    assert.deepEqual(holds(folder, needle), [], needle);
  assert.notDeepEqual(holds(folder, "KEPT-NEEDLE"), []);
  store.close();
  assert.deepEqual(holds(folder, "DOOMED-NEEDLE"), []);
  assert.equal(open(folder).read(kept.id).turns.length, 30);
});

/** Two rows of numbers that stand for a text; a real model's are as hard to tell from others. */
const letterEmbedder: TextEmbedder = {
  modelId: "letters",
  encodeText: (text) => Int8Array.from({ length: 16 }, (_, idx) => text.charCodeAt(idx) % 120 || 0),
  encodeQuery: (text) => letterEmbedder.encodeText(text),
};

/** Ways in which a conversation goes, or all that was said in it. */
const deletions: Readonly<Record<string, (store: ConversationStore, id: string) => void>> = {
  deleted: (store, id) => store.delete(id),
  "forgotten turn by turn": (store) => {
    const gone = store.forgetTurns(
      (turns) => new Set(turns.filter(({ text }) => /zqxj|wqzx/.test(text)).map(({ id }) => id)),
    );
    assert.deepEqual(gone, { nConversations: 1, nTurns: 80 });
  },
  "forgotten for want of room": (store, doomed) => {
    const { id } = store.create();
    for (let i = 0; store.list().some((each) => each.id === doomed); i++) {
      assert.ok(i < 200);
      store.appendTurn(id, makeTurn({ id: `x${i}`, text: "y".repeat(4_000) }));
    }
  },
};

for (const [way, forget] of Object.entries(deletions))
  test(`a conversation that is ${way} leaves no word in the index, no embedding, and no quote in other conversations`, () => {
    const folder = newFolder();
    const newId = (): string => crypto.randomUUID();
    const clock = createTestClock();
    const { store } = openConversationStore(folder, clock, letterEmbedder, newId, 400_000);
    const [doomed, kept] = [store.create(), store.create()];
    for (let i = 0; i < 40; i++) {
      // Long, so that enough room is free without the other one going.
      const said = `vanishingword${i} zqxjkvbm${" and so on".repeat(300)}`;
      store.appendTurn(doomed.id, makeTurn({ id: `q${i}`, text: said }));
      store.appendTurn(
        doomed.id,
        makeTurn({ id: `a${i}`, role: "lore", text: `answerword${i} wqzxjkvy` }),
      );
    }
    // Shorter and asked in more often, so that it outlives the other when room is wanted.
    for (let i = 0; i < 80; i++)
      store.appendTurn(kept.id, makeTurn({ id: `q${i}`, text: `stayingword${i}` }));
    const quote = `> vanishingword1\n>\n> *You, in [title](#turn-${doomed.id}/q1)*`;
    const quoting = { id: "quoting", role: "lore", text: `Before.\n\n${quote}\n\nAfter.` } as const;
    store.appendTurn(kept.id, makeTurn(quoting));
    const embedding = Buffer.from(letterEmbedder.encodeText("vanishingword1 zqxjkvbm").buffer);
    const files = (): string[] =>
      readdirSync(folder).filter((name) =>
        readFileSync(path.join(folder, name)).includes(embedding),
      );
    assert.notDeepEqual(files(), []);
    assert.notDeepEqual(holds(folder, "zqxjkvbm"), []);
    forget(store, doomed.id);
    for (const needle of ["vanish", "answerword", "zqxjk", "wqzxj", doomed.id])
      assert.deepEqual(holds(folder, needle), [], needle);
    assert.deepEqual(files(), []);
    const text = store.read(kept.id).turns.at(-1)?.text ?? "";
    assert.match(text, /^Before\.\n\n\*Something was quoted here .*\*\n\nAfter\.$/);
    assert.equal(roundsOf(store, ["stayingword7", "7"])[0]?.questionId, "q7");
    store.close();
  });

test("what a later answer of the same conversation quotes goes with the turn that it quotes, and a list loses only that line", () => {
  const folder = newFolder();
  const store = open(folder);
  const { id } = store.create();
  const line = (text: string, turnId: string): string =>
    `- asked “[${text}](#turn-${id}/${turnId})”`;
  const turns = [
    { id: "q1", text: "vanishingword" },
    { id: "a1", role: "lore", text: "first answer" },
    { id: "q2", text: "what did I say?" },
    { id: "a2", role: "lore", text: `> vanishingword\n>\n> *You, in [title](#turn-${id}/q1)*` },
    { id: "q3", text: "what did I do?" },
    {
      id: "a3",
      role: "lore",
      text: `Lately:\n\n${line("vanishingword", "q1")}\n- edited \`a.ts\``,
    },
  ] as const;
  for (const turn of turns) store.appendTurn(id, makeTurn(turn));
  store.forgetTurns(() => new Set(["q1", "a1"]));
  assert.deepEqual(holds(folder, "vanish"), []);
  const texts = store.read(id).turns.map(({ text }) => text);
  assert.match(texts[1] ?? "", /^\*Something was quoted here [^\n]*\*$/);
  assert.match(texts[3] ?? "", /^Lately:\n\n- \*Something .*\*\n- edited `a\.ts`$/);
  store.close();
});

test("what an answer tells of other conversations is not its own words, so that nobody quotes it from there", () => {
  const store = open(newFolder());
  const { id } = store.create();
  const answer = [
    "The heron is here.",
    "*You said on 2026-01-01 09:00, in [title](#turn-other/q1): “the otter swims”*",
    "- committed `a`\n- asked “[where is the narwhal](#turn-other/q2)”",
  ];
  store.appendTurn(id, makeTurn({ id: "q", text: "where is it?" }));
  store.appendTurn(id, makeTurn({ id: "a", role: "lore", text: answer.join("\n\n") }));
  assert.equal(roundsOf(store, ["heron"])[0]?.questionId, "q");
  assert.deepEqual(roundsOf(store, ["otter", "narwhal"]), []);
  assert.doesNotMatch(roundsOf(store, ["heron"])[0]?.answer ?? "", /otter|narwhal/);
  store.close();
});

test("an embedding of another model is held against nothing until the text has one of the present model", () => {
  const folder = newFolder();
  const { store } = openConversationStore(folder, createTestClock(), letterEmbedder);
  const { id } = store.create();
  // More than get a new embedding with one search.
  for (let i = 0; i < 501; i++) store.appendTurn(id, makeTurn({ id: `q${i}`, text: `otter ${i}` }));
  store.close();
  const other: TextEmbedder = { ...letterEmbedder, modelId: "others" };
  const again = openConversationStore(folder, createTestClock(), other).store;
  const nNear = (): number =>
    again
      .rounds({ terms: ["otter"], text: "otter", limit: 501 })
      .filter(({ similarity }) => similarity !== undefined).length;
  assert.equal(nNear(), 500);
  assert.equal(nNear(), 501);
  again.close();
});

test("what is imported is found, and of a conversation that lost turns what is left", async () => {
  const store = open(newFolder());
  const turns = [
    makeTurn({ id: "q1", text: "about the otter" }),
    makeTurn({ id: "a1", role: "lore", text: "the narwhal" }),
    makeTurn({ id: "q2", text: "about the heron" }),
  ];
  await store.addKept(
    [{ id: "imported", title: "animals", createdMs: 1, updatedMs: 2, turns }],
    () => Promise.resolve(),
  );
  assert.equal(roundsOf(store, ["narwhal"])[0]?.questionId, "q1");
  store.forgetTurns(() => new Set(["q1", "a1"]));
  assert.deepEqual(roundsOf(store, ["narwhal"]), []);
  assert.equal(roundsOf(store, ["heron"])[0]?.questionId, "q2");
  store.close();
});

function roundsOf(store: ConversationStore, terms: readonly string[]): RoundCandidate[] {
  return store.rounds({ terms, text: terms.join(" "), limit: 1 });
}

test("a round is found by what the user said and by the answer once it is done", () => {
  const store = open(newFolder());
  const { id } = store.create();
  store.appendTurn(id, makeTurn({ id: "q", text: "about the otter", createdMs: 5 }));
  const answer = {
    id: "a",
    role: "lore",
    text: "the narwhal\n```ts\nconst hidden = 1;\n```",
  } as const;
  store.appendTurn(id, makeTurn({ ...answer, state: "streaming" }));
  assert.deepEqual(roundsOf(store, ["narwhal"]), []);
  assert.equal(roundsOf(store, ["otter"])[0]?.answer, "");
  store.updateTurn(id, makeTurn({ ...answer, state: "done" }));
  const [found] = roundsOf(store, ["narwhal"]);
  assert.deepEqual([found?.questionId, found?.answerId, found?.createdMs], ["q", "a", 5]);
  assert.equal(found?.answer, "the narwhal");
  assert.deepEqual(roundsOf(store, ["hidden"]), []);
  store.appendTurn(id, makeTurn({ id: "q", text: "about the seal" }));
  assert.deepEqual(roundsOf(store, ["otter"]), []);
  assert.equal(roundsOf(store, ["seal"])[0]?.answerId, "a");
  assert.deepEqual(store.roundCounts(["seal", "otter"]), { nRounds: 1, nHolding: [1, 0] });
  store.close();
});

test("what a model writes is kept without secrets, and embeds nothing anew", () => {
  const folder = newFolder();
  let nEmbedded = 0;
  const encode = (): Int8Array => {
    nEmbedded++;
    return new Int8Array([1, 0]);
  };
  const embedder = { modelId: "counting", encodeText: encode, encodeQuery: encode };
  const { store } = openConversationStore(folder, createTestClock(), embedder);
  const { id } = store.create();
  store.appendTurn(id, makeTurn({ id: "q", text: "about the otter" }));
  store.appendTurn(id, makeTurn({ id: "a", role: "lore", text: "it swims" }));
  const nBefore = nEmbedded;
  const [planted] = plantSecrets(1, randomNumbers(5));
  assert.ok(planted !== undefined && nBefore > 0);
  const prose = { citations: [], marks: [], nSentences: 1, nSupported: 1, model: "m" };
  for (let nth = 0; nth < 10; nth++)
    store.putProse(id, "a", { ...prose, markdown: planted.text, state: "streaming" });
  store.putProse(id, "a", { ...prose, markdown: planted.text, state: "done" });
  assert.equal(nEmbedded, nBefore);
  assert.deepEqual(holds(folder, planted.secret), []);
  const [, answer] = store.read(id).turns;
  assert.deepEqual([answer?.text, answer?.prose?.state], ["it swims", "done"]);
  for (const [conversation, turn] of [
    [id, "q"],
    [id, "none"],
    ["none", "a"],
  ] as const)
    assert.throws(
      () => store.putProse(conversation, turn, { ...prose, markdown: "", state: "done" }),
      isNotFound,
    );
  store.close();
});

test("keys that stand in a turn are in no index", () => {
  const folder = newFolder();
  const store = open(folder);
  const { id } = store.create();
  for (const [idx, { text, secret }] of plantSecrets(40, randomNumbers(23)).entries()) {
    store.appendTurn(id, makeTurn({ id: `${idx}`, text }));
    assert.deepEqual(holds(folder, secret), []);
    assert.deepEqual(holds(folder, secret.toLowerCase()), []);
  }
  store.close();
});

/** Takes out of a file's tables what versions before branches did not have. */
const withoutBranches =
  "DROP TABLE forgetting; ALTER TABLE turn DROP COLUMN taken; DROP INDEX turn_tree; DROP INDEX turn_pinned; ALTER TABLE turn DROP COLUMN is_pinned; ALTER TABLE turn DROP COLUMN parent_id; ALTER TABLE turn DROP COLUMN is_question; ALTER TABLE conversation DROP COLUMN head_id;";

test("conversations of a version without an index get one, and embeddings with the next search", () => {
  const folder = newFolder();
  const store = open(folder);
  const { id } = store.create();
  store.appendTurn(id, makeTurn({ id: "q", text: "about the otter" }));
  store.appendTurn(id, makeTurn({ id: "a", role: "lore", text: "the narwhal" }));
  store.close();
  const older = new DatabaseSync(path.join(folder, "conversations.sqlite"));
  older.exec(
    `${withoutBranches} DROP TABLE round_index; DROP TABLE round; PRAGMA user_version = 2`,
  );
  older.close();
  const opened = openConversationStore(folder, createTestClock(), letterEmbedder);
  assert.equal(opened.notice, undefined);
  assert.equal(roundsOf(opened.store, ["narwhal"])[0]?.questionId, "q");
  const near = opened.store.rounds({ terms: ["nothing"], text: "about the otter", limit: 1 });
  assert.ok((near[0]?.similarity ?? 0) > 0.99);
  opened.store.close();
});

test("a damaged file is moved aside with a notice, and a new one works", () => {
  for (const damage of [
    (file: string) => writeFileSync(file, "this is no database"),
    (file: string) => {
      const bytes = readFileSync(file);
      bytes.fill(0xff, 4096, 12288);
      writeFileSync(file, bytes);
    },
    (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 5000)),
  ]) {
    const folder = newFolder();
    const store = open(folder);
    const { id } = store.create();
    for (let i = 0; i < 20; i++)
      store.appendTurn(id, makeTurn({ id: `${i}`, text: "z".repeat(3000) }));
    store.close();
    damage(path.join(folder, "conversations.sqlite"));
    const opened = openConversationStore(folder, createTestClock());
    assert.equal(opened.notice?.kind, "conversationsRebuilt");
    assert.deepEqual(opened.store.list(), []);
    assert.equal(opened.store.create().nTurns, 0);
    assert.ok(readdirSync(folder).some((name) => name.includes("damaged")));
    opened.store.close();
    assert.equal(openConversationStore(folder, createTestClock()).notice, undefined);
  }
});

test("an empty file and one of a newer Lore both lose nothing", () => {
  const empty = newFolder();
  open(empty).close();
  writeFileSync(path.join(empty, "conversations.sqlite"), "");
  assert.equal(open(empty).create().nTurns, 0);
  const folder = newFolder();
  open(folder).close();
  const file = path.join(folder, "conversations.sqlite");
  const newer = new DatabaseSync(file);
  newer.exec(
    "PRAGMA user_version = 7; CREATE TABLE future (text TEXT); INSERT INTO future VALUES ('FUTURE-NEEDLE')",
  );
  newer.close();
  const opened = openConversationStore(folder, createTestClock());
  assert.equal(opened.notice?.kind, "conversationsNewer");
  const { id } = opened.store.create();
  opened.store.close();
  assert.equal(open(folder).read(id).conversation.id, id);
  const still = new DatabaseSync(file, { readOnly: true });
  assert.deepEqual(
    { ...still.prepare("SELECT text FROM future").get() },
    { text: "FUTURE-NEEDLE" },
  );
  still.close();
});

/** A file as a Lore from before version numbers would have left it. */
function withoutVersion(folder: string): void {
  const database = new DatabaseSync(path.join(folder, "conversations.sqlite"));
  database.exec(`${withoutBranches} PRAGMA user_version = 0`);
  database.close();
}

test("conversations of an older version are kept and go on", () => {
  const folder = newFolder();
  const store = open(folder);
  const { id } = store.create();
  store.appendTurn(id, makeTurn({ id: "a", text: "OLDER-NEEDLE" }));
  store.close();
  withoutVersion(folder);
  const opened = openConversationStore(folder, createTestClock());
  assert.equal(opened.notice, undefined);
  assert.equal(opened.store.read(id).turns[0]?.text, "OLDER-NEEDLE");
  opened.store.appendTurn(id, makeTurn({ id: "b", text: "and on" }));
  opened.store.close();
  assert.deepEqual(
    open(folder)
      .read(id)
      .turns.map(({ text }) => text),
    ["OLDER-NEEDLE", "and on"],
  );
});

const otherTables: readonly (readonly [what: string, version: number, sql: string])[] = [
  ["tables of the same name with other columns", 0, "CREATE TABLE conversation (words TEXT)"],
  ["another program's tables", 1, "CREATE TABLE note (text TEXT)"],
];
for (const [what, version, sql] of otherTables) {
  test(`${what} are set aside with their content, and said`, () => {
    const folder = newFolder();
    open(folder).close();
    const file = path.join(folder, "conversations.sqlite");
    rmSync(file);
    const database = new DatabaseSync(file);
    database.exec(
      `${sql}; CREATE TABLE kept (text TEXT); INSERT INTO kept VALUES ('SET-ASIDE-NEEDLE'); PRAGMA user_version = ${version}`,
    );
    database.close();
    const opened = openConversationStore(folder, createTestClock());
    assert.equal(opened.notice?.kind, "conversationsRebuilt");
    assert.equal(opened.store.create().nTurns, 0);
    opened.store.close();
    assert.deepEqual(holds(folder, "SET-ASIDE-NEEDLE"), ["conversations.sqlite.damaged"]);
  });
}

test("of several damaged files each is kept, with what its journal held", () => {
  const folder = newFolder();
  const file = path.join(folder, "conversations.sqlite");
  for (const needle of ["FIRST-NEEDLE", "SECOND-NEEDLE"]) {
    open(folder).close();
    writeFileSync(file, `no database, ${needle}`);
    writeFileSync(`${file}-wal`, `journal of ${needle}`);
    const opened = openConversationStore(folder, createTestClock());
    assert.equal(opened.notice?.kind, "conversationsRebuilt");
    opened.store.close();
  }
  assert.equal(holds(folder, "FIRST-NEEDLE").length, 2);
  assert.equal(holds(folder, "SECOND-NEEDLE").length, 2);
});

test("a file of a version that no Lore has is kept untouched", () => {
  const folder = newFolder();
  const store = open(folder);
  const { id } = store.create();
  store.close();
  const file = path.join(folder, "conversations.sqlite");
  const database = new DatabaseSync(file);
  database.exec("PRAGMA user_version = -3");
  database.close();
  const before = readFileSync(file);
  const opened = openConversationStore(folder, createTestClock());
  assert.equal(opened.notice?.kind, "conversationsNewer");
  assert.deepEqual(opened.store.list(), []);
  opened.store.close();
  assert.ok(readFileSync(file).equals(before), id);
});

/** Runs a writer and kills it after so many acknowledgements; returns what was acknowledged, in order. */
async function writeAndKill(folder: string, nAcknowledged: number): Promise<string[]> {
  const script = fileURLToPath(new URL("conversationWriter.ts", import.meta.url));
  const child = spawn(process.execPath, [script, folder], { stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (lines.length === nAcknowledged) child.kill("SIGKILL");
  }
  if (child.exitCode === null && child.signalCode === null)
    await new Promise((resolve) => child.once("exit", resolve));
  assert.equal(child.signalCode, "SIGKILL");
  return lines;
}

test(
  "kill -9 at any moment loses nothing that was acknowledged",
  { timeout: 120_000 },
  async () => {
    const folder = newFolder();
    const expected = new Map<string, { state: string; length: number }>();
    let conversationId = "";
    for (let round = 0; round < 20; round++) {
      const [first, ...rest] = await writeAndKill(folder, 2 + ((round * 13) % 47));
      const id = (first as string).split(" ")[1] as string;
      assert.ok(
        conversationId === "" || conversationId === id,
        "the conversation of the first round is still listed",
      );
      conversationId = id;
      for (const line of rest) {
        const [state, turnId, length] = line.split(" ") as [string, string, string];
        expected.set(turnId, {
          state: state === "done" ? "done" : "interrupted",
          length: Number(length),
        });
      }
      const opened = openConversationStore(folder, createTestClock());
      assert.equal(opened.notice, undefined);
      const turns = new Map(opened.store.read(id).turns.map((turn) => [turn.id, turn]));
      for (const [turnId, { state, length }] of expected) {
        const turn = turns.get(turnId);
        assert.ok(turn !== undefined, `${turnId} of round ${round}`);
        assert.ok(turn.text.startsWith(turnId));
        // The update after an acknowledged append may have been written without being acknowledged.
        if (turn.state === state) assert.equal(turn.text.length, length);
        else
          assert.deepEqual(
            [state, turn.state, turn.text.length],
            ["interrupted", "done", length + 3],
          );
      }
      opened.store.close();
    }
    assert.ok(expected.size > 100);
  },
);

test("a page of turns is the last of them, or the last before a turn", () => {
  const store = open(newFolder());
  const { id } = store.create();
  for (let n = 0; n < 7; n++) store.appendTurn(id, makeTurn({ id: `t${n}` }));
  const page = (wanted: Parameters<ConversationStore["read"]>[1]): [string, number] => {
    const { turns, nEarlier } = store.read(id, wanted);
    return [turns.map((turn) => turn.id).join(" "), nEarlier];
  };
  assert.deepEqual(page({}), ["t0 t1 t2 t3 t4 t5 t6", 0]);
  assert.deepEqual(page({ lastTurns: 3 }), ["t4 t5 t6", 4]);
  assert.deepEqual(page({ lastTurns: 3, before: "t4" }), ["t1 t2 t3", 1]);
  assert.deepEqual(page({ lastTurns: 3, before: "t1" }), ["t0", 0]);
  assert.deepEqual(page({ lastTurns: 3, before: "t0" }), ["", 0]);
  assert.deepEqual(page({ before: "t2" }), ["t0 t1", 0]);
  assert.deepEqual(page({ lastTurns: 0 }), ["", 7]);
  assert.throws(() => store.read(id, { before: "nope" }), isNotFound);
  store.close();
});

test("of 1,000 secrets in questions, selections, answers and traces none is in any file of the store", () => {
  const folder = newFolder();
  const store = open(folder);
  const { id } = store.create();
  const planted = plantSecrets(1_000, randomNumbers(21));
  const nInTurn = 50;
  for (let n = 0; n < planted.length; n += nInTurn) {
    const some = planted.slice(n, n + nInTurn);
    const text = some.map((each) => each.text).join("\n");
    const range = { startLine: 0, endLine: 1 };
    // The answer repeats the secrets alone, and the trace their pieces in lower case.
    const secrets = some.map(({ secret }) => secret);
    const terms = secrets
      .flatMap((secret) => secret.toLowerCase().split(/\W+/))
      .map((term) => ({ term, nChunks: 0, used: true }));
    const trace = { terms, identifiers: secrets, paths: [], literals: secrets, stages: [] };
    store.appendTurn(
      id,
      (n / nInTurn) % 2 === 0
        ? makeTurn({ id: `q${n}`, text })
        : makeTurn({ id: `q${n}`, text: "what?", selection: { file: "/a/b.ts", text, range } }),
    );
    const answer = makeTurn({ id: `a${n}`, role: "lore", state: "streaming" });
    store.appendTurn(id, answer);
    store.updateTurn(id, { ...answer, text: `${secrets.join("` or `")}: none.`, trace });
    store.rename(id, (some[0] as (typeof some)[number]).text);
  }
  assert.equal(store.read(id).turns.length, (2 * planted.length) / nInTurn);
  store.close();
  for (const { kind, secret } of planted) {
    for (const part of [secret, ...secret.toLowerCase().split(/\W+/)])
      if (part.length >= 16) assert.deepEqual(holds(folder, part), [], kind);
  }
});

test("secrets that an older version kept are masked when its file is opened", () => {
  const folder = newFolder();
  const store = open(folder);
  const { id } = store.create();
  store.close();
  const file = path.join(folder, "conversations.sqlite");
  const database = new DatabaseSync(file);
  const planted = plantSecrets(50, randomNumbers(22));
  database.exec(`${withoutBranches} PRAGMA user_version = 1`);
  const insert = database.prepare("INSERT INTO turn VALUES (?, ?, ?, 'w', ?)");
  for (const [n, { text }] of planted.entries())
    insert.run(id, n + 1, `t${n}`, JSON.stringify(makeTurn({ id: `t${n}`, text })));
  database.close();
  const again = open(folder);
  assert.equal(again.read(id).turns.length, 50);
  again.close();
  for (const { kind, secret } of planted) assert.deepEqual(holds(folder, secret), [], kind);
});
