/** What of a turn is searched: the words that were said, without the code and the notes that an answer quotes. */

import { ownWords } from "./quotedTurns.ts";

/** A pasted log is a turn too; what is asked about it stands at its beginning or its end. */
const maxSearchedLength = 20_000;

/**
 * Returns an answer's own sentences as plain text. Code blocks are left out, since code is searched in the workspace as
 * it is now, and so are quotes, which were said elsewhere.
 */
export function proseOfAnswer(markdown: string): string {
  return ownWords(withoutCode(searchedPart(markdown)))
    .replace(/^>.*$/gm, "")
    .replace(/^\*.*Looked at .*\*$/gm, "")
    .replace(/\[([^\]\n]*)\]\(#[^)\s]*\)/g, "$1")
    .replace(/[`*]+/g, "")
    .replace(/\\([^A-Za-z0-9\s])/g, "$1")
    .replace(/\n{2,}/g, "\n")
    .trim();
}

/** Returns markdown without its fenced blocks of code; one that has no end goes up to the text's end. */
export function withoutCode(markdown: string): string {
  const kept: string[] = [];
  let fence: string | undefined;
  for (const line of markdown.split("\n")) {
    const marks = /^(?:`{3,}|~{3,})/.exec(line)?.[0];
    if (fence === undefined) {
      fence = marks;
      if (fence === undefined) kept.push(line);
    } else if (marks?.startsWith(fence) === true && line.trimEnd() === marks) fence = undefined;
  }
  return kept.join("\n");
}

/** Returns the beginning and the end of a long text. */
export function searchedPart(text: string): string {
  if (text.length <= maxSearchedLength) return text;
  const half = maxSearchedLength / 2;
  return `${text.slice(0, half)}\n${text.slice(-half)}`;
}
