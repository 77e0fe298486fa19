/** Holds a question against texts, names and places: which share of what was asked is found there. */
import { termsOfWord } from "../ingest/terms.ts";
import type { CommentMarks, TermScanner } from "../ingest/termScanner.ts";
import type { WeighedTerm } from "./candidates.ts";
import type { ParsedQuestion } from "./question.ts";

/** For matching, comments count like code. */
const wholeText: CommentMarks = { line: [], block: [], prose: true };
/** Text of a chunk that is looked at; the rest of a very long chunk adds nothing. */
const maxCharacters = 12_000;

export interface TextMatch {
  /** Share of the question's mass. */
  readonly coverage: number;
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
  readonly #scanner: TermScanner;
  readonly #identifiers: readonly WantedName[];
  readonly #literals: readonly string[];

  /** `scanner` is borrowed: its table of words is worth keeping from question to question. */
  constructor(question: ParsedQuestion, terms: readonly WeighedTerm[], scanner: TermScanner) {
    this.#question = question;
    this.#scanner = scanner;
    for (const term of terms) if (term.mass > 0) this.#mass.set(term.term, term.mass);
    this.#total = Math.max(
      1e-9,
      [...this.#mass.values()].reduce((sum, mass) => sum + mass, 0),
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

  /** Holds the question against the chunk `text[start, end)`, together with its names and its path. */
  match(
    text: string,
    start: number,
    end: number,
    nameTerms: readonly string[],
    pathTerms: ReadonlySet<string>,
  ): TextMatch {
    const stop = Math.min(end, start + maxCharacters);
    const found = new Map<string, number>();
    const meet = (term: string): void => {
      const mass = this.#mass.get(term);
      if (mass !== undefined) found.set(term, mass);
    };
    for (const term of this.#scanner.scan(text, [start, stop], wholeText)[0]?.body.split(" ") ?? [])
      meet(term);
    const words = [...found]
      .sort((a, b) => b[1] - a[1])
      .slice(0, 5)
      .map(([term]) => term);
    for (const term of nameTerms) meet(term);
    for (const term of pathTerms) meet(term);
    let sum = 0;
    for (const mass of found.values()) sum += mass;
    return { coverage: sum / this.#total, literal: this.#literalIn(text, start, stop), words };
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
    const lower = text.slice(start, end).toLowerCase();
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
