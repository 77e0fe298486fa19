/** An agent, for tests: a real MCP client and a real `lore mcp` process. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ListRootsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { writeTree } from "../ingest/treesOnDisk.ts";

export const entry = fileURLToPath(new URL("../../../server/cli/main.ts", import.meta.url));

/** Longest wait for an answer that must come. */
export const patienceMs = 60_000;

/** Somebody's home, with a folder to remember; it goes with the test. */
export interface Home {
  readonly home: string;
  readonly folder: string;
}

export function makeHome(t: TestContext, files: Readonly<Record<string, string>>): Home {
  const home = realpathSync.native(mkdtempSync(path.join(os.tmpdir(), "lore-mcp-")));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const folder = path.join(home, "project");
  writeTree(folder, files);
  return { home, folder };
}

export function environment({ home }: Home): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    XDG_DATA_HOME: path.join(home, "data"),
  };
}

export interface Agent {
  readonly client: Client;
  /** Id of the server's process. */
  readonly pid: number;
  /** Calls a tool and returns what it says, and whether that is an error. */
  call(
    name: string,
    input?: Record<string, unknown>,
    signal?: AbortSignal,
  ): Promise<{ readonly text: string; readonly isError: boolean; readonly data: unknown }>;
}

/** Starts `lore mcp` with these words and connects to it; `roots` are the folders that the client says it has. */
export async function agent(
  t: TestContext,
  home: Home,
  args: readonly string[],
  roots?: readonly string[],
): Promise<Agent> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [entry, "mcp", ...args],
    env: environment(home),
    cwd: home.home,
    stderr: "inherit",
  });
  const capabilities = roots === undefined ? {} : { roots: {} };
  const client = new Client({ name: "test client", version: "1" }, { capabilities });
  if (roots !== undefined)
    client.setRequestHandler(ListRootsRequestSchema, () => ({
      roots: roots.map((folder) => ({ uri: `file://${folder}`, name: path.basename(folder) })),
    }));
  await client.connect(transport);
  t.after(() => client.close());
  return {
    client,
    pid: transport.pid ?? 0,
    call: async (name, input = {}, signal) => {
      const params = { name, arguments: input };
      const options = { timeout: patienceMs, ...(signal === undefined ? {} : { signal }) };
      const result = await client.callTool(params, undefined, options);
      const [content] = result.content as { text: string }[];
      return {
        text: content?.text ?? "",
        isError: result.isError === true,
        data: result.structuredContent,
      };
    },
  };
}

/** A `lore mcp` process without a client, for what no client would send. */
export interface RawServer {
  readonly child: ChildProcess;
  send(line: string): void;
  /** The next line that the server writes, as JSON. */
  next(): Promise<{ readonly id?: number; readonly result?: object; readonly error?: object }>;
}

export function rawServer(t: TestContext, home: Home, args: readonly string[]): RawServer {
  const child = spawn(process.execPath, [entry, "mcp", ...args], {
    env: environment(home),
    cwd: home.home,
    stdio: ["pipe", "pipe", "pipe"],
  });
  t.after(() => child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout });
  const waiting = lines[Symbol.asyncIterator]();
  return {
    child,
    send: (line) => void child.stdin.write(`${line}\n`),
    next: async () => JSON.parse((await waiting.next()).value as string) as object,
  };
}

export const initialize = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "raw client", version: "1" },
  },
};

/** Resolves with the exit code of a process that ends. */
export async function exitCode(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const [code] = (await once(child, "exit")) as [number | null];
  return code;
}
