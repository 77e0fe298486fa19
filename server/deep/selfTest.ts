/**
 * The self-test: facts that nobody else tells are planted in a copy of the workspace's code, more and more code is
 * remembered after them, and at each distance they are asked for. What comes out is the retention curve, as M+ (Wang
 * et al. 2025) draws it, with the same questions asked in ways that cannot know the answer beside it.
 */
import type {
  SelfTestParams,
  SelfTestPoint,
  SelfTestProgress,
  SelfTestResult,
  SelfTestScore,
} from "../../protocol/deepMemory.ts";
import { retentionDistances } from "../../protocol/deepMemory.ts";
import type { RecallOptions } from "../bank/bankTypes.ts";
import { randomFrom, randomUnit } from "../bank/random.ts";
import type { ChunkShape } from "../lm/chunks.ts";
import { headerOf } from "../lm/chunks.ts";
import type { EncodedChunk } from "../lm/chunkEncoder.ts";
import type { LmSequence } from "../lm/lmSequence.ts";
import type { LmTokenizer } from "../lm/lmTokenizer.ts";
import type { Clock } from "../ports.ts";
import { askedNames } from "./askedNames.ts";
import { chunksToPut, cutFile, tokensIn } from "./chunkWork.ts";
import type { WriterBank } from "./deepWriter.ts";
import { plantedFacts, type PlantedFact } from "./plantedFacts.ts";
import { recollect, type ReaderBank } from "./recallTokens.ts";
import { shareOf } from "./wilson.ts";

/** A file of the workspace as the test streams it. */
export interface StreamedFile {
  readonly path: string;
  readonly text: string;
}

export interface SelfTestOptions {
  readonly params: SelfTestParams;
  /** An empty bank of its own. */
  readonly bank: WriterBank & ReaderBank & { status(): { readonly bytes: number } };
  readonly tokenizer: LmTokenizer;
  readonly shape: ChunkShape;
  readonly sequence: LmSequence;
  readonly modelId: string;
  readonly encode: (tokens: Uint16Array) => Promise<EncodedChunk>;
  /** Some of what the bank does when there is time; called after each file, and before questions until there is no more. */
  readonly upkeep: () => Promise<{ readonly more: boolean; readonly diskFull: boolean }>;
  /** The workspace's code, each file once. */
  readonly files: () => Iterable<StreamedFile>;
  readonly clock: Clock;
  /** Highest resident memory of the process so far, bytes. */
  readonly peakBytes: () => number;
  readonly progress: (progress: SelfTestProgress) => void;
  /** Of the facts; drawn anew each time when left out, so that no answer can have been learned or remembered. */
  readonly seed?: number;
  /** Told of each answer at each distance. */
  readonly answered?: (answer: SelfTestAnswer) => void;
  readonly signal: AbortSignal;
}

/** What became of a question. */
export interface SelfTestAnswer {
  readonly fact: PlantedFact;
  readonly isRight: boolean;
  /** What each of the answer's tokens took, recall included; it ends with the first wrong one. */
  readonly tokenMs: readonly number[];
}

const defaultPerPoint = 100;
/** Facts in one file, between its lines. */
const factsPerFile = 4;
const plantedPrefix = "planted/";
const utf8 = new TextEncoder();

/** Rejects with AbortError when cancelled, and with what the model or the bank fails with. */
export async function runSelfTest(options: SelfTestOptions): Promise<SelfTestResult> {
  return new SelfTest(options).run();
}

class SelfTest {
  readonly #options: SelfTestOptions;
  readonly #facts: readonly PlantedFact[];
  readonly #distances: readonly number[];
  readonly #points: SelfTestPoint[] = [];
  readonly #latencies: number[] = [];
  #nStreamed = 0;
  #nFiles = 0;
  #toldAt = -Infinity;

  constructor(options: SelfTestOptions) {
    this.#options = options;
    const { tokens, perPoint = defaultPerPoint, distances } = options.params;
    const seed = options.seed ?? (Date.now() ^ (perPoint * 2_654_435_761)) | 0;
    this.#facts = plantedFacts(perPoint, seed);
    const usual = retentionDistances.filter((distance) => distance < tokens);
    this.#distances = distances ?? [...usual, tokens];
  }

  async run(): Promise<SelfTestResult> {
    const { clock, bank, modelId, peakBytes } = this.#options;
    const startMs = clock.elapsedMs();
    const files = this.#options.files()[Symbol.iterator]();
    await this.#plant(files);
    for (const distance of this.#distances) {
      const isThere = await this.#streamTo(distance, files);
      await this.#settle();
      const at = isThere ? distance : this.#nStreamed;
      if (this.#points.some((point) => point.distance === at)) break;
      this.#points.push({ distance: at, ...(await this.#ask({}, "asking")) });
      if (!isThere) break;
    }
    const controls = await this.#controls();
    const sorted = this.#latencies.toSorted((a, b) => a - b);
    const quantile = (p: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? 0;
    return {
      points: this.#points,
      controls,
      latencyMs: { p50: quantile(0.5), p95: quantile(0.95) },
      ramBytes: peakBytes(),
      diskBytes: bank.status().bytes,
      tookMs: clock.elapsedMs() - startMs,
      tokensStreamed: this.#nStreamed,
      model: modelId,
    };
  }

  /** Puts the facts between lines of real files. */
  async #plant(files: Iterator<StreamedFile>): Promise<void> {
    const random = randomFrom(1);
    for (let first = 0; first < this.#facts.length; first += factsPerFile) {
      this.#tell("planting");
      const next = files.next();
      const real: StreamedFile = next.done === true ? { path: "notes.txt", text: "" } : next.value;
      const lines = real.text.split("\n").slice(0, 120);
      for (const { told } of this.#facts.slice(first, first + factsPerFile))
        lines.splice(Math.floor(random() * (lines.length + 1)), 0, told);
      await this.#remember(plantedPrefix + String(first), {
        path: real.path,
        text: lines.join("\n"),
      });
    }
  }

  /** Remembers code until `distance` tokens of it came after the facts. False when there is no more code. */
  async #streamTo(distance: number, files: Iterator<StreamedFile>): Promise<boolean> {
    while (this.#nStreamed < distance) {
      this.#tell("streaming");
      const next = files.next();
      if (next.done === true) return false;
      this.#nStreamed += await this.#remember(`code/${this.#nFiles++}`, next.value);
      await this.#options.upkeep();
    }
    return true;
  }

  /** In daily use the index of a large memory is built once nothing is to be encoded. */
  async #settle(): Promise<void> {
    for (;;) {
      this.#options.signal.throwIfAborted();
      this.#tell("streaming");
      const { more, diskFull } = await this.#options.upkeep();
      if (!more || diskFull) return;
    }
  }

  /** Returns how many tokens were remembered. */
  async #remember(fileId: string, { path, text }: StreamedFile): Promise<number> {
    const { bank, tokenizer, shape, encode, signal } = this.#options;
    const cuts = cutFile(tokenizer, shape, path, text);
    const chunks = await chunksToPut(cuts, {
      bank,
      tokenizer,
      encode: (tokens) => {
        signal.throwIfAborted();
        return encode(tokens);
      },
    });
    const put = bank.put(fileId, fileId, chunks);
    if (put.kind === "stored") return tokensIn(cuts);
    throw new SelfTestError(put.kind);
  }

  async #controls(): Promise<SelfTestResult["controls"]> {
    const isOther = (fileId: string): boolean => !fileId.startsWith(plantedPrefix);
    const random = randomFrom(2);
    return {
      noMemory: await this.#ask("none", "controls"),
      otherMemory: await this.#ask({ only: isOther }, "controls"),
      random: await this.#ask({ queries: (length) => randomUnit(random, length) }, "controls"),
    };
  }

  async #ask(way: Asking, phase: SelfTestProgress["phase"]): Promise<SelfTestScore> {
    const { signal, answered } = this.#options;
    let nRight = 0;
    for (const fact of this.#facts) {
      signal.throwIfAborted();
      this.#tell(phase);
      const answer = await this.#answer(fact, way);
      if (answer.isRight) nRight++;
      if (phase !== "asking") continue;
      this.#latencies.push(answer.tokenMs.reduce((sum, ms) => sum + ms, 0));
      answered?.(answer);
    }
    return shareOf(nRight, this.#facts.length);
  }

  /** The answer is right when the model continues the question with exactly the fact's value. */
  async #answer(fact: PlantedFact, way: Asking): Promise<SelfTestAnswer> {
    const { tokenizer, shape, sequence, clock } = this.#options;
    const { asked, value } = fact;
    const header = headerOf(tokenizer, shape, "questions.txt");
    const wanted = tokenizer.encode(utf8.encode(` ${value}`));
    let next = Uint16Array.of(...header, ...tokenizer.encode(utf8.encode(`\n${asked}`)));
    const tokenMs: number[] = [];
    sequence.rewindTo(0);
    for (const token of wanted) {
      const startMs = clock.elapsedMs();
      await sequence.append(next);
      const [query] = sequence.lastQueries(1);
      const { logProbs } = await sequence.read(this.#memoryFor(query as Float32Array, way));
      tokenMs.push(clock.elapsedMs() - startMs);
      if (bestOf(logProbs) !== token) return { fact, isRight: false, tokenMs };
      next = Uint16Array.of(token);
    }
    return { fact, isRight: true, tokenMs };
  }

  #memoryFor(query: Float32Array, way: Asking) {
    if (way === "none") return undefined;
    const { bank, tokenizer, sequence } = this.#options;
    // Blocks drawn by lot are not to be found by anything.
    if (way.queries !== undefined) return recollect(bank, [way.queries(query.length)])?.tokens;
    const names = askedNames(tokenizer, sequence.tokens);
    const only = way.only === undefined ? {} : { only: way.only };
    return recollect(bank, [query], { names, ...only })?.tokens;
  }

  #tell(phase: SelfTestProgress["phase"]): void {
    const { clock, params, progress } = this.#options;
    if (clock.elapsedMs() - this.#toldAt < 200) return;
    this.#toldAt = clock.elapsedMs();
    const streamed = this.#nStreamed / Math.max(1, params.tokens);
    const asked = this.#points.length / this.#distances.length;
    const done = phase === "controls" ? 0.95 : Math.min(0.94, 0.7 * streamed + 0.24 * asked);
    progress({ phase, done, tokensStreamed: this.#nStreamed, points: [...this.#points] });
  }
}

/** How the facts are asked for: without memory, or with what is recalled, by another query or of some files only. */
type Asking =
  "none" | (Pick<RecallOptions, "only"> & { readonly queries?: (length: number) => Float32Array });

/** The copy of the memory could not be written. */
export class SelfTestError extends Error {
  readonly outcome: string;
  constructor(outcome: string) {
    super(`the self-test's memory takes no more: ${outcome}`);
    this.outcome = outcome;
  }
}

function bestOf(logProbs: Float32Array): number {
  let best = 0;
  for (let token = 1; token < logProbs.length; token++)
    if ((logProbs[token] as number) > (logProbs[best] as number)) best = token;
  return best;
}
