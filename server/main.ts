/**
 * The memory server as a child process: speaks the protocol over Node's IPC channel and ends with it.
 * Log lines go to stderr; stdout stays empty.
 */
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from "vscode-jsonrpc/node";
import { placeOf } from "../protocol/errorPlace.ts";
import { endProcess } from "./endProcess.ts";
import { registerHandlers } from "./handlers.ts";
import { createJsonLogger } from "./nodePorts.ts";
import { logLevels, type Logger, type LogLevel } from "./ports.ts";
import { lowerPriority } from "./priority.ts";
import { createServices } from "./serverParts.ts";

async function serve(log: Logger): Promise<void> {
  const services = await createServices(log, {
    logLevel: logLevel(process.env["LORE_LOG_LEVEL"]),
    statusCommand: "Lore: Show Status",
    deepMemory: "always",
  });
  const connection = createMessageConnection(
    new IPCMessageReader(process),
    new IPCMessageWriter(process),
    silentAbout(log),
  );
  const registration = registerHandlers(connection, services, log);

  let stopping = false;
  const stop = async (cause: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    log.log("info", "rpc", "server stops", { cause });
    await registration.close();
    await services.memory.close();
    endProcess(0, services.memory.hangs);
  };
  const stopFor = (cause: string) => () => {
    stop(cause).catch((error: unknown) => fail(log, error));
  };
  process.once("disconnect", stopFor("disconnect"));
  process.once("SIGTERM", stopFor("SIGTERM"));
  connection.listen();
  log.log("info", "rpc", "server listens", { version: services.serverVersion, pid: process.pid });
  // The parent may have gone before anybody listened for it.
  if (!process.connected) stopFor("disconnect")();
}

/** The library quotes messages it cannot handle; those hold the user's text. */
function silentAbout(log: Logger): Parameters<typeof createMessageConnection>[2] {
  const note = (level: LogLevel) => (): void =>
    log.log(level, "rpc", "connection reported a problem");
  return { error: note("error"), warn: note("warn"), info: note("debug"), log: note("debug") };
}

function fail(log: Logger, error: unknown): never {
  log.log("error", "rpc", "server failed", { stack: placeOf(error) });
  process.exit(1);
}

function logLevel(name: string | undefined): LogLevel {
  return logLevels.find((level) => level === name) ?? "debug";
}

const log = createJsonLogger(process.stderr, logLevel(process.env["LORE_LOG_LEVEL"]));
// What nobody caught leaves the process in an unknown state; the client starts a new one.
process.on("uncaughtException", (error) => fail(log, error));
if (process.send === undefined) {
  log.log("error", "rpc", "the memory server is started by the extension, not by hand");
  process.exitCode = 2;
} else {
  lowerPriority(log);
  await serve(log);
}
