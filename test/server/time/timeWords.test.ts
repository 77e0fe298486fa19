import assert from "node:assert/strict";
import { test } from "node:test";
import { asOfTime, momentNamed, spanNamed, timedQuestion } from "../../../server/time/timeWords.ts";

// Where the clock is set an hour forward on 29 March 2026 and back on 25 October.
process.env["TZ"] = "Europe/Berlin";

/** Wednesday, 18 November 2026, 15:30. */
const now = "2026-11-18 15:30";

function at(text: string): number {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = text.split(/[- :]/).map(Number);
  return new Date(year, month - 1, day, hour, minute).getTime();
}

function shown(ms: number | undefined): string {
  if (ms === undefined) return "";
  const date = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, "0");
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return clock === "00:00" ? day : `${day} ${clock}`;
}

type Ends = readonly [from: string, to: string];

/** What a phrase means, behind an option as well as in a question, where it is led by what it needs there. */
const phrases: readonly (readonly [phrase: string, ends: Ends, now?: string])[] = [
  ["yesterday", ["2026-11-17", "2026-11-18"]],
  ["yesterday evening", ["2026-11-17 17:00", "2026-11-18"]],
  ["last night", ["2026-11-17 18:00", "2026-11-18 06:00"]],
  ["this morning", ["2026-11-18", "2026-11-18 12:00"]],
  ["the day before yesterday", ["2026-11-16", "2026-11-17"]],
  ["before lunch", ["2026-11-18", "2026-11-18 12:30"]],
  ["after lunch", ["2026-11-18 12:30", "2026-11-19"]],
  ["until lunch", ["2026-11-18", "2026-11-18 12:30"]],
  ["since lunch", ["2026-11-18 12:00", ""]],
  ["at lunch", ["2026-11-18 12:00", "2026-11-18 13:00"]],
  ["before noon", ["2026-11-18", "2026-11-18 12:00"]],
  ["before lunch yesterday", ["2026-11-17", "2026-11-17 12:30"]],
  ["yesterday after lunch", ["2026-11-17 12:30", "2026-11-18"]],
  ["since Monday", ["2026-11-16", ""]],
  ["on Wednesday", ["2026-11-11", "2026-11-12"]],
  ["this Wednesday", ["2026-11-18", "2026-11-19"]],
  ["last Friday", ["2026-11-13", "2026-11-14"]],
  ["on Tuesday afternoon", ["2026-11-17 12:00", "2026-11-17 18:00"]],
  ["last week", ["2026-11-09", "2026-11-16"]],
  ["this week", ["2026-11-16", "2026-11-23"]],
  ["last month", ["2026-10-01", "2026-11-01"]],
  ["last year", ["2025-01-01", "2026-01-01"]],
  ["3 days ago", ["2026-11-15", "2026-11-16"]],
  ["3 hours ago", ["2026-11-18 12:00", "2026-11-18 13:00"]],
  ["two weeks ago", ["2026-11-01 03:30", "2026-11-08 03:30"]],
  ["the last two hours", ["2026-11-18 13:30", "2026-11-18 15:30"]],
  ["the last three months", ["2026-08-18 15:30", "2026-11-18 15:30"]],
  ["in October", ["2026-10-01", "2026-11-01"]],
  ["in December", ["2025-12-01", "2026-01-01"]],
  ["in November", ["2026-11-01", "2026-12-01"]],
  ["last November", ["2025-11-01", "2025-12-01"]],
  ["in May", ["2026-05-01", "2026-06-01"]],
  ["in May 2025", ["2025-05-01", "2025-06-01"]],
  ["before October", ["", "2026-10-01"]],
  ["until October", ["", "2026-11-01"]],
  ["after October", ["2026-11-01", ""]],
  ["on October 12th", ["2026-10-12", "2026-10-13"]],
  ["on the 12th of October", ["2026-10-12", "2026-10-13"]],
  ["on December 24", ["2025-12-24", "2025-12-25"]],
  ["on Monday, October 12", ["2026-10-12", "2026-10-13"]],
  ["on February 29", ["2024-02-29", "2024-03-01"]],
  ["in 2025", ["2025-01-01", "2026-01-01"]],
  ["in 2026-10", ["2026-10-01", "2026-11-01"]],
  ["on 2026-10-12", ["2026-10-12", "2026-10-13"]],
  ["2030-01-01", ["2030-01-01", "2030-01-02"]],
  ["2026-10-12 10:30", ["2026-10-12 10:30", "2026-10-12 10:31"]],
  ["2026-10-12T08:30Z", ["2026-10-12 10:30", "2026-10-12 10:31"]],
  ["between Monday and Tuesday", ["2026-11-16", "2026-11-18"]],
  ["from Monday to Tuesday", ["2026-11-16", "2026-11-18"]],
  ["from Monday until Tuesday", ["2026-11-16", "2026-11-18"]],
  ["from Friday to Monday", ["2026-11-13", "2026-11-17"]],
  ["from Monday to Friday", ["2026-11-09", "2026-11-14"]],
  ["between 2026-10-01 and 2026-10-01", ["2026-10-01", "2026-10-02"]],
  ["after yesterday before yesterday", ["2026-11-18", "2026-11-18"]],
  ["gestern", ["2026-11-17", "2026-11-18"]],
  ["vor drei Tagen", ["2026-11-15", "2026-11-16"]],
  ["昨天", ["2026-11-17", "2026-11-18"]],
  ["先週", ["2026-11-09", "2026-11-16"]],
  // Days of 23 and of 25 hours, at whose middle the clock says noon all the same.
  ["this morning", ["2026-03-29", "2026-03-29 12:00"], "2026-03-29 18:00"],
  ["before lunch", ["2026-10-25", "2026-10-25 12:30"], "2026-10-25 18:00"],
  ["yesterday", ["2026-10-25", "2026-10-26"], "2026-10-26 00:30"],
  ["yesterday", ["2026-03-29", "2026-03-30"], "2026-03-30 23:30"],
  ["last week", ["2026-10-19", "2026-10-26"], "2026-10-26 00:30"],
  // Ends of months.
  ["the last month", ["2026-02-28 12:00", "2026-03-31 12:00"], "2026-03-31 12:00"],
  ["last month", ["2026-02-01", "2026-03-01"], "2026-03-31 12:00"],
  ["yesterday", ["2025-12-31", "2026-01-01"], "2026-01-01 09:00"],
  ["last month", ["2025-12-01", "2026-01-01"], "2026-01-31 09:00"],
];

function check(question: string, topic: string, ends?: Ends, order?: string, when = now): void {
  const { topic: rest, span, order: which } = timedQuestion(question, at(when));
  const found = span && endsOf(span);
  assert.deepEqual([rest, found, which], [topic, ends, order], `${question} (${when})`);
}

function endsOf(span: { readonly afterMs?: number; readonly beforeMs?: number }): Ends {
  return [shown(span.afterMs), shown(span.beforeMs)];
}

test("a phrase means the same stretch of time in a question and by itself", () => {
  for (const [phrase, ends, when = now] of phrases) {
    const span = spanNamed(phrase, at(when));
    assert.deepEqual(span && endsOf(span), ends, `${phrase} (${when})`);
    check(phrase, "", ends, undefined, when);
    check(`what did I say ${phrase}`, "what did I say", ends, undefined, when);
  }
});

test("some words are a time where nothing else stands", () => {
  for (const [phrase, ends] of [
    ["lunch", ["2026-11-18 12:00", "2026-11-18 13:00"]],
    ["May", ["2026-05-01", "2026-06-01"]],
    ["2025", ["2025-01-01", "2026-01-01"]],
    ["2026-10", ["2026-10-01", "2026-11-01"]],
    ["the morning", ["2026-11-18", "2026-11-18 12:00"]],
    ["now", ["2026-11-18", "2026-11-19"]],
    ["90 days", ["2026-08-20", "2026-08-21"]],
  ] as const) {
    const span = spanNamed(phrase, at(now));
    assert.deepEqual(span && endsOf(span), ends, phrase);
    check(phrase, phrase);
  }
});

test("what is no time is none", () => {
  const none = [
    "",
    "nonsense",
    "someday",
    "last",
    "about retries",
    "yesterday's run",
    "2026-13",
    "2026-00-01",
    "2026-02-30",
    "February 30",
    "tomorrow",
    "next week",
    "main",
    "v1.2",
    "4f5e6a7b",
  ];
  for (const phrase of none) {
    assert.equal(spanNamed(phrase, at(now)), undefined, phrase);
    assert.equal(momentNamed(phrase, at(now)), undefined, phrase);
  }
});

test("a moment is what is meant, or the beginning of it, and never what may be a name of git's", () => {
  for (const [phrase, moment] of [
    ["2026-08-01", "2026-08-01"],
    ["2026-08", "2026-08-01"],
    ["2026-08-01 10:30", "2026-08-01 10:30"],
    ["yesterday", "2026-11-17"],
    ["last week", "2026-11-09"],
    ["上周", "2026-11-09"],
    ["3 days ago", "2026-11-15 15:30"],
    ["two weeks ago", "2026-11-04 15:30"],
    ["2 hours ago", "2026-11-18 13:30"],
    ["90d", "2026-08-20 15:30"],
    ["older than 3 months", "2026-08-18 15:30"],
    ["now", now],
    ["in May", "2026-05-01"],
    ["in 2025", "2025-01-01"],
    ["may", ""],
    ["2026", ""],
    ["march", ""],
  ] as const)
    assert.equal(shown(momentNamed(phrase, at(now))), moment, phrase);
});

test("what leads to a tree of the past is a moment", () => {
  for (const phrase of [
    "2026-08",
    "yesterday",
    "last month",
    "a week ago",
    "last Friday",
    "지난주",
  ]) {
    assert.match(phrase, new RegExp(`^(?:${asOfTime})$`, "iu"));
    assert.notEqual(momentNamed(phrase, at(now)), undefined, phrase);
  }
});

test("times that a question names leave its topic", () => {
  check("what did I say yesterday about retries", "what did I say about retries", [
    "2026-11-17",
    "2026-11-18",
  ]);
  check("caching in May 2025", "caching", ["2025-05-01", "2025-06-01"]);
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
    "what did I say about tomorrow's release",
  ])
    check(question, question);
});

test("which of several is asked for", () => {
  check("what did I originally choose", "what did I choose", undefined, "first");
  check("what is the latest limit", "what is limit", undefined, "last");
});
