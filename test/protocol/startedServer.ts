/** The server as the extension starts it, for tests: a child process with an IPC channel, and a small folder to open. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { finished } from "node:stream/promises";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
} from "vscode-jsonrpc/node";
import * as methods from "../../protocol/methods.ts";
import { settings } from "./inMemoryServices.ts";

/** The server's file. */
export const entry = fileURLToPath(new URL("../../server/main.ts", import.meta.url));

/** A test, or a hook of a file of tests. */
export type Ending = Pick<TestContext, "after">;

/** A running server. */
export interface Server {
  readonly child: ChildProcess;
  readonly connection: MessageConnection;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves with the exit code. */
  readonly exited: Promise<number | null>;
}

/** Starts a server that ends with the test. */
export function start(t: Ending): Server {
  const child = fork(entry, [], { execArgv: [], stdio: ["ignore", "pipe", "pipe", "ipc"] });
  t.after(() => child.kill("SIGKILL"));
  const output = { stdout: "", stderr: "" };
  child.stdout?.on("data", (data: Buffer) => (output.stdout += data.toString()));
  child.stderr?.on("data", (data: Buffer) => (output.stderr += data.toString()));
  const connection = createMessageConnection(
    new IPCMessageReader(child),
    new IPCMessageWriter(child),
  );
  connection.listen();
  return {
    child,
    connection,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    // There is no "close" event for a child whose channel the parent closed.
    exited: Promise.all([
      once(child, "exit"),
      ...[child.stdout, child.stderr].map((stream) => stream !== null && finished(stream)),
    ]).then(([[code]]) => code as number | null),
  };
}

/** Returns how to open a folder with one file, `retry.ts`; it goes with the test. */
export function workspace(t: Ending): methods.OpenParams {
  const base = realpathSync.native(mkdtempSync(path.join(os.tmpdir(), "lore-process-")));
  t.after(() => rmSync(base, { recursive: true, force: true }));
  const folder = path.join(base, "project");
  mkdirSync(folder);
  writeFileSync(
    path.join(folder, "retry.ts"),
    "/** Decides how often a failed request is sent again. */\nexport function retryPolicy(): number {\n  return 3;\n}\n",
  );
  return {
    protocolVersion: methods.protocolVersion,
    storeDir: path.join(base, "store"),
    roots: [{ id: "root", folder, name: "project" }],
    settings,
    trusted: true,
  };
}
