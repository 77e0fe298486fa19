/** What a recall tells of whether the memory holds the answer: facts that cost nothing beside the recall itself. */
import type { Recall, SearchResult } from "../../protocol/types.ts";
import { termsOfName, termsOfText } from "../ingest/terms.ts";
import type { ParsedQuestion } from "../recall/question.ts";
import { lastPart } from "./names.ts";
import type { QuestionTerms, QuestionUnit } from "./questionTerms.ts";

/** The names of the facts are part of the calibration: one that was fitted on others is not used. */
export const evidenceFactNames = [
  /** Log-odds of the best place, as the ranking has them. */
  "best",
  /** Logarithm of the sum of all scores. */
  "sum",
  /** How much better the best place is than the best one in another file, in log-odds. */
  "margin",
  /** Logarithm of the number of places with at least half of the best score. */
  "places",
  /** Cosine of the place nearest in meaning. */
  "similarity",
  /** Share of the question's weight in the best of the first places; rare words weigh more. */
  "coverage",
  /** The nearest in meaning and the one with most of the words are in the same file: 1 or 0. */
  "agreement",
  /** Share of the question's weight in words and names that occur nowhere. */
  "absent",
  /** Share of the asked names that occur nowhere as they are spelled. */
  "unknownNames",
  /** Share of the asked names that a recalled place defines; 1 too where it defines a capitalised word as it is spelled. */
  "definedNames",
  /** It is asked as a question, and not only told as a subject: 1 or 0. */
  "asks",
  /** Logarithms of the question's words and names, and of the memory's chunks. */
  "words",
  "chunks",
] as const;
export type EvidenceFactName = (typeof evidenceFactNames)[number];
export type EvidenceFacts = Readonly<Record<EvidenceFactName, number>>;

/** Places whose text is looked at; further down they do not make up for weak ones at the top. */
const nLooked = 5;
/** Odds below this are all the same. */
const leastScore = 1e-6;

/** Returns the facts of a recall by the learned ranking. */
export function evidenceFactsOf(
  { possibleNames, intent }: ParsedQuestion,
  terms: QuestionTerms,
  { recalls, trace }: SearchResult,
): EvidenceFacts {
  const found = recalls.filter(({ relation }) => relation === undefined);
  const looked = found.slice(0, nLooked);
  const [first] = found;
  const best = first?.score ?? 0;
  const other = found.find(({ citation }) => citation.path !== first?.citation.path);
  const coverage = looked.map((recall) => terms.coverageOf(termsOfRecall(recall)));
  const mostWords = looked[coverage.indexOf(Math.max(...coverage))];
  const nearest = bestBy(found, ({ similarity }) => similarity ?? 0);
  const names = terms.units.filter(({ isName }) => isName);
  const nowhere = new Set(trace.terms.flatMap(({ term, nChunks }) => (nChunks > 0 ? [] : [term])));
  const spelled = new Set(found.map(({ citation }) => citation.symbol?.name));
  const defined = new Set([...spelled].map((name) => name?.toLowerCase()));
  const weight = weightOf(terms.units);
  return {
    best: logOdds(best),
    sum: Math.log(leastScore + found.reduce((sum, { score }) => sum + score, 0)),
    margin: logOdds(best) - logOdds(other?.score ?? 0),
    places: Math.log(1 + found.filter(({ score }) => score >= best / 2).length),
    similarity: nearest?.similarity ?? 0,
    coverage: Math.max(0, ...coverage),
    agreement: nearest !== undefined && nearest.citation.path === mostWords?.citation.path ? 1 : 0,
    absent: weight === 0 ? 0 : weightOf(terms.units.filter(({ isAbsent }) => isAbsent)) / weight,
    unknownNames: shareOf(names, ({ whole, parts }) => nowhere.has(whole ?? parts[0] ?? "")),
    definedNames: possibleNames.some((name) => spelled.has(name))
      ? 1
      : shareOf(names, ({ text }) => defined.has(lastPart(text).toLowerCase())),
    asks: intent.kind === "unknown" ? 0 : 1,
    words: Math.log(1 + terms.units.length),
    chunks: Math.log(1 + (trace.meaning?.nChunks ?? 0)),
  };
}

/** The terms of a recall's text, path and definition. */
export function termsOfRecall(recall: Recall): ReadonlySet<string> {
  const { path, symbol } = recall.citation;
  return new Set([
    ...termsOfText(recall.text),
    ...termsOfName(path),
    ...(symbol === undefined ? [] : termsOfName(`${symbol.container} ${symbol.name}`)),
  ]);
}

/** A score is the logarithm of one plus the odds that the place is a right one, see `LearnedRanking`. */
function logOdds(score: number): number {
  return Math.log(Math.max(leastScore, Math.expm1(score)));
}

function weightOf(units: readonly QuestionUnit[]): number {
  return units.reduce((sum, { weight }) => sum + weight, 0);
}

/** Returns 0 of nothing. */
function shareOf(
  units: readonly QuestionUnit[],
  isCounted: (unit: QuestionUnit) => boolean,
): number {
  return units.length === 0 ? 0 : units.filter(isCounted).length / units.length;
}

/** Returns the first of the best, `undefined` of nothing. */
function bestBy(recalls: readonly Recall[], worth: (recall: Recall) => number): Recall | undefined {
  let best: Recall | undefined;
  for (const recall of recalls)
    if (best === undefined || worth(recall) > worth(best)) best = recall;
  return best;
}
