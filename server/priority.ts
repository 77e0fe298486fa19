import { readdirSync } from "node:fs";
import os from "node:os";
import type { Logger } from "./ports.ts";

/**
 * Lets the editor and everything else the user runs go first. Threads that are started later inherit it.
 * A system that does not allow it leaves the priority as it is.
 */
export function lowerPriority(log: Logger): void {
  const { PRIORITY_BELOW_NORMAL } = os.constants.priority;
  // On Linux a priority belongs to a thread, and Node has started some of its own by now.
  const threads = process.platform === "linux" ? threadIds() : [process.pid];
  try {
    for (const thread of threads) os.setPriority(thread, PRIORITY_BELOW_NORMAL);
    log.log("debug", "rpc", "priority lowered", { threads: threads.length });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== "ERR_SYSTEM_ERROR") throw error;
    log.log("warn", "rpc", "priority not lowered", { code });
  }
}

/** Lets everything else go before another process; one that has ended, or that may not be changed, stays as it is. */
export function lowerProcessPriority(pid: number): void {
  try {
    os.setPriority(pid, os.constants.priority.PRIORITY_LOW);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_SYSTEM_ERROR") throw error;
  }
}

function threadIds(): number[] {
  return readdirSync("/proc/self/task").map(Number);
}

/**
 * Lets the process's other threads go before the calling one. Only Linux gives threads a priority of their own; elsewhere
 * nothing changes.
 */
export function lowerThreadPriority(): void {
  // There 0 is the calling thread.
  if (process.platform === "linux") os.setPriority(0, os.constants.priority.PRIORITY_LOW);
}
