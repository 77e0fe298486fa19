/** A question's terms and what each is worth: a rare word says more about a place than a frequent one. */
import type { RecallTrace } from "../../protocol/types.ts";
import { termsOfName, termsOfText } from "../ingest/terms.ts";
import type { ParsedQuestion } from "../recall/question.ts";

/** One word or name of the question. */
export interface QuestionUnit {
  readonly text: string;
  /** The term of the word in one piece; absent when it has one part, or several words. */
  readonly whole?: string;
  /** Never empty. */
  readonly parts: readonly string[];
  readonly isName: boolean;
  /** A word that everybody says of code and few write in it. */
  readonly isWeak: boolean;
  /** It occurs in no chunk at all. */
  readonly isAbsent: boolean;
  readonly weight: number;
}

/** What a term counts as when the trace does not say. */
const unknownChunks = 20;
const nameFactor = 2;
/**
 * What everybody says of code and few write in it: "decides which comes next". Whether a place holds these
 * words tells little, and rare as they are in code they would outweigh the words that matter.
 */
const weakFactor = 0.2;
/** Between the lines of one place even these words tell something. */
const weakLineFactor = 0.5;
const weakWords: ReadonlySet<string> = new Set(
  (
    "whether because actually really exactly currently simply come comes coming go goes going happen happens happened decide decides decided deciding " +
    "decision determine determines determined choose chooses chosen pick picks picked make makes made making do does done doing get gets getting got " +
    "give gives given take takes taken keep keeps kept put puts work works working handle handles handled handling manage manages managed deal deals " +
    "compute computes computed figure figures want wants need needs use uses used using mean means look looks like know knows about between during " +
    "before after first next every each some something anything place places thing things way ways code responsible implement implements implemented " +
    "forbid forbids allow allows show shows shown showing send sends sent sending store stores stored storing"
  ).split(" "),
); /** What sort of definition is meant; between lines these words would only find keywords. */
const kindNames: ReadonlySet<string> = new Set(
  "class classes function functions method methods struct structs".split(" "),
);

/** "gracefully", "eventually": how something is done, and seldom a word of the code that does it. */
const adverb = /^\p{Ll}{3,}(?:ally|ously|ently|antly|ively|fully|edly|ately|ingly)$/u;

function isWeakWord(word: string): boolean {
  return weakWords.has(word) || kindNames.has(word);
}

/** The terms of one question. */
export class QuestionTerms {
  readonly units: readonly QuestionUnit[];
  /** Words of the question that occur in no chunk at all and are more than a manner of asking. */
  readonly absent: readonly QuestionUnit[];
  /** True when something is asked for inside of the files and folders that the question names with `@`. */
  readonly isWithin: boolean;
  readonly literals: readonly string[];
  /** Lower-case texts to look for in a long line, most telling first. */
  readonly needles: readonly string[];
  readonly #lineWeights = new Map<string, number>();

  constructor(question: ParsedQuestion, trace: RecallTrace) {
    const nChunks = new Map(trace.terms.map((each) => [each.term, each.nChunks]));
    const isNowhere = (term: string): boolean => nChunks.get(term) === 0;
    const ofOtherScript = question.words.filter(isOfOtherScript).flatMap(termsOfText);
    const isOtherLanguage = ofOtherScript.every(isNowhere);
    const unitOf = (text: string, terms: readonly string[], isName: boolean): QuestionUnit[] => {
      if (terms.length === 0) return [];
      const rarest = Math.min(...terms.map((term) => nChunks.get(term) ?? unknownChunks));
      // Whoever asks about Latin names in Russian says nothing of the code with the words around them.
      const isAround = !isName && isOtherLanguage && isOfOtherScript(text);
      const isWeak = !isName && (isAround || isWeakWord(text.toLowerCase()) || adverb.test(text));
      const weight = weightOf(rarest) * (isName ? nameFactor : isWeak ? weakFactor : 1);
      // Whoever asks in Chinese, Japanese or Korean seldom expects the words in the code.
      const isAbsent = !cjkScript.test(text) && terms.every(isNowhere);
      const told = { text, isName, isWeak, isAbsent, weight };
      const isOneWord = terms.length > 1 && /^[A-Za-z0-9_$]+$/.test(text);
      return isOneWord
        ? [{ ...told, whole: terms[0] as string, parts: terms.slice(1) }]
        : [{ ...told, parts: terms }];
    };
    this.units = [
      ...question.identifiers.flatMap((name) => unitOf(name, termsOfName(name), true)),
      ...question.words.flatMap((word) => unitOf(word, termsOfText(word), false)),
      ...(question.words.length + question.identifiers.length > 0
        ? []
        : termsOfText((question.code ?? "").slice(0, 20_000))
            .slice(0, 200)
            .flatMap((term) => unitOf(term, [term], false))),
    ];
    this.absent = this.units.filter(
      ({ isAbsent, isWeak, isName }) => isAbsent && !isWeak && !isName,
    );
    const isLimited = (trace.mentions?.within.length ?? 0) > 0;
    const pointsAtLines = question.paths.some(({ line }) => line !== undefined);
    this.isWithin = isLimited && !pointsAtLines && this.units.some(({ isWeak }) => !isWeak);
    this.literals = question.literals;
    this.needles = [...question.literals, ...question.identifiers, ...question.words].map((text) =>
      text.toLowerCase(),
    );
    for (const unit of this.units) {
      if (kindNames.has(unit.text.toLowerCase())) continue;
      const weight = unit.isWeak ? (unit.weight * weakLineFactor) / weakFactor : unit.weight;
      for (const term of [...unit.parts, unit.whole ?? ""])
        this.#lineWeights.set(term, Math.max(this.#lineWeights.get(term) ?? 0, weight));
    }
  }

  /** What a term tells between the lines of one place; 0 for a term that the question does not hold. */
  lineWeightOf(term: string): number {
    return this.#lineWeights.get(term) ?? 0;
  }

  /** The words of which a text holds more than half, and the names that it holds whole, in the question's order. */
  heldBy(terms: ReadonlySet<string>): QuestionUnit[] {
    return this.units.filter((unit) => shareOf(unit, terms) > (unit.isName ? 0.99 : 0.5));
  }

  /** How much of the question's weight a text holds, 0 to 1. 0 for a question without terms. */
  coverageOf(terms: ReadonlySet<string>, units = this.units): number {
    let held = 0;
    let whole = 0;
    for (const unit of units) {
      whole += unit.weight;
      held += unit.weight * shareOf(unit, terms);
    }
    return whole === 0 ? 0 : held / whole;
  }
}

const cjkScript = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/** True for a word without a Latin letter. */
function isOfOtherScript(text: string): boolean {
  return /\p{L}/u.test(text) && !/\p{Script=Latin}/u.test(text);
}

/** A name counts whole when its whole occurs, else by the share of its parts. */
function shareOf(unit: QuestionUnit, terms: ReadonlySet<string>): number {
  const { whole, parts } = unit;
  if (whole !== undefined && terms.has(whole)) return 1;
  return parts.filter((term) => terms.has(term)).length / parts.length;
}

function weightOf(nChunks: number): number {
  return 1 / Math.log2(4 + nChunks);
}
