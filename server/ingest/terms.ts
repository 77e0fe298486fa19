/**
 * From words to index terms. The same rules serve writing and asking, so a term that is stored is a
 * term that can be found.
 *
 * An identifier becomes its parts, split at case changes, digits and underscores and stemmed (Porter
 * 1980, package `stemmer`), and, when it has several parts, its whole in lower case without
 * underscores, so that `getUserName` and `get_user_name` meet.
 * Chinese, Japanese and Korean runs become overlapping character pairs, since these scripts write no
 * spaces between words.
 */
import { stemmer } from "stemmer";

/** Longer words are identifiers of generated code or encoded data and are not worth an index entry. */
const maxWordLength = 80;
const maxParts = 12;

const cjkPattern =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u30fc\u3005]+/gu;
const wordPattern = /[\p{L}\p{N}_$]+/gu;
const camelPattern = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g;

/** English words that carry no meaning in a question; neither stored nor asked for, except as names. */
export const englishStopWords: ReadonlySet<string> = new Set(
  (
    "a an and any are as at be been but by can could did do does for from had has have how i if in into is it its me my no not of on or our " +
    "should so than that the their them then there these they this those to was we were what when where which while who whom why will with would " +
    "you your"
  ).split(" "),
);

/** Keywords that occur in nearly every chunk of code; not stored as code, only as names and in comments. */
export const codeStopWords: ReadonlySet<string> = new Set(
  (
    "break case catch char const continue def default delete double elif else end export false final float fn func function import include int " +
    "let long namespace new nil none null package private protected public return self static struct super switch template throw true try typedef " +
    "typename unsigned using var virtual void"
  ).split(" "),
);

/** Returns the terms of one word (letters, digits, `_`, `$`; any script), whole first. Empty for noise. */
export function termsOfWord(word: string): string[] {
  if (word.length < 2 || word.length > maxWordLength) return [];
  if (!isAscii(word)) return termsOfForeignWord(word);
  const parts = word.match(camelPattern);
  if (parts === null) return [];
  if (parts.length === 1) return singleTerm(parts[0].toLowerCase());
  const terms = [word.replace(/[^A-Za-z0-9]/g, "").toLowerCase()];
  for (let i = 0; i < parts.length && i < maxParts; i++) {
    const part = (parts[i] as string).toLowerCase();
    if (part.length < 2 || part === terms[0]) continue;
    if (isNumber(part) && part.length > 6) continue;
    terms.push(stemOf(part));
  }
  return terms;
}

function singleTerm(lower: string): string[] {
  if (lower.length < 2) return [];
  if (isNumber(lower)) return lower.length <= 8 ? [lower] : [];
  return [stemOf(lower)];
}

/** Names are made of few words: their stems are kept, up to this many. */
const maxKeptStems = 50_000;
/** Longer words are seldom met again; and a short string is never a part that keeps a whole text alive. */
const maxKeptLength = 12;
const keptStems = new Map<string, string>();

/** Returns the stem of a lower-case word; words with digits and very short words stay as they are. */
function stemOf(lower: string): string {
  if (lower.length < 4 || isNumber(lower)) return lower;
  if (lower.length > maxKeptLength) return newStemOf(lower);
  let stem = keptStems.get(lower);
  if (stem === undefined) {
    stem = newStemOf(lower);
    if (keptStems.size >= maxKeptStems) keptStems.clear();
    keptStems.set(lower, stem);
  }
  return stem;
}

function newStemOf(lower: string): string {
  if (/[0-9]/.test(lower)) return lower;
  const stem = stemmer(lower);
  return hasDoubledL.test(lower) ? stemmer(stem) : stem;
}

/**
 * Porter's rules take the ending “-al” off “unmarshal” and not off what they leave of “unmarshalled”, so that the two do not
 * meet. Words such as “called”, whose “-al” is no ending, stay as they are.
 */
const hasDoubledL = /all(?:ed|ing)$/;

function termsOfForeignWord(word: string): string[] {
  const terms: string[] = [];
  const rest = word.normalize("NFKC").replace(cjkPattern, (run) => {
    const characters = [...run];
    if (characters.length === 1) terms.push(run);
    for (let i = 0; i + 1 < characters.length; i++) {
      terms.push(`${characters[i] as string}${characters[i + 1] as string}`);
    }
    return " ";
  });
  for (const part of rest.split(/[^\p{L}\p{N}]+/u)) {
    if (part.length < 2) continue;
    if (isAscii(part)) terms.push(...termsOfWord(part));
    else terms.push(part.toLowerCase());
  }
  return terms;
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}

function isNumber(text: string): boolean {
  const code = text.charCodeAt(0);
  return code >= 48 && code <= 57 && /^[0-9]+$/.test(text);
}

/** Returns the terms of free text in order, with repetitions; English stop words are left out. */
export function termsOfText(text: string): string[] {
  const terms: string[] = [];
  for (const word of text.match(wordPattern) ?? []) {
    if (!englishStopWords.has(word.toLowerCase())) terms.push(...termsOfWord(word));
  }
  return terms;
}

/** Returns the terms of a name in which every word counts, such as a symbol's name or a path. */
export function termsOfName(name: string): string[] {
  return (name.match(wordPattern) ?? []).flatMap(termsOfWord);
}

/** Returns an FTS5 string literal for a term. Terms hold letters and digits only, so nothing needs escaping. */
export function ftsQuote(term: string): string {
  return `"${term.replaceAll('"', "")}"`;
}
