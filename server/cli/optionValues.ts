/** The values of options as the command line has them. */
import type { OptionName } from "./commandTable.ts";

/** What is wrong with a command line; the message is a sentence. */
export class UsageError extends Error {}

export type Values = Readonly<Partial<Record<OptionName, string | boolean | readonly string[]>>>;

/** Returns the value. Errors: `UsageError` when it is blank. */
export function filled(name: OptionName, value: string): string {
  if (value.trim() === "") throw new UsageError(`--${name} needs a value.`);
  return value;
}
