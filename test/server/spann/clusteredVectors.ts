/** Embeddings that lie in clusters, as real ones do, and what is nearest among them in float. */
import type { EmbeddingSource } from "../../../server/spann/spannBuilder.ts";
import { randomNumbers } from "../workspaceMemoryHarness.ts";

export const dimensions = 64;
const perCluster = 40;
/** How far a member lies from the middle of its cluster, which is one long. */
const spread = 0.7;

/** Vectors of length one; the first `n` of a larger set are those of a smaller one. */
export function clusteredVectors(n: number, seed: number): Float32Array[] {
  const random = randomNumbers(seed);
  const direction = (): Float32Array =>
    toLengthOne(Float32Array.from({ length: dimensions }, () => random() + random() - 1));
  let middle = direction();
  return Array.from({ length: n }, (_, i) => {
    if (i % perCluster === 0) middle = direction();
    const away = direction();
    return toLengthOne(middle.map((value, j) => value + spread * (away[j] as number)));
  });
}

function toLengthOne(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** As embeddings are stored: the largest value becomes 127. */
export function stored(vector: Float32Array): Int8Array {
  const most = Math.max(...vector.map(Math.abs));
  return Int8Array.from(vector, (value) => Math.round((value * 127) / most));
}

/** Returns the places of the `k` vectors that are most like the query, in float. */
export function nearestInFloat(
  vectors: readonly Float32Array[],
  query: Float32Array,
  k: number,
): number[] {
  const scores = vectors.map((vector) =>
    vector.reduce((sum, value, j) => sum + value * (query[j] as number), 0),
  );
  return [...scores.keys()]
    .sort((a, b) => (scores[b] as number) - (scores[a] as number))
    .slice(0, k);
}

/** Embeddings of contents of four chunks each; content `i` holds vectors `4 i` up to `4 i + 3`. */
export const chunksPerContent = 4;

/** Returns the stored embeddings of each content. */
export function contentsOf(vectors: readonly Int8Array[]): Uint8Array[] {
  const contents: Uint8Array[] = [];
  for (let from = 0; from < vectors.length; from += chunksPerContent) {
    const part = vectors.slice(from, from + chunksPerContent);
    const bytes = new Uint8Array(part.length * dimensions);
    part.forEach((vector, i) => bytes.set(new Uint8Array(vector), i * dimensions));
    contents.push(bytes);
  }
  return contents;
}

/** A store of contents, whose embeddings have the numbers from 1 on. */
export function sourceOf(contents: readonly Uint8Array[]): EmbeddingSource {
  return {
    *vectorsAfter(after) {
      for (const [i, vectors] of contents.entries())
        if (i + 1 > after) yield { embedding: i + 1, vectors };
    },
  };
}
