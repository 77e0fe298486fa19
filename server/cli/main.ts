#!/usr/bin/env node
/** `lore`: the memory server's own parts in one process, driven from the command line. */
import os from "node:os";
import { createJsonLogger } from "../nodePorts.ts";
import { logLevels, type Logger } from "../ports.ts";
import { createServices } from "../serverParts.ts";
import { exitCodes } from "./commandTable.ts";
import type { Services } from "../handlers.ts";
import { run } from "./run.ts";

/** Logging is for whoever looks for a fault; otherwise stderr is for the person at the terminal. */
function createLoggedServices(
  name: string | undefined,
  statusCommand: string,
  notesDir: string | undefined,
): Promise<Services> {
  const level = logLevels.find((known) => known === name);
  const log: Logger =
    level === undefined ? { log: () => {} } : createJsonLogger(process.stderr, level);
  // Threads write for themselves.
  return createServices(log, {
    ...{ logLevel: level ?? "off", statusCommand, deepMemory: "onDemand" },
    ...(notesDir === undefined ? {} : { notesDir }),
  });
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
  if (error.code === "EPIPE") process.exit(exitCodes.ok);
  process.stderr.write(`The output could not be written (${error.code ?? error.message}).\n`);
  process.exit(exitCodes.failed);
});

process.exitCode = await run(process.argv.slice(2), {
  cwd: process.cwd(),
  out: process.stdout,
  err: process.stderr,
  env: process.env,
  homeDir: os.homedir(),
  platform: process.platform,
  signal: interrupt.signal,
  createServices: (statusCommand, notesDir) =>
    createLoggedServices(process.env["LORE_LOG_LEVEL"], statusCommand, notesDir),
});
