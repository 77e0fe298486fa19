/** Tells Western and Central European texts apart by the letters that one language writes. */
import iconv from "iconv-lite";

/**
 * The letters beyond a-z of German, of French, Spanish, Italian, Portuguese, of Swedish and Finnish, Danish and Norwegian,
 * and of Icelandic.
 */
const western = alphabets(
  ...["äöüß", "àâæçéèêëîïôœùûüÿ", "áéíñóúüç", "àèéìîòù", "àáâãçéêíóôõúü"],
  ...["åäöé", "åæøé", "áæðéíóöúýþ"],
);
/** Those of Czech, Slovak, Polish, Hungarian, Romanian, and of Croatian, Slovene and Bosnian. */
const central = alphabets(
  ...["áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "ąćęłńóśźż", "áéíóöőúüű", "ăâîșşțţ", "čćđšž"],
);

/** Letters that are frequent in their language and stand where Western Europe has a rare one. */
const telling = new Set("ěřůąłśźż");

/** Whether the text of the bytes, read as windows-1252, has the letters of one Western European language, or none. */
export function isWesternEuropean(bytes: Buffer): boolean {
  const text = iconv.decode(bytes, "windows-1252").toLowerCase();
  // Without a single letter signs are what they look like, as in “±epsilon”.
  return text.search(certainLetter) < 0 || isOf(western, new Set(text.match(letterLike)));
}

/**
 * The encoding, as iconv-lite names it, in which the text has the letters of one Central European language; `undefined` when
 * there is none, when the words are mostly of such letters, as in a reading of Cyrillic, and when all that tells it from
 * windows-1252 is signs or one letter that both sides of Europe write often.
 */
export function centralEuropeanOf(bytes: Buffer): string | undefined {
  const asWestern = iconv.decode(bytes, "windows-1252").toLowerCase();
  return ["iso-8859-2", "windows-1250"].find((encoding) => {
    const text = iconv.decode(bytes, encoding).toLowerCase();
    const letters = text.match(/(?![a-z])\p{L}|[\x80-\x9f]/gu) ?? [];
    const words = text.match(/[a-z]*(?![a-z])\p{L}[\p{L}]*/gu) ?? [];
    const nPlain = words.join("").replace(/[^a-z]/g, "").length;
    if (nPlain < letters.length || !isOf(central, new Set(letters))) return false;
    const { fromLetters, fromSigns } = otherLetters(text, asWestern);
    if (fromLetters.size === 0) return false;
    return fromLetters.union(fromSigns).size >= 2 || !fromLetters.isDisjointFrom(telling);
  });
}

/** The letters that another reading of the same bytes has not: where that has another letter, and where it has a sign. */
function otherLetters(
  text: string,
  other: string,
): { fromLetters: ReadonlySet<string>; fromSigns: ReadonlySet<string> } {
  const certain = new Set(Array.from(other.matchAll(certainLetter), ({ index }) => index));
  const fromLetters = new Set<string>();
  const fromSigns = new Set<string>();
  // Both encodings have one byte for each character.
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at);
    if (letter === other.charAt(at) || !/\p{L}/u.test(letter)) continue;
    (certain.has(at) ? fromLetters : fromSigns).add(letter);
  }
  return { fromLetters, fromSigns };
}

function isOf(languages: readonly ReadonlySet<string>[], letters: ReadonlySet<string>): boolean {
  return languages.some((language) => letters.isSubsetOf(language));
}

/** A letter that is not ASCII, in lower case; no word of three letters has one of these signs inside. */
const certainLetter =
  /(?![a-zµªº])\p{L}|(?<=\p{L}{2})[¡¦¶¼¾¿](?=\p{L})|(?<=\p{L})[¡¦¶¼¾¿](?=\p{L}{2})|[\x80-\x9f]/gu;
/** Beside a letter these signs are hardly ever written; in the other encodings letters stand in their places. */
const before = "[¦¯±³¶¹¼¾](?=\\p{L})";
const after = "(?<=\\p{L})[¦±¶¼¾]";
/** What is no letter and stands in the place of one, too. */
const letterLike = new RegExp(
  String.raw`(?![a-zµªº])\p{L}|(?<=\p{L})[^\0-\x7f](?=\p{L})|${before}|${after}|[\x80-\x9f]`,
  "gu",
);

function alphabets(...letters: readonly string[]): readonly ReadonlySet<string>[] {
  return letters.map((each) => new Set(each));
}
