/** What a benchmark run is told: flags, or environment variables of the same meaning. */
import path from "node:path";
import { parseArgs } from "node:util";
import {
  memoryFlags,
  memorySections,
  memoryUsage,
  readMemorySettings,
  type MemorySettings,
} from "./memory/memorySettings.ts";

const parts = [
  "encoder",
  "vectorIndex",
  "ingest",
  "startup",
  "latency",
  "recall",
  "editor",
  "memory",
  "history",
  "work-notes",
  "context",
  "abstention",
  "order",
  "forgetting",
  "conversations",
  "rounds",
  "suggest",
  "injection",
  "planted-changes",
  "prompt-tokens",
  "windows",
  "first-token",
] as const;
export type Part = (typeof parts)[number];

export interface BenchSettings {
  readonly parts: readonly Part[];
  /** The unpacked Linux source; `undefined`: what needs it is left out and said so. */
  readonly linuxDir: string | undefined;
  /** The evaluation set. */
  readonly evalDir: string | undefined;
  /** The evaluation set's trees, `NAME.tree`. */
  readonly treesDir: string | undefined;
  /** A Python with the packages of Continue's recipe; `undefined`: that baseline is left out and said so. */
  readonly python: string | undefined;
  /** Where runs of baselines and embeddings are kept between benchmarks. */
  readonly cacheDir: string;
  /** Where subsets, stores and runs are put while measuring. */
  readonly workDir: string;
  /** Where the tables are written. */
  readonly resultsDir: string;
  /** The built server and command line. */
  readonly serverModule: string;
  readonly commandLine: string;
  /** Sizes of trees to measure. */
  readonly sizes: readonly TreeSize[];
  /** Numbers of vectors to measure the indexes with, multiples of 100,000. */
  readonly vectors: readonly number[];
  readonly memory: MemorySettings;
  /** Which side of the made-up conversations; weights are chosen on `tuning`, and results are of `test`. */
  readonly conversationsSide: "tuning" | "test";
  /** Make the calibration of `abstention` anew in place of measuring it. */
  readonly fit: boolean;
  /** Repositories with a past, for `history`. */
  readonly repositories: readonly string[];
}

/** From the smallest to the largest. */
export const treeSizes = ["250k", "1m", "30m"] as const;
export type TreeSize = (typeof treeSizes)[number];
/** From the smallest to the largest. */
const vectorCounts = ["100000", "1000000", "3000000", "10000000"] as const;

const checkout = path.resolve(import.meta.dirname, "..");

export const benchUsage = `Usage: npm run bench -- [encoder|vectorIndex|ingest|startup|latency|recall|editor|memory|history|work-notes|order|forgetting|conversations|abstention|context|rounds|injection|planted-changes|prompt-tokens|windows|first-token|suggest|all] [--linux DIR] [--eval DIR --trees DIR] [--python FILE] [--cache DIR]
       [--size 250k|1m|30m]... [--vectors 100000|1000000|3000000|10000000]...
       [--repository DIR]... [--conversations tuning|test] [--fit] [--results DIR] [--work DIR]
${memoryUsage}`;

/** Reads the command line. Errors: a sentence, thrown, for a wrong word. */
export function readSettings(args: readonly string[], env: NodeJS.ProcessEnv): BenchSettings {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      linux: { type: "string" },
      eval: { type: "string" },
      trees: { type: "string" },
      python: { type: "string" },
      cache: { type: "string" },
      size: { type: "string", multiple: true },
      vectors: { type: "string", multiple: true },
      results: { type: "string" },
      work: { type: "string" },
      conversations: { type: "string" },
      repository: { type: "string", multiple: true },
      fit: { type: "boolean" },
      ...memoryFlags,
    },
  });
  const folder = (given: string | undefined): string | undefined =>
    given === undefined || given === "" ? undefined : path.resolve(given);
  const workDir = folder(values.work) ?? path.join(checkout, "bench", ".work");
  return {
    parts: chosen(positionals.length === 0 ? ["all"] : positionals, parts),
    sizes: chosen(values.size ?? ["all"], treeSizes),
    vectors: chosen(values.vectors ?? ["all"], vectorCounts).map(Number),
    memory: readMemorySettings(values, chosen(values.section ?? ["all"], memorySections)),
    fit: values.fit === true,
    repositories: (values.repository ?? []).map((given) => path.resolve(given)),
    conversationsSide: chosen([values.conversations ?? "test"], ["tuning", "test"])[0] ?? "test",
    linuxDir: folder(values.linux ?? env["LORE_BENCH_LINUX"]),
    evalDir: folder(values.eval ?? env["LORE_BENCH_EVAL"]),
    treesDir: folder(values.trees ?? env["LORE_BENCH_TREES"]),
    python: values.python,
    cacheDir: folder(values.cache) ?? path.join(workDir, "kept"),
    workDir,
    resultsDir: folder(values.results) ?? path.join(checkout, "bench", "results"),
    serverModule: path.join(checkout, "dist", "server.mjs"),
    commandLine: path.join(checkout, "dist", "lore.mjs"),
  };
}

function chosen<T extends string>(words: readonly string[], known: readonly T[]): readonly T[] {
  if (words.includes("all")) return known;
  return words.map((word) => {
    const found = known.find((candidate) => candidate === word);
    if (found === undefined) throw new Error(`“${word}” is none of ${known.join(", ")}, all.`);
    return found;
  });
}
