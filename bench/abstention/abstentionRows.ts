/** Asks the product's own parts every question of a side, each repository in a memory of its own. */
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { SearchResult } from "../../protocol/types.ts";
import { Answerer } from "../../server/answer/answerer.ts";
import { judged } from "../../server/answer/evidence.ts";
import type { EvidenceCalibration } from "../../server/answer/evidenceCalibration.ts";
import shipped from "../../server/answer/evidenceCalibration.json" with { type: "json" };
import { evidenceFactNames, type EvidenceFacts } from "../../server/answer/evidenceFacts.ts";
import { QuestionTerms } from "../../server/answer/questionTerms.ts";
import { rootOf } from "../../server/cli/storeLocation.ts";
import type { Services } from "../../server/handlers.ts";
import { nodeClock } from "../../server/nodePorts.ts";
import { createHashText } from "../../server/recall/citation.ts";
import { parseQuestion } from "../../server/recall/question.ts";
import { createServices } from "../../server/serverParts.ts";
import type { RecallService } from "../../server/services.ts";
import {
  readCases,
  type AbstentionCase,
  type RepositoryCases,
  type Side,
} from "./abstentionCases.ts";

/** What became of one question. */
export interface AbstentionRow extends AbstentionCase {
  /** `undefined` where no probability is known for such a question. */
  readonly facts: EvidenceFacts | undefined;
  readonly nChunks: number;
  /** From 0, of the first right file among the files of the recall; `undefined` when none is there. */
  readonly place: number | undefined;
  /** As the product answers; absent where only the facts were wanted. */
  readonly product?: {
    readonly probability: number | undefined;
    readonly verdict: "sure" | "unsure" | "unknown" | undefined;
    readonly abstained: boolean;
  };
  /** Whether the answer abstains when its words decide, as without a calibration. */
  readonly abstainsByWords?: boolean;
}

const nRecalled = 20;
const settings = { exclude: [], include: [], threads: 0, maxFileBytes: 1_000_000 };
const signal = new AbortController().signal;
const hashText = await createHashText();

/** Facts alone, or the product's answers too. */
export type Wanted = "facts" | "answers";

/** Returns a row for each question, and writes them to `workDir` as JSON lines. */
export async function askCases(
  setDir: string,
  side: Side,
  wanted: Wanted,
  workDir: string,
): Promise<AbstentionRow[]> {
  const dir = path.join(workDir, `abstention-${side}`);
  const rows: AbstentionRow[] = [];
  for (const repository of readCases(setDir, side)) {
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir, { recursive: true });
    rows.push(...(await askTree(repository.treeDir, repository.whole, wanted, dir)));
    if (repository.removed.length > 0)
      rows.push(...(await askTree(cutTree(repository, dir), repository.removed, wanted, dir)));
    process.stderr.write(`${side}: ${repository.name}, ${rows.length} questions so far\n`);
  }
  rmSync(dir, { recursive: true, force: true });
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`);
  writeFileSync(path.join(workDir, `abstention-${side}.jsonl`), lines.join(""));
  return rows;
}

function cutTree({ treeDir, taken }: RepositoryCases, dir: string): string {
  const copy = path.join(dir, "tree");
  cpSync(treeDir, copy, { recursive: true });
  for (const file of taken) rmSync(path.join(copy, file));
  return copy;
}

async function askTree(
  folder: string,
  cases: readonly AbstentionCase[],
  wanted: Wanted,
  dir: string,
): Promise<AbstentionRow[]> {
  const storeDir = path.join(dir, "store");
  rmSync(storeDir, { recursive: true, force: true });
  const services = await createServices(
    { log: () => undefined },
    { logLevel: "off", statusCommand: "status", deepMemory: "onDemand" },
  );
  try {
    await services.memory.open(storeDir, [rootOf(folder)], settings, true);
    await services.memory.settled(true, signal);
    const rows: AbstentionRow[] = [];
    for (const each of cases) rows.push(await askCase(each, services, wanted === "answers"));
    return rows;
  } finally {
    await services.memory.close();
  }
}

/** Asks the product, and with its recall also the words alone; without `answers` only what it would answer by is told. */
async function askCase(
  asked: AbstentionCase,
  services: Services,
  answers: boolean,
): Promise<AbstentionRow> {
  const { query } = asked;
  const question = parseQuestion(query);
  const result = await services.recall.search({ query, limit: nRecalled }, signal);
  const terms = new QuestionTerms(question, result.trace);
  const neutrally = judged(question, terms, result, neutral);
  const files = [...new Set(result.recalls.map(({ citation }) => citation.path))];
  const place = files.findIndex((file) => asked.relevant.includes(file));
  const row = {
    ...asked,
    facts: neutrally && factsOf(neutrally.parts),
    nChunks: result.trace.meaning?.nChunks ?? 0,
    place: place < 0 ? undefined : place,
  };
  if (!answers) return row;
  const evidence = judged(question, terms, result, shipped);
  return {
    ...row,
    product: {
      ...{ probability: evidence?.probability, verdict: evidence?.verdict },
      abstained: await abstains(query, result, services, shipped),
    },
    abstainsByWords: await abstains(query, result, services, undefined),
  };
}

/** An answer that has begun is one; how it goes on costs most of it and is not waited for. */
async function abstains(
  query: string,
  result: SearchResult,
  { recall, source, history, notes, timeline }: Services,
  calibration: EvidenceCalibration | undefined,
): Promise<boolean> {
  const recalled: RecallService = {
    search: (wanted, ...rest) =>
      wanted.query === query && wanted.limit === nRecalled && rest[1] === undefined
        ? Promise.resolve(result)
        : recall.search(wanted, ...rest),
    usesOf: (...all) => recall.usesOf(...all),
  };
  const answerer = new Answerer({
    ...{ recall: recalled, source, history, notes, timeline, hashText, clock: nodeClock },
    statusCommand: "status",
    ...(calibration === undefined ? {} : { calibration }),
  });
  const begun = new AbortController();
  try {
    const params = { question: query, askId: "ask" };
    return (await answerer.ask(params, () => begun.abort(), begun.signal)).abstained;
  } catch (error) {
    if (begun.signal.aborted && error instanceof Error && error.name === "AbortError") return false;
    throw error;
  }
}

/** Says nothing; what it is told are the facts as they are. */
const neutral: EvidenceCalibration = {
  ...{ ranker: "", encoder: "", offset: 0, minChunks: 0, refuseBelow: 0, sureFrom: 0 },
  facts: Object.fromEntries(
    evidenceFactNames.map((name) => [name, { weight: 0, mean: 0, least: 0, most: 0 }]),
  ) as EvidenceCalibration["facts"],
};

function factsOf(
  parts: readonly { readonly fact: string; readonly value: number }[],
): EvidenceFacts {
  return Object.fromEntries(parts.map(({ fact, value }) => [fact, value])) as EvidenceFacts;
}
