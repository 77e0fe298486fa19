/** What agents did: one line of JSON for each call, without any question, code or note. */
import { appendFileSync, existsSync, readFileSync, renameSync, statSync } from "node:fs";
import path from "node:path";
import { asMemoryError, isStoreFailure } from "../memory/database.ts";
import { makeFolder } from "../memory/storeFolder.ts";
import type { ToolFailureKind } from "../../protocol/tools.ts";
import { toolDescriptions } from "../tools/toolBox.ts";
import { filesOf, type NamedFolder } from "./openFolder.ts";

/** One call. */
export interface AgentLogEntry {
  /** ISO 8601, in UTC. */
  readonly time: string;
  /** What the client calls itself. */
  readonly client: string;
  /** A tool of Lore's, `status` for the resource, or `unknown`: a name of the client's own could hold anything. */
  readonly tool: string;
  /** Bytes of the result's text. */
  readonly bytes: number;
  readonly outcome: "ok" | "cancelled" | "failed" | ToolFailureKind;
}

/** Two files of this size are kept, which is some ten thousand calls. */
const maxBytes = 1_000_000;
const maxNameLength = 100;

/** Goes when the folder's memory is forgotten. */
function fileOf(folder: NamedFolder): string {
  return path.join(filesOf(folder), "agents.jsonl");
}

/** Writes one call down. Errors: `diskFull`, `storeUnavailable`. */
export function noteAgentCall(folder: NamedFolder, entry: AgentLogEntry): void {
  const file = fileOf(folder);
  const line = { ...entry, client: shown(entry.client), tool: toolNamed(entry.tool) };
  try {
    makeFolder(path.dirname(file));
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > maxBytes)
      renameSync(file, `${file}.old`);
    appendFileSync(file, `${JSON.stringify(line)}\n`, { mode: 0o600 });
  } catch (error) {
    if (!isStoreFailure(error)) throw error;
    throw asMemoryError(error);
  }
}

/** Returns what agents did with a folder's memory, oldest first; lines that a crash cut off are left out. */
export function agentCalls(folder: NamedFolder): AgentLogEntry[] {
  const file = fileOf(folder);
  return [`${file}.old`, file]
    .filter((each) => existsSync(each))
    .flatMap((each) => readFileSync(each, "utf8").split("\n"))
    .flatMap((line) => entryIn(line) ?? []);
}

function entryIn(line: string): AgentLogEntry | undefined {
  if (line === "") return undefined;
  try {
    return JSON.parse(line) as AgentLogEntry;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function toolNamed(name: string): string {
  return name === "status" || toolDescriptions.some((tool) => tool.name === name)
    ? name
    : "unknown";
}

function shown(name: string): string {
  return name.slice(0, maxNameLength).toWellFormed();
}
