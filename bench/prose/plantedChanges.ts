/**
 * Changes of files between the recall and the moment when a model's citations are shown: no link may lead to lines that
 * say something else than what the model was shown.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Citation } from "../../protocol/types.ts";
import { rootOf } from "../../server/cli/storeLocation.ts";
import type { Services } from "../../server/handlers.ts";
import { createServices } from "../../server/serverParts.ts";
import { randomNumbers } from "../../test/server/workspaceMemoryHarness.ts";
import type { BenchSettings } from "../settings.ts";
import { count, verdict, type Table } from "../table.ts";

const nChanges = 200;
/** Places whose file stays as it is, besides: their links are to stay. */
const nUntouched = 20;
const { signal } = new AbortController();

/** A file of three functions; the middle one is asked about. */
function codeOf(n: number): string {
  const block = (name: string, value: number): string =>
    `/** Weighs the ${name} number ${n}. */\nexport function ${name}${n}(load: number): number {\n  const limit = ${value};\n  return Math.min(load, limit);\n}\n`;
  return [block("before", n + 11), block(`gauge`, n * 7 + 1_000), block("after", n + 13)].join(
    "\n",
  );
}

/** What is done to a file; `stays` says that the lines asked about are still there, perhaps elsewhere. */
interface Change {
  readonly name: string;
  readonly stays: boolean;
  readonly make: (file: string, text: string, pick: () => number) => void;
}
const rewrite =
  (change: (text: string, pick: () => number) => string): Change["make"] =>
  (file, text, pick) =>
    writeFileSync(file, change(text, pick));

const untouched: Change = { name: "nothing", stays: true, make: () => undefined };
const changes: readonly Change[] = [
  {
    name: "lines above",
    stays: true,
    make: rewrite((text, pick) => `${"// new\n".repeat(1 + Math.floor(pick() * 40))}${text}`),
  },
  { name: "lines below", stays: true, make: rewrite((text) => `${text}\n// new\n`) },
  { name: "line ends", stays: true, make: rewrite((text) => text.replaceAll("\n", "\r\n")) },
  {
    name: "one digit",
    stays: false,
    make: rewrite((text) => text.replace(/(gauge[\s\S]*?limit = \d*)\d;/, "$15_0;")),
  },
  {
    name: "one blank",
    stays: false,
    make: rewrite((text) => text.replace(/(gauge[\s\S]*?limit) =/, "$1  =")),
  },
  {
    name: "a line less",
    stays: false,
    make: rewrite((text) => text.replace(/(gauge\d+\(.*\n)  const limit.*\n/, "$1")),
  },
  {
    name: "a line more",
    stays: false,
    make: rewrite((text) => text.replace(/(gauge\d+\(.*\n)/, "$1  // new\n")),
  },
  {
    name: "two lines swapped",
    stays: false,
    make: rewrite((text) => text.replace(/(gauge\d+\(.*\n)(.*\n)(.*\n)/, "$1$3$2")),
  },
  { name: "another name", stays: false, make: rewrite((text) => text.replace(/gauge/g, "gouge")) },
  {
    name: "another function in its place",
    stays: false,
    make: rewrite((text) =>
      text.replace(
        /\/\*\* Weighs the gauge[\s\S]*?\n}\n/,
        "/** Other. */\nexport const other = 1;\n",
      ),
    ),
  },
  { name: "the file is empty", stays: false, make: rewrite(() => "") },
  {
    name: "the file is another one",
    stays: false,
    make: rewrite((text) => [...text].reverse().join("")),
  },
  { name: "the file is gone", stays: false, make: (file) => rmSync(file) },
  { name: "the file is renamed", stays: false, make: (file) => renameSync(file, `${file}.old`) },
];

/** What became of the citation of one place. */
export interface ChangeOutcome {
  readonly change: string;
  /** Its file was changed. */
  readonly isChanged: boolean;
  readonly stays: boolean;
  readonly isLinked: boolean;
  /** Linked, and the lines there now are not those that the model was shown. */
  readonly isWrong: boolean;
  readonly isMarked: boolean;
}

export async function benchPlantedChanges({ workDir }: BenchSettings): Promise<Table[]> {
  return [changesTable(await changeOutcomes(path.join(workDir, "planted-changes")))];
}

/** Returns what became of each change, and of places whose file stayed as it was. `dir` is made and removed. */
export async function changeOutcomes(dir: string): Promise<ChangeOutcome[]> {
  rmSync(dir, { recursive: true, force: true });
  const tree = path.join(dir, "tree");
  mkdirSync(tree, { recursive: true });
  for (let n = 0; n < nChanges + nUntouched; n++)
    writeFileSync(path.join(tree, `file${n}.ts`), codeOf(n));
  const services = await createServices(
    { log: () => undefined },
    { logLevel: "off", statusCommand: "status", deepMemory: "onDemand" },
  );
  try {
    const settings = { exclude: [], include: [], threads: 1, maxFileBytes: 1_000_000 };
    await services.memory.open(path.join(dir, "store"), [rootOf(tree)], settings, true);
    await services.memory.settled(true, signal);
    const pick = randomNumbers(17);
    const outcomes: ChangeOutcome[] = [];
    for (let n = 0; n < nChanges + nUntouched; n++) {
      const change = n < nChanges ? (changes[n % changes.length] as Change) : untouched;
      outcomes.push(await outcomeOf(n, change, { tree, services, pick }));
    }
    return outcomes;
  } finally {
    await services.memory.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function outcomeOf(
  n: number,
  change: Change,
  { tree, services, pick }: { tree: string; services: Services; pick: () => number },
): Promise<ChangeOutcome> {
  const question = `What does \`gauge${n}\` weigh?`;
  const { evidence } = await services.prosePrompt({ question, maxTokens: 3_000 }, [], signal);
  const cited = evidence.find(
    ({ source, text }) =>
      source.kind === "code" &&
      source.citation.path === `file${n}.ts` &&
      text.includes(`gauge${n}(`),
  );
  if (cited === undefined) throw new Error(`gauge${n} was not recalled`);
  const file = path.join(tree, `file${n}.ts`);
  const before = readFileSync(file, "utf8");
  change.make(file, before, pick);
  const isChanged = !existsSync(file) || readFileSync(file, "utf8") !== before;
  const text = `It weighs the load [${cited.number}].`;
  const checked = await services.proseCheck({ text, evidence, question, isDone: true }, signal);
  const isLinked = /\(#cite-0\)/.test(checked.markdown);
  const [place] = checked.citations;
  return {
    change: change.name,
    isChanged,
    stays: change.stays,
    isLinked,
    isWrong: isLinked && (place === undefined || linesAt(tree, place) !== cited.text.trimEnd()),
    isMarked: checked.marks.some(({ fault }) => fault === "stale"),
  };
}

/** The text at a place by a reading of its own, line ends as line feeds. */
function linesAt(tree: string, { path: name, range: { start, end } }: Citation): string {
  const lines = readFileSync(path.join(tree, name), "utf8").split(/\r?\n/);
  const within = lines.slice(start.line, end.line + 1);
  const last = within.length - 1;
  within[last] = (within[last] ?? "").slice(0, end.character);
  within[0] = (within[0] ?? "").slice(start.character);
  return within.join("\n").trimEnd();
}

function changesTable(outcomes: readonly ChangeOutcome[]): Table {
  const of = (name: string): ChangeOutcome[] => outcomes.filter(({ change }) => change === name);
  const rowOf = (name: string, those: readonly ChangeOutcome[]): string[] => [
    name,
    count(those.length),
    count(those.filter(({ isLinked }) => isLinked).length),
    count(those.filter(({ isMarked }) => isMarked).length),
    count(those.filter(({ isWrong }) => isWrong).length),
  ];
  const changed = outcomes.filter(({ isChanged }) => isChanged);
  const nWrong = changed.filter(({ isWrong }) => isWrong).length;
  return {
    title: "Files that change between the recall and the answer of a model",
    head: ["change", "places", "linked", "marked as changed", "wrong lines linked"],
    rows: [
      ...changes.map(({ name }) => rowOf(name, of(name))),
      rowOf("all changes", changed),
      rowOf("nothing, besides", of(untouched.name)),
    ],
    notes: [
      `Target: 0 wrong or stale lines in ${count(changed.length)} changes: ${count(nWrong)} ${verdict(nWrong, (value) => value === 0)}.`,
      "A place is recalled and put into a prompt, its file is changed, and what a model wrote cites it. Linked lines are read by the benchmark itself, and held against what the model was shown. Lines that only moved within their file are linked where they are now; in a renamed file they are not looked for.",
    ],
  };
}
