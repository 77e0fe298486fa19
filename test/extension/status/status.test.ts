import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { memoryLine } from "../../../extension/chat/memoryLine.ts";
import { explainNotice } from "../../../extension/memory/explainNotice.ts";
import {
  rememberedIn,
  stateName,
  type MemoryState,
} from "../../../extension/memory/memoryState.ts";
import { FillProgress } from "../../../extension/status/fillProgress.ts";
import { statusLine } from "../../../extension/status/statusLine.ts";
import { statusReport } from "../../../extension/status/statusReport.ts";
import { createWording } from "../../../extension/wording.ts";
import type { Translate } from "../../../extension/wording.ts";
import { errorCatalogue } from "../../../protocol/errors.ts";
import type { Notice } from "../../../protocol/notices.ts";
import type { RootStatus } from "../../../protocol/types.ts";
import type { DeepMemoryStatus } from "../../../protocol/deepMemory.ts";
import { deepStatus } from "../../protocol/inMemoryServices.ts";
import { memoryStatus, rootStatus, testRoot } from "../inMemoryServer.ts";
import { translate } from "../translate.ts";

const wording = createWording(translate, "en");
const completions = "Lore completes code as you type.";
const one = testRoot("one");
const two = testRoot("two");
const open = (...changes: Partial<RootStatus>[]): MemoryState & { kind: "open" } => ({
  kind: "open",
  status: memoryStatus(changes.map((change, i) => rootStatus(i === 0 ? one : two, change))),
});
const paused: MemoryState = { kind: "open", status: memoryStatus([rootStatus(one)], true) };
const lost: MemoryState = { kind: "failed", errorName: "serverLost", detail: "" };

for (const [state, name, text, line] of [
  [{ kind: "noFolder" }, "noFolder", undefined, "noFolder"],
  [{ kind: "virtual" }, "virtual", undefined, "unavailable"],
  [{ kind: "off" }, "off", undefined, "unavailable"],
  [{ kind: "restricted" }, "restricted", "$(workspace-untrusted) Lore", "restricted"],
  [{ kind: "starting" }, "starting", "$(sync~spin) Lore", "starting"],
  [lost, "failed", "$(error) Lore", "failed"],
  [paused, "paused", "$(debug-pause) Lore", "paused"],
  [open({}), "ready", "$(book) Lore", "ready"],
  [open({ state: "refining" }), "ready", "$(book) Lore", "ready"],
  [open({ state: "scanning" }), "filling", "$(sync~spin) Lore", "filling"],
  [open({ state: "filling", bytesDone: 420 }), "filling", "$(sync~spin) Lore 42 %", "filling"],
  [open({}, { state: "filling" }), "filling", "$(sync~spin) Lore 99 %", "filling"],
  [open({ state: "failed" }), "failed", "$(error) Lore", "failed"],
  [open({ state: "failed" }, {}), "ready", "$(warning) Lore", "ready"],
  [open({ notices: [{ kind: "readOnly" }] }), "ready", "$(book) Lore", "ready"],
  [open(), "ready", "$(circle-slash) Lore", "unavailable"],
  [open({ notices: [{ kind: "diskFull" }] }), "ready", "$(warning) Lore", "ready"],
  [open({ notices: [{ kind: "storeRebuilt" }] }), "ready", "$(book) Lore", "ready"],
] as [MemoryState, string, string | undefined, string][]) {
  test(`${name}: status bar “${text}”, chat line “${line}” (${JSON.stringify(state).length})`, () => {
    assert.equal(stateName(state), name);
    assert.equal(statusLine(state, new FillProgress().update(state), wording)?.text, text);
    assert.equal(memoryLine(state, translate).kind, line);
  });
}

test("only what stops Lore until the user acts has the colour of an error", () => {
  assert.equal(statusLine(lost, undefined, wording)?.tone, "error");
  assert.equal(statusLine(open({ failed: { timeout: 3 } }), undefined, wording)?.tone, "normal");
});

test("counts of all folders add up in the tooltip", () => {
  const state = open(
    { filesSeen: 1_300, remembered: 1_200, pending: 60, skipped: { binary: 30, secret: 6 } },
    { filesSeen: 5, remembered: 1, failed: { unreadable: 4 } },
  );
  const line = statusLine(state, undefined, wording);
  assert.ok(
    line?.tooltip.includes(
      "1,305 files seen = 1,201 remembered + 60 waiting + 36 skipped + 4 failed",
    ),
  );
});

test("after forgetting its only folder the chat says so", () => {
  const line = memoryLine(open(), translate);
  assert.ok(line.kind === "unavailable" && line.actions[0] === "rebuildMemory");
});

test("a failed folder's own notice is what the chat says", () => {
  const state = open({
    state: "failed",
    notices: [{ kind: "folderUnreadable" }],
  });
  assert.deepEqual(memoryLine(state, translate), {
    kind: "failed",
    message: explainNotice({ kind: "folderUnreadable" }, translate),
    actions: ["restartServer", "showStatus"],
  });
});

test("the percentage never falls within a fill and starts again with the next", () => {
  const progress = new FillProgress();
  const fill = (bytesDone: number, bytesKnown: number, state: RootStatus["state"] = "filling") =>
    progress.update(open({ state, bytesDone, bytesKnown }));
  assert.equal(fill(0, 0, "opening"), undefined);
  assert.equal(fill(90, 100, "scanning"), undefined);
  assert.equal(fill(300, 1_000), 30);
  assert.equal(fill(310, 2_000), 30);
  assert.equal(fill(310, 2_000, "scanning"), 30);
  assert.equal(fill(1_000, 2_000), 50);
  assert.equal(fill(2_000, 2_000), 99);
  assert.equal(progress.update(open({})), undefined);
  assert.equal(fill(10, 100), 10);
});

const hiding = { ruleFile: ".gitignore", nHidden: 9, nEntries: 10 };
const hostile = 'a\n<img src=x onerror=alert(1)>\u202etxt.\u001b[31m$(bug)`"';

test("the report lists counts, reasons and files, and shows hostile names as one line of text", () => {
  const state = open({
    root: { ...one, name: hostile },
    filesSeen: 13,
    remembered: 10,
    skipped: { binary: 2 },
    failed: { timeout: 1 },
    notices: [{ kind: "ignoreHidesAlmostAll", ...hiding, rule: hostile, override: `!${hostile}` }],
  });
  const text = statusReport(
    state,
    [
      {
        rootId: one.id,
        total: 12,
        problems: [
          { rootId: one.id, path: hostile, outcome: "skipped", reason: "binary", detail: "" },
          { rootId: one.id, path: "b.ts", outcome: "failed", reason: "timeout", detail: "60 s" },
        ],
      },
    ],
    completions,
    wording,
  );
  assert.ok(text.includes("13 files seen = 10 remembered + 0 waiting + 2 skipped + 1 failed"));
  assert.ok(text.includes("    not text: 2"));
  assert.ok(text.includes("  b.ts: took too long (60 s)"));
  assert.ok(text.includes("… and 10 more"));
  assert.ok(text.indexOf("b.ts") < text.indexOf(": not text\n"), "failed files come first");
  assert.ok(!/[\u001b\u202e]/.test(text));
  assert.equal(text.split("\n").filter((line) => line.includes("onerror")).length, 3);
});

for (const [remembered, words] of [
  [0, "Not remembered"],
  [7, "Not kept up to date"],
] as const) {
  test(`a folder that failed with ${remembered} remembered files: ${words}`, () => {
    const state = open({ state: "failed", remembered });
    assert.ok(statusReport(state, [], completions, wording).includes(`\n${words}\n`));
  });
}

test("the report of a memory that is not open says why", () => {
  assert.equal(
    statusReport(lost, [], completions, wording),
    `${errorCatalogue.serverLost.sentence}\n`,
  );
  assert.equal(statusReport({ kind: "starting" }, [], completions, wording), "Lore is starting.\n");
  assert.ok(statusReport(open(), [], completions, wording).length > 10);
});

test("a reason that this version does not know is shown as it is", () => {
  const state = open({ skipped: { [`later\u202e`]: 1, toString: 2 } as RootStatus["skipped"] });
  const text = statusReport(state, [], completions, wording);
  assert.ok(text.includes("later\\u{202e}: 1"));
  assert.ok(text.includes("toString: 2"));
});

test("sizes and counts are written for people", () => {
  assert.equal(wording.size(0), "0 B");
  assert.equal(wording.size(999), "999 B");
  assert.equal(wording.size(3_420_000), "3.4 MB");
  assert.equal(wording.size(5e15), "5,000 TB");
  assert.equal(createWording(translate, "de").count(12_345), "12.345");
});

test("notices are worded in the user's language, with their data filled in", () => {
  const shout: Translate = (text, ...args) => translate(text.toUpperCase(), ...args);
  const notice = { kind: "ignoreHidesAlmostAll", ...hiding, rule: "/*", override: "!/*" } as const;
  const state = open({ notices: [notice] });
  const line = statusLine(state, undefined, createWording(shout, "en"));
  const worded = "THE RULE “/*” IN .gitignore HIDES 9 OF 10 ENTRIES OF THIS FOLDER.";
  assert.ok(line?.tooltip.some((paragraph) => paragraph.includes(worded)));
  assert.ok(statusReport(state, [], completions, createWording(shout, "en")).includes(worded));
  assert.match(explainNotice({ kind: "diskFull" }, shout), /^THE DISK IS FULL/);
});

test("a notice of a later server is named instead of dropped", () => {
  const later = { kind: "later\u202e" } as unknown as Notice;
  assert.equal(explainNotice(later, translate), "The memory server reports “later\\u{202e}”.");
});

test("what a rebuild throws away is counted for one folder and for all", () => {
  const state = open({ remembered: 1_200 }, { remembered: 34 });
  assert.equal(rememberedIn(state, one.id), 1_200);
  assert.equal(rememberedIn(state, undefined), 1_234);
  assert.equal(rememberedIn(state, "forgotten"), 0);
  assert.equal(rememberedIn({ kind: "starting" }, undefined), 0);
});

const restarts = "lore.restartServer";
for (const [what, state, first] of [
  ["ready", open({}), "lore.showStatus"],
  ["paused", paused, "lore.resume"],
  ["restricted", { kind: "restricted" }, "workbench.trust.manage"],
  ["a lost server", lost, restarts],
  ["every folder failed", open({ state: "failed" }), restarts],
  [
    "an editor that is too old",
    { kind: "failed", errorName: "sqliteMissing", detail: "" },
    "lore.openLog",
  ],
  ["every folder forgotten", open(), "lore.rebuildMemory"],
  ["a full disk", open({ notices: [{ kind: "diskFull" }] }), "lore.showStatus"],
] as [string, MemoryState, string][]) {
  test(`the status item offers what helps first: ${what}`, () => {
    const line = statusLine(state, undefined, wording);
    assert.equal(line?.actions[0]?.command, first);
    const manifest = readFileSync(
      path.resolve(import.meta.dirname, "../../../package.json"),
      "utf8",
    );
    for (const { command } of line.actions.filter(({ command }) => command.startsWith("lore."))) {
      assert.ok(manifest.includes(`"command": "${command}"`), command);
    }
  });
}

test("the window that follows another one's memory says so in words, without alarm", () => {
  const line = statusLine(open({ notices: [{ kind: "readOnly" }] }), undefined, wording);
  assert.equal(line?.tone, "normal");
  assert.ok(line.tooltip.some((paragraph) => paragraph.includes("Another window keeps")));
});

const withDeep = (deep: Partial<DeepMemoryStatus>): MemoryState => ({
  kind: "open",
  status: { ...memoryStatus([rootStatus(one)]), deep: { ...deepStatus, ...deep } },
});

test("the status says how much the deep memory holds, what it costs, and that code is completed", () => {
  const state = withDeep({
    state: "filling",
    filesToEncode: 7,
    tokensToEncode: 21_000,
    tokensPerSecond: 6_000,
    longTermBlocks: 1_234,
  });
  const tooltip = statusLine(state, undefined, wording)?.tooltip ?? [];
  assert.ok(tooltip.includes("The deep memory holds 3 of 10 files and is filling."));
  const lines = statusReport(state, [], completions, wording).split("\n");
  for (const line of [
    "Deep memory",
    "The deep memory holds 3 of 10 files and is filling.",
    "  tokens held: 900",
    "  waiting: 7 files, about 21,000 tokens",
    "  speed: 6,000 tokens a second",
    "  blocks: 9 in the short-term pool, 1,234 in the long-term memory",
    "  size on disk: 400 kB of at most 1 GB",
    completions,
  ]) {
    assert.ok(lines.includes(line), line);
  }
});

for (const [deep, says] of [
  [
    { filesLeftOut: 4, detail: { kind: "noRoom" } },
    /3 of 7 files\. .*“lore\.deepMemory\.maxDiskMB”/,
  ],
  [{ state: "paused", detail: { kind: "memoryPressure" } }, /is paused\. .*short of memory/],
  [{ state: "paused", detail: { kind: "diskFull" } }, /is paused\. .*disk is full/],
  [{ state: "paused", detail: { kind: "otherProcess" } }, /Another window keeps/],
  [{ state: "off", detail: { kind: "disabled" } }, /is off\. .*“lore\.deepMemory\.enabled”/],
  [{ state: "starting" }, /is starting\./],
  [{ state: "unavailable", detail: { kind: "noModel" } }, /not available\. .*Install Lore again/],
  [{ state: "unavailable", detail: { kind: "noRuntime" } }, /cannot run the deep memory's model/],
] as [Partial<DeepMemoryStatus>, RegExp][]) {
  test(`the deep memory says why it holds no more: ${JSON.stringify(deep)}`, () => {
    const text = statusReport(withDeep(deep), [], completions, wording);
    assert.match(text, says);
    const works = deep.state === undefined || ["paused", "starting"].includes(deep.state);
    assert.equal(text.includes("Self-Test"), works);
    assert.equal(text.includes("left out: 4 files"), deep.filesLeftOut === 4);
    const tooltip = statusLine(withDeep(deep), undefined, wording)?.tooltip ?? [];
    assert.ok(tooltip.some((paragraph) => says.test(paragraph)));
  });
}

test("a server without a deep memory says nothing of one", () => {
  assert.doesNotMatch(statusReport(open({}), [], completions, wording), /deep memory|completes/i);
});
