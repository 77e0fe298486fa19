/**
 * The outside world as the server's logic sees it. `nodePorts.ts` implements these on Node; tests may
 * implement them in memory.
 */

export interface FileStat {
  readonly kind: "file" | "folder" | "symlink" | "other";
  readonly sizeBytes: number;
  /** Milliseconds with fraction; with `ctimeMs` and `inode` it identifies a version of a file. */
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly inode: number;
}

export type ReadOutcome =
  /** `bytes` is only valid until the next call of `readFile` on the same port. */
  | { readonly kind: "read"; readonly bytes: Uint8Array; readonly stat: FileStat }
  | { readonly kind: "missing" }
  /** Permission denied or an error of the medium; `code` is the system's (EACCES, EIO). */
  | { readonly kind: "unreadable"; readonly code: string }
  | { readonly kind: "notRegularFile" }
  /** Changed during every attempt to read it. */
  | { readonly kind: "changing" }
  | { readonly kind: "tooLarge"; readonly sizeBytes: number };

export interface FolderEntry {
  readonly name: string;
  readonly kind: "file" | "folder" | "symlink" | "other";
}

/** Synchronous on purpose: it runs in worker threads, and on warm caches it is several times faster. */
export interface FileSystem {
  /** Never opens a FIFO, socket or device; reads again when the file changed in between. */
  readFile(absolutePath: string, maxBytes: number): ReadOutcome;
  /** `undefined` when nothing is there or it cannot be looked at. Follows symlinks unless told not to. */
  stat(absolutePath: string, followSymlinks: boolean): FileStat | undefined;
  /** `undefined` when the folder cannot be listed. Names in the file system's order. */
  list(absolutePath: string): readonly FolderEntry[] | undefined;
  /** Canonical absolute path, `undefined` when it does not resolve. */
  realPath(absolutePath: string): string | undefined;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /** Milliseconds from an arbitrary start, monotonic, for durations. */
  elapsedMs(): number;
}

/** The closed set of log tags. */
export type LogTag = "ingest" | "encode" | "memory" | "recall" | "answer" | "rpc";
/** From most to least talkative. */
export const logLevels = ["trace", "debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

/** `facts` holds counts, milliseconds, codes and hashes. File text and questions never; paths only at trace. */
export interface Logger {
  log(
    level: LogLevel,
    tag: LogTag,
    message: string,
    facts?: Readonly<Record<string, string | number | boolean>>,
  ): void;
}
