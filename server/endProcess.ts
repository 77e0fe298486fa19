/** Ends this process for good. */
import { isThreadLeft } from "./endThread.ts";

/**
 * Exits with a code. `hangs`: a thread waits for a drive that does not answer, and the orderly way out would wait
 * for that thread. Another one may have been told to end and be inside a model's run: broken off there, the native runtime
 * aborts the process. In both cases the process is killed, which loses nothing, because all that was acknowledged is on
 * disk.
 */
export function endProcess(code: number, hangs: boolean): never {
  if (hangs || isThreadLeft()) process.kill(process.pid, "SIGKILL");
  process.exit(code);
}
