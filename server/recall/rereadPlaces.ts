/**
 * The second pass of a ranking: an encoder that is too slow for all places reads the best of all memories once more
 * (retrieve, then re-rank: Nogueira and Cho 2019, here with two towers, so that what was read can be kept).
 */
import type { Reason, Recall, RereadTrace } from "../../protocol/types.ts";
import type { RankedChunk } from "./rankInBank.ts";
import { scoresWithSimilarity, type Reranker } from "./reranker.ts";

/**
 * Returns the places with what the encoder found in their scores; as they came when it could not say in time, or
 * there is none. `trace` is `undefined` when there is no encoder or no place. Rejects with the signal's reason when
 * cancelled.
 */
export async function rereadPlaces(
  ranked: readonly RankedChunk[],
  query: string,
  reranker: Reranker,
  signal: AbortSignal,
): Promise<{ readonly ranked: readonly RankedChunk[]; readonly trace: RereadTrace | undefined }> {
  const { weight, candidates } = reranker.settings ?? { weight: 0, candidates: 0 };
  const sorted = [...ranked].sort((a, b) => b.recall.score - a.recall.score);
  const best = sorted.slice(0, candidates);
  if (sorted.length === 0) return { ranked, trace: undefined };
  const texts = best.map(({ toRead }) => toRead);
  const outcome = await reranker.similarities(query, texts, signal);
  if (outcome.state === "off") return { ranked, trace: undefined };
  const trace = { state: outcome.state, nPlaces: best.length };
  if (outcome.state !== "used") return { ranked, trace };
  const { similarities } = outcome;
  const scores = scoresWithSimilarity(
    best.map(({ recall }) => recall.score),
    similarities,
    weight,
  );
  const read = best.map(({ recall, toRead }, i) => ({
    recall: withScore(recall, scores[i] as number, similarities[i] as number),
    toRead,
  }));
  return { ranked: [...read, ...sorted.slice(best.length)], trace };
}

/** What a score gained is nearness in meaning, wherever that was found. */
function withScore(recall: Recall, score: number, similarity: number): Recall {
  const known = recall.reasons.find(({ kind }) => kind === "meaning");
  const weight = Math.round(((known?.weight ?? 0) + score - recall.score) * 1000) / 1000;
  const detail = [known?.detail ?? "", `similarity ${similarity.toFixed(2)} when read again`];
  const meaning: Reason = {
    kind: "meaning",
    detail: detail.filter((part) => part !== "").join(", "),
    weight,
  };
  const reasons = [...recall.reasons.filter((reason) => reason !== known), meaning];
  return { ...recall, score, reasons: reasons.sort((a, b) => b.weight - a.weight) };
}
