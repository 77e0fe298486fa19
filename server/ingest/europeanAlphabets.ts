/** Tells Western and Central European texts apart by the letters that one language writes. */
import iconv from "iconv-lite";

/** The letters beyond a-z of German, of French, Spanish, Italian, Portuguese, and of the Nordic languages. */
const western = alphabets(
  "äöüß",
  "àâæçéèêëîïôœùûüÿ",
  "áéíñóúüç",
  "àèéìîòù",
  "àáâãçéêíóôõúü",
  "åäöæøéðþáíóúý",
);
/** Those of Czech, Slovak, Polish, Hungarian, Romanian, and of Croatian, Slovene and Bosnian. */
const central = alphabets(
  ...["áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "ąćęłńóśźż", "áéíóöőúüű", "ăâîșşțţ", "čćđšž"],
);

/** Whether the text of the bytes, read as windows-1252, has the letters of one Western European language. */
export function isWesternEuropean(bytes: Buffer): boolean {
  return isOf(western, iconv.decode(bytes, "windows-1252"));
}

/**
 * The encoding, as iconv-lite names it, in which the text has the letters of one Central European language; `undefined` when
 * there is none, and when all that tells it from windows-1252 is one letter that both sides of Europe write often.
 */
export function centralEuropeanOf(bytes: Buffer): string | undefined {
  const others = lettersOf(iconv.decode(bytes, "windows-1252"));
  return ["iso-8859-2", "windows-1250"].find((encoding) => {
    const text = iconv.decode(bytes, encoding);
    const told = lettersOf(text).difference(others);
    return isOf(central, text) && (told.size >= 2 || !told.isDisjointFrom(telling));
  });
}

function isOf(languages: readonly ReadonlySet<string>[], text: string): boolean {
  const letters = lettersOf(text);
  return languages.some((language) => letters.isSubsetOf(language));
}

/** Letters that are frequent in their language and stand where Western Europe has a rare one. */
const telling = new Set("ěřůąłśźż");

/** Beside a letter these signs are hardly ever written; in the other encodings letters stand in their places. */
const before = "[¦¯±³¶¹¼¾](?=\\p{L})";
const after = "(?<=\\p{L})[¦±¶¼¾]";
const letter = new RegExp(
  String.raw`(?![a-zµªº])\p{L}|(?<=\p{L})[^\0-\x7f](?=\p{L})|${before}|${after}|[\x80-\x9f]`,
  "gu",
);

/** The letters that are not ASCII, in lower case; what is no letter and stands in the place of one counts as one. */
function lettersOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(letter));
}

function alphabets(...letters: readonly string[]): readonly ReadonlySet<string>[] {
  return letters.map((each) => new Set(each));
}
