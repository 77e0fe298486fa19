import assert from "node:assert/strict";
import { test } from "node:test";
import { timedQuestion } from "../../../server/work/timeWords.ts";

/** Wednesday, 18 November 2026, 15:30, in whatever time zone the test runs. */
const nowMs = new Date(2026, 10, 18, 15, 30).getTime();

function check(
  question: string,
  topic: string,
  span?: readonly [string, string],
  order?: string,
): void {
  const read = timedQuestion(question, nowMs);
  const shown = (ms: number | undefined): string => {
    if (ms === undefined) return "";
    const date = new Date(ms);
    const two = (value: number): string => String(value).padStart(2, "0");
    const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
    const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
    return clock === "00:00" ? day : `${day} ${clock}`;
  };
  const found = read.span && [shown(read.span.afterMs), shown(read.span.beforeMs)];
  assert.deepEqual([read.topic, found, read.order], [topic, span, order], question);
}

test("times that a question names are spans, and leave its topic", () => {
  check("what did I say yesterday about retries", "what did I say about retries", [
    "2026-11-17",
    "2026-11-18",
  ]);
  check("before lunch", "", ["2026-11-18", "2026-11-18 12:30"]);
  check("before lunch yesterday", "", ["2026-11-17", "2026-11-17 12:30"]);
  check("after lunch", "", ["2026-11-18 12:30", "2026-11-19"]);
  check("this morning", "", ["2026-11-18", "2026-11-18 12:00"]);
  check("since Monday", "", ["2026-11-16", ""]);
  check("on Wednesday", "", ["2026-11-11", "2026-11-12"]);
  check("on Tuesday afternoon", "", ["2026-11-17 12:00", "2026-11-17 18:00"]);
  check("last week", "", ["2026-11-09", "2026-11-16"]);
  check("last month", "", ["2026-10-01", "2026-11-01"]);
  check("3 days ago", "", ["2026-11-15", "2026-11-16"]);
  check("two weeks ago", "", ["2026-11-01 03:30", "2026-11-08 03:30"]);
  check("in October", "", ["2026-10-01", "2026-11-01"]);
  check("in December", "", ["2025-12-01", "2026-01-01"]);
  check("before October", "", ["", "2026-10-01"]);
  check("caching in May 2025", "caching", ["2025-05-01", "2025-06-01"]);
  check("on October 12th", "", ["2026-10-12", "2026-10-13"]);
  check("on 2026-10-12", "", ["2026-10-12", "2026-10-13"]);
  check("between Monday and Tuesday", "and", ["2026-11-16", "2026-11-18"]);
  check("Was habe ich gestern gesagt", "Was habe ich gesagt", ["2026-11-17", "2026-11-18"]);
  check("昨天说了什么", "说了什么", ["2026-11-17", "2026-11-18"]);
});

test("words that may be a time and are the code's are left alone", () => {
  for (const question of [
    "where is the may flag set",
    "the second week column",
    "march through the list",
    "how is a monthly report made",
    "version 2026-10",
    "lunch",
  ])
    check(question, question);
});

test("which of several is asked for", () => {
  check("what did I originally choose", "what did I choose", undefined, "first");
  check("what is the latest limit", "what is limit", undefined, "last");
});
