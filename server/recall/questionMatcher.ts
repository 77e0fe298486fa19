/** Holds a question against texts, names and places: which share of what was asked is found there. */
import { termsOfText, termsOfWord } from "../ingest/terms.ts";
import type { WeighedTerm } from "./candidates.ts";
import type { ParsedQuestion } from "./question.ts";
import { TermFinder, type HitCount, type TermHits } from "./termHits.ts";

/** A term counts half at this many occurrences, as BM25's k1. */
const saturation = 1.2;
/** Text of a chunk that is searched for literals; the rest of a very long chunk adds nothing. */
const maxLiteralCharacters = 12_000;
/** The order of words is read from the beginning of a question; what follows is pasted text. */
const maxOrdered = 2_000;

export interface TextMatch {
  /** Share of the question's mass, in the text, the names or the path. */
  readonly coverage: number;
  /** Share of the question's mass in the text alone, where a term counts more the more often it occurs. */
  readonly often: number;
  /** Share of the question's pairs of neighbouring terms that stand together in the text, by mass. */
  readonly together: number;
  /** 1 when the text holds the question's heaviest term. */
  readonly heaviest: number;
  /** 1 when a literal of the question stands in the text, less for a part of one. */
  readonly literal: number;
  /** Terms matched in the text itself, heaviest first, at most five. */
  readonly words: readonly string[];
}

/** The name among those a chunk defines that is most surely the one asked for. */
export interface NamedDefinition {
  /** 1 for the same name, less for another case, another way of writing it or the same stem; 0 for none. */
  readonly strength: number;
  readonly name: string;
  readonly exact: boolean;
}

/** A name of the question with the term that it is indexed under. */
interface WantedName {
  readonly name: string;
  readonly whole: string;
}

export class QuestionMatcher {
  readonly #mass = new Map<string, number>();
  readonly #total: number;
  readonly #question: ParsedQuestion;
  readonly #finder: TermFinder;
  /** By the finder's term number. */
  readonly #masses: readonly number[];
  readonly #heaviest: number;
  readonly #pairMass: number;
  readonly #identifiers: readonly WantedName[];
  readonly #literals: readonly string[];

  constructor(question: ParsedQuestion, terms: readonly WeighedTerm[]) {
    this.#question = question;
    for (const term of terms) if (term.mass > 0) this.#mass.set(term.term, term.mass);
    this.#total = Math.max(
      1e-9,
      [...this.#mass.values()].reduce((sum, mass) => sum + mass, 0),
    );
    this.#finder = new TermFinder(
      [...this.#mass.keys()],
      termsOfText(question.raw.slice(0, maxOrdered)),
    );
    this.#masses = [...this.#mass.values()];
    this.#heaviest = this.#masses.indexOf(Math.max(...this.#masses));
    this.#pairMass = this.#finder.pairs.reduce(
      (sum, [first, second]) =>
        sum + (this.#masses[first] as number) + (this.#masses[second] as number),
      0,
    );
    const names = question.identifiers.map(
      (identifier) =>
        identifier
          .split(/[^\p{L}\p{N}_$]+/u)
          .filter(Boolean)
          .at(-1) ?? "",
    );
    this.#identifiers = names
      .filter(Boolean)
      .map((name) => ({ name, whole: termsOfWord(name)[0] ?? "" }));
    this.#literals = question.literals.slice(0, 20).map((literal) => literal.toLowerCase());
  }

  /** Share of the question's mass that a list of terms holds. */
  share(terms: readonly string[]): {
    share: number;
    terms: ReadonlySet<string>;
    words: readonly string[];
  } {
    const found = new Set<string>();
    let sum = 0;
    for (const term of terms) {
      const mass = this.#mass.get(term);
      if (mass === undefined || found.has(term)) continue;
      found.add(term);
      sum += mass;
    }
    return { share: sum / this.#total, terms: found, words: [...found] };
  }

  /** How much of a name the question spells out: 1 when all of its words are there, weighed by what they carry. */
  named(names: readonly string[]): number {
    let best = 0;
    for (const name of names) {
      const terms = termsOfWord(name);
      const parts = terms.length > 1 ? terms.slice(1) : terms;
      if (parts.length === 0) continue;
      const found = parts.filter((part) => this.#mass.has(part)).length / parts.length;
      best = Math.max(best, found * found * Math.sqrt(this.share(terms).share));
    }
    return best;
  }

  /** Returns where the question's terms stand in a text. */
  find(text: string): TermHits {
    return this.#finder.find(text);
  }

  /** Share of the question's mass that stands in a part of a text. */
  massIn({ counts }: HitCount): number {
    let sum = 0;
    for (const [number, mass] of this.#masses.entries()) if (counts[number]) sum += mass;
    return sum / this.#total;
  }

  /** Holds the question against the chunk `text[start, end)`, together with its names and its path. */
  match(
    text: string,
    hits: TermHits,
    { start, end }: { readonly start: number; readonly end: number },
    nameTerms: readonly string[],
    pathTerms: ReadonlySet<string>,
  ): TextMatch {
    const count = hits.within(start, end);
    const { terms } = this.#finder;
    const besides = new Set([...nameTerms, ...pathTerms]);
    let covered = 0;
    let often = 0;
    const here: [term: string, mass: number][] = [];
    for (const [number, mass] of this.#masses.entries()) {
      const term = terms[number] as string;
      const times = count.counts[number] as number;
      if (times > 0) here.push([term, mass]);
      if (times > 0 || besides.has(term)) covered += mass;
      often += (mass * times) / (times + saturation);
    }
    let together = 0;
    for (const [first, second] of count.pairs)
      together += (this.#masses[first] as number) + (this.#masses[second] as number);
    return {
      coverage: covered / this.#total,
      often: often / this.#total,
      together: this.#pairMass === 0 ? 0 : together / this.#pairMass,
      heaviest: (count.counts[this.#heaviest] ?? 0) > 0 ? 1 : 0,
      literal: this.#literalIn(text, start, end),
      words: here
        .sort((a, b) => b[1] - a[1])
        .slice(0, 5)
        .map(([term]) => term),
    };
  }

  /** How surely one of the names defines what the question names; `exact` when it is spelled the same. */
  definition(names: readonly string[]): NamedDefinition {
    let best: NamedDefinition = { strength: 0, name: "", exact: false };
    for (const name of names) {
      for (const wanted of this.#identifiers) {
        const strength = likeName(name, wanted);
        if (strength > best.strength) best = { strength, name, exact: name === wanted.name };
      }
      if (best.strength === 0 && this.#question.possibleNames.includes(name))
        best = { strength: 0.5, name, exact: true };
    }
    return best;
  }

  #literalIn(text: string, start: number, end: number): number {
    if (this.#literals.length === 0) return 0;
    const lower = text.slice(start, Math.min(end, start + maxLiteralCharacters)).toLowerCase();
    // Later literals are parts of earlier ones, so they prove less.
    for (let i = 0; i < this.#literals.length; i++)
      if (lower.includes(this.#literals[i] as string)) return i === 0 ? 1 : 0.6;
    return 0;
  }
}

function likeName(name: string, wanted: WantedName): number {
  if (name === wanted.name) return 1;
  if (name.toLowerCase() === wanted.name.toLowerCase()) return 0.75;
  const spelled = bare(name);
  if (spelled !== "" && spelled === bare(wanted.name)) return 0.65;
  return wanted.whole !== "" && termsOfWord(name)[0] === wanted.whole ? 0.4 : 0;
}

/** `get_user_name` and `getUserName` are the same name in two conventions. */
function bare(name: string): string {
  return name.replace(/[^\p{L}\p{N}]/gu, "").toLowerCase();
}
