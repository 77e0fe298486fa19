/**
 * A graph index of few, small embeddings (HNSW, Malkov and Yashunin 2016), the one place that imports
 * `hnswlib-node`. The add-on aborts the process, or goes on silently, at much that is wrong: a filter that throws, a
 * path that cannot be written, a file of another dimension, a value that is no number. All of it is refused here.
 * Its calls are synchronous, so it belongs in a worker thread.
 */
import type { HierarchicalNSW } from "hnswlib-node";
import { createHash } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, readSync } from "node:fs";
import { renameSync, rmSync, statSync, writeFileSync } from "node:fs";

/** What the embeddings are by: an index of anything else is not opened. */
export interface HnswSpec {
  readonly modelId: string;
  readonly dimensions: number;
}

/** Why there is no index. */
export type HnswFault =
  /** The add-on is not built for this platform, or does not load. */
  | "addonMissing"
  /** There is no such file, or none of those that belong together. */
  | "missing"
  /** Written by another version, of another model or dimension. */
  | "otherFormat"
  | "otherModel"
  /** The file is not what its manifest says: cut off, or changed. */
  | "damaged";

export type HnswOutcome =
  | { readonly kind: "ready"; readonly index: HnswIndex }
  | { readonly kind: "unusable"; readonly fault: HnswFault };

/** A neighbour in the graph, with its cosine similarity. */
export interface HnswNeighbour {
  readonly label: number;
  readonly similarity: number;
}

const formatVersion = 1;
const metric = "cosine";
/** Neighbours of a node, and candidates looked at while it is put in. */
const graph = { m: 16, efConstruction: 120 };
/** Candidates looked at for a search of fewer neighbours. */
const minEf = 64;
const maxLabel = 0xffff_ffff;
const hashedAtOnce = 1 << 20;

/** What lies beside an index: the add-on's own file says nothing of this. */
interface HnswManifest {
  readonly formatVersion: number;
  readonly modelId: string;
  readonly dimensions: number;
  readonly metric: string;
  readonly count: number;
  readonly deleted: readonly number[];
  readonly sizeBytes: number;
  readonly sha256: string;
}

export class HnswIndex {
  readonly #spec: HnswSpec;
  readonly #graph: HierarchicalNSW;
  readonly #labels: Set<number>;
  readonly #deleted: Set<number>;
  #ef = 0;

  /** To be made by `createHnsw` and `loadHnsw`. */
  constructor(spec: HnswSpec, native: HierarchicalNSW, deleted: readonly number[]) {
    this.#spec = spec;
    this.#graph = native;
    this.#deleted = new Set(deleted);
    this.#labels = new Set(native.getIdsList().filter((label) => !this.#deleted.has(label)));
    this.#useEf(minEf);
  }

  /** Embeddings that a search can find. */
  get size(): number {
    return this.#labels.size;
  }

  /** Adds or replaces an embedding. Throws RangeError for a label or a vector that the index cannot hold. */
  add(label: number, vector: ArrayLike<number>): void {
    if (!Number.isInteger(label) || label < 0 || label > maxLabel)
      throw new RangeError(`${label} is no label`);
    const values = this.#checked(vector);
    if (!values.some((value) => value !== 0)) throw new RangeError("a vector of zeros");
    // Deleted ones keep their places.
    const nPlaces = this.#graph.getCurrentCount();
    const isKnown = this.#labels.has(label) || this.#deleted.has(label);
    if (!isKnown && nPlaces >= this.#graph.getMaxElements())
      this.#graph.resizeIndex(Math.max(16, nPlaces * 2));
    if (this.#deleted.delete(label)) this.#graph.unmarkDelete(label);
    this.#graph.addPoint(values, label);
    this.#labels.add(label);
  }

  /** Returns whether the label was there. */
  remove(label: number): boolean {
    if (!this.#labels.delete(label)) return false;
    this.#graph.markDelete(label);
    this.#deleted.add(label);
    return true;
  }

  /** Returns up to `k` neighbours, nearest first; none for a query of zeros. Throws RangeError for a query that is no vector. */
  search(query: ArrayLike<number>, k: number): HnswNeighbour[] {
    const values = this.#checked(query);
    const wanted = Math.min(Math.floor(k), this.size);
    if (!(wanted > 0) || !values.some((value) => value !== 0)) return [];
    this.#useEf(Math.max(minEf, wanted));
    const { neighbors, distances } = this.#graph.searchKnn(values, wanted);
    return neighbors
      .map((label, i) => ({ label, similarity: 1 - (distances[i] as number) }))
      .filter(({ label, similarity }) => this.#labels.has(label) && Number.isFinite(similarity));
  }

  /**
   * Writes the index and then what describes it, so that a kill in between leaves a pair that does not fit, which
   * `loadHnsw` refuses. Errors: those of the file system; the add-on itself reports none.
   */
  save(file: string): void {
    const temporary = `${file}.new`;
    // The add-on says nothing when it cannot write, so whether it can is tried first.
    closeSync(openSync(temporary, "w"));
    this.#graph.writeIndexSync(temporary);
    const { sizeBytes, sha256 } = digestOf(temporary);
    const probe: HnswManifest = {
      formatVersion,
      ...this.#spec,
      metric,
      count: this.#graph.getCurrentCount(),
      deleted: [...this.#deleted],
      sizeBytes,
      sha256,
    };
    if (sizeBytes === 0) throw Object.assign(new Error("nothing was written"), { code: "ENOSPC" });
    flush(temporary);
    const manifest = manifestFile(file);
    writeFileSync(`${manifest}.new`, JSON.stringify(probe));
    flush(`${manifest}.new`);
    rmSync(manifest, { force: true });
    renameSync(temporary, file);
    renameSync(`${manifest}.new`, manifest);
  }

  #checked(vector: ArrayLike<number>): number[] {
    if (vector.length !== this.#spec.dimensions)
      throw new RangeError(`${vector.length} dimensions, not ${this.#spec.dimensions}`);
    // The add-on takes plain arrays only.
    const values = Array.from(vector);
    if (!values.every(Number.isFinite)) throw new RangeError("a value that is no finite number");
    return values;
  }

  /** The add-on forgets this number when it saves. */
  #useEf(ef: number): void {
    if (ef === this.#ef) return;
    this.#ef = ef;
    this.#graph.setEf(ef);
  }
}

/** Returns an empty index with room for `capacity` embeddings; it grows when there are more. */
export async function createHnsw(spec: HnswSpec, capacity: number): Promise<HnswOutcome> {
  const addon = await loadAddon();
  if (addon === undefined) return { kind: "unusable", fault: "addonMissing" };
  const native = new addon.HierarchicalNSW(metric, spec.dimensions);
  native.initIndex({ maxElements: Math.max(16, capacity), ...graph, randomSeed: 1 });
  return { kind: "ready", index: new HnswIndex(spec, native, []) };
}

/** Opens what `save` wrote; anything else has a fault. */
export async function loadHnsw(file: string, spec: HnswSpec): Promise<HnswOutcome> {
  const unusable = (fault: HnswFault): HnswOutcome => ({ kind: "unusable", fault });
  const addon = await loadAddon();
  if (addon === undefined) return unusable("addonMissing");
  if (!existsSync(file) || !existsSync(manifestFile(file))) return unusable("missing");
  const manifest = readManifest(manifestFile(file));
  if (manifest === undefined) return unusable("damaged");
  if (manifest.formatVersion !== formatVersion || manifest.metric !== metric)
    return unusable("otherFormat");
  if (manifest.modelId !== spec.modelId || manifest.dimensions !== spec.dimensions)
    return unusable("otherModel");
  // The hash stands before the add-on reads anything: a damaged file may end the process there.
  if (statSync(file).size !== manifest.sizeBytes || digestOf(file).sha256 !== manifest.sha256)
    return unusable("damaged");
  const native = new addon.HierarchicalNSW(metric, spec.dimensions);
  if (!canRead(native, file)) return unusable("damaged");
  if (native.getCurrentCount() !== manifest.count) return unusable("damaged");
  return { kind: "ready", index: new HnswIndex(spec, native, manifest.deleted) };
}

/** The add-on throws at what it did not write itself, on this kind of machine. */
function canRead(native: HierarchicalNSW, file: string): boolean {
  try {
    native.readIndexSync(file);
    return true;
  } catch {
    return false;
  }
}

async function loadAddon(): Promise<typeof import("hnswlib-node") | undefined> {
  try {
    // A CommonJS module: what it exports is the default.
    return (await import("hnswlib-node")).default;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isAbsent =
      code === "ERR_MODULE_NOT_FOUND" ||
      code === "MODULE_NOT_FOUND" ||
      code === "ERR_DLOPEN_FAILED" ||
      // What `bindings` throws when it finds no built file.
      String(error).includes("Could not locate the bindings file");
    if (isAbsent) return undefined;
    throw error;
  }
}

function manifestFile(file: string): string {
  return `${file}.json`;
}

function readManifest(file: string): HnswManifest | undefined {
  let told: unknown;
  try {
    told = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof told !== "object" || told === null) return undefined;
  const fields = told as Partial<HnswManifest>;
  const isWhole =
    [fields.formatVersion, fields.dimensions, fields.count, fields.sizeBytes].every(
      (value) => typeof value === "number",
    ) &&
    [fields.modelId, fields.metric, fields.sha256].every((value) => typeof value === "string") &&
    Array.isArray(fields.deleted) &&
    fields.deleted.every((label) => typeof label === "number");
  return isWhole ? (fields as HnswManifest) : undefined;
}

function digestOf(file: string): { sizeBytes: number; sha256: string } {
  const hash = createHash("sha256");
  const buffer = new Uint8Array(hashedAtOnce);
  const handle = openSync(file, "r");
  try {
    let sizeBytes = 0;
    for (;;) {
      const n = readSync(handle, buffer, 0, buffer.length, sizeBytes);
      if (n === 0) return { sizeBytes, sha256: hash.digest("hex") };
      hash.update(buffer.subarray(0, n));
      sizeBytes += n;
    }
  } finally {
    closeSync(handle);
  }
}

function flush(file: string): void {
  const handle = openSync(file, "r+");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
