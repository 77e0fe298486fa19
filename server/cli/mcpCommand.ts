/** `lore mcp`: the memory of folders for agents, over the Model Context Protocol. */
import { existsSync, realpathSync } from "node:fs";
import path from "node:path";
import { MemoryError } from "../../protocol/errors.ts";
import type { ToolDescription, ToolPermission, ToolResult } from "../../protocol/tools.ts";
import type { AgentCall, McpHost } from "../mcp/mcpHost.ts";
import { code, listed } from "../answer/markdown.ts";
import { mayUse, toolDescriptions } from "../tools/toolBox.ts";
import { serverVersion } from "../version.ts";
import { AgentFolder } from "./agentFolder.ts";
import { agentCalls } from "./agentLog.ts";
import { exitCodes, type ExitCode } from "./commandTable.ts";
import { failureSentence } from "./failureSentence.ts";
import { formatCount } from "./numbers.ts";
import { CliError, nameFolder, type NamedFolder, type Surroundings } from "./openFolder.ts";
import type { Command } from "./command.ts";
import { program } from "./program.ts";
import { safeLine, type Terminal } from "./terminal.ts";
import { isFollower } from "./waiting.ts";

type Mcp = Extract<Command, { kind: "mcp" }>;

/** Serves until the client goes. Errors: `CliError` for a folder that does not exist. */
export async function serveAgents(
  command: Mcp,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> {
  const host = new AgentHost(command, around);
  try {
    const { serveMcp } = await loadServer();
    await serveMcp(
      host,
      {
        input: process.stdin,
        output: process.stdout,
        problem: (sentence) => terminal.note(sentence),
      },
      around.signal,
    );
  } finally {
    await host.close();
  }
  return exitCodes.ok;
}

/** The protocol is a bundle of its own, so that the other commands need not read it. */
function loadServer(): Promise<typeof import("../mcp/mcpServer.ts")> {
  const isSource = import.meta.url.endsWith(".ts");
  const entry = new URL(isSource ? "../mcp/mcpServer.ts" : "./mcpServer.mjs", import.meta.url);
  return import(entry.href) as Promise<typeof import("../mcp/mcpServer.ts")>;
}

/** Prints what agents did with folders' memories. */
export function showAgentCalls(command: Mcp, terminal: Terminal, around: Surroundings): ExitCode {
  const folders = command.folders.length === 0 ? ["."] : command.folders;
  const calls = folders.flatMap((each) => agentCalls(nameFolder(each, command, around)));
  if (command.json) terminal.json({ calls });
  else if (calls.length === 0) terminal.line("No agent has used this memory.");
  else
    for (const { time, client, tool, bytes, outcome } of calls)
      terminal.line(
        `${safeLine(time)}  ${safeLine(client || "unnamed")}  ${safeLine(tool)}  ${formatCount(bytes)} bytes  ${safeLine(outcome)}`,
      );
  return calls.length === 0 ? exitCodes.nothing : exitCodes.ok;
}

class AgentHost implements McpHost {
  readonly version = serverVersion;
  readonly tools;
  readonly wantsFolders: boolean;
  readonly #command: Mcp;
  readonly #around: Surroundings;
  readonly #permission: ToolPermission;
  readonly #named: readonly NamedFolder[];
  /** By absolute path. */
  #folders: ReadonlyMap<string, AgentFolder> | undefined;
  /** Folders that the client has closed. */
  #closing: Promise<unknown> = Promise.resolve();
  readonly #known = Promise.withResolvers<void>();

  constructor(command: Mcp, around: Surroundings) {
    this.#command = command;
    this.#around = around;
    this.#permission = command.permission;
    this.#named = command.folders.map((folder) => nameFolder(folder, command, around));
    this.wantsFolders = this.#named.length === 0;
    this.tools = toolDescriptions
      .filter(({ permission }) => mayUse(command.permission, permission))
      .map(withOwnMemories);
  }

  open(): void {
    if (this.#named.length > 0) return this.#show(this.#named);
    // A client that names no folder was started in one.
    this.follow([this.#around.cwd]);
  }

  follow(folders: readonly string[]): void {
    this.#show(folders.flatMap((folder) => this.#nameOf(folder) ?? []));
  }

  async call(call: AgentCall): Promise<ToolResult> {
    await this.#foldersKnown(call.signal);
    const folders = [...(this.#folders?.values() ?? [])];
    const { folder, input } = splitFolder(call.input, folders.length);
    const chosen =
      folder === undefined
        ? folders
        : folders.filter(({ named: { root } }) => [root.name, root.folder].includes(folder));
    const [only, ...others] = chosen;
    if (only !== undefined && others.length === 0) return only.call({ ...call, input });
    const result = failure(folders, folder);
    for (const each of folders) each.noteRefused(call, result);
    return result;
  }

  async status({ client, signal }: Pick<AgentCall, "client" | "signal">): Promise<unknown> {
    await this.#foldersKnown(signal);
    const folders = [...(this.#folders?.values() ?? [])];
    const statuses = await Promise.all(folders.map(statusOf));
    for (const [idx, folder] of folders.entries())
      folder.noteStatus(client, JSON.stringify(statuses[idx]));
    return { permission: this.#permission, folders: statuses };
  }

  async folderNames(signal: AbortSignal): Promise<readonly string[]> {
    await this.#foldersKnown(signal);
    const roots = [...(this.#folders?.values() ?? [])].map(({ named: { root } }) => root);
    return roots.map(({ name, folder }) =>
      roots.filter((other) => other.name === name).length === 1 ? name : folder,
    );
  }

  async close(): Promise<void> {
    this.#known.resolve();
    const folders = [...(this.#folders?.values() ?? [])];
    await Promise.all([this.#closing, ...folders.map((folder) => folder.close())]);
  }

  #show(named: readonly NamedFolder[]): void {
    const before = this.#folders ?? new Map<string, AgentFolder>();
    const folders = new Map<string, AgentFolder>();
    for (const each of named) {
      const { folder } = each.root;
      const known = before.get(folder) ?? folders.get(folder);
      folders.set(
        folder,
        known ?? new AgentFolder(each, this.#permission, this.#command, this.#around),
      );
    }
    this.#folders = folders;
    for (const [folder, gone] of before)
      if (!folders.has(folder))
        // What went wrong with a folder that nobody wants any more is told to nobody.
        this.#closing = Promise.allSettled([this.#closing, gone.close()]);
    for (const folder of folders.values()) folder.open();
    this.#known.resolve();
  }

  /** A client may name folders that are not there any more, or a home or a disk: all of somebody's files are not meant. */
  #nameOf(folder: string): NamedFolder | undefined {
    try {
      const named = nameFolder(folder, this.#command, this.#around);
      const { homeDir } = this.#around;
      const isTooMuch = [named.root.folder, realpathSync.native(folder)].some(
        (each) =>
          path.dirname(each) === each ||
          [homeDir, realPath(homeDir)].some((home) => holds(each, home)),
      );
      return isTooMuch ? undefined : named;
    } catch (error) {
      if (error instanceof CliError) return undefined;
      throw error;
    }
  }

  /** Calls may come before it is known which folders there are. */
  async #foldersKnown(signal: AbortSignal): Promise<void> {
    const { promise: cancelled, reject } = Promise.withResolvers<never>();
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", abort, { once: true });
    try {
      await Promise.race([this.#known.promise, cancelled]);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }
}

async function statusOf(folder: AgentFolder): Promise<object> {
  const { root } = folder.named;
  try {
    const { roots } = await folder.status();
    const [status] = roots;
    if (status === undefined) return { folder: root.folder, state: "closed" };
    const { state, filesSeen, remembered, pending, nChunks } = status;
    const readOnly = isFollower(status);
    return { ...{ folder: root.folder, state, filesSeen, remembered, pending, nChunks, readOnly } };
  } catch (error) {
    if (!(error instanceof CliError || error instanceof MemoryError)) throw error;
    return { folder: root.folder, problem: failureSentence(error) };
  }
}

/** Returns a tool as it is where each folder has a memory of its own. */
function withOwnMemories(tool: ToolDescription): ToolDescription {
  const { folder, ...others } = tool.input.properties ?? {};
  if (folder === undefined) return tool;
  const description = "Name of one workspace folder; needed where several are open.";
  const properties = { ...others, folder: { ...folder, description } };
  return { ...tool, input: { ...tool.input, properties } };
}

/** True when a folder is another one or an ancestor of it. */
function holds(folder: string, other: string): boolean {
  const relative = path.relative(folder, other);
  return relative.split(path.sep)[0] !== ".." && !path.isAbsolute(relative);
}

/** The path without links; as it is given for a folder that is not there. */
function realPath(folder: string): string {
  return existsSync(folder) ? realpathSync.native(folder) : folder;
}

/** Each folder has a memory of its own, so the name of one chooses the memory; to the memory itself it means nothing. */
function splitFolder(
  input: unknown,
  nFolders: number,
): { readonly folder: string | undefined; readonly input: unknown } {
  if (typeof input !== "object" || input === null || Array.isArray(input))
    return { folder: undefined, input };
  const { folder, ...rest } = input as { folder?: unknown };
  // What is no name is refused by the tool.
  if (typeof folder !== "string" || nFolders < 2) return { folder: undefined, input };
  return { folder, input: rest };
}

function failure(folders: readonly AgentFolder[], folder: string | undefined): ToolResult {
  const names = listed(folders.map(({ named: { root } }) => code(root.name)));
  const kind = folders.length === 0 ? "notReady" : folder === undefined ? "ambiguous" : "notFound";
  const sentences = {
    notReady: `No folder is open, so there is no memory to ask. Start the server with one: “${program} mcp FOLDER”.`,
    ambiguous: `Several folders are open, so it is not clear whose memory is meant. Name one in \`folder\`: ${names}.`,
    notFound: `No open folder, or more than one, has this name, so nothing was done. Name one of ${names}, or its whole path.`,
  };
  const message = sentences[kind];
  return { text: message, structured: { error: kind, message }, isError: true };
}
