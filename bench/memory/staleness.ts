/** Staleness (E4): what the memory says after a file changed, and after it was deleted. */
import { randomFrom } from "../../server/bank/random.ts";
import { plantedFacts, type PlantedFact } from "../../server/deep/plantedFacts.ts";
import { askedNames } from "../../server/deep/askedNames.ts";
import { recollect } from "../../server/deep/recallTokens.ts";
import { shareOf } from "../../server/deep/wilson.ts";
import { verdict, type Table } from "../table.ts";
import { FactAsker, type KnownFor } from "./factAsker.ts";
import type { BenchBank, MemoryParts } from "./memoryParts.ts";
import { shareCell } from "./numbers.ts";
import type { CodeFile } from "./sourceFiles.ts";

const seed = 20_262;
const factsPerFile = 4;
const linesPerFile = 60;
/** Of other code, so that recall has to choose. */
const otherTokens = 16_384;

/** A fact before and after the edit. */
interface ChangedFact {
  readonly before: PlantedFact;
  readonly after: PlantedFact;
}

/** A file with facts, before and after the edit. */
interface ChangedFile {
  readonly fileId: string;
  readonly before: CodeFile;
  readonly after: CodeFile;
}

/** Fills the bank, which holds only other code at the end. */
export async function benchStaleness(
  parts: MemoryParts,
  bank: BenchBank,
  files: () => Iterable<CodeFile>,
  nFacts: number,
): Promise<Table> {
  const code = files()[Symbol.iterator]();
  const facts = changedFacts(nFacts);
  const changed = changedFiles(facts, code);
  for (const { fileId, before } of changed) await bank.remember(fileId, before);
  await rememberOther(bank, code);
  const asker = new FactAsker(parts);
  const known = knownBy(parts, bank);
  const told = await answersTo(asker, facts, known);
  for (const { fileId, after } of changed) await bank.remember(fileId, after);
  const replaced = await answersTo(asker, facts, known);
  for (const { fileId } of changed) bank.store.remove(fileId);
  const deleted = await answersTo(asker, facts, known);
  const noMemory = await answersTo(asker, facts, () => undefined);
  return tableOf({ told, replaced, deleted, noMemory }, facts);
}

type When = "told" | "replaced" | "deleted" | "noMemory";

function tableOf(answers: Readonly<Record<When, string[]>>, facts: readonly ChangedFact[]): Table {
  const n = facts.length;
  const nOld = (when: When): number =>
    facts.filter(({ before }, idx) => answers[when][idx] === before.value).length;
  const nNew = (when: When): number =>
    facts.filter(({ after }, idx) => answers[when][idx] === after.value).length;
  const row = (name: string, when: When, target: string, judged: string): string[] => [
    name,
    shareCell(shareOf(nOld(when), n)),
    shareCell(shareOf(nNew(when), n)),
    target,
    judged,
  ];
  const baseline = Math.max(nOld("noMemory"), nNew("noMemory"));
  const canary = Math.max(nOld("deleted"), nNew("deleted"));
  return {
    title: "Values that were changed, and deleted",
    head: ["when asked", "old value", "new value", "target", ""],
    rows: [
      row("after telling", "told", "–", ""),
      row(
        "after the edit",
        "replaced",
        `0 of ${n} old`,
        verdict(nOld("replaced"), (value) => value === 0),
      ),
      row(
        "after deleting the files",
        "deleted",
        "no more than without memory",
        verdict(canary, (value) => value <= baseline),
      ),
      row("without memory", "noMemory", "–", ""),
    ],
    notes: [
      `${n} facts (seed ${seed}) in ${Math.ceil(n / factsPerFile)} files of real code, beside ${otherTokens} tokens of other code. The edit puts each file again with other values, as the server does for a saved file; 95 % Wilson intervals. Old values that were produced after the edit: ${nOld("replaced")} of ${n}.`,
    ],
  };
}

function changedFacts(n: number): ChangedFact[] {
  const random = randomFrom(seed);
  return plantedFacts(n, seed).map((before) => {
    let value = before.value;
    while (value === before.value) value = String(1_000 + Math.floor(random() * 9_000));
    return { before, after: { ...before, value, told: before.told.replace(before.value, value) } };
  });
}

function changedFiles(facts: readonly ChangedFact[], code: Iterator<CodeFile>): ChangedFile[] {
  const random = randomFrom(seed + 1);
  const files: ChangedFile[] = [];
  for (let first = 0; first < facts.length; first += factsPerFile) {
    const { path, text } = nextOf(code);
    const before = text.split("\n").slice(0, linesPerFile);
    const after = [...before];
    for (const fact of facts.slice(first, first + factsPerFile)) {
      const at = Math.floor(random() * (before.length + 1));
      before.splice(at, 0, fact.before.told);
      after.splice(at, 0, fact.after.told);
    }
    files.push({
      fileId: `changed/${first}/${path}`,
      before: { path, text: before.join("\n") },
      after: { path, text: after.join("\n") },
    });
  }
  return files;
}

async function rememberOther(bank: BenchBank, code: Iterator<CodeFile>): Promise<void> {
  for (let nTokens = 0; nTokens < otherTokens;) {
    const file = nextOf(code);
    nTokens += (await bank.remember(`other/${file.path}`, file)).nTokens;
  }
}

/** Errors: a sentence, thrown, when there are no more files. */
function nextOf(code: Iterator<CodeFile>): CodeFile {
  const next = code.next();
  if (next.done === true) throw new Error("the trees hold too few source files for the facts");
  return next.value;
}

function knownBy({ tokenizer }: MemoryParts, { store }: BenchBank): KnownFor {
  return (query, tokens) =>
    recollect(store, [query], { names: askedNames(tokenizer, tokens) })?.tokens;
}

async function answersTo(
  asker: FactAsker,
  facts: readonly ChangedFact[],
  known: KnownFor,
): Promise<string[]> {
  const answers: string[] = [];
  for (const { before } of facts) answers.push(await asker.said(before, known));
  return answers;
}
