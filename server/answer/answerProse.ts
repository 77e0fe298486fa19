/** An answer without the code that it showed: what was said, and where that stood. */
import { withoutCode } from "../memory/roundText.ts";

/** A link to a citation as `citeLink` writes it: a code span in brackets. */
const citeLinks = /\[(`+)[^\n]*?\1\]\(#cite-(\d{1,6})\)/g;

/**
 * Returns the lines of an answer's markdown without its code blocks, whose text may have changed since. In place of each
 * link stands what `placeOf` says of that citation, `""` to leave it out.
 */
export function answerProse(markdown: string, placeOf: (n: number) => string): string {
  return withoutCode(markdown)
    .replace(citeLinks, (_link, _ticks, n: string) => placeOf(Number(n)))
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
