/** The ports of ports.ts on Node. Beside main.ts and the thread entries, the only user of Node's built-ins. */
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
  lstatSync,
  type Dirent,
  type Stats,
} from "node:fs";
import {
  logLevels,
  type Clock,
  type FileStat,
  type FileSystem,
  type FolderEntry,
  type LogLevel,
  type Logger,
  type ReadOutcome,
} from "./ports.ts";

/** A file that changed during this many reads in a row is reported as `changing`. */
const maxReadAttempts = 4;
const firstBufferBytes = 256 * 1024;
const quietStat = { throwIfNoEntry: false } as const;
// Opening must never wait for the other end of a FIFO that took a file's place after it was looked at.
// The flag does not exist on Windows, and neither do FIFOs in its folders.
const openFlags = constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0);

/** The disk. Each instance owns one read buffer, which grows to the largest file read through it. */
export function createNodeFileSystem(): FileSystem {
  return new NodeFileSystem();
}

/** System time and the monotonic clock. */
export const nodeClock: Clock = { nowMs: () => Date.now(), elapsedMs: () => performance.now() };

/**
 * A logger that writes one line of JSON for each message at or above `minLevel`: `time` in milliseconds
 * since the epoch, `level`, `tag`, `message`, and `facts` where there are any.
 */
export function createJsonLogger(
  stream: { write(line: string): unknown },
  minLevel: LogLevel = "info",
  clock: Clock = nodeClock,
): Logger {
  const threshold = logLevels.indexOf(minLevel);
  return {
    log(level, tag, message, facts) {
      if (logLevels.indexOf(level) < threshold) return;
      const line = JSON.stringify({
        time: clock.nowMs(),
        level,
        tag,
        message,
        ...(facts && { facts }),
      });
      // A path may hold bidirectional controls, which would reorder the line in a terminal or viewer.
      stream.write(`${line.replace(/[\u007f-\uffff]/g, escapeUnit)}\n`);
    },
  };
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

class NodeFileSystem implements FileSystem {
  #buffer = Buffer.allocUnsafeSlow(firstBufferBytes);

  readFile(absolutePath: string, maxBytes: number): ReadOutcome {
    let file: number | undefined;
    try {
      for (let attempt = 0; attempt < maxReadAttempts; attempt++) {
        // Looking before opening: to open a FIFO or a device is an act with effects of its own.
        const before = statSync(absolutePath, quietStat);
        if (before === undefined) return { kind: "missing" };
        if (!before.isFile()) return { kind: "notRegularFile" };
        if (before.size > maxBytes) return { kind: "tooLarge", sizeBytes: before.size };
        file = openSync(absolutePath, openFlags);
        const nBytes = this.#fill(file, before.size, maxBytes);
        const after = fstatSync(file);
        closeSync(file);
        file = undefined;
        if (!after.isFile()) return { kind: "notRegularFile" };
        if (isSameVersion(before, after) && nBytes <= maxBytes) {
          return { kind: "read", bytes: this.#buffer.subarray(0, nBytes), stat: toFileStat(after) };
        }
      }
      return { kind: "changing" };
    } catch (error) {
      return outcomeOf(error);
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }

  stat(absolutePath: string, followSymlinks: boolean): FileStat | undefined {
    try {
      const stats = followSymlinks
        ? statSync(absolutePath, quietStat)
        : lstatSync(absolutePath, quietStat);
      return stats === undefined ? undefined : toFileStat(stats);
    } catch (error) {
      systemCodeOf(error);
      return undefined;
    }
  }

  list(absolutePath: string): readonly FolderEntry[] | undefined {
    try {
      return readdirSync(absolutePath, { withFileTypes: true }).map(toFolderEntry);
    } catch (error) {
      systemCodeOf(error);
      return undefined;
    }
  }

  realPath(absolutePath: string): string | undefined {
    try {
      return realpathSync.native(absolutePath);
    } catch (error) {
      systemCodeOf(error);
      return undefined;
    }
  }

  /**
   * Reads to the end of the file, to one byte more than `maxBytes`, or until the file turns out longer than
   * expected. Returns the number of bytes read.
   */
  #fill(file: number, expectedBytes: number, maxBytes: number): number {
    // One byte more than expected: a read that comes back short has then seen the end of the file.
    let wanted = Math.min(expectedBytes, maxBytes) + 1;
    let nBytes = 0;
    for (;;) {
      if (this.#buffer.length < wanted) this.#grow(wanted, nBytes);
      const nRead = readSync(file, this.#buffer, nBytes, wanted - nBytes, null);
      nBytes += nRead;
      if (nRead === 0 || nBytes > maxBytes) return nBytes;
      // Files of the kernel say that they are empty and are not; any other that grew is read anew.
      if (nBytes >= expectedBytes && expectedBytes > 0) return nBytes;
      if (nBytes === wanted) wanted = Math.min(wanted * 2, maxBytes + 1);
    }
  }

  #grow(wantedBytes: number, keptBytes: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(wantedBytes, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, keptBytes);
    this.#buffer = grown;
  }
}

function isSameVersion(before: Stats, after: Stats): boolean {
  return (
    before.size === after.size &&
    before.mtimeMs === after.mtimeMs &&
    before.ctimeMs === after.ctimeMs &&
    before.ino === after.ino
  );
}

function toFileStat(stats: Stats): FileStat {
  return {
    kind: kindOf(stats),
    sizeBytes: stats.size,
    mtimeMs: stats.mtimeMs,
    ctimeMs: stats.ctimeMs,
    inode: stats.ino,
  };
}

function toFolderEntry(entry: Dirent): FolderEntry {
  return { name: entry.name, kind: kindOf(entry) };
}

function kindOf(thing: Stats | Dirent): FileStat["kind"] {
  if (thing.isFile()) return "file";
  if (thing.isDirectory()) return "folder";
  return thing.isSymbolicLink() ? "symlink" : "other";
}

function outcomeOf(error: unknown): ReadOutcome {
  const code = systemCodeOf(error);
  // ENOTDIR: a folder on the way became a file. ENXIO, ENODEV: a socket or a device without a driver.
  if (code === "ENOENT" || code === "ENOTDIR") return { kind: "missing" };
  if (code === "ENXIO" || code === "ENODEV" || code === "EOPNOTSUPP" || code === "EISDIR")
    return { kind: "notRegularFile" };
  // EAGAIN: a FIFO took the file's place.
  if (code === "EAGAIN") return { kind: "notRegularFile" };
  return { kind: "unreadable", code };
}

/** The system's error code. Rethrows what the file system did not report. */
function systemCodeOf(error: unknown): string {
  if (error instanceof Error) {
    const { code } = error as NodeJS.ErrnoException;
    // A NUL in a path is refused by Node before the system sees it; no file has such a name.
    if (code === "ERR_INVALID_ARG_VALUE") return "ENOENT";
    if (code !== undefined && /^E[A-Z0-9]+$/.test(code)) return code;
  }
  throw error;
}
