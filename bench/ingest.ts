/** How fast a tree becomes searchable, what it costs in memory and on disk, and how far that is from the floor. */
import { rmSync } from "node:fs";
import path from "node:path";
import * as methods from "../protocol/methods.ts";
import { makeQuestions } from "./questions.ts";
import { BenchServer } from "./server.ts";
import type { BenchSettings, TreeSize } from "./settings.ts";
import { count, megabytes, ms, percentile, verdict, type Table } from "./table.ts";
import { measureFloor, treeDir, type Floor } from "./trees.ts";

interface IngestRun {
  readonly usableMs: number;
  readonly searchableMs: number;
  readonly exactMs: number;
  /** When everything was searchable, and at the end. */
  readonly peakSearchableBytes: number;
  readonly peakBytes: number;
  readonly storeBytes: number;
  readonly nFiles: number;
  readonly nChunks: number;
  readonly filesFallback: number;
  /** Processor time of all threads when everything was searchable, and at the end. */
  readonly cpuSearchableMs: number;
  readonly cpuMs: number;
}

interface Target {
  readonly usableMs?: number;
  readonly searchableMs: number;
  readonly exactMs?: number;
  readonly peakBytes?: number;
  readonly bytesPerByte?: number;
}

const targets: Readonly<Record<TreeSize, Target>> = {
  "250k": { usableMs: 1_000, searchableMs: 3_000 },
  "1m": { searchableMs: 4_000, exactMs: 12_000, peakBytes: 400e6, bytesPerByte: 0.6 },
  "30m": { searchableMs: 45_000, peakBytes: 900e6 },
};
const nRuns: Readonly<Record<TreeSize, number>> = { "250k": 5, "1m": 3, "30m": 1 };

/** Measures every tree that is at hand. */
export async function benchIngest(settings: BenchSettings): Promise<Table[]> {
  const levels: string[][] = [];
  const goals: string[][] = [];
  const notes: string[] = [];
  for (const size of settings.sizes) {
    const folder = treeDir(size, settings);
    if (folder === undefined) {
      notes.push(`The tree of ${size} lines was not measured: no --linux DIR.`);
      continue;
    }
    const floor = await measureFloor(folder);
    const runs: IngestRun[] = [];
    for (let idx = 0; idx < nRuns[size]; idx++) runs.push(await ingest(folder, size, settings));
    const run = medianOf(runs);
    levels.push(levelRow(size, floor, run));
    goals.push(...goalRows(size, floor, run));
  }
  return [
    {
      title: "Ingest, warm file cache, default settings",
      head: [
        "tree",
        "files",
        "lines",
        "source",
        "floor",
        "search usable",
        "all searchable",
        "all by syntax",
        "files/s",
        "MB/s",
        "times the floor",
        "processor time searchable",
        "processor time",
        "peak RSS searchable",
        "peak RSS",
        "store",
        "store/source",
      ],
      rows: levels,
      notes: [
        "Times are from the start of the server process; medians of 5, 3 and 1 runs.",
        "The floor lists, reads and hashes (XXH64) the same files in one thread of this process, right before.",
        "files/s and MB/s are up to “all searchable”.",
        ...notes,
      ],
    },
    {
      title: "Ingest against its targets",
      head: ["measure", "target", "measured", ""],
      rows: goals,
    },
  ];
}

async function ingest(folder: string, size: TreeSize, settings: BenchSettings): Promise<IngestRun> {
  const storeDir = path.join(settings.workDir, `ingest-${size}`);
  rmSync(storeDir, { recursive: true, force: true });
  const [probe] = makeQuestions(folder, 1, 1);
  const server = new BenchServer(settings.serverModule);
  await server.open(folder, storeDir);
  const usableMs = await untilUsable(server, probe?.query ?? "");
  await server.settled(false);
  const searchableMs = server.elapsedMs;
  const peakSearchableBytes = server.peakRssBytes();
  const cpuSearchableMs = server.cpuMs();
  // The syntax pass over the largest tree runs in the background for minutes and has no target.
  const isAwaited = size !== "30m";
  const status = await server.settled(isAwaited);
  const run: IngestRun = {
    usableMs,
    searchableMs,
    exactMs: isAwaited ? server.elapsedMs : NaN,
    peakSearchableBytes,
    peakBytes: server.peakRssBytes(),
    storeBytes: status.storeBytes,
    nFiles: status.remembered,
    nChunks: status.nChunks,
    filesFallback: status.filesFallback,
    cpuSearchableMs,
    cpuMs: server.cpuMs(),
  };
  await server.stop();
  rmSync(storeDir, { recursive: true, force: true });
  return run;
}

/** Asks again and again; each answer is awaited, so at most one question is under way. */
async function untilUsable(server: BenchServer, query: string): Promise<number> {
  for (;;) {
    const { recalls } = await server.request(methods.search, { query, limit: 5 });
    if (recalls.length > 0) return server.elapsedMs;
    const { state } = await server.status();
    if (state === "ready" || state === "failed") return NaN;
  }
}

function levelRow(size: TreeSize, floor: Floor, run: IngestRun): string[] {
  const seconds = run.searchableMs / 1000;
  return [
    size,
    count(run.nFiles),
    count(floor.nLines),
    megabytes(floor.bytes),
    ms(floor.ms),
    ms(run.usableMs),
    ms(run.searchableMs),
    ms(run.exactMs),
    count(run.nFiles / seconds),
    (floor.bytes / 1e6 / seconds).toFixed(1),
    (run.searchableMs / floor.ms).toFixed(1),
    ms(run.cpuSearchableMs),
    ms(run.cpuMs),
    megabytes(run.peakSearchableBytes),
    megabytes(run.peakBytes),
    megabytes(run.storeBytes),
    (run.storeBytes / floor.bytes).toFixed(2),
  ];
}

function goalRows(size: TreeSize, floor: Floor, run: IngestRun): string[][] {
  const target = targets[size];
  const rows: string[][] = [];
  const add = (
    name: string,
    limit: number | undefined,
    measured: number,
    format: (value: number) => string,
  ): void => {
    if (limit === undefined) return;
    const mark = verdict(measured, (value) => value <= limit);
    rows.push([`${size}: ${name}`, `≤ ${format(limit)}`, format(measured), mark]);
  };
  add("search usable", target.usableMs, run.usableMs, ms);
  add("everything searchable", target.searchableMs, run.searchableMs, ms);
  add("every chunk by syntax", target.exactMs, run.exactMs, ms);
  add("peak RSS", target.peakBytes, run.peakBytes, megabytes);
  add("store bytes per source byte", target.bytesPerByte, run.storeBytes / floor.bytes, (value) =>
    value.toFixed(2),
  );
  return rows;
}

function medianOf(runs: readonly IngestRun[]): IngestRun {
  const names = Object.keys(runs[0] ?? {}) as (keyof IngestRun)[];
  const medians = names.map((name) => [
    name,
    percentile(
      runs.map((run) => run[name]),
      0.5,
    ),
  ]);
  return Object.fromEntries(medians) as Record<keyof IngestRun, number>;
}
