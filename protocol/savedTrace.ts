/**
 * The trace of a recall in a file, so that the question can be asked again of a later memory. The file is JSON: one
 * `SavedTrace`. It holds the question, paths, ranges, hashes, counts and scores, and no text of any file.
 */
import type {
  AskedTrace,
  Coverage,
  MeaningTrace,
  Range,
  Reason,
  Recall,
  RecallTrace,
  ScorePart,
  StageTrace,
  Tier,
} from "./types.ts";

/** What the field `format` of every saved trace says. */
export const traceFormat = "lore-trace";
/** Counts up with each change after which older readers would misread the file. */
export const traceVersion = 1;

/** Longest file of a saved trace that is read, in UTF-16 units: far more than one with the longest question. */
export const maxTraceLength = 10_000_000;

/** A saved trace, field by field as in its file. */
export interface SavedTrace {
  readonly format: typeof traceFormat;
  readonly version: typeof traceVersion;
  /** Milliseconds since the epoch. */
  readonly savedMs: number;
  readonly asked: AskedTrace;
  readonly terms: RecallTrace["terms"];
  readonly tiers: readonly Tier[];
  readonly coverage: Coverage;
  /** With the id of the model; absent when no memory was open. */
  readonly meaning?: MeaningTrace;
  readonly stages: readonly StageTrace[];
  /** The places, best first. */
  readonly results: readonly TracedPlace[];
}

/** A result without its text. */
export interface TracedPlace {
  readonly rootId: string;
  readonly path: string;
  readonly range: Range;
  readonly contentHash: string;
  readonly score: number;
  readonly parts: readonly ScorePart[];
}

/** What of a recall is saved: the result of a search, an answer, or a turn of a conversation that has them. */
export interface TraceSource {
  readonly recalls: readonly Recall[];
  readonly tiers: readonly Tier[];
  readonly coverage?: Coverage;
  readonly trace?: RecallTrace;
}

/** What asking again gave. Expected failures are values. */
export type TraceComparison =
  | {
      readonly kind: "unusable";
      /**
       * `damaged`: no saved trace, or only a part of one. `otherVersion`: of a version of the format that is not known
       * here. `otherRoots`: of folders that are not those of this memory.
       */
      readonly reason: "damaged" | "otherVersion" | "otherRoots";
      /** The field, the version or the folders; never a value of the file beside those. May be empty. */
      readonly detail: string;
    }
  | {
      readonly kind: "compared";
      readonly before: SavedTrace;
      readonly now: SavedTrace;
      /** The places of now in order, then those that went. */
      readonly places: readonly PlaceChange[];
    };

/** What became of one place. Both sides are present when it is found before and now. */
export interface PlaceChange {
  readonly before?: RankedPlace;
  readonly now?: RankedPlace;
  /** In this order; empty when nothing differs. */
  readonly states: readonly PlaceState[];
  /** Parts of the score that differ, absent ones as 0; empty when one side is absent. */
  readonly parts: readonly PartChange[];
}

/** What differs: it came or went, or it has another rank, other lines, another content hash, another score. */
export type PlaceState = "came" | "went" | "rank" | "lines" | "text" | "score";

/** A place with its rank, from 1. */
export interface RankedPlace extends TracedPlace {
  readonly rank: number;
}

/** One part of a score, before and now. */
export interface PartChange {
  readonly kind: Reason["kind"];
  readonly before: number;
  readonly now: number;
}

/** Returns what is to be saved, `undefined` for a recall that was not explained. */
export function savedTraceOf(
  { recalls, tiers, coverage, trace }: TraceSource,
  savedMs: number,
): SavedTrace | undefined {
  if (trace?.asked === undefined || coverage === undefined) return undefined;
  return {
    format: traceFormat,
    version: traceVersion,
    savedMs,
    asked: trace.asked,
    terms: trace.terms,
    tiers,
    coverage,
    ...(trace.meaning === undefined ? {} : { meaning: trace.meaning }),
    stages: trace.stages,
    results: recalls.map(({ citation: { rootId, path, range, contentHash }, score, reasons }) => ({
      rootId,
      path,
      range,
      contentHash,
      score,
      parts: reasons.map(({ kind, weight }) => ({ kind, weight })),
    })),
  };
}

/** Returns the text of a saved trace's file. */
export function traceFileText(saved: SavedTrace): string {
  return `${JSON.stringify(saved, undefined, 1)}\n`;
}
