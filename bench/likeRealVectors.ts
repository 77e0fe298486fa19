/**
 * Embeddings in any number that lie as real ones do. Real chunks are embedded with the shipped model; beyond them,
 * each further vector is a real one moved away from it, by an angle drawn from the angles that real neighbours have,
 * half towards the chunk beside it and half anywhere.
 */
import { randomFrom } from "../server/bank/random.ts";
import { createHash } from "node:crypto";
import { languageOf } from "../server/ingest/languages.ts";
import { chunkByLines } from "../server/ingest/lineChunker.ts";
import { StaticEncoder, type EncoderParts } from "../server/model/staticEncoder.ts";
import { VectorScan } from "../server/model/vectorScan.ts";
import { listFiles, readSource } from "./trees.ts";

/** Every so many chunks one is held out to be asked for. */
const heldOutEvery = 601;
/** Vectors whose nearest neighbour is looked for to measure the spread. */
const nMeasured = 600;
const nNoise = 1 << 20;
/** How long the error of rounding to int8 is, as a share of a vector's length. */
const roundingShare = 0.008;

export interface RealVectors {
  /** Int8, one after the other; no two are the same. */
  readonly base: Int8Array;
  /** Of texts that are not among `base`: whole chunks, and by turns three of their lines put as a question. */
  readonly queries: readonly Int8Array[];
}

/** Embeds every chunk of the trees below some folders. */
export function readRealVectors(folders: readonly string[], parts: EncoderParts): RealVectors {
  const encoder = new StaticEncoder(parts);
  const seen = new Set<string>();
  const pieces: Int8Array[] = [];
  const queries: Int8Array[] = [];
  let n = 0;
  for (const file of folders.flatMap((folder) => [...listFiles(folder)])) {
    const text = readSource(file);
    const language = languageOf(file);
    if (text === undefined || language === undefined) continue;
    const bounds = chunkByLines(text, language).chunks.flatMap((chunk) => [
      chunk.startOffset,
      chunk.endOffset,
    ]);
    const vectors = encoder.encodeSpans(text, bounds);
    for (let at = 0; at < vectors.length; at += encoder.dimensions) {
      const vector = vectors.subarray(at, at + encoder.dimensions);
      const name = createHash("md5").update(vector).digest("base64");
      if (seen.has(name) || vector.every((value) => value === 0)) continue;
      seen.add(name);
      if (++n % heldOutEvery !== 0) {
        pieces.push(vector);
        continue;
      }
      const chunk = (at / encoder.dimensions) * 2;
      const words = text
        .slice(bounds[chunk], bounds[chunk + 1])
        .split("\n")
        .slice(2, 5);
      const asked = encoder.encodeQuery(words.join("\n"));
      const isAsked = queries.length % 2 === 0 && asked.some((value) => value !== 0);
      queries.push(isAsked ? asked : vector.slice());
    }
  }
  const base = new Int8Array(pieces.length * encoder.dimensions);
  pieces.forEach((piece, i) => base.set(piece, i * encoder.dimensions));
  return { base, queries };
}

/** Returns the angles between real vectors and their nearest other one, in radians, smallest first. */
export function neighbourAngles(base: Int8Array, parts: EncoderParts): number[] {
  const { dimensions } = parts.model;
  const scan = new VectorScan(dimensions, parts.kernel);
  scan.add(0, new Uint8Array(base.buffer, base.byteOffset, base.length));
  const n = base.length / dimensions;
  const angles: number[] = [];
  for (let i = 0; i < nMeasured; i++) {
    const row = Math.floor(((i + 0.5) * n) / nMeasured);
    const query = base.subarray(row * dimensions, (row + 1) * dimensions);
    const other = scan.search(query, 2).find(({ idx }) => idx !== row);
    if (other !== undefined) angles.push(Math.acos(Math.min(1, other.similarity)));
  }
  return angles.sort((a, b) => a - b);
}

/** Gives the vector of each number, always the same. */
export class LikeRealVectors {
  readonly dimensions: number;
  readonly #base: Int8Array;
  readonly #inverseNorms: Float32Array;
  readonly #angles: readonly number[];
  readonly #nReal: number;
  readonly #noise = new Float32Array(nNoise);
  readonly #vector: Float32Array;
  readonly #move: Float32Array;

  constructor(base: Int8Array, dimensions: number, angles: readonly number[]) {
    this.dimensions = dimensions;
    this.#base = base;
    this.#angles = angles;
    this.#nReal = base.length / dimensions;
    this.#inverseNorms = inverseNorms(base, dimensions);
    this.#vector = new Float32Array(dimensions);
    this.#move = new Float32Array(dimensions);
    const random = new Random(1);
    // Sums of uniform numbers, near enough to normal ones; a run of them is about one long.
    const scale = Math.sqrt(3 / dimensions);
    for (let i = 0; i < nNoise; i++)
      this.#noise[i] = scale * (random.next() + random.next() + random.next() + random.next() - 2);
  }

  /** Returns vector `id` in float, of length one; valid until the next call. */
  float(id: number): Float32Array {
    const { dimensions } = this;
    const random = new Random(id + 1);
    const vector = this.#vector;
    const move = this.#move;
    const parent = id % this.#nReal;
    const noiseFrom = Math.floor(random.next() * (nNoise - dimensions));
    this.#load(parent, vector);
    // The real ones themselves are stored rounded; what the rounding took is put back by chance.
    if (id < this.#nReal) {
      for (let j = 0; j < dimensions; j++)
        vector[j] = (vector[j] as number) + (this.#noise[noiseFrom + j] as number) * roundingShare;
      scaleTo(vector, vector, 0, 1);
      return vector;
    }
    const angle = this.#angles[Math.floor(random.next() * this.#angles.length)] as number;
    this.#load((parent + 1) % this.#nReal, move);
    let along = 0;
    for (let j = 0; j < dimensions; j++) {
      const value = (move[j] as number) + (this.#noise[noiseFrom + j] as number);
      move[j] = value;
      along += value * (vector[j] as number);
    }
    // At a right angle to the vector, so that the angle comes out as drawn.
    for (let j = 0; j < dimensions; j++)
      move[j] = (move[j] as number) - along * (vector[j] as number);
    scaleTo(vector, move, Math.cos(angle), Math.sin(angle));
    return vector;
  }

  /** Writes vector `id` as it is stored. */
  write(id: number, out: Int8Array): void {
    const vector = this.float(id);
    let most = 0;
    for (let j = 0; j < vector.length; j++) most = Math.max(most, Math.abs(vector[j] as number));
    const scale = 127 / most;
    for (let j = 0; j < vector.length; j++) out[j] = Math.round((vector[j] as number) * scale);
  }

  #load(row: number, out: Float32Array): void {
    const at = row * this.dimensions;
    const scale = this.#inverseNorms[row] as number;
    for (let j = 0; j < out.length; j++) out[j] = (this.#base[at + j] as number) * scale;
  }
}

function inverseNorms(base: Int8Array, dimensions: number): Float32Array {
  const norms = new Float32Array(base.length / dimensions);
  for (let row = 0; row < norms.length; row++) {
    let square = 0;
    for (let j = row * dimensions; j < (row + 1) * dimensions; j++)
      square += (base[j] as number) ** 2;
    norms[row] = 1 / Math.sqrt(square);
  }
  return norms;
}

/** Makes `vector` its own `share` and `moveShare` of `move`, which is made one long. */
function scaleTo(vector: Float32Array, move: Float32Array, share: number, moveShare: number): void {
  let square = 0;
  for (let j = 0; j < move.length; j++) square += (move[j] as number) ** 2;
  const scale = moveShare / Math.sqrt(square);
  for (let j = 0; j < vector.length; j++)
    vector[j] = share * (vector[j] as number) + scale * (move[j] as number);
}

class Random {
  readonly next: () => number;

  constructor(seed: number) {
    this.next = randomFrom(Math.imul(seed, 0x9e37_79b1));
  }
}
