import assert from "node:assert/strict";
import { test } from "node:test";
import { traceReport, unusableText } from "../../../extension/trace/traceReport.ts";
import { createWording } from "../../../extension/wording.ts";
import type { RankedPlace, SavedTrace } from "../../../protocol/savedTrace.ts";
import { translate } from "../translate.ts";

const wording = createWording(translate, "en");
const saved: SavedTrace = {
  format: "lore-trace",
  version: 1,
  savedMs: 0,
  asked: {
    query: "why\u202e?\nreally",
    limit: 20,
    roots: [],
    ranking: "learned",
    schema: 2,
    chunker: 1,
  },
  terms: [],
  tiers: ["lexical"],
  coverage: { filesSeen: 3, remembered: 3, pending: 0, skipped: 0, failed: 0 },
  meaning: { state: "used", model: "m1", nEmbedded: 9, nChunks: 9, memoryBytes: 1 },
  stages: [],
  results: [],
};
const place = (path: string, rank: number): RankedPlace => ({
  rootId: "root",
  path,
  range: { start: { line: 2, character: 0 }, end: { line: 5, character: 0 } },
  contentHash: "0123456789abcdef",
  score: 4,
  parts: [],
  rank,
});

test("a comparison says what the memory has become and how each place fares", () => {
  const report = traceReport(
    {
      kind: "compared",
      before: saved,
      now: {
        ...saved,
        coverage: { ...saved.coverage, remembered: 1_004 },
        meaning: { ...(saved.meaning as NonNullable<typeof saved.meaning>), model: "m2" },
      },
      places: [
        { before: place("a.ts", 1), now: place("a.ts", 1), states: [], parts: [] },
        {
          before: place("b.ts", 3),
          now: { ...place("b.ts", 2), score: 4.5 },
          states: ["rank", "text", "score"],
          parts: [{ kind: "path", before: 0, now: 0.5 }],
        },
        { now: place("c\u202e.ts", 3), states: ["came"], parts: [] },
        { before: place("d.ts", 2), states: ["went"], parts: [] },
      ],
    },
    wording,
  );
  assert.equal(
    report,
    [
      "why\\u{202e}?\\u{a}really",
      "",
      "Saved: 1970-01-01T00:00:00.000Z",
      "Files in memory: 3 → 1,004",
      "Model: m1 → m2",
      "4 places, 3 of them differ.",
      "",
      " 1  a.ts:3–5  as before",
      " 2  b.ts:3–5  was number 3, text changed, score 4.000 → 4.500",
      "      path: 0.000 → 0.500",
      " 3  c\\u{202e}.ts:3–5  new",
      " –  d.ts:3–5  gone, was number 2",
      "",
    ].join("\n"),
  );
});

for (const [reason, detail, sentence] of [
  ["damaged", "trace.results[0].score must be a number", /^This file is not a whole trace/],
  ["otherVersion", "7", /^This trace is of version 7,/],
  ["otherRoots", "shop\u001b[31m", /not open here: shop\\u\{1b\}\[31m$/],
] as const) {
  test(`a trace that is ${reason} is told in one sentence`, () => {
    const said = unusableText({ kind: "unusable", reason, detail }, translate);
    assert.match(said, sentence);
    assert.equal(traceReport({ kind: "unusable", reason, detail }, wording), said);
  });
}
