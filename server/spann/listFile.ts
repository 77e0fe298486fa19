/**
 * The lists on disk. A list is one part, or several that follow one another when it is long. One part: for each of
 * its rows a name (u64), then for each the inverse of its length (f32), then, from the next multiple of 16 on, the
 * rows themselves (int8). Beside it a table that says of each list where it begins, how many rows it has, and the
 * checksum of all its parts.
 */
import type { SpannManifest } from "./spannManifest.ts";

/** Rows of one part at most: a part is read in one go into a buffer of a fixed size. */
export const maxPartRows = 16_384;

/** A list's place in the file. */
export interface ListPlace {
  readonly offset: number;
  readonly nRows: number;
  readonly checksum: number;
}

const placeBytes = 16;

/** Where names end and rows begin in a part, relative to its start, and how long it is. */
export function partLayout(
  nRows: number,
  dimensions: number,
): { norms: number; rows: number; bytes: number } {
  const norms = nRows * 8;
  const rows = (norms + nRows * 4 + 15) & ~15;
  return { norms, rows, bytes: rows + nRows * dimensions };
}

/** Returns the rows of each part of a list. */
export function partsOf(nRows: number): number[] {
  const sizes: number[] = [];
  for (let left = nRows; left > 0; left -= maxPartRows) sizes.push(Math.min(left, maxPartRows));
  return sizes;
}

/** Adds the checksum of the next part to that of the parts before it, which begins with 0. */
export function joinChecksums(before: number, part: number): number {
  return (Math.imul(before, 0x0100_0193) ^ part) >>> 0;
}

/** The name of a row: the embedding that it belongs to and its place in it. */
export interface RowName {
  readonly embedding: number;
  readonly idx: number;
}

/** Collects the places of lists in their order. */
export class ListTable {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  static empty(nLists: number): ListTable {
    return new ListTable(new Uint8Array(nLists * placeBytes));
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Whether the table is of as many lists as its manifest says, all of them inside the file. */
  fits({ nLists, listsBytes, dimensions }: SpannManifest): boolean {
    if (this.#bytes.length !== nLists * placeBytes) return false;
    for (let list = 0; list < nLists; list++) {
      const { offset, nRows } = this.place(list);
      if (!Number.isSafeInteger(offset) || offset < 0) return false;
      const sizes = partsOf(Math.min(nRows, Math.ceil(listsBytes / dimensions)));
      const bytes = sizes.map((size) => partLayout(size, dimensions).bytes);
      if (offset + bytes.reduce((sum, size) => sum + size, 0) > listsBytes) return false;
    }
    return true;
  }

  place(list: number): ListPlace {
    const at = list * placeBytes;
    return {
      offset: this.#view.getFloat64(at, true),
      nRows: this.#view.getUint32(at + 8, true),
      checksum: this.#view.getUint32(at + 12, true),
    };
  }

  put(list: number, { offset, nRows, checksum }: ListPlace): void {
    const at = list * placeBytes;
    this.#view.setFloat64(at, offset, true);
    this.#view.setUint32(at + 8, nRows, true);
    this.#view.setUint32(at + 12, checksum, true);
  }
}
