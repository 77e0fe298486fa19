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
  past: ofPlaces,
  unknown: ofPlaces,
};
/** Lines outside of every definition are imports and remarks. */
const looseFactor = 0.85;
/** In Rust most of what counts as a module is an `impl` block: all of a type's methods, and not the type. */
const blockFactor = (intent: Intent["kind"]): number => (intent === "what" ? 0.85 : 0.95);
/** Code that shows how to use other code. */
const samplePath =
  /(?:^|\/)(?:playgrounds?|examples?|samples?|demos?|fixtures?|bench(?:es|marks?)?|mocks?|extras?|e2e|__tests__)\/|(?:^|\/)mocks?\.\w+$/;
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
  past: 0.4,
  similar: 0,
  error: 0,
};

/**
 * Returns the recalled places in the order in which they answer. The selected code's own place comes first,
 * then definitions of a very name of the question, then the others by score, by what kind of definition the
 * question asks for, and by whether a name says what the question says. `added` was found besides them.
 */
export function inOrderOfAnswer(ask: Ask, added: readonly Recall[] = []): Recall[] {
  const recalls = ask.result.recalls.filter((recall) => recall.relation === undefined);
  const all = [...added, ...(recalls.length === 0 ? ask.result.recalls : recalls)];
  const first = all.slice(0, nLooked + added.length);
  const best = Math.max(...first.map(({ score }) => score), 0);
  const worth = new Map(first.map((recall) => [recall, worthOf(ask, recall, best)]));
  first.sort((a, b) => (worth.get(b) as number) - (worth.get(a) as number));
  const selected = all.find((recall) => holdsSelection(ask, recall));
  const ordered = [...first, ...all.slice(first.length)];
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

function worthOf(ask: Ask, recall: Recall, best: number): number {
  const { intent, scope } = ask.question;
  const { symbol, path } = recall.citation;
  const kind = kindFactor(ask, recall);
  const isSample = samplePath.test(path) && scope.tests !== "only";
  const isProse = recall.role === "docs" || recall.role === "config";
  const factor = (isProse ? Math.max(kind, proseFactor) : kind) * (isSample ? sampleFactor : 1);
  const worth = recall.score * factor;
  if (symbol === undefined) return worth;
  if (namesOf(ask).has(symbol.name)) return worth + best;
  const { isAll, isOnly } = saidOf(ask, symbol.name);
  return isAll && isOnly ? worth + best * nameBonus[intent.kind] * kind : worth;
}
/** Sections and settings are what prose and configuration have instead of definitions. */
const proseFactor = 0.85;

const minDescribing = 3;

function kindFactor(ask: Ask, { citation, language }: Recall): number {
  const { question, terms } = ask;
  const { symbol } = citation;
  if (symbol === undefined) return looseFactor;
  const { kind, name } = symbol;
  if (language === "rust" && kind === "module") return blockFactor(question.intent.kind);
  if (kind === "test" && question.scope.tests !== undefined) return 1;
  // Who says a type's name asks about it, whatever else is asked.
  if (types.has(kind) && saidOf(ask, name).isAll) return 1;
  // Several plain words describe what something does.
  const describes = question.intent.kind === "unknown" && terms.units.length >= minDescribing;
  return (describes ? ofWork : kindFactors[question.intent.kind])[kind] ?? 1;
}
const types: ReadonlySet<SymbolKind> = new Set(["class", "struct", "interface", "enum", "type"]);

/** The names that stand in the question as names. */
function namesOf({ question }: Ask): ReadonlySet<string> {
  return new Set([...question.identifiers, ...question.possibleNames].map(lastPart));
}

/** True for a definition of code whose name says the question's words and no others. */
export function isNamedAsAsked(ask: Ask, { citation, role }: Recall): boolean {
  const { symbol } = citation;
  if (symbol === undefined || role === "docs" || role === "config") return false;
  const { isAll, isOnly } = saidOf(ask, symbol.name);
  return isAll && isOnly && !["field", "key", "section", "test"].includes(symbol.kind);
}

/** `isAll`: every word of the name is said in the question; `isOnly`: and the question says nothing else. */
function saidOf({ terms }: Ask, name: string): { isAll: boolean; isOnly: boolean } {
  const units = terms.units.filter(({ isWeak }) => !isWeak);
  const asked = new Set(units.flatMap(({ parts }) => parts));
  const inName = termsOfName(name);
  const said = new Set(inName.length > 1 ? inName.slice(1) : inName);
  const shared = [...said].filter((term) => asked.has(term)).length;
  return { isAll: said.size > 0 && shared === said.size, isOnly: shared === asked.size };
}
