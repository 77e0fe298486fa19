/** Which process keeps the memory of a folder, as the system knows it: Linux tells who listens on a socket. */
import { globSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";

/** Returns the id of the process that owns the one store below `memory`; `undefined` while there is none. */
export function ownerOf(memory: string): number | undefined {
  for (const file of globSync("**/owner.json", { cwd: memory })) {
    const { path: socket } = JSON.parse(readFileSync(path.join(memory, file), "utf8")) as {
      readonly path: string;
    };
    const line = readFileSync("/proc/net/unix", "utf8")
      .split("\n")
      .find((each) => each.endsWith(` ${socket}`));
    const inode = line?.trim().split(/\s+/)[6];
    if (inode !== undefined) return processWith(`socket:[${inode}]`);
  }
  return undefined;
}

function processWith(open: string): number | undefined {
  const holder = globSync("/proc/[0-9]*/fd/*").find((file) => linkOf(file) === open);
  return holder === undefined ? undefined : Number(holder.split("/")[2]);
}

function linkOf(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch (error) {
    // It was closed, its process ended, or it belongs to another user.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
}
