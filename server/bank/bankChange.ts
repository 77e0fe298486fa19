/** What a write will do to the bank, worked out before anything is done. */
import {
  checksumOfBlock,
  packChunk,
  tokensIn,
  type ChunkRecord,
  type RecordBlock,
} from "./chunkRecord.ts";
import { chunkFault, placeFault } from "./chunkCheck.ts";
import { chunksToForget } from "./forgetting.ts";
import { putRow, rowLength, type Quantised } from "./quantise.ts";
import {
  representativesPerBlock,
  type BankChunk,
  type BankShape,
  type ChunkPlace,
  type PutOutcome,
} from "./bankTypes.ts";
import type { BankParts } from "./bankParts.ts";
import type { BankTables, ChunkUse, StoredChunk, StoredFile } from "./bankTables.ts";
import type { PoolChange } from "./shortTermPool.ts";

/** A chunk that is written for the first time. */
export interface NewChunk {
  readonly chunk: StoredChunk;
  readonly record: ChunkRecord;
  /** The record as it is to be written. */
  readonly bytes: Uint8Array;
  /** Index rows of its blocks, one behind the other. */
  readonly rows: Int8Array;
  /** Of its blocks. */
  readonly names: readonly Int32Array[];
}

export interface BankChange {
  readonly written: readonly NewChunk[];
  /** Chunks that go: nobody uses them any more, or there is no room for them. */
  readonly gone: readonly StoredChunk[];
  /** What files consist of afterwards, for those that change. */
  readonly uses: ReadonlyMap<StoredFile, ChunkUse[]>;
  /** Chunks of other files that go for want of room. */
  readonly nForgotten: ReadonlyMap<StoredFile, number>;
  readonly pool: PoolChange;
  readonly clock: number;
}

/** Returns why chunks cannot be put, `undefined` for nothing. */
export function putFault(
  tables: BankTables,
  shape: BankShape,
  chunks: readonly (BankChunk | ChunkPlace)[],
): PutOutcome | undefined {
  const unknown: string[] = [];
  for (const chunk of chunks) {
    const { chunkHash } = chunk;
    const fault = placeFault(chunk) ?? (isEncoded(chunk) ? chunkFault(chunk, shape) : undefined);
    if (fault !== undefined) return { kind: "refused", fault, chunkHash };
    const isKnown = isEncoded(chunk) || tables.chunks.has(chunkHash);
    if (!isKnown) unknown.push(chunkHash);
  }
  return unknown.length === 0 ? undefined : { kind: "unknownChunks", chunkHashes: unknown };
}

/** Works out what putting a file does, `undefined` when it does not fit. */
export function planPut(
  parts: BankParts,
  file: StoredFile,
  chunks: readonly (BankChunk | ChunkPlace)[],
): BankChange | undefined {
  const { tables, shape } = parts;
  const written = new Map<string, NewChunk>();
  let { clock } = tables;
  for (const chunk of chunks) {
    if (!isEncoded(chunk) || tables.chunks.has(chunk.chunkHash) || written.has(chunk.chunkHash))
      continue;
    written.set(chunk.chunkHash, newChunk(tables, chunk, shape, clock));
    clock += chunk.tokens.length;
  }
  const uses = usesOf(tables, file, chunks, written);
  const kept = new Set(uses.map(({ hash }) => hash));
  const orphans = tables.orphansWithout(file.uses, kept);
  const total = (list: readonly StoredChunk[]): number =>
    list.reduce((n, { place }) => n + place.bytes, 0);
  const needed = total([...written.values()].map(({ chunk }) => chunk));
  const leaving = new Set(orphans);
  const forgotten = chunksToForget(
    tables.chunks.values(),
    {
      clock,
      liveBytes: tables.liveBytes - total(orphans),
      neededBytes: needed,
      capacityBytes: parts.capacityBytes,
    },
    (chunk) => leaving.has(chunk) || kept.has(chunk.hash),
  );
  if (forgotten === undefined) return undefined;
  return {
    ...changeWithout(parts, file, uses, orphans, forgotten, [...written.values()]),
    clock,
  };
}

/** Works out what removing a file does. */
export function planRemove(parts: BankParts, file: StoredFile): BankChange {
  const { tables } = parts;
  const orphans = tables.orphansWithout(file.uses);
  return { ...changeWithout(parts, file, [], orphans, [], []), clock: tables.clock };
}

function changeWithout(
  { pool }: BankParts,
  file: StoredFile,
  own: ChunkUse[],
  orphans: readonly StoredChunk[],
  forgotten: readonly StoredChunk[],
  written: readonly NewChunk[],
): Omit<BankChange, "clock"> {
  const uses = new Map([[file, own]]);
  const nForgotten = new Map<StoredFile, number>();
  for (const chunk of forgotten)
    for (const use of chunk.uses) {
      // The uses of the file itself are replaced in any case.
      if (use.file === file) continue;
      const others = uses.get(use.file) ?? use.file.uses;
      uses.set(
        use.file,
        others.filter((other) => other !== use),
      );
      nForgotten.set(use.file, (nForgotten.get(use.file) ?? 0) + 1);
    }
  const gone = [...orphans, ...forgotten];
  const leaving = new Set(gone.flatMap(({ blocks }) => blocks));
  const incoming = written.flatMap(({ chunk }) => chunk.blocks);
  return { written, gone, uses, nForgotten, pool: pool.plan(incoming, leaving) };
}

function usesOf(
  tables: BankTables,
  file: StoredFile,
  chunks: readonly ChunkPlace[],
  written: ReadonlyMap<string, NewChunk>,
): ChunkUse[] {
  let fromToken = 0;
  return chunks.map(({ chunkHash: hash, firstLine }, idx) => {
    const use = { file, idx, hash, firstLine, fromToken };
    const chunk = written.get(hash)?.chunk ?? tables.chunks.get(hash);
    fromToken += (chunk?.nTokens ?? 0) - (chunk?.headerLength ?? 0);
    return use;
  });
}

function newChunk(tables: BankTables, chunk: BankChunk, shape: BankShape, clock: number): NewChunk {
  const { bytes, record, keys } = packChunk(chunk, shape);
  const stored: StoredChunk = {
    id: tables.nextId++,
    hash: chunk.chunkHash,
    // Its place is known when it is written.
    place: { segment: 0, offset: 0, bytes: bytes.length },
    nTokens: chunk.tokens.length,
    headerLength: chunk.headerLength,
    blocks: [],
    uses: new Set(),
  };
  const rows: Int8Array[] = [];
  for (const [idx, block] of record.blocks.entries()) {
    const tokens = salientTokens(chunk, block);
    rows.push(rowsOf(tokens, keys, shape));
    stored.blocks.push({
      id: tables.nextId++,
      chunk: stored,
      idx,
      ...block,
      birth: clock + block.start,
      nRepresentatives: tokens.length,
      checksum: checksumOfBlock(tokensIn(record, block)),
      isShortTerm: false,
      recalls: 0,
    });
  }
  return { chunk: stored, record, bytes, rows: joined(rows), names: chunk.blockNames ?? [] };
}

/** The tokens of highest salience that are not of the header; the earlier first among equals. */
function salientTokens({ salience, headerLength }: BankChunk, block: RecordBlock): number[] {
  const from = Math.max(block.start, headerLength);
  return Array.from({ length: block.end - from }, (_, i) => from + i)
    .sort((a, b) => (salience[b] as number) - (salience[a] as number) || a - b)
    .slice(0, representativesPerBlock);
}

function rowsOf(tokens: readonly number[], keys: Quantised, shape: BankShape): Int8Array {
  const { nKvHeads, dHead } = shape;
  const rowBytes = rowLength(nKvHeads * dHead);
  const rows = new Int8Array(tokens.length * rowBytes);
  tokens.forEach((t, i) => putRow(keys, t, dHead, nKvHeads, rows, i * rowBytes));
  return rows;
}

function joined(parts: readonly Int8Array[]): Int8Array {
  const all = new Int8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function isEncoded(chunk: BankChunk | ChunkPlace): chunk is BankChunk {
  return "tokens" in chunk;
}
