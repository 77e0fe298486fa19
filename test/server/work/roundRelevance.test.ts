import assert from "node:assert/strict";
import { test } from "node:test";
import { askedAfter, roundRelevances } from "../../../server/work/roundRelevance.ts";
import { roundsOf } from "../../../server/work/rounds.ts";
import { madeTurns, type MadeRound } from "./roundHarness.ts";

const asked: readonly (readonly [earlier: readonly string[], question: string, whole: string])[] = [
  [[], "and who calls it?", "and who calls it?"],
  [["Where is the cache cleared?"], "How are invoices numbered?", "How are invoices numbered?"],
  [
    ["How are invoices numbered?", "Where is the cache cleared?", "why?"],
    "and who calls it?",
    "Where is the cache cleared?\nwhy?\nand who calls it?",
  ],
];
for (const [earlier, question, whole] of asked) {
  test(`“${question}” after ${earlier.length} others goes on from what it has to`, () => {
    const rounds = roundsOf(madeTurns(earlier.map((each) => ({ question: each }))));
    const found = askedAfter(question, rounds);
    assert.equal(found.whole, whole);
    assert.equal(found.goesOnFrom.length, whole.split("\n").length - 1);
  });
}

const conversation: readonly MadeRound[] = [
  {
    question: "Where is the cache cleared?",
    answer: "`clearCache` does.",
    files: ["src/cache.ts"],
  },
  { question: "How are invoices numbered?", answer: "By `nextNumber`.", files: ["src/invoice.ts"] },
  { question: "Which taxes are there?", answer: "The cache is not asked.", files: ["src/tax.ts"] },
  { question: "What is configured?", answer: "Ports.", files: ["src/config.ts"] },
];
const relevant: readonly {
  readonly question: string;
  readonly files?: readonly string[];
  /** The rounds that say something of the question, the most first. */
  readonly order: readonly number[];
}[] = [
  { question: "When is the cache cleared?", order: [0, 2] },
  { question: "invoice numbers", order: [1] },
  { question: "clearing a cache in config.ts", order: [0, 3, 2] },
  { question: "ports", files: ["src/tax.ts"], order: [3, 2] },
  { question: "why?", order: [] },
  { question: "", order: [] },
];
for (const { question, files = [], order } of relevant) {
  test(`rounds that are about “${question}”`, () => {
    const rounds = roundsOf(madeTurns(conversation));
    const found = roundRelevances(rounds, question, new Set(files));
    assert.ok(found.every((each) => each >= 0 && each <= 1));
    const best = found
      .map((relevance, idx) => ({ relevance, idx }))
      .filter(({ relevance }) => relevance > 0)
      .toSorted((a, b) => b.relevance - a.relevance);
    assert.deepEqual(
      best.map(({ idx }) => idx),
      order,
    );
  });
}
