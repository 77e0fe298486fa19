/** The words of a command line that are no options. */
import { UsageError } from "./optionValues.ts";

/** Returns the folder. Errors: `UsageError` when there is none, or more than one word. */
export function folderOnly(command: string, positionals: readonly string[]): string {
  const folder = atMostOne(command, positionals);
  if (folder === undefined) throw new UsageError(`“lore ${command}” needs a folder.`);
  return folder;
}

/** Returns the folder, `undefined` when none is named. Errors: `UsageError` for more than one word. */
export function atMostOne(command: string, positionals: readonly string[]): string | undefined {
  if (positionals.length > 1) {
    throw new UsageError(`“lore ${command}” takes one folder; quote a path that holds blanks.`);
  }
  const [folder] = positionals;
  if (folder === "") throw new UsageError(emptyFolder(command));
  return folder;
}

/** Returns a folder and what stands behind it. Errors: `UsageError` when one is missing, or more follows. */
export function folderAndText(
  command: string,
  positionals: readonly string[],
  what: string,
): [folder: string, text: string] {
  const [folder, text, ...rest] = positionals;
  if (folder === undefined || text === undefined || text.trim() === "") {
    throw new UsageError(`“lore ${command}” needs a folder and a ${what}.`);
  }
  if (folder === "") throw new UsageError(emptyFolder(command));
  if (rest.length > 0) {
    throw new UsageError(`“lore ${command}” takes one ${what}; put it in quotes.`);
  }
  return [folder, text];
}

/** Returns what is said of an empty folder. An empty word is a variable of the shell that is not set; nobody means the current folder by it. */
export function emptyFolder(command: string): string {
  return `The folder of “lore ${command}” is empty. Name a folder, or “.” for the current one.`;
}
