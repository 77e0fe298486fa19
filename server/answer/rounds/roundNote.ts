/**
 * What is known after each round of a deep question: which place covers how much of which part. Adaptive-Note keeps such
 * a note in a language model's words; here it is the question's own words and the places that hold them.
 */
import type { EvidenceTrace, Recall } from "../../../protocol/types.ts";
import { isNear, minEvidence } from "../evidence.ts";
import { termsOfRecall } from "../evidenceFacts.ts";
import type { QuestionUnit } from "../questionTerms.ts";
import type { QuestionPart } from "./questionParts.ts";

/** One search of a round. */
export interface RoundQuery {
  readonly text: string;
  /** Index of the part that it is about; `undefined` for the whole question. */
  readonly part: number | undefined;
  /** The name that it follows, as code spells it. */
  readonly name?: string;
}

/** A place and what it says about one part. */
export interface NotedPlace {
  readonly recall: Recall;
  /** In which round it was found first, from 1. */
  readonly round: number;
  /** The name in an earlier place that led here. */
  readonly through?: string;
}

interface Entry extends NotedPlace {
  readonly terms: ReadonlySet<string>;
  /** Sum over the searches that found it of 1 / (offset + rank), by part. */
  readonly shares: number[];
  readonly covers: boolean[];
}

/** Reciprocal ranks of searches are added, after Cormack, Clarke and Büttcher (2009), with an offset for short lists. */
const rankOffset = 10;
/** A definition that a place's name leads to counts as if it had been the first of so many searches. */
const nameFactor = 1.9;

/** The note of one question. */
export class RoundNote {
  readonly parts: readonly QuestionPart[];
  readonly #entries = new Map<string, Entry>();
  readonly #evidence: (EvidenceTrace | undefined)[];

  constructor(parts: readonly QuestionPart[]) {
    this.parts = parts;
    this.#evidence = parts.map(() => undefined);
  }

  /** Adds what a search found. Returns how many words and places were not covered before. */
  add(round: number, query: RoundQuery, recalls: readonly Recall[]): number {
    const before = this.#nCovered();
    const { name } = query;
    // The words beside a name were looked for before; what the name adds is its definition.
    const counted =
      name === undefined
        ? recalls
        : recalls.filter(({ citation }) => citation.symbol?.name === name).slice(0, 1);
    for (const [rank, recall] of counted.entries()) {
      const entry = this.#entryOf(round, query, recall);
      for (const [i, part] of this.parts.entries()) {
        if (query.part !== undefined && query.part !== i) continue;
        const share = (name === undefined ? 1 : nameFactor) / (rankOffset + rank);
        entry.shares[i] = (entry.shares[i] ?? 0) + share;
        const isOwn = query.part === i || this.parts.length === 1;
        entry.covers[i] ||= name !== undefined || covers(part, recall, entry.terms, isOwn);
      }
    }
    return this.#nCovered() - before;
  }

  /** Keeps how probable it is that the memory answers a part; see `judged`. */
  weigh(part: number, evidence: EvidenceTrace | undefined): void {
    this.#evidence[part] = evidence;
  }

  /** Returns the places that cover a part, best first. None where the memory probably does not answer it. */
  placesOf(part: number): readonly NotedPlace[] {
    if (this.#evidence[part]?.verdict === "unknown") return [];
    const { terms } = this.parts[part] as QuestionPart;
    return this.#ranked(part).filter(
      (entry) =>
        entry.covers[part] === true &&
        (entry.through === undefined || terms.coverageOf(entry.terms) >= minThrough),
    );
  }

  /** Returns the first places of a part, best first, covering or not: where to read on. */
  leads(part: number, limit: number): readonly Recall[] {
    return this.#ranked(part)
      .slice(0, limit)
      .map(({ recall }) => recall);
  }

  /** Returns the best places of all parts in turns, each once: the whole of what is handed on. */
  handOut(limit: number): readonly NotedPlace[] {
    const lists = this.parts.map((_part, i) => this.#ranked(i));
    const chosen = new Set<Entry>();
    for (let rank = 0; chosen.size < limit && lists.some((list) => rank < list.length); rank++) {
      for (const list of lists) {
        const entry = list[rank];
        if (entry !== undefined && chosen.size < limit) chosen.add(entry);
      }
    }
    return [...chosen];
  }

  /** Returns the words and names of a part that no place which covers it holds, in order. */
  lacking(part: number): readonly QuestionUnit[] {
    const { terms } = this.parts[part] as QuestionPart;
    const held = new Set(
      [...this.#entries.values()]
        .filter(({ covers: isCovering }) => isCovering[part] === true)
        .flatMap((entry) => terms.heldBy(entry.terms)),
    );
    return terms.units.filter((unit) => !held.has(unit) && !unit.isWeak);
  }

  /** True when one place holds nearly all of each part. */
  get isCovered(): boolean {
    return this.parts.every(({ terms }, i) =>
      [...this.#entries.values()].some(
        (entry) =>
          entry.covers[i] === true &&
          terms.coverageOf(entry.terms) >= fullCoverage &&
          this.#ranked(i)[0] === entry,
      ),
    );
  }

  #ranked(part: number): Entry[] {
    return [...this.#entries.values()]
      .filter(({ shares }) => (shares[part] ?? 0) > 0)
      .sort((a, b) => (b.shares[part] as number) - (a.shares[part] as number));
  }

  #entryOf(round: number, query: RoundQuery, recall: Recall): Entry {
    const { rootId, path, range } = recall.citation;
    const key = JSON.stringify([rootId, path, range.start, range.end]);
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const entry: Entry = {
      recall,
      round,
      ...(query.name === undefined ? {} : { through: query.name }),
      terms: termsOfRecall(recall),
      shares: [],
      covers: [],
    };
    this.#entries.set(key, entry);
    return entry;
  }

  #nCovered(): number {
    const places = [...this.#entries.values()].filter(({ covers: some }) => some.includes(true));
    const nLacking = this.parts.reduce((sum, _part, i) => sum + this.lacking(i).length, 0);
    return places.length - nLacking;
  }
}
/** A name may share one common word with a part by chance; what it leads to must hold this share of the part's weight. */
const minThrough = 0.25;
/** A part of which one place holds so much is not looked for any more. */
const fullCoverage = 0.9;

/** Only what was looked for with the part's own words is near it in meaning. */
function covers(
  { terms }: QuestionPart,
  recall: Recall,
  held: ReadonlySet<string>,
  isOwn: boolean,
): boolean {
  return terms.coverageOf(held) >= minEvidence || (isOwn && isNear(terms, recall));
}
