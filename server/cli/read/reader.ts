import type { Command, Common } from "../command.ts";
import type { Values } from "../optionValues.ts";

/** The words of a command line behind the command's name. */
export interface Words {
  readonly values: Values;
  readonly positionals: readonly string[];
  readonly common: Common;
}

/** Returns what the words ask for. Errors: `UsageError`. */
export type Reader = (words: Words) => Command;
