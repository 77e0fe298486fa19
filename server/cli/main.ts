/** `lore`: the memory server's own parts in one process, driven from the command line. */
import os from "node:os";
import { createJsonLogger } from "../nodePorts.ts";
import type { Logger, LogLevel } from "../ports.ts";
import { createServices } from "../serverParts.ts";
import { exitCodes } from "./commandTable.ts";
import { run } from "./run.ts";

/** Logging is for whoever looks for a fault; otherwise stderr is for the person at the terminal. */
function cliLogger(level: string | undefined): Logger {
  const known: readonly LogLevel[] = ["trace", "debug", "info", "warn", "error"];
  const minLevel = known.find((name) => name === level);
  return minLevel === undefined ? { log: () => {} } : createJsonLogger(process.stderr, minLevel);
}

const interrupt = new AbortController();
process.on("SIGINT", () => {
  // The second time is for whoever does not want to wait.
  if (interrupt.signal.aborted) process.exit(exitCodes.interrupted);
  interrupt.abort();
});
process.once("SIGTERM", () => interrupt.abort());

// A reader that went away, as `lore search … | head` does, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(exitCodes.ok);
});

process.exitCode = await run(process.argv.slice(2), {
  cwd: process.cwd(),
  out: process.stdout,
  err: process.stderr,
  env: process.env,
  homeDir: os.homedir(),
  platform: process.platform,
  signal: interrupt.signal,
  createServices: () => createServices(cliLogger(process.env["LORE_LOG_LEVEL"])),
});
