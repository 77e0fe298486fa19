/** Spherical k-means on int8 embeddings: centroids are embeddings too. */
import type { KernelModule } from "../model/kernelMemory.ts";
import { NearestRows } from "./nearestRows.ts";

/** What the clusters are computed with. */
export interface KMeansOptions {
  readonly kernel: KernelModule;
  readonly dimensions: number;
  readonly nRounds: number;
  /** Called between rounds; may throw to give up. */
  readonly pause: () => void;
}

/**
 * Returns `k` centroids of the rows, fewer when there are fewer rows. Clusters that lose all their rows begin
 * again beside a row of the largest one, which keeps their sizes near to each other.
 */
export function kMeans(rows: Int8Array, k: number, options: KMeansOptions): Int8Array {
  const { kernel, dimensions, nRounds, pause } = options;
  const n = rows.length / dimensions;
  const nClusters = Math.max(1, Math.min(k, n));
  const centroids = new Int8Array(nClusters * dimensions);
  for (let c = 0; c < nClusters; c++) {
    const from = Math.floor(((c + 0.5) * n) / nClusters) * dimensions;
    centroids.set(rows.subarray(from, from + dimensions), c * dimensions);
  }
  const nearest = new NearestRows(kernel, dimensions, centroids);
  const clusterOf = new Uint32Array(n);
  const sums = new Float32Array(centroids.length);
  const sizes = new Uint32Array(nClusters);
  for (let round = 0; round < nRounds; round++) {
    pause();
    sums.fill(0);
    sizes.fill(0);
    for (let i = 0; i < n; i++) {
      const row = rows.subarray(i * dimensions, (i + 1) * dimensions);
      const length = nearest.ask(row);
      if (length === 0) continue;
      nearest.look(0, nClusters, 1);
      const cluster = nearest.row(0);
      clusterOf[i] = cluster;
      sizes[cluster] = (sizes[cluster] as number) + 1;
      addTo(sums, cluster * dimensions, row, 1 / length);
    }
    refill(sums, sizes, clusterOf, rows, dimensions);
    quantise(sums, centroids, dimensions);
    nearest.replace(centroids);
  }
  return centroids;
}

function addTo(sums: Float32Array, at: number, row: Int8Array, weight: number): void {
  for (let j = 0; j < row.length; j++)
    sums[at + j] = (sums[at + j] as number) + (row[j] as number) * weight;
}

/** Gives each empty cluster a row of one of the largest. */
function refill(
  sums: Float32Array,
  sizes: Uint32Array,
  clusterOf: Uint32Array,
  rows: Int8Array,
  dimensions: number,
): void {
  const empty = [...sizes.keys()].filter((cluster) => sizes[cluster] === 0);
  if (empty.length === 0) return;
  const largest = [...sizes.keys()]
    .sort((a, b) => (sizes[b] as number) - (sizes[a] as number))
    .slice(0, empty.length);
  const rowOf = new Map<number, number>();
  for (const [i, cluster] of clusterOf.entries()) rowOf.set(cluster, i);
  for (const [i, cluster] of empty.entries()) {
    const row = rowOf.get(largest[i] as number) ?? 0;
    addTo(sums, cluster * dimensions, rows.subarray(row * dimensions, (row + 1) * dimensions), 1);
  }
}

/** Scales each sum so that its largest value becomes 127, as embeddings are; rows that cancel out change nothing. */
function quantise(sums: Float32Array, centroids: Int8Array, dimensions: number): void {
  for (let at = 0; at < sums.length; at += dimensions) {
    let most = 0;
    for (let j = at; j < at + dimensions; j++) most = Math.max(most, Math.abs(sums[j] as number));
    if (most === 0) continue;
    for (let j = at; j < at + dimensions; j++)
      centroids[j] = Math.round(((sums[j] as number) * 127) / most);
  }
}
