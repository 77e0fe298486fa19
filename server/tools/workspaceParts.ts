/** The open folders as a tool's input names them, and how much of them is in memory. */
import type { MemoryStatus, Root, RootStatus } from "../../protocol/types.ts";
import type { JsonSchema } from "../../protocol/tools.ts";
import { code, listed } from "../answer/markdown.ts";
import { stoppedBy, stoppedShort } from "../answer/wording.ts";
import { objectSchema, ToolFailure, type ToolPorts } from "./tool.ts";

/** How much of the asked folders is in memory. */
export interface MemoryCoverage {
  readonly filesInMemory: number;
  readonly filesSeen: number;
  /** False while files are still being read, so that what is missing may be in one of them. */
  readonly isComplete: boolean;
  /** Why the memory could not be written, where it could not: it holds less than the files do. */
  readonly stopped?: "diskFull" | "unwritable";
}

export const coverageSchema: JsonSchema = objectSchema(
  {
    filesInMemory: { type: "integer" },
    filesSeen: { type: "integer" },
    isComplete: { type: "boolean" },
    stopped: { type: "string", enum: ["diskFull", "unwritable"] },
  },
  ["filesInMemory", "filesSeen", "isComplete"],
);

/** The input field that chooses one of several open folders. */
export const folderField: JsonSchema = {
  type: "string",
  description: "Name of one workspace folder, where several are open. All of them when left out.",
  minLength: 1,
  maxLength: 4_096,
};

const stillFilling: readonly RootStatus["state"][] = ["opening", "scanning", "filling"];

/** Returns the roots that `folder` names, all without one. Errors: `notFound` for an unknown name, `notReady` with none open. */
export function rootsOf(
  { memory }: ToolPorts,
  folder: string | undefined,
): readonly [Root, ...Root[]] {
  const roots = memory.status().roots.map(({ root }) => root);
  const [first, ...others] = roots;
  if (first === undefined)
    throw new ToolFailure("notReady", "No folder is open in Lore. Open one and call again.");
  if (folder === undefined) return [first, ...others];
  const [named, ...alike] = roots.filter(({ name, folder: at }) => [name, at].includes(folder));
  if (named !== undefined) return [named, ...alike];
  const names = listed(roots.map(({ name }) => code(name)));
  throw new ToolFailure("notFound", `No open folder has this name. Open are ${names}.`);
}

export function coverageOf(status: MemoryStatus, roots: readonly Root[]): MemoryCoverage {
  const asked = status.roots.filter(({ root }) => roots.some(({ id }) => id === root.id));
  const stopped = stoppedBy(asked);
  return {
    filesInMemory: asked.reduce((sum, { remembered }) => sum + remembered, 0),
    filesSeen: asked.reduce((sum, { filesSeen }) => sum + filesSeen, 0),
    isComplete: stopped === undefined && asked.every(({ state }) => !stillFilling.includes(state)),
    ...(stopped === undefined ? {} : { stopped }),
  };
}

/** Returns the sentences of a result, with what the memory lacks: before all others where it could not be written. */
export function withCoverage(coverage: MemoryCoverage, ...sentences: readonly string[]): string {
  const stopped = stoppedShort(coverage) ?? "";
  const filling = stopped === "" ? fillingLine(coverage) : "";
  return [stopped, ...sentences, filling].filter(Boolean).join(" ");
}

/** A sentence while files are missing, `""` when all are there. */
function fillingLine({ filesInMemory, filesSeen, isComplete }: MemoryCoverage): string {
  if (isComplete) return "";
  const [inMemory, seen] = [filesInMemory, filesSeen].map((n) => n.toLocaleString("en-US"));
  return `The memory is still filling: ${inMemory} of ${seen} files are in memory, so what is missing here may be in the others. Ask again later.`;
}

/** The name of a root for results, `undefined` where only one is open. */
export function folderName({ memory }: ToolPorts, rootId: string): string | undefined {
  const { roots } = memory.status();
  if (roots.length < 2) return undefined;
  return roots.find(({ root }) => root.id === rootId)?.root.name;
}

/** A file of an open folder. */
export interface NamedFile {
  readonly root: Root;
  /** Relative to the root, with `/`. */
  readonly path: string;
}

/**
 * Returns the file that a path names: relative to an open folder, or absolute inside of one. Errors: `notFound` for a file
 * that is not in memory, `ambiguous` for one that several folders have.
 */
export function fileNamed(
  ports: ToolPorts,
  given: string,
  folder: string | undefined,
): NamedFile & { readonly text: string; readonly language: string } {
  const roots = rootsOf(ports, folder);
  const found = roots.flatMap((root) => {
    const path = relativePath(root, given);
    if (path === undefined || !ports.isRemembered(root.id, path)) return [];
    const read = ports.source.readText(root.id, path);
    return read === undefined ? [] : [{ root, path, ...read }];
  });
  const [file, ...others] = found;
  if (file === undefined)
    throw new ToolFailure(
      "notFound",
      "This file is not in memory: it may be gone, ignored, no text or not read yet. Take paths from the results of search_memory, relative to the workspace folder.",
    );
  if (others.length > 0)
    throw new ToolFailure(
      "ambiguous",
      `Several folders have this file; name one in \`folder\`: ${listed(found.map(({ root }) => code(root.name)))}.`,
    );
  return file;
}

/** Returns the path inside the root, `undefined` when it leads out of it. */
function relativePath(root: Root, given: string): string | undefined {
  const slashed = given.replaceAll("\\", "/");
  const base = root.folder.replaceAll("\\", "/").replace(/\/$/, "");
  const inside = slashed.startsWith(`${base}/`) ? slashed.slice(base.length + 1) : slashed;
  const path = inside.replace(/^(?:\.\/)+/, "");
  const isPlain = path !== "" && !path.startsWith("/") && !/^[A-Za-z]:/.test(path);
  return isPlain && !path.includes("\0") && !path.split("/").includes("..") ? path : undefined;
}
