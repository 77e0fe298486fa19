/** Decides whether the recalled places support an answer. */
import type { EvidenceTrace, Recall, SearchResult } from "../../protocol/types.ts";
import type { ParsedQuestion } from "../recall/question.ts";
import { recallMore, recallUses, type Ask } from "./ask.ts";
import { weighEvidence, type EvidenceCalibration } from "./evidenceCalibration.ts";
import { evidenceFactsOf, termsOfRecall } from "./evidenceFacts.ts";
import { isWithin } from "../recall/namedPaths.ts";
import { isMeantBy, recallsMeant, scopeName } from "./mentionText.ts";
import { lastPart, likeness, mentions } from "./names.ts";
import type { QuestionTerms } from "./questionTerms.ts";

/**
 * Below this share of the question's weight the best place is no answer. The weight of a word falls with
 * the number of chunks that hold it, and names weigh double, see `QuestionTerms`. On two repositories of
 * the development set this value keeps most answers whose first place is in the right file (85 to 100 %),
 * and refuses most questions that are about another repository (62 to 81 %).
 */
export const minEvidence = 0.4;
/** From here on the answer is stated without reserve. */
const strongEvidence = 0.62;
/**
 * From this cosine on the place nearest in meaning supports an answer that the words do not. Measured on Lore's own source,
 * scrapy, vite and tokio: of 87 questions about them that the words leave without an answer it gives 48 one (in 18 the
 * labelled place is among the nearest, and labels are not complete), of 249 about another of them 17, and of 123 about
 * subjects that none of them has 1.
 */
export const minNearness = 0.4;
/**
 * The same where the place holds no word of the question: words that are shared by chance make all places a little alike, so
 * without them less is needed. Of the same questions this answers 2, 1 and 1 more.
 */
export const minNearnessOfOtherWords = 0.34;
const nNearest = 5;
/** Places further down do not make up for weak ones at the top. */
const nLooked = 5;

/**
 * Whether the recalled places support an answer: without reserve, as the closest that there is, by their meaning
 * alone, or not at all.
 */
export type Support = "sure" | "likely" | "near" | "none";

/**
 * Returns how probable it is that the memory holds the answer. `undefined` for what the calibration was not fitted on:
 * a question with code, a path, a frame, a quoted text or in Chinese, Japanese or Korean, or that is limited to some
 * files, and a memory that is small, whose embeddings are not all there, or whose places were read once more; then the
 * words decide, see `supportOf`.
 */
export function judged(
  question: ParsedQuestion,
  terms: QuestionTerms,
  result: SearchResult,
  calibration: EvidenceCalibration,
): EvidenceTrace | undefined {
  const { meaning, reread } = result.trace;
  const isFitted =
    isProse(question) &&
    scopeName({ result }) === undefined &&
    terms.units.length > 0 &&
    reread === undefined &&
    meaning?.state === "used" &&
    meaning.nChunks >= calibration.minChunks;
  if (!isFitted) return undefined;
  return weighEvidence(evidenceFactsOf(question, terms, result), calibration);
}

/** Words and names and nothing that points at a place by itself. */
function isProse(question: ParsedQuestion): boolean {
  const { code, paths, stackFrames, literals, isCjk, problem } = question;
  const pointing = paths.length + stackFrames.length + literals.length;
  return code === undefined && pointing === 0 && !isCjk && problem === undefined;
}

/** How much some of the recalled places support an answer by their words. */
export interface SupportByWords {
  readonly support: Exclude<Support, "near">;
  /** The files and folders among those that the question names that support it by themselves; empty for all together. */
  readonly by: readonly string[];
}

/**
 * Judges recalled places, see `recallsMeant`, by their words. Of several files and folders that the question is limited to,
 * `within`, each is judged by itself as well: what one answers is not lost among the places of the others.
 */
export function supportOf(
  terms: QuestionTerms,
  recalls: readonly Recall[],
  within: readonly string[] = [],
): SupportByWords {
  const together = supportOfAll(terms, recalls);
  if (together === "sure" || within.length < 2) return { support: together, by: [] };
  const apart = within.map((named) =>
    supportOfAll(
      terms,
      recalls.filter(({ citation }) => isWithin(citation.path, [named])),
    ),
  );
  const support = (["sure", "likely"] as const).find((each) => apart.includes(each)) ?? "none";
  return support === together || support === "none"
    ? { support: together, by: [] }
    : { support, by: within.filter((_named, i) => apart[i] === support) };
}

/**
 * A question with a subject that occurs nowhere is about something else, unless it is one word of many and nearly all of the
 * others are found together.
 */
function supportOfAll(terms: QuestionTerms, recalls: readonly Recall[]): SupportByWords["support"] {
  const evidence = evidenceOf(terms, recalls);
  if (evidence >= strongEvidence) return "sure";
  if (terms.absent.length === 0) return evidence < minEvidence ? "none" : "likely";
  const present = terms.units.filter(({ isAbsent }) => !isAbsent);
  const isOneOfMany =
    terms.absent.length === 1 && present.filter(({ isWeak }) => !isWeak).length >= manyWords;
  const rest = recalls
    .slice(0, nLooked)
    .map((recall) => terms.coverageOf(termsOfRecall(recall), present));
  return isOneOfMany && Math.max(...rest, 0) >= strongRest ? "likely" : "none";
}
const manyWords = 4;
const strongRest = 0.75;

/** Returns how much of the question the best of the first places holds, 0 to 1. */
export function evidenceOf(terms: QuestionTerms, recalls: readonly Recall[]): number {
  return Math.max(0, ...recalls.slice(0, nLooked).map((recall) => recallEvidence(terms, recall)));
}

function recallEvidence(terms: QuestionTerms, recall: Recall): number {
  // Somebody who names a file, a frame or a literal text gets exactly that; who asks for something in a file that.
  const exact = recall.reasons.some(
    ({ kind }) =>
      (kind === "exactPath" && !terms.isWithin) || kind === "stackFrame" || kind === "literal",
  );
  if (exact || terms.literals.some((literal) => recall.text.includes(literal))) return 1;
  return terms.coverageOf(termsOfRecall(recall));
}

/**
 * Returns the places whose meaning is that of the question, nearest first: people ask in other words than the code has.
 * Places that hold some of its words by chance rank before these among the recalled ones, so they are looked for apart.
 */
export async function nearestInMeaning(ask: Ask): Promise<readonly Recall[]> {
  const { question, selection } = ask;
  // With a selection the question alone says nothing.
  if (selection !== undefined) return [];
  const found = await recallMore(ask, question.raw, nNearest, "meaning");
  return found.filter((recall) => isNear(ask.terms, recall));
}

/** True for a place whose meaning is that of the question, whatever its words are. */
export function isNear(terms: QuestionTerms, recall: Recall): boolean {
  const { similarity } = recall;
  if (similarity === undefined || similarity < minNearnessOfOtherWords) return false;
  return similarity >= minNearness || terms.coverageOf(termsOfRecall(recall)) === 0;
}

/** Returns the names of the question that occur nowhere in the memory, or in what the question is limited to, in order. */
export async function missingNames(ask: Ask): Promise<string[]> {
  const { question } = ask;
  const fromProse = question.code === undefined ? question.identifiers : [];
  const missing: string[] = [];
  const isMeant = isMeantBy(ask);
  const recalls = recallsMeant(ask);
  const nUses = scopeName(ask) === undefined ? 1 : maxUsesLooked;
  for (const name of fromProse.slice(0, maxNamesChecked)) {
    if (isRecalled(recalls, name)) continue;
    const uses = await recallUses(ask, lastPart(name), nUses);
    if (!uses.some(({ citation }) => isMeant(citation.path))) missing.push(name);
  }
  return missing;
}
const maxNamesChecked = 8;
/** Uses of a name among which one inside of what the question is limited to is looked for. */
const maxUsesLooked = 200;

function isRecalled(recalls: readonly Recall[], name: string): boolean {
  const last = lastPart(name);
  const lower = last.toLowerCase();
  return recalls.some(
    ({ text, citation }) =>
      mentions(text, last) ||
      citation.symbol?.name.toLowerCase() === lower ||
      citation.path.toLowerCase().includes(lower) ||
      text.toLowerCase().includes(name.toLowerCase()),
  );
}

/** Returns those of the recalled definitions whose names are most like `name`, best first. */
export function nearestNames(recalls: readonly Recall[], name: string, limit: number): Recall[] {
  const byName = new Map<string, { recall: Recall; like: number }>();
  for (const recall of recalls) {
    const symbol = recall.citation.symbol?.name;
    if (symbol === undefined || byName.has(symbol)) continue;
    const like = likeness(symbol, lastPart(name));
    if (like >= minLikeness) byName.set(symbol, { recall, like });
  }
  return [...byName.values()]
    .sort((a, b) => b.like - a.like)
    .slice(0, limit)
    .map(({ recall }) => recall);
}
const minLikeness = 0.35;
