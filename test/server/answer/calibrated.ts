import type { EvidenceCalibration } from "../../../server/answer/evidenceCalibration.ts";
import { evidenceFactNames } from "../../../server/answer/evidenceFacts.ts";

/** A calibration that gives every question of every memory the same probability: sure from .9 on, none below .3. */
export function calibrated(probability: number): EvidenceCalibration {
  const nothing = { weight: 0, mean: 0, least: 0, most: 0 };
  return {
    ...{ ranker: "any", encoder: "any", minChunks: 0, refuseBelow: 0.3, sureFrom: 0.9 },
    offset: Math.log(probability / (1 - probability)),
    facts: Object.fromEntries(
      evidenceFactNames.map((name) => [name, nothing]),
    ) as EvidenceCalibration["facts"],
  };
}
