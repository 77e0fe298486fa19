/** What lies beside the lists of an index and says of which store and model they are. Written last of all. */
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";

/** Raised whenever the files change their meaning; an older index is then built anew. */
const formatVersion = 1;

/** What an index must be of. */
export interface SpannSpec {
  /** The store's own name; embedding numbers mean nothing in another one. */
  readonly storeId: string;
  readonly modelId: string;
  readonly dimensions: number;
}

export interface SpannManifest extends SpannSpec {
  readonly formatVersion: number;
  /** The folder of this build, beside the manifest. */
  readonly build: string;
  readonly nVectors: number;
  readonly nLists: number;
  /** Rows of all lists; more than vectors, since lists overlap. */
  readonly nEntries: number;
  /** The last embedding that is in it; later ones are not. */
  readonly lastEmbedding: number;
  readonly listsBytes: number;
  readonly tableSha256: string;
}

/** Why an index on disk is not used. */
export type SpannFault =
  "addonMissing" | "missing" | "otherFormat" | "otherStore" | "otherModel" | "damaged";

export type ManifestOutcome =
  | { readonly kind: "ready"; readonly manifest: SpannManifest }
  | { readonly kind: "unusable"; readonly fault: SpannFault };

/** The files of one build. */
export interface BuildFiles {
  readonly folder: string;
  readonly lists: string;
  readonly table: string;
  readonly centroids: string;
}

/** Returns where the files of a build are, or will be. */
export function buildFiles(folder: string, build: string): BuildFiles {
  const inside = path.join(folder, build);
  return {
    folder: inside,
    lists: path.join(inside, "lists.bin"),
    table: path.join(inside, "lists.table"),
    centroids: path.join(inside, "centroids.hnsw"),
  };
}

/** Reads and checks what can be checked without reading the lists, each of which carries its own checksum. */
export function readManifest(folder: string, spec: SpannSpec): ManifestOutcome {
  const unusable = (fault: SpannFault): ManifestOutcome => ({ kind: "unusable", fault });
  if (!existsSync(manifestFile(folder))) return unusable("missing");
  const manifest = parse(readFileSync(manifestFile(folder), "utf8"));
  if (manifest === undefined) return unusable("damaged");
  if (manifest.formatVersion !== formatVersion) return unusable("otherFormat");
  if (manifest.storeId !== spec.storeId) return unusable("otherStore");
  if (manifest.modelId !== spec.modelId || manifest.dimensions !== spec.dimensions)
    return unusable("otherModel");
  const { lists, table } = buildFiles(folder, manifest.build);
  const size = (file: string): number | undefined =>
    statSync(file, { throwIfNoEntry: false })?.size;
  if (size(lists) === undefined || size(table) === undefined) return unusable("missing");
  if (size(lists) !== manifest.listsBytes) return unusable("damaged");
  if (sha256Of(readFileSync(table)) !== manifest.tableSha256) return unusable("damaged");
  return { kind: "ready", manifest };
}

/** Makes a finished build the one that is opened, and removes all others. */
export function publishManifest(
  folder: string,
  manifest: Omit<SpannManifest, "formatVersion">,
): void {
  const temporary = `${manifestFile(folder)}.new`;
  writeFileSync(temporary, JSON.stringify({ formatVersion, ...manifest } satisfies SpannManifest));
  flushFile(temporary);
  renameSync(temporary, manifestFile(folder));
  removeOthers(folder, manifest.build);
}

/**
 * Removes what other builds left, finished or not. What a process still reads stays where the system keeps open
 * files in their place; the next build tries again.
 */
export function removeOthers(folder: string, keep: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory() && entry.name !== keep) removeUnlessRead(path.join(folder, entry.name));
}

function removeUnlessRead(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EBUSY" && code !== "EPERM" && code !== "ENOTEMPTY") throw error;
  }
}

/** Returns the build that is opened at present, `undefined` without one. */
export function currentBuild(folder: string): string | undefined {
  const file = manifestFile(folder);
  return existsSync(file) ? parse(readFileSync(file, "utf8"))?.build : undefined;
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Waits until a file's content is on the disk. */
export function flushFile(file: string): void {
  const handle = openSync(file, "r+");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function manifestFile(folder: string): string {
  return path.join(folder, "index.json");
}

function parse(text: string): SpannManifest | undefined {
  let told: unknown;
  try {
    told = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof told !== "object" || told === null) return undefined;
  const fields = told as Partial<SpannManifest>;
  const { formatVersion: version, dimensions, nVectors, nLists, nEntries } = fields;
  const { lastEmbedding, listsBytes } = fields;
  const isWhole =
    [version, dimensions, nVectors, nLists, nEntries, lastEmbedding, listsBytes].every(
      (value) => Number.isSafeInteger(value) && (value as number) >= 0,
    ) &&
    [fields.storeId, fields.modelId, fields.tableSha256].every(
      (value) => typeof value === "string",
    ) &&
    // A name from a file is never a way out of the folder.
    typeof fields.build === "string" &&
    /^[\w-]+$/.test(fields.build);
  return isWhole ? (fields as SpannManifest) : undefined;
}
