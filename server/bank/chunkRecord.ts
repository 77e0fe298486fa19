/**
 * A chunk as it lies on disk: one contiguous record, so that one read brings all of it. The head is
 * little-endian, the arrays are as this machine has them.
 *
 * | at | bytes | what |
 * |---|---|---|
 * | 0 | 4 | magic |
 * | 4 | 4 | format version |
 * | 8 | 4 | bytes of the record |
 * | 12 | 4 | CRC-32 of everything else |
 * | 16 | 4, 4, 4, 4 | tokens T, heads, dHead, blocks |
 * | 32 | 4 | header's tokens; 4 more are zero |
 * | 40 | 32, 32 | SHA-256 of the model's id and of the chunk's hash |
 * | 104 | | key scales f32 [T, heads], value scales f32 [T, heads], salience f32 [T] |
 * | | | blocks u16 [blocks, 4]: first token, end, first line and last line after the chunk's first |
 * | | | tokens u16 [T], keys i8 [T, dk], values i8 [T, dk], zeros up to a multiple of 8 |
 */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { quantiseHeads, type Quantised } from "./quantise.ts";
import type { BankChunk, BankShape, MemoryTokens } from "./bankTypes.ts";

const magic = 0x4b424c4d;
const formatVersion = 1;
const headBytes = 104;
const crcAt = 12;

/** A block within its chunk. Lines are counted from the chunk's first; the last one is included. */
export interface RecordBlock {
  readonly start: number;
  readonly end: number;
  readonly firstLine: number;
  readonly lastLine: number;
}

/** What a record holds. The arrays are views of its bytes. */
export interface ChunkRecord extends MemoryTokens {
  readonly headerLength: number;
  readonly salience: Float32Array;
  readonly blocks: readonly RecordBlock[];
}

export interface PackedChunk {
  readonly bytes: Uint8Array;
  /** Views of the bytes. */
  readonly record: ChunkRecord;
  readonly keys: Quantised;
}

/** Which record is expected. */
export interface RecordName {
  readonly shape: BankShape;
  readonly chunkHash: string;
}

interface Layout {
  readonly keyScales: number;
  readonly valueScales: number;
  readonly salience: number;
  readonly blocks: number;
  readonly ids: number;
  readonly keys: number;
  readonly values: number;
  readonly bytes: number;
}

/** Packs a chunk that `chunkFault` has no objection to. */
export function packChunk(chunk: BankChunk, shape: BankShape): PackedChunk {
  const nTokens = chunk.tokens.length;
  const blocks = blocksOf(chunk);
  const keys = quantiseHeads(chunk.keys, shape.dHead);
  const values = quantiseHeads(chunk.values, shape.dHead);
  const layout = layoutOf(nTokens, blocks.length, shape);
  const bytes = new Uint8Array(layout.bytes);
  const head = new DataView(bytes.buffer);
  const { nKvHeads, dHead } = shape;
  [magic, formatVersion, layout.bytes, 0, nTokens, nKvHeads, dHead, blocks.length].forEach(
    (value, i) => head.setUint32(i * 4, value, true),
  );
  head.setUint32(32, chunk.headerLength, true);
  bytes.set(digestOf(shape.modelId), 40);
  bytes.set(digestOf(chunk.chunkHash), 72);
  const packed = viewsOf(bytes, layout, nTokens, blocks.length, shape);
  packed.keyScales.set(keys.scales);
  packed.valueScales.set(values.scales);
  packed.salience.set(chunk.salience);
  packed.blockFields.set(blocks.flatMap((b) => [b.start, b.end, b.firstLine, b.lastLine]));
  packed.ids.set(chunk.tokens);
  packed.keys.set(keys.values);
  packed.values.set(values.values);
  head.setUint32(crcAt, checksumOf(bytes), true);
  const { blockFields: _fields, ...arrays } = packed;
  return { bytes, record: { ...arrays, headerLength: chunk.headerLength, blocks }, keys };
}

/**
 * Returns what a record holds, `undefined` when it is not the expected one: cut off, changed, of another chunk,
 * model or version.
 */
export function readRecord(bytes: Uint8Array, name: RecordName): ChunkRecord | undefined {
  const { shape, chunkHash } = name;
  if (bytes.length < headBytes || bytes.byteOffset % 4 !== 0) return undefined;
  const head = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const field = (i: number): number => head.getUint32(i * 4, true);
  if (field(0) !== magic || field(1) !== formatVersion || field(2) !== bytes.length)
    return undefined;
  if (field(3) !== checksumOf(bytes)) return undefined;
  if (field(5) !== shape.nKvHeads || field(6) !== shape.dHead) return undefined;
  if (!isSame(bytes, 40, digestOf(shape.modelId)) || !isSame(bytes, 72, digestOf(chunkHash)))
    return undefined;
  const [nTokens, nBlocks] = [field(4), field(7)];
  const layout = layoutOf(nTokens, nBlocks, shape);
  if (layout.bytes !== bytes.length) return undefined;
  const { blockFields, ...arrays } = viewsOf(bytes, layout, nTokens, nBlocks, shape);
  const blocks = Array.from({ length: nBlocks }, (_, i) => {
    const [start = 0, end = 0, firstLine = 0, lastLine = 0] = blockFields.subarray(
      i * 4,
      i * 4 + 4,
    );
    return { start, end, firstLine, lastLine };
  });
  return { ...arrays, headerLength: field(8), blocks };
}

/** Bytes of a record. */
export interface RecordPart {
  readonly offset: number;
  readonly bytes: number;
}

/**
 * Returns where a block's tokens, keys, values and scales lie in the record of a chunk with so many tokens and blocks;
 * `blockFrom` makes of these parts, in the same order, what they hold.
 */
export function partsOfBlock(
  { start, end }: Pick<RecordBlock, "start" | "end">,
  { nTokens, nBlocks }: { readonly nTokens: number; readonly nBlocks: number },
  shape: BankShape,
): RecordPart[] {
  const layout = layoutOf(nTokens, nBlocks, shape);
  const [perScale, perVector] = [shape.nKvHeads * 4, shape.nKvHeads * shape.dHead];
  const part = (at: number, width: number): RecordPart => ({
    offset: at + start * width,
    bytes: (end - start) * width,
  });
  return [
    part(layout.ids, 2),
    part(layout.keys, perVector),
    part(layout.values, perVector),
    part(layout.keyScales, perScale),
    part(layout.valueScales, perScale),
  ];
}

/** Returns a block from its parts, each with a buffer of its own; `undefined` when they are not those with this checksum. */
export function blockFrom(
  [ids, keys, values, keyScales, valueScales]: readonly Uint8Array<ArrayBuffer>[],
  checksum: number,
): MemoryTokens | undefined {
  if (!ids || !keys || !values || !keyScales || !valueScales) return undefined;
  const tokens = {
    ids: new Uint16Array(ids.buffer),
    keys: new Int8Array(keys.buffer),
    values: new Int8Array(values.buffer),
    keyScales: new Float32Array(keyScales.buffer),
    valueScales: new Float32Array(valueScales.buffer),
  };
  return checksumOfBlock(tokens) === checksum ? tokens : undefined;
}

/** Returns a checksum (CRC-32) of what a block holds. */
export function checksumOfBlock({
  ids,
  keys,
  values,
  keyScales,
  valueScales,
}: MemoryTokens): number {
  return [ids, keys, values, keyScales, valueScales].reduce(
    (sum, { buffer, byteOffset, byteLength }) =>
      crc32(new Uint8Array(buffer, byteOffset, byteLength), sum),
    0,
  );
}

/** Returns a copy of some of a record's tokens, which does not keep the record in memory. */
export function tokensIn(record: ChunkRecord, { start, end }: RecordBlock): MemoryTokens {
  const perToken = <A extends Int8Array | Float32Array>(array: A): A => {
    const width = array.length / record.ids.length;
    return array.slice(start * width, end * width) as A;
  };
  return {
    ids: record.ids.slice(start, end),
    keys: perToken(record.keys),
    values: perToken(record.values),
    keyScales: perToken(record.keyScales),
    valueScales: perToken(record.valueScales),
  };
}

function blocksOf(chunk: BankChunk): RecordBlock[] {
  const { blockStarts, blockLines, tokens, firstLine, lastLine } = chunk;
  return blockStarts.map((start, i) => {
    const [first, last] = blockLines?.[i] ?? [firstLine, lastLine];
    const end = blockStarts[i + 1] ?? tokens.length;
    return { start, end, firstLine: first - firstLine, lastLine: last - firstLine };
  });
}

function layoutOf(nTokens: number, nBlocks: number, { nKvHeads, dHead }: BankShape): Layout {
  const keyScales = headBytes;
  const valueScales = keyScales + nTokens * nKvHeads * 4;
  const salience = valueScales + nTokens * nKvHeads * 4;
  const blocks = salience + nTokens * 4;
  const ids = blocks + nBlocks * 8;
  const keys = ids + nTokens * 2;
  const values = keys + nTokens * nKvHeads * dHead;
  const bytes = Math.ceil((values + nTokens * nKvHeads * dHead) / 8) * 8;
  return { keyScales, valueScales, salience, blocks, ids, keys, values, bytes };
}

interface RecordViews extends MemoryTokens {
  readonly salience: Float32Array;
  readonly blockFields: Uint16Array;
}

function viewsOf(
  { buffer, byteOffset }: Uint8Array,
  layout: Layout,
  nTokens: number,
  nBlocks: number,
  { nKvHeads, dHead }: BankShape,
): RecordViews {
  const dk = nKvHeads * dHead;
  const at = (offset: number): number => byteOffset + offset;
  return {
    keyScales: new Float32Array(buffer, at(layout.keyScales), nTokens * nKvHeads),
    valueScales: new Float32Array(buffer, at(layout.valueScales), nTokens * nKvHeads),
    salience: new Float32Array(buffer, at(layout.salience), nTokens),
    blockFields: new Uint16Array(buffer, at(layout.blocks), nBlocks * 4),
    ids: new Uint16Array(buffer, at(layout.ids), nTokens),
    keys: new Int8Array(buffer, at(layout.keys), nTokens * dk),
    values: new Int8Array(buffer, at(layout.values), nTokens * dk),
  };
}

function checksumOf(bytes: Uint8Array): number {
  return crc32(bytes.subarray(crcAt + 4), crc32(bytes.subarray(0, crcAt)));
}

function digestOf(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}

function isSame(bytes: Uint8Array, at: number, expected: Uint8Array): boolean {
  return expected.every((value, i) => bytes[at + i] === value);
}
