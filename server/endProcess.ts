/** Ends this process for good. */

/**
 * Exits with a code. `hangs`: a thread waits for a drive that does not answer, and the orderly way out would wait
 * for that thread; then the process is killed, which loses nothing, because all that was acknowledged is on disk.
 */
export function endProcess(code: number, hangs: boolean): never {
  if (hangs) process.kill(process.pid, "SIGKILL");
  process.exit(code);
}
