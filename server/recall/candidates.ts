/**
 * First stage of a recall: the index gives the chunks and files that hold the question's rare terms.
 * Common terms are left to the second stage, which sees the text: in the index each of them would cost a
 * walk over a large part of the memory and change little.
 */
import { ftsQuote } from "../ingest/terms.ts";
import type { ScoredChunk, MemoryBank } from "../memory/memoryBank.ts";
import type { QueryTerm } from "./queryTerms.ts";

/** A term with its weight in this memory. */
export interface WeighedTerm extends QueryTerm {
  readonly nChunks: number;
  /** weight · idf; the share of the question's meaning that the term carries. */
  readonly mass: number;
  /** Whether the index was asked for it. */
  readonly used: boolean;
}

export interface Candidates {
  readonly terms: readonly WeighedTerm[];
  readonly chunks: readonly ScoredChunk[];
  /** Path scores by workspace-relative path, BM25. */
  readonly paths: ReadonlyMap<string, number>;
  readonly nChunks: number;
}

/** BM25 weights of `chunkColumns`: symbol, signature, comment, body, uses. Tuned on bench/recall. */
const columnWeights = [3, 1.5, 1.2, 1, 0.3];
const maxChunks = 300;
const maxPaths = 60;
/** Entries of the index that one question may walk over: a share of all chunks within bounds. */
const minWalk = 15_000;
const maxWalk = 100_000;
const walkShare = 0.3;

/** Returns what one memory has for the terms, at most `limit` chunks. Works on any number of terms, none included. */
export function findCandidates(
  bank: MemoryBank,
  queryTerms: readonly QueryTerm[],
  nChunks: number,
  limit = maxChunks,
): Candidates {
  const terms = weigh(bank, queryTerms, nChunks);
  const asked = terms.filter((term) => term.used);
  if (asked.length === 0) return { terms, chunks: [], paths: new Map(), nChunks };
  const match = asked.map((term) => ftsQuote(term.term)).join(" OR ");
  const chunks = bank.searchChunks(match, columnWeights, limit);
  const pathMatch = terms.map((term) => ftsQuote(term.term)).join(" OR ");
  const paths = new Map(
    bank.searchPaths(pathMatch, maxPaths).map(({ path, score }) => [path, score]),
  );
  return { terms, chunks, paths, nChunks };
}

function weigh(bank: MemoryBank, queryTerms: readonly QueryTerm[], nChunks: number): WeighedTerm[] {
  const terms = queryTerms.map((term) => {
    const n = bank.documentFrequency(term.term);
    return { ...term, nChunks: n, mass: term.weight * idf(nChunks, n), used: false };
  });
  let walk = Math.min(maxWalk, Math.max(minWalk, nChunks * walkShare));
  for (const term of [...terms].sort((a, b) => a.nChunks - b.nChunks)) {
    if (term.nChunks === 0) continue;
    walk -= term.nChunks;
    // The rarest term is always asked for, however common it is.
    term.used = walk > 0 || !terms.some((other) => other.used);
  }
  return terms;
}

/** Inverse document frequency as in BM25 (Robertson & Zaragoza 2009), never below zero. */
function idf(nChunks: number, nWithTerm: number): number {
  return Math.log(1 + (nChunks - nWithTerm + 0.5) / (nWithTerm + 0.5));
}
