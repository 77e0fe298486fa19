import assert from "node:assert/strict";
import { test } from "node:test";
import { isAnswerable } from "../../../bench/abstention/abstentionCases.ts";
import type { AbstentionRow } from "../../../bench/abstention/abstentionRows.ts";
import { fitCalibration } from "../../../bench/abstention/fitCalibration.ts";
import { weighEvidence } from "../../../server/answer/evidenceCalibration.ts";
import { evidenceFactNames, type EvidenceFacts } from "../../../server/answer/evidenceFacts.ts";
import { randomNumbers } from "../../server/workspaceMemoryHarness.ts";

/** Questions of four repositories; the larger `best` is, the more of them have their answer in memory. */
function drawn(n: number): AbstentionRow[] {
  const random = randomNumbers(9);
  return Array.from({ length: n }, (_, i) => {
    const best = 8 * random() - 4;
    const isThere = random() < 1 / (1 + Math.exp(-best));
    const facts = Object.fromEntries(
      evidenceFactNames.map((name) => [name, name === "best" ? best : random()]),
    ) as EvidenceFacts;
    return {
      ...{ repository: `r${i % 4}`, query: "q", relevant: [], nChunks: 200 + (i % 4), facts },
      ...{ kind: isThere ? "doc" : "foreign", place: isThere ? 0 : undefined },
    };
  });
}

test("a calibration says what is so, and refuses where that costs less than to answer", () => {
  const rows = drawn(2_500);
  const { calibration } = fitCalibration(rows, { ranker: "r", encoder: "e" });
  assert.deepEqual([calibration.ranker, calibration.encoder], ["r", "e"]);
  assert.equal(calibration.minChunks, 200);
  for (const best of [-3, -1, 0, 1, 3]) {
    const facts = Object.fromEntries(
      evidenceFactNames.map((name) => [name, name === "best" ? best : 0.5]),
    ) as EvidenceFacts;
    const expected = 1 / (1 + Math.exp(-best));
    const { probability } = weighEvidence(facts, calibration);
    assert.ok(Math.abs(probability - expected) < 0.06, `${probability} at ${best}`);
  }
  const judged = rows.map((row) => ({
    isThere: isAnswerable(row),
    p: weighEvidence(row.facts as EvidenceFacts, calibration).probability,
  }));
  // A refusal where the answer is there costs three times as much as an answer where it is not.
  const costOf = (threshold: number): number =>
    judged.reduce((sum, { isThere, p }) => {
      const isRefused = p < threshold;
      return sum + (isThere ? (isRefused ? 3 : 0) : isRefused ? 0 : 1);
    }, 0);
  const least = Math.min(...Array.from({ length: 99 }, (_, i) => costOf((i + 1) / 100)));
  const { refuseBelow } = calibration;
  assert.ok(
    costOf(refuseBelow) < 1.05 * least,
    `${refuseBelow} costs ${costOf(refuseBelow)}, not ${least}`,
  );
  const sure = rows.filter(
    ({ facts }) => weighEvidence(facts as EvidenceFacts, calibration).verdict === "sure",
  );
  const right = sure.filter(isAnswerable).length / sure.length;
  assert.ok(right > 0.88 && right < 0.92, String(right));
});

test("questions without facts are left out, and what was asked of no repository says nothing", () => {
  const rows = drawn(400);
  const more = rows.map((row) => ({ ...row, facts: undefined, nChunks: 1 }));
  const models = { ranker: "r", encoder: "e" };
  assert.deepEqual(
    fitCalibration([...rows, ...more], models).calibration,
    fitCalibration(rows, models).calibration,
  );
});
