import assert from "node:assert/strict";
import { test } from "node:test";
import { turnQuestion } from "../../../server/work/turnQuestion.ts";

const asking: readonly (readonly [question: string, topic: string, role?: "user" | "lore"])[] = [
  ["What did I say about retries?", "retries", "user"],
  ["Did you tell me about the pool?", "the pool", "lore"],
  ["when did we decide to use sqlite", "to use sqlite"],
  ["Have we talked about timeouts?", "timeouts"],
  ["Remind me what the limit of uploads is", "the limit of uploads is"],
  [
    "You told me where the cache is cleared, where was it?",
    "the cache is cleared, where was it",
    "lore",
  ],
  ["In our last conversation, what was the port?", "the port"],
  ["what did I ask?", "", "user"],
  ["Was habe ich über die Tests gesagt?", "die Tests", "user"],
];
const notAsking: readonly string[] = [
  "how do I ask the server?",
  "where is the cache cleared?",
  "who asked for this?",
  "what do you say when it fails",
  "I decided to use tabs",
  "what does ask do?",
  `what did I say about ${"x".repeat(2_000)}?`,
];

test("questions about what was said are told from questions about code", () => {
  for (const [question, topic, role] of asking)
    assert.deepEqual(
      turnQuestion(question),
      { topic, ...(role === undefined ? {} : { role }) },
      question,
    );
  for (const question of notAsking) assert.equal(turnQuestion(question), undefined, question);
});
