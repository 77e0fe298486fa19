/** Runs of baselines kept from one benchmark to the next: they only change with the set or with the code that made them. */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { EvalRepository } from "./evalSet.ts";
import { parseRun, runText } from "./runFile.ts";
import type { SearchSystem } from "./searchSystem.ts";
import { sourceTreeOf } from "./baselines/sourceTree.ts";

const checkout = path.resolve(import.meta.dirname, "..", "..");
/** The code of the baselines, and the syntax pass that finds their functions. */
const codeFolders = ["bench/recall/baselines", "server/ingest/syntax"];

/**
 * Returns the system, whose runs are taken from `folder` when they were made there by the same code from the same
 * questions and files, and are put there otherwise. A system that does not run leaves nothing behind.
 */
export function keptRuns(system: SearchSystem, folder: string): SearchSystem {
  return {
    ...system,
    search: async (repository) => {
      const file = path.join(folder, `${runKey(system.name, repository)}.jsonl`);
      if (existsSync(file)) return parseRun(readFileSync(file, "utf8"));
      const run = await system.search(repository);
      if ("notRun" in run) return run;
      mkdirSync(folder, { recursive: true });
      // Renamed when whole: a run that was interrupted must not be taken for one.
      writeFileSync(`${file}.part`, runText(run));
      renameSync(`${file}.part`, file);
      return run;
    },
  };
}

/** Returns what a run depends on as a file name: the system, the code, the questions and every file that counts. */
function runKey(systemName: string, repository: EvalRepository): string {
  const hash = createHash("sha256").update(JSON.stringify([systemName, codeHash()]));
  hash.update(JSON.stringify(repository.questions.map(({ id, query }) => [id, query])));
  for (const { path: file, lines } of sourceTreeOf(repository)) {
    hash.update(JSON.stringify([file, lines.length])).update(lines.join("\n"));
  }
  return `${repository.name}-${hash.digest("hex").slice(0, 32)}`;
}

let rememberedCode: string | undefined;

function codeHash(): string {
  if (rememberedCode !== undefined) return rememberedCode;
  const hash = createHash("sha256");
  for (const folder of codeFolders) {
    const names = readdirSync(path.join(checkout, folder), { recursive: true, encoding: "utf8" });
    for (const name of names.filter((each) => /\.(?:ts|py)$/.test(each)).toSorted()) {
      hash.update(name).update(readFileSync(path.join(checkout, folder, name)));
    }
  }
  return (rememberedCode = hash.digest("hex"));
}
