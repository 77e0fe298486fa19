/** Says why a command, or what an agent asked of the memory, failed. */
import { placeOf } from "../../protocol/errorPlace.ts";
import { errorCatalogue, MemoryError, type ErrorName } from "../../protocol/errors.ts";
import { isUnwritable } from "../memory/database.ts";
import { CliError } from "./openFolder.ts";
import { program } from "./program.ts";

/** Where the catalogue's sentence speaks of the editor, the terminal has its own. */
const ownSentences: Readonly<Partial<Record<ErrorName, string>>> = {
  storeUnavailable: `Lore cannot open its memory on disk. Check free space and permissions, or make a new one with “${program} forget” and “${program} index”.`,
  diskFull:
    "The disk is full, so Lore stopped remembering; what it remembered before is kept. Free some space and run the command again.",
  sqliteMissing: "Lore needs Node 24 or later.",
  deepMemoryUnavailable: `The deep memory cannot be used at the moment; search and answers work without it. “${program} status” says why.`,
};

const unwritable =
  "The memory on disk cannot be written: its folder or a file in it is read-only for you. Nothing was changed, and what it holds can still be asked. Check its permissions, or name another place with --store.";

/** Returns a sentence or two for whoever is at the terminal; of a fault of Lore's own the place in its code. */
export function failureSentence(error: unknown): string {
  if (error instanceof CliError) return error.message;
  if (error instanceof MemoryError && error.errorName !== "internal") {
    if (isUnwritable(error)) return unwritable;
    const sentence = ownSentences[error.errorName] ?? errorCatalogue[error.errorName].sentence;
    return error.detail === "" ? sentence : `${sentence} (${error.detail})`;
  }
  return `Something went wrong inside Lore: ${placeOf(error)}`;
}
