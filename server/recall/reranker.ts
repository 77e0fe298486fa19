/**
 * Reads the most promising places once more, with the transformer encoder: how near each text is to the question.
 * That costs milliseconds a text, so it is for a few dozen of them, and a question does not wait for it for long.
 */
import type { EmbedOutcome, TextKind } from "../model/encoderClient.ts";
import type { RerankSettings } from "../model/encoderManifest.ts";

export type RerankOutcome =
  | {
      readonly state: "used";
      /** For each text its similarity to the question, in order: cosine from -1 to 1, 0 for a text without a word. */
      readonly similarities: Float32Array;
    }
  /** Not in time. What was read by then is known to the next question. */
  | { readonly state: "late" }
  /** The encoder cannot be used; the status says why. */
  | { readonly state: "unavailable" }
  /** There is no encoder. */
  | { readonly state: "off" };

/** How recall asks for it. */
export interface Reranker {
  /** How its similarities enter the ranking; `undefined` when there is no encoder whose manifest can be read. */
  readonly settings: RerankSettings | undefined;
  /** To be called when a question begins, so that what is needed is there when its candidates are. */
  prepare(): void;
  /** Never takes much longer than its budget. Rejects with the signal's reason when cancelled. */
  similarities(
    query: string,
    texts: readonly string[],
    signal: AbortSignal,
  ): Promise<RerankOutcome>;
}

/** What reads the places. */
export interface PlaceEncoder {
  /** `absent`: there is none. `unavailable`: it cannot be used, now or any more. */
  readonly state: "ready" | "absent" | "unavailable";
  /** See `Reranker.settings`. */
  readonly rerank: RerankSettings | undefined;
  /** Resolves when it can begin at once, or never will. */
  prepare(): Promise<void>;
  /** See `EncoderClient`. */
  embed(texts: readonly string[], kind: TextKind, signal: AbortSignal): Promise<EmbedOutcome>;
}

/** How long a question waits. */
export interface RerankBudget {
  /** For a thread that is not there yet: after a pause, once. */
  readonly startMs: number;
  /** For the reading. A question of a million lines takes up to 80 ms without, and is to take at most 250 ms with it. */
  readonly readMs: number;
}
const defaultBudget: RerankBudget = { startMs: 500, readMs: 160 };

export class EncoderReranker implements Reranker {
  readonly #encoder: PlaceEncoder;
  readonly #budget: RerankBudget;

  constructor(encoder: PlaceEncoder, budget = defaultBudget) {
    this.#encoder = encoder;
    this.#budget = budget;
  }

  get settings(): RerankSettings | undefined {
    return this.#encoder.rerank;
  }

  prepare(): void {
    void this.#encoder.prepare();
  }

  async similarities(
    query: string,
    texts: readonly string[],
    signal: AbortSignal,
  ): Promise<RerankOutcome> {
    signal.throwIfAborted();
    const encoder = this.#encoder;
    if (encoder.state === "absent") return { state: "off" };
    await atMost(this.#budget.startMs, encoder.prepare(), signal);
    signal.throwIfAborted();
    const budget = new AbortController();
    const timer = setTimeout(() => budget.abort(), this.#budget.readMs);
    const either = AbortSignal.any([signal, budget.signal]);
    // Copies of a text are read once.
    const distinct = [...new Set(texts)];
    try {
      const [question, places] = await Promise.all([
        encoder.embed([query], "query", either),
        encoder.embed(distinct, "code", either),
      ]);
      const outcome = outcomeOf(question, places);
      if (outcome.state !== "used") return outcome;
      const byText = new Map(distinct.map((text, i) => [text, outcome.similarities[i] as number]));
      const similarities = Float32Array.from(texts, (text) => byText.get(text) as number);
      return { state: "used", similarities };
    } catch (error) {
      signal.throwIfAborted();
      if (!budget.signal.aborted) throw error;
      return { state: "late" };
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Resolves when the work is done, when so much time has passed, and when cancelled. */
async function atMost(ms: number, work: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const cancel = (): void => resolve();
  signal.addEventListener("abort", cancel, { once: true });
  try {
    await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", cancel);
  }
}

/**
 * Returns scores with what the similarities of the same places add: for each what it is above the least similar one's,
 * times `weight`. So none is worth less than before, and places that were not read keep their place behind them.
 */
export function scoresWithSimilarity(
  scores: readonly number[],
  similarities: Float32Array,
  weight: number,
): number[] {
  const least = Math.min(...similarities);
  return scores.map((score, i) => score + weight * ((similarities[i] as number) - least));
}

function outcomeOf(question: EmbedOutcome, places: EmbedOutcome): RerankOutcome {
  if (question.kind === "embedded" && places.kind === "embedded") {
    const query = question.embeddings[0] as Float32Array;
    const similarities = Float32Array.from(places.embeddings, (place) => dot(place, query));
    return { state: "used", similarities };
  }
  // What had to give way to newer questions would have come too late.
  const isUnavailable = question.kind === "unavailable" || places.kind === "unavailable";
  return { state: isUnavailable ? "unavailable" : "late" };
}

/** Embeddings are one long, so this is the cosine. */
function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
