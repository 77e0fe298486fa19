import assert from "node:assert/strict";
import { test } from "node:test";
import { periodOf } from "../../../server/recall/periods.ts";

/** A Monday afternoon, in the time of whatever machine this runs on. */
const nowMs = new Date(2026, 10, 30, 15, 20).getTime();
const at = (...[month, day, hour = 0, minute = 0]: readonly number[]): number =>
  new Date(2026, (month ?? 1) - 1, day, hour, minute).getTime();

const cases: readonly (readonly [phrase: string, fromMs: number, toMs: number])[] = [
  ["before lunch", at(11, 30), at(11, 30, 12)],
  ["after lunch", at(11, 30, 13), at(12, 1)],
  ["this morning", at(11, 30), at(11, 30, 12)],
  ["yesterday", at(11, 29), at(11, 30)],
  ["yesterday evening", at(11, 29, 17), at(11, 30)],
  ["last night", at(11, 29, 18), at(11, 30, 6)],
  ["on Monday", at(11, 23), at(11, 24)],
  ["monday morning", at(11, 23), at(11, 23, 12)],
  ["tuesday", at(11, 24), at(11, 25)],
  ["last week", at(11, 23), at(11, 30)],
  ["this week", at(11, 30), at(12, 7)],
  ["last month", at(10, 1), at(11, 1)],
  ["3 hours ago", at(11, 30, 11, 50), at(11, 30, 12, 50)],
  ["2 days ago", at(11, 28), at(11, 29)],
  ["the last two hours", at(11, 30, 13, 20), at(11, 30, 15, 20)],
  ["2026-11", at(11, 1), at(12, 1)],
  ["2026-11-03", at(11, 3), at(11, 4)],
  ["2026-11-03 10:30", at(11, 3, 10, 30), at(11, 3, 10, 31)],
  ["昨天", at(11, 29), at(11, 30)],
];

test("a phrase means a stretch of the machine's time, or none", () => {
  for (const [phrase, fromMs, toMs] of cases)
    assert.deepEqual(periodOf(phrase, nowMs), { fromMs, toMs }, phrase);
  for (const phrase of [
    "",
    "nonsense",
    "someday",
    "2026-13",
    "2026-00-01",
    "last",
    "about retries",
  ])
    assert.equal(periodOf(phrase, nowMs), undefined, phrase);
});
