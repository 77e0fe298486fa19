/**
 * Makes the calibration of the product from the tuning repositories: weights by logistic regression, the ridge and
 * Platt's scaling by what each repository's questions get from weights of the others.
 */
import type { EvidenceCalibration, SearchModels } from "../../server/answer/evidenceCalibration.ts";
import { evidenceFactNames } from "../../server/answer/evidenceFacts.ts";
import type { Table } from "../table.ts";
import { count } from "../table.ts";
import { isAnswerable } from "./abstentionCases.ts";
import type { AbstentionRow } from "./abstentionRows.ts";
import { fitLogistic, logLoss, logOddsOf, probability, type Weights } from "./logistic.ts";
import { auroc, calibrationError } from "./scores.ts";

const ridges = [1, 3, 10, 30, 100];
/** So many answers that are not in memory are as bad as one refusal where the recall has the right file. */
const refusalCost = 3;
/** Of the answers without reserve so many have their answer in memory. */
const minRight = 0.9;
const nFirst = 10;

/** A question with a probability, its facts brought to mean 0 and deviation 1. */
interface Fitted {
  readonly row: AbstentionRow;
  readonly x: readonly number[];
  readonly isTrue: boolean;
}

/** Returns the calibration for the models that the rows were asked with, and a table of it. */
export function fitCalibration(
  rows: readonly AbstentionRow[],
  { ranker, encoder }: Readonly<Record<keyof SearchModels, string>>,
): { readonly calibration: EvidenceCalibration; readonly table: Table } {
  const facts = rows.flatMap((row) => (row.facts === undefined ? [] : [{ row, facts: row.facts }]));
  const seen = evidenceFactNames.map((name) => rangeOf(facts.map((each) => each.facts[name])));
  const fitted = facts.map((each): Fitted => ({
    row: each.row,
    isTrue: isAnswerable(each.row),
    x: evidenceFactNames.map((name, i) => scaled(each.facts[name], seen[i] as Seen)),
  }));
  const isTrue = fitted.map((each) => each.isTrue);
  const tried = ridges.map((ridge) => ({ ridge, logOdds: heldOutLogOdds(fitted, ridge) }));
  const best = tried.reduce((a, b) =>
    logLoss(b.logOdds, isTrue) < logLoss(a.logOdds, isTrue) ? b : a,
  );
  const platt = fitLogistic(
    best.logOdds.map((each) => [each]),
    isTrue,
    0,
  );
  const weights = fit(fitted, best.ridge);
  const slope = platt[1] ?? 1;
  const heldOut = best.logOdds.map((each) => probability(logOddsOf(platt, [each])));
  const calibration: EvidenceCalibration = {
    ...{ ranker, encoder },
    offset: rounded((platt[0] ?? 0) + slope * (weights[0] ?? 0)),
    facts: Object.fromEntries(
      evidenceFactNames.map((name, i) => {
        const { mean, deviation, least, most } = seen[i] as Seen;
        const weight = (slope * (weights[i + 1] ?? 0)) / deviation;
        return [
          name,
          {
            weight: rounded(weight),
            mean: rounded(mean),
            least: rounded(least),
            most: rounded(most),
          },
        ];
      }),
    ) as EvidenceCalibration["facts"],
    minChunks: Math.min(...fitted.map(({ row }) => row.nChunks)),
    refuseBelow: rounded(refuseBelow(fitted, heldOut)),
    sureFrom: rounded(sureFrom(fitted, heldOut)),
  };
  return { calibration, table: fitTable(calibration, fitted, heldOut, best.ridge) };
}

function fit(rows: readonly Fitted[], ridge: number): Weights {
  return fitLogistic(
    rows.map(({ x }) => x),
    rows.map(({ isTrue }) => isTrue),
    ridge,
  );
}

/** Log-odds of each question from weights of the other repositories. */
function heldOutLogOdds(rows: readonly Fitted[], ridge: number): number[] {
  const byRepository = new Map<string, Weights>();
  for (const name of new Set(rows.map(({ row }) => row.repository)))
    byRepository.set(
      name,
      fit(
        rows.filter(({ row }) => row.repository !== name),
        ridge,
      ),
    );
  return rows.map(({ row, x }) => logOddsOf(byRepository.get(row.repository) as Weights, x));
}

interface Seen {
  readonly mean: number;
  readonly deviation: number;
  readonly least: number;
  readonly most: number;
}

function rangeOf(values: readonly number[]): Seen {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const least = Math.min(...values);
  return { mean, least, most: Math.max(...values), deviation: Math.sqrt(variance) || 1 };
}

function scaled(value: number, { mean, deviation }: Seen): number {
  return (value - mean) / deviation;
}

/** The threshold that costs least (Chow 1970). */
function refuseBelow(rows: readonly Fitted[], heldOut: readonly number[]): number {
  const costs = heldOut.map((p, i) => {
    const { isTrue, row } = rows[i] as Fitted;
    const isFound = row.place !== undefined && row.place < nFirst;
    return { p, ofAnswer: isTrue ? 0 : 1, ofRefusal: isTrue && isFound ? refusalCost : 0 };
  });
  costs.sort((a, b) => a.p - b.p);
  let cost = costs.reduce((sum, { ofAnswer }) => sum + ofAnswer, 0);
  let least = { cost, threshold: 0 };
  for (const [i, { ofAnswer, ofRefusal }] of costs.entries()) {
    cost += ofRefusal - ofAnswer;
    if (cost < least.cost) least = { cost, threshold: costs[i + 1]?.p ?? 1 };
  }
  return least.threshold;
}

/** The smallest threshold from which on enough questions have their answer in memory. */
function sureFrom(rows: readonly Fitted[], heldOut: readonly number[]): number {
  const sorted = heldOut
    .map((p, i) => ({ p, isTrue: rows[i]?.isTrue === true }))
    .sort((a, b) => b.p - a.p);
  let nTrue = 0;
  let threshold = 1;
  for (const [i, { p, isTrue }] of sorted.entries()) {
    if (isTrue) nTrue++;
    if (nTrue / (i + 1) >= minRight) threshold = p;
  }
  return threshold;
}

function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

function fitTable(
  { facts, refuseBelow: least, sureFrom: sure, minChunks }: EvidenceCalibration,
  fitted: readonly Fitted[],
  heldOut: readonly number[],
  ridge: number,
): Table {
  const isTrue = fitted.map((each) => each.isTrue);
  return {
    title: `Fitted on ${count(fitted.length)} questions of the tuning repositories`,
    head: ["fact", "log-odds for each 1", "mean", "least", "most"],
    rows: evidenceFactNames.map((name) => {
      const { weight, mean, least: low, most } = facts[name];
      return [name, ...[weight, mean, low, most].map((value) => value.toFixed(3))];
    }),
    notes: [
      `Ridge ${ridge}. Each repository by weights of the others: AUROC ${auroc(heldOut, isTrue).toFixed(3)}, ECE ${calibrationError(heldOut, isTrue).toFixed(3)}.`,
      `No answer below ${least.toFixed(3)}, sure from ${sure.toFixed(3)}; memories of fewer than ${minChunks} chunks are judged by words.`,
    ],
  };
}
