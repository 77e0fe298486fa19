/** What a question is about by its own words, and whether it only goes on from the one before. */
import { wordTerms } from "./noteWords.ts";

/** More of a question than this says nothing new of its subject. */
const maxReadLength = 2_000;
/** A question with a word that points back has at most so many words of its own. */
const maxOwnWords = 1;

/** Words of asking and of code in general, which two questions may share and be about different things. */
const generalWords = new Set(
  (
    "please about show find tell give explain describe list see look say know want need mean means call calls called calling caller callers use uses used using " +
    "usage happen happens happening work works working go goes going get gets make makes made come comes file files function functions method methods " +
    "class classes code line lines place places part thing things test tests tested defined definition implemented implementation located live lives " +
    "other others else more again all every each only same way exactly actually really first next last before after ok okay yes thanks thank " +
    "zeig zeige finde erkläre warum wieso wer was wo wie welche welcher welches aufgerufen benutzt verwendet"
  ).split(" "),
);

/** Begins a sentence that goes on. */
const connective =
  /^\s*(?:and|but|so|then|also|or|what about|how about|why not|why|und|aber|also|dann|oder|warum|wieso|et|mais|pourquoi|y|pero)(?![\p{L}\p{N}_])/iu;
/** Points back. */
const pronoun =
  /(?<![\p{L}\p{N}_.])(?:it|its|this|that|they|them|their|these|those|there|here|the same|one|ones|es|das|dies|diese|dieser|dieses|dort|hier|davon|damit|sie)(?![\p{L}\p{N}_(])|它|这个|這個|那个|那個|それ|これ|この|その|그것|이것/iu;
/** The same in scripts that write no spaces between words. */
const foreignConnective = /^\s*(?:那么|那麼|而且|还有|還有|じゃあ|それで|그럼|그리고)/u;

/** The terms of the words of a question that say what it is about. */
export function subjectTerms(question: string): ReadonlySet<string> {
  return new Set(ownWords(question).flat());
}

/**
 * True when a question means nothing without the one before it: it has no subject of its own ("why?"), or it points
 * back, as in "and who calls it?", and adds next to nothing.
 */
export function isFollowUp(question: string): boolean {
  const nOwn = ownWords(question).length;
  if (nOwn === 0) return true;
  if (nOwn > maxOwnWords) return false;
  const read = question.slice(0, maxReadLength);
  return connective.test(read) || foreignConnective.test(read) || pronoun.test(read);
}

/** The terms of each word that is none of asking and none of code in general. */
function ownWords(question: string): string[][] {
  const words = question
    .slice(0, maxReadLength)
    .split(/\s+/)
    .filter((word) => !generalWords.has(word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "")));
  return wordTerms(words.join(" "));
}
