/**
 * What the stages of one recall saw, for whoever asks why. There is one only when it was asked for, so that a question
 * costs nothing more otherwise. It keeps places and scores, never a text.
 */
import { foundBys } from "../../protocol/types.ts";
import type { DropReason, FoundBy, Range, Recall, StageCandidate } from "../../protocol/types.ts";
import type { OpenBank, StoredBlob } from "../memory/memoryBank.ts";
import type { Candidates } from "./candidates.ts";
import type { DenseCandidates } from "./denseSearch.ts";
import type { FileCandidate } from "./fileCandidates.ts";

/** Candidates of one stage that are kept. */
const maxKept = 30;
/** Of those, dropped ones are at most so many: what went on says more. */
const maxDropped = 10;
/** Parts of a score that are kept. */
const maxParts = 3;

/** A file as the ranking gathers them. */
type GatheredFile = Pick<
  FileCandidate,
  | "path"
  | "prior"
  | "chunkScores"
  | "similarities"
  | "pathScore"
  | "definitions"
  | "nameFit"
  | "pointed"
>;

/** Ends a stage that saw so many candidates. */
export type Lap = (
  name: string,
  nCandidates: number,
  candidates?: readonly StageCandidate[],
) => void;

export class TraceCollector {
  readonly #lap: Lap;
  /** What was seen since the last `take`. */
  #kept: StageCandidate[] = [];
  /** The files that the ranking at hand reads, as its stage has them already. */
  #files: StageCandidate[] = [];
  readonly #dropped = new Map<Recall, DropReason>();

  constructor(lap: Lap) {
    this.#lap = lap;
  }

  /** Chunks with the question's words. */
  words({ root, bank }: OpenBank, { chunks }: Candidates): void {
    this.#kept = chunks.slice(0, maxKept).flatMap(({ chunkId, score }) => {
      const blob = bank.blobOfChunk(chunkId);
      return chunkCandidate(root.id, blob, chunkId - (blob?.id ?? 0), score);
    });
  }

  /** Chunks near in meaning. */
  meaning({ root, bank }: OpenBank, dense: DenseCandidates | undefined): void {
    this.#kept = (dense?.neighbours.slice(0, maxKept) ?? []).flatMap(({ group, idx, similarity }) =>
      chunkCandidate(root.id, bank.blobOfChunk(group), idx, similarity),
    );
  }

  /** Files whose path has the question's words; ends the stage. */
  paths({ root }: OpenBank, { paths }: Candidates): void {
    const best = [...paths].slice(0, maxKept);
    this.#lap(
      "paths",
      paths.size,
      best.map(([path, score]) => ({ rootId: root.id, path, score: rounded(score) })),
    );
  }

  /** The gathered files, most promising first, and which of them are read. Ends the stage. */
  files(
    { root }: OpenBank,
    files: readonly GatheredFile[],
    toRead: ReadonlySet<GatheredFile>,
  ): void {
    const unread = files.filter((file) => !toRead.has(file)).slice(0, maxDropped);
    const read = files.filter((file) => toRead.has(file)).slice(0, maxKept - unread.length);
    this.#files = [...read, ...unread].map((file) => ({
      rootId: root.id,
      path: file.path,
      score: rounded(file.prior),
      foundBy: foundBy(file),
      ...(toRead.has(file) ? {} : { dropped: "overLimit" }),
    }));
    this.#lap("files", files.length, this.#files);
  }

  /** A chosen file that could not be read. */
  unreadable(path: string): void {
    const at = this.#files.findIndex((file) => file.path === path);
    const file = this.#files[at];
    if (file !== undefined) this.#files[at] = { ...file, dropped: "unreadable" };
  }

  /** A ranked place that is not shown. */
  dropped(recall: Recall, reason: DropReason): void {
    this.#dropped.set(recall, reason);
  }

  /** Places in the order of their scores, each with what made up most of its own. */
  ranked(recalls: readonly Recall[]): void {
    this.#kept = recalls.slice(0, maxKept).map((recall) => ({
      ...placeCandidate(recall),
      parts: recall.reasons.slice(0, maxParts).map(({ kind, weight }) => ({ kind, weight })),
    }));
  }

  /** Places that are shown, in order, and then those that were left out. */
  chosen(recalls: readonly Recall[]): void {
    this.places([...recalls, ...byScore([...this.#dropped.keys()])]);
  }

  /** Places in order, with what is known of those that were dropped. */
  places(recalls: readonly Recall[]): void {
    const all = recalls.map((recall): StageCandidate => {
      const reason = this.#dropped.get(recall);
      return { ...placeCandidate(recall), ...(reason === undefined ? {} : { dropped: reason }) };
    });
    const dropped = all.filter((each) => each.dropped !== undefined).slice(0, maxDropped);
    const passed = all.filter((each) => each.dropped === undefined);
    this.#kept = [...passed.slice(0, maxKept - dropped.length), ...dropped];
  }

  /** Returns the candidates of the stage that ended. */
  take(): readonly StageCandidate[] {
    const kept = this.#kept;
    this.#kept = [];
    return kept;
  }
}

function placeCandidate({ citation: { rootId, path, range }, score }: Recall): StageCandidate {
  return { rootId, path, lines: linesOf(range), score: rounded(score) };
}

/** Empty for content that no file has any more. */
function chunkCandidate(
  rootId: string,
  blob: StoredBlob | undefined,
  idx: number,
  score: number,
): StageCandidate[] {
  const path = blob?.paths[0];
  const span = blob?.spans[idx];
  if (path === undefined || span === undefined) return [];
  return [{ rootId, path, lines: linesOf(span.range), score: rounded(score) }];
}

function foundBy(file: GatheredFile): FoundBy[] {
  const ways: Readonly<Record<FoundBy, boolean>> = {
    words: [...file.chunkScores.values()].some((score) => score > 0),
    meaning: file.similarities.size > 0,
    path: file.pathScore > 0,
    name: file.definitions.size > 0 || file.nameFit > 0,
    pointed: file.pointed !== undefined,
  };
  return foundBys.filter((way) => ways[way]);
}

function linesOf({ start, end }: Range): { startLine: number; endLine: number } {
  const endLine = end.character > 0 || end.line === start.line ? end.line + 1 : end.line;
  return { startLine: start.line, endLine };
}

function rounded(score: number): number {
  return Math.round(score * 10_000) / 10_000;
}

/** Returns the places, best first. */
export function byScore(recalls: readonly Recall[]): Recall[] {
  return [...recalls].sort((a, b) => b.score - a.score);
}
