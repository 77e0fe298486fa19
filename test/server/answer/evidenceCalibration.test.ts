import assert from "node:assert/strict";
import { test } from "node:test";
import {
  calibrationFor,
  weighEvidence,
  type EvidenceCalibration,
} from "../../../server/answer/evidenceCalibration.ts";
import { evidenceFactNames, type EvidenceFacts } from "../../../server/answer/evidenceFacts.ts";
import { assembleRecall } from "../../../server/assembly.ts";
import { fixtureModelFolder } from "../workspaceMemoryHarness.ts";
import { calibrated } from "./calibrated.ts";

const none = Object.fromEntries(evidenceFactNames.map((name) => [name, 0])) as EvidenceFacts;

/** What a calibration makes of one fact, all others being 0. */
function weighed(value: number, more: Partial<EvidenceCalibration> = {}): [number, string] {
  const fact = { weight: 2, mean: 1, least: 0, most: 3 };
  const facts = { ...calibrated(0.5).facts, best: fact };
  const { probability, verdict } = weighEvidence(
    { ...none, best: value },
    { ...calibrated(0.5), facts, ...more },
  );
  return [Number(probability.toFixed(4)), verdict];
}

test("a fact counts from its mean on, and no further than it was seen", () => {
  const at = (logOdds: number): number => Number((1 / (1 + Math.exp(-logOdds))).toFixed(4));
  assert.deepEqual(weighed(1), [at(0), "unsure"]);
  assert.deepEqual(weighed(2), [at(2), "unsure"]);
  assert.deepEqual(weighed(3), [at(4), "sure"]);
  assert.deepEqual(weighed(30), [at(4), "sure"]);
  assert.deepEqual(weighed(0), [at(-2), "unknown"]);
  assert.deepEqual(weighed(-30), [at(-2), "unknown"]);
});

test("the thresholds belong to the better verdict", () => {
  assert.deepEqual(weighed(1, { refuseBelow: 0.5 }), [0.5, "unsure"]);
  assert.deepEqual(weighed(1, { sureFrom: 0.5 }), [0.5, "sure"]);
});

test("what led to a probability adds up to it, and tells the facts as they were", () => {
  const { probability, parts } = weighEvidence({ ...none, words: 7 }, calibrated(0.7));
  const logOdds = parts.reduce((sum, { weight }) => sum + weight, Math.log(0.7 / 0.3));
  assert.ok(Math.abs(1 / (1 + Math.exp(-logOdds)) - probability) < 1e-12);
  assert.deepEqual(
    parts.map(({ fact }) => fact),
    evidenceFactNames,
  );
  assert.equal(parts.find(({ fact }) => fact === "words")?.value, 7);
});

/** What is logged when the models of this machine meet the shipped calibration. */
async function calibrationWith(folders: {
  readonly modelFolder?: string;
  readonly rankerFolder?: string;
}): Promise<{ readonly isUsed: boolean; readonly logged: readonly string[] }> {
  const { memory, recaller } = await assembleRecall({ log: () => undefined }, folders);
  await memory.close();
  const logged: string[] = [];
  const calibration = calibrationFor(recaller.models, {
    log: (level, tag, message) => logged.push(`${level} ${tag} ${message}`),
  });
  return { isUsed: calibration !== undefined, logged };
}

test("the shipped calibration is of the shipped models", async () => {
  assert.deepEqual(await calibrationWith({}), { isUsed: true, logged: [] });
});

test("with other models, or without one, the words decide, and the log says so", async () => {
  const missing = "/nonexistent/model";
  for (const folders of [
    { modelFolder: fixtureModelFolder },
    { modelFolder: missing },
    { rankerFolder: missing },
  ])
    assert.deepEqual(await calibrationWith(folders), {
      isUsed: false,
      logged: ["warn answer answers are judged by words alone: calibrated for other models"],
    });
});
