/** Notes and conversations together: exported, imported and forgotten with the server's own parts. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { MemoryError } from "../../protocol/errors.ts";
import { noteKinds, type NoteKind } from "../../protocol/notes.ts";
import type { AnswerPlan } from "../../protocol/plan.ts";
import type { Turn } from "../../protocol/types.ts";
import { prose } from "../../server/answer/markdown.ts";
import { rootOf } from "../../server/cli/storeLocation.ts";
import type { Services } from "../../server/handlers.ts";
import { openConversationStore } from "../../server/memory/conversationStore.ts";
import { nodeClock } from "../../server/nodePorts.ts";
import { createServices } from "../../server/serverParts.ts";
import {
  exportMemory,
  forgetNotes,
  forgetWork,
  importMemory,
  keepProse,
  type WorkMemory,
} from "../../server/workMemory.ts";
import { temporaryFolder, writeTree } from "./ingest/treesOnDisk.ts";
import { makeTurn } from "./memory/conversationTurns.ts";
import { plantSecrets } from "./secrets/plantedSecrets.ts";
import { randomNumbers } from "./workspaceMemoryHarness.ts";

const scratch = temporaryFolder();
const folder = path.join(scratch.path, "project");
const storeDir = path.join(scratch.path, "store");
const root = rootOf(folder);
const { signal } = new AbortController();
let services: Services;
let work: WorkMemory;
let nFiles = 0;
const newFile = (): string => path.join(scratch.path, `memory${nFiles++}.jsonl`);

/** So many that the hashes of some are large: as signed numbers, which SQLite keeps, those are negative. */
const citedFiles = Array.from({ length: 12 }, (_, n) => `leaves/leaf${n}.ts`);

before(async () => {
  writeTree(folder, {
    ...{ "zoo/a.ts": "let a = 1;\n", "src/b.ts": "let b = 2;\n" },
    ...Object.fromEntries(citedFiles.map((name) => [name, `let leaf = "${name}";\n`])),
  });
  const log = { log: () => undefined };
  const how = { logLevel: "off", statusCommand: "status", deepMemory: "onDemand" } as const;
  services = await createServices(log, how);
  const settings = { exclude: [], include: [], threads: 1, maxFileBytes: 1_000_000 };
  await services.memory.open(storeDir, [root], settings, true);
  await services.memory.settled(false, signal);
  const conversations = openConversationStore(path.join(storeDir, "conversations"), nodeClock);
  const { notes, history } = services;
  work = { notes, history, conversations: conversations.store, roots: [root] };
});
after(async () => {
  work.conversations.close();
  await services.memory.close();
  scratch[Symbol.dispose]();
});

const forgetAll = (): Promise<unknown> => forgetWork(work, { all: true }, signal);
async function exported(): Promise<string> {
  const file = newFile();
  await exportMemory(work, file, signal);
  return readFileSync(file, "utf8");
}
function importText(text: string): ReturnType<typeof importMemory> {
  const file = newFile();
  writeFileSync(file, text);
  return importMemory(work, file, signal);
}
/** Every byte that the store has on the disk. */
function storeBytes(): Buffer {
  const names = readdirSync(storeDir, { recursive: true, encoding: "utf8", withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  return Buffer.concat(
    files.map(({ parentPath, name }) => readFileSync(path.join(parentPath, name))),
  );
}
function cited(file: string): Turn["citations"] {
  const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 10 } };
  return [{ rootId: root.id, path: file, range, contentHash: "0123456789abcdef" }];
}
function proseOf(markdown: string): NonNullable<Turn["prose"]> {
  return {
    ...{ markdown, model: "small", state: "failed", failure: "quota" },
    ...{ citations: cited("zoo/a.ts"), nSentences: 2, nSupported: 1 },
    marks: [{ fault: "nameNotInEvidence", detail: "tides" }],
    ...{ noteIds: ["n1"], turnIds: ["q0", "a0"] },
  };
}
/** A conversation of one question and its answer. */
function say(question: string, answer: string, fields: Partial<Turn> = {}): string {
  const { id } = work.conversations.create();
  const createdMs = fields.createdMs ?? 1_700_000_000_000;
  work.conversations.appendTurn(id, makeTurn({ id: "q", text: question, createdMs }));
  const turn = makeTurn({ id: "a", role: "lore", text: answer, ...fields, createdMs });
  work.conversations.appendTurn(id, turn);
  return id;
}
const isUnusable =
  (detail: RegExp, errorName = "memoryFileUnusable") =>
  (error: unknown): boolean =>
    error instanceof MemoryError && error.errorName === errorName && detail.test(error.detail);

function planOf(text: string): AnswerPlan {
  const parts = [{ text, state: "done" as const, nPlaces: 2 }];
  return { parts, round: 2, maxRounds: 3, followed: ["flushQueue"] };
}

interface Step {
  readonly what: "remember" | "correct" | "pin" | "say" | "use";
  readonly which: number;
  readonly kind: NoteKind;
  readonly words: string;
}
const steps = fc.array(
  fc.record<Step>({
    what: fc.constantFrom("remember", "correct", "pin", "say", "use"),
    which: fc.nat(20),
    kind: fc.constantFrom(...noteKinds),
    words: fc.string({ unit: "binary", minLength: 1, maxLength: 60 }),
  }),
  { minLength: 1, maxLength: 12 },
);

async function take({ what, which, kind, words }: Step): Promise<void> {
  const all = (await work.notes.list({})).toReversed();
  const { id } = all[which % Math.max(1, all.length)] ?? {};
  const text = `${words} retries #tag${which} 1a2b3c4d`;
  const lines = { file: path.join(folder, "zoo/a.ts"), startLine: 0, endLine: 1 };
  if (what === "say")
    say(words, text, {
      ...{ citations: cited("src/b.ts"), tiers: ["lexical"], elapsedMs: 1.5 },
      ...(which % 2 === 0 ? { prose: proseOf(words) } : {}),
      ...(which % 3 === 0 ? { plan: planOf(words) } : {}),
    });
  else if (what === "remember" || id === undefined)
    await work.notes.remember({ text, kind, ...(which % 2 === 0 ? { lines } : {}) });
  else if (what === "correct") await work.notes.correct({ id, text });
  else if (what === "pin") await work.notes.pin(id, true);
  else await work.notes.recall({ text, kinds: [], minCoverage: 0, limit: 3 });
}

test("what is exported, forgotten and imported again is exported as the same bytes, and a second import adds nothing", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      await forgetAll();
      for (const step of taken) await take(step);
      const first = await exported();
      await forgetAll();
      const empty = await exported();
      assert.equal(empty.split("\n").length, 2, "nothing but the first line is left");
      await importText(first);
      assert.equal(await exported(), first);
      const again = { nNotes: 0, nConversations: 0, nTurns: 0 };
      assert.deepEqual(await importText(first), again);
      assert.equal(await exported(), first);
    }),
    { numRuns: 25 },
  );
});

test("a note about any file is exported, with the whole file's hash in hex digits", async () => {
  await forgetAll();
  for (const name of citedFiles) {
    const lines = { file: path.join(folder, name), startLine: 0, endLine: 1 };
    await work.notes.remember({ text: `${name} is a leaf of its own`, lines });
  }
  const hashes = [...(await exported()).matchAll(/"fileHash":"([^"]*)"/g)].map(([, hash]) => hash);
  assert.equal(hashes.length, citedFiles.length);
  for (const hash of hashes) assert.match(hash ?? "", /^[0-9a-f]{16}$/);
});

test("an imported conversation is read as it was, with the selected code and its citations", async () => {
  await forgetAll();
  const { id } = work.conversations.create();
  const selection = {
    file: path.join(folder, "zoo", "a.ts"),
    text: "let a",
    range: { startLine: 0, endLine: 1 },
  };
  const turns = [
    makeTurn({ id: "q", text: "what is a?", selection }),
    makeTurn({ id: "a", role: "lore", text: "[1](#cite-0)", citations: cited("zoo/a.ts") }),
  ];
  for (const turn of turns) work.conversations.appendTurn(id, turn);
  const text = await exported();
  await forgetAll();
  assert.deepEqual(await importText(text), { nNotes: 0, nConversations: 1, nTurns: 2 });
  assert.deepEqual(work.conversations.read(id).turns, turns);
});

test("nothing of an imported title acts in a list, and it is not longer than others", async () => {
  await forgetAll();
  const title = `tides \u202e\u001b[31m\n ${"x".repeat(3_000)}`;
  const lines = [head, { ...conversation, title }, turn];
  await importText(
    lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"),
  );
  const [kept] = work.conversations.list();
  assert.match(kept?.title ?? "", /^tides \[31m x{150,200}…$/);
});

test("a folder of another name and id is the one that is open here", async () => {
  await forgetAll();
  await work.notes.remember({ text: "we use tabs" });
  const text = (await exported()).replaceAll(root.id, "elsewhere").replace('"project"', '"other"');
  await forgetAll();
  assert.equal((await importText(text)).nNotes, 1);
  const [note] = await work.notes.list({});
  assert.deepEqual([note?.rootId, note?.text], [root.id, "we use tabs"]);
});

test("a correction that was made elsewhere arrives, and none leads in a circle", async () => {
  await forgetAll();
  const { note: old } = await work.notes.remember({ text: "we use tabs", kind: "fact" });
  const before = await exported();
  const { note } = await work.notes.correct({ id: old.id, text: "we use blanks" });
  const later = await exported();
  await forgetAll();
  await importText(before);
  assert.deepEqual(
    (await work.notes.list({})).map(({ id }) => id),
    [old.id],
  );
  await importText(later);
  assert.deepEqual(
    (await work.notes.list({})).map(({ id }) => id),
    [note.id],
  );
  const [head, first, second] = later.trimEnd().split("\n") as [string, string, string];
  const turned = [
    head,
    first.replace(`,"supersededBy":"${note.id}"`, ""),
    second.replace(/\}$/, `,"supersededBy":"${old.id}"}`),
  ];
  await importText(turned.join("\n"));
  assert.deepEqual(
    (await work.notes.list({})).map(({ id }) => id),
    [note.id],
  );
});

const head = JSON.stringify({
  type: "memory",
  format: "lore-memory",
  version: 1,
  roots: [{ id: "r", name: "project" }],
});
const note = {
  type: "note",
  id: "n1",
  rootId: "r",
  kind: "fact",
  text: "tides turn",
  who: "Ann",
  createdMs: 1,
  evidence: [],
  tags: [],
  links: [],
  isPinned: false,
  nUses: 0,
};
const place = {
  path: "a.ts",
  range: { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } },
  contentHash: "ab",
};
const conversation = { type: "conversation", id: "c", title: "t", createdMs: 1, updatedMs: 1 };
const turn = {
  type: "turn",
  id: "t",
  conversationId: "c",
  role: "user",
  text: "q",
  createdMs: 1,
  state: "done",
  citations: [],
  abstained: false,
  tiers: [],
};
const secretId = plantSecrets(1, randomNumbers(7))[0]?.secret ?? "";
const good = JSON.stringify(note);
/** What may be added stands before what may not. */
const first = { ...note, id: "first", text: "moons rise" };
const bad: readonly (readonly [what: string, lines: readonly unknown[], detail: RegExp])[] = [
  ["no memory at all", [{ hello: 1 }], /^line 1: line\.type/],
  ["a note before the first line", [note], /^line 1: the first line/],
  ["a second first line", [head, head], /^line 2/],
  ["an empty file", [], /^line 1: this is no memory/],
  ["a line that is cut off", [head, good, '{"type":"no'], /^line 3: it is not JSON/],
  ["a note without words", [head, first, { ...note, text: " " }], /^line 3: note\.text/],
  ["a note of no kind", [head, first, { ...note, kind: "rumour" }], /^line 3: note\.kind/],
  ["an id that leads elsewhere", [head, first, { ...note, id: "../x" }], /^line 3: note\.id/],
  ["an id that is a key", [head, first, { ...note, id: secretId }], /^line 3: note\.id/],
  ["the same id twice", [head, first, note, note], /^line 4: its id stands twice/],
  [
    "a day that no date has",
    [head, first, { ...note, createdMs: 9e15 }],
    /^line 3: note\.createdMs/,
  ],
  [
    "a path out of the folder",
    [head, first, { ...note, file: "a/../../b" }],
    /^line 3: note\.file/,
  ],
  [
    "evidence out of the folder",
    [head, first, { ...note, evidence: [{ ...place, path: "/etc/passwd" }] }],
    /^line 3: note\.evidence\[0\]\.path/,
  ],
  [
    "evidence on another drive",
    [head, first, { ...note, evidence: [{ ...place, path: "C:\\a" }] }],
    /^line 3: note\.evidence\[0\]\.path/,
  ],
  [
    "a replacement that is not there",
    [head, first, { ...note, supersededBy: "n2" }],
    /^line 3: note\.sup/,
  ],
  [
    "replacements in a circle",
    [head, first, { ...note, supersededBy: "n2" }, { ...note, id: "n2", supersededBy: "n1" }],
    /circle/,
  ],
  [
    "a replacement in another folder",
    [head, first, { ...note, supersededBy: "n2" }, { ...note, id: "n2", rootId: "s" }],
    /another folder/,
  ],
  ["a turn of no conversation", [head, first, turn], /^line 3: turn\.conversationId/],
  [
    "a turn that is being written",
    [head, first, conversation, { ...turn, state: "streaming" }],
    /^line 4/,
  ],
  [
    "a turn that cites out of the folder",
    [head, first, conversation, { ...turn, citations: [{ ...place, rootId: "r", path: "../a" }] }],
    /^line 4: turn\.citations\[0\]\.path/,
  ],
];
for (const [what, lines, detail] of bad) {
  test(`${what}: the line is named, and nothing of the file is kept`, async () => {
    await forgetAll();
    const text = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line)));
    await assert.rejects(importText(text.join("\n")), isUnusable(detail));
    assert.equal((await exported()).split("\n").length, 2);
  });
}

test("a file of a newer version is refused with its own sentence, and one that is not there too", async () => {
  await assert.rejects(
    importText(head.replace('"version":1', '"version":2')),
    isUnusable(/^$/, "memoryFileNewer"),
  );
  const missing = importMemory(work, path.join(scratch.path, "missing"), signal);
  await assert.rejects(missing, isUnusable(/^ENOENT$/, "fileUnavailable"));
  const nowhere = exportMemory(work, path.join(scratch.path, "no", "such"), signal);
  await assert.rejects(nowhere, isUnusable(/^ENOENT$/, "fileUnavailable"));
});

test("what fails while it is added keeps what was added, and importing again adds the rest", async () => {
  await forgetAll();
  const failing: WorkMemory = {
    ...work,
    conversations: Object.assign(Object.create(work.conversations) as typeof work.conversations, {
      addKept: () => {
        throw new MemoryError("diskFull");
      },
    }),
  };
  const file = newFile();
  writeFileSync(
    file,
    [head, note, conversation, turn]
      .map((line) => (typeof line === "string" ? line : JSON.stringify(line)))
      .join("\n"),
  );
  await assert.rejects(importMemory(failing, file, signal), isUnusable(/^$/, "diskFull"));
  const again = await importMemory(work, file, signal);
  assert.deepEqual(again, { nNotes: 0, nConversations: 1, nTurns: 1 });
  assert.equal((await exported()).split("\n").length, 5);
});

test("what no import would take is left out of an export and named, with what it replaced", async () => {
  await forgetAll();
  const { note: old } = await work.notes.remember({ text: "we use tabs" });
  const { note: odd } = await work.notes.correct({ id: old.id, text: "we use spaces" });
  await work.notes.remember({ text: "the heron is grey" });
  const saved = async (): ReturnType<typeof work.notes.saved> =>
    (await services.notes.saved()).map((each) =>
      each.id === odd.id ? { ...each, file: "../outside.ts" } : each,
    );
  const { id } = work.conversations.create();
  work.conversations.appendTurn(id, makeTurn({ id: "good", text: "about the otter" }));
  work.conversations.appendTurn(id, makeTurn({ id: "odd id", text: "about the owl" }));
  const notes = Object.assign(Object.create(work.notes) as typeof work.notes, { saved });
  const file = newFile();
  const { leftOut, ...counts } = await exportMemory({ ...work, notes }, file, signal);
  assert.deepEqual(counts, { nNotes: 1, nConversations: 1, nTurns: 1 });
  assert.deepEqual(
    leftOut.map(({ type, id: each, why }) => [type, each, why.split(" ")[0]]),
    [
      ["note", odd.id, "note.file"],
      ["note", old.id, "what"],
      ["turn", "odd id", "turn.id"],
    ],
  );
  await forgetAll();
  assert.deepEqual(await importMemory(work, file, signal), counts);
});

test("all that is forgotten takes with it what was moved aside because it was damaged", async () => {
  await work.notes.remember({ text: "we use tabs" });
  const files = readdirSync(storeDir, { recursive: true, withFileTypes: true })
    .filter(({ name }) => /^(?:notes|conversations)\.sqlite$/.test(name))
    .flatMap(({ parentPath, name }) =>
      ["damaged", "damaged-2", "damaged-wal"].map((end) => path.join(parentPath, `${name}.${end}`)),
    );
  assert.equal(files.length, 6);
  for (const file of files) writeFileSync(file, "we use tabs");
  await forgetWork(work, { beforeMs: 1 }, signal);
  assert.ok(
    files.every((file) => existsSync(file)),
    "a part is not all",
  );
  await forgetAll();
  assert.ok(!files.some((file) => existsSync(file)));
});

test("an import lets others in between its steps", async () => {
  await forgetAll();
  const turns = Array.from({ length: 200 }, (_, n) => ({ ...turn, id: `t${n}`, text: `owl ${n}` }));
  const file = newFile();
  writeFileSync(
    file,
    [head, JSON.stringify(conversation), ...turns.map((each) => JSON.stringify(each))].join("\n"),
  );
  let nOthers = 0;
  let isDone = false;
  const others = (async (): Promise<void> => {
    for (; !isDone; nOthers++) await setImmediate();
  })();
  await importMemory(work, file, signal);
  isDone = true;
  await others;
  assert.ok(nOthers >= 10, `${nOthers} turns of the loop`);
});

test("an export leaves the files beside it as they are", async () => {
  const file = newFile();
  writeFileSync(`${file}.part`, "mine");
  await exportMemory(work, file, signal);
  assert.equal(readFileSync(`${file}.part`, "utf8"), "mine");
  assert.ok(existsSync(file));
});

test("cancelled, an export leaves no file and an import adds nothing", async () => {
  await forgetAll();
  await work.notes.remember({ text: "we use tabs" });
  const controller = new AbortController();
  controller.abort(new Error("enough"));
  const file = newFile();
  await assert.rejects(exportMemory(work, file, controller.signal), /enough/);
  const beside = readdirSync(path.dirname(file)).filter((name) =>
    name.startsWith(path.basename(file)),
  );
  assert.deepEqual(beside, []);
  const text = await exported();
  await forgetAll();
  writeFileSync(file, text);
  await assert.rejects(importMemory(work, file, controller.signal), /enough/);
  assert.deepEqual(await work.notes.list({}), []);
});

test("no key or token of an imported file gets into the store, wherever it stands", async () => {
  await forgetAll();
  const planted = plantSecrets(90, randomNumbers(43));
  const at = (i: number): string => planted[i % planted.length]?.text.replaceAll("\0", "") ?? "";
  const lines = planted.flatMap((_each, i) => [
    { ...note, id: `n${i}`, text: at(i), who: at(i + 1), tags: [at(i + 2)] },
    { ...conversation, id: `c${i}`, title: at(i + 3) },
    { ...turn, conversationId: `c${i}`, text: at(i + 4) },
  ]);
  const added = await importText([head, ...lines.map((line) => JSON.stringify(line))].join("\n"));
  assert.deepEqual(added, { nNotes: 90, nConversations: 90, nTurns: 90 });
  const bytes = storeBytes();
  for (const { kind, secret } of planted) assert.ok(!bytes.includes(secret), kind);
});

const forgotten = [
  ["by topic", { topic: "zebra needle" }],
  ["by time", { beforeMs: 1_600_000_000_000 }],
  ["by folder", { folder: "zoo" }],
  ["all of it", { all: true }],
] as const;
for (const [how, which] of forgotten) {
  test(`forgotten ${how}, notes and turns leave no byte in any file of the store, and others stay`, async () => {
    await forgetAll();
    const others = how === "all of it" ? 0 : 1;
    const old = JSON.stringify({
      ...note,
      createdMs: 1,
      text: "the ZEBRA-NEEDLE eats at dawn #zebraneedletag",
      evidence: [{ ...place, path: "zoo/a.ts" }],
    });
    await importText([head, old].join("\n"));
    if (others > 0) await work.notes.remember({ text: "lions sleep" });
    const citations = cited("zoo/a.ts");
    const kept = say("where do lions sleep?", "In src.", { citations: cited("src/b.ts") });
    const answer = "It eats STRIPED-NEEDLE grass.";
    say("when does the ZEBRA-NEEDLE eat?", answer, { citations, createdMs: 5 });
    work.conversations.appendTurn(
      kept,
      makeTurn({ id: "q2", text: "and the zebra needle?", createdMs: 5 }),
    );
    work.conversations.appendTurn(
      kept,
      makeTurn({ id: "a2", role: "lore", text: "STRIPED-NEEDLE too.", citations, createdMs: 5 }),
    );
    const counts = await forgetWork(work, which, signal);
    assert.deepEqual(counts, {
      nNotes: 1,
      nConversations: others > 0 ? 1 : 2,
      nTurns: others > 0 ? 4 : 6,
      nEdits: 0,
      nPinnedKept: 0,
    });
    assert.equal((await work.notes.list({ all: true })).length, others);
    assert.deepEqual(
      work.conversations.list().map(({ id, title, nTurns }) => [id, title, nTurns]),
      others > 0 ? [[kept, "where do lions sleep?", 2]] : [],
    );
    const bytes = storeBytes();
    for (const needle of ["ZEBRA", "NEEDLE", "zebraneedletag"])
      assert.ok(!bytes.includes(needle), needle);
    const terms = bytes.toString("latin1").toLowerCase();
    for (const term of ["zebra", "needl", "stripe"]) assert.ok(!terms.includes(term), term);
  });
}

for (const [way, forget] of Object.entries({
  "by itself": (id: string) => forgetNotes(work, { id }),
  "by topic": () => forgetWork(work, { topic: "zebrafish" }, signal),
}))
  test(`a note that is forgotten ${way} leaves no byte in the answers that told it`, async () => {
    await forgetAll();
    const { note } = await work.notes.remember({
      text: "we keep the *zebrafish* warm",
      kind: "fact",
    });
    const words = prose(note.text);
    const answer = [
      `> ${words}`,
      "*Ann, today, a fact*",
      `Noted by Ann on 2026-01-01: “${words}”`,
      `- “fish”: noted on 2026-01-01: “${words}”\n- edited \`a.ts\``,
      "The heron is here.",
    ].join("\n\n");
    const id = say("why is it warm?", answer);
    assert.ok(storeBytes().includes("zebrafish"));
    await forget(note.id);
    assert.ok(!storeBytes().includes("zebrafish"));
    const text = work.conversations.read(id).turns.at(-1)?.text ?? "";
    assert.match(
      text,
      /^\*A note was quoted .*\*\n\n\*Ann.*\n\n\*A note .*\*\n\n- \*A note .*\*\n- edited `a\.ts`\n\nThe heron is here\.$/,
    );
  });

test("what a model makes of a note that is forgotten meanwhile is not kept", async () => {
  await forgetAll();
  const conversationId = say("why?", "There.");
  const { note: told } = await work.notes.remember({ text: "the API is flaky" });
  const shown = { noteIds: [told.id], turnIds: ["q"] };
  const written = { ...proseOf("NEEDLE, it fails now and then."), ...shown };
  const asOf = work.conversations.nForgettings();
  const keep = async (): Promise<boolean> => {
    const prose = { ...written, state: "streaming" } as const;
    return (await keepProse(work, { conversationId, turnId: "a", prose, asOf })).isKept;
  };
  assert.ok(await keep());
  assert.ok(storeBytes().includes("NEEDLE"));
  await forgetNotes(work, { id: told.id });
  assert.ok(!storeBytes().includes("NEEDLE"));
  assert.equal(await keep(), false);
  assert.ok(!storeBytes().includes("NEEDLE"));
  const { noteIds: _noteIds, turnIds: _turnIds, ...ofCode } = proseOf("It is so.");
  const anew = { conversationId, turnId: "a", prose: ofCode };
  assert.deepEqual(await keepProse(work, { ...anew, asOf }), { isKept: false });
  const later = work.conversations.nForgettings();
  assert.deepEqual(await keepProse(work, { ...anew, asOf: later }), { isKept: true });
  assert.deepEqual(work.conversations.read(conversationId).turns[1]?.prose, ofCode);
});

/** What is forgotten while a model writes that was shown a first round, which quotes a note. */
const ongoing: Readonly<Record<string, (noteId: string) => Promise<unknown>>> = {
  "an earlier turn": () => forgetWork(work, { topic: "heron" }, signal),
  "a note that an earlier answer quoted": (id) => forgetNotes(work, { id }),
};
for (const [what, forget] of Object.entries(ongoing)) {
  test(`no byte of it comes back when ${what} is forgotten while a model writes of it`, async () => {
    await forgetAll();
    const { note } = await work.notes.remember({ text: "it lives on NEEDLE island" });
    const conversationId = say("where is the heron?", `> ${prose(note.text)}`);
    work.conversations.appendTurn(conversationId, makeTurn({ id: "q2", text: "and why?" }));
    const answer = makeTurn({ id: "a2", role: "lore", text: "There." });
    work.conversations.appendTurn(conversationId, answer);
    const asOf = work.conversations.nForgettings();
    const { noteIds: _noteIds, ...written } = proseOf("The NEEDLE is far away.");
    const put = { conversationId, turnId: "a2", prose: { ...written, turnIds: ["q", "a"] }, asOf };
    assert.deepEqual(await keepProse(work, put), { isKept: true });
    await forget(note.id);
    assert.deepEqual(await keepProse(work, put), { isKept: false });
    await forgetNotes(work, { topic: "island" });
    assert.ok(!storeBytes().includes("NEEDLE"));
  });
}

test("a title that was made of a forgotten question goes with it", async () => {
  await forgetAll();
  const id = say("when does the zebra eat?", "At dawn.");
  work.conversations.appendTurn(id, makeTurn({ id: "q2", text: "and lions?" }));
  await forgetWork(work, { topic: "zebra" }, signal);
  assert.equal(work.conversations.read(id).conversation.title, "and lions?");
  assert.ok(!storeBytes().includes("zebra"));
});
