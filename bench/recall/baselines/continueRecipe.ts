/**
 * The recipe of Continue: chunks of up to 500 tokens, half of the 25 places by the embeddings of all-MiniLM-L6-v2, a
 * quarter by full text over trigrams. The last quarter is for files edited a moment ago, of which there are none here.
 * Continue hands both lists to a chat model, one behind the other; here they take turns, which ranks them better.
 * After `continuedev/continue`, `core/context/retrieval/pipelines/NoRerankerRetrievalPipeline.ts`.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ContinueChunker, type ContinueChunk } from "./continueChunks.ts";
import type { EvalRepository } from "../evalSet.ts";
import type { SearchSystem } from "../searchSystem.ts";
import { sourceTreeOf } from "./sourceTree.ts";
import { TrigramIndex } from "./trigramIndex.ts";

const nDimensions = 384;
/** Quarters of 25, rounded up. */
const quota = { meaning: 13, trigrams: 7 };

/** What the recipe needs from outside. */
export interface RecipeSettings {
  /** A Python with the packages that `continueRecipe.py` names. */
  readonly python: string | undefined;
  readonly grammarFolder: string;
  /** Where embeddings are kept from run to run. */
  readonly cacheDir: string;
}

/** Returns the system; without a Python it does not run. */
export function continueRecipe(settings: RecipeSettings): SearchSystem {
  return {
    name: "Continue's recipe",
    search: async (repository) => {
      const { python } = settings;
      if (python === undefined) return { notRun: "it needs --python (see bench/README.md)" };
      const chunker = await ContinueChunker.open(settings.grammarFolder);
      const chunks: ContinueChunk[] = [];
      for (const file of sourceTreeOf(repository)) chunks.push(...(await chunker.chunksOf(file)));
      const { questions } = repository;
      const texts = [...chunks.map(({ text }) => text), ...questions.map(({ query }) => query)];
      const rows = embed(texts, repository, python, settings.cacheDir);
      const trigrams = new TrigramIndex(chunks);
      return new Map(
        questions.map(({ id, query }, idx) => {
          const row = rows.subarray((chunks.length + idx) * nDimensions);
          const near = nearest(row, rows, chunks.length, quota.meaning);
          const places = mergeQuotas([near, trigrams.search(query, quota.trigrams)]);
          return [id, places.flatMap((chunkIdx) => chunks[chunkIdx] ?? [])];
        }),
      );
    },
  };
}

/** Returns the indexes of ranked lists, each once: the first of every list, the second of every list, and so on. */
export function mergeQuotas(lists: readonly (readonly number[])[]): number[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  const merged = new Set<number>();
  for (let rank = 0; rank < longest; rank++) {
    for (const list of lists) {
      const idx = list[rank];
      if (idx !== undefined) merged.add(idx);
    }
  }
  return [...merged];
}

/** Returns the indexes of the `limit` rows with the largest dot product, best first. `rows` is [N, 384]. */
export function nearest(
  row: Float32Array,
  rows: Float32Array,
  nRows: number,
  limit: number,
): number[] {
  const similarities = Array.from({ length: nRows }, (_, idx) => {
    let sum = 0;
    const at = idx * nDimensions;
    for (let dim = 0; dim < nDimensions; dim++) sum += (row[dim] ?? 0) * (rows[at + dim] ?? 0);
    return { idx, sum };
  });
  return similarities
    .sort((a, b) => b.sum - a.sum || a.idx - b.idx)
    .slice(0, limit)
    .map(({ idx }) => idx);
}

/** Returns [N, 384] embeddings. Errors: a sentence, thrown, when the script fails. */
function embed(
  texts: readonly string[],
  { name }: EvalRepository,
  python: string,
  cacheDir: string,
): Float32Array {
  const folder = path.join(cacheDir, "continue");
  mkdirSync(folder, { recursive: true });
  const fileOf = (extension: string): string => path.join(folder, `${name}.${extension}`);
  writeFileSync(fileOf("texts"), texts.map((text) => `${JSON.stringify(text)}\n`).join(""));
  const script = path.join(import.meta.dirname, "continueRecipe.py");
  const files = [fileOf("texts"), fileOf("cache"), fileOf("f32")];
  const ran = spawnSync(python, [script, ...files], { stdio: ["ignore", "ignore", "inherit"] });
  if (ran.status !== 0) throw new Error(`${script} ended with ${ran.status ?? ran.signal}`);
  const bytes = new Uint8Array(readFileSync(fileOf("f32")));
  return new Float32Array(bytes.buffer);
}
