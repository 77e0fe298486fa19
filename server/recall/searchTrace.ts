/** What a search tells of how it was done. */
import type { SearchParams } from "../../protocol/methods.ts";
import type { AskedTrace, RankingKind, RecallTrace } from "../../protocol/types.ts";
import type { OpenBank } from "../memory/memoryBank.ts";
import { chunkerVersion, schemaVersion } from "../memory/schema.ts";
import type { WeighedTerm } from "./candidates.ts";
import type { ParsedQuestion } from "./question.ts";

/** Returns what was asked, of which folders, and by which versions of what is kept; `ranker` is the model's id. */
export function askedTrace(
  { query, limit, paths, neighbours }: SearchParams,
  banks: readonly OpenBank[],
  ranking: RankingKind,
  ranker: string | undefined,
): AskedTrace {
  return {
    query,
    limit,
    roots: banks.map(({ root: { id, name } }) => ({ id, name })),
    ...(paths === undefined ? {} : { paths }),
    ...(neighbours === undefined ? {} : { neighbours }),
    ranking,
    ...(ranker === undefined ? {} : { ranker }),
    schema: schemaVersion,
    chunker: chunkerVersion,
  };
}

/** Returns how the question was understood and what each stage found. */
export function traceOf(
  question: ParsedQuestion,
  terms: readonly WeighedTerm[],
  stages: RecallTrace["stages"],
): RecallTrace {
  return {
    terms: terms.map(({ term, nChunks, used }) => ({ term, nChunks, used })),
    identifiers: question.identifiers,
    paths: question.paths.map((mention) => mention.path),
    literals: question.literals,
    stages,
  };
}
