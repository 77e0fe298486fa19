/** Index terms of a path: the words of its folders and name, and the name whole. */
import { termsOfName, termsOfWord } from "./terms.ts";

/** Returns space-separated terms; the file's name comes with and without its extension. */
export function pathTerms(path: string): string {
  const terms = new Set<string>();
  for (const segment of path.split("/")) {
    for (const term of termsOfName(segment)) terms.add(term);
    for (const term of termsOfWord(segment.replaceAll(/[^\p{L}\p{N}]/gu, "_"))) terms.add(term);
  }
  return [...terms].join(" ");
}
