import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { MemoryError } from "../../../protocol/errors.ts";
import type { ForgetNotesParams, Note } from "../../../protocol/notes.ts";
import { plantSecrets } from "../secrets/plantedSecrets.ts";
import { randomNumbers } from "../workspaceMemoryHarness.ts";
import { dayMs, openNotes, type NoteHarness } from "./noteHarness.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "lore-notes-"));
after(() => rmSync(scratch, { recursive: true, force: true }));
let nFolders = 0;
const newFolder = (): string => path.join(scratch, String(nFolders++));

const retry = `export function retry(): void {
  for (let i = 0; i < 3; i++) attempt(i);
}
`;
const lines = { path: "src/retry.ts", startLine: 0, endLine: 3 };
const who = "Ann";
const recalled = ({ notes }: NoteHarness, text: string): string[] => {
  const wish = { text, kinds: [], minCoverage: 0.4, limit: 5 };
  return notes.use(notes.rank(wish).map(({ id }) => id)).map((note) => note.text);
};
const isNotFound = (error: unknown): boolean =>
  error instanceof MemoryError && error.errorName === "noteNotFound";

function withRetry(): NoteHarness & { note(): Note } {
  const harness = openNotes(newFolder(), { "src/retry.ts": retry });
  harness.notes.remember({ text: "we retry three times because the API is flaky", lines, who });
  return Object.assign(harness, { note: () => harness.notes.list({})[0] as Note });
}

test("a note is there for the next process, with who, when, where and its evidence", () => {
  const harness = withRetry();
  harness.notes.close();
  const [note] = harness.again().list({});
  assert.equal(note?.text, "we retry three times because the API is flaky");
  assert.equal(note.kind, "decision");
  assert.equal(note.who, who);
  assert.equal(note.createdMs, 1_700_000_000_000);
  assert.equal(note.health, "ok");
  assert.equal(note.evidence[0]?.citation.path, "src/retry.ts");
});

const changes: readonly (readonly [
  what: string,
  health: Note["health"],
  change: (files: Map<string, string>) => void,
  path?: string,
])[] = [
  [
    "its lines change",
    "needsCheck",
    (files) => files.set("src/retry.ts", retry.replace("3;", "5;")),
  ],
  ["its file goes", "gone", (files) => files.delete("src/retry.ts")],
  ["lines come before it", "ok", (files) => files.set("src/retry.ts", `// a\n// b\n${retry}`)],
  [
    "its line breaks change",
    "ok",
    (files) => files.set("src/retry.ts", retry.replaceAll("\n", "\r\n")),
  ],
  [
    "its file is renamed",
    "ok",
    (files) => {
      files.delete("src/retry.ts");
      files.set("lib/again.ts", retry);
    },
    "lib/again.ts",
  ],
  [
    "its file moves to another folder and is edited elsewhere",
    "ok",
    (files) => {
      files.delete("src/retry.ts");
      files.set("lib/retry.ts", `import "./x.ts";\n${retry}`);
    },
    "lib/retry.ts",
  ],
  ["another file changes", "ok", (files) => files.set("src/other.ts", "let a = 1;")],
];
for (const [what, health, change, at = "src/retry.ts"] of changes) {
  test(`${what}: the note is ${health}, and ok again when the code returns`, () => {
    const harness = withRetry();
    assert.equal(harness.notes.lookAgain(), false, "nothing happened yet");
    change(harness.files);
    const isOther = harness.notes.lookAgain(new Set(["src/retry.ts"]));
    assert.equal(isOther, health !== "ok");
    assert.equal(harness.notes.state().needCheck.length, health === "ok" ? 0 : 1);
    assert.equal(harness.note().health, health);
    assert.equal(harness.note().evidence[0]?.citation.path, at);
    harness.files.clear();
    harness.files.set("src/retry.ts", retry);
    harness.notes.lookAgain();
    assert.equal(harness.note().health, "ok");
    assert.equal(harness.notes.state().needCheck.length, 0);
  });
}

test("the same said twice is one note, with the evidence of both", () => {
  const harness = withRetry();
  harness.files.set("src/b.ts", "let b = 2;\n");
  const { outcome, note } = harness.notes.remember({
    text: "We retry three times, because the API is flaky.",
    lines: { path: "src/b.ts", startLine: 0, endLine: 1 },
    who,
  });
  assert.equal(outcome, "merged");
  assert.equal(note.evidence.length, 2);
  assert.equal(harness.notes.list({}).length, 1);
});

for (const text of [
  "we retry three times because the API is flaky",
  "Never do that!",
  "Actually, `retry` is no longer called #net",
  "待办：重试",
  "!!!",
]) {
  test(`“${text}” word for word again is the same note, with the present time and no link to itself`, () => {
    const harness = withRetry();
    const [first, again] = [text, `remember that ${text}`].map((said) => {
      harness.nowMs += dayMs;
      return harness.notes.remember({ text: said, lines, who });
    });
    assert.equal(again?.outcome, "merged");
    assert.ok(again.note.createdMs >= (first?.note.createdMs ?? 0) + dayMs);
    harness.notes.close();
    const kept = harness.again().list({ all: true });
    assert.equal(kept.filter((note) => note.text === text).length, 1);
    assert.equal(kept[0]?.text, text, "it is the newest");
    for (const { id, links } of kept)
      assert.ok(!links.some(({ target }) => target === id), "no link to itself");
  });
}

test("a correction replaces: both are kept, one is recalled, and it is about the code as it is now", () => {
  const harness = withRetry();
  harness.files.set("src/retry.ts", retry.replace("3;", "5;"));
  const { note, superseded } = harness.notes.correct(harness.note().id, "we retry five times", who);
  assert.equal(superseded?.supersededBy, note.id);
  assert.equal(note.health, "ok");
  assert.deepEqual(recalled(harness, "how often do we retry?"), ["we retry five times"]);
  assert.equal(harness.notes.list({}).length, 1);
  assert.equal(harness.notes.list({ all: true }).length, 2);
  assert.throws(() => harness.notes.correct(superseded.id, "again", who), isNotFound);
});

test("a sentence that says it is a correction replaces what it contradicts", () => {
  const harness = withRetry();
  const text = "actually we retry five times because the API is flaky";
  const { outcome } = harness.notes.remember({ text, who });
  assert.equal(outcome, "corrected");
  assert.deepEqual(recalled(harness, "retry"), [text]);
});

const contradictions: readonly (readonly [string, string, boolean])[] = [
  ["we use SQLite for the store", "we use Postgres for the store", true],
  ["we use SQLite for the store", "we do not use SQLite for the store", true],
  ["the cache holds 100 entries", "the cache holds 200 entries", true],
  ["wir verwenden Tabs in Makefiles", "wir verwenden keine Tabs in Makefiles", true],
  ["we use SQLite for the store", "the parser runs in its own thread", false],
  ["we use SQLite for the store", "we use SQLite for the store because it is one file", false],
  ["tests never sleep", "tests never open the network", false],
  ["We retry 5 times because 3 proxies drop", "We retry 5 times because 4 proxies drop", false],
  ["We retry 5 times because 3 proxies drop", "We retry 6 times because 3 proxies drop", true],
  ["We retry because the API is flaky", "We retry because the API is slow", false],
  [
    "We keep sessions because users complain, for 30 days",
    "We keep sessions because users complain, for 90 days",
    true,
  ],
  [
    "Timeouts are 30 seconds because the proxy cuts at 60, and errors are cached for 5 minutes",
    "Timeouts are 30 seconds because the proxy cuts at 60, and errors are cached for 9 minutes",
    true,
  ],
  [
    "We store dates in UTC, because clients travel, never in local time",
    "We store dates in local time, because clients travel, never in UTC",
    true,
  ],
  ["We deploy since 2024 with Docker", "We deploy since 2024 with Podman", true],
  ["We cut releases since March on Mondays", "We cut releases since March on Fridays", true],
  ["再試行は5回から、10回までにする", "再試行は3回から、10回までにする", true],
  ["We retry because the API is flaky", "We do not retry because the API is flaky", true],
  ["We retry, so that no proxy drops", "We retry, so that each proxy answers", false],
  ["Because 3 proxies drop, we retry 5 times", "Because 4 proxies drop, we retry 5 times", false],
  ["Because 3 proxies drop, we retry 5 times", "Because 3 proxies drop, we retry 6 times", true],
  [
    "Wir versuchen es 5 Mal erneut, damit 3 Proxys reichen",
    "Wir versuchen es 5 Mal erneut, damit 4 Proxys reichen",
    false,
  ],
  [
    "Wir versuchen es 5 Mal erneut, weil 3 Proxys ausfallen",
    "Wir versuchen es 6 Mal erneut, weil 3 Proxys ausfallen",
    true,
  ],
  ["我们重试5次，因为3个代理会断开", "我们重试5次，因为4个代理会断开", false],
  ["因为3个代理会断开，所以我们重试5次", "因为4个代理会断开，所以我们重试5次", false],
  ["因为3个代理会断开，所以我们重试5次", "因为3个代理会断开，所以我们重试6次", true],
  ["プロキシが3台落ちるため、5回再試行する", "プロキシが4台落ちるため、5回再試行する", false],
  ["プロキシが3台落ちるため、5回再試行する", "プロキシが3台落ちるため、6回再試行する", true],
];
for (const [older, newer, isOne] of contradictions) {
  test(`“${newer}” ${isOne ? "contradicts" : "does not contradict"} “${older}”`, () => {
    const { notes } = openNotes(newFolder());
    notes.remember({ text: older, who });
    const { contradicts } = notes.remember({ text: newer, who });
    assert.equal(contradicts.length === 1, isOne);
  });
}

const forgotten: readonly (readonly [string, (id: string) => ForgetNotesParams])[] = [
  ["by item", (id) => ({ id })],
  ["by topic", () => ({ topic: "the zebra needle" })],
  ["by time", () => ({ beforeMs: 1_700_000_000_000 + dayMs })],
  ["by folder", () => ({ folder: "zoo/" })],
];
for (const [how, which] of forgotten) {
  test(`forgotten ${how}, a note and what it replaced leave no bytes, and others stay`, () => {
    const folder = newFolder();
    const harness = openNotes(folder, { "zoo/a.ts": "let a = 1;\n", "src/b.ts": "let b = 1;\n" });
    const inZoo = { path: "zoo/a.ts", startLine: 0, endLine: 1 };
    const text = "ZEBRA-NEEDLE eats at dawn";
    const { note } = harness.notes.remember({ text, lines: inZoo, who: "NEEDLE-WRITER" });
    const later = "the zebra needle eats at DUSK-NEEDLE #tag-needle";
    const { note: newer } = harness.notes.correct(note.id, later, who);
    harness.nowMs += 2 * dayMs;
    harness.notes.remember({ text: "lions sleep #keep", who });
    const choice = which(newer.id);
    harness.notes.pin(newer.id, true);
    if (choice.id === undefined) {
      assert.equal(harness.notes.forget(choice).nPinnedKept, 1);
      assert.equal(harness.notes.list({}).length, 2, "what is pinned stays");
    }
    const { nPinnedKept } = harness.notes.forget({
      ...choice,
      ...(choice.id === undefined ? { withPinned: true } : {}),
    });
    assert.equal(nPinnedKept, 0);
    assert.deepEqual(
      harness.notes.list({ all: true }).map((each) => each.text),
      ["lions sleep #keep"],
    );
    for (const state of ["open", "closed"]) {
      const bytes = readdirSync(folder).map((name) => readFileSync(path.join(folder, name)));
      for (const needle of ["ZEBRA", "NEEDLE", "needle", "DUSK", "zoo/a.ts"])
        assert.ok(!bytes.some((each) => each.includes(needle)), `${needle}, ${state}`);
      harness.notes.close();
    }
  });
}

test("no key or token gets into the store", () => {
  const folder = newFolder();
  const { notes } = openNotes(folder);
  const planted = plantSecrets(100, randomNumbers(41));
  for (const { text } of planted) notes.remember({ text, who });
  notes.close();
  const bytes = readdirSync(folder).map((name) => readFileSync(path.join(folder, name)));
  for (const { kind, secret } of planted)
    assert.ok(!bytes.some((each) => each.includes(secret)), kind);
});

test("of two notes that fit alike the one that was used lately comes first, and a pinned one does not fade", () => {
  const harness = openNotes(newFolder());
  const [first, second] = [
    "the parser is slow on big files",
    "the parser is slow on old machines",
  ].map((text) => harness.notes.remember({ text, who }).note.id);
  const order = (): string[] =>
    harness.notes
      .rank({ text: "parser slow", kinds: [], minCoverage: 0.4, limit: 5 })
      .map(({ id }) => id);
  assert.deepEqual(order(), [second, first], "the newer one");
  harness.nowMs += 10 * dayMs;
  harness.notes.use([first as string]);
  assert.deepEqual(order(), [first, second]);
  harness.notes.pin(second as string, true);
  harness.nowMs += 30 * dayMs;
  assert.deepEqual(order(), [second, first]);
});

test("of two notes that hold the whole question the one that says less besides comes first", () => {
  const { notes } = openNotes(newFolder());
  notes.remember({ text: "retry gives up after 3 attempts", who });
  notes.remember({ text: "retryOfUpload gives up after 900 attempts", who });
  const [best] = notes.rank({ text: "when retry gives up", kinds: [], minCoverage: 0.4, limit: 1 });
  assert.equal(notes.use([best?.id ?? ""])[0]?.text, "retry gives up after 3 attempts");
});

test("a store that is full forgets what was replaced, then what is weakest, and never what is pinned or new", () => {
  const folder = newFolder();
  const maxBytes = 200_000;
  const harness = openNotes(folder, {}, maxBytes);
  const words = (name: string): string => `${name} ${"tide ".repeat(800)}NEEDLE-${name}`;
  const add = (name: string): string => harness.notes.remember({ text: words(name), who }).note.id;
  const names = (): string[] =>
    harness.notes.list({ all: true }).map(({ text }) => text.split(" ")[0] as string);
  const pinned = add("pinned");
  harness.notes.pin(pinned, true);
  const replaced = add("replaced");
  harness.notes.correct(replaced, words("replacing"), who);
  const used = add("used");
  for (let i = 0; i < 20; i++) harness.notes.use([used]);
  const isFull = (): boolean => !names().includes("weak");
  add("weak");
  for (let i = 0; i < 200 && !isFull(); i++) {
    harness.nowMs += dayMs;
    const before = names();
    add(`n${i}`);
    const gone = before.filter((name) => !names().includes(name));
    const told = harness.madeRoom.splice(0).map((text) => text.split(" ")[0]);
    assert.deepEqual(new Set(told), new Set(gone), "what made room is told");
    assert.ok(names().includes(`n${i}`), "what was just written stays");
    if (gone.length > 0 && before.includes("replaced"))
      assert.ok(gone.includes("replaced"), "what was replaced goes first");
    assert.ok(statSync(path.join(folder, "notes.sqlite")).size <= maxBytes);
  }
  assert.ok(isFull());
  for (const name of ["pinned", "used"]) assert.ok(names().includes(name), name);
  const bytes = readdirSync(folder).map((name) => readFileSync(path.join(folder, name)));
  for (const name of ["replaced", "weak"])
    assert.ok(!bytes.some((each) => each.includes(`NEEDLE-${name}`)), name);
});

test("of notes that contradict each other the newest comes first, and the older ones say which it is", () => {
  const { notes } = openNotes(newFolder());
  const said = [90, 60, 75].map((level) => notes.remember({ text: `max level is ${level}`, who }));
  notes.remember({ text: "the level of the sea is measured at noon", who });
  const wish = { text: "what is the max level?", kinds: [], minCoverage: 0.1, limit: 5 };
  const ranked = notes.rank(wish);
  const newest = said[2]?.note;
  assert.equal(ranked[0]?.id, newest?.id);
  const laterOf = (id: string | undefined): string | undefined =>
    ranked.find((one) => one.id === id)?.saidLater?.id;
  const [first, second] = said.map(({ note }) => laterOf(note.id));
  assert.deepEqual([first, second], [newest?.id, newest?.id]);
  assert.equal(ranked.filter(({ saidLater }) => saidLater === undefined).length, 2);
  const scores = ranked.map(({ score }) => score);
  assert.deepEqual(
    scores,
    scores.toSorted((a, b) => b - a),
  );
});

const laterSayings: readonly (readonly [
  older: string,
  newer: string,
  isMarked: boolean,
  asked?: string,
])[] = [
  [
    "we use SQLite for the store",
    "we use Postgres for the store",
    true,
    "what do we use for the store?",
  ],
  ["the cache holds 100 entries", "since May the cache holds 200 entries", true],
  ["we use a cosine for the tide because it repeats", "we do not use a cosine", true],
  ["the parser is slow on big files", "the parser is slow on old machines", false],
  ["retry gives up after 3 attempts", "retryOfUpload gives up after 900 attempts", false],
  ["we use SQLite for the store", "we use SQLite for the store because it is one file", false],
];
for (const [older, newer, isMarked, asked = older] of laterSayings) {
  test(`“${older}” is ${isMarked ? "" : "not "}marked once “${newer}” is noted`, () => {
    const { notes } = openNotes(newFolder());
    notes.remember({ text: older, who });
    notes.remember({ text: newer, who });
    const ranked = notes.rank({ text: asked, kinds: [], minCoverage: 0, limit: 5 });
    const marked = ranked.filter(({ saidLater }) => saidLater !== undefined);
    assert.equal(marked.length, isMarked ? 1 : 0);
    if (isMarked) assert.equal(notes.use([ranked[0]?.id ?? ""])[0]?.text, newer);
  });
}

for (const [older, newer, asked] of [
  ["Alice owns the billing module", "Alice owns the auth module", "who owns the billing module?"],
  [
    "we use Redis for caching sessions",
    "we use Redis for caching tokens",
    "what is for caching sessions?",
  ],
  [
    "the parser is written in Rust",
    "the lexer is written in Rust",
    "what is the parser written in?",
  ],
] as const) {
  test(`“${asked}” is answered by what was noted of it, not by what was noted later of something else`, () => {
    const { notes } = openNotes(newFolder());
    notes.remember({ text: older, who });
    notes.remember({ text: newer, who });
    const ranked = notes.rank({ text: asked, kinds: [], minCoverage: 0, limit: 5 });
    assert.deepEqual(
      notes.use(ranked.map(({ id }) => id)).map(({ text }) => text),
      [older, newer],
    );
    assert.ok(ranked[0]?.saidLater !== undefined, "words alone do not say whether it is another");
  });
}

test("links lead to symbols, commits and notes about the same", () => {
  const harness = withRetry();
  const text = "the retry of the flaky API was reverted in 1a2b3c4d, see `attempt` #api";
  const { note } = harness.notes.remember({ text, who });
  assert.deepEqual(note.tags, ["api"]);
  const kinds = note.links.map(({ kind, target }) => `${kind} ${kind === "note" ? "" : target}`);
  assert.deepEqual(kinds.toSorted(), ["commit 1a2b3c4d", "note ", "symbol attempt"]);
});

test("lines that are not there are refused, and nothing is kept", () => {
  const { notes } = openNotes(newFolder(), { "a.ts": "x\n" });
  const bad = { path: "a.ts", startLine: 5, endLine: 9 };
  assert.throws(() => notes.remember({ text: "a", lines: bad, who }), /did not understand/);
  assert.deepEqual(notes.list({}), []);
});

test("another process sees what was noted, and both can write", () => {
  const harness = withRetry();
  const other = harness.again();
  other.remember({ text: "lists are sorted by name", who });
  assert.equal(harness.notes.list({}).length, 2);
  harness.notes.pin(harness.note().id, true);
  assert.equal(other.list({})[0]?.isPinned, true);
});

test("a store of the first version has a file's hash without a sign from now on", () => {
  const folder = newFolder();
  const harness = openNotes(folder, { "src/retry.ts": retry });
  harness.notes.remember({ text: "we retry three times because the API is flaky", lines, who });
  harness.notes.close();
  const database = new DatabaseSync(path.join(folder, "notes.sqlite"));
  database.exec("UPDATE evidence SET file_hash = '-912286896363705217'; PRAGMA user_version = 1");
  database.close();
  assert.equal(harness.again().saved()[0]?.evidence[0]?.fileHash, "f356e7e6b8ff6c7f");
});

test("a damaged store is set aside and a new one made; one of a newer Lore is refused and left alone", () => {
  const folder = newFolder();
  openNotes(folder).notes.remember({ text: "lists are sorted", who });
  const file = path.join(folder, "notes.sqlite");
  for (const name of readdirSync(folder)) rmSync(path.join(folder, name));
  writeFileSync(file, "no database, SET-ASIDE-NEEDLE".repeat(100));
  const { notes } = openNotes(folder);
  assert.deepEqual(notes.list({}), []);
  notes.close();
  assert.ok(readFileSync(`${file}.damaged`).includes("SET-ASIDE-NEEDLE"));
  const database = new DatabaseSync(file);
  database.exec("PRAGMA user_version = 9");
  database.close();
  const before = readFileSync(file);
  assert.throws(() => openNotes(folder).notes.list({}), /cannot open its memory/);
  assert.ok(readFileSync(file).equals(before));
});

test("an older version goes with its time, although it was pinned before it was replaced", () => {
  const harness = openNotes(newFolder());
  const { notes } = harness;
  const { note } = notes.remember({ text: "the level of the sea is 3 metres", who });
  notes.pin(note.id, true);
  harness.nowMs += dayMs;
  const later = notes.correct(note.id, "the level of the sea is 4 metres", who);
  const result = notes.forget({ beforeMs: later.note.createdMs });
  assert.deepEqual(result, { nForgotten: 1, nPinnedKept: 0 });
  assert.deepEqual(
    notes.list({ all: true }).map(({ id }) => id),
    [later.note.id],
    "what is pinned now stays",
  );
});

test("notes that could only be read are written again once they can be", () => {
  const folder = newFolder();
  const before = openNotes(folder);
  before.notes.remember({ text: "we use tabs", who });
  before.notes.close();
  // What SQLite cannot open beside the file, whoever runs the tests.
  const inTheWay = path.join(folder, "notes.sqlite-shm");
  mkdirSync(inTheWay);
  const notes = before.again();
  assert.equal(notes.list({}).length, 1);
  const remember = (): unknown => notes.remember({ text: "we use cats", who });
  assert.throws(remember, /cannot open its memory/);
  rmdirSync(inTheWay);
  remember();
  assert.equal(notes.list({}).length, 2);
});
