import assert from "node:assert/strict";
import { test } from "node:test";
import type { Recall, RecallTrace } from "../../../protocol/types.ts";
import { evidenceFactsOf, type EvidenceFacts } from "../../../server/answer/evidenceFacts.ts";
import { QuestionTerms } from "../../../server/answer/questionTerms.ts";
import { termsOfText } from "../../../server/ingest/terms.ts";
import { parseQuestion } from "../../../server/recall/question.ts";
import { placeOf } from "./places.ts";

interface Found {
  readonly text: string;
  readonly path: string;
  readonly name: string;
  readonly score: number;
  readonly similarity?: number;
  readonly relation?: Recall["relation"];
}

const evict: Found = {
  ...{ text: "evict the oldest chunk", path: "src/pool.ts", name: "evictOldest" },
  ...{ score: Math.log(2), similarity: 0.5 },
};
const other: Found = {
  ...{ text: "nothing alike", path: "src/other.ts", name: "other" },
  ...{ score: Math.log(1.5), similarity: 0.2 },
};

/** Facts of a recall in a memory of 100 chunks, where every term is in so many chunks as `nChunks` says, ten otherwise. */
function factsOf(
  query: string,
  found: readonly Found[],
  nChunks: Readonly<Record<string, number>> = {},
): EvidenceFacts {
  const question = parseQuestion(query);
  const counts = new Map(
    Object.entries(nChunks).flatMap(([word, n]) =>
      termsOfText(word).map((term) => [term, n] as const),
    ),
  );
  const trace: RecallTrace = {
    terms: termsOfText(query).map((term) => ({
      term,
      nChunks: counts.get(term) ?? 10,
      used: true,
    })),
    ...{ identifiers: question.identifiers, paths: [], literals: [], stages: [] },
    meaning: { state: "used", model: "m", nEmbedded: 100, nChunks: 100, memoryBytes: 0 },
  };
  const recalls = found.map(({ text, path, name, score, similarity, relation }): Recall => ({
    ...placeOf(text, { path, name, score }).recall,
    ...(similarity === undefined ? {} : { similarity }),
    ...(relation === undefined ? {} : { relation }),
  }));
  const coverage = { filesSeen: 1, remembered: 1, pending: 0, skipped: 0, failed: 0 };
  return evidenceFactsOf(question, new QuestionTerms(question, trace), {
    ...{ recalls, trace, coverage, tiers: [] },
  });
}

function assertFacts(facts: EvidenceFacts, expected: Partial<EvidenceFacts>): void {
  for (const [name, value] of Object.entries(expected))
    assert.ok(
      Math.abs(facts[name as keyof EvidenceFacts] - value) < 1e-4,
      `${name} is ${facts[name as keyof EvidenceFacts]}, not ${value}`,
    );
}

test("scores are told as log-odds, in sum and beside the best place of another file", () => {
  assertFacts(factsOf("evict chunk", [evict, other]), {
    best: 0,
    sum: Math.log(Math.log(3)),
    margin: Math.log(2),
    places: Math.log(3),
    chunks: Math.log(101),
  });
  const near = { ...evict, name: "again", score: Math.log(1.9) };
  assertFacts(factsOf("evict chunk", [evict, near, other]), { margin: Math.log(2) });
});

test("a recall of nothing has facts too", () => {
  assertFacts(factsOf("evict chunk", []), {
    ...{ best: Math.log(1e-6), margin: 0, coverage: 0, similarity: 0, agreement: 0 },
    ...{ definedNames: 0, words: Math.log(3) },
  });
});

test("words and meaning agree when they lead to one file", () => {
  assertFacts(factsOf("evict chunk", [evict, other]), {
    ...{ coverage: 1, similarity: 0.5, agreement: 1 },
  });
  const nearer = { ...other, similarity: 0.7 };
  assertFacts(factsOf("evict chunk", [evict, nearer]), { similarity: 0.7, agreement: 0 });
});

test("a place that was only added beside another says nothing", () => {
  const added = { ...evict, relation: { kind: "calls" as const, of: "other" } };
  assertFacts(factsOf("evict chunk", [other, added]), { coverage: 0, best: Math.log(0.5) });
});

test("names are told apart: spelled nowhere, and defined by a place", () => {
  assertFacts(factsOf("where is evictOldest?", [evict]), { unknownNames: 0, definedNames: 1 });
  assertFacts(factsOf("where is evictOldest?", [other]), { unknownNames: 0, definedNames: 0 });
  assertFacts(factsOf("where is evictNewest?", [evict], { evictNewest: 0 }), {
    ...{ unknownNames: 1, definedNames: 0 },
  });
});

test("a capitalised word is a name where a place defines it so", () => {
  const pool = { ...evict, name: "Pool" };
  assertFacts(factsOf("what does Pool do?", [pool]), { definedNames: 1, unknownNames: 0 });
  assertFacts(factsOf("what does Pool do?", [{ ...pool, name: "pool" }]), { definedNames: 0 });
});

test("what occurs nowhere counts by its weight", () => {
  const facts = factsOf("evict kubernetes", [evict], { kubernetes: 0 });
  assert.ok(facts.absent > 0.5 && facts.absent < 1, String(facts.absent));
  assertFacts(factsOf("evict chunk", [evict]), { absent: 0 });
});
