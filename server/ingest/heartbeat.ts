/**
 * Tells another thread what this one asks of the file system. The calls are synchronous, so a drive that does
 * not answer stops the thread that asked, and only another can say so.
 */
import type { FileSystem } from "../ports.ts";

/** What the file system is asked for. */
export type FileOperation = "list" | "stat" | "read";
const operations: readonly FileOperation[] = ["list", "stat", "read"];

/** What a thread waits for at the moment. */
export interface Waiting {
  readonly operation: FileOperation;
  /** Absolute, cut when it is very long. */
  readonly path: string;
}

/** Places in the shared memory: the operation (0: none), how many there were, the path's length in bytes. */
const at = { operation: 0, count: 1, pathBytes: 2 } as const;
const headerBytes = 16;
const maxPathBytes = 4096;

/** Returns memory that both threads see. */
export function newHeartbeat(): SharedArrayBuffer {
  return new SharedArrayBuffer(headerBytes + maxPathBytes);
}

/** Returns the file system with each of its calls noted in the shared memory while it lasts. */
export function withHeartbeat(files: FileSystem, shared: SharedArrayBuffer): FileSystem {
  const header = new Int32Array(shared, 0, headerBytes / Int32Array.BYTES_PER_ELEMENT);
  const path = Buffer.from(shared, headerBytes);
  const noted = <T>(operation: FileOperation, absolute: string, act: () => T): T => {
    Atomics.store(header, at.pathBytes, path.write(absolute));
    Atomics.add(header, at.count, 1);
    Atomics.store(header, at.operation, operations.indexOf(operation) + 1);
    try {
      return act();
    } finally {
      Atomics.store(header, at.operation, 0);
    }
  };
  return {
    readFile: (file, maxBytes) => noted("read", file, () => files.readFile(file, maxBytes)),
    stat: (file, follow) => noted("stat", file, () => files.stat(file, follow)),
    list: (folder) => noted("list", folder, () => files.list(folder)),
    realPath: (file) => noted("stat", file, () => files.realPath(file)),
  };
}

/** Looks at a heartbeat from another thread. */
export class HeartbeatReader {
  readonly #header: Int32Array;
  readonly #path: Buffer;
  #seenCount = -1;
  #nLooks = 0;

  constructor(shared: SharedArrayBuffer) {
    this.#header = new Int32Array(shared, 0, headerBytes / Int32Array.BYTES_PER_ELEMENT);
    this.#path = Buffer.from(shared, headerBytes);
  }

  /** Returns what is waited for when the last `nLooks` looks saw the same call; looks are counted, so that a machine's sleep is not. */
  waitingSince(nLooks: number): Waiting | undefined {
    const operation = operations[Atomics.load(this.#header, at.operation) - 1];
    const count = Atomics.load(this.#header, at.count);
    this.#nLooks = operation !== undefined && count === this.#seenCount ? this.#nLooks + 1 : 0;
    this.#seenCount = count;
    if (operation === undefined || this.#nLooks < nLooks) return undefined;
    const path = this.#path.toString("utf8", 0, Atomics.load(this.#header, at.pathBytes));
    return { operation, path };
  }
}
