import assert from "node:assert/strict";
import { test } from "node:test";
import { asOfIn } from "../../../server/recall/asOfWords.ts";

/** What is asked, from which commit or time, and what is left of the question. */
const asked: readonly (readonly [question: string, at: string, rest: string])[] = [
  ["as of v1.2, where is `load`?", "v1.2", "where is `load`?"],
  ["where was load as of last month", "last month", "where was load"],
  ["where is load before commit abc1234", "abc1234~1", "where is load"],
  ["where is X at v1.2?", "v1.2", "where is X?"],
  ["where was `load` last month?", "last month", "where was `load`"],
  ["last month, where was load defined?", "last month", "where was load defined?"],
  ["how did retry work in v2.0.1?", "v2.0.1", "how did retry work?"],
  ["where was the config 3 weeks ago", "3 weeks ago", "where was the config"],
  ["what did load do as of 2026-08-01", "2026-08-01", "what did load do"],
  ["as of tag v1.2 who calls load", "v1.2", "who calls load"],
  ["where is load on branch main", "main", "where is load"],
  ["where is `load` as of HEAD~3?", "HEAD~3", "where is `load`?"],
  ["back in 2026-05 how did load work", "2026-05", "how did load work"],
  ["how was it before the commit 4f5e6a7b", "4f5e6a7b~1", "how was it"],
  ["as of `release/2`, where is load?", "release/2", "where is load?"],
  ["上个月 load 在哪里", "上个月", "load 在哪里"],
];

/** Questions about today, whatever they say of versions and times. */
const present: readonly string[] = [
  "which API is deprecated as of Node 18",
  "where is the cache cleared before the commit",
  "where is the check before yesterday's run",
  "how is it done in HTTP 1.1",
  "where is as of now load",
  "where does it wait before retry",
  "where is the tag of commit message parsed",
  "where is the header of version 2 read",
  "where is the last week of the month computed",
  "as of v1.2",
  `as of v1.2 where is ${"x".repeat(2_000)}`,
];

test("which tree a question asks for is told by its own words", () => {
  for (const [question, at, rest] of asked) {
    const found = asOfIn(question);
    assert.deepEqual([found?.at, found?.question], [at, rest], question);
    assert.ok(question.includes(found?.said ?? "-"), question);
  }
});

test("a question about today asks for no tree", () => {
  for (const question of present) assert.equal(asOfIn(question), undefined, question);
});
