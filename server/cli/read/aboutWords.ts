/** Reads the words of commands about the program itself. */
import { commandNames } from "../commandTable.ts";
import { nearest } from "../nearest.ts";
import { UsageError } from "../optionValues.ts";
import { shells } from "../shells.ts";
import type { Reader } from "./reader.ts";

/** Reads `lore help`. */
export const readHelp: Reader = ({ positionals, common: { json } }) => {
  const [word, ...more] = positionals;
  if (more.length > 0) throw new UsageError("“lore help” takes one command.");
  const command = commandNames.find((name) => name === word);
  if (word !== undefined && command === undefined) throw unknownCommand(word);
  return { kind: "help", command, json };
};

/** Reads `lore completion`. */
export const readCompletion: Reader = ({ positionals, common: { json } }) => {
  const [word, ...more] = positionals;
  const shell = shells.find((name) => name === word);
  if (shell === undefined || more.length > 0)
    throw new UsageError(`“lore completion” needs one of ${shells.join(", ")}.`);
  return { kind: "completion", shell, json };
};

/** Returns what is said of a command that there is not. */
export function unknownCommand(word: string): UsageError {
  const meant = nearest(word, commandNames);
  const hint = meant === undefined ? "“lore help” lists all." : `Did you mean “${meant}”?`;
  return new UsageError(`There is no command “${word}”. ${hint}`);
}
