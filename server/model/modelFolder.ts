/** The one place that reads a model from the disk. */
import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import path from "node:path";
import { checkHash, type ModelFiles } from "./checkedFile.ts";
import type { ModelFile } from "./manifestFields.ts";
import { ModelFaultError } from "./modelFault.ts";

/** Larger than any file of a model; what is larger is none. */
const maxFileBytes = 256 * 1024 * 1024;

/** Returns the files of the folder. One that is not there, or no regular file, reads as `undefined`. */
export function modelFolder(folder: string): ModelFiles {
  return {
    read: (file) => readFile(path.join(folder, file), (size) => new SharedArrayBuffer(size)),
    sha256,
  };
}

/**
 * Returns the bytes of a graph in memory of this thread alone, which the native runtime needs. Errors: ModelFaultError
 * `missing`, `damaged`.
 */
export function readGraphFile(folder: string, graph: ModelFile): Uint8Array<ArrayBuffer> {
  const bytes = readFile(path.join(folder, graph.file), (size) => new ArrayBuffer(size));
  if (bytes === undefined) throw new ModelFaultError("missing", graph.file, "not there");
  checkHash(graph, bytes, { sha256 });
  return bytes;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function readFile<B extends ArrayBufferLike>(
  file: string,
  memory: (size: number) => B,
): Uint8Array<B> | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile() || stat.size > maxFileBytes) return undefined;
    const bytes = new Uint8Array(memory(stat.size));
    let at = 0;
    while (at < bytes.length) {
      const n = readSync(descriptor, bytes, at, bytes.length - at, at);
      if (n === 0) break;
      at += n;
    }
    return bytes.subarray(0, at);
  } finally {
    closeSync(descriptor);
  }
}

function isMissing(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === "ENOENT" || code === "ENOTDIR" || code === "EACCES";
}
