/**
 * Where the process that keeps a store can be talked to: a local socket (a named pipe on Windows) in a folder that only
 * the user can enter, and a token; both stand in a file beside the store that only the user can read. The socket does
 * not lie beside the store itself, since its path may have a hundred characters at most.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

export interface OwnerAddress {
  /** Path of the socket, or name of the pipe. */
  readonly path: string;
  /** Whoever connects has to know it. */
  readonly token: string;
}

const addressFile = "owner.json";
const socketName = "socket";
const folderPrefix = "lore-owner-";
const hasPipes = process.platform === "win32";

/** Returns an address that nobody has; makes the folder of its socket. Errors: those of the file system. */
export function newAddress(): OwnerAddress {
  const token = randomBytes(32).toString("hex");
  if (hasPipes)
    return { path: `\\\\.\\pipe\\${folderPrefix}${randomBytes(16).toString("hex")}`, token };
  // The folder is made for the user alone, so that there is no moment in which others could connect.
  return { path: path.join(mkdtempSync(path.join(os.tmpdir(), folderPrefix)), socketName), token };
}

/**
 * Says in the folder of a store where its owner is, and removes the socket of the owner before, which may have been killed.
 * Errors: those of the file system.
 */
export function publishAddress(folder: string, address: OwnerAddress): void {
  const before = readAddress(folder);
  const file = path.join(folder, addressFile);
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(address), { mode: 0o600 });
  renameSync(draft, file);
  if (before !== undefined) removeSocket(before);
}

/** Returns where the owner of a store said it is; it may be gone. `undefined` when none has said anything. */
export function readAddress(folder: string): OwnerAddress | undefined {
  try {
    const said = JSON.parse(
      readFileSync(path.join(folder, addressFile), "utf8"),
    ) as Partial<OwnerAddress> | null;
    const { path: where, token } = said ?? {};
    return typeof where === "string" && typeof token === "string"
      ? { path: where, token }
      : undefined;
  } catch (error) {
    // None yet, gone with the store, or cut off by a full disk.
    if (!(error instanceof SyntaxError) && (error as NodeJS.ErrnoException).code === undefined)
      throw error;
    return undefined;
  }
}

/** Takes an address back, unless another owner has said one since. */
export function withdrawAddress(folder: string, address: OwnerAddress): void {
  if (readAddress(folder)?.token === address.token)
    rmSync(path.join(folder, addressFile), { force: true });
  removeSocket(address);
}

/** Removes what `newAddress` made, and nothing else, whatever a file says. */
function removeSocket({ path: socket }: OwnerAddress): void {
  const folder = path.dirname(socket);
  const isOurs =
    !hasPipes &&
    path.basename(socket) === socketName &&
    path.dirname(folder) === os.tmpdir() &&
    path.basename(folder).startsWith(folderPrefix);
  if (!isOurs) return;
  try {
    rmSync(socket, { force: true });
    rmdirSync(folder);
  } catch (error) {
    // Gone already, or not to be removed: an empty folder for temporary things is left.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}
