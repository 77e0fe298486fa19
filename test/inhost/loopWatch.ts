/** How long the thread that all extensions share was kept busy in one go. */

/** What was seen from start to stop; times are in milliseconds. */
export interface LoopFacts {
  readonly elapsedMs: number;
  /** Longest wait of a timer that was due. Other work of the machine counts here. */
  readonly longestWaitMs: number;
  /** Most processor time that the thread used between two turns of a short timer: what cannot be interrupted. */
  readonly longestWorkMs: number;
  /** Turns that used more than 50 ms of processor time. */
  readonly nOver50: number;
  /** Processor time of the thread in all. */
  readonly workMs: number;
}

const everyMs = 5;

/** Runs something and returns what it did to the event loop, with its result. */
export async function watchLoop<T>(run: () => Promise<T>): Promise<[facts: LoopFacts, result: T]> {
  const startedMs = performance.now();
  const startedCpuMs = threadCpuMs();
  let longestWaitMs = 0;
  let longestWorkMs = 0;
  let nOver50 = 0;
  let lastMs = startedMs;
  let lastCpuMs = startedCpuMs;
  const look = (): void => {
    const now = performance.now();
    const cpuMs = threadCpuMs();
    longestWaitMs = Math.max(longestWaitMs, now - lastMs - everyMs);
    longestWorkMs = Math.max(longestWorkMs, cpuMs - lastCpuMs);
    if (cpuMs - lastCpuMs > 50) nOver50++;
    lastMs = now;
    lastCpuMs = cpuMs;
  };
  const timer = setInterval(look, everyMs);
  try {
    const result = await run();
    look();
    const workMs = threadCpuMs() - startedCpuMs;
    const elapsedMs = performance.now() - startedMs;
    return [{ elapsedMs, longestWaitMs, longestWorkMs, nOver50, workMs }, result];
  } finally {
    clearInterval(timer);
  }
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
