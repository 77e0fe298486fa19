/** Where a name is defined, by name alone: the index narrows it down, the stored symbols decide. */
import { wholeTerm } from "../ingest/blobContent.ts";
import { ftsQuote } from "../ingest/terms.ts";
import { inColumn, type MemoryBank, type StoredBlob } from "../memory/memoryBank.ts";
import type { ParsedSymbol } from "../types.ts";

/** One definition in one remembered file. */
export interface FoundDefinition {
  readonly path: string;
  readonly blob: StoredBlob;
  readonly symbolIdx: number;
  readonly symbol: ParsedSymbol;
  /** Names of the definitions around it, outermost first. */
  readonly containers: readonly string[];
}

/** The definitions of a name. */
export interface DefinitionList {
  readonly definitions: readonly FoundDefinition[];
  /** False when the search ended at its limit: there may be more. */
  readonly isComplete: boolean;
}

/** Kinds that are no definitions of code. */
const notDefinitions: ReadonlySet<ParsedSymbol["kind"]> = new Set(["section", "key", "test"]);
const maxKept = 2_000;

interface Kept {
  version: number;
  readonly lists: Map<string, DefinitionList>;
}
const keptByBank = new WeakMap<MemoryBank, Kept>();

/**
 * Returns the definitions of exactly this name in remembered files, in no particular order. At most `maxChunks`
 * chunks are looked at. `container` limits the search to definitions directly inside of something of that
 * name, however that is written. Call it inside of `bank.reading`.
 */
export function definitionsOf(
  bank: MemoryBank,
  name: string,
  maxChunks: number,
  container?: string,
): DefinitionList {
  const term = wholeTerm(name);
  const around = container === undefined ? "" : wholeTerm(container);
  if (term === "" || (container !== undefined && around === ""))
    return { definitions: [], isComplete: true };
  const lists = keptLists(bank);
  const key = `${name}\0${maxChunks}\0${container ?? ""}`;
  let list = lists.get(key);
  if (list === undefined) {
    const both = around === "" ? ftsQuote(term) : `${ftsQuote(term)} AND ${ftsQuote(around)}`;
    list = find(bank, name, inColumn("symbol", both), maxChunks);
    if (lists.size >= maxKept) lists.clear();
    lists.set(key, list);
  }
  return list;
}

function keptLists(bank: MemoryBank): Map<string, DefinitionList> {
  let kept = keptByBank.get(bank);
  if (kept === undefined || kept.version !== bank.version) {
    kept = { version: bank.version, lists: new Map() };
    keptByBank.set(bank, kept);
  }
  return kept.lists;
}

function find(bank: MemoryBank, name: string, match: string, maxChunks: number): DefinitionList {
  const chunkIds = bank.chunksWith(match, maxChunks);
  const definitions: FoundDefinition[] = [];
  let end = -1;
  for (const chunkId of chunkIds) {
    // Chunks come in rising order, so those of one blob follow each other.
    if (chunkId < end) continue;
    const blob = bank.blobOfChunk(chunkId);
    if (blob === undefined) continue;
    end = blob.id + blob.nChunks;
    for (const [symbolIdx, symbol] of blob.symbols.entries()) {
      if (symbol.name !== name || notDefinitions.has(symbol.kind)) continue;
      const containers = containersOf(blob.symbols, symbolIdx);
      for (const path of blob.paths)
        definitions.push({ path, blob, symbolIdx, symbol, containers });
    }
  }
  return { definitions, isComplete: chunkIds.length < maxChunks };
}

/** Returns the names of the definitions around a symbol, outermost first. */
export function containersOf(symbols: readonly ParsedSymbol[], symbolIdx: number): string[] {
  const names: string[] = [];
  let at = symbols[symbolIdx]?.containerIdx ?? -1;
  for (let hops = 0; at >= 0 && hops < 32; hops++) {
    const container = symbols[at];
    if (container === undefined) break;
    names.unshift(container.name);
    at = container.containerIdx;
  }
  return names;
}

/** Returns the number of the chunk in which a symbol's name stands, -1 when none holds it. */
export function chunkOfSymbol({ spans }: StoredBlob, { nameLine }: ParsedSymbol): number {
  return spans.findIndex(
    ({ range }) =>
      range.start.line <= nameLine &&
      (nameLine < range.end.line || (nameLine === range.end.line && range.end.character > 0)),
  );
}
