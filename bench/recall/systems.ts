/** What is compared, in the order of the tables. A new system is one line here. */
import path from "node:path";
import type { BenchSettings } from "../settings.ts";
import { bm25Functions, bm25Windows } from "./baselines/bm25Systems.ts";
import { continueRecipe } from "./baselines/continueRecipe.ts";
import { grepSystem } from "./baselines/grep.ts";
import { loreSystem } from "./loreSystem.ts";
import { keptRuns } from "./runCache.ts";
import { fusedByRank } from "./baselines/reciprocalRank.ts";
import type { SearchSystem } from "./searchSystem.ts";
import { tfIdfSystem } from "./baselines/tfIdf.ts";

/** A system, and what `baselines.json` calls it when that has scores of it. */
export interface ComparedSystem {
  readonly system: SearchSystem;
  readonly givenAs?: string;
}

/** The systems that the tables look up by name. */
export interface ComparedSystems {
  /** The product as it is. */
  readonly full: SearchSystem;
  /** The product without meaning: what every target is held against. */
  readonly wordsOnly: SearchSystem;
  readonly others: readonly ComparedSystem[];
}

/** Returns the systems of a benchmark run. */
export function comparedSystems(settings: BenchSettings): ComparedSystems {
  const grammarFolder = path.join(path.dirname(settings.commandLine), "grammars");
  const kept = (system: SearchSystem): SearchSystem =>
    keptRuns(system, path.join(settings.cacheDir, "runs"));
  const windows = kept(bm25Windows);
  const functions = kept(bm25Functions(grammarFolder));
  return {
    full: loreSystem("Lore", undefined, settings),
    wordsOnly: loreSystem("Lore, words only", "words", settings),
    others: [
      { system: loreSystem("Lore, meaning only", "meaning", settings) },
      { system: loreSystem("Lore, without learning", "byHand", settings) },
      { system: windows, givenAs: "bm25-lines" },
      { system: functions, givenAs: "bm25-func" },
      {
        system: fusedByRank("RRF of both BM25", [windows, functions]),
        givenAs: "rrf(lines+func)",
      },
      { system: kept(tfIdfSystem), givenAs: "tfidf-copilot" },
      { system: kept(grepSystem), givenAs: "grep" },
      { system: kept(continueRecipe({ ...settings, grammarFolder })) },
    ],
  };
}
