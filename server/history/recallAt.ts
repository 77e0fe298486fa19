/**
 * Recall over the tree of a commit, without checking it out. Files are narrowed down by the question's terms with
 * `git grep` and chunked as those of today; chunks are ranked by words (BM25's weights of rare terms, and those of the
 * index's columns) and by the names that the question says.
 */
import type { CommitInfo } from "../../protocol/history.ts";
import type { MentionTrace } from "../../protocol/mentions.ts";
import type { Citation, Range, Recall, SymbolInfo } from "../../protocol/types.ts";
import { BlobReader } from "../git/blobReader.ts";
import { blobContentOf } from "../ingest/blobContent.ts";
import { FileFilter } from "../ingest/fileFilter.ts";
import { fileRoleOf } from "../ingest/fileRole.ts";
import { lineStarts, offsetAt } from "../ingest/lineIndex.ts";
import type { SyntaxChunker } from "../ingest/syntax/syntaxChunker.ts";
import { termsOfName, termsOfText } from "../ingest/terms.ts";
import { TermScanner } from "../ingest/termScanner.ts";
import type { FileSystem } from "../ports.ts";
import { isWithin, mentionTrace } from "../recall/namedPaths.ts";
import type { ChunkSpan, ParsedSymbol } from "../types.ts";
import type { AskedAt } from "./askedAt.ts";
import {
  containerOf,
  FileVersions,
  type FileVersion,
  type VersionCache,
} from "./definitionVersions.ts";
import { definingAt, filesAt, matchesAt, type TreeFile } from "./treeAt.ts";

/** By which rules files are hidden: those of today. */
export interface TreeRules {
  readonly files: FileSystem;
  readonly exclude: readonly string[];
  readonly include: readonly string[];
  readonly maxFileBytes: number;
}

export interface RecallAtContext {
  readonly rootId: string;
  readonly folder: string;
  readonly rules: TreeRules;
  readonly syntax: SyntaxChunker | undefined;
  readonly versions: VersionCache;
  readonly hashText: (text: string) => string;
  readonly signal: AbortSignal;
}

export interface RecalledAt {
  readonly recalls: readonly Recall[];
  readonly filesSearched: number;
  readonly filesLeftOut: number;
  readonly mentions?: MentionTrace;
}

const maxTerms = 16;
/** Files that are read for one question. */
const maxFiles = 40;
/** As in the index of today: symbol, signature, comment, body, uses. */
const columnWeights = [3, 1.5, 1.2, 1, 0.3];
/** More than the words of a whole chunk can be worth: a chunk that holds the definition must not stand in front of it. */
const nameWeight = 1_000;
const pathWeight = 12;
/** A name that is part of many words occurs in more files than are read; those that may define it come first. */
const definingWeight = 200;
const roleWeights = { source: 1, test: 0.7, docs: 0.7, config: 0.7 } as const;

/**
 * Returns the places of a tree that a question is about; `undefined` when git cannot read it. `askedOf` gets the files of the
 * tree. Rejects when cancelled.
 */
export async function recallAt(
  context: RecallAtContext,
  commit: CommitInfo,
  askedOf: (paths: () => readonly string[]) => AskedAt,
  limit: number,
): Promise<RecalledAt | undefined> {
  const { folder, rules, signal, syntax } = context;
  const tree = await filesAt(folder, commit.hash, signal);
  if (tree === undefined) return undefined;
  const visible = visibleFiles(tree, folder, rules);
  const asked = askedOf(() => visible.map(({ path }) => path));
  const mentions = mentionTrace(asked.mentions, (named) =>
    visible.some(({ path }) => isWithin(path, [named])),
  );
  const isLimited = mentions.within.length > 0;
  const shown = isLimited ? visible.filter(({ path }) => isWithin(path, mentions.within)) : visible;
  const terms = [...new Set([...asked.names.flatMap(termsOfName), ...termsOfText(asked.text)])];
  const wanted = new Wanted(terms.slice(0, maxTerms), asked);
  const needles = [
    ...new Set([...wanted.terms, ...wanted.names.map((name) => name.toLowerCase())]),
  ];
  const [matches, defining] = await Promise.all([
    matchesAt(folder, commit.hash, needles, signal),
    definingAt(folder, commit.hash, wanted.names, signal),
  ]);
  if (matches === undefined || defining === undefined) return undefined;
  wanted.weigh(shown, matches);
  const blobs = new BlobReader(folder, rules.maxFileBytes);
  try {
    const versions = new FileVersions(blobs, syntax, context.versions);
    const places: Scored[] = [];
    for (const file of wanted.bestFiles(shown, matches, defining).slice(0, maxFiles)) {
      signal.throwIfAborted();
      const version = await versions.of(file.blob, file.path);
      if (version !== undefined)
        places.push(...placesIn(context, commit, file.path, version, wanted));
    }
    places.sort((a, b) => b.recall.score - a.recall.score);
    return {
      recalls: withoutOverlaps(places).slice(0, limit),
      filesSearched: shown.length,
      filesLeftOut: tree.length - visible.length,
      ...(asked.mentions.length === 0 ? {} : { mentions }),
    };
  } finally {
    blobs.close();
  }
}

/** Returns a file's text in a commit's tree, `undefined` when it is not there, hidden, or no text. */
export async function textAt(
  folder: string,
  commit: string,
  path: string,
  rules: TreeRules,
  signal: AbortSignal,
): Promise<string | undefined> {
  const tree = await filesAt(folder, commit, signal, path);
  const [file] = visibleFiles(tree ?? [], folder, rules).filter((each) => each.path === path);
  if (file === undefined) return undefined;
  const blobs = new BlobReader(folder, rules.maxFileBytes);
  try {
    return (await new FileVersions(blobs, undefined).of(file.blob, path))?.text;
  } finally {
    blobs.close();
  }
}

/** Whether the rules of today let a path be shown. */
export function isVisible(path: string, folder: string, rules: TreeRules): boolean {
  return visibleFiles([{ path, blob: "", sizeBytes: 0 }], folder, rules).length > 0;
}

function visibleFiles(tree: readonly TreeFile[], folder: string, rules: TreeRules): TreeFile[] {
  const filter = new FileFilter({ ...rules, rootFolder: folder });
  return tree.filter(({ path, sizeBytes }) => {
    const isIncluded = filter.isIncluded(path);
    return (
      // A tree may hold any name; none leads out of the folder.
      !path.split("/").some((part) => part === "" || part === "." || part === "..") &&
      !filter.isIgnored(path, false).ignored &&
      filter.skipByName(path, isIncluded) === undefined &&
      sizeBytes <= filter.maxBytesOf(path, isIncluded)
    );
  });
}

type Matches = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** What is looked for, with what each term is worth in this tree. */
class Wanted {
  readonly terms: readonly string[];
  /** Last parts of the names. */
  readonly names: readonly string[];
  readonly asked: AskedAt;
  readonly #weights = new Map<string, number>();

  constructor(terms: readonly string[], asked: AskedAt) {
    this.terms = terms;
    this.asked = asked;
    this.names = [...new Set(asked.names.map((name) => name.split(/::|[.#]/).at(-1) ?? name))];
  }

  /** A term that few files hold says more. */
  weigh(files: readonly TreeFile[], matches: Matches): void {
    for (const term of this.terms) {
      let n = 0;
      for (const counts of matches.values()) if (counts.has(term)) n++;
      this.#weights.set(term, Math.log(1 + (files.length - n + 0.5) / (n + 0.5)));
    }
  }

  weightOf(term: string): number {
    return Math.max(0.01, this.#weights.get(term) ?? 0);
  }

  isAboutPath(path: string): boolean {
    return this.asked.paths.some((wanted) => path === wanted || path.endsWith(`/${wanted}`));
  }

  /** Files that hold something of what is looked for, best first. */
  bestFiles(
    files: readonly TreeFile[],
    matches: Matches,
    defining: ReadonlySet<string>,
  ): TreeFile[] {
    const scored = files.map((file) => ({
      file,
      score:
        this.#scoreOf(file.path, matches.get(file.path)) +
        (defining.has(file.path) ? definingWeight : 0),
    }));
    return scored
      .filter(({ score }) => score > 0)
      .toSorted((a, b) => b.score - a.score || (a.file.path < b.file.path ? -1 : 1))
      .map(({ file }) => file);
  }

  #scoreOf(path: string, counts: ReadonlyMap<string, number> | undefined): number {
    let score = this.isAboutPath(path) ? 1_000 : 0;
    const inPath = new Set(termsOfName(path));
    for (const term of this.terms) {
      const n = counts?.get(term) ?? 0;
      if (n > 0) score += this.weightOf(term) * (n / (n + 1.5)) * 2;
      if (inPath.has(term)) score += this.weightOf(term);
    }
    for (const name of this.names) {
      const n = counts?.get(name.toLowerCase()) ?? 0;
      if (n > 0) score += 20 + n / (n + 3);
    }
    return score;
  }
}

interface Scored {
  readonly recall: Recall;
  readonly path: string;
}

const scanner = new TermScanner();

function placesIn(
  context: RecallAtContext,
  commit: CommitInfo,
  path: string,
  version: FileVersion,
  wanted: Wanted,
): Scored[] {
  const { text, language, parsed } = version;
  // Only the columns are used: nothing is stored here.
  const { columns } = blobContentOf(text, 0n, language, parsed, 0, scanner, undefined);
  const starts = lineStarts(text);
  const role = fileRoleOf(path, language);
  const places: Scored[] = [];
  const add = (range: Range, score: number, symbol: ParsedSymbol | undefined): void => {
    const body = text.slice(
      offsetAt(starts, text.length, range.start),
      offsetAt(starts, text.length, range.end),
    );
    const about = symbol === undefined ? {} : { symbol: infoOf(symbol, parsed.symbols) };
    const contentHash = context.hashText(body);
    const citation: Citation = {
      ...{ rootId: context.rootId, path, range, contentHash, commit: commit.hash },
      ...about,
    };
    const { boundary } = parsed;
    const scored = score * roleWeights[role];
    const recall = { citation, score: scored, reasons: [], role, language, text: body, boundary };
    places.push({ path, recall });
  };
  const aboutPath = wanted.isAboutPath(path) ? pathWeight : 0;
  parsed.chunks.forEach((chunk, c) => {
    const score = chunkScore(
      columns.slice(c * columnWeights.length, (c + 1) * columnWeights.length),
      wanted,
    );
    if (score + aboutPath === 0) return;
    add(chunk.range, score + aboutPath, symbolOf(chunk, parsed.symbols));
  });
  for (const symbol of parsed.symbols) {
    const fit = nameFit(symbol, parsed.symbols, wanted);
    if (fit > 0) add(symbol.range, fit + aboutPath + 1, symbol);
  }
  return places;
}

function chunkScore(columns: readonly string[], wanted: Wanted): number {
  const sets = columns.map((column) => new Set(column.split(" ")));
  let score = 0;
  for (const term of wanted.terms) {
    let best = 0;
    sets.forEach((set, column) => {
      if (set.has(term)) best = Math.max(best, columnWeights[column] ?? 0);
    });
    score += best * wanted.weightOf(term);
  }
  return score;
}

/** A definition whose very name is asked for comes before everything that only mentions it. */
function nameFit(
  symbol: ParsedSymbol,
  symbols: readonly ParsedSymbol[],
  { asked }: Wanted,
): number {
  if (symbol.kind === "section" || symbol.kind === "key") return 0;
  let best = 0;
  for (const name of asked.names) {
    const parts = name.split(/::|[.#]/).filter((part) => part !== "");
    if (parts.at(-1) !== symbol.name) continue;
    const holder = parts.at(-2);
    const around = containerOf(symbols, symbol.containerIdx).split(".").at(-1) ?? "";
    best = Math.max(
      best,
      holder === undefined ? nameWeight : holder === around ? 2 * nameWeight : 1,
    );
  }
  return best;
}

function symbolOf(
  { symbolIdxs, enclosingSymbolIdx }: ChunkSpan,
  symbols: readonly ParsedSymbol[],
): ParsedSymbol | undefined {
  return symbols[symbolIdxs[0] ?? enclosingSymbolIdx];
}

function infoOf(symbol: ParsedSymbol, symbols: readonly ParsedSymbol[]): SymbolInfo {
  const { name, kind, range, containerIdx } = symbol;
  return { name, kind, range, container: containerOf(symbols, containerIdx) };
}

/** Of places that show the same lines the best one stays. */
function withoutOverlaps(places: readonly Scored[]): Recall[] {
  const kept: Scored[] = [];
  for (const place of places) {
    const { start, end } = place.recall.citation.range;
    const isShown = kept.some(({ path, recall }) => {
      const other = recall.citation.range;
      return path === place.path && start.line < other.end.line + 1 && other.start.line < end.line;
    });
    if (!isShown) kept.push(place);
    if (kept.length >= 1_000) break;
  }
  return kept.map(({ recall }) => recall);
}
