/** Several windows on one folder: what they cost, how soon the next one goes on, and what another working tree copies. */
import { cpSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import * as methods from "../protocol/methods.ts";
import type { DeepMemoryStatus } from "../protocol/deepMemory.ts";
import type { RootStatus } from "../protocol/types.ts";
import { bootstrapInterval } from "./bootstrap.ts";
import { BenchServer } from "./server.ts";
import type { BenchSettings } from "./settings.ts";
import { megabytes, ms, percentile, verdict, type Table } from "./table.ts";
import { listFiles } from "./trees.ts";

const nWindows = 4;
const nKills = 8;
const nEdits = 15;
const idleMs = 5_000;
const takeoverTargetMs = 2_000;
const editTargetMs = 1_000;
/** Parts of Lore's own source, so that nothing has to be downloaded. */
const sources = ["server/lm", "server/channel"];

/** Measures on folders that it makes in the work folder. */
export async function benchWindows(settings: BenchSettings): Promise<Table[]> {
  const place = newPlace(settings);
  const rows = [
    ...(await takeoverRows(place, settings)),
    ...(await editRows(place, settings)),
    ...(await deepRows(place, settings)),
  ];
  return [
    {
      title: `${nWindows} windows on one folder, one memory`,
      head: ["measure", "target", "measured", "95 % interval of the mean", ""],
      rows,
      notes: [
        `The folder is a copy of ${sources.map((name) => `\`${name}\``).join(", ")}: ${megabytes(place.bytes)} of source. Each window is a server process as the editor starts it.`,
        "Taken over: from `kill -9` of the process that keeps the memory until another one says that it does. Nobody polls: the others hold a connection to it, which the system ends.",
        "Told to found: a file is written, one window that does not keep the memory is told of it, and another such window searches for its new text until it finds it.",
        "Copied: a second folder with the same files in the same store, as another working tree of a repository has, while a window has the first one open.",
      ],
    },
  ];
}

interface Place {
  readonly first: string;
  readonly second: string;
  readonly storeDir: string;
  readonly bytes: number;
}

function newPlace({ workDir }: BenchSettings): Place {
  const at = (name: string): string => path.join(workDir, "windows", name);
  rmSync(at(""), { recursive: true, force: true });
  const checkout = path.resolve(import.meta.dirname, "..");
  for (const name of ["first", "second"])
    for (const source of sources)
      cpSync(path.join(checkout, source), path.join(at(name), source), { recursive: true });
  mkdirSync(at("store"), { recursive: true });
  const bytes = sum([...listFiles(at("first"))].map((file) => statSync(file).size));
  return { first: at("first"), second: at("second"), storeDir: at("store"), bytes };
}

/** What is encoded by one window serves the others, and another working tree copies it. */
async function deepRows(place: Place, { serverModule }: BenchSettings): Promise<string[][]> {
  const owner = new BenchServer(serverModule);
  const others: BenchServer[] = [];
  let tree: BenchServer | undefined;
  try {
    const encodedMs = await deepFilled(owner, place.first, place.storeDir, "first");
    const alone = owner.rssBytes();
    for (let n = 1; n < nWindows; n++) {
      const window = new BenchServer(serverModule);
      others.push(window);
      await deepFilled(window, place.first, place.storeDir, "first");
    }
    const all = [owner, ...others];
    for (const window of all) await complete(window, place.first);
    const rss = all.map((window) => window.rssBytes());
    const before = all.map((window) => window.cpuMs());
    await wait(idleMs);
    const cpuMs = sum(all.map((window, i) => window.cpuMs() - (before[i] as number)));
    tree = new BenchServer(serverModule);
    const copiedMs = await deepFilled(tree, place.second, place.storeDir, "second");
    const rate = (tookMs: number): string => `${(place.bytes / 1e3 / tookMs).toFixed(2)} MB/s`;
    return [
      row("memory of one window, deep memory filled", "–", megabytes(alone)),
      row(`memory of ${nWindows} windows together`, "–", megabytes(sum(rss))),
      row("memory of each further window", "–", megabytes(sum(rss.slice(1)) / (nWindows - 1))),
      row(`processor time of ${nWindows} windows at rest, in ${idleMs / 1000} s`, "–", ms(cpuMs)),
      row("deep memory encoded", "–", `${ms(encodedMs)} (${rate(encodedMs)})`),
      row("deep memory copied", "–", `${ms(copiedMs)} (${rate(copiedMs)})`),
    ];
  } finally {
    for (const window of [...others, owner, ...(tree === undefined ? [] : [tree])])
      await window.kill();
  }
}

/** Resolves with the time from `filling` of the deep memory to `ready`, or from opening where it is ready at once. */
async function deepFilled(
  server: BenchServer,
  folder: string,
  storeDir: string,
  rootId: string,
): Promise<number> {
  const filled = Promise.withResolvers<number>();
  let beganMs: number | undefined;
  server.onStatus(({ deep }) => {
    if (deep === undefined) return;
    if (deep.state === "filling") beganMs ??= performance.now();
    if (isFilled(deep)) filled.resolve(performance.now() - (beganMs ?? performance.now()));
    if (deep.state === "unavailable" && deep.detail?.kind === "noModel")
      filled.reject(new Error("windows needs the model in models/memory-lm"));
  });
  await server.open(folder, storeDir, rootId);
  return filled.promise;
}

function isFilled({ state, filesToEncode, filesEncoded }: DeepMemoryStatus): boolean {
  return state === "ready" && filesToEncode === 0 && filesEncoded > 0;
}

async function complete(server: BenchServer, folder: string): Promise<void> {
  await server.request(methods.complete, {
    ...{ file: path.join(folder, "new.ts"), languageId: "typescript" },
    ...{ prefix: "export function ", suffix: "" },
  });
}

async function takeoverRows(place: Place, { serverModule }: BenchSettings): Promise<string[][]> {
  const times: number[] = [];
  let windows: Seen[] = [];
  try {
    for (let n = 0; n < nKills; n++) {
      while (windows.length < nWindows)
        windows.push(await Seen.open(serverModule, place.first, place.storeDir));
      const owner = windows.find(({ isOwner }) => isOwner) as Seen;
      windows = windows.filter((window) => window !== owner);
      const taken = Promise.race(windows.map((window) => window.untilOwner()));
      const killedMs = performance.now();
      void owner.server.kill();
      await taken;
      times.push(performance.now() - killedMs);
      const owners = windows.filter(({ isOwner }) => isOwner);
      if (owners.length !== 1) throw new Error(`${owners.length} owners`);
    }
  } finally {
    for (const { server } of windows) await server.kill();
  }
  return timeRows(`killed to taken over, of ${nKills}`, times, takeoverTargetMs);
}

async function editRows(place: Place, { serverModule }: BenchSettings): Promise<string[][]> {
  const windows: Seen[] = [];
  const times: number[] = [];
  try {
    for (let n = 0; n < 3; n++)
      windows.push(await Seen.open(serverModule, place.first, place.storeDir));
    const [teller, asker] = windows.filter(({ isOwner }) => !isOwner) as [Seen, Seen];
    for (let n = 0; n < nEdits; n++) {
      const name = `freshlyWritten${String.fromCharCode(97 + (n % 26), 97 + Math.floor(n / 26))}q`;
      const file = path.join(place.first, `edit${n}.ts`);
      const startMs = performance.now();
      writeFileSync(file, `export function ${name}() {\n  return ${n};\n}\n`);
      await teller.server.notify(methods.filesChanged, { changes: [{ file, kind: "created" }] });
      for (;;) {
        const { recalls } = await asker.server.request(methods.search, { query: name, limit: 3 });
        if (recalls.some(({ text }) => text.includes(name))) break;
      }
      times.push(performance.now() - startMs);
    }
  } finally {
    for (const { server } of windows) await server.kill();
  }
  return timeRows(`told in one window to found in another, of ${nEdits}`, times, editTargetMs);
}

/** A window that knows whether it keeps the memory. */
class Seen {
  readonly server: BenchServer;
  isOwner = false;
  #waiting: (() => void) | undefined;

  private constructor(serverModule: string) {
    this.server = new BenchServer(serverModule);
    this.server.onStatus(({ roots: [root] }) => root !== undefined && this.#met(root));
  }

  static async open(serverModule: string, folder: string, storeDir: string): Promise<Seen> {
    const window = new Seen(serverModule);
    window.#met(await window.server.open(folder, storeDir, "first"));
    await window.server.settled(false);
    return window;
  }

  untilOwner(): Promise<void> {
    return new Promise((resolve) => (this.#waiting = resolve));
  }

  #met({ notices }: RootStatus): void {
    this.isOwner = !notices.some(({ kind }) => kind === "readOnly");
    if (this.isOwner) this.#waiting?.();
  }
}

function timeRows(what: string, times: readonly number[], targetMs: number): string[][] {
  const { low, high } = bootstrapInterval(times);
  return [0.5, 1].map((p) => {
    const measured = percentile(times, p);
    return [
      `${what}, ${p === 1 ? "slowest" : "median"}`,
      `≤ ${ms(targetMs)}`,
      ms(measured),
      p === 1 ? "" : `${ms(low)} to ${ms(high)}`,
      verdict(measured, (value) => value <= targetMs),
    ];
  });
}

function row(what: string, target: string, measured: string): string[] {
  return [what, target, measured, "", ""];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
