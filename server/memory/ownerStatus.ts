/** What the owner of a store tells the processes that only read it: its status, written with what it commits. */
import type { RootStatus } from "../../protocol/types.ts";

/** The key of the row in the store's table `meta`. */
export const ownerStatusKey = "ownerStatus";

/** The part of a status that is the same for everybody who reads the store. */
export type OwnerStatus = Omit<RootStatus, "root" | "storeBytes">;

/** Returns the text to store. */
export function packOwnerStatus(status: RootStatus): string {
  const { root: _root, storeBytes: _storeBytes, ...told } = status;
  return JSON.stringify(told satisfies OwnerStatus);
}

/** Returns what an owner stored, `undefined` when it is not of this version's making. */
export function unpackOwnerStatus(text: string): OwnerStatus | undefined {
  let told: unknown;
  try {
    told = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  return isOwnerStatus(told) ? told : undefined;
}

const counts = [
  "filesSeen",
  "remembered",
  "pending",
  "ignoredEntries",
  "bytesKnown",
  "bytesDone",
  "nChunks",
  "nEmbedded",
  "filesSyntaxExact",
  "filesFallback",
  "filesToRefine",
] as const satisfies readonly (keyof OwnerStatus)[];

function isOwnerStatus(told: unknown): told is OwnerStatus {
  if (typeof told !== "object" || told === null) return false;
  const fields = told as Readonly<Record<string, unknown>>;
  return (
    typeof fields["state"] === "string" &&
    counts.every((name) => typeof fields[name] === "number") &&
    [fields["skipped"], fields["failed"], fields["notices"]].every(
      (value) => typeof value === "object" && value !== null,
    )
  );
}
