/**
 * The nearest vectors by exact search in float, for several sizes in one pass: the first million vectors are the
 * same in each size. Every vector is compared as it is stored, and those that come into question in float too.
 */
import type { KernelModule } from "../server/model/kernelMemory.ts";
import { VectorScan } from "../server/model/vectorScan.ts";
import type { LikeRealVectors } from "./likeRealVectors.ts";

/** What is nearest to one question among the first vectors. */
export interface Truth {
  /** The ten nearest in float, and as they are stored. */
  readonly float: readonly number[];
  readonly stored: readonly number[];
  /**
   * Whether no other vector can be nearer in float: rounding moves a similarity by no more than `maxRounding`, and
   * all others are farther than that.
   */
  readonly isCertain: boolean;
}

interface Found {
  readonly id: number;
  readonly similarity: number;
}

const nCompared = 10;
/** Vectors whose similarity in float is computed. */
const nWeighed = 400;
const rowsAtOnce = 100_000;
/** No vector is farther from what is stored of it than this, as a share of its length; checked on the way. */
const maxRounding = 0.02;

/** Returns for each size and each question what is nearest; sizes are multiples of 100,000, smallest first. */
export function truthOf(
  vectors: LikeRealVectors,
  queries: readonly Int8Array[],
  sizes: readonly number[],
  kernel: KernelModule,
): Map<number, Truth[]> {
  const { dimensions } = vectors;
  const truths = new Map<number, Truth[]>();
  let best: Found[][] = queries.map(() => []);
  const rows = new Int8Array(rowsAtOnce * dimensions);
  for (let from = 0; from < (sizes.at(-1) ?? 0); from += rowsAtOnce) {
    for (let i = 0; i < rowsAtOnce; i++)
      vectors.write(from + i, rows.subarray(i * dimensions, (i + 1) * dimensions));
    const scan = new VectorScan(dimensions, kernel);
    scan.add(0, new Uint8Array(rows.buffer));
    best = best.map((found, q) =>
      merged(found, scan.search(queries[q] as Int8Array, nWeighed), from),
    );
    const size = from + rowsAtOnce;
    if (sizes.includes(size))
      truths.set(
        size,
        best.map((found, q) => weighed(found, queries[q] as Int8Array, vectors)),
      );
  }
  return truths;
}

function merged(
  found: readonly Found[],
  more: readonly { idx: number; similarity: number }[],
  from: number,
): Found[] {
  return [...found, ...more.map(({ idx, similarity }) => ({ id: from + idx, similarity }))]
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, nWeighed);
}

function weighed(found: readonly Found[], query: Int8Array, vectors: LikeRealVectors): Truth {
  const float = found
    .map(({ id, similarity }) => {
      const exact = similarityInFloat(query, vectors.float(id));
      if (Math.abs(exact - similarity) > maxRounding)
        throw new Error(`rounding moved a similarity by ${Math.abs(exact - similarity)}`);
      return { id, similarity: exact };
    })
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, nCompared);
  const farthest = found.at(-1)?.similarity ?? -1;
  return {
    float: float.map(({ id }) => id),
    stored: found.slice(0, nCompared).map(({ id }) => id),
    isCertain: farthest + maxRounding < (float.at(-1)?.similarity ?? 1),
  };
}

/** `vector` is one long. */
function similarityInFloat(query: Int8Array, vector: Float32Array): number {
  let dot = 0;
  let square = 0;
  for (let j = 0; j < query.length; j++) {
    dot += (query[j] as number) * (vector[j] as number);
    square += (query[j] as number) ** 2;
  }
  return dot / Math.sqrt(square);
}
