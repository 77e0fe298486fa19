/**
 * The files of records. Records are only ever appended; those that are forgotten are overwritten with zeros where
 * they lie, so that their text is gone from the disk at once, and compaction later takes the room back.
 * Which records there are, and how long each file rightly is, stands in the catalogue alone.
 */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import path from "node:path";

/** Where a record lies. */
export interface RecordPlace {
  readonly segment: number;
  readonly offset: number;
  readonly bytes: number;
}

const namePattern = /^segment-(\d{1,9})\.bank$/;
/** Files that are held open for reading. */
const maxOpen = 32;
const zeros = new Uint8Array(1 << 16);

export class SegmentFiles {
  readonly #folder: string;
  readonly #segmentBytes: number;
  /** Rightful length of each file. */
  readonly #lengths: Map<number, number>;
  /** Lengths that the files had when they were taken over. */
  readonly #found = new Map<number, number>();
  readonly #handles = new Map<number, number>();
  #newest = 0;

  /**
   * Takes over the files of a folder: what the catalogue does not know of is removed, be it a file or what a killed
   * process appended. Errors: those of the file system.
   */
  constructor(folder: string, segmentBytes: number, lengths: ReadonlyMap<number, number>) {
    this.#folder = folder;
    this.#segmentBytes = segmentBytes;
    this.#lengths = new Map(lengths);
    this.#newest = Math.max(0, ...lengths.keys());
    for (const name of readdirSync(folder)) {
      const number = namePattern.exec(name)?.[1];
      if (number !== undefined && !lengths.has(Number(number))) rmSync(path.join(folder, name));
    }
    for (const [segment, length] of lengths) this.#cutTo(segment, length);
  }

  /** Of all files. */
  get bytes(): number {
    let sum = 0;
    for (const length of this.#lengths.values()) sum += length;
    return sum;
  }

  /** Rightful lengths by segment. */
  get lengths(): ReadonlyMap<number, number> {
    return this.#lengths;
  }

  /** Returns whether the file was long enough for a record to be in it when it was taken over. */
  held({ segment, offset, bytes }: RecordPlace): boolean {
    const found = Math.min(this.#found.get(segment) ?? 0, this.#lengths.get(segment) ?? 0);
    return offset + bytes <= found;
  }

  /**
   * Appends records and waits until they are on the disk. All of them, or none when it throws.
   * Errors: those of the file system, such as ENOSPC.
   */
  append(records: readonly Uint8Array[]): RecordPlace[] {
    const before = new Map(this.#lengths);
    const places: RecordPlace[] = [];
    try {
      for (const record of records) places.push(this.#appendOne(record));
      for (const segment of new Set(places.map((place) => place.segment)))
        fsyncSync(this.#handle(segment));
      return places;
    } catch (error) {
      this.rollBack(before);
      throw error;
    }
  }

  /** Returns to lengths that there were. */
  rollBack(lengths: ReadonlyMap<number, number>): void {
    for (const segment of [...this.#lengths.keys()]) {
      const length = lengths.get(segment);
      if (length === undefined) this.remove(segment);
      else if (length !== this.#lengths.get(segment)) {
        this.#lengths.set(segment, length);
        this.#cutTo(segment, length);
      }
    }
  }

  /** Returns a record's bytes, `undefined` when the file does not have them. Errors: EIO and the like. */
  read({ segment, offset, bytes }: RecordPlace): Uint8Array<ArrayBuffer> | undefined {
    if (!this.#lengths.has(segment)) return undefined;
    const record = new Uint8Array(bytes);
    for (let at = 0; at < bytes;) {
      const n = readSync(this.#handle(segment), record, at, bytes - at, offset + at);
      if (n === 0) return undefined;
      at += n;
    }
    return record;
  }

  /** Overwrites records with zeros and waits until that is on the disk. Errors: those of the file system. */
  erase(places: readonly RecordPlace[]): void {
    const here = places.filter(({ segment }) => this.#lengths.has(segment));
    for (const place of here) {
      const { size } = fstatSync(this.#handle(place.segment));
      const end = Math.min(size, place.offset + place.bytes);
      for (let at = place.offset; at < end;)
        at += writeSync(
          this.#handle(place.segment),
          zeros,
          0,
          Math.min(zeros.length, end - at),
          at,
        );
    }
    for (const segment of new Set(here.map((place) => place.segment)))
      fsyncSync(this.#handle(segment));
  }

  /** Removes a whole file. */
  remove(segment: number): void {
    const handle = this.#handles.get(segment);
    if (handle !== undefined) closeSync(handle);
    this.#handles.delete(segment);
    this.#lengths.delete(segment);
    rmSync(this.#file(segment), { force: true });
  }

  /** Makes sure that no more records go into a segment. */
  leave(segment: number): void {
    if (segment === this.#newest) this.#newest++;
  }

  close(): void {
    for (const handle of this.#handles.values()) closeSync(handle);
    this.#handles.clear();
  }

  #appendOne(record: Uint8Array): RecordPlace {
    const used = this.#lengths.get(this.#newest);
    if (this.#newest === 0 || ((used ?? 0) > 0 && (used ?? 0) + record.length > this.#segmentBytes))
      this.#newest++;
    const segment = this.#newest;
    const offset = this.#lengths.get(segment) ?? 0;
    // Known before the first byte, so that a failure leaves nothing behind.
    this.#lengths.set(segment, offset);
    const handle = this.#handle(segment);
    for (let at = 0; at < record.length;)
      at += writeSync(handle, record, at, record.length - at, offset + at);
    this.#lengths.set(segment, offset + record.length);
    return { segment, offset, bytes: record.length };
  }

  /** A file that is shorter than it should be stays as it is: its records are found to be gone when they are read. */
  #cutTo(segment: number, length: number): void {
    const file = this.#file(segment);
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    this.#found.set(segment, size);
    if (size > length) ftruncateSync(this.#handle(segment), length);
    else if (size < length && segment === this.#newest) this.#newest++;
  }

  #handle(segment: number): number {
    const known = this.#handles.get(segment);
    if (known !== undefined) {
      // The one that was not used for longest is the first.
      this.#handles.delete(segment);
      this.#handles.set(segment, known);
      return known;
    }
    for (const [oldest, handle] of this.#handles) {
      if (this.#handles.size < maxOpen) break;
      closeSync(handle);
      this.#handles.delete(oldest);
    }
    const handle = openForBoth(this.#file(segment));
    this.#handles.set(segment, handle);
    return handle;
  }

  #file(segment: number): string {
    return segmentFile(this.#folder, segment);
  }
}

/** Returns the file of a segment of the bank in a folder. */
export function segmentFile(folder: string, segment: number): string {
  return path.join(folder, `segment-${segment}.bank`);
}

/** For reading and writing, made when it is not there. Nobody else on the machine may read the user's code. */
function openForBoth(file: string): number {
  try {
    return openSync(file, "r+");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return openSync(file, "wx+", 0o600);
  }
}
