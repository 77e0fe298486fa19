/** Chooses, among the recalled places, the one that an answer is about. */
import type { Recall, SymbolKind } from "../../protocol/types.ts";
import { termsOfName } from "../ingest/terms.ts";
import type { Intent } from "../recall/intent.ts";
import type { Ask } from "./ask.ts";
import { lastPart } from "./names.ts";

/** A definition further down the list is not what a question is about. */
const nLooked = 10;

/** What a definition's kind is worth to a question; 1 where nothing is said. Work is done in functions. */
const ofWork: Partial<Record<SymbolKind, number>> = {
  class: 0.95,
  struct: 0.88,
  module: 0.85,
  interface: 0.75,
  enum: 0.72,
  type: 0.72,
  section: 0.85,
  constant: 0.7,
  variable: 0.7,
  field: 0.65,
  key: 0.65,
  test: 0.55,
};
const ofThings: Partial<Record<SymbolKind, number>> = {
  function: 0.92,
  method: 0.88,
  module: 0.85,
  constant: 0.88,
  variable: 0.85,
  field: 0.75,
  key: 0.75,
  test: 0.55,
};
const ofPlaces: Partial<Record<SymbolKind, number>> = { module: 0.9, field: 0.9, test: 0.65 };

const kindFactors: Readonly<Record<Intent["kind"], Partial<Record<SymbolKind, number>>>> = {
  how: ofWork,
  flow: ofWork,
  similar: ofWork,
  error: ofWork,
  what: ofThings,
  where: ofPlaces,
  whoCalls: ofPlaces,
  allPlaces: {},
  unknown: ofPlaces,
};
/** Lines outside of every definition are imports and remarks. */
const looseFactor = 0.75;
/** In Rust most of what counts as a module is an `impl` block: all of a type's methods, and not the type. */
const blockFactor = (intent: Intent["kind"]): number => (intent === "what" ? 0.7 : 0.95);
/** Code that shows how to use other code. */
const samplePath =
  /(?:^|\/)(?:playgrounds?|examples?|samples?|demos?|fixtures?|bench(?:es|marks?)?|mocks?|extras?|e2e|__tests__)\//;
const sampleFactor = 0.8;
/** Added to a definition whose name is what is asked for, as a share of the best score. */
const nameBonus: Readonly<Record<Intent["kind"], number>> = {
  what: 0.6,
  unknown: 0.6,
  where: 0.4,
  whoCalls: 0.4,
  allPlaces: 0.4,
  how: 0.15,
  flow: 0.15,
  similar: 0,
  error: 0,
};

/**
 * Returns the recalled places in the order in which they answer. The selected code's own place comes first,
 * then definitions of a very name of the question, then the others by score, by what kind of definition the
 * question asks for, and by whether a name says what the question says.
 */
export function inOrderOfAnswer(ask: Ask): Recall[] {
  const recalls = ask.result.recalls.filter((recall) => recall.relation === undefined);
  const all = recalls.length === 0 ? [...ask.result.recalls] : recalls;
  const first = all.slice(0, nLooked);
  const best = Math.max(...first.map(({ score }) => score), 0);
  const worth = new Map(first.map((recall) => [recall, worthOf(ask, recall, best)]));
  first.sort((a, b) => (worth.get(b) as number) - (worth.get(a) as number));
  const selected = all.find((recall) => holdsSelection(ask, recall));
  const ordered = [...first, ...all.slice(nLooked)];
  return selected === undefined
    ? ordered
    : [selected, ...ordered.filter((recall) => recall !== selected)];
}

/** True when a recall shows the code that the question was asked about. */
export function holdsSelection({ selection }: Ask, { citation }: Recall): boolean {
  const { file, startLine } = selection ?? {};
  if (file === undefined || startLine === undefined) return false;
  const { start, end } = citation.range;
  return (
    file.rootId === citation.rootId &&
    file.path === citation.path &&
    startLine >= start.line &&
    startLine <= end.line
  );
}

/** True when two recalled spans are of one definition, or without one of the same lines. */
export function isSamePlace(a: Recall, b: Recall): boolean {
  const [one, other] = [a.citation, b.citation];
  if (one.rootId !== other.rootId || one.path !== other.path) return false;
  if (one.symbol === undefined || other.symbol === undefined)
    return (
      one.range.start.line <= other.range.end.line && other.range.start.line <= one.range.end.line
    );
  return (
    one.symbol.name === other.symbol.name &&
    one.symbol.range.start.line === other.symbol.range.start.line
  );
}

/** Returns the places without those of a definition that an earlier one shows. */
export function withoutRepeats(recalls: readonly Recall[]): Recall[] {
  const kept: Recall[] = [];
  for (const recall of recalls)
    if (!kept.some((other) => isSamePlace(recall, other))) kept.push(recall);
  return kept;
}

function worthOf(ask: Ask, { citation, score, role, language }: Recall, best: number): number {
  const { intent, scope } = ask.question;
  const { symbol, path } = citation;
  const isBlock = language === "rust" && symbol?.kind === "module";
  const kind =
    symbol === undefined
      ? looseFactor
      : isBlock
        ? blockFactor(intent.kind)
        : factorOfKind(ask, symbol.kind);
  const isSample = samplePath.test(path) && scope.tests !== "only";
  const isProse = role === "docs" || role === "config";
  const worth = score * (isProse ? Math.max(kind, 0.85) : kind) * (isSample ? sampleFactor : 1);
  if (symbol === undefined) return worth;
  if (namesOf(ask).has(symbol.name)) return worth + best;
  return worth + best * nameBonus[intent.kind] * sharedName(ask, symbol.name) * kind;
}

function factorOfKind({ question }: Ask, kind: SymbolKind): number {
  if (kind === "test" && question.scope.tests !== undefined) return 1;
  return kindFactors[question.intent.kind][kind] ?? 1;
}

/** The names that stand in the question as names. */
function namesOf({ question }: Ask): ReadonlySet<string> {
  return new Set([...question.identifiers, ...question.possibleNames].map(lastPart));
}

/** 1 when a name says the very words of the question and no others, else 0. */
function sharedName(ask: Ask, name: string): number {
  const asked = new Set(
    ask.terms.units.filter(({ isWeak }) => !isWeak).flatMap(({ parts }) => parts),
  );
  const terms = termsOfName(name);
  const said = new Set(terms.length > 1 ? terms.slice(1) : terms);
  if (asked.size === 0 || said.size === 0) return 0;
  let shared = 0;
  for (const term of said) if (asked.has(term)) shared++;
  return shared === said.size && shared === asked.size ? 1 : 0;
}
