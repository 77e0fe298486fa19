import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ask } from "../../../server/answer/ask.ts";
import {
  isNear,
  minNearness,
  minNearnessOfOtherWords,
  supportOf,
} from "../../../server/answer/evidence.ts";
import { QuestionTerms } from "../../../server/answer/questionTerms.ts";
import { termsOfText } from "../../../server/ingest/terms.ts";
import { parseQuestion } from "../../../server/recall/question.ts";
import { placeOf, termsOf } from "./places.ts";

/** How a question fares whose terms are in so many chunks each, with one recalled text. */
function supported(
  question: string,
  nChunks: Readonly<Record<string, number>>,
  text: string,
): string {
  const parsed = parseQuestion(question);
  const terms = Object.entries(nChunks).flatMap(([word, n]) =>
    termsOfText(word).map((term) => ({ term, nChunks: n, used: n > 0 })),
  );
  const trace = { terms, identifiers: [], paths: [], literals: [], stages: [] };
  const recalls = [placeOf(text, { name: "run" }).recall];
  const ask = {
    question: parsed,
    terms: new QuestionTerms(parsed, trace),
    result: { recalls },
  } as unknown as Ask;
  return supportOf(ask.terms, recalls).support;
}

test("a question whose subject occurs nowhere has no answer, though other words of it do", () => {
  const counts = { graphql: 0, subscription: 2 };
  const question = "how does graphql subscription work?";
  assert.equal(supported(question, counts, "the subscription of a stream"), "none");
  assert.equal(
    supported(question, { ...counts, graphql: 4 }, "the subscription of a stream"),
    "likely",
  );
});

test("one unusual word does not take away what the rest of a question supports", () => {
  const counts = { broadcast: 95, channel: 654, lagging: 29, receivers: 593, wobbling: 0 };
  const text = "broadcast channel with lagging receivers, receivers of a channel";
  const question = "how does the broadcast channel deal with wobbling, lagging receivers?";
  assert.notEqual(supported(question, counts, text), "none");
});

test("how something is done is no subject either", () => {
  const counts = { shutdown: 29, worker: 40, gracefully: 0 };
  assert.equal(
    supported("how does a worker shutdown gracefully?", counts, "worker shutdown"),
    "sure",
  );
});

test("what everybody says of code is no subject: showing, sending and storing", () => {
  const counts = { cookies: 79, stored: 149, sent: 43 };
  const text = "class CookiesMiddleware: jar of cookies";
  assert.equal(supported("how are cookies stored and sent?", counts, text), "sure");
  assert.equal(
    supported("where is the overlay shown?", { overlay: 23, shown: 0 }, "overlay"),
    "sure",
  );
});

test("words of another script around a name say nothing, unless the memory holds some of them", () => {
  const question = "где определена функция retryPolicy?";
  const unknown = { где: 0, определена: 0, функция: 0, retryPolicy: 2 };
  const text = "function retryPolicy() {}";
  assert.equal(supported(question, unknown, text), "sure");
  assert.equal(supported(question, { ...unknown, функция: 3 }, text), "none");
  const latin = "where is the graphql retryPolicy?";
  assert.equal(supported(latin, { graphql: 0, retryPolicy: 2 }, text), "none");
});

test("a question wholly in a script that the memory does not hold has no answer", () => {
  const counts = { где: 0, прогноз: 0, погоды: 0 };
  assert.equal(supported("где прогноз погоды?", counts, "function retryPolicy() {}"), "none");
});

test("a place is near in meaning from a measured similarity on, which is less where it holds no word", () => {
  const { recall } = placeOf("resize(image)", { name: "resize" });
  const isNearAt = (similarity: number, question: string): boolean =>
    isNear(termsOf(question), { ...recall, similarity });
  assert.equal(isNear(termsOf("shrink a picture"), recall), false, "without a model");
  assert.equal(isNearAt(minNearnessOfOtherWords - 0.001, "shrink a picture"), false);
  assert.equal(isNearAt(minNearnessOfOtherWords, "shrink a picture"), true);
  assert.equal(isNearAt(minNearness - 0.001, "shrink an image"), false);
  assert.equal(isNearAt(minNearness, "shrink an image"), true);
});

test("what one of several named files answers is not lost among the places of the others", () => {
  const terms = termsOf("how is a child logger made?");
  const places = [
    ...Array.from({ length: 5 }, (_, n) => ({ text: "child", path: "b.ts", name: `b${n}` })),
    { text: "a child logger", path: "a.ts", name: "a" },
  ];
  const recalls = places.map(({ text, path, name }) => placeOf(text, { path, name }).recall);
  const alone = recalls.filter(({ citation }) => citation.path === "a.ts");
  assert.equal(supportOf(terms, alone).support, "sure");
  assert.notEqual(supportOf(terms, recalls).support, "sure");
  assert.deepEqual(supportOf(terms, recalls, ["a.ts", "b.ts"]), { support: "sure", by: ["a.ts"] });
  assert.deepEqual(supportOf(terms, alone, ["a.ts", "b.ts"]), { support: "sure", by: [] });
});
