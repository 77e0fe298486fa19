/** The values of options as the command line has them. */
import { formatCount } from "./numbers.ts";
import type { OptionName } from "./optionTable.ts";

/** More results than anybody has. */
export const noLimit = 1_000_000;

/** What is wrong with a command line; the message is a sentence. */
export class UsageError extends Error {}

export type Values = Readonly<Partial<Record<OptionName, string | boolean | readonly string[]>>>;

/** Returns the value. Errors: `UsageError` when it is blank. */
export function filled(name: OptionName, value: string): string {
  if (value.trim() === "") throw new UsageError(`--${name} needs a value.`);
  return value;
}

/** Returns the value, `undefined` when the option is not given. Errors: `UsageError` when it is blank. */
export function wordsOf(values: Values, name: OptionName): string | undefined {
  const given = values[name];
  return given === undefined ? undefined : filled(name, String(given));
}

/** Returns all values of an option that may be repeated. Errors: `UsageError` when one is blank. */
export function globs(values: Values, name: "include" | "exclude"): string[] {
  const given = values[name];
  return Array.isArray(given) ? given.map((glob) => filled(name, String(glob))) : [];
}

/** Returns a whole number, `undefined` when the option is not given. Errors: `UsageError` when it is none in the range. */
export function wholeNumber(
  values: Values,
  name: OptionName,
  min: number,
  max: number,
): number | undefined {
  if (values[name] === undefined) return undefined;
  const number = numberOf(values[name]);
  if (!Number.isSafeInteger(number) || number < min || number > max) {
    const range = `${formatCount(min)} to ${formatCount(max)}`;
    throw new UsageError(
      `--${name} needs a whole number from ${range}, not “${String(values[name])}”.`,
    );
  }
  return number;
}

/** Returns a number above zero, `undefined` when the option is not given. Errors: `UsageError` for any other. */
export function positiveNumber(values: Values, name: OptionName): number | undefined {
  const given = values[name];
  if (given === undefined) return undefined;
  const number = numberOf(given);
  if (!(number > 0)) {
    throw new UsageError(`--${name} needs a number above 0, not “${String(given)}”.`);
  }
  return number;
}

/** Returns NaN for what is not written as a plain number. */
function numberOf(given: Values[OptionName]): number {
  return /^\d+(\.\d+)?$/.test(String(given)) ? Number(given) : Number.NaN;
}

/** Returns a number of tokens such as `4096`, `160k` or `1M`. Errors: `UsageError` for any other. */
export function tokenCount(name: OptionName, given: string, min: number, max: number): number {
  const [, digits, unit] = /^(\d{1,9})([kM]?)$/.exec(given) ?? [];
  const factor = unit === "M" ? 1_000_000 : unit === "k" ? 1_000 : 1;
  const count = Number(digits ?? Number.NaN) * factor;
  if (!(count >= min && count <= max)) {
    const range = `${formatCount(min)} to ${formatCount(max)}`;
    throw new UsageError(
      `--${name} needs numbers from ${range}, such as 4096, 160k or 1M, not “${given}”.`,
    );
  }
  return count;
}
