/** Tells what a sentence decides from the reason that it gives: another reason is no other decision. */

/** What “since” is followed by when it tells from when on, and not why. */
const time = String.raw`(?:the\s+|last\s+)*(?:(?:19|20)\d\d|v?\d+\.\d|yesterday|week|month|year|spring|summer|autumn|winter|release|beginning|start|(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)(?:[a-z]*)\b|(?:mon|tues|wednes|thurs|fri|satur|sun)day)`;
/** From here on a sentence tells why. */
const reasonFollows = new RegExp(
  String.raw`\b(?:because|since(?!\s+${time})|so that|in order to|due to|as otherwise|weil|damit|denn|da sonst|parce que|porque)\b|因为|因為|以便`,
  "iu",
);
/** What stands before this is the reason; behind a number or a day it tells from where on. */
const reasonPrecedes = /所以|ため(?:に)?|(?<![\p{N}回年月日時分秒個件台本])から(?=[、,])|때문에?/u;
/** Behind the reason the decision goes on so. */
const goesOn =
  /^\s*(?:and|but|or|never|not|for|in|at|with|on|by|und|aber|oder|nie|niemals|nicht|für|mit|et|mais|jamais|pas|y|pero|nunca|no)\b/iu;
/** Where a reason that a sentence begins with ends. */
const clauseEnd = /[,，、;；:：]/u;
const sentenceEnd = /[.!?。！？\n](?=[^.!?。！？\n]*$)/u;

/**
 * Returns the part that says what is decided; the whole text where no other part says anything, which `saysSomething`
 * tells.
 */
export function decidedPart(text: string, saysSomething: (part: string) => boolean): string {
  const parts = reasonPrecedes.test(text) ? partsBehind(text) : partsBefore(text);
  return parts.find(saysSomething) ?? text;
}

/** “Three proxies drop, therefore …”; a reason at the end stands in a sentence of its own. */
function partsBehind(text: string): string[] {
  const marker = reasonPrecedes.exec(text);
  if (marker === null) return [];
  const before = text.slice(0, marker.index);
  return [text.slice(marker.index + marker[0].length), upTo(before, sentenceEnd)];
}

/** “… because three proxies drop”, and “Because three proxies drop, …”. */
function partsBefore(text: string): string[] {
  const marker = reasonFollows.exec(text);
  if (marker === null) return [];
  const reason = text.slice(marker.index);
  const end = clauseEnd.exec(reason)?.index ?? reason.length;
  const [before, behind] = [text.slice(0, marker.index), reason.slice(end + 1)];
  return [goesOn.test(behind) ? `${before} ${behind}` : before, behind];
}

function upTo(text: string, end: RegExp): string {
  return text.slice(0, end.exec(text)?.index ?? 0);
}
