/** BM25 over 60-line windows and over functions. */
import { Bm25Index } from "./bm25.ts";
import type { EvalRepository } from "../evalSet.ts";
import { createFunctionFinder } from "./functionUnits.ts";
import { nPlaces, runOf, type Run, type SearchSystem } from "../searchSystem.ts";
import { sourceTreeOf, textOf, windowsOf, type SourceFile, type TextUnit } from "./sourceTree.ts";

const windowLines = 60;

/** Windows of 60 lines beside each other. */
export const bm25Windows: SearchSystem = {
  name: "BM25, 60-line windows",
  search: (repository) =>
    searchUnits(repository, (file) => windowsOf(file, windowLines, windowLines)),
};

/** Returns the system over functions; `grammarFolder` holds the grammars that find them. */
export function bm25Functions(grammarFolder: string): SearchSystem {
  return {
    name: "BM25, functions",
    search: async (repository) => {
      const finder = await createFunctionFinder(grammarFolder);
      const units = new Map<SourceFile, TextUnit[]>();
      for (const file of sourceTreeOf(repository)) units.set(file, await finder.unitsOf(file));
      return searchUnits(repository, (file) => units.get(file) ?? []);
    },
  };
}

function searchUnits(
  repository: EvalRepository,
  unitsOf: (file: SourceFile) => readonly TextUnit[],
): Run {
  const files = sourceTreeOf(repository);
  const byPath = new Map(files.map((file) => [file.path, file]));
  const index = new Bm25Index(files.flatMap(unitsOf), ({ path, startLine, endLine }) => {
    const file = byPath.get(path);
    return file === undefined ? "" : textOf(file, startLine, endLine);
  });
  return runOf(repository, (question) => index.search(question, nPlaces));
}
