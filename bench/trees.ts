/** The trees that are measured: Debian's Linux source and two subsets of it, always the same folders. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import xxhash from "xxhash-wasm";
import { createNodeFileSystem } from "../server/nodePorts.ts";
import type { BenchSettings, TreeSize } from "./settings.ts";

/** The largest file that is measured; the same as the memory's default. */
export const maxFileBytes = 1_000_000;

const subsets: Readonly<Record<Exclude<TreeSize, "30m">, readonly string[]>> = {
  "250k": ["block", "mm"],
  "1m": ["block", "crypto", "init", "ipc", "kernel", "lib", "mm"],
};

/** Returns the folder of a tree, copied out of the Linux source when it is a subset. `undefined` without that source. */
export function treeDir(size: TreeSize, { linuxDir, workDir }: BenchSettings): string | undefined {
  if (linuxDir === undefined) return undefined;
  if (size === "30m") return linuxDir;
  const copy = path.join(workDir, "trees", size);
  const done = `${copy}.complete`;
  if (existsSync(done)) return copy;
  mkdirSync(copy, { recursive: true });
  for (const folder of subsets[size]) {
    cpSync(path.join(linuxDir, folder), path.join(copy, folder), { recursive: true });
  }
  writeFileSync(done, "");
  return copy;
}

/** What it costs at least to look at every file: listing, reading and hashing, in one thread. */
export interface Floor {
  readonly nFiles: number;
  readonly nLines: number;
  readonly bytes: number;
  readonly ms: number;
}

/** Measures the floor; the first of two passes warms the file cache and counts lines. */
export async function measureFloor(folder: string): Promise<Floor> {
  const counted = await readAll(folder, true);
  const timed = await readAll(folder, false);
  return { ...counted, ms: timed.ms };
}

async function readAll(folder: string, countLines: boolean): Promise<Floor> {
  const hasher = await xxhash();
  const files = createNodeFileSystem();
  const startedMs = performance.now();
  let nFiles = 0;
  let nLines = 0;
  let bytes = 0;
  for (const file of listFiles(folder)) {
    const read = files.readFile(file, maxFileBytes);
    if (read.kind !== "read") continue;
    hasher.h64Raw(read.bytes);
    nFiles++;
    bytes += read.bytes.length;
    if (countLines) nLines += countNewlines(read.bytes);
  }
  return { nFiles, nLines, bytes, ms: performance.now() - startedMs };
}

/** Returns all regular files below a folder, by absolute path, in a fixed order. */
export function* listFiles(folder: string): Generator<string> {
  const entries = readdirSync(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* listFiles(file);
    else if (entry.isFile()) yield file;
  }
}

/** Returns the text of a file, `undefined` when it is larger than what is remembered. */
export function readSource(file: string): string | undefined {
  return statSync(file).size > maxFileBytes ? undefined : readFileSync(file, "utf8");
}

function countNewlines(bytes: Uint8Array): number {
  let n = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) n++;
  return n;
}
