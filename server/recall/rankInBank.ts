/** Ranks the candidates of one root: file by file, with the file's text of this moment in hand. */
import type { Recall } from "../../protocol/types.ts";
import type { SearchParams } from "../../protocol/methods.ts";
import { fileRoleOf } from "../ingest/fileRole.ts";
import type { LanguageId } from "../ingest/languages.ts";
import { termsOfName } from "../ingest/terms.ts";
import type { StoredBlob } from "../memory/memoryBank.ts";
import type { OpenBank } from "../workspaceMemory.ts";
import type { Candidates } from "./candidates.ts";
import { matchesAnyGlob } from "./globs.ts";
import type { ParsedQuestion } from "./question.ts";
import { reasonsOf, roleFactor, scoreOf, type Features } from "./ranking.ts";
import { QuestionMatcher } from "./questionMatcher.ts";
import {
  offsetsOf,
  symbolOf,
  symbolsIn,
  type VerifiedFile,
  type VerifiedSource,
} from "./verifiedSource.ts";

export interface RankedChunk {
  readonly recall: Recall;
}

/** Files whose text is read for one question. */
const maxFilesRead = 40;
/** Chunks of one file that are scored. */
const maxChunksPerFile = 12;
/** Files first chunked by lines that are made syntax-exact during the question. */
const maxExactFiles = 10;
/** Falling weights of a file's best chunks when the file as a whole is judged. */
const fileDecay = 0.5;

/** What the index knows of a file before it is read. */
interface FileCandidate {
  readonly path: string;
  readonly blob: StoredBlob;
  /** Chunk index within the file to its BM25. */
  readonly chunkScores: Map<number, number>;
  readonly pathScore: number;
  prior: number;
}

/** Returns the ranked chunks of one root, unsorted. */
export async function rankInBank(
  open: OpenBank,
  source: VerifiedSource,
  question: ParsedQuestion,
  candidates: Candidates,
  params: SearchParams,
  signal: AbortSignal,
): Promise<RankedChunk[]> {
  const mass = Math.max(
    1e-9,
    candidates.terms.reduce((sum, term) => sum + (term.nChunks > 0 ? term.mass : 0), 0),
  );
  const files = gatherFiles(open, question, candidates, params, mass);
  const matcher = new QuestionMatcher(question, candidates.terms);
  const ranked: RankedChunk[] = [];
  let nExact = 0;
  for (const candidate of files.slice(0, maxFilesRead)) {
    signal.throwIfAborted();
    const exact = candidate.blob.level === 0 && nExact < maxExactFiles;
    if (exact) nExact++;
    const file = await source.read(open.root.folder, open.bank, candidate.path, exact);
    if (file !== undefined)
      ranked.push(...rankFile(open, source, file, candidate, matcher, question, mass));
  }
  return ranked;
}

function gatherFiles(
  open: OpenBank,
  question: ParsedQuestion,
  candidates: Candidates,
  params: SearchParams,
  mass: number,
): FileCandidate[] {
  const files = new Map<string, FileCandidate>();
  const add = (path: string, blob: StoredBlob): FileCandidate | undefined => {
    const known = files.get(path);
    if (known !== undefined) return known;
    if (params.paths !== undefined && !matchesAnyGlob(path, params.paths)) return undefined;
    const file: FileCandidate = {
      path,
      blob,
      chunkScores: new Map(),
      pathScore: candidates.paths.get(path) ?? 0,
      prior: 0,
    };
    files.set(path, file);
    return file;
  };
  for (const hit of candidates.hits) {
    const blob = open.bank.blobOfChunk(hit.chunkId);
    for (const path of blob?.paths ?? [])
      add(path, blob as StoredBlob)?.chunkScores.set(
        hit.chunkId - (blob as StoredBlob).id,
        hit.score,
      );
  }
  for (const path of candidates.paths.keys()) {
    if (files.has(path)) continue;
    const blob = open.bank.blobOfPath(path);
    if (blob !== undefined) add(path, blob);
  }
  for (const file of files.values()) {
    const scores = [...file.chunkScores.values()].sort((a, b) => b - a);
    const best = (scores[0] ?? 0) / mass;
    const role = fileRoleOf(file.path, file.blob.language as LanguageId);
    file.prior =
      (best + 0.3 * decayed(scores.slice(1), mass) + 0.3 * (file.pathScore / mass)) *
      roleFactor(role, question.scope);
  }
  return [...files.values()].sort((a, b) => b.prior - a.prior);
}

/** Sum of scores with falling weights. */
function decayed(scores: readonly number[], mass: number): number {
  let sum = 0;
  let weight = 1;
  for (const score of scores) {
    sum += weight * score;
    weight *= fileDecay;
  }
  return sum / mass;
}

function rankFile(
  open: OpenBank,
  source: VerifiedSource,
  file: VerifiedFile,
  candidate: FileCandidate,
  matcher: QuestionMatcher,
  question: ParsedQuestion,
  mass: number,
): RankedChunk[] {
  const pathShare = matcher.share(termsOfName(file.path));
  const factor = roleFactor(file.role, question.scope);
  const chunkIdxs = chooseChunks(file, candidate, matcher);
  const scores = [...candidate.chunkScores.values()].sort((a, b) => b - a);
  return chunkIdxs.map((c) => {
    const span = file.spans[c] as VerifiedFile["spans"][number];
    const { start, end } = offsetsOf(file, span);
    const text = file.text.slice(start, end);
    const symbolIdxs = symbolsIn(file, span);
    const names = symbolIdxs.map((idx) => file.symbols[idx]?.name ?? "");
    const nameTerms = names.flatMap(termsOfName);
    const match = matcher.match(text, nameTerms, pathShare.terms);
    const own = file.asRemembered
      ? (candidate.chunkScores.get(c) ?? 0)
      : match.coverage * (scores[0] ?? 0);
    const definition = matcher.definition(names);
    const features: Features = {
      bm25: own / mass,
      coverage: match.coverage,
      symbol: matcher.share(nameTerms).share,
      path: pathShare.share,
      file: decayed(without(scores, own), mass),
      definition: definition.strength,
      literal: match.literal,
      pointed: matcher.pointed(file.path, span.range.start.line, span.range.end.line),
    };
    const best = bestSymbol(file, symbolIdxs, matcher);
    const details = {
      bm25: match.words.join(" "),
      symbol: names.slice(0, 3).join(" "),
      definition: definition.name,
      path: pathShare.words.join(" "),
    };
    const recall: Recall = {
      citation: source.cite(
        open.root.id,
        file.path,
        span.range,
        text,
        best === undefined ? undefined : symbolOf(file, best),
      ),
      score: scoreOf(features, factor),
      reasons: reasonsOf(features, details),
      role: file.role,
      language: file.language,
      text,
      boundary: file.boundary,
    };
    return { recall };
  });
}

/** The chunks the index found; for a file found by its path or changed since, those that hold most of the question. */
function chooseChunks(
  file: VerifiedFile,
  candidate: FileCandidate,
  matcher: QuestionMatcher,
): number[] {
  if (
    file.asRemembered &&
    candidate.chunkScores.size > 0 &&
    file.boundary === boundaryOf(candidate.blob)
  ) {
    return [...candidate.chunkScores]
      .sort((a, b) => b[1] - a[1])
      .slice(0, maxChunksPerFile)
      .map(([c]) => c)
      .filter((c) => c < file.spans.length);
  }
  const scored = file.spans.map((span, c) => {
    const { start, end } = offsetsOf(file, span);
    const names = symbolsIn(file, span).flatMap((idx) =>
      termsOfName(file.symbols[idx]?.name ?? ""),
    );
    return { c, coverage: matcher.match(file.text.slice(start, end), names, new Set()).coverage };
  });
  return scored
    .filter(({ coverage }) => coverage > 0)
    .sort((a, b) => b.coverage - a.coverage)
    .slice(0, 3)
    .map(({ c }) => c)
    .concat(file.spans.length > 0 && scored.every(({ coverage }) => coverage === 0) ? [0] : []);
}

function boundaryOf(blob: StoredBlob): "syntax" | "lines" {
  return blob.level === 1 ? "syntax" : "lines";
}

function bestSymbol(
  file: VerifiedFile,
  idxs: readonly number[],
  matcher: QuestionMatcher,
): number | undefined {
  let best: number | undefined;
  let bestShare = -1;
  for (const idx of idxs) {
    const { share } = matcher.share(termsOfName(file.symbols[idx]?.name ?? ""));
    if (share > bestShare) {
      best = idx;
      bestShare = share;
    }
  }
  return best;
}

function without(scores: readonly number[], own: number): number[] {
  const at = scores.indexOf(own);
  return at < 0 ? [...scores] : scores.filter((_, i) => i !== at);
}
