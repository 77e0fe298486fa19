/** What a question found before is found again without a search, until anything changes. */
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";
import type { SearchParams } from "../../../protocol/methods.ts";
import { checkCitations } from "../../../server/answer/citations.ts";
import { createHashText } from "../../../server/recall/citation.ts";
import { RecentSearches } from "../../../server/recall/recentSearches.ts";
import type { RecallService } from "../../../server/services.ts";
import { writeTree } from "../ingest/treesOnDisk.ts";
import {
  functionText,
  openMemory,
  workspace,
  type OpenedMemory,
} from "../workspaceMemoryHarness.ts";

const harbour =
  "/** Opens the harbour gate. */\nexport function openGate(): number {\n  return 1;\n}\n";
const asked: SearchParams = { query: "open the harbour gate", limit: 5 };
const { signal } = new AbortController();

let place: ReturnType<typeof workspace>;
let opened: OpenedMemory;
let recent: RecentSearches;
let nSearches = 0;
before(async () => {
  place = workspace({ "gate.ts": harbour, "other.ts": functionText("other") });
  opened = await openMemory(place.folder, place.storeDir);
  const { recaller, memory } = opened;
  const hashText = await createHashText();
  const counted: RecallService = {
    search: (...wanted) => {
      nSearches++;
      return recaller.search(...wanted);
    },
    usesOf: (...wanted) => recaller.usesOf(...wanted),
  };
  recent = new RecentSearches(counted, memory, (citations) =>
    checkCitations(citations, recaller, hashText),
  );
  memory.accompany(recent);
});
after(async () => {
  await opened.memory.close();
  place[Symbol.dispose]();
});

beforeEach(async () => {
  opened.write({ "gate.ts": harbour });
  await opened.settled();
  await recent.search(asked, signal);
  nSearches = 0;
});

const inFolder = (file: string): string => path.join(opened.folder, file);
const changed = harbour.replace("return 1", "return 2");

/** Checks what is found after something happened, and how often it was searched for it. */
function check(
  name: string,
  happens: () => void | Promise<void>,
  wanted: { readonly nSearches: number; readonly shows: string; readonly params?: SearchParams },
): void {
  test(name, async () => {
    await happens();
    const { recalls } = await recent.again(wanted.params ?? asked, signal);
    assert.equal(nSearches, wanted.nSearches);
    assert.ok(recalls.some(({ text }) => text.includes(wanted.shows)));
  });
}

check("the same question is not searched twice", () => undefined, {
  nSearches: 0,
  shows: "return 1",
});
check(
  "nor is one that was asked with a trace, as the chat does",
  async () => {
    await recent.search({ ...asked, query: "gate traced", explain: true }, signal);
    nSearches = 0;
  },
  { nSearches: 0, shows: "return 1", params: { ...asked, query: "gate traced" } },
);
check("another question is searched", () => undefined, {
  ...{ nSearches: 1, shows: "return 1" },
  params: { ...asked, query: "where is the gate of the harbour opened" },
});
check("another file that is looked at is another search", () => undefined, {
  ...{ nSearches: 1, shows: "return 1" },
  params: { ...asked, activeFile: "/elsewhere.ts" },
});
check("a saved file is searched", () => opened.write({ "gate.ts": changed }), {
  ...{ nSearches: 1, shows: "return 2" },
});
check(
  "a file that changed without a word is read again, and searched",
  () => writeTree(opened.folder, { "gate.ts": changed }),
  { nSearches: 1, shows: "return 2" },
);
check(
  "text that is not saved yet is searched",
  () => {
    opened.memory.documentChanged(inFolder("gate.ts"), 1, changed);
  },
  { nSearches: 1, shows: "return 2" },
);
check(
  "a file that came and was remembered is searched",
  async () => {
    opened.memory.documentClosed(inFolder("gate.ts"));
    writeTree(opened.folder, { "third.ts": functionText("third") });
    await opened.memory.rescan(signal);
  },
  { nSearches: 1, shows: "return 1" },
);
check(
  "only the last questions are kept",
  async () => {
    for (const word of ["first", "second", "third", "fourth"])
      await recent.search({ ...asked, query: `${word} gate` }, signal);
    nSearches = 0;
  },
  { nSearches: 1, shows: "return 1" },
);

test("nothing is found of a folder that was closed", async () => {
  await opened.memory.setRoots([]);
  const { recalls } = await recent.again(asked, signal);
  assert.deepEqual(recalls, []);
  assert.equal(nSearches, 1);
});
