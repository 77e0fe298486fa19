/** What the info string of a code block says, such as ` ```ts {start=120 cite=3} `. */
export interface FenceInfo {
  /** The language as written, in lower case; `""` when there is none. */
  readonly language: string;
  /** Number of the first line, one-based as editors show it. */
  readonly start: number | undefined;
  /** Index of the citation that the code is taken from. */
  readonly cite: number | undefined;
}

/** Returns what an info string says. Anything that does not fit the form is passed over. */
export function parseFenceInfo(info: string): FenceInfo {
  const [, word = "", braces = ""] = /^\s*([^\s{]*)[^{]*(?:\{([^}]*)\})?/.exec(info) ?? [];
  const language = /^[\w+#.-]{1,40}$/.test(word) ? word.toLowerCase() : "";
  return { language, start: numberOf("start", braces), cite: numberOf("cite", braces) };
}

function numberOf(name: string, braces: string): number | undefined {
  const digits = new RegExp(`(?:^|\\s)${name}=(\\d{1,9})(?:\\s|$)`).exec(braces)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
