/** Completes what somebody types behind an `@`: files, folders and definitions of the memory, what is open first. */
import path from "node:path";
import type { MentionKind, SuggestParams, Suggestion } from "../../protocol/mentions.ts";
import type { SymbolKind } from "../../protocol/types.ts";
import { isDamage } from "../memory/database.ts";
import { ftsQuote, termsOfName } from "../ingest/terms.ts";
import { inColumn, symbolInfo, type MemoryBank, type OpenBank } from "../memory/memoryBank.ts";
import type { Clock } from "../ports.ts";
import { fuzzyScore, fuzzyText, type FuzzyScore, type FuzzyText } from "./fuzzyScore.ts";

/** What the suggester needs of the workspace's memory. */
export interface SuggestSource {
  banks(rootIds: undefined): OpenBank[];
  /** Absolute paths of the open editors, most recent first. */
  readonly openFiles: readonly string[];
  /** Reading this bank met damage. */
  damaged(open: OpenBank): void;
}

interface Scored {
  readonly score: number;
  readonly suggestion: Suggestion;
}

interface KnownPaths {
  readonly version: number;
  readonly readMs: number;
  readonly files: readonly FuzzyText[];
  /** Each ends in `/`. */
  readonly folders: readonly FuzzyText[];
}

/** While files come in, the list of them is read again only so often. */
const keptMs = 2_000;
/** Files whose definitions are looked at; with more the typed text says too little yet. */
const maxDefiningFiles = 100;
const maxChunks = 200;
/** Open files are looked for among so many, and come before all others while nothing is typed. */
const maxOpen = 20;
/** At most added to the score of an open file that fits what was typed. */
const openPoints = 40;
/** Where a file and something else fit alike, the file is meant more often. */
const afterFile = { folder: 1, symbol: 5 };
/** What people name: a heading, a key or a test case is found by asking. */
const namedKinds: ReadonlySet<SymbolKind> = new Set<SymbolKind>([
  ...(["function", "method", "class", "interface", "struct", "enum", "type"] as const),
  ...(["module", "variable", "constant", "macro"] as const),
]);

export class Suggester {
  readonly #memory: SuggestSource;
  readonly #clock: Clock;
  readonly #paths = new WeakMap<MemoryBank, KnownPaths>();

  constructor(memory: SuggestSource, clock: Clock) {
    this.#memory = memory;
    this.#clock = clock;
  }

  /** Returns the best completions over all roots, best first. */
  suggest({ prefix, kinds, limit }: SuggestParams): Suggestion[] {
    const wants = (kind: MentionKind): boolean => kinds === undefined || kinds.includes(kind);
    const typed = prefix.trim();
    const score = fuzzyScore(typed);
    const best = new BestOf(limit);
    for (const open of this.#memory.banks(undefined)) {
      this.#reading(open, () => {
        const known = this.#pathsOf(open.bank);
        if (wants("file")) this.#addFiles(open, known, score, best, typed !== "");
        if (wants("folder")) addFolders(open, known, score, best);
        if (wants("symbol") && typed.length > 1) addSymbols(open, typed, score, best);
      });
    }
    return best.inOrder();
  }

  #addFiles(
    { root }: OpenBank,
    { files }: KnownPaths,
    score: FuzzyScore,
    best: BestOf,
    isTyped: boolean,
  ): void {
    const open = new Map(
      this.#memory.openFiles
        .slice(0, maxOpen)
        .map((file, i) => [path.relative(root.folder, file).replaceAll("\\", "/"), i]),
    );
    for (const file of files) {
      const place = open.size === 0 ? undefined : open.get(file.text);
      const fit = score(file, place === undefined ? best.floor : undefined);
      if (fit === undefined) continue;
      const suggestion = { kind: "file" as const, rootId: root.id, path: file.text };
      if (place === undefined) best.add(fit, () => suggestion);
      else best.add(fit + openBonus(fit, place, isTyped), () => ({ ...suggestion, isOpen: true }));
    }
  }

  /** What a damaged bank would have given is left out; the memory's status tells of it. */
  #reading(open: OpenBank, read: () => void): void {
    try {
      open.bank.reading(read);
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#memory.damaged(open);
    }
  }

  #pathsOf(bank: MemoryBank): KnownPaths {
    const known = this.#paths.get(bank);
    const nowMs = this.#clock.elapsedMs();
    if (known !== undefined && (known.version === bank.version || nowMs - known.readMs < keptMs))
      return known;
    const files = bank.paths();
    const read = {
      ...{ version: bank.version, readMs: nowMs },
      files: files.map(fuzzyText),
      folders: foldersOf(files).map(fuzzyText),
    };
    this.#paths.set(bank, read);
    return read;
  }
}

/** Keeps the best of many without keeping all of them. */
class BestOf {
  readonly #limit: number;
  /** In order, best first; of equals the one with the lesser path. */
  readonly #kept: Scored[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** What scores less is not kept. */
  get floor(): number {
    const last = this.#kept.at(-1);
    return this.#kept.length < this.#limit || last === undefined ? -Infinity : last.score;
  }

  add(score: number, make: () => Suggestion): void {
    if (score < this.floor) return;
    const isFull = this.#kept.length >= this.#limit;
    const added = { score, suggestion: make() };
    const at = this.#kept.findIndex((kept) => isBefore(added, kept));
    if (at >= 0) this.#kept.splice(at, 0, added);
    else if (!isFull) this.#kept.push(added);
    if (this.#kept.length > this.#limit) this.#kept.pop();
  }

  inOrder(): Suggestion[] {
    return this.#kept.map(({ suggestion }) => suggestion);
  }
}

function isBefore(a: Scored, b: Scored): boolean {
  return a.score === b.score ? a.suggestion.path < b.suggestion.path : a.score > b.score;
}

/** Letters that are strewn over a path say little, also of an open file. */
function openBonus(fit: number, place: number, isTyped: boolean): number {
  return isTyped ? Math.max(0, Math.min(openPoints, fit / 2)) : openPoints + maxOpen - place;
}

function addFolders({ root }: OpenBank, known: KnownPaths, score: FuzzyScore, best: BestOf): void {
  for (const folder of known.folders) {
    const fit = score(folder, best.floor);
    if (fit === undefined) continue;
    best.add(fit - afterFile.folder, () => ({
      ...{ kind: "folder", rootId: root.id, path: folder.text.slice(0, -1) },
    }));
  }
}

function foldersOf(files: readonly string[]): string[] {
  const found = new Set<string>();
  for (const file of files) {
    for (let end = file.lastIndexOf("/"); end > 0; end = file.lastIndexOf("/", end - 1)) {
      const folder = file.slice(0, end + 1);
      if (found.has(folder)) break;
      found.add(folder);
    }
  }
  return [...found];
}

/** Definitions of which a word of the name, or the whole of it, begins as typed. */
function addSymbols(
  { root, bank }: OpenBank,
  typed: string,
  score: FuzzyScore,
  best: BestOf,
): void {
  const isQualified = /[.:#]/.test(typed);
  const match = beginningsOf(typed.split(/[.:#]+/).at(-1) ?? "");
  if (match === undefined) return;
  const seen = new Set<string>();
  const looked = new Set<number>();
  for (const chunkId of bank.chunksWith(inColumn("symbol", match), maxChunks)) {
    const blob = bank.blobOfChunk(chunkId);
    const [file] = blob?.paths ?? [];
    if (blob === undefined || file === undefined || looked.has(blob.id)) continue;
    if (looked.add(blob.id).size > maxDefiningFiles) return;
    blob.symbols.forEach(({ name, kind: symbolKind }, idx) => {
      if (!namedKinds.has(symbolKind) || !/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name)) return;
      const container = symbolInfo(blob.symbols, idx)?.container ?? "";
      const full = isPlain(container) ? `${container}.${name}` : name;
      const fit = score(fuzzyText(isQualified ? full : name));
      if (fit === undefined || seen.has(`${full}\0${file}`)) return;
      seen.add(`${full}\0${file}`);
      best.add(fit - afterFile.symbol, () => ({
        ...{ kind: "symbol", rootId: root.id, path: file, name: full, symbolKind },
      }));
    });
  }
}

/** Returns a query of the index for names that begin so; `undefined` when it holds nothing to look for. */
function beginningsOf(name: string): string | undefined {
  const [stem, ...parts] = termsOfName(name);
  if (stem === undefined) return undefined;
  const whole = name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
  const begins = (term: string): string => `${ftsQuote(term)} *`;
  return [
    ...new Set([begins(whole), begins(stem)]),
    ...(parts.length > 1 ? [`(${parts.map(begins).join(" AND ")})`] : []),
  ].join(" OR ");
}

function isPlain(container: string): boolean {
  return /^[\p{L}_$][\p{L}\p{N}_$.]*$/u.test(container);
}
