/** An answer without the code that it showed: what was said, and where that stood. */

/** A link to a citation as `citeLink` writes it: a code span in brackets. */
const citeLinks = /\[(`+)[^\n]*?\1\]\(#cite-(\d{1,6})\)/g;

/**
 * Returns the lines of an answer's markdown without its code blocks, whose text may have changed since. In place of each
 * link stands what `placeOf` says of that citation, `""` to leave it out.
 */
export function answerProse(markdown: string, placeOf: (n: number) => string): string {
  const kept: string[] = [];
  let fence: string | undefined;
  for (const line of markdown.split("\n")) {
    const ticks = /^`{3,}/.exec(line)?.[0];
    if (fence === undefined && ticks !== undefined) fence = ticks;
    else if (fence !== undefined) {
      if (line === fence) fence = undefined;
    } else kept.push(line.replace(citeLinks, (_link, _ticks, n: string) => placeOf(Number(n))));
  }
  return kept
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
