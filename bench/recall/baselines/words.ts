/** How the baselines cut text into words. Of their own, so that a change of the product does not move them. */
import { stemmer } from "stemmer";

const wordPattern = /[A-Za-z0-9_]+/g;
const casePattern = /[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+/g;

const stopWords: ReadonlySet<string> = new Set(
  `a about above after again against all also am an and any are as at be because been before being below between
  both but by can cannot could did do does doing down during each either else etc few for from further had has have
  having he her here hers him his how i if in into is it its itself just let like make makes may me might more most
  must my no nor not now of off on once only or other our out over own per same set sets she should so some such than
  that the their them then there these they this those through thus to too under until up us use used uses using very
  via was we were what when where which while who whom why will with within without would yet you your return returns
  get gets new`.split(/\s+/),
);

const remembered = new Map<string, readonly string[]>();

/**
 * Returns a text's terms in order: the stems of an identifier's parts without stop words and single letters, and an
 * identifier of several parts also as a whole. The same for files and questions.
 */
export function termsOf(text: string): string[] {
  const terms: string[] = [];
  for (const [word] of text.matchAll(wordPattern)) {
    let known = remembered.get(word);
    if (known === undefined) remembered.set(word, (known = termsOfWord(word)));
    for (const term of known) terms.push(term);
  }
  return terms;
}

function termsOfWord(word: string): string[] {
  const parts = [...word.matchAll(casePattern)].map(([part]) => part.toLowerCase());
  const terms = parts.filter((part) => part.length > 1 && !stopWords.has(part)).map(stemmer);
  return parts.length > 1 ? [...terms, word.toLowerCase()] : terms;
}

const minPlainLength = 4;

/** Returns the distinct words of a question in lower case as somebody would type them into grep: no stop words, no stems. */
export function plainWordsOf(question: string): string[] {
  return contentWordsOf(question).filter((word) => word.length >= minPlainLength);
}

/** Returns the distinct words of a question in lower case, without stop words. */
export function contentWordsOf(question: string): string[] {
  const words = [...question.matchAll(wordPattern)].map(([word]) => word.toLowerCase());
  return [...new Set(words)].filter((word) => !stopWords.has(word));
}

/** Returns the distinct parts of a question's words, cut at changes of case and shortened to what their inflections share. */
export function wordStemsOf(question: string): string[] {
  const parts = [...question.matchAll(wordPattern)].flatMap(([word]) =>
    [...word.matchAll(casePattern)].map(([part]) => part.toLowerCase()),
  );
  const content = parts.filter((part) => part.length >= minPlainLength && !stopWords.has(part));
  return [...new Set(content.map((part) => searchableStem(part)))];
}

/** A stem is searched for as it stands in text, so only what Porter leaves of the word itself can be used. */
function searchableStem(word: string): string {
  const stem = stemmer(word);
  let length = 0;
  while (length < stem.length && stem[length] === word[length]) length++;
  return length >= minPlainLength ? word.slice(0, length) : word;
}
