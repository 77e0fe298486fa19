/** Sentences that say nothing about the code: greetings, transitions, and that something is not known. */

const maxWords = 40;
const maxWordsOfTransition = 14;
/** Scripts without spaces have one word to a sentence. */
const maxLength = 240;

const opening = String.raw`(?:(?:sure|certainly|of course|yes|no|okay|in (?:summary|short|brief)|to summari[sz]e)[,.!:]?\s*)*`;
/** Each ends there, or announces what follows; a claim behind “in short” stays a claim. */
const transitions: readonly RegExp[] = [
  new RegExp(`^${opening}$`, "i"),
  new RegExp(
    `^${opening}(?:(?:here|below|above)(?:['’]s| is| are)|it works (?:as follows|like this)|how it works|what it does)\\b[^,;]*[:.]?$`,
    "i",
  ),
  /^(?:the )?(?:following )?(?:steps|places|parts|details|reasons|evidence|answer)(?: (?:is|are)(?: as follows| these)?)?:$/i,
  /^(?:let me (?:know|explain|show|summari[sz]e|look)|let['’]s (?:look|see|go)|i hope (?:this|that|it)|hope (?:this|that)|thanks?\b|thank you|hello\b|hi\b)[^,;:]*$/i,
  /^if you (?:want|need|like)[^,;:]*, (?:ask|tell me|let me know|i can)\b[^,;:]*$/i,
  /^(?:hier (?:ist|sind)|so (?:funktioniert|geht) (?:es|das)|aquí (?:está|están|tienes)|así funciona|voici|以下|次)[^,;，、]*[:：]$/i,
];

/** Nouns of the evidence itself, which no code has; “memory” and “context” may be the code's own. */
const evidence = String.raw`(?:(?:the|this|these|my|your)\s+)?(?:(?:recalled|given|provided|shown)\s+)?(?:evidence|excerpts?|snippets?|recalled (?:lines|code|text))`;
const recalled = String.raw`(?:(?:the|this|these|my|your)\s+)?(?:(?:recalled|given|provided|shown)\s+)?(?:evidence|excerpts?|snippets?|memory|context)`;
const not = String.raw`(?:(?:do(?:es)?|did|can|could) not|cannot|(?:do|does|did|ca|could)n['’]t)`;
const say = "(?:say|show|tell|mention|answer|explain|describe|state)";
const prefix = String.raw`(?:(?:sorry|unfortunately|no)[,.]?\s+)?(?:(?:based on|from|in|with)\s+${recalled},?\s+)?`;
const notKnown: readonly RegExp[] = [
  new RegExp(`^${prefix}${recalled}\\s+${not}\\s+${say}\\b`, "i"),
  new RegExp(`^${prefix}${evidence}\\s+${not}\\s+(?:contain|include|cover)\\b`, "i"),
  new RegExp(
    `^${prefix}${recalled}\\s+(?:says?|shows?|tells?|mentions?)\\s+(?:nothing|no)\\b`,
    "i",
  ),
  new RegExp(
    `^${prefix}I\\s+(?:${not}|(?:was|am) (?:unable|not able) to)\\s+(?:find|see|tell|know|answer|determine|say|locate)\\b`,
    "i",
  ),
  new RegExp(
    `^${prefix}(?:(?:this|that|it|the (?:answer|reason|information)|(?:how|why|where|when|who|what|which|whether)\\b)[^,]{0,100}?\\s+(?:is|was)(?: not|n['’]t)|not)\\s+(?:(?:known|said|shown|found|mentioned|recorded)\\s+)?(?:in|from)\\s+${recalled}\\b`,
    "i",
  ),
  new RegExp(`^${prefix}(?:this|that|it|the answer)\\s+is\\s+(?:not known|unknown)[.!]?$`, "i"),
  new RegExp(`^(?:there is )?(?:nothing|no answer)\\b[^,]{0,80}\\bin ${recalled}[.!]?$`, "i"),
  /^(?:das|dies|es|die antwort) (?:ist|steht|war) nicht (?:im|in (?:der|den|dem)) (?:gedächtnis|belegen|auszügen|erinnerung)/i,
  /^ich (?:kann|konnte|habe|weiß)\b.{0,80}\b(?:nicht|nichts)\b(?: (?:finden|gefunden|sagen|erkennen|wissen))?[.!]?$/i,
  /^(?:esto |eso |la respuesta )?no (?:está|aparece|se encuentra|consta) en (?:la |el |los )?(?:memoria|contexto|extractos)/i,
  /^no (?:he podido|pude|puedo) (?:encontrar|ver|decir|saber|determinar)/i,
  /^je n(?:e |['’])(?:ai pas (?:pu |su )?|peux pas |sais pas )(?:trouv|voir|dire|savoir|répond)/i,
  /^(?:ceci|cela|ce) n['’]est pas dans la mémoire/i,
  /^(?:这|这个|它|答案)?在?(?:记忆|证据|摘录)(?:中|里)(?:没有|找不到|未找到)[^,，;；]*$/,
  /^(?:这|这个|它|答案)不在(?:记忆|证据|摘录)(?:中|里)?[^,，;；]*$/,
  /^我(?:没有|未能|无法|不能)(?:在.{0,12})?(?:找到|看到|确定|回答|判断)/,
  /^(?:これは|それは|答えは)?(?:記憶|証拠|抜粋)(?:の中)?に(?:は)?(?:ありません|ない|見つかりません)/,
  /^(?:이것은 |답은 )?(?:기억|증거|발췌)에(?:는)? 없/,
];
/** What follows such a word says something of its own. */
const continued =
  /[;—]|\b(?:so|but|because|therefore|however|although|though|whereas|since|aber|denn|pero|porque|mais)\b|, (?:and|which|as|yet)\b|[,，、](?:但|所以|因此|因为)/i;

/**
 * True for a sentence that needs no citation. `nForeign` is how many names it has that the question does not; only a
 * sentence that says what is not known may have some.
 */
export function isTalk(sentence: string, nForeign: number): boolean {
  const text = sentence.replace(/\s+/g, " ").trim();
  if (!/\p{L}/u.test(text)) return nForeign === 0;
  const nWords = text.split(" ").length;
  if (nWords <= maxWords && text.length <= maxLength && saysNotKnown(text)) return true;
  if (nForeign > 0) return false;
  const isTransition =
    nWords <= maxWordsOfTransition && transitions.some((pattern) => pattern.test(text));
  return isShort(text, nWords) || isTransition || /[?？]["'”’)\]]*$/.test(text);
}

function saysNotKnown(text: string): boolean {
  return !continued.test(text) && notKnown.some((pattern) => pattern.test(text));
}

/** “Yes.”, and what only names an item. */
function isShort(text: string, nWords: number): boolean {
  if (text.length > 24) return false;
  if (nWords === 1)
    return /^[\p{L}\p{N}_.]+[.!:：]?$/u.test(text) && !/[\u3040-\u30ff\u4e00-\u9fff]/u.test(text);
  return nWords <= 3 && !/[.!?:。！？：]$|\b(?:is|are|was|were|has|have|does|do|can)\b/i.test(text);
}
