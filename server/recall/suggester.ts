/** Completes what somebody types behind an `@`: files, folders and definitions of the memory, what is open first. */
import path from "node:path";
import type { MentionKind, SuggestParams, Suggestion } from "../../protocol/mentions.ts";
import type { SymbolKind } from "../../protocol/types.ts";
import { isDamage } from "../memory/database.ts";
import { ftsQuote, termsOfName } from "../ingest/terms.ts";
import { inColumn, symbolInfo, type MemoryBank, type OpenBank } from "../memory/memoryBank.ts";
import type { Clock } from "../ports.ts";
import { fuzzyScore, type FuzzyScore } from "./fuzzyScore.ts";

/** What the suggester needs of the workspace's memory. */
export interface SuggestSource {
  banks(rootIds: undefined): OpenBank[];
  /** Absolute paths of the open editors, most recent first. */
  readonly openFiles: readonly string[];
  /** Reading this bank met damage. */
  damaged(open: OpenBank): void;
}

interface Scored extends Suggestion {
  readonly score: number;
}

interface KnownPaths {
  readonly version: number;
  readonly readMs: number;
  readonly files: readonly string[];
  /** Each ends in `/`. */
  readonly folders: readonly string[];
}

/** While files come in, the list of them is read again only so often. */
const keptMs = 2_000;
/** Chunks whose definitions are looked at; with more the typed text says too little yet. */
const maxChunks = 400;
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
    const score = fuzzyScore(prefix.trim());
    const found = this.#memory.banks(undefined).flatMap((open) =>
      this.#reading(open, () => {
        const known = this.#pathsOf(open.bank);
        return [
          ...(wants("file") ? this.#files(open, known, score) : []),
          ...(wants("folder") ? folders(open, known, score) : []),
          ...(wants("symbol") && prefix.trim().length > 1 ? symbols(open, prefix, score) : []),
        ];
      }),
    );
    return found
      .sort((a, b) => b.score - a.score || compare(a.path, b.path))
      .slice(0, limit)
      .map(({ score: _score, ...suggestion }) => suggestion);
  }

  #files({ root }: OpenBank, { files }: KnownPaths, score: FuzzyScore): Scored[] {
    const open = new Map(
      this.#memory.openFiles
        .slice(0, maxOpen)
        .map((file, i) => [path.relative(root.folder, file).replaceAll("\\", "/"), i]),
    );
    return files.flatMap((file) => {
      const fit = score(file);
      if (fit === undefined) return [];
      const place = open.get(file);
      const suggestion = { kind: "file" as const, rootId: root.id, path: file };
      return place === undefined
        ? [{ ...suggestion, score: fit }]
        : [{ ...suggestion, isOpen: true, score: fit + openBonus(fit, place) }];
    });
  }

  /** What a damaged bank would have given is left out; the memory's status tells of it. */
  #reading(open: OpenBank, read: () => Scored[]): Scored[] {
    try {
      return open.bank.reading(read);
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#memory.damaged(open);
      return [];
    }
  }

  #pathsOf(bank: MemoryBank): KnownPaths {
    const known = this.#paths.get(bank);
    const nowMs = this.#clock.elapsedMs();
    if (known !== undefined && (known.version === bank.version || nowMs - known.readMs < keptMs))
      return known;
    const files = bank.paths();
    const read = { version: bank.version, readMs: nowMs, files, folders: foldersOf(files) };
    this.#paths.set(bank, read);
    return read;
  }
}

/** Letters that are strewn over a path say little, also of an open file. */
function openBonus(fit: number, place: number): number {
  return fit <= 0 ? openPoints + maxOpen - place : Math.min(openPoints, fit / 2);
}

function folders({ root }: OpenBank, known: KnownPaths, score: FuzzyScore): Scored[] {
  return known.folders.flatMap((folder) => {
    const fit = score(folder);
    if (fit === undefined) return [];
    const path = folder.slice(0, -1);
    return [{ kind: "folder" as const, rootId: root.id, path, score: fit - afterFile.folder }];
  });
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
function symbols({ root, bank }: OpenBank, typed: string, score: FuzzyScore): Scored[] {
  const name = typed.split(/[.:#]+/).at(-1) ?? "";
  const [whole, ...parts] = termsOfName(name);
  if (whole === undefined) return [];
  const isQualified = name !== typed;
  const last = name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
  const begins = [`${ftsQuote(last)} *`, `${ftsQuote(whole)} *`];
  const match = [
    ...new Set(begins),
    ...(parts.length > 1 ? [`(${parts.map((part) => `${ftsQuote(part)} *`).join(" AND ")})`] : []),
  ].join(" OR ");
  const best = new Map<string, Scored>();
  const seen = new Set<number>();
  for (const chunkId of bank.chunksWith(inColumn("symbol", match), maxChunks)) {
    const blob = bank.blobOfChunk(chunkId);
    const [file] = blob?.paths ?? [];
    if (blob === undefined || file === undefined || seen.has(blob.id)) continue;
    seen.add(blob.id);
    blob.symbols.forEach(({ name: own, kind }, idx) => {
      if (!namedKinds.has(kind) || !/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(own)) return;
      const container = symbolInfo(blob.symbols, idx)?.container ?? "";
      const full = plainName(container) ? `${container}.${own}` : own;
      const found = score(isQualified ? full : own);
      if (found === undefined) return;
      const fit = found - afterFile.symbol;
      const known = best.get(`${full}\0${file}`);
      if (known !== undefined && known.score >= fit) return;
      best.set(`${full}\0${file}`, {
        ...{ kind: "symbol" as const, rootId: root.id, path: file, name: full },
        ...{ symbolKind: kind, score: fit },
      });
    });
  }
  return [...best.values()];
}

function plainName(container: string): boolean {
  return /^[\p{L}_$][\p{L}\p{N}_$.]*$/u.test(container);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
