/**
 * Whether the order of two things is told rightly, after the task of SORT: a scripted past of commits, edits, notes and
 * questions, some minutes apart, and random pairs of them by how many other things lie between. Lore's own timeline is
 * asked, and for commits, notes and questions also the sentence “which came first, A or B?”. The control answers by a coin.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import type { TimelineEvent } from "../../protocol/timeline.ts";
import { Answerer } from "../../server/answer/answerer.ts";
import { rootOf } from "../../server/cli/storeLocation.ts";
import { shareOf } from "../../server/deep/wilson.ts";
import { HistoryMemory } from "../../server/historyMemory.ts";
import { EditLog } from "../../server/history/editLog.ts";
import { repositoryIdentity, workFolderOf } from "../../server/identity/repositoryIdentity.ts";
import { openConversationStore } from "../../server/memory/conversationStore.ts";
import type { Clock } from "../../server/ports.ts";
import { createHashText } from "../../server/recall/citation.ts";
import { RootPlaces } from "../../server/recall/rootPlaces.ts";
import { grammarFolderUrl, threadEntry } from "../../server/threads.ts";
import { WorkNotes } from "../../server/workNotes.ts";
import { WorkTimeline } from "../../server/workTimeline.ts";
import { letters, randomNumbers } from "../../test/server/workspaceMemoryHarness.ts";
import { shareCell } from "../memory/numbers.ts";
import type { BenchSettings } from "../settings.ts";
import { count, ms, percentile, verdict, type Table } from "../table.ts";

const nThings = 1_200;
const pairsPerBin = 500;
const askedPerBin = 25;
const bins: readonly (readonly [from: number, to: number])[] = [
  [1, 1],
  [2, 9],
  [10, 99],
  [100, 999],
];
const startMs = Date.UTC(2026, 0, 5, 8);
const stepMs = 7 * 60_000;
const kinds = ["commit", "edit", "note", "turn"] as const;
const signal = new AbortController().signal;

interface Thing {
  readonly kind: TimelineEvent["kind"];
  /** Two words that no other thing has; of an edit, a path. */
  readonly words: string;
  readonly atMs: number;
}

/** A pair by the places of its things in the script. */
interface Pair {
  readonly earlier: number;
  readonly later: number;
  /** The later one is named first. */
  readonly isTurned: boolean;
}

export async function benchOrder({ workDir }: BenchSettings): Promise<Table[]> {
  const dir = path.join(workDir, "order");
  rmSync(dir, { recursive: true, force: true });
  const folder = path.join(dir, "root");
  mkdirSync(folder, { recursive: true });
  const things = script();
  commitAll(folder, things);
  const storeDir = path.join(dir, "store");
  const parts = await rememberAll(folder, storeDir, things);
  try {
    return [await measure(things, parts)];
  } finally {
    await parts.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

function script(): Thing[] {
  const random = randomNumbers(11);
  return Array.from({ length: nThings }, (_unused, n) => {
    const kind = kinds[Math.floor(random() * kinds.length)] ?? "commit";
    const words =
      kind === "edit" ? `src/${letters(n)}.ts` : `${letters(2 * n)} ${letters(2 * n + 1)}`;
    return { kind, words, atMs: startMs + n * stepMs };
  });
}

function commitAll(folder: string, things: readonly Thing[]): void {
  const stream = things
    .filter(({ kind }) => kind === "commit")
    .map(({ words, atMs }) => {
      const file = "x".repeat(1 + (atMs % 7));
      const by = `A <a@example.invalid> ${atMs / 1000} +0000`;
      return `commit refs/heads/main\nauthor ${by}\ncommitter ${by}\ndata ${words.length}\n${words}\nM 100644 inline a.txt\ndata ${file.length}\n${file}\n`;
    });
  for (const [args, input] of [
    [["init", "-q", "-b", "main"], ""],
    [["fast-import", "--quiet"], stream.join("\n")],
  ] as const) {
    const run = spawnSync("git", ["-C", folder, ...args], { encoding: "utf8", input });
    if (run.status !== 0) throw new Error(`git ${args[0]}: ${run.stderr}`);
  }
}

interface Parts {
  readonly timeline: WorkTimeline;
  readonly answerer: Answerer;
  close(): Promise<void>;
}

async function rememberAll(
  folder: string,
  storeDir: string,
  things: readonly Thing[],
): Promise<Parts> {
  const { id: rootId } = rootOf(folder);
  let nowMs = startMs;
  const clock: Clock = { nowMs: () => nowMs, elapsedMs: () => performance.now() };
  const log = { log: () => undefined };
  const workFolder = workFolderOf(storeDir, await repositoryIdentity(folder));
  mkdirSync(workFolder, { recursive: true });
  const checkout = createHash("sha256").update(folder).digest("hex").slice(0, 16);
  const edits = new EditLog(path.join(workFolder, `edits-${checkout}.sqlite`));
  const roots = [{ rootId, folder }];
  const notes = new WorkNotes({
    workspace: () => ({ storeDir, roots }),
    places: () => new RootPlaces(() => undefined),
    ...{ check: () => [], cite: () => undefined, clock, log, maxBytes: 64_000_000 },
  });
  const { store } = openConversationStore(path.join(storeDir, "conversations"), clock);
  const { id } = store.create();
  for (const { kind, words, atMs } of things) {
    nowMs = atMs;
    if (kind === "note") await notes.remember({ text: words, kind: "fact" });
    if (kind === "edit")
      edits.add({ path: words, firstMs: atMs, lastMs: atMs, change: "changed", definitions: [] });
    if (kind === "turn")
      store.appendTurn(id, {
        ...{ id: words, role: "user", text: words, createdMs: atMs, state: "done" },
        ...{ citations: [], recalls: [], abstained: false, tiers: [] },
      });
  }
  edits.close();
  const history = new HistoryMemory({
    entry: threadEntry("historyThread"),
    threadData: { grammarFolder: grammarFolderUrl().href, logLevel: "off" },
    log,
    workspace: () => ({
      ...{ storeDir, roots, maxCommits: 10_000, isPaused: false, activeFile: undefined },
      rules: { exclude: [], include: [], maxFileBytes: 1_000_000 },
    }),
    mayBegin: () => true,
  });
  await history.settled(rootId, true, signal);
  const timeline = new WorkTimeline({ history, notes, clock, folderOf: () => folder });
  timeline.follow(store);
  const unasked = (): never => {
    throw new Error("the order of things is told without a search");
  };
  const answerer = new Answerer({
    ...{ history, notes, timeline, clock, statusCommand: "status" },
    ...{ recall: { search: unasked, usesOf: unasked } },
    ...{ source: { readText: unasked, files: unasked }, hashText: await createHashText() },
  });
  const close = async (): Promise<void> => {
    await history.close();
    await notes.close();
    store.close();
  };
  return { timeline, answerer, close };
}

async function measure(things: readonly Thing[], { timeline, answerer }: Parts): Promise<Table> {
  const result = await timeline.timeline({ limit: 10_000 }, signal);
  if (result.kind !== "timeline") throw new Error(result.kind);
  const places = new Map(result.events.toReversed().map((event, n) => [wordsOf(event), n]));
  const random = randomNumbers(12);
  const coin = randomNumbers(13);
  const tookMs: number[] = [];
  const rows: string[][] = [];
  let nRight = 0;
  let nAll = 0;
  for (const [from, to] of bins) {
    const pairs = Array.from({ length: pairsPerBin }, () => drawn(from, to, random));
    const right = pairs.filter(
      ({ earlier, later }) => place(places, things, earlier) < place(places, things, later),
    ).length;
    let nAnswered = 0;
    for (const pair of pairs.slice(0, askedPerBin)) {
      const began = performance.now();
      if (await isAnsweredRightly(answerer, things, pair)) nAnswered++;
      tookMs.push(performance.now() - began);
    }
    // A coin names the earlier one of a pair as often as not.
    const chance = pairs.filter(() => coin() < 0.5).length;
    nRight += right + nAnswered;
    nAll += pairsPerBin + askedPerBin;
    rows.push([
      from === to ? count(from) : `${count(from)} to ${count(to)}`,
      shareCell(shareOf(right, pairsPerBin)),
      shareCell(shareOf(nAnswered, askedPerBin)),
      shareCell(shareOf(chance, pairsPerBin)),
      verdict(right + nAnswered, (n) => n === pairsPerBin + askedPerBin),
    ]);
  }
  return {
    title: `Which came first: ${count(things.length)} commits, edits, notes and questions`,
    head: ["things apart", "by the timeline", "asked in a sentence", "a coin", "target 100 %"],
    rows: [
      ...rows,
      ["all", shareCell(shareOf(nRight, nAll)), "", "", verdict(nRight, (n) => n === nAll)],
      [
        "a sentence, p50 and p95",
        ms(percentile(tookMs, 0.5)),
        ms(percentile(tookMs, 0.95)),
        "",
        "",
      ],
    ],
    notes: [
      `The past is scripted: a thing of a kind drawn by lot every ${stepMs / 60_000} minutes. ${count(pairsPerBin)} pairs a row, ${count(askedPerBin)} of them asked as “which came first, A or B?”, with the later one named first in every second on average.`,
      "Lore tells the order by ages and by nothing else, so 100 % is what is expected; that the sentence names the right things is what can fail.",
    ],
  };
}

function wordsOf(event: TimelineEvent): string {
  switch (event.kind) {
    case "commit":
      return event.commit.subject;
    case "edit":
      return event.edit.path;
    case "turn":
    case "note":
      return event.text;
  }
}

/** NaN for a thing that the timeline does not tell, which is before nothing. */
function place(places: ReadonlyMap<string, number>, things: readonly Thing[], n: number): number {
  return places.get(things[n]?.words ?? "") ?? NaN;
}

function drawn(from: number, to: number, random: () => number): Pair {
  const apart = from + Math.floor(random() * (to - from + 1));
  const earlier = Math.floor(random() * (nThings - apart));
  return { earlier, later: earlier + apart, isTurned: random() < 0.5 };
}

async function isAnsweredRightly(
  answerer: Answerer,
  things: readonly Thing[],
  { earlier, later, isTurned }: Pair,
): Promise<boolean> {
  const [first, second] = [things[earlier]?.words ?? "", things[later]?.words ?? ""];
  const [a, b] = isTurned ? [second, first] : [first, second];
  const question = `which came first, “${a}” or “${b}”?`;
  const answer = await answerer.ask({ question, askId: "a" }, () => undefined, signal);
  // Lore escapes what could be markup.
  return answer.markdown.replaceAll("\\", "").startsWith(`“${first}” came first.`);
}
