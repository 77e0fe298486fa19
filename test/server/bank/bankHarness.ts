/** Banks in temporary folders, and chunks with keys that lie in clusters, as real ones do. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { crc32 } from "node:zlib";
import { BankStore } from "../../../server/bank/bankStore.ts";
import type {
  BankChunk,
  BankOptions,
  BankShape,
  RecalledBlock,
  RecallOptions,
} from "../../../server/bank/bankTypes.ts";
import { kernelUrl } from "../../../server/threads.ts";
import { compileKernel } from "../../../server/wasmTiering.ts";
import { randomNumbers } from "../workspaceMemoryHarness.ts";

export const shape: BankShape = { modelId: "model-a", nKvHeads: 2, dHead: 64 };
export const dk = shape.nKvHeads * shape.dHead;
export const kernel = compileKernel(readFileSync(kernelUrl()));

/** Opens a bank that has to open. */
export async function openBank(
  folder: string,
  options: Partial<BankOptions> = {},
  of: BankShape = shape,
): Promise<BankStore> {
  const outcome = await BankStore.open(folder, of, { kernel, ...options });
  assert.ok(outcome.kind === "ready", outcome.kind);
  return outcome.store;
}

/** Makes vectors of many heads of length one. Contexts come in kinds, some of them far more frequent than others. */
export class VectorSource {
  readonly #random: () => number;
  readonly #middles: Float32Array[];
  readonly #spread: number;

  constructor(seed: number, { nKinds = 400, spread = 0.8 } = {}) {
    this.#random = randomNumbers(seed);
    this.#spread = spread;
    this.#middles = Array.from({ length: nKinds }, () => this.#direction());
  }

  /** A vector near the middle of a kind that is drawn, [dk] with a length of one for each head. */
  next(): Float32Array {
    const kind = Math.floor(this.#middles.length * this.#random() ** 2);
    return this.near(this.#middles[kind] as Float32Array, this.#spread);
  }

  /** A vector in the neighbourhood of another. */
  near(middle: Float32Array, spread: number): Float32Array {
    const away = this.#direction();
    return normalised(middle.map((value, i) => value + spread * (away[i] as number)));
  }

  number(): number {
    return this.#random();
  }

  #direction(): Float32Array {
    const vector = new Float32Array(dk);
    for (let i = 0; i < dk; i++) vector[i] = this.#random() + this.#random() - 1;
    return normalised(vector);
  }
}

/** Returns the vector with each of its heads of length one. */
function normalised(vector: Float32Array, dHead = shape.dHead): Float32Array {
  const scaled = vector.slice();
  for (let from = 0; from < scaled.length; from += dHead) {
    const head = scaled.subarray(from, from + dHead);
    const length = lengthOf(head);
    for (let i = 0; i < dHead; i++) head[i] = (head[i] as number) / length;
  }
  return scaled;
}

/** Returns a key as a query: of length one in all. */
export function asQuery(key: Float32Array): Float32Array {
  const length = lengthOf(key);
  return key.map((value) => value / length);
}

function lengthOf(vector: Float32Array): number {
  let square = 0;
  for (let i = 0; i < vector.length; i++) square += (vector[i] as number) ** 2;
  return Math.sqrt(square);
}

export interface ChunkSpec {
  readonly hash: string;
  readonly nTokens?: number;
  readonly headerLength?: number;
  readonly blockTokens?: number;
  readonly firstLine?: number;
}

/** Returns a name that one block alone has. */
export function nameOf(chunkHash: string, idx: number, n = 0): number {
  return crc32(`${chunkHash} ${idx} ${n}`) % 2 ** 26;
}

/** Makes a chunk with ten tokens on a line. Its tokens, keys and salience are drawn from the source. */
export function makeChunk(source: VectorSource, spec: ChunkSpec): BankChunk {
  const { hash, nTokens = 240, headerLength = 8, blockTokens = 64, firstLine = 0 } = spec;
  const vectors = (): Float32Array => {
    const all = new Float32Array(nTokens * dk);
    for (let t = 0; t < nTokens; t++) all.set(source.next(), t * dk);
    return all;
  };
  const blockStarts: number[] = [];
  for (let start = headerLength; start < nTokens; start += blockTokens) blockStarts.push(start);
  const lineOf = (token: number): number => firstLine + Math.floor((token - headerLength) / 10);
  return {
    chunkHash: hash,
    tokens: Uint16Array.from({ length: nTokens }, () => Math.floor(source.number() * 8192)),
    headerLength,
    keys: vectors(),
    values: vectors(),
    salience: Float32Array.from({ length: nTokens }, () => source.number() * 4 - 2),
    blockStarts,
    blockLines: blockStarts.map((start, i) => [
      lineOf(start),
      lineOf((blockStarts[i + 1] ?? nTokens) - 1),
    ]),
    blockNames: blockStarts.map((_start, idx) =>
      Int32Array.from({ length: 3 }, (_, n) => nameOf(hash, idx, n)),
    ),
    firstLine,
    lastLine: lineOf(nTokens - 1),
  };
}

/** Makes the chunks of a file, one behind the other. */
export function makeChunks(source: VectorSource, name: string, n: number): BankChunk[] {
  const lines = 24;
  return Array.from({ length: n }, (_, i) =>
    makeChunk(source, { hash: `${name}#${i}`, firstLine: i * lines }),
  );
}

/** Returns the key of a block's most salient token, which stands for it. */
export function keyOfBlock(chunk: BankChunk, idx: number): Float32Array {
  const start = Math.max(chunk.blockStarts[idx] as number, chunk.headerLength);
  const end = chunk.blockStarts[idx + 1] ?? chunk.tokens.length;
  let best = start;
  for (let t = start; t < end; t++)
    if ((chunk.salience[t] as number) > (chunk.salience[best] as number)) best = t;
  return chunk.keys.slice(best * dk, (best + 1) * dk);
}

/** Recalls what has to be taken as a question. */
export function recalled(
  store: BankStore,
  queries: readonly Float32Array[],
  options: RecallOptions,
): readonly RecalledBlock[] {
  const outcome = store.recall(queries, options);
  assert.ok(outcome.kind === "recalled");
  return outcome.blocks;
}

/** Puts a file that has to be taken. */
export function putFile(store: BankStore, fileId: string, chunks: readonly BankChunk[]): void {
  const hash = chunks.map(({ chunkHash }) => chunkHash).join("+");
  assert.equal(store.put(fileId, `content ${hash}`, chunks).kind, "stored");
}

/** Asserts that what the status counts as it goes is what a walk through everything finds. */
export function assertCounted(store: BankStore, folder: string): void {
  const { bytes, nFiles, nMissingChunks, nForgottenChunks } = store.status();
  const files = store.files();
  assert.equal(nFiles, files.length);
  assert.equal(nMissingChunks, store.missing().length);
  assert.equal(
    nForgottenChunks,
    files.reduce((n, { nForgotten }) => n + nForgotten, 0),
  );
  const sizes = readdirSync(folder).map((name) => statSync(path.join(folder, name)).size);
  assert.equal(
    bytes,
    sizes.reduce((n, size) => n + size, 0),
  );
}

/** Works until there is nothing left to do. */
export async function settle(store: BankStore): Promise<void> {
  while ((await store.upkeep(1000)).more);
}

/** Returns the names of the folder's files that contain some bytes. */
export function filesWith(folder: string, bytes: Buffer): string[] {
  return readdirSync(folder).filter((name) =>
    readFileSync(path.join(folder, name)).includes(bytes),
  );
}

/** Returns the bytes of a chunk's tokens as they lie on the disk. */
export function tokenBytes({ tokens }: BankChunk, from = 0, to = tokens.length): Buffer {
  return Buffer.from(tokens.slice(from, to).buffer);
}
