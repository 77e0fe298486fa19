/** From a parsed question to weighted index terms. */
import { codeStopWords, termsOfName, termsOfText, termsOfWord } from "../ingest/terms.ts";
import { mentionedPath } from "./namedPaths.ts";
import type { ParsedQuestion } from "./question.ts";

/** An index term that the question asks for. */
export interface QueryTerm {
  readonly term: string;
  /** How much the asker meant it: names count more than words around them. */
  readonly weight: number;
  /** The identifier that it stands for, when it is one as a whole. */
  readonly wholeOf?: string;
}

const weights = {
  whole: 1.6,
  namePart: 0.8,
  word: 1,
  literal: 0.8,
  path: 0.7,
  code: 0.5,
  keyword: 0.5,
};
/** A question has no more meaning than this many terms; what follows is pasted text. */
const maxTerms = 48;
const maxCodeCharacters = 6_000;

/**
 * Returns each term once, with its largest weight, in the order of first mention. Paths of `within`, which the search is
 * limited to, say nothing of what is looked for there; they are left out where the question says anything else.
 */
export function queryTerms(
  question: ParsedQuestion,
  within: readonly string[] = [],
): readonly QueryTerm[] {
  const terms = allTerms(question, new Set(within));
  return terms.length > 0 || within.length === 0 ? terms : allTerms(question, new Set());
}

function allTerms(question: ParsedQuestion, within: ReadonlySet<string>): QueryTerm[] {
  const terms = new Map<string, QueryTerm>();
  const add = (term: string, weight: number, wholeOf?: string): void => {
    const old = terms.get(term);
    if (old !== undefined && old.weight >= weight) return;
    const kept = wholeOf ?? old?.wholeOf;
    terms.set(term, { term, weight, ...(kept === undefined ? {} : { wholeOf: kept }) });
  };
  for (const identifier of question.identifiers) {
    for (const segment of identifier.split(/[^\p{L}\p{N}_$]+/u)) {
      const [whole, ...parts] = termsOfWord(segment);
      if (whole === undefined) continue;
      add(whole, weights.whole, segment);
      for (const part of parts) add(part, weights.namePart);
    }
  }
  for (const word of question.words) {
    const weight = codeStopWords.has(word.toLowerCase()) ? weights.keyword : weights.word;
    for (const term of termsOfText(word)) add(term, weight);
  }
  for (const literal of question.literals)
    for (const term of termsOfText(literal)) add(term, weights.literal);
  for (const { path } of question.paths) {
    if (within.has(mentionedPath(path))) continue;
    for (const term of termsOfName(path)) add(term, weights.path);
  }
  for (const frame of question.stackFrames)
    for (const term of termsOfName(frame.functionName ?? "")) add(term, weights.whole);
  if (question.code !== undefined) {
    for (const term of termsOfText(question.code.slice(0, maxCodeCharacters)))
      add(term, weights.code);
  }
  return [...terms.values()].slice(0, maxTerms);
}
