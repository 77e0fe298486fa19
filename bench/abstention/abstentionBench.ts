/**
 * Whether Lore knows what it does not know: questions whose answer is in memory against questions whose answer is not,
 * on repositories that nothing was fitted on. With `--fit` the calibration is made anew first, from other repositories.
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { inCheckout } from "../../scripts/checkout.ts";
import { assembleRecall } from "../../server/assembly.ts";
import type { SearchModels } from "../../server/answer/evidenceCalibration.ts";
import type { BenchSettings } from "../settings.ts";
import type { Table } from "../table.ts";
import { askCases } from "./abstentionRows.ts";
import {
  decisionTable,
  kindTable,
  reliabilityTable,
  riskTable,
  targetTable,
} from "./abstentionTables.ts";
import { fitCalibration } from "./fitCalibration.ts";

/** Part of the product from its next start on. */
const calibrationFile = inCheckout("server/answer/evidenceCalibration.json");

/** Errors: a sentence, thrown, when the set is not named or not whole. */
export async function benchAbstention(settings: BenchSettings): Promise<Table[]> {
  const { evalDir, workDir, fit } = settings;
  if (evalDir === undefined) throw new Error("abstention needs --eval DIR (see bench/README.md)");
  if (fit) {
    const { ranker, encoder } = await shippedModels();
    if (ranker === undefined || encoder === undefined) throw new Error("The models are not there.");
    const rows = await askCases(path.join(evalDir, "tuning"), "tuning", "facts", workDir);
    const { calibration, table } = fitCalibration(rows, { ranker, encoder });
    writeFileSync(calibrationFile, `${JSON.stringify(calibration, null, 2)}\n`);
    return [table];
  }
  const rows = await askCases(path.join(evalDir, "test"), "test", "answers", workDir);
  return [
    targetTable(rows),
    kindTable(rows),
    reliabilityTable(rows),
    decisionTable(rows),
    riskTable(rows),
  ];
}

async function shippedModels(): Promise<SearchModels> {
  const { memory, recaller } = await assembleRecall({ log: () => undefined });
  await memory.close();
  return recaller.models;
}
