/** What the questions came to, as tables. */
import type { Interval } from "../bootstrap.ts";
import { shareOf } from "../../server/deep/wilson.ts";
import { shareCell } from "../memory/numbers.ts";
import { count, verdict, type Table } from "../table.ts";
import {
  answerableKinds,
  isAnswerable,
  unanswerableKinds,
  type CaseKind,
} from "./abstentionCases.ts";
import type { AbstentionRow } from "./abstentionRows.ts";
import { auroc, calibrationError, reliability, repositoryInterval } from "./scores.ts";

const minAuroc = 0.85;
const maxError = 0.08;
const nFirst = 10;
const prose: readonly CaseKind[] = ["doc", "commit", "words"];

/** What one question tells of the memory: larger for what is more likely to be there. */
type ScoreOf = (row: AbstentionRow) => number;
const byCalibration: ScoreOf = ({ product }) => product?.probability ?? NaN;
const byBestPlace: ScoreOf = ({ facts }) => facts?.best ?? NaN;
const byCoverage: ScoreOf = ({ facts }) => facts?.coverage ?? NaN;
const byRule: ScoreOf = ({ abstainsByWords }) => (abstainsByWords === true ? 0 : 1);

/** The rows with a probability. */
function judgedOf(rows: readonly AbstentionRow[]): AbstentionRow[] {
  return rows.filter(({ product }) => product?.probability !== undefined);
}

function aurocOf(rows: readonly AbstentionRow[], scoreOf: ScoreOf): number {
  return auroc(rows.map(scoreOf), rows.map(isAnswerable));
}

function errorOf(rows: readonly AbstentionRow[]): number {
  return calibrationError(rows.map(byCalibration), rows.map(isAnswerable));
}

/** A measure with its interval. */
function cells(
  rows: readonly AbstentionRow[],
  measure: (drawn: readonly AbstentionRow[]) => number,
): [string, string] {
  const { low, high }: Interval = repositoryInterval(rows, measure);
  return [measure(rows).toFixed(3), `${low.toFixed(3)} – ${high.toFixed(3)}`];
}

export function targetTable(rows: readonly AbstentionRow[]): Table {
  const judged = judgedOf(rows);
  const nRepositories = new Set(rows.map(({ repository }) => repository)).size;
  const mixture = [...answerableKinds, ...unanswerableKinds]
    .map((kind) => `${count(judged.filter((row) => row.kind === kind).length)} ${kind}`)
    .join(", ");
  const controls: readonly (readonly [string, ScoreOf])[] = [
    ["the best place's score alone", byBestPlace],
    ["the question's words in the best place alone", byCoverage],
    ["the rule by words (answer or none)", byRule],
  ];
  return {
    title: `Is the answer in memory? ${count(judged.length)} questions over ${nRepositories} repositories that nothing was fitted on`,
    head: ["", "measured", "95 % interval", "target", ""],
    rows: [
      [
        "AUROC",
        ...cells(judged, (drawn) => aurocOf(drawn, byCalibration)),
        `≥ ${minAuroc}`,
        verdict(aurocOf(judged, byCalibration), (value) => value >= minAuroc),
      ],
      [
        "expected calibration error, 10 bins",
        ...cells(judged, errorOf),
        `≤ ${maxError}`,
        verdict(errorOf(judged), (value) => value <= maxError),
      ],
      ...controls.map(([name, scoreOf]) => [
        `AUROC of ${name}`,
        ...cells(judged, (drawn) => aurocOf(drawn, scoreOf)),
        "",
        "",
      ]),
    ],
    notes: [
      `The mixture: ${mixture}.`,
      `${count(rows.length - judged.length)} further questions have no probability (they hold a path, a quoted text or code, or the memory is too small); their words decide, and they are only in the table of decisions.`,
      "Intervals: 1,000 bootstrap draws of whole repositories.",
    ],
  };
}

export function kindTable(rows: readonly AbstentionRow[]): Table {
  const judged = judgedOf(rows);
  const pairs: readonly (readonly [string, readonly CaseKind[], CaseKind])[] = [
    ["prose, against questions about another repository of the language", prose, "foreign"],
    ["prose, against prose whose files were taken out", prose, "removed"],
    ["names, against invented names", ["name"], "invented"],
  ];
  return {
    title: "AUROC by kind of what is not in memory",
    head: ["", "calibrated", "95 % interval", "best score alone", "rule by words", "target", ""],
    rows: pairs.map(([name, present, absent]) => {
      const some = judged.filter(({ kind }) => kind === absent || present.includes(kind));
      const value = aurocOf(some, byCalibration);
      return [
        name,
        ...cells(some, (drawn) => aurocOf(drawn, byCalibration)),
        aurocOf(some, byBestPlace).toFixed(3),
        aurocOf(some, byRule).toFixed(3),
        `≥ ${minAuroc}`,
        verdict(value, (each) => each >= minAuroc),
      ];
    }),
  };
}

export function reliabilityTable(rows: readonly AbstentionRow[]): Table {
  const judged = judgedOf(rows);
  const bins = reliability(judged.map(byCalibration), judged.map(isAnswerable));
  return {
    title: "Reliability: what the probability says, and what is so",
    head: ["probability", "questions", "mean", "in memory", "95 % interval"],
    rows: bins.map(({ n, nTrue, mean }, i) => {
      const { low, high } = shareOf(nTrue, n);
      return [
        `${(i / 10).toFixed(1)} – ${((i + 1) / 10).toFixed(1)}`,
        count(n),
        ...(n === 0
          ? ["–", "–", "–"]
          : [mean.toFixed(3), (nTrue / n).toFixed(3), `${low.toFixed(3)} – ${high.toFixed(3)}`]),
      ];
    }),
  };
}

/** What the product does, all questions counted. */
export function decisionTable(rows: readonly AbstentionRow[]): Table {
  return {
    title: "What is answered",
    head: [
      "kind",
      "questions",
      "no answer",
      "with reserve",
      "without reserve",
      "no answer, by the words' rule",
    ],
    rows: [...answerableKinds, ...unanswerableKinds].map((kind) => {
      const some = rows.filter((row) => row.kind === kind);
      const share = (isCounted: (row: AbstentionRow) => boolean): string =>
        shareCell(shareOf(some.filter(isCounted).length, some.length));
      const isReserved = ({ product }: AbstentionRow): boolean =>
        product?.verdict === "unsure" || product?.verdict === "unknown";
      const isAnswered = ({ product }: AbstentionRow): boolean => product?.abstained === false;
      return [
        kind,
        count(some.length),
        share((row) => !isAnswered(row)),
        share((row) => isAnswered(row) && isReserved(row)),
        share((row) => isAnswered(row) && !isReserved(row)),
        share(({ abstainsByWords }) => abstainsByWords === true),
      ];
    }),
    notes: [
      "Of the first four kinds the answer is in memory, of the other three it is not. Answers that their words decided count as without reserve; improbable ones that a place near in meaning gives count as with one.",
    ],
  };
}

const coverages = [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3];

/** Risk and coverage (El-Yaniv and Wiener 2010): the least probable questions are refused first. */
export function riskTable(rows: readonly AbstentionRow[]): Table {
  const judged = judgedOf(rows);
  const line = (name: string, answered: readonly AbstentionRow[]): string[] => {
    const absent = answered.filter((row) => !isAnswerable(row)).length;
    const missed = answered.filter(({ place }) => place === undefined || place >= nFirst).length;
    const kept = answered.filter(isAnswerable).length / judged.filter(isAnswerable).length;
    return [
      name,
      (answered.length / judged.length).toFixed(3),
      shareCell(shareOf(absent, answered.length)),
      shareCell(shareOf(missed, answered.length)),
      kept.toFixed(3),
    ];
  };
  const best = (scoreOf: ScoreOf, n: number): AbstentionRow[] =>
    judged.toSorted((a, b) => scoreOf(b) - scoreOf(a)).slice(0, n);
  const shipped = judged.filter(({ product }) => product?.abstained === false);
  const byWords = judged.filter(({ abstainsByWords }) => abstainsByWords === false);
  return {
    title: "Risk and coverage",
    head: [
      "what is answered",
      "coverage",
      "of these, not in memory",
      "of these, no right file among the first ten",
      "of all that is in memory, answered",
    ],
    rows: [
      line("the product, at its threshold", shipped),
      line("as many by the best place's score alone", best(byBestPlace, shipped.length)),
      line("the rule by words", byWords),
      line("as many by the calibrated probability", best(byCalibration, byWords.length)),
      ...coverages.map((share) =>
        line(
          `the most probable ${(100 * share).toFixed(0)} %`,
          best(byCalibration, Math.round(share * judged.length)),
        ),
      ),
    ],
  };
}
