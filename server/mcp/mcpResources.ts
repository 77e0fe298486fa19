/** What an agent may read without calling a tool: the status, the notes, and remembered files. */
import type { Resource, ResourceTemplate } from "@modelcontextprotocol/sdk/types.js";
import type { ToolResult } from "../../protocol/tools.ts";
import type { AgentCall, McpHost } from "./mcpHost.ts";

const scheme = "lore://";
const statusUri = `${scheme}status`;
const notesPath = "notes";
const filePrefix = "file/";

/** Returns the resources of folders: where there are several, each has its own below its name. */
export function resourcesOf(folders: readonly string[]): Resource[] {
  const status = {
    uri: statusUri,
    name: "status",
    title: "Status of the memory",
    description: "How many files are in memory, and how many are still to come.",
    mimeType: "application/json",
  };
  const notes = placesOf(folders).map(({ start, of }) => ({
    uri: `${start}${notesPath}`,
    name: `notes${of}`,
    title: `Notes${of}`,
    description: "Decisions, facts, preferences and to-dos that were noted.",
    mimeType: "text/markdown",
  }));
  return [status, ...notes];
}

/** As `resourcesOf`, for the files. */
export function resourceTemplatesOf(folders: readonly string[]): ResourceTemplate[] {
  return placesOf(folders).map(({ start, of }) => ({
    uriTemplate: `${start}${filePrefix}{+path}`,
    name: `file${of}`,
    title: `Remembered file${of}`,
    description: "The present text of a file in memory, without keys and tokens.",
    mimeType: "text/plain",
  }));
}

interface ResourcePlace {
  /** Of the addresses of its resources. */
  readonly start: string;
  /** What its resources' names say of it. */
  readonly of: string;
  /** What a call names it by; `undefined` for the only one. */
  readonly folder: string | undefined;
}

function placesOf(folders: readonly string[]): ResourcePlace[] {
  if (folders.length < 2) return [{ start: scheme, of: "", folder: undefined }];
  return folders.map((folder) => ({
    start: `${scheme}${encodeURIComponent(folder)}/`,
    of: ` of ${folder}`,
    folder,
  }));
}

/** The text of a resource, or why there is none. */
export type ResourceOutcome =
  | { readonly kind: "text"; readonly text: string; readonly mimeType: string }
  | { readonly kind: "unknown" }
  | { readonly kind: "failed"; readonly sentence: string };

const maxNotes = 50;
const maxTokens = 20_000;
/** A file is read in parts; one of more parts than this is cut. */
const maxParts = 50;

/** Rejects with AbortError when cancelled. */
export async function readResource(
  uri: string,
  host: McpHost,
  call: Omit<AgentCall, "name" | "input">,
): Promise<ResourceOutcome> {
  if (uri === statusUri) {
    const text = JSON.stringify(await host.status(call), undefined, 2);
    return { kind: "text", text, mimeType: "application/json" };
  }
  const places = placesOf(await host.folderNames(call.signal));
  const place = places.find(({ start }) => uri.startsWith(start));
  if (place === undefined) return { kind: "unknown" };
  const inFolder = place.folder === undefined ? {} : { folder: place.folder };
  const rest = uri.slice(place.start.length);
  if (rest === notesPath) {
    const input = { limit: maxNotes, maxTokens, ...inFolder };
    const notes = await host.call({ ...call, name: "recall_notes", input });
    return outcomeOf(notes, "text/markdown", notes.text);
  }
  const path = rest.startsWith(filePrefix) ? decoded(rest.slice(filePrefix.length)) : undefined;
  return path === undefined ? { kind: "unknown" } : readFile({ path, ...inFolder }, host, call);
}

async function readFile(
  file: { readonly path: string; readonly folder?: string },
  host: McpHost,
  call: Omit<AgentCall, "name" | "input">,
): Promise<ResourceOutcome> {
  const parts: string[] = [];
  let startLine = 1;
  for (let n = 0; n < maxParts; n++) {
    const input = { ...file, startLine, maxTokens };
    const part = await host.call({ ...call, name: "read_memory", input });
    if (part.isError) return outcomeOf(part, "text/plain", "");
    parts.push(String(part.structured["text"]));
    const { nextLine, isLineCut, startLine: line } = part.structured;
    if (isLineCut === true) parts.push(`[Lore: the rest of line ${String(line)} is left out.]`);
    if (typeof nextLine !== "number") return text(parts);
    startLine = nextLine;
  }
  return text([...parts, `[Lore: the file goes on with line ${startLine}; read_memory reads on.]`]);
}

function text(parts: readonly string[]): ResourceOutcome {
  return { kind: "text", text: parts.join("\n"), mimeType: "text/plain" };
}

function outcomeOf(result: ToolResult, mimeType: string, text: string): ResourceOutcome {
  return result.isError
    ? { kind: "failed", sentence: result.text }
    : { kind: "text", text, mimeType };
}

/** `undefined` for a path that is not encoded as addresses are. */
function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
