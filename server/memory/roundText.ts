/** What of a turn is searched: the words that were said, without the code and the notes that an answer quotes. */

import { ownWords } from "./quotedTurns.ts";

/** A pasted log is a turn too; what is asked about it stands at its beginning or its end. */
const maxSearchedLength = 20_000;

/**
 * Returns an answer's own sentences as plain text. Code blocks are left out, since code is searched in the workspace as
 * it is now, and so are quotes, which were said elsewhere.
 */
export function proseOfAnswer(markdown: string): string {
  const withoutCode = searchedPart(markdown).replace(
    /^(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^\1[`~]*[ \t]*$|$(?![\s\S]))/gm,
    "",
  );
  return ownWords(withoutCode)
    .replace(/^>.*$/gm, "")
    .replace(/^\*.*Looked at .*\*$/gm, "")
    .replace(/\[([^\]\n]*)\]\(#[^)\s]*\)/g, "$1")
    .replace(/[`*]+/g, "")
    .replace(/\\([^A-Za-z0-9\s])/g, "$1")
    .replace(/\n{2,}/g, "\n")
    .trim();
}

/** Returns the beginning and the end of a long text. */
export function searchedPart(text: string): string {
  if (text.length <= maxSearchedLength) return text;
  const half = maxSearchedLength / 2;
  return `${text.slice(0, half)}\n${text.slice(-half)}`;
}
