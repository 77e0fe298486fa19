/** From query matches to symbols: what a file defines, and what it uses where. */
import type { Query, Tree } from "web-tree-sitter";
import type { SymbolKind } from "../../../protocol/types.ts";
import type { ParsedSymbol } from "../../types.ts";
import { lineAt, rangeAt } from "../lineIndex.ts";
import type { DefinitionCapture, LanguageSpec } from "./languageSpec.ts";
import { signatureEndLine } from "./signature.ts";

/** What the query found in one file. Offsets are UTF-16 units, in order of appearance. */
export interface Outline {
  readonly symbols: readonly ParsedSymbol[];
  /** Start and end offset of each symbol, doc comment included, two entries a symbol. */
  readonly symbolOffsets: readonly number[];
  /** End offset of the largest definition by the offset where its node starts, doc comment excluded. */
  readonly definitionEnds: ReadonlyMap<number, number>;
  /** Start offsets of names that are used; `uses.names` runs parallel. */
  readonly uses: { readonly offsets: readonly number[]; readonly names: readonly string[] };
  /** Start offsets of comments, attributes and decorators. */
  readonly leads: ReadonlySet<number>;
  /** UTF-16 units inside the outermost error nodes and outside of the definitions that were found there. */
  readonly errorLength: number;
}

interface RawDefinition {
  start: number;
  end: number;
  readonly nameStart: number;
  readonly nameEnd: number;
  kind: DefinitionCapture;
  patternIndex: number;
  /** Name of the type that a method belongs to, where that is written apart from it. */
  owner: string | undefined;
}

interface Span {
  start: number;
  end: number;
}

/** `undefined` when `isLate` said so during the query. */
export function outlineOf(
  text: string,
  lines: Uint32Array,
  tree: Tree,
  query: Query,
  spec: LanguageSpec,
  isLate: () => boolean,
): Outline | undefined {
  const found = runQuery(text, tree, query, spec, isLate);
  if (found === undefined) return undefined;
  const leads = found.leads.toSorted((a, b) => a.start - b.start);
  const definitions = found.definitions.toSorted((a, b) => a.start - b.start);
  const errorLength = lengthOfErrors(found.errors, definitions);
  const definitionEnds = new Map<number, number>();
  for (const definition of definitions) {
    const known = definitionEnds.get(definition.start) ?? 0;
    definitionEnds.set(definition.start, Math.max(known, definition.end));
    definition.start = startWithLeads(text, lines, definition.start, leads);
  }
  const { symbols, symbolOffsets } = nest(text, lines, definitions, spec);
  return {
    symbols,
    symbolOffsets,
    definitionEnds,
    uses: withoutDefinedNames(found.uses, definitions),
    leads: new Set(leads.map((lead) => lead.start)),
    errorLength,
  };
}

interface QueryFindings {
  readonly definitions: RawDefinition[];
  readonly leads: Span[];
  readonly uses: { offsets: number[]; names: string[] };
  readonly errors: readonly Span[];
}

function runQuery(
  text: string,
  tree: Tree,
  query: Query,
  spec: LanguageSpec,
  isLate: () => boolean,
): QueryFindings | undefined {
  const byName = new Map<number, RawDefinition>();
  const leads: Span[] = [];
  const uses = { offsets: [] as number[], names: [] as string[] };
  const errors: Span[] = [];
  let late = false;
  const addUse = (offset: number, word: string): void => {
    if (word.length < 2 || word.length > maxUseLength || spec.commonNames.has(word)) return;
    uses.offsets.push(offset);
    uses.names.push(word);
  };
  const matches = query.matches(tree.rootNode, { progressCallback: () => (late ||= isLate()) });
  if (late) return undefined;
  for (const { patternIndex, captures } of matches) {
    let name: Span | undefined;
    let definition: (Span & { kind: DefinitionCapture }) | undefined;
    let tailEnd = 0;
    let owner: string | undefined;
    for (const capture of captures) {
      const { node } = capture;
      const start = node.startIndex;
      switch (capture.name) {
        case "use": {
          const end = spec.exactUses === true ? node.endIndex : identifierEnd(text, start);
          addUse(start, text.slice(start, end));
          break;
        }
        case "path":
          addUse(start, lastSegment(text.slice(start, node.endIndex)));
          break;
        case "lead":
          leads.push({ start, end: trimmedEnd(text, start, node.endIndex) });
          break;
        case "name":
          name = { start, end: node.endIndex };
          break;
        case "owner":
          owner = text.slice(start, identifierEnd(text, start));
          break;
        case "tail":
          tailEnd = trimmedEnd(text, start, node.endIndex);
          break;
        case "error":
          errors.push({ start, end: node.endIndex });
          break;
        default:
          if (isDefinitionCapture(capture.name)) {
            definition = { kind: capture.name, start, end: trimmedEnd(text, start, node.endIndex) };
          }
      }
    }
    if (definition !== undefined) definition.end = Math.max(definition.end, tailEnd);
    if (definition === undefined || name === undefined) continue;
    const known = byName.get(name.start);
    if (known === undefined) {
      byName.set(name.start, {
        ...definition,
        nameStart: name.start,
        nameEnd: name.end,
        patternIndex,
        owner,
      });
      continue;
    }
    if (patternIndex < known.patternIndex) {
      known.kind = definition.kind;
      known.patternIndex = patternIndex;
    }
    known.owner ??= owner;
    known.start = Math.min(known.start, definition.start);
    known.end = Math.max(known.end, definition.end);
  }
  return { definitions: [...byName.values()], leads, uses, errors };
}

/** After an error the parser often recovers: what it recognised inside an error node is not lost. */
function lengthOfErrors(errors: readonly Span[], definitions: readonly Span[]): number {
  let length = 0;
  let covered = 0;
  let next = 0;
  for (const error of errors.toSorted((a, b) => a.start - b.start)) {
    covered = Math.max(covered, error.start);
    for (; next < definitions.length; next++) {
      const definition = definitions[next];
      if (definition === undefined || definition.start >= error.end) break;
      if (definition.start < error.start || definition.end <= covered) continue;
      length += Math.max(0, definition.start - covered);
      covered = definition.end;
    }
    if (error.end > covered) length += error.end - covered;
    covered = Math.max(covered, error.end);
  }
  return length;
}

const definitionKinds: Readonly<Record<DefinitionCapture, SymbolKind>> = {
  function: "function",
  method: "method",
  class: "class",
  interface: "interface",
  struct: "struct",
  enum: "enum",
  type: "type",
  module: "module",
  impl: "module",
  variable: "variable",
  constant: "constant",
  field: "field",
  macro: "macro",
  test: "test",
  section: "section",
  key: "key",
};

function isDefinitionCapture(name: string): name is DefinitionCapture {
  return Object.hasOwn(definitionKinds, name);
}

/** Captured uses are identifiers, so their end can be read off the text, without asking the tree. */
function identifierEnd(text: string, start: number): number {
  let end = start;
  for (;;) {
    const code = text.charCodeAt(end);
    const isWord =
      (code >= 97 && code <= 122) ||
      (code >= 65 && code <= 90) ||
      (code >= 48 && code <= 57) ||
      code === 95 ||
      code === 36 ||
      code > 127;
    if (!isWord) return end;
    end++;
  }
}

/** Longer than any name; what is longer is data. */
const maxUseLength = 80;

/** `"net/http"` is `http`, `<linux/fs.h>` is `fs.h`. */
function lastSegment(path: string): string {
  return path.replace(/^[\s"'<`]+|[\s"'>`]+$/g, "").replace(/^.*[/\\:]/s, "");
}

/** Some grammars end comments and blocks after the line break, which belongs to nobody. */
function trimmedEnd(text: string, start: number, end: number): number {
  while (end > start && text.charCodeAt(end - 1) <= 32) end--;
  return end;
}

/** A definition starts at its line's first word (`export`, `typedef`), or at the comments directly above. */
function startWithLeads(
  text: string,
  lines: Uint32Array,
  start: number,
  leads: readonly Span[],
): number {
  const line = lineAt(lines, start);
  const lineStart = lines[line] ?? 0;
  let first = firstNonBlank(text, lineStart, start);
  let idx = lastLeadBefore(leads, start);
  if (first < start && !isModifiers(text, first, start)) {
    // A decorator or comment may open the line instead: `/** x */ function f`, `@Get() list()`.
    const onLine = leads[idx];
    const opensLine = onLine !== undefined && onLine.start === first;
    if (!opensLine || !isModifiers(text, onLine.end, start)) return start;
  }
  for (; idx >= 0; idx--) {
    const lead = leads[idx];
    if (lead === undefined || lead.end > first) continue;
    const leadLine = lineAt(lines, lead.start);
    const touches =
      isBlankWithin(text, lead.end, first) && lineAt(lines, lead.end) + 1 >= lineAt(lines, first);
    const opensItsLine = firstNonBlank(text, lines[leadLine] ?? 0, lead.start) === lead.start;
    if (!touches || !opensItsLine) break;
    first = lead.start;
  }
  return first;
}

function lastLeadBefore(leads: readonly Span[], offset: number): number {
  let low = -1;
  let high = leads.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const lead = leads[middle];
    if (lead !== undefined && lead.start < offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

function firstNonBlank(text: string, from: number, to: number): number {
  while (from < to && text.charCodeAt(from) <= 32) from++;
  return from;
}

function isBlankWithin(text: string, from: number, to: number): boolean {
  return firstNonBlank(text, from, to) === to;
}

function isModifiers(text: string, from: number, to: number): boolean {
  return to - from < 200 && /^[\w\s]*$/.test(text.slice(from, to));
}

/** Sorts definitions, finds their containers, and drops what is local to a function. */
function nest(
  text: string,
  lines: Uint32Array,
  definitions: RawDefinition[],
  spec: LanguageSpec,
): Pick<Outline, "symbols" | "symbolOffsets"> {
  definitions.sort((a, b) => a.start - b.start || b.end - a.end || a.nameStart - b.nameStart);
  const symbols: ParsedSymbol[] = [];
  const symbolOffsets: number[] = [];
  const owners = new Map<number, string>();
  const open: {
    readonly idx: number;
    readonly definition: RawDefinition;
    readonly nKeys: number;
  }[] = [];
  for (const definition of definitions) {
    while (open.length > 0 && !contains(open[open.length - 1]?.definition, definition)) open.pop();
    const container = open[open.length - 1];
    const name = cleanName(text, definition, spec);
    const kind = kindOf(text, name, definition, container?.definition, spec);
    const nKeys = (container?.nKeys ?? 0) + (kind === "key" ? 1 : 0);
    if (kind === undefined || name === "" || nKeys > (spec.maxKeyDepth ?? 1)) continue;
    const nameLine = lineAt(lines, definition.nameStart);
    const idx = symbols.length;
    symbols.push({
      name,
      kind,
      containerIdx: container?.idx ?? -1,
      range: rangeAt(lines, definition.start, definition.end),
      nameLine,
      signatureEndLine: signatureEndLine(
        text,
        lines,
        definition.nameEnd,
        definition.end,
        spec.signatureEnd,
      ),
    });
    symbolOffsets.push(definition.start, definition.end);
    if (definition.owner !== undefined) owners.set(idx, definition.owner);
    open.push({ idx, definition, nKeys });
  }
  return { symbols: withOwners(symbols, owners), symbolOffsets };
}

/** Methods that stand apart from their type, as in Go and C++, are contained in it all the same. */
function withOwners(symbols: ParsedSymbol[], owners: ReadonlyMap<number, string>): ParsedSymbol[] {
  if (owners.size === 0) return symbols;
  const types = new Map<string, number>();
  symbols.forEach(({ name, kind }, idx) => {
    if (ownerKinds.has(kind) && !types.has(name)) types.set(name, idx);
  });
  return symbols.map((symbol, idx) => {
    const containerIdx = types.get(owners.get(idx) ?? "");
    return containerIdx === undefined ? symbol : { ...symbol, kind: "method", containerIdx };
  });
}

const ownerKinds: ReadonlySet<SymbolKind> = new Set<SymbolKind>([
  "class",
  "struct",
  "interface",
  "enum",
  "type",
]);

/** Definitions that start together are siblings: `typedef struct a {} b;`, `const a = 1, b = 2;`. */
function contains(outer: RawDefinition | undefined, inner: RawDefinition): boolean {
  return outer !== undefined && outer.start < inner.start && inner.end <= outer.end;
}

const maxNameLength = 120;

function cleanName(text: string, definition: RawDefinition, spec: LanguageSpec): string {
  const written = text.slice(
    definition.nameStart,
    Math.min(definition.nameEnd, definition.nameStart + 400),
  );
  const cleaned =
    spec.cleanName?.(written, { kind: definition.kind, text, nameEnd: definition.nameEnd }) ??
    written;
  return cleaned.replace(/\s+/g, " ").slice(0, maxNameLength).toWellFormed();
}

const classLike: ReadonlySet<DefinitionCapture> = new Set<DefinitionCapture>([
  "class",
  "interface",
  "struct",
  "enum",
  "impl",
]);

/** `undefined` for what is local to a function and therefore no symbol of the file. */
function kindOf(
  text: string,
  name: string,
  definition: RawDefinition,
  container: RawDefinition | undefined,
  spec: LanguageSpec,
): SymbolKind | undefined {
  const inside = container?.kind;
  const isLocal = inside === "function" || inside === "method" || inside === "test";
  switch (definition.kind) {
    case "type":
      return isLocal ? undefined : "type";
    case "variable":
    case "constant":
      if (
        isLocal ||
        spec.declarationMarker?.test(text.slice(definition.start, definition.nameStart)) === true
      )
        return undefined;
      return definition.kind === "variable" && spec.constantName?.test(name) === true
        ? "constant"
        : definition.kind;
    case "field":
      return isLocal ? undefined : "field";
    case "function":
    case "method": {
      const modifiers = text.slice(definition.start, definition.nameStart);
      if (spec.testMarker?.test(modifiers) === true || spec.testName?.test(name) === true)
        return "test";
      return definition.kind === "function" && inside !== undefined && classLike.has(inside)
        ? "method"
        : definition.kind;
    }
    default:
      return definitionKinds[definition.kind];
  }
}

function withoutDefinedNames(
  uses: QueryFindings["uses"],
  definitions: readonly RawDefinition[],
): Outline["uses"] {
  const defined = new Set(definitions.map((definition) => definition.nameStart));
  if (defined.size === 0) return uses;
  const offsets: number[] = [];
  const names: string[] = [];
  uses.offsets.forEach((offset, i) => {
    if (defined.has(offset)) return;
    offsets.push(offset);
    names.push(uses.names[i] ?? "");
  });
  return { offsets, names };
}
