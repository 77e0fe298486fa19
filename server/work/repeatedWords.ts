/** What somebody says again: an earlier turn that only has the words of a question tells nothing to who asks it. */
import { wholeSentences } from "./sentences.ts";

/**
 * Returns what an earlier turn says besides the sentences of a question; the same text when it repeats none of them, `""`
 * when it says nothing else. Case, blanks and punctuation do not count.
 */
export function withoutRepeats(said: string, question: string): string {
  if (plainWords(said) === plainWords(question)) return "";
  const asked = new Set([...wholeSentences(question)].map(({ text }) => plainWords(text)));
  const others: string[] = [];
  let nRepeated = 0;
  for (const { text } of wholeSentences(said)) {
    if (asked.has(plainWords(text))) nRepeated++;
    else others.push(text);
  }
  return nRepeated === 0 ? said : others.join("\n");
}

/** A mark that ends a word, or quotes it, is no difference; one that stands in code, as in `-1`, `foo.bar` or `==`, is. */
function plainWords(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\p{Z}\p{C}]+/gu, " ")
    .replace(/(?<=^| )[\p{Ps}\p{Pi}"'`]+|[\p{Pe}\p{Pf}"'`.,;:?!…。、，；：？！]+(?= |$)/gu, "")
    .trim();
}
