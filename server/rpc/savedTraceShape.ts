/** The shape of a saved trace: what is read of a file that anybody may have written. */
import {
  traceFormat,
  traceVersion,
  type SavedTrace,
  type TracedPlace,
} from "../../protocol/savedTrace.ts";
import {
  dropReasons,
  foundBys,
  rankings,
  reasonKinds,
  type AskedTrace,
  type Coverage,
  type MeaningTrace,
  type RecallTrace,
  type ScorePart,
  type StageCandidate,
  type StageTrace,
  type Tier,
} from "../../protocol/types.ts";
import { range } from "./params.ts";
import {
  exactly,
  filledText,
  finite,
  flag,
  integer,
  list,
  object,
  oneOf,
  optional,
  ShapeError,
  text,
  timeMs,
} from "./shape.ts";
import { maxResults } from "./params.ts";

const name = text(4_096);
const path = filledText(32_768);
const count = integer(0, Number.MAX_SAFE_INTEGER);
const maxQuestionLength = 100_000;

const askedTrace = object<AskedTrace>({
  // A search may have been asked for nothing; that is told again.
  query: text(maxQuestionLength),
  limit: integer(1, maxResults),
  roots: list(object<{ id: string; name: string }>({ id: filledText(200), name }), 1_000),
  paths: optional(list(filledText(4_096), 10_000)),
  neighbours: optional(flag),
  ranking: oneOf(...rankings),
  ranker: optional(name),
  schema: count,
  chunker: count,
});

const parts = list(object<ScorePart>({ kind: oneOf(...reasonKinds), weight: finite }), 100);

const stage = object<StageTrace>({
  name,
  nCandidates: count,
  ms: finite,
  candidates: optional(
    list(
      object<StageCandidate>({
        rootId: filledText(200),
        path,
        lines: optional(
          object<{ startLine: number; endLine: number }>({ startLine: count, endLine: count }),
        ),
        score: finite,
        parts: optional(parts),
        foundBy: optional(list(oneOf(...foundBys), foundBys.length)),
        dropped: optional(oneOf(...dropReasons)),
      }),
      1_000,
    ),
  ),
});

const place = object<TracedPlace>({
  rootId: filledText(200),
  path,
  range,
  contentHash: (value, at) => {
    if (typeof value !== "string" || !/^[0-9a-f]{16}$/.test(value))
      throw new ShapeError(`${at} must be 16 hex digits`);
    return value;
  },
  score: finite,
  parts,
});

/** Checks of a saved trace of this version. */
export const savedTrace = object<SavedTrace>({
  format: exactly(traceFormat),
  version: exactly(traceVersion),
  // What a date can hold.
  savedMs: timeMs,
  asked: askedTrace,
  terms: list(
    object<RecallTrace["terms"][number]>({ term: name, nChunks: count, used: flag }),
    1_000,
  ),
  tiers: list(oneOf<Tier>("lexical", "symbols", "meaning"), 10),
  coverage: object<Coverage>({
    filesSeen: count,
    remembered: count,
    pending: count,
    skipped: count,
    failed: count,
    stopped: optional(oneOf("diskFull", "unwritable")),
  }),
  meaning: optional(
    object<MeaningTrace>({
      state: oneOf("used", "partly", "notAsked", "unavailable"),
      model: name,
      nEmbedded: count,
      nChunks: count,
      memoryBytes: count,
    }),
  ),
  stages: list(stage, 10_000),
  results: list(place, 10_000),
});
