import type { MentionKind } from "../protocol/mentions.ts";

/** What is being typed behind an `@`. */
export interface MentionToken {
  /** Where the `@` stands in the text, in UTF-16 code units. */
  readonly start: number;
  readonly prefix: string;
  /** Definitions alone behind `@symbol `; all kinds when `undefined`. */
  readonly kinds: readonly MentionKind[] | undefined;
}

const unfinished =
  /(?:^|[\s(（「，、。：；？！])@(?:"(?<quoted>[^"\n]*)|symbol[ \t]+(?<name>[^\s"]*)|(?<plain>[^\s"]*))$/;
/** A longer word is no name that somebody types. */
const maxLooked = 400;

/** Returns the mention that ends where the cursor is, `undefined` when there is none. */
export function mentionBefore(text: string, cursor: number): MentionToken | undefined {
  const from = Math.max(0, cursor - maxLooked);
  const found = unfinished.exec(text.slice(from, cursor));
  if (found === null) return undefined;
  const { quoted, name, plain } = found.groups ?? {};
  const start = from + found.index + found[0].indexOf("@");
  if (name !== undefined) return { start, prefix: name, kinds: ["symbol"] };
  return { start, prefix: (quoted ?? plain ?? "").replace(/^\.\//, ""), kinds: undefined };
}
