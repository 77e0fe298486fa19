/**
 * The nouns of the bank: what the memory language model caches of a workspace, and what is recalled of it. All of
 * it is plain data; shapes are as in the model's graphs, with `dk` = heads x `dHead`.
 */
import type { KernelModule } from "../model/kernelMemory.ts";

/** What the keys and values are by: those of anything else are never read. */
export interface BankShape {
  /** Changes with everything that changes a key or a value. */
  readonly modelId: string;
  readonly nKvHeads: number;
  readonly dHead: number;
}

/** Most tokens of a block. */
export const maxBlockTokens = 128;
/** Most names of a block. */
export const maxBlockNames = 256;
/** Most tokens of a chunk. */
export const maxChunkTokens = 8192;
/** Token keys that stand for a block in the index: those of highest salience. */
export const representativesPerBlock = 8;

/** Where a chunk stands in a file. A chunk that `has` knows is put by this alone. */
export interface ChunkPlace {
  /** Of the chunk's tokens, header included. */
  readonly chunkHash: string;
  /** Lines of the file, zero-based, the last one included. */
  readonly firstLine: number;
  readonly lastLine: number;
}

/** A chunk with what the model made of it. */
export interface BankChunk extends ChunkPlace {
  readonly tokens: Uint16Array;
  /** Tokens in front that tell the path; none of them stands for a block. */
  readonly headerLength: number;
  /** [T, dk] each. */
  readonly keys: Float32Array;
  readonly values: Float32Array;
  /** [T], larger is more salient. */
  readonly salience: Float32Array;
  /**
   * First token of each block, ascending; a block goes up to the next one. Tokens in front of the first are in
   * none. A block has at most `maxBlockTokens`, and at least one that is not of the header.
   */
  readonly blockStarts: readonly number[];
  /** First and last line of each block in the file; left out, a block has the lines of its chunk. */
  readonly blockLines?: readonly (readonly [firstLine: number, lastLine: number])[];
  /** Hashes of the names in each block, from 0 to 2^31; left out, its blocks are found by their keys alone. */
  readonly blockNames?: readonly Int32Array[];
}

/** Why a chunk is not taken. */
export type ChunkFault =
  /** Lengths that do not fit the shape or each other, or numbers out of their range. */
  | "badShape"
  /** Blocks that are not in order, too long, or without a token of their own; lines or names of other blocks. */
  | "badBlocks"
  /** NaN or infinity among keys, values or salience. */
  | "notFinite";

export type PutOutcome =
  | { readonly kind: "stored"; readonly nWritten: number; readonly nReused: number }
  | { readonly kind: "refused"; readonly fault: ChunkFault; readonly chunkHash: string }
  /** Chunks put by their place alone that are not here (any more): they have to be encoded. */
  | { readonly kind: "unknownChunks"; readonly chunkHashes: readonly string[] }
  /** Does not fit beside what is pinned, even when all else is forgotten. */
  | { readonly kind: "overBudget" }
  /** Nothing changed; to be tried again when there is room. */
  | { readonly kind: "diskFull" };

/** Tokens of a file, of which recall leaves out the blocks. Counted over its chunks without their headers. */
export interface TokenRange {
  readonly fileId: string;
  readonly fromToken: number;
  /** Not included. */
  readonly toToken: number;
}

/** Lines of a file, of which recall leaves out the blocks. */
export interface LineRange {
  readonly fileId: string;
  readonly fromLine: number;
  /** Not included. */
  readonly toLine: number;
}

/** A name that a question is about. */
export interface AskedName {
  /** As in `BankChunk.blockNames`. */
  readonly hash: number;
  /** Not negative. */
  readonly weight: number;
}

export interface RecallOptions {
  /** Blocks wanted, up to `maxRecalledBlocks`. */
  readonly nBlocks: number;
  /** Share of them that are neighbours of the others; 0.3 when left out (EM-LLM's contiguity buffer). */
  readonly neighbourShare?: number;
  /** Up to `maxAskedNames`: half of the blocks that are no neighbours are then the best by names, the others by keys. */
  readonly names?: readonly AskedName[];
  readonly without?: readonly (TokenRange | LineRange)[];
  readonly only?: (fileId: string) => boolean;
  /** Compares the keys with everything instead of asking the index. */
  readonly exact?: boolean;
}

/** A block that was recalled. */
export interface RecalledBlock {
  readonly blockId: number;
  readonly fileId: string;
  readonly chunkHash: string;
  /** Lines of the file, zero-based, the last one included. */
  readonly firstLine: number;
  readonly lastLine: number;
  /** Tokens of the file, as in `TokenRange`. */
  readonly fromToken: number;
  readonly toToken: number;
  /** Cosine of the best representative and the best query, larger is better. */
  readonly score: number;
  /** Tokens that were written since. */
  readonly age: number;
  readonly from: "shortTerm" | "longTerm";
  /** `neighbour`: it came along with a block that stands beside it. */
  readonly foundBy: "keys" | "names" | "neighbour";
}

/** Why nothing was asked. */
export type RecallFault =
  /** A query of another length, or NaN or infinity in one; a name or a weight that is none. */
  | "badQuery"
  /** More queries, names or blocks than are allowed, or a number that is none. */
  | "tooMuch";

export type RecallOutcome =
  | { readonly kind: "recalled"; readonly blocks: readonly RecalledBlock[] }
  | { readonly kind: "refused"; readonly fault: RecallFault };

/** What the read graph takes, for `B` tokens. */
export interface MemoryTokens {
  readonly ids: Uint16Array;
  /** [B, dk] each. */
  readonly keys: Int8Array;
  readonly values: Int8Array;
  /** [B, nKvHeads] each. */
  readonly keyScales: Float32Array;
  readonly valueScales: Float32Array;
}

/** The tokens of blocks, the oldest first. */
export interface RecalledTokens extends MemoryTokens {
  /** Which of the tokens are whose. */
  readonly spans: readonly {
    readonly blockId: number;
    readonly from: number;
    readonly to: number;
  }[];
  /** Blocks that are gone, or were found to be damaged: their tokens are left out. */
  readonly lost: readonly number[];
}

/** A chunk of a remembered file that has to be encoded (again). */
export interface MissingChunk {
  readonly fileId: string;
  readonly chunkHash: string;
}

export interface BankFile {
  readonly fileId: string;
  /** `undefined` when a chunk of it is missing, so that the file has to be put again. */
  readonly contentHash: string | undefined;
  readonly isPinned: boolean;
  /** Chunks that went because the bank is full. */
  readonly nForgotten: number;
}

export interface BankStatus {
  /** All files of the bank's folder. */
  readonly bytes: number;
  /** Of which in records that are in use. */
  readonly liveBytes: number;
  readonly nTokens: number;
  readonly nBlocks: number;
  readonly nShortTerm: number;
  readonly nLongTerm: number;
  readonly nFiles: number;
  readonly nMissingChunks: number;
  /** Chunks of files that are still remembered otherwise. */
  readonly nForgottenChunks: number;
  /** Typed arrays held in memory, the native graph included as estimated. */
  readonly ramBytes: number;
  /** How recall searches. */
  readonly search: "scan" | "graph";
}

/** What happened to an older bank when it was opened. */
export type BankNotice =
  /** Made by another model or shape: what was remembered has to be encoded anew; see `missing`. */
  | { readonly kind: "otherModel" }
  /** The catalogue was damaged, and all is forgotten. */
  | { readonly kind: "damaged" }
  /** Written by another version of Lore, and forgotten. */
  | { readonly kind: "otherVersion" };

export interface BankOptions {
  readonly kernel: KernelModule;
  /** Blocks in the short-term pool. */
  readonly nShortTerm?: number;
  /** What records may take on disk. */
  readonly capacityBytes?: number;
  /** Of the random drops. */
  readonly seed?: number;
  /** Representatives up to which all are compared. */
  readonly scanLimit?: number;
  /** Names that are kept in memory before they are put in order on the disk. */
  readonly maxFreshNames?: number;
  /** Bytes at which a new segment file is begun. */
  readonly segmentBytes?: number;
}
