import { closeSync, constants, fstatSync, openSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import {
  maxTraceLength,
  savedTraceOf,
  traceFileText,
  type TraceSource,
} from "../../protocol/savedTrace.ts";
import { CliError, type Surroundings } from "./openFolder.ts";

/** No flag of Windows, where a named pipe is no file of a folder. */
const nonBlocking = process.platform === "win32" ? 0 : constants.O_NONBLOCK;

/** Writes what an explained search found. Errors: `CliError` when the file cannot be written. */
export function writeTrace(
  file: string,
  found: TraceSource,
  savedMs: number,
  { cwd }: Surroundings,
): void {
  const saved = savedTraceOf(found, savedMs);
  if (saved === undefined) throw new Error("the search was not explained");
  try {
    // Without waiting, as below: for a pipe that nobody reads the system reports an error.
    const { O_CREAT, O_TRUNC, O_WRONLY } = constants;
    const flags = O_WRONLY | O_CREAT | O_TRUNC | nonBlocking;
    const descriptor = openSync(path.resolve(cwd, file), flags);
    try {
      writeFileSync(descriptor, traceFileText(saved));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw cannot(error, `${file} cannot be written`);
  }
}

/** Returns the text of a file with a trace. Errors: `CliError` when it cannot be read or is too long for one. */
export function readTraceFile(file: string, { cwd }: Surroundings): string {
  try {
    // Without waiting: opening a pipe would wait for who writes into it.
    const descriptor = openSync(path.resolve(cwd, file), constants.O_RDONLY | nonBlocking);
    try {
      const stat = fstatSync(descriptor);
      // A device or a pipe would never end.
      if (!stat.isFile() || stat.size > maxTraceLength)
        throw new CliError(`${file} is not a trace that “lore search --save-trace” wrote.`);
      return readFileSync(descriptor, "utf8");
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw cannot(error, `${file} cannot be read`);
  }
}

/** What the system did not report comes back as it is. */
function cannot(error: unknown, sentence: string): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return /^E[A-Z]+$/.test(code) ? new CliError(`${sentence} (${code}).`) : error;
}
