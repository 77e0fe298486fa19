/** Keys, values and tokens of blocks: from the short-term pool, from what was read lately, or from the disk. */
import { blockFrom, partsOfBlock, readRecord, type ChunkRecord } from "./chunkRecord.ts";
import type { BankShape, MemoryTokens } from "./bankTypes.ts";
import type { Block, StoredChunk } from "./bankTables.ts";
import type { SegmentFiles } from "./segmentFiles.ts";
import { sizeOf, type ShortTermPool } from "./shortTermPool.ts";

/** Long-term blocks that are kept after they were read, up to 37 MB: between keystrokes the same ones are recalled. */
const maxKept = 1024;

export interface BlockTokens {
  readonly block: Block;
  readonly tokens: MemoryTokens;
}

export interface ContentRead {
  readonly found: readonly BlockTokens[];
  /** Their records are damaged. */
  readonly lost: readonly StoredChunk[];
}

export class BankContent {
  readonly #shape: BankShape;
  readonly #segments: SegmentFiles;
  readonly #pool: ShortTermPool;
  readonly #kept = new Map<Block, MemoryTokens>();
  #bytes = 0;

  constructor(shape: BankShape, segments: SegmentFiles, pool: ShortTermPool) {
    this.#shape = shape;
    this.#segments = segments;
    this.#pool = pool;
  }

  /** Bytes of what is kept, without the pool's. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Returns the tokens of blocks in the same order. Errors: those of the file system, such as EIO. */
  read(blocks: readonly Block[]): ContentRead {
    const found: BlockTokens[] = [];
    const lost = new Set<StoredChunk>();
    for (const block of blocks) {
      const tokens = this.#inMemory(block) ?? this.#fromDisk(block);
      if (tokens === undefined) lost.add(block.chunk);
      else found.push({ block, tokens });
    }
    // A chunk that turned out to be damaged is lost with all its blocks, those in memory as well.
    return { found: found.filter(({ block }) => !lost.has(block.chunk)), lost: [...lost] };
  }

  /** Returns a chunk's record, `undefined` when it is not whole. */
  recordOf({ place, hash }: StoredChunk): { bytes: Uint8Array; record: ChunkRecord } | undefined {
    const bytes = this.#segments.read(place);
    if (bytes === undefined) return undefined;
    const record = readRecord(bytes, { shape: this.#shape, chunkHash: hash });
    return record === undefined ? undefined : { bytes, record };
  }

  /** Lets go of a block that is gone. */
  forget(block: Block): void {
    this.#bytes -= sizeOf(this.#kept.get(block));
    this.#kept.delete(block);
  }

  #inMemory(block: Block): MemoryTokens | undefined {
    const tokens = this.#pool.tokensOf(block) ?? this.#kept.get(block);
    if (tokens !== undefined && this.#kept.delete(block)) this.#kept.set(block, tokens);
    return tokens;
  }

  /** The block alone: all of its chunk would take five times as long. */
  #fromDisk(block: Block): MemoryTokens | undefined {
    const { place, nTokens, blocks } = block.chunk;
    const counts = { nTokens, nBlocks: blocks.length };
    const parts = partsOfBlock(block, counts, this.#shape).map(({ offset, bytes }) =>
      this.#segments.read({ segment: place.segment, offset: place.offset + offset, bytes }),
    );
    if (!parts.every((part) => part !== undefined)) return undefined;
    const tokens = blockFrom(parts, block.checksum);
    if (tokens === undefined) return undefined;
    if (this.#pool.has(block)) this.#pool.hold(block, tokens);
    else this.#keep(block, tokens);
    return tokens;
  }

  #keep(block: Block, tokens: MemoryTokens): void {
    this.#kept.set(block, tokens);
    this.#bytes += sizeOf(tokens);
    const oldest = this.#kept.keys().next().value;
    if (this.#kept.size > maxKept && oldest !== undefined) this.forget(oldest);
  }
}
