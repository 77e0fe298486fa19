/**
 * Reads the most promising places once more, with the transformer encoder: how near each text is to the question.
 * That costs milliseconds a text, so it is for a few dozen of them, and a question does not wait for it for long.
 */
import type { EmbedOutcome, TextKind } from "../model/encoderClient.ts";

export type RerankOutcome =
  /** For each text its similarity to the question, in order: cosine from -1 to 1, 0 for a text without a word. */
  | { readonly state: "used"; readonly similarities: Float32Array }
  /** Not in time. What was read by then is known to the next question. */
  | { readonly state: "late" }
  /** The encoder cannot be used; the status says why. */
  | { readonly state: "unavailable" }
  /** No encoder is shipped. */
  | { readonly state: "off" };

/** How recall asks for it. */
export interface Reranker {
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
  /** `absent`: none is shipped. `unavailable`: it cannot be used, now or any more. */
  readonly state: "ready" | "absent" | "unavailable";
  prepare(): void;
  /** See `EncoderClient`. */
  embed(texts: readonly string[], kind: TextKind, signal: AbortSignal): Promise<EmbedOutcome>;
}

/** About the time of thirty places with two layers of an encoder; an answer comes within half a second with it. */
const defaultBudgetMs = 200;

export class EncoderReranker implements Reranker {
  readonly #encoder: PlaceEncoder;
  readonly #budgetMs: number;

  constructor(encoder: PlaceEncoder, budgetMs = defaultBudgetMs) {
    this.#encoder = encoder;
    this.#budgetMs = budgetMs;
  }

  prepare(): void {
    this.#encoder.prepare();
  }

  async similarities(
    query: string,
    texts: readonly string[],
    signal: AbortSignal,
  ): Promise<RerankOutcome> {
    signal.throwIfAborted();
    const encoder = this.#encoder;
    if (encoder.state === "absent") return { state: "off" };
    const budget = new AbortController();
    const timer = setTimeout(() => budget.abort(), this.#budgetMs);
    const either = AbortSignal.any([signal, budget.signal]);
    try {
      const [question, places] = await Promise.all([
        encoder.embed([query], "query", either),
        encoder.embed(texts, "code", either),
      ]);
      return outcomeOf(question, places);
    } catch (error) {
      signal.throwIfAborted();
      if (!budget.signal.aborted) throw error;
      return { state: "late" };
    } finally {
      clearTimeout(timer);
    }
  }
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
