/** The memories in the default place. Each store says in a small file which folder it is of. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { asMemoryError, isStoreFailure } from "../memory/database.ts";
import type { NamedFolder } from "./openFolder.ts";
import { makeFolder } from "../memory/storeFolder.ts";

/** A store in the default place. */
export interface ListedStore {
  readonly folder: string;
  readonly storeDir: string;
  readonly storeBytes: number;
}

const nameFile = "folder.txt";

/** Notes which folder a store in the default place is of. Errors: `diskFull`, `storeUnavailable`. */
export function recordStore({ root, storeDir, inDefaultPlace }: NamedFolder): void {
  if (!inDefaultPlace) return;
  const file = path.join(storeDir, nameFile);
  try {
    if (existsSync(file) && readFileSync(file, "utf8") === root.folder) return;
    makeFolder(storeDir);
    writeFileSync(file, root.folder);
  } catch (error) {
    if (!isStoreFailure(error)) throw error;
    throw asMemoryError(error);
  }
}

/** Returns the stores below a folder, in the order of the folders that they are of. */
export function listStores(storesDir: string): ListedStore[] {
  if (!existsSync(storesDir)) return [];
  return readdirSync(storesDir)
    .map((name) => path.join(storesDir, name))
    .filter((storeDir) => existsSync(path.join(storeDir, nameFile)))
    .map((storeDir) => ({
      folder: readFileSync(path.join(storeDir, nameFile), "utf8"),
      storeDir,
      storeBytes: bytesIn(storeDir),
    }))
    .sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

function bytesIn(storeDir: string): number {
  return readdirSync(storeDir, { recursive: true, encoding: "utf8" })
    .map((name) => statSync(path.join(storeDir, name), { throwIfNoEntry: false }))
    .reduce((sum, stats) => sum + (stats?.isFile() === true ? stats.size : 0), 0);
}
