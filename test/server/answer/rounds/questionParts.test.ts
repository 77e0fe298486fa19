import assert from "node:assert/strict";
import { test } from "node:test";
import { parseQuestion } from "../../../../server/recall/question.ts";
import { questionParts } from "../../../../server/answer/rounds/questionParts.ts";

const trace = { terms: [], identifiers: [], paths: [], literals: [], stages: [] };

/** Question to its parts. */
const cases: readonly (readonly [question: string, ...parts: string[]])[] = [
  ["where is the retry policy decided?", "where is the retry policy decided?"],
  [
    "How is an order stored, and when is the mail sent?",
    "How is an order stored",
    "when is the mail sent?",
  ],
  [
    "Where is the cache filled? Who empties the cache folder?",
    "Where is the cache filled",
    "Who empties the cache folder?",
  ],
  [
    "what happens when a file is deleted, how does the index forget it, and then the disk is freed",
    "what happens when a file is deleted",
    "how does the index forget it",
    "the disk is freed",
  ],
  ["how does a row get from the form to the disk?", "a row the form", "a row the disk"],
  ["how do read and write locks work", "how do read and write locks work"],
  ["what does `a and then b` do to old rows", "what does `a and then b` do to old rows"],
  ["what is “lost and found rows” for here", "what is “lost and found rows” for here"],
  ["", ""],
  ["and then, and then?", "and then, and then?"],
  [
    "open the file, then read the header, then check the sum, then seek the rows, then close the file",
    "open the file",
    "read the header",
    "check the sum",
    "seek the rows, then close the file",
  ],
];

test("a question is cut where it asks the next thing", () => {
  for (const [question, ...parts] of cases) {
    const found = questionParts(parseQuestion(question), trace);
    assert.deepEqual(
      found.map(({ text }) => text),
      parts,
      question,
    );
  }
});

test("a long text is not cut, and takes no time", () => {
  for (const long of ["how and then ".repeat(20_000), "what happens when a ".repeat(45)]) {
    assert.equal(questionParts(parseQuestion(long), trace).length <= 4, true);
    assert.equal(questionParts(parseQuestion(long), trace)[0]?.text.length !== 0, true);
  }
});
