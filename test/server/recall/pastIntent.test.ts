import assert from "node:assert/strict";
import { test } from "node:test";
import { parseQuestion } from "../../../server/recall/question.ts";
import type { Intent } from "../../../server/recall/intent.ts";

const past = (
  wants: "when" | "why" | "who" | "changes",
  more: Readonly<Record<string, string>> = {},
): object => ({ kind: "past", wants, ...more });

const asked: readonly (readonly [question: string, intent: object])[] = [
  ["When did `parseQuestion` change?", past("when", { target: "parseQuestion" })],
  ["when was readTokens last modified", past("when", { target: "readTokens" })],
  ["when was parse_args added?", past("when", { change: "added", target: "parse_args" })],
  ["when did we remove the retry?", past("when", { change: "removed", target: "retry" })],
  ["when did isReady stop being true?", past("when", { target: "isReady" })],
  ["when did this stop being true?", past("when")],
  ["when did load_all stop working", past("when", { target: "load_all" })],
  ["when and why did maxRetries change?", past("why", { target: "maxRetries" })],
  ["why and when was maxRetries changed", past("why", { target: "maxRetries" })],
  ["how has maxRetries changed over time?", past("when", { target: "maxRetries" })],
  ["what is the history of Pool.load", past("when", { target: "Pool.load" })],
  ["which commit introduced maxRetries?", past("when", { change: "added", target: "maxRetries" })],
  ["what commit removed maxRetries", past("when", { change: "removed", target: "maxRetries" })],
  [
    "has maxRetries changed since monday?",
    past("changes", { target: "maxRetries", since: "monday" }),
  ],
  ["what changed today", past("changes", { since: "today" })],
  ["what happened yesterday?", past("changes", { since: "yesterday" })],
  ["when did we start using sqlite?", past("when")],
  ["who knows this function?", past("who")],
  ["history of Pool.load", past("when", { target: "Pool.load" })],
  ["what was the last change to maxRetries", past("when", { target: "maxRetries" })],
  ["why was maxRetries changed?", past("why", { target: "maxRetries" })],
  [
    "Why did they drop support of `oldParser`",
    past("why", { change: "removed", target: "oldParser" }),
  ],
  ["who knows this file", past("who")],
  ["who wrote openDatabase?", past("who", { change: "added", target: "openDatabase" })],
  ["Who changed maxRetries?", past("who", { target: "maxRetries" })],
  ["what changed in server/memory since 2026-08-01?", past("changes", { since: "2026-08-01" })],
  ["@docs/ what changed since yesterday?", past("changes", { since: "yesterday" })],
  ['@docs/: @"a b/c d.ts" @./x/y.ts:3-9, what changed?', past("changes")],
  ["What changed since I last looked?", past("changes", { since: "I last looked" })],
  ["what changed since v1.2.0", past("changes", { since: "v1.2.0" })],
  ["what has changed in the last week?", past("changes", { since: "week" })],
  ["parseQuestion 是什么时候修改的？", past("when", { target: "parseQuestion" })],
  ["为什么修改了 maxRetries", past("why", { target: "maxRetries" })],
  ["谁写了 openDatabase", past("who", { target: "openDatabase" })],
  ["maxRetriesはいつ変更されましたか", past("when", { target: "maxRetries" })],
  ["なぜmaxRetriesを変更したのですか", past("why", { target: "maxRetries" })],
  ["openDatabase를 누가 작성했나요", past("who", { target: "openDatabase" })],
  ["maxRetries는 언제 변경되었나요", past("when", { target: "maxRetries" })],
];

/** Questions about the code of today that speak of changes as well. */
const present: readonly (readonly [question: string, kind: Intent["kind"]])[] = [
  ["where is the history of commands stored?", "where"],
  ["what happens when a file is changed", "flow"],
  ["what breaks if I change parseQuestion?", "whoCalls"],
  ["how is a changed file noticed?", "how"],
  ["@docs/ how is a changed file noticed?", "how"],
  ["@docs/ where is openDatabase called?", "whoCalls"],
  ["who calls openDatabase?", "whoCalls"],
  ["who uses the author's name", "whoCalls"],
  ["why is the store locked", "what"],
  ["how do I add a new request", "how"],
  ["what is a commit", "what"],
  ["where is a removed file forgotten?", "where"],
  ["when is a file removed from the index?", "unknown"],
  ["谁调用 openDatabase", "whoCalls"],
];

test("questions about the past are told by what they want, of what, and since when", () => {
  for (const [question, intent] of asked)
    assert.deepEqual(parseQuestion(question).intent, intent, question);
});

test("questions about the code of today stay what they are", () => {
  for (const [question, kind] of present)
    assert.equal(parseQuestion(question).intent.kind, kind, question);
});
