/**
 * How probable it is that the memory holds the answer: logistic regression over the facts of a recall, with Platt's
 * scaling (1999) on repositories that it was not fitted on. `npm run bench -- abstention --fit` makes the weights.
 */
import type { EvidenceTrace } from "../../protocol/types.ts";
import type { Logger } from "../ports.ts";
import shipped from "./evidenceCalibration.json" with { type: "json" };
import { evidenceFactNames, type EvidenceFactName, type EvidenceFacts } from "./evidenceFacts.ts";

/** What one fact says, and between which values it was seen: beyond them it says no more. */
export interface CalibratedFact {
  /** Log-odds for each 1 above the mean. */
  readonly weight: number;
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

export interface EvidenceCalibration {
  /** Ids of the ranking's trees and of the static model whose scores it was fitted on. */
  readonly ranker: string;
  readonly encoder: string;
  /** Log-odds where every fact has its mean. */
  readonly offset: number;
  readonly facts: Readonly<Record<EvidenceFactName, CalibratedFact>>;
  /** Memories of fewer chunks were not among those that it was fitted on. */
  readonly minChunks: number;
  /** Below this probability there is no answer. */
  readonly refuseBelow: number;
  /** From this probability on an answer is given without reserve. */
  readonly sureFrom: number;
}

/** Ids of the models that a search works with; `undefined` for one that there is not. */
export interface SearchModels {
  readonly ranker: string | undefined;
  readonly encoder: string | undefined;
}

/**
 * Returns the shipped calibration, `undefined` when the models are others than it was fitted on: their scores mean
 * other things. That is logged, and the words of a question decide.
 */
export function calibrationFor(
  { ranker, encoder }: SearchModels,
  log: Logger,
  calibration: EvidenceCalibration = shipped,
): EvidenceCalibration | undefined {
  if (ranker === calibration.ranker && encoder === calibration.encoder) return calibration;
  log.log("warn", "answer", "answers are judged by words alone: calibrated for other models", {
    ...{ ranker: ranker ?? "none", encoder: encoder ?? "none" },
    ...{ calibratedRanker: calibration.ranker, calibratedEncoder: calibration.encoder },
  });
  return undefined;
}

/** Returns the probability that the memory holds the answer, what it means for the answer, and what led to it. */
export function weighEvidence(
  facts: EvidenceFacts,
  calibration: EvidenceCalibration,
): EvidenceTrace {
  const parts = evidenceFactNames.map((fact) => {
    const { weight, mean, least, most } = calibration.facts[fact];
    const value = Math.min(most, Math.max(least, facts[fact]));
    return { fact, value: facts[fact], weight: weight * (value - mean) };
  });
  const logOdds = parts.reduce((sum, { weight }) => sum + weight, calibration.offset);
  const probability = 1 / (1 + Math.exp(-logOdds));
  const { refuseBelow, sureFrom } = calibration;
  return {
    probability,
    verdict: probability < refuseBelow ? "unknown" : probability < sureFrom ? "unsure" : "sure",
    parts,
  };
}
