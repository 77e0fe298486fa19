/** Sentences that say nothing about the code: greetings, transitions, and that something is not known. */

const maxWords = 40;
const maxWordsOfTransition = 14;

const transition =
  /^(?:here(?:['’]s| is| are)|below|above|in (?:summary|short|brief)|to summari[sz]e|let me|let['’]s|i hope|hope (?:this|that)|sure|certainly|of course|hello|hi\b|thank|if you (?:want|need|like)|let me know)/i;
const memory =
  "memory|evidence|context|excerpts?|snippets?|code (?:shown|given|provided)|provided|shown|recalled|given";
const negation =
  "not|no|none|nothing|never|cannot|can['’]t|couldn['’]t|doesn['’]t|don['’]t|isn['’]t|aren['’]t|without|unknown|lacks?|insufficient|unclear";
const notKnown: readonly RegExp[] = [
  new RegExp(
    `\\b(?:${negation})\\b.*\\b(?:${memory}|find|found|know|see|tell|answer|determine)\\b`,
    "i",
  ),
  new RegExp(`\\b(?:${memory})\\b.*\\b(?:${negation})\\b`, "i"),
  /nicht (?:im|in|gefunden|enthalten|bekannt|erinnert)|kein(?:e|en)? (?:hinweis|beleg|angabe)/i,
  /no (?:está|se encuentra|aparece|hay|consta)|n(?:e|'|’).{1,20} pas /i,
  /没有|未找到|找不到|不在|無い|見つかりません|ありません|記憶にない|없습니다/,
];

/**
 * True for a sentence that needs no citation. `nForeign` is how many names it has that the question does not; only a
 * sentence that says what is not known may have some.
 */
export function isTalk(sentence: string, nForeign: number): boolean {
  const text = sentence.replace(/\s+/g, " ").trim();
  if (!/\p{L}/u.test(text)) return nForeign === 0;
  const nWords = text.split(" ").length;
  if (nWords <= maxWords && notKnown.some((pattern) => pattern.test(text))) return true;
  if (nForeign > 0) return false;
  // “Yes.”, and what only names an item.
  const isShort =
    text.length <= 24 && (nWords === 1 || (nWords <= 3 && !/[.!?。！？]$/.test(text)));
  const isTransition = nWords <= maxWordsOfTransition && transition.test(text);
  return isShort || isTransition || /[:：?？]["'”’)\]]*$/.test(text);
}
