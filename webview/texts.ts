import { englishStrings, type PluralKey, type StringKey } from "./strings.ts";

/** The user-facing texts in the user's language, with numbers written the way that language does. */
export interface Texts<K extends string = StringKey, P extends string = PluralKey> {
  /** Returns the text with `{0}` … replaced by `values`; English where the translation lacks the key. */
  text(key: K, ...values: readonly string[]): string;
  /** Returns the text for a count; `{0}` is the count, `{1}` … are `values`. */
  plural(key: P, count: number, ...values: readonly string[]): string;
  /** Returns a whole number or a fraction of at most `maxFractionDigits` digits. */
  number(value: number, maxFractionDigits?: number): string;
  /** Returns how long ago a time was, such as “2 hr. ago”; both in milliseconds since the epoch. */
  ago(timeMs: number, nowMs: number): string;
}

/** Returns the chat's texts. `overrides` come from the extension; unknown keys and empty texts in it have no effect. */
export function createTexts(overrides: Readonly<Record<string, string>>, language: string): Texts {
  return textsOf<StringKey, PluralKey>(englishStrings, overrides, language);
}

/** Returns texts from a table of English ones. */
export function textsOf<K extends string, P extends string>(
  english: Readonly<Record<K, string>>,
  overrides: Readonly<Record<string, string>>,
  language: string,
): Texts<K, P> {
  const locale = supportedLocale(language);
  const rules = new Intl.PluralRules(locale);
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "narrow" });
  const lookup = (key: string): string | undefined =>
    overrides[key] || (english as Readonly<Record<string, string>>)[key];
  const number = (value: number, maxFractionDigits = 0): string =>
    value.toLocaleString(locale, { maximumFractionDigits: maxFractionDigits });
  return {
    text: (key, ...values) => fill(lookup(key) ?? key, values),
    plural: (key, count, ...values) => {
      const template = lookup(`${key}.${rules.select(count)}`) ?? lookup(`${key}.other`) ?? key;
      return fill(template, [number(count), ...values]);
    },
    number,
    ago: (timeMs, nowMs) => {
      const seconds = Math.min(0, Math.round((timeMs - nowMs) / 1000));
      const step = steps.find(({ limit }) => -seconds < limit) ?? lastStep;
      return relative.format(Math.trunc(seconds / step.seconds), step.unit);
    },
  };
}

const lastStep = { limit: Infinity, seconds: 365 * 86_400, unit: "year" } as const;
const steps = [
  { limit: 60, seconds: 1, unit: "second" },
  { limit: 3600, seconds: 60, unit: "minute" },
  { limit: 86_400, seconds: 3600, unit: "hour" },
  { limit: 30 * 86_400, seconds: 86_400, unit: "day" },
  { limit: 365 * 86_400, seconds: 30 * 86_400, unit: "month" },
  lastStep,
] as const;

/** Replaces each `{N}` once, so that a value which looks like a placeholder stays as it is. */
function fill(template: string, values: readonly string[]): string {
  return template.replace(
    /\{(\d+)\}/g,
    (placeholder, index: string) => values[Number(index)] ?? placeholder,
  );
}

/** A page may carry a language tag that Intl refuses; English numbers are better than a blank page. */
function supportedLocale(language: string): string {
  try {
    return Intl.NumberFormat.supportedLocalesOf(language)[0] ?? "en";
  } catch (error) {
    if (error instanceof RangeError) return "en";
    throw error;
  }
}
