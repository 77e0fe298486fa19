/** What a token and a line cost, part by part: the model's two graphs, the choice, and what is recalled for them. */
import type { Table } from "../table.ts";
import { fillWithPlaces } from "./decodePlaces.ts";
import { lineTable } from "./decodeLines.ts";
import { recallTable } from "./decodeRecall.ts";
import { stepTable } from "./decodeSteps.ts";
import type { BenchBank, MemoryParts } from "./memoryParts.ts";
import type { CodeFile } from "./sourceFiles.ts";

/** More only makes the search longer, which `retention` measures. */
const mostTokens = 65_536;

/** Fills the bank, which stays as it is at the end. Errors: a sentence, thrown, when no file is long enough. */
export async function benchDecode(
  parts: MemoryParts,
  bank: BenchBank,
  files: Iterable<CodeFile>,
  tokens: number,
): Promise<Table[]> {
  const filled = await fillWithPlaces(parts, bank, files, Math.min(tokens, mostTokens));
  return [
    await stepTable(parts, bank, filled),
    await recallTable(parts, bank, filled),
    await lineTable(parts, bank, filled),
  ];
}
