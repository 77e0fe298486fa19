/** What the benchmark of the deep memory is told, by flags. */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { modelFolderUrl } from "../../server/threads.ts";

export const memorySections = [
  "retention",
  "staleness",
  "completion",
  "index",
  "segmentation",
  "perplexity",
  "decode",
  "clues",
  "rerank",
] as const;
export type MemorySection = (typeof memorySections)[number];

export interface MemorySettings {
  readonly sections: readonly MemorySection[];
  /** The model's folder; the shipped one's when no other is named. */
  readonly modelDir: string;
  /** Holds a folder for each repository that the model was not trained on; `undefined`: completion is left out. */
  readonly heldOutDir: string | undefined;
  /** Tokens of code that are streamed past the planted facts, and that the index is measured with. */
  readonly tokens: number;
  /** Facts that are asked for at each distance, and that are changed. */
  readonly nFacts: number;
  /** Lines that are completed. */
  readonly nPositions: number;
  /** Most tokens of a held-out repository that are remembered. */
  readonly repositoryTokens: number;
  /** What `training/memory_lm/evaluate_bank.py` wrote; `undefined`: there is no table of it. */
  readonly perplexityFile: string | undefined;
}

/** The flags, as `parseArgs` takes them. */
export const memoryFlags = {
  model: { type: "string" },
  "held-out": { type: "string" },
  tokens: { type: "string" },
  facts: { type: "string" },
  positions: { type: "string" },
  "repository-tokens": { type: "string" },
  perplexity: { type: "string" },
  section: { type: "string", multiple: true },
} as const;

export const memoryUsage = `       memory: [--section ${memorySections.join("|")}]... [--model DIR] [--trees DIR] [--linux DIR] [--held-out DIR]
       [--tokens N] [--facts N] [--positions N] [--repository-tokens N] [--perplexity FILE]`;

type Given = {
  readonly [Flag in Exclude<keyof typeof memoryFlags, "section">]?: string | undefined;
};

/** Errors: a sentence, thrown, for a number that is none. */
export function readMemorySettings(
  values: Given,
  sections: readonly MemorySection[],
): MemorySettings {
  const place = (given: string | undefined): string | undefined =>
    given === undefined ? undefined : path.resolve(given);
  return {
    sections,
    modelDir: place(values.model) ?? fileURLToPath(modelFolderUrl("memory-lm")),
    heldOutDir: place(values["held-out"]),
    tokens: numberOf("tokens", values.tokens, 1_000_000),
    nFacts: numberOf("facts", values.facts, 200),
    nPositions: numberOf("positions", values.positions, 600),
    repositoryTokens: numberOf("repository-tokens", values["repository-tokens"], 40_000),
    perplexityFile: place(values.perplexity),
  };
}

function numberOf(flag: string, given: string | undefined, usual: number): number {
  if (given === undefined) return usual;
  const value = Number(given);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`--${flag} takes a whole number above 0, not “${given}”.`);
  return value;
}
