/** Returns the text in the user's language with `{0}`, `{1}` … filled in; `vscode.l10n.t` is one. */
export type Translate = (message: string, ...args: (string | number | boolean)[]) => string;

/** How the extension speaks: the user's language and its way to write numbers. */
export interface Wording {
  readonly t: Translate;
  /** BCP 47 tag, for dates and times. */
  readonly language: string;
  /** A count with separators, for example `1,234`. */
  readonly count: (value: number) => string;
  /** A size in the largest fitting decimal unit, for example `3.4 MB`. */
  readonly size: (bytes: number) => string;
}

/** Builds the wording of a language; `locale` is a BCP 47 tag such as `en` or `zh-cn`. */
export function createWording(t: Translate, locale: string): Wording {
  const integers = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const decimals = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  return {
    t,
    language: locale,
    count: (value) => integers.format(value),
    size: (bytes) => size(bytes, decimals),
  };
}

const units = ["B", "kB", "MB", "GB", "TB"];

function size(bytes: number, format: Intl.NumberFormat): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${format.format(value)} ${units[unit]}`;
}
