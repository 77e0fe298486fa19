/** A whole memory for tests: real threads, real SQLite, real files in temporary folders. */
import path from "node:path";
import { after, before } from "node:test";
import { assembleRecall, type RecallOptions, type RecallParts } from "../../server/assembly.ts";
import { randomFrom } from "../../server/bank/random.ts";
import type { Logger } from "../../server/ports.ts";
import type { MemorySettings, MemoryStatus, Recall, Root } from "../../protocol/types.ts";
import { temporaryFolder, writeTree } from "./ingest/treesOnDisk.ts";

export const settings: MemorySettings = {
  exclude: [],
  include: [],
  threads: 1,
  maxFileBytes: 1_000_000,
};
export const quietLog: Logger = { log: () => undefined };

/** Longest wait for an event that must come; only a failing test waits so long. */
const patienceMs = 60_000;

/** One open memory over temporary folders. */
export class OpenedMemory implements AsyncDisposable {
  readonly folder: string;
  readonly storeDir: string;
  readonly memory: RecallParts["memory"];
  readonly recaller: RecallParts["recaller"];

  constructor(folder: string, storeDir: string, { memory, recaller }: RecallParts) {
    this.folder = folder;
    this.storeDir = storeDir;
    this.memory = memory;
    this.recaller = recaller;
  }

  get storeFile(): string {
    return path.join(this.storeDir, "root", "memory.sqlite");
  }

  async settled(refined = true): Promise<MemoryStatus> {
    return this.memory.settled(refined, AbortSignal.timeout(patienceMs));
  }

  async search(query: string, limit = 10): Promise<readonly Recall[]> {
    const result = await this.recaller.search({ query, limit }, AbortSignal.timeout(patienceMs));
    return result.recalls;
  }

  /** Paths of the results that show a text. */
  async pathsShowing(text: string): Promise<string[]> {
    const recalls = await this.search(text);
    const showing = recalls.filter((recall) => recall.text.includes(text));
    return [...new Set(showing.map(({ citation }) => citation.path))].sort();
  }

  /** Writes a file and says so, as the editor would. */
  write(files: Readonly<Record<string, string>>): void {
    writeTree(this.folder, files);
    this.tell(...Object.keys(files));
  }

  tell(...files: readonly string[]): void {
    this.memory.filesChanged(
      files.map((file) => ({ file: path.join(this.folder, file), kind: "changed" })),
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.memory.close();
  }
}

/** A tiny model with a few dozen words; see model/fixtureModel.ts. */
export const fixtureModelFolder = path.resolve(import.meta.dirname, "../fixtures/staticModel");

/** The one root of most tests. */
export function rootOf(folder: string, id = "root"): Root {
  return { id, folder, name: id };
}

export async function openMemory(
  folder: string,
  storeDir: string,
  options: RecallOptions & { readonly settings?: MemorySettings } = {},
): Promise<OpenedMemory> {
  const { settings: wanted = settings, ...rest } = options;
  const parts = await assembleRecall(quietLog, {
    watchdogMs: 20_000,
    retryMs: 50,
    logLevel: "error",
    modelFolder: fixtureModelFolder,
    ...rest,
  });
  try {
    await parts.memory.open(storeDir, [rootOf(folder)], wanted, true);
  } catch (error) {
    await parts.memory.close();
    throw error;
  }
  return new OpenedMemory(folder, storeDir, parts);
}

/** Resolves with the first status that holds, the present one included. */
export function statusWhere(
  { memory }: OpenedMemory,
  holds: (status: MemoryStatus) => boolean,
): Promise<MemoryStatus> {
  if (holds(memory.status())) return Promise.resolve(memory.status());
  return new Promise((resolve, reject) => {
    const limit = AbortSignal.timeout(patienceMs);
    const stop = memory.onStatusChanged((status) => {
      if (!holds(status)) return;
      stop();
      resolve(status);
    });
    limit.addEventListener("abort", () => {
      stop();
      reject(new Error(`no such status; the last one: ${JSON.stringify(memory.status())}`));
    });
  });
}

/** A temporary folder with one for the store beside it, and the sources in the first. */
export function workspace(files: Readonly<Record<string, string | Uint8Array>>): Disposable & {
  readonly folder: string;
  readonly storeDir: string;
} {
  const whole = temporaryFolder();
  const folder = path.join(whole.path, "work");
  writeTree(whole.path, { "work/": "", "store/": "" });
  writeTree(folder, files);
  return {
    folder,
    storeDir: path.join(whole.path, "store"),
    [Symbol.dispose]: () => whole[Symbol.dispose](),
  };
}

/**
 * Opens a memory over sources before the tests of a file or of a suite, and closes it behind them. `use` is given it when
 * all of the sources are in it.
 */
export function withMemory(
  files: Readonly<Record<string, string | Uint8Array>>,
  use: (opened: OpenedMemory) => void,
): void {
  let place: ReturnType<typeof workspace>;
  let opened: OpenedMemory;
  before(async () => {
    place = workspace(files);
    opened = await openMemory(place.folder, place.storeDir);
    await opened.settled();
    use(opened);
  });
  after(async () => {
    await opened.memory.close();
    place[Symbol.dispose]();
  });
}

/** A TypeScript function that no other file has, when the name is its own. */
export function functionText(name: string): string {
  return `/** Works out ${name}. */\nexport function ${name}(input: number): number {\n  return input + ${name.length};\n}\n`;
}

/** Numbers in [0, 1) that depend on the seed alone. */
export function randomNumbers(seed: number): () => number {
  return randomFrom(seed);
}

/** A word for a number that shares no term with another's; its ending is none that grammar adds or takes. */
export function letters(number: number): string {
  const digits = number.toString(26).padStart(4, "0");
  const word = Array.from(digits, (digit) =>
    String.fromCharCode(97 + Number.parseInt(digit, 26)),
  ).join("");
  return `${word}q`;
}
