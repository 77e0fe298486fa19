/** Reranking by how likely the question is given the memory of a place: what it brings, and what it costs. */
import type { MemoryTokens, RecalledBlock } from "../../server/bank/bankTypes.ts";
import { lineComments, languageOf } from "../../server/ingest/languages.ts";
import { headerOf } from "../../server/lm/chunks.ts";
import type { LmSequence } from "../../server/lm/lmSequence.ts";
import type { EvalRepository } from "../recall/evalSet.ts";
import type { ResultSpan } from "../recall/metric.ts";
import type { BenchSettings } from "../settings.ts";
import { count, ms, percentile, type Table } from "../table.ts";
import { blocksOfFile } from "./blockOf.ts";
import type { MemoryParts } from "./memoryParts.ts";
import { rankRows } from "./rankRows.ts";
import { rankOfRight, searchWordings } from "./searchWays.ts";
import { rememberAllQuestioned, type QuestionedRepository } from "./vagueQuestions.ts";

/** Places that are ordered anew. */
const nCandidates = 20;
/** Blocks of a place that are read: as many as a completion reads. */
const mostBlocks = 16;
/** Nats that a place gains are worth so much of the logarithm of its rank: no weight helped on other repositories. */
const usualWeight = 0.01;
const utf8 = new TextEncoder();

/** A candidate with what its memory tells of the question. */
export interface Candidate {
  readonly place: ResultSpan;
  /** Nats that the question is likelier with the place's memory than without any. */
  readonly gain: number;
  /** The same with the memory of the candidate that stands at the other end of the list. */
  readonly foreignGain: number;
}

export interface Reranked {
  readonly candidates: readonly Candidate[];
  /** What is below the candidates stays where it is. */
  readonly rest: readonly ResultSpan[];
  readonly tookMs: number;
}

/** Errors: a sentence, thrown, when no question is vague, or the search fails. */
export async function benchRerank(
  parts: MemoryParts,
  set: readonly EvalRepository[],
  settings: BenchSettings,
): Promise<Table[]> {
  const { repositoryTokens } = settings.memory;
  const repositories = await rememberAllQuestioned(parts, set, repositoryTokens, settings.workDir);
  const ways = new Map<string, number[]>([
    ["the search's order", []],
    ["mixed with the gain", []],
    ["mixed with another place's gain", []],
    ["by the gain alone", []],
  ]);
  const times: number[] = [];
  try {
    for (const repository of repositories) {
      const { questions } = repository;
      const wordings = questions.map(({ query }) => ({ question: query }));
      const found = await searchWordings(repository, wordings, settings);
      const likelihood = new QuestionLikelihood(parts, repository);
      for (const [idx, question] of questions.entries()) {
        const places = found[idx]?.get("question") ?? [];
        const reranked = await likelihood.rerank(question.query, places);
        times.push(reranked.tookMs);
        const orders = [
          places,
          reordered(reranked, ({ gain }) => usualWeight * gain),
          reordered(reranked, ({ foreignGain }) => usualWeight * foreignGain),
          reordered(reranked, ({ gain }) => 1_000 * gain),
        ];
        for (const [at, ranks] of [...ways.values()].entries())
          ranks.push(rankOfRight(question, orders[at] ?? []));
      }
    }
  } finally {
    for (const { bank } of repositories) bank.store.close();
  }
  if (times.length === 0) throw new Error("the evaluation set has no vague question");
  return [rerankTable(ways, times, repositories)];
}

/** Returns all places, the candidates by the logarithm of their rank and what `worth` adds. */
export function reordered(
  { candidates, rest }: Reranked,
  worth: (candidate: Candidate) => number,
): ResultSpan[] {
  return [
    ...candidates
      .map((candidate, rank) => ({ candidate, score: worth(candidate) - Math.log(rank + 1) }))
      .sort((a, b) => b.score - a.score)
      .map(({ candidate }) => candidate.place),
    ...rest,
  ];
}

/** Tells how likely a question is, written as a comment, given the memory of a place. */
class QuestionLikelihood {
  readonly #parts: MemoryParts;
  readonly #repository: QuestionedRepository;
  readonly #sequence: LmSequence;
  /** By file: the benchmark looks them up by search, which the product would not. */
  readonly #blocks = new Map<string, readonly RecalledBlock[]>();

  constructor(parts: MemoryParts, repository: QuestionedRepository) {
    this.#parts = parts;
    this.#repository = repository;
    this.#sequence = parts.model.sequence();
  }

  async rerank(question: string, places: readonly ResultSpan[]): Promise<Reranked> {
    const startMs = performance.now();
    const chosen = places.slice(0, nCandidates);
    const language = languageOf(chosen[0]?.path ?? "");
    const { tokenizer, shape } = this.#parts;
    const header = headerOf(tokenizer, shape, "");
    const mark = lineComments(language)[0] ?? "//";
    const asked = tokenizer.encode(utf8.encode(`${mark} ${question}\n`));
    const tokens = Uint16Array.of(...header, ...asked).subarray(0, shape.window - 1);
    await this.#sequence.become(tokens.subarray(0, -1));
    const nats = async (memory: MemoryTokens | undefined): Promise<number> => {
      this.#sequence.forgetReading(0);
      const each = await this.#sequence.score(memory, tokens.subarray(1));
      return each.subarray(header.length - 1).reduce((sum, value) => sum + value, 0);
    };
    const without = await nats(undefined);
    const gains: number[] = [];
    for (const place of chosen) {
      const memory = this.#memoryOf(place);
      gains.push(memory === undefined ? 0 : without - (await nats(memory)));
    }
    const tookMs = performance.now() - startMs;
    return {
      candidates: chosen.map((place, idx) => ({
        place,
        gain: gains[idx] as number,
        foreignGain: gains[chosen.length - 1 - idx] as number,
      })),
      rest: places.slice(nCandidates),
      tookMs,
    };
  }

  /** The tokens of the blocks that share lines with a place. */
  #memoryOf({ path, startLine = 1, endLine = Infinity }: ResultSpan): MemoryTokens | undefined {
    const { config } = this.#parts.model.parts.manifest;
    const { store } = this.#repository.bank;
    let inFile = this.#blocks.get(path);
    if (inFile === undefined) {
      inFile = blocksOfFile(store, path, config.nKvHeads * config.dHead);
      this.#blocks.set(path, inFile);
    }
    const blocks = inFile
      .filter(({ firstLine, lastLine }) => lastLine + 1 >= startLine && firstLine + 1 <= endLine)
      .slice(0, mostBlocks);
    return blocks.length === 0 ? undefined : store.tokensOf(blocks);
  }
}

function rerankTable(
  ways: ReadonlyMap<string, readonly number[]>,
  times: readonly number[],
  repositories: readonly QuestionedRepository[],
): Table {
  const { head, rows } = rankRows([...ways].map(([name, ranks]) => ({ name, ranks })));
  const nTokens = repositories.reduce((sum, repository) => sum + repository.nTokens, 0);
  return {
    title: "The best places in the order of the question's likelihood",
    head: ["order", ...head],
    rows,
    notes: [
      `${times.length} vague questions about ${repositories.length} repositories that the model was not trained on, of which ${count(nTokens)} tokens, and nothing else, were remembered and searched; questions, what is right, and intervals as in memory-clues.md. The first ${nCandidates} places are ordered by ${usualWeight} × gain − ln rank, where the gain is how many nats likelier the question is, as a comment, with the memory of the place's blocks than with none; on three other repositories no weight helped, and this one did least harm. The control takes the gain of the place at the other end of the list.`,
      `Reranking took ${ms(percentile(times, 0.5))} a question, ${ms(percentile(times, 0.95))} in 95 of 100 cases.`,
    ],
  };
}
