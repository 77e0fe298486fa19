/**
 * Whether only the last version of a note is recalled after 500 corrections, and whether notes are marked, and unmarked,
 * within two seconds while the code that they cite is edited, moved, renamed and put back. The server's own parts run on
 * a copy of Lore's own source.
 */
import { cpSync, globSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { NotesState } from "../../protocol/notes.ts";
import { rootOf } from "../../server/cli/storeLocation.ts";
import { shareOf, type Share } from "../../server/deep/wilson.ts";
import type { Services } from "../../server/handlers.ts";
import { createServices } from "../../server/serverParts.ts";
import { inCheckout } from "../../scripts/checkout.ts";
import { randomNumbers } from "../../test/server/workspaceMemoryHarness.ts";
import type { BenchSettings } from "../settings.ts";
import { count, ms, percentile, verdict, type Table } from "../table.ts";
import { measureLinks } from "./noteLinks.ts";

const nCorrections = 500;
const nCited = 200;
const nSteps = 120;
const maxMs = 2_000;
const minShare = 0.99;
const minLines = 4;
const signal = new AbortController().signal;

/** A function of the tree whose text stands there once. */
interface Cited {
  readonly name: string;
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
}

export async function benchWorkNotes({ workDir }: BenchSettings): Promise<Table[]> {
  const dir = path.join(workDir, "work-notes");
  rmSync(dir, { recursive: true, force: true });
  const folder = path.join(dir, "tree");
  for (const part of ["recall", "answer", "ingest", "memory"])
    cpSync(inCheckout(`server/${part}`), path.join(folder, part), { recursive: true });
  const services = await createServices(
    { log: () => undefined },
    { logLevel: "off", statusCommand: "status", deepMemory: "onDemand" },
  );
  try {
    const settings = { exclude: [], include: [], threads: 0, maxFileBytes: 1_000_000 };
    await services.memory.open(path.join(dir, "store"), [rootOf(folder)], settings, true);
    await services.memory.settled(true, signal);
    const functions = functionsOf(folder);
    const corrections = await correct(services, functions);
    await services.notes.forgetNotes({ beforeMs: Date.now() + 1_000 });
    const links = await measureLinks(services.notes);
    return [corrections, await edit(services, folder, functions), links];
  } finally {
    await services.memory.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

function functionsOf(folder: string): Cited[] {
  const found: (Cited & { readonly text: string })[] = [];
  for (const file of globSync("**/*.ts", { cwd: folder }).sort()) {
    const lines = readFileSync(path.join(folder, file), "utf8").split("\n");
    lines.forEach((line, startLine) => {
      const name = /^(?:export )?(?:async )?function (\w+)/.exec(line)?.[1];
      const end = lines.indexOf("}", startLine);
      if (name === undefined || end < startLine + minLines - 1) return;
      const text = lines.slice(startLine, end + 1).join("\n");
      found.push({ name, path: file.replaceAll(path.sep, "/"), startLine, endLine: end + 1, text });
    });
  }
  const isAlone = ({ name, text }: (typeof found)[number]): boolean =>
    found.filter((other) => other.text === text || other.name === name).length === 1;
  return found.filter(isAlone).map(({ text: _text, ...cited }) => cited);
}

/** Half of the corrections name the note, half are sentences that say that something is otherwise now. */
async function correct({ notes }: Services, functions: readonly Cited[]): Promise<Table> {
  const random = randomNumbers(5);
  let nLive = 0;
  let nOldRecalled = 0;
  let nHistory = 0;
  const recallMs: number[] = [];
  const said: { old: string; now: string; text: string }[] = [];
  for (let i = 0; i < nCorrections; i++) {
    const { name } = functions[i % functions.length] as Cited;
    const subject = i < functions.length ? name : `${name}Of${i}`;
    const limit = 10 + Math.floor(random() * 900);
    const text = `${subject} gives up after ${limit} attempts`;
    const { note } = await notes.remember({ text, kind: "decision" });
    const now = `${subject} gives up after ${limit + 1_000} attempts`;
    const corrected =
      i % 2 === 0
        ? await notes.correct({ id: note.id, text: now })
        : await notes.remember({ text: `actually, ${now}`, kind: "decision" });
    said.push({ old: note.id, now: corrected.note.id, text: subject });
  }
  const all = new Map((await notes.list({ all: true })).map((note) => [note.id, note]));
  for (const { old, now, text } of said) {
    const startMs = performance.now();
    const wish = { text: `when ${text} gives up`, kinds: [], minCoverage: 0.45, limit: 5 };
    const found = await notes.recall(wish);
    recallMs.push(performance.now() - startMs);
    if (found[0]?.id === now) nLive++;
    if (found.some(({ supersededBy }) => supersededBy !== undefined)) nOldRecalled++;
    if (all.get(old)?.supersededBy === now && all.get(now)?.supersededBy === undefined) nHistory++;
  }
  const live = shareOf(nLive, nCorrections);
  const history = shareOf(nHistory, nCorrections);
  return {
    title: `${count(nCorrections)} corrections`,
    head: ["", "measured", "95 % interval", "target", ""],
    rows: [
      [
        "the last version is recalled first",
        ...cells(live),
        "100 %",
        verdict(nLive, (n) => n === nCorrections),
      ],
      [
        "questions that recall an older version",
        count(nOldRecalled),
        "",
        "0",
        verdict(nOldRecalled, (n) => n === 0),
      ],
      [
        "the older version is kept, with what replaced it",
        ...cells(history),
        "100 %",
        verdict(nHistory, (n) => n === nCorrections),
      ],
      ["a recall among them, p95", ms(percentile(recallMs, 0.95)), "", "", ""],
    ],
    notes: [
      "Half of the corrections name the note that they replace; half are sentences that begin with “actually”.",
    ],
  };
}

type Step = "edit" | "elsewhere" | "above" | "rename" | "delete" | "type";
const steps: readonly Step[] = ["edit", "elsewhere", "above", "rename", "delete", "type"];

async function edit(
  services: Services,
  folder: string,
  functions: readonly Cited[],
): Promise<Table> {
  const random = randomNumbers(6);
  const { notes, memory } = services;
  const cited = functions.slice(0, nCited);
  const ids = new Map<string, string>();
  for (const { name, path: file, startLine, endLine } of cited) {
    const lines = { file: path.join(folder, file), startLine, endLine };
    const { note } = await notes.remember({ text: `${name} is as it is for speed`, lines });
    ids.set(`${file} ${name}`, note.id);
  }
  let state: NotesState = { nNotes: cited.length, needCheck: [] };
  let woken: () => void = () => undefined;
  const stop = notes.onChanged((next) => {
    state = next;
    woken();
  });
  const sums = { right: 0, wrong: 0, missed: 0 };
  const lateMs: number[] = [];
  /** Does a change, waits until what is marked is what should be, two seconds at most, and counts what is. */
  const check = async (expected: ReadonlySet<string>, change: () => void): Promise<void> => {
    const startMs = performance.now();
    const isRight = (): boolean =>
      state.needCheck.length === expected.size && state.needCheck.every((id) => expected.has(id));
    const wasRight = isRight();
    change();
    // Where nothing should change, something may: the whole time is waited for.
    while (performance.now() - startMs < maxMs && (wasRight || !isRight())) {
      const left = maxMs - (performance.now() - startMs);
      const { promise, resolve } = Promise.withResolvers<void>();
      woken = resolve;
      const timer = setTimeout(resolve, Math.max(0, left));
      await promise;
      clearTimeout(timer);
    }
    if (!wasRight) lateMs.push(performance.now() - startMs);
    for (const id of state.needCheck) sums[expected.has(id) ? "right" : "wrong"]++;
    for (const id of expected) if (!state.needCheck.includes(id)) sums.missed++;
  };
  const tell = (...files: string[]): void =>
    memory.filesChanged(files.map((file) => ({ file, kind: "changed" })));
  for (let i = 0; i < nSteps; i++) {
    const {
      name,
      path: relative,
      startLine,
      endLine,
    } = cited[Math.floor(random() * cited.length)] as Cited;
    const step = steps[i % steps.length] as Step;
    const file = path.join(folder, relative);
    const text = readFileSync(file, "utf8");
    const lines = text.split("\n");
    const here = ids.get(`${relative} ${name}`) as string;
    const ofFile = cited.flatMap((other) =>
      other.path === relative ? [ids.get(`${relative} ${other.name}`) as string] : [],
    );
    const line = startLine + 1 + Math.floor(random() * (endLine - startLine - 2));
    const changed = lines.with(line, `${lines[line]} // changed ${i}`).join("\n");
    const other = path.join(path.dirname(file), `renamed${i}.ts`);
    const back = (): void => {
      writeFileSync(file, text);
      tell(file);
    };
    switch (step) {
      case "edit":
        await check(new Set([here]), () => (writeFileSync(file, changed), tell(file)));
        await check(new Set(), back);
        break;
      case "type":
        await check(new Set([here]), () => memory.documentChanged(file, i, changed));
        await check(new Set(), () => memory.documentClosed(file));
        break;
      case "elsewhere":
        await check(new Set(), () => (writeFileSync(file, `${text}// end ${i}\n`), tell(file)));
        break;
      case "above":
        await check(
          new Set(),
          () => (writeFileSync(file, `// top ${i}\n// of it\n${text}`), tell(file)),
        );
        break;
      case "rename":
        await check(new Set(), () => (renameSync(file, other), tell(file, other)));
        await check(new Set(), () => (renameSync(other, file), tell(file, other)));
        break;
      case "delete":
        await check(new Set(ofFile), () => (rmSync(file), tell(file)));
        await check(new Set(), back);
        break;
    }
    if (step === "elsewhere" || step === "above") await check(new Set(), back);
  }
  stop();
  const precision = shareOf(sums.right, sums.right + sums.wrong);
  const recall = shareOf(sums.right, sums.right + sums.missed);
  const late = percentile(lateMs, 0.95);
  return {
    title: `Marks of ${count(cited.length)} notes over ${count(nSteps)} changes, each put back`,
    head: ["", "measured", "95 % interval", "target", ""],
    rows: [
      [
        "marked notes whose code has changed (precision)",
        ...cells(precision),
        "≥ 99 %",
        verdict(precision.accuracy, (x) => x >= minShare),
      ],
      [
        "notes whose code has changed that are marked (recall)",
        ...cells(recall),
        "≥ 99 %",
        verdict(recall.accuracy, (x) => x >= minShare),
      ],
      ["from the change to the right marks, p50", ms(percentile(lateMs, 0.5)), "", "", ""],
      [
        "from the change to the right marks, p95",
        ms(late),
        "",
        `≤ ${ms(maxMs)}`,
        verdict(late, (x) => x <= maxMs),
      ],
    ],
    notes: [
      "In turn: a cited line is edited on the disk; lines are added at the end, and at the top; the file is renamed; it is deleted; a cited line is edited in the editor and not saved. Marks are counted two seconds after a change, or as soon as they are right.",
    ],
  };
}

function cells({ accuracy, low, high }: Share): [string, string] {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return [percent(accuracy), `${percent(low)} – ${percent(high)}`];
}
