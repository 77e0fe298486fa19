/** What an answer makes of the probability that the memory holds it, on a real memory. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Answer } from "../../../protocol/types.ts";
import type { AskParams } from "../../../protocol/methods.ts";
import { Answerer } from "../../../server/answer/answerer.ts";
import type { EvidenceCalibration } from "../../../server/answer/evidenceCalibration.ts";
import { createHashText } from "../../../server/recall/citation.ts";
import { noTimeline } from "../noTimeline.ts";
import { withMemory, type OpenedMemory } from "../workspaceMemoryHarness.ts";
import { noHistory } from "../history/noHistory.ts";
import { closedNotes } from "../work/closedNotes.ts";
import { calibrated } from "./calibrated.ts";

const hashText = await createHashText();
const files = {
  "src/store.ts": "export function evictOldest(limit: number): void {\n  trim(limit);\n}\n",
  "src/shop.ts":
    "export function invoiceTotal(lines: number[]): number {\n  return lines.length;\n}\n",
};
const question = "where is the invoice total?";

let opened: OpenedMemory;
withMemory(files, (memory) => (opened = memory));

function ask(
  asked: string,
  calibration: EvidenceCalibration | undefined,
  more: Partial<AskParams> = {},
): Promise<Answer> {
  const answerer = new Answerer({
    timeline: noTimeline,
    notes: closedNotes(),
    recall: opened.recaller,
    source: opened.recaller,
    history: noHistory,
    hashText,
    clock: { nowMs: () => 0, elapsedMs: () => performance.now() },
    statusCommand: "lore status",
    ...(calibration === undefined ? {} : { calibration }),
  });
  const signal = new AbortController().signal;
  return answerer.ask({ question: asked, askId: "ask", ...more }, () => undefined, signal);
}

const beginnings: readonly (readonly [number, boolean, RegExp])[] = [
  [0.95, false, /^\*\*`invoiceTotal`\*\* is a function in /],
  [
    0.71,
    false,
    /^The answer is probably here, but for about 3 of 10 such questions it is not in memory\.\n\nThe closest place I found is \*\*`invoiceTotal`\*\*/,
  ],
  [
    0.51,
    false,
    /^The answer may be here, but for about 5 of 10 such questions it is not in memory\./,
  ],
  [
    0.31,
    false,
    /^The answer may be here, but for about 7 of 10 such questions it is not in memory\.\n\nThe closest place I found is /,
  ],
  [
    0.29,
    true,
    /^I found nothing in memory that answers this\.\n\nThe nearest I found:\n\n- `invoiceTotal`, a function in .*: holds `invoice` and `total`/,
  ],
];
for (const [probability, abstains, beginning] of beginnings)
  test(`an answer of probability ${probability} begins as sure as it is`, async () => {
    const { abstained, markdown, trace } = await ask(question, calibrated(probability));
    assert.equal(abstained, abstains);
    assert.match(markdown, beginning);
    assert.ok(Math.abs((trace.evidence?.probability ?? 0) - probability) < 1e-9);
  });

test("what leads to a place by its meaning says how sure it is", async () => {
  const { markdown } = await ask("How are things thrown away?", calibrated(0.6));
  assert.match(
    markdown,
    /^`thrown` and `away` do not occur in memory\. The answer is probably here, but for about 4 of 10 such questions it is not in memory\. By its meaning the question leads here:\n\n/,
  );
});

test("a place near in meaning is shown where words lead nowhere, however improbable, and says so", async () => {
  const { abstained, markdown } = await ask("How are things thrown away?", calibrated(0.2));
  assert.equal(abstained, false);
  assert.match(
    markdown,
    / The answer may be here, but for about 8 of 10 such questions it is not /,
  );
});

test("a name that occurs nowhere has no answer, however probable one is", async () => {
  const { abstained, markdown } = await ask("where is flushCacheTable?", calibrated(0.95));
  assert.ok(abstained);
  assert.match(
    markdown,
    /^I found no answer: `flushCacheTable` does not occur anywhere in memory\./,
  );
});

const byWords: readonly (readonly [string, string, Partial<EvidenceCalibration>?])[] = [
  ["a path", "where is the invoice total in src/shop.ts?"],
  ["a quoted text", 'where is "lines.length" returned?'],
  ["pasted code", "what is this?\n```\nreturn lines.length;\n```"],
  ["no Latin script", "`invoiceTotal` 在哪里"],
  ["a memory that is too small", question, { minChunks: 1_000 }],
];
for (const [what, asked, more] of byWords)
  test(`the words decide about ${what}`, async () => {
    const { abstained, trace } = await ask(asked, { ...calibrated(0.01), ...more });
    assert.equal(trace.evidence, undefined);
    assert.equal(abstained, false);
  });

test("selected code is there to be answered about", async () => {
  const selection = {
    ...{ file: `${opened.folder}/src/shop.ts`, text: files["src/shop.ts"] },
    range: { startLine: 0, endLine: 3 },
  };
  const { abstained, trace } = await ask("what does this do?", calibrated(0.01), { selection });
  assert.equal(trace.evidence, undefined);
  assert.equal(abstained, false);
});

test("without a calibration nothing is said of a probability", async () => {
  const { markdown, trace } = await ask(question, undefined);
  assert.equal(trace.evidence, undefined);
  assert.match(markdown, /^\*\*`invoiceTotal`\*\* is a function in /);
});
