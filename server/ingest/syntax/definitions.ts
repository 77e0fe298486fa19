/** From query matches to symbols: what a file defines, and what it uses where. */
import type { Query, Tree } from "web-tree-sitter";
import type { SymbolKind } from "../../../protocol/types.ts";
import type { ParsedSymbol } from "../../types.ts";
import { lineAt, rangeAt } from "../lineIndex.ts";
import {
  definitionKinds,
  lengthOfErrors,
  runQuery,
  type QueryFindings,
  type RawDefinition,
} from "./findings.ts";
import type { DefinitionCapture, LanguageSpec } from "./languageSpec.ts";
import { startWithLeads } from "./leads.ts";
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
