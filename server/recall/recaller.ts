/**
 * Answers "which places of the workspace is this question about": index, then features, then the texts
 * themselves. Every text that leaves here was read during the question.
 */
import type { SearchParams } from "../../protocol/methods.ts";
import type { OutlineParams, OutlineResult } from "../../protocol/outline.ts";
import type {
  Coverage,
  MeaningTrace,
  Recall,
  SearchResult,
  StageTrace,
} from "../../protocol/types.ts";
import type {
  DefinitionPlace,
  SourceReader,
  SourceText,
  RememberedFile,
  RecallService,
  SearchHow,
} from "../services.ts";
import type { Clock } from "../ports.ts";
import { fileRoleOf } from "../ingest/fileRole.ts";
import { languageOf, type LanguageId } from "../ingest/languages.ts";
import { isDamage } from "../memory/database.ts";
import { symbolInfo, type OpenBank } from "../memory/memoryBank.ts";
import { findCandidates, type WeighedTerm } from "./candidates.ts";
import { chooseResults, furtherShare } from "./chooseResults.ts";
import { type DenseSearch, sumOfMeanings } from "./denseSearch.ts";
import { parseQuestion, type ParsedQuestion } from "./question.ts";
import { queryTerms, type QueryTerm } from "./queryTerms.ts";
import type { LearnedRanking } from "./learnedRanking.ts";
import { rankInBank, type RankedChunk, type RankOptions } from "./rankInBank.ts";
import { rereadPlaces } from "./rereadPlaces.ts";
import type { Reranker } from "./reranker.ts";
import { withNeighbours } from "./neighbours.ts";
import { byScore, TraceCollector, type Lap } from "./traceCollector.ts";
import { withoutScope } from "./mentions.ts";
import { candidatesWithin, maxScopedChunks, mentionScope } from "./mentionScope.ts";
import { spelledMentions } from "./spelledMentions.ts";
import { findUses } from "./uses.ts";
import { askedTrace, traceOf } from "./searchTrace.ts";
import { SourceLook, type VerifiedFile, type VerifiedSource } from "./verifiedSource.ts";

/** What a recall needs of the workspace's memory. */
export interface MemorySource {
  banks(rootIds: readonly string[] | undefined): OpenBank[];
  coverage(rootIds: readonly string[] | undefined): Coverage;
  /** Makes files syntax-exact at once; false when that did not happen in time. */
  refineNow(rootId: string, paths: readonly string[], signal: AbortSignal): Promise<boolean>;
  /** Waits a moment for changes that are being remembered right now. */
  freshen(signal: AbortSignal): Promise<void>;
  /** Reading this bank met damage. */
  damaged(open: OpenBank): void;
}

/** A question in the forms that the searches want, and the files that were read for it. */
interface Asked {
  readonly question: ParsedQuestion;
  readonly terms: readonly QueryTerm[];
  /** `undefined` when it holds no word, or there is no model. */
  readonly embedding: Int8Array | undefined;
  readonly look: SourceLook;
  readonly rank: RankOptions;
}

/** Files that are made exact for one question. */
const maxRefinedFiles = 6;
/** A file that scores less than this part of the best is not worth the wait. */
const minRefinedShare = 0.25;

export class Recaller implements RecallService, SourceReader {
  readonly #memory: MemorySource;
  readonly #source: VerifiedSource;
  readonly #dense: DenseSearch;
  readonly #clock: Clock;
  readonly #learned: LearnedRanking | undefined;
  readonly #reranker: Reranker;

  /** Without `learned`, places are ranked by weights that were set by hand. */
  constructor(
    memory: MemorySource,
    source: VerifiedSource,
    dense: DenseSearch,
    learned: LearnedRanking | undefined,
    reranker: Reranker,
    clock: Clock,
  ) {
    this.#memory = memory;
    this.#learned = learned;
    this.#reranker = reranker;
    this.#source = source;
    this.#dense = dense;
    this.#clock = clock;
  }

  /** Ids of the models that places are found and ranked with, `undefined` for one that there is not. */
  get models(): { readonly ranker: string | undefined; readonly encoder: string | undefined } {
    return { ranker: this.#learned?.modelId, encoder: this.#dense.modelId };
  }

  async search(
    params: SearchParams,
    signal: AbortSignal,
    how: SearchHow = {},
  ): Promise<SearchResult> {
    const stages: StageTrace[] = [];
    let lapMs = this.#clock.elapsedMs();
    const lap: Lap = (name, nCandidates, candidates) => {
      const now = this.#clock.elapsedMs();
      const ms = Math.round((now - lapMs) * 100) / 100;
      stages.push({ name, nCandidates, ms, ...(candidates?.length ? { candidates } : {}) });
      lapMs = now;
    };
    const trace = params.explain === true ? new TraceCollector(lap) : undefined;
    const ranking = how.ranking ?? "learned";
    await this.#memory.freshen(signal);
    signal.throwIfAborted();
    const banks = this.#memory.banks(params.rootIds);
    const question = parseQuestion(spelledMentions(params.query, () => this.#paths(banks)));
    const byWords = ranking === "words" || question.problem !== undefined;
    const rereads = ranking === "learned" && !byWords;
    if (rereads) this.#reranker.prepare();
    const mentions = question.mentions.length > 0 ? question.mentions : (how.mentions ?? []);
    const scope = await mentionScope(mentions, banks, (open, read) => this.#reading(open, read));
    const within = scope?.trace.within ?? [];
    const isScoped = within.length > 0;
    const meant = withoutScope(question.raw, within);
    const asked: Asked = {
      question,
      rank: {
        learned: ranking === "learned" ? this.#learned : undefined,
        byMeaning: ranking === "meaning",
        observe: how.observe,
        within: undefined,
      },
      terms: queryTerms(question, within),
      embedding: byWords ? undefined : this.#dense.embed(meant),
      look: new SourceLook(this.#source),
    };
    lap("understand", asked.terms.length);
    const ranked: RankedChunk[] = [];
    const weighed = new Map<string, WeighedTerm>();
    const meanings: MeaningTrace[] = [];
    for (const open of banks) {
      const part = isScoped ? scope?.in(open.root.id) : undefined;
      if (isScoped && part === undefined) continue;
      const here: Asked = { ...asked, rank: { ...asked.rank, within: part } };
      await this.#reading(open, async () => {
        let found = this.#rank(open, here, params, signal, lap, trace);
        const guessed = guessedFiles(open, found.chunks);
        if (guessed.length > 0 && (await this.#memory.refineNow(open.root.id, guessed, signal))) {
          lap("refine", guessed.length);
          found = this.#rank(open, here, params, signal, lap, trace);
        }
        meanings.push(found.meaning);
        for (const term of found.terms) remember(weighed, term);
        ranked.push(...found.chunks);
      });
    }
    const read = rereads
      ? await rereadPlaces(ranked, meant, this.#reranker, signal)
      : { ranked, trace: undefined };
    if (read.trace !== undefined) {
      trace?.ranked(recallsOf(read.ranked).slice(0, read.trace.nPlaces));
      lap("reread", read.trace.nPlaces, trace?.take());
    }
    const folders = new Map(banks.map(({ root }) => [root.id, root.folder]));
    let recalls = chooseResults(
      read.ranked,
      params.limit,
      (rootId) => folders.get(rootId) ?? rootId,
      asked.rank.learned === undefined ? 1 : furtherShare,
      trace && ((recall, reason) => trace.dropped(recall, reason)),
    );
    trace?.chosen(recalls);
    lap("select", recalls.length, trace?.take());
    const home = banks.find(({ root }) => root.id === recalls[0]?.citation.rootId);
    if (params.neighbours !== false && home !== undefined) {
      await this.#reading(home, () => {
        recalls = home.bank.reading(() =>
          withNeighbours(recalls, home, asked.look, params.limit, signal),
        );
      });
      const added = recalls.filter(({ relation }) => relation !== undefined);
      trace?.places(added);
      lap("neighbours", added.length, trace?.take());
    }
    const meaning = sumOfMeanings(meanings);
    const isUsed = meanings.some(({ state }) => state === "used" || state === "partly");
    return {
      recalls,
      coverage: this.#memory.coverage(params.rootIds),
      tiers: ["lexical", "symbols", ...(isUsed ? (["meaning"] as const) : [])],
      trace: {
        ...traceOf(question, [...weighed.values()], stages),
        ...(meaning === undefined ? {} : { meaning }),
        ...(scope === undefined ? {} : { mentions: scope.trace }),
        ...(trace === undefined
          ? {}
          : { asked: askedTrace(params, banks, ranking, asked.rank.learned?.modelId) }),
        ...(read.trace === undefined ? {} : { reread: read.trace }),
      },
    };
  }

  #rank(
    open: OpenBank,
    { question, terms, embedding, look, rank }: Asked,
    params: SearchParams,
    signal: AbortSignal,
    lap: Lap,
    trace: TraceCollector | undefined,
  ): { chunks: RankedChunk[]; terms: readonly WeighedTerm[]; meaning: MeaningTrace } {
    return open.bank.reading(() => {
      const asked = rank.byMeaning ? [] : terms;
      const { within } = rank;
      const limit = within === undefined ? undefined : maxScopedChunks;
      const everywhere = findCandidates(open.bank, asked, open.bank.nChunks(), limit);
      const byWords =
        within === undefined ? everywhere : candidatesWithin(open, within, everywhere);
      trace?.words(open, byWords);
      lap("words", byWords.chunks.length, trace?.take());
      const { candidates: byMeaning, trace: meaning } = this.#dense.search(open.bank, embedding);
      trace?.meaning(open, byMeaning);
      lap("meaning", byMeaning?.neighbours.length ?? 0, trace?.take());
      trace?.paths(open, byWords);
      const chunks = rankInBank(
        open,
        look,
        question,
        byWords,
        byMeaning,
        params,
        rank,
        signal,
        trace,
      );
      trace?.ranked(recallsOf(chunks));
      lap("rank", chunks.length, trace?.take());
      return { chunks, terms: byWords.terms, meaning };
    });
  }

  async usesOf(
    symbolName: string,
    rootIds: readonly string[] | undefined,
    limit: number,
    signal: AbortSignal,
    definition?: DefinitionPlace,
  ): Promise<readonly Recall[]> {
    const recalls: Recall[] = [];
    for (const open of this.#memory.banks(rootIds)) {
      const here = definition?.rootId === open.root.id ? definition : undefined;
      await this.#reading(open, () => {
        const found = open.bank.reading(() =>
          findUses(open, this.#source, symbolName, limit, signal, here),
        );
        recalls.push(...found);
      });
    }
    return byScore(recalls).slice(0, limit);
  }

  /** The definitions of a file as it is now; none when it is not in memory or gone. */
  outline({ rootId, path }: OutlineParams): OutlineResult {
    const open = this.#memory.banks([rootId])[0];
    const file = open && this.#readRemembered(open, path);
    if (file === undefined) return { definitions: [], boundary: "lines" };
    const definitions = file.symbols.flatMap((symbol, idx) => {
      const info = symbolInfo(file.symbols, idx);
      return info === undefined ? [] : [{ ...info, nameLine: symbol.nameLine }];
    });
    return { definitions, boundary: file.boundary };
  }

  #readRemembered(open: OpenBank, path: string): VerifiedFile | undefined {
    try {
      return open.bank.reading(() =>
        open.bank.blobOfPath(path) === undefined
          ? undefined
          : this.#source.read(open.root.folder, open.bank, path),
      );
    } catch (error) {
      this.#failedReading(open, error);
      return undefined;
    }
  }

  readText(rootId: string, path: string): SourceText | undefined {
    const open = this.#memory.banks([rootId])[0];
    if (open === undefined) return undefined;
    const read = this.#source.readText(open.root.folder, path);
    return read === undefined
      ? undefined
      : { text: read.text, language: languageOf(path, read.text.slice(0, 200)) };
  }

  files(rootIds: readonly string[] | undefined): readonly RememberedFile[] {
    return this.#memory.banks(rootIds).flatMap((open) => {
      try {
        return open.bank.rememberedFiles().map(({ path, language }) => ({
          rootId: open.root.id,
          path,
          language,
          role: fileRoleOf(path, language as LanguageId),
        }));
      } catch (error) {
        this.#failedReading(open, error);
        return [];
      }
    });
  }

  /** The remembered files of some roots. */
  #paths(banks: readonly OpenBank[]): readonly string[] {
    return banks.flatMap((open) => {
      try {
        return open.bank.reading(() => open.bank.paths());
      } catch (error) {
        this.#failedReading(open, error);
        return [];
      }
    });
  }

  /** Reads one bank. What a bank that is closed or damaged meanwhile would have given is left out. */
  async #reading(open: OpenBank, read: () => void | Promise<void>): Promise<void> {
    try {
      await read();
    } catch (error) {
      this.#failedReading(open, error);
    }
  }

  /** Returns when the bank was closed or is damaged, both of which the memory's status tells; else throws on. */
  #failedReading(open: OpenBank, error: unknown): void {
    if (error instanceof Error && error.name === "AbortError") throw error;
    if (!open.bank.isOpen) return;
    if (!isDamage(error)) throw error;
    this.#memory.damaged(open);
  }
}

/** The best files whose chunks wait for the syntax pass; those chunked by lines for good are left out. */
function guessedFiles({ bank }: OpenBank, ranked: readonly RankedChunk[]): string[] {
  const paths = new Set<string>();
  const sorted = [...ranked].sort((a, b) => b.recall.score - a.recall.score);
  const least = minRefinedShare * (sorted[0]?.recall.score ?? 0);
  for (const { recall } of sorted) {
    if (recall.score < least) break;
    const { path } = recall.citation;
    if (recall.boundary === "lines" && bank.blobOfPath(path)?.level === 0) paths.add(path);
    if (paths.size >= maxRefinedFiles) break;
  }
  return [...paths];
}

function remember(terms: Map<string, WeighedTerm>, term: WeighedTerm): void {
  const old = terms.get(term.term);
  terms.set(
    term.term,
    old === undefined
      ? term
      : { ...old, nChunks: old.nChunks + term.nChunks, used: old.used || term.used },
  );
}

function recallsOf(ranked: readonly RankedChunk[]): Recall[] {
  return byScore(ranked.map(({ recall }) => recall));
}
