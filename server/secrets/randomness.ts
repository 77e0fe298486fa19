/** How random a text looks. */

/** Returns Shannon's entropy of a text's characters, in bits for each of them; 0 for an empty one. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let entropy = 0;
  for (const n of counts.values()) {
    const share = n / text.length;
    entropy -= share * Math.log2(share);
  }
  return entropy;
}

/** What stands where a secret belongs and is none. */
const placeholder =
  /\$\{|\{\{|%[({\w]|<[^>]*>|\.\.\.|example|sample|dummy|placeholder|change.?me|your|test|fake|mock|x{4}|\*{3}|0123|1234|abcd|\[secret: /i;
const minEntropy = 3.2;
const minChanges = 3;

/**
 * True for what nobody writes as a word, a name or a path: letters and digits that change often. Text between words has
 * few changes, and what is made by a machine has many.
 */
export function looksRandom(text: string): boolean {
  if (text.length < 8 || /[\s()[\]{};,|]/.test(text) || placeholder.test(text)) return false;
  const kinds = [...text].map(kindOf);
  const nDigits = kinds.filter((kind) => kind === "digit").length;
  const nLetters = kinds.filter((kind) => kind === "lower" || kind === "upper").length;
  if (nDigits < 2 || nLetters < 2) return false;
  let nChanges = 0;
  for (let at = 1; at < kinds.length; at++) {
    // A capital at the beginning of a word is no change, and a separator between words neither.
    const [before, after] = [kinds[at - 1], kinds[at]];
    if (after !== before && after !== "other" && before !== "other" && !isWordStart(before, after))
      nChanges++;
  }
  return nChanges >= minChanges && entropyOf(text) >= Math.min(minEntropy, Math.log2(text.length));
}

type CharacterKind = "digit" | "lower" | "upper" | "other";

function isWordStart(before: CharacterKind | undefined, after: CharacterKind | undefined): boolean {
  return before === "upper" && after === "lower";
}

function kindOf(character: string): CharacterKind {
  if (/\d/.test(character)) return "digit";
  if (/\p{Ll}/u.test(character)) return "lower";
  return /\p{Lu}/u.test(character) ? "upper" : "other";
}
