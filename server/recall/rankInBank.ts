/** Ranks the candidates of one root: file by file, with the file's text of this moment in hand. */
import type { Recall } from "../../protocol/types.ts";
import type { SearchParams } from "../../protocol/methods.ts";
import { fileRoleOf } from "../ingest/fileRole.ts";
import { Globs } from "../ingest/globs.ts";
import type { LanguageId } from "../ingest/languages.ts";
import { termsOfName, termsOfText } from "../ingest/terms.ts";
import { symbolInfo, type OpenBank, type StoredBlob } from "../memory/memoryBank.ts";
import type { StoredSpan } from "../memory/packedSpans.ts";
import type { Candidates } from "./candidates.ts";
import type { ParsedQuestion } from "./question.ts";
import type { TermScanner } from "../ingest/termScanner.ts";
import { mergeAdjacent, type ChunkRun, type ScoredChunk } from "./mergeAdjacent.ts";
import { reasonsOf, roleFactor, scoreOf, type Features } from "./ranking.ts";
import { QuestionMatcher } from "./questionMatcher.ts";
import { offsetsOf, symbolsIn, type VerifiedFile, type VerifiedSource } from "./verifiedSource.ts";

export interface RankedChunk {
  readonly recall: Recall;
  readonly features: Features;
}

/** Files whose text is read for one question. */
const maxFilesRead = 20;
/** Chunks of one file that are scored. */
const maxChunksPerFile = 10;
const maxSignatureLines = 6;
const maxSignatureCharacters = 600;
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
export function rankInBank(
  open: OpenBank,
  source: VerifiedSource,
  question: ParsedQuestion,
  candidates: Candidates,
  params: SearchParams,
  scanner: TermScanner,
  signal: AbortSignal,
): RankedChunk[] {
  const mass = Math.max(
    1e-9,
    candidates.terms.reduce((sum, term) => sum + (term.nChunks > 0 ? term.mass : 0), 0),
  );
  const files = gatherFiles(open, question, candidates, params, mass);
  const matcher = new QuestionMatcher(question, candidates.terms, scanner);
  const ranked: RankedChunk[] = [];
  for (const candidate of files.slice(0, maxFilesRead)) {
    signal.throwIfAborted();
    const file = source.read(open.root.folder, open.bank, candidate.path);
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
  const wanted = params.paths === undefined ? undefined : new Globs(params.paths, false);
  const add = (path: string, blob: StoredBlob): FileCandidate | undefined => {
    const known = files.get(path);
    if (known !== undefined) return known;
    if (
      wanted !== undefined &&
      wanted.match(path, path.slice(path.lastIndexOf("/") + 1)) === undefined
    )
      return undefined;
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
  for (const { chunkId, score } of candidates.chunks) {
    const blob = open.bank.blobOfChunk(chunkId);
    for (const path of blob?.paths ?? [])
      add(path, blob as StoredBlob)?.chunkScores.set(chunkId - (blob as StoredBlob).id, score);
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
  const path = matcher.share(termsOfName(file.path));
  const factor = roleFactor(file.role, question.scope);
  const scores = [...candidate.chunkScores.values()].sort((a, b) => b - a);
  const wordsOf = new Map<number, readonly string[]>();
  const scored = chooseChunks(file, candidate, matcher).map((chunkIdx): ScoredChunk => {
    const span = file.spans[chunkIdx] as StoredSpan;
    const { start, end } = offsetsOf(file, span);
    const symbolIdxs = symbolsIn(file, span);
    const names = symbolIdxs.map((idx) => file.symbols[idx]?.name ?? "");
    const nameTerms = names.flatMap(termsOfName);
    const match = matcher.match(file.text, start, end, nameTerms, path.terms);
    wordsOf.set(chunkIdx, match.words);
    const bm25 = file.asRemembered
      ? (candidate.chunkScores.get(chunkIdx) ?? 0)
      : match.coverage * (scores[0] ?? 0);
    const features: Features = {
      bm25: bm25 / mass,
      coverage: match.coverage,
      symbol: matcher.share(nameTerms).share,
      named: matcher.named(names),
      signature: matcher.share(signatureTerms(file, symbolIdxs)).share,
      path: path.share,
      file: decayed(without(scores, bm25), mass),
      definition: matcher.definition(names).strength,
      literal: match.literal,
      pointed: matcher.pointed(file.path, span.range.start.line, span.range.end.line),
    };
    return {
      chunkIdx,
      startLine: span.range.start.line,
      endLine: span.range.end.line,
      score: scoreOf(features, factor),
      features,
    };
  });
  return mergeAdjacent(scored).map((run) =>
    rankedRun(open, source, file, run, matcher, {
      body: wordsOf.get(run.best.chunkIdx) ?? [],
      path: path.words,
    }),
  );
}

/** Makes the recall of a run of chunks. Its definition is the one in its best chunk that the question is most about. */
function rankedRun(
  open: OpenBank,
  source: VerifiedSource,
  file: VerifiedFile,
  run: ChunkRun,
  matcher: QuestionMatcher,
  words: { readonly body: readonly string[]; readonly path: readonly string[] },
): RankedChunk {
  const first = file.spans[run.first] as StoredSpan;
  const last = file.spans[run.last] as StoredSpan;
  const bestSpan = file.spans[run.best.chunkIdx] as StoredSpan;
  const range = { start: first.range.start, end: last.range.end };
  const text = file.text.slice(offsetsOf(file, first).start, offsetsOf(file, last).end);
  const symbolIdxs = symbolsIn(file, bestSpan);
  const names = symbolIdxs.map((idx) => file.symbols[idx]?.name ?? "");
  const best = bestSymbol(file, symbolIdxs, matcher);
  const details = {
    bm25: words.body.join(" "),
    symbol: names.slice(0, 3).join(" "),
    definition: matcher.definition(names).name,
    path: words.path.join(" "),
  };
  const { features, score } = run.best;
  const recall: Recall = {
    citation: source.cite(
      open.root.id,
      file.path,
      range,
      text,
      best === undefined ? undefined : symbolInfo(file.symbols, best),
    ),
    score,
    reasons: reasonsOf(features, details),
    role: file.role,
    language: file.language,
    text,
    boundary: file.boundary,
  };
  return { recall, features };
}

function signatureTerms(file: VerifiedFile, symbolIdxs: readonly number[]): string[] {
  return symbolIdxs.flatMap((idx) => {
    const symbol = file.symbols[idx];
    if (symbol === undefined) return [];
    const from = file.starts[symbol.nameLine] ?? file.text.length;
    const to =
      file.starts[Math.min(symbol.signatureEndLine, symbol.nameLine + maxSignatureLines)] ??
      file.text.length;
    return termsOfText(file.text.slice(from, Math.min(to, from + maxSignatureCharacters)));
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
    return { c, coverage: matcher.match(file.text, start, end, names, new Set()).coverage };
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
