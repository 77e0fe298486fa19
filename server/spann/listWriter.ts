/**
 * Writes the lists in bounded memory: what comes in any order goes to a few files, each for a run of lists, which
 * are then small enough to be put in order one after the other.
 */
import { closeSync, fstatSync, fsyncSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import path from "node:path";
import { KernelMemory, type KernelModule } from "../model/kernelMemory.ts";
import { joinChecksums, ListTable, maxPartRows, partLayout, partsOf } from "./listFile.ts";
import type { RowName } from "./listFile.ts";

/** What one of the files may hold on average … */
const wantedRunBytes = 32 * 1024 * 1024;
/** … as long as there are not too many of them, for the system opens only so many. */
const maxRuns = 256;
const bufferBytes = 96 * 1024;
/** Before a row in such a file: its list, its embedding, its place in it. */
const headBytes = 12;

interface Run {
  readonly file: string;
  readonly handle: number;
  readonly buffer: Buffer;
  filled: number;
}

export interface ListWriterOptions {
  readonly folder: string;
  readonly kernel: KernelModule;
  readonly dimensions: number;
  readonly nLists: number;
  /** How many rows will come, about. */
  readonly nExpected: number;
}

export class ListWriter {
  readonly #options: ListWriterOptions;
  readonly #recordBytes: number;
  readonly #listsPerRun: number;
  readonly #runs: Run[] = [];
  #nEntries = 0;

  /** Errors: those of the file system. `close` has to follow. */
  constructor(options: ListWriterOptions) {
    const { folder, dimensions, nLists, nExpected } = options;
    this.#options = options;
    this.#recordBytes = headBytes + dimensions;
    const wanted = Math.ceil((nExpected * this.#recordBytes) / wantedRunBytes);
    const nRuns = Math.max(1, Math.min(maxRuns, wanted, nLists));
    this.#listsPerRun = Math.ceil(nLists / nRuns);
    for (let i = 0; i * this.#listsPerRun < nLists; i++) {
      const file = path.join(folder, `run-${i}`);
      const buffer = Buffer.alloc(Math.floor(bufferBytes / this.#recordBytes) * this.#recordBytes);
      this.#runs.push({ file, handle: openSync(file, "w+"), buffer, filled: 0 });
    }
  }

  get nEntries(): number {
    return this.#nEntries;
  }

  add(list: number, { embedding, idx }: RowName, row: Int8Array): void {
    const run = this.#runs[Math.floor(list / this.#listsPerRun)] as Run;
    const { buffer } = run;
    buffer.writeUInt32LE(list, run.filled);
    buffer.writeUInt32LE(embedding, run.filled + 4);
    buffer.writeUInt32LE(idx, run.filled + 8);
    buffer.set(row, run.filled + headBytes);
    run.filled += this.#recordBytes;
    this.#nEntries++;
    if (run.filled === buffer.length) flushRun(run);
  }

  /**
   * Writes all lists in order to `file`, and to the disk. `pause` is called between parts and may throw. Returns
   * their table and the file's length. Errors: those of the file system.
   */
  finish(file: string, pause: () => void): { table: ListTable; bytes: number } {
    const { nLists, kernel, dimensions } = this.#options;
    const table = ListTable.empty(nLists);
    const order = new RunOrder(kernel, dimensions, table);
    const out = openSync(file, "w");
    try {
      for (const [i, run] of this.#runs.entries()) {
        pause();
        flushRun(run);
        const first = i * this.#listsPerRun;
        const records = wholeFile(run.handle);
        order.write(records, first, Math.min(nLists, first + this.#listsPerRun), out);
        closeSync(run.handle);
        rmSync(run.file);
      }
      this.#runs.length = 0;
      fsyncSync(out);
    } finally {
      closeSync(out);
    }
    return { table, bytes: order.offset };
  }

  /** Lets go of what `finish` did not come to. */
  close(): void {
    for (const run of this.#runs.splice(0)) closeSync(run.handle);
  }
}

/** Puts the rows of one run in the order of their lists. */
class RunOrder {
  offset = 0;
  readonly #kernel: KernelMemory;
  readonly #dimensions: number;
  readonly #table: ListTable;
  readonly #list: number;

  constructor(kernel: KernelModule, dimensions: number, table: ListTable) {
    this.#kernel = new KernelMemory(kernel);
    this.#dimensions = dimensions;
    this.#table = table;
    this.#list = this.#kernel.reserve(partLayout(maxPartRows, dimensions).bytes);
  }

  write(records: Buffer, firstList: number, endList: number, out: number): void {
    const recordBytes = headBytes + this.#dimensions;
    const n = records.length / recordBytes;
    const starts = new Uint32Array(endList - firstList + 1);
    for (let i = 0; i < n; i++) {
      const list = records.readUInt32LE(i * recordBytes) - firstList;
      starts[list + 1] = (starts[list + 1] as number) + 1;
    }
    for (let i = 1; i < starts.length; i++)
      starts[i] = (starts[i] as number) + (starts[i - 1] as number);
    const next = starts.slice();
    const order = new Uint32Array(n);
    for (let i = 0; i < n; i++) {
      const list = records.readUInt32LE(i * recordBytes) - firstList;
      const place = next[list] as number;
      order[place] = i;
      next[list] = place + 1;
    }
    for (let list = firstList; list < endList; list++) {
      const from = starts[list - firstList] as number;
      const to = starts[list - firstList + 1] as number;
      this.#writeList(list, records, order.subarray(from, to), out);
    }
  }

  #writeList(list: number, records: Buffer, order: Uint32Array, out: number): void {
    const { offset } = this;
    let checksum = 0;
    let from = 0;
    for (const size of partsOf(order.length)) {
      const part = this.#writePart(records, order.subarray(from, from + size), out);
      checksum = joinChecksums(checksum, part);
      from += size;
    }
    this.#table.put(list, { offset, nRows: order.length, checksum });
  }

  /** Returns the part's checksum. */
  #writePart(records: Buffer, order: Uint32Array, out: number): number {
    const recordBytes = headBytes + this.#dimensions;
    const { run } = this.#kernel;
    const nRows = order.length;
    const { norms, rows, bytes } = partLayout(nRows, this.#dimensions);
    const memory = this.#kernel.bytes;
    memory.fill(0, this.#list + norms, this.#list + rows);
    for (let i = 0; i < nRows; i++) {
      const at = (order[i] as number) * recordBytes;
      memory.set(records.subarray(at + 4, at + headBytes), this.#list + i * 8);
      memory.set(
        records.subarray(at + headBytes, at + recordBytes),
        this.#list + rows + i * this.#dimensions,
      );
    }
    run.inverseNorms(this.#list + rows, nRows, this.#dimensions, this.#list + norms);
    writeAll(out, memory.subarray(this.#list, this.#list + bytes));
    this.offset += bytes;
    return run.checksum(this.#list, bytes);
  }
}

function flushRun(run: Run): void {
  writeAll(run.handle, run.buffer.subarray(0, run.filled));
  run.filled = 0;
}

/** A system may write less than it was given. */
function writeAll(handle: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
}

function wholeFile(handle: number): Buffer {
  const { size } = fstatSync(handle);
  const bytes = Buffer.allocUnsafe(size);
  for (let at = 0; at < size;) {
    const n = readSync(handle, bytes, at, size - at, at);
    if (n === 0) throw new RangeError("a file of the build became shorter");
    at += n;
  }
  return bytes;
}
