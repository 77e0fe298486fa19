import assert from "node:assert/strict";
import { test } from "node:test";
import { historyLines } from "../../../extension/status/historyReport.ts";
import { createWording } from "../../../extension/wording.ts";
import type { HistoryStatus } from "../../../protocol/history.ts";
import { emptyStatus } from "../../server/history/noHistory.ts";
import { translate } from "../translate.ts";

const wording = createWording(translate, "en");
const read: HistoryStatus = {
  ...emptyStatus,
  ...{ nCommits: 2_000, nInRepository: 12_345, isWhole: false, oldestMs: Date.parse("2026-01-02") },
};

const cases: readonly (readonly [status: Partial<HistoryStatus>, line: string])[] = [
  [{}, "History: 2,000 of 12,345 commits, back to 2026-01-02"],
  [{}, "  not more: older commits are left out by “lore.history.maxCommits”"],
  [{ state: "reading" }, "  not more: older commits are still being read"],
  [
    { isWhole: true, isShallow: true },
    "  not more: the clone is shallow and holds no older commits",
  ],
  [{ nInRepository: 0 }, "History: 2,000 commits, back to 2026-01-02"],
  [{ nWithoutSymbols: 7 }, "  definitions still to be looked at: in 7 commits"],
  [
    { ...emptyStatus, state: "noRepository" },
    "History: git finds no repository here that it would read",
  ],
  [{ ...emptyStatus, state: "off" }, "History: switched off by “lore.history.maxCommits”"],
];

test("the status says how many commits are read, of how many, and why not more", () => {
  for (const [status, line] of cases) {
    const lines = historyLines({ ...read, ...status }, wording);
    assert.ok(lines.includes(line), `${line}\n${lines.join("\n")}`);
  }
  const whole = historyLines({ ...read, isWhole: true }, wording);
  assert.equal(whole.length, 1, "nothing is missing");
  assert.deepEqual(historyLines(undefined, wording), []);
});
