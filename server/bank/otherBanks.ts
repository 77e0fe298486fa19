/**
 * What other banks of the same store hold, read beside whoever has them open: a chunk that one of them has is copied and
 * not encoded again, as in another working tree of a repository. Nothing stays open longer than it is used, so that
 * whoever erases a bank erases all of it.
 */
import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import path from "node:path";
import {
  isStoreFailure,
  openForReading,
  type Database,
  type StatementSync,
} from "../memory/database.ts";
import { catalogueFile } from "./bankParts.ts";
import { shapeText } from "./bankShape.ts";
import type { BankShape } from "./bankTypes.ts";
import { catalogueVersion } from "./catalogue.ts";
import { readRecord } from "./chunkRecord.ts";
import { segmentFile, type RecordPlace } from "./segmentFiles.ts";

/** A chunk as it was encoded, up to the rounding to int8. */
export interface CopiedChunk {
  readonly tokens: Uint16Array;
  /** [T, dk] each. */
  readonly keys: Float32Array;
  readonly values: Float32Array;
  /** [T]. */
  readonly salience: Float32Array;
}

interface OtherBank {
  readonly folder: string;
  readonly database: Database;
  readonly place: StatementSync;
}

const cacheBytes = 1024 * 1024;

export class OtherBanks {
  readonly #folder: string;
  readonly #shape: BankShape;
  /** The one that had a chunk last comes first. */
  #open: OtherBank[] | undefined;

  /** `folder`: of the bank that the chunks are for. */
  constructor(folder: string, shape: BankShape) {
    this.#folder = folder;
    this.#shape = shape;
  }

  /** Returns a chunk that some other bank holds, `undefined` when none does, or not whole. */
  find(chunkHash: string): CopiedChunk | undefined {
    this.#open ??= this.#banksBeside();
    for (const bank of this.#open) {
      const found = this.#read(bank, chunkHash);
      if (found === undefined) continue;
      this.#open = [bank, ...this.#open.filter((other) => other !== bank)];
      return found;
    }
    return undefined;
  }

  /** Lets go of the others; `find` looks for them again. */
  close(): void {
    for (const { database } of this.#open ?? []) database.close();
    this.#open = undefined;
  }

  #banksBeside(): OtherBank[] {
    const all = path.dirname(this.#folder);
    return readdirSync(all, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== path.basename(this.#folder))
      .flatMap(({ name }) => this.#openBank(path.join(all, name)) ?? []);
  }

  /** `undefined` for what is no bank, of another model or version, or damaged. */
  #openBank(folder: string): OtherBank | undefined {
    if (statSync(catalogueFile(folder), { throwIfNoEntry: false }) === undefined) return undefined;
    let database: Database | undefined;
    try {
      database = openForReading(catalogueFile(folder), cacheBytes);
      const version = database.prepare("PRAGMA user_version").get()?.["user_version"];
      const shape =
        version === catalogueVersion
          ? database.prepare("SELECT value FROM meta WHERE key = 'shape'").get()?.["value"]
          : undefined;
      if (shape === shapeText(this.#shape)) {
        const place = database.prepare("SELECT segment, offset, bytes FROM chunks WHERE hash = ?");
        return { folder, database, place };
      }
    } catch (error) {
      if (!isStoreFailure(error)) throw error;
    }
    database?.close();
    return undefined;
  }

  /** Whoever has the bank open may erase the record meanwhile: its checksum tells. */
  #read({ folder, place }: OtherBank, chunkHash: string): CopiedChunk | undefined {
    try {
      const found = place.get(chunkHash) as unknown as RecordPlace | undefined;
      const bytes = found && bytesAt(folder, found);
      const record = bytes && readRecord(bytes, { shape: this.#shape, chunkHash });
      if (record === undefined) return undefined;
      const { dHead } = this.#shape;
      return {
        tokens: record.ids,
        keys: unquantised(record.keys, record.keyScales, dHead),
        values: unquantised(record.values, record.valueScales, dHead),
        salience: record.salience,
      };
    } catch (error) {
      if (!isStoreFailure(error)) throw error;
      return undefined;
    }
  }
}

function bytesAt(folder: string, { segment, offset, bytes }: RecordPlace): Uint8Array | undefined {
  const handle = openSync(segmentFile(folder, segment), "r");
  try {
    const record = new Uint8Array(bytes);
    for (let at = 0; at < bytes;) {
      const n = readSync(handle, record, at, bytes - at, offset + at);
      if (n === 0) return undefined;
      at += n;
    }
    return record;
  } finally {
    closeSync(handle);
  }
}

/** Quantising it again gives the same numbers. */
function unquantised(values: Int8Array, scales: Float32Array, dHead: number): Float32Array {
  const vectors = new Float32Array(values.length);
  for (let head = 0; head < scales.length; head++) {
    const scale = scales[head] as number;
    const end = (head + 1) * dHead;
    for (let i = head * dHead; i < end; i++) vectors[i] = (values[i] as number) * scale;
  }
  return vectors;
}
