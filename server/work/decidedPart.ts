/** Tells what a sentence decides from the reason that it gives: another reason is no other decision. */

/** From here on a sentence tells why. */
const reasonFollows =
  /\b(?:because|since|so that|in order to|due to|as otherwise|weil|damit|denn|da sonst|parce que|porque)\b|因为|因為|以便/iu;
/** What stands before this is the reason. */
const reasonPrecedes = /所以|ため(?:に)?|から(?=[、,])|때문에?/u;
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
  return [text.slice(0, marker.index), reason.slice(end + 1)];
}

function upTo(text: string, end: RegExp): string {
  return text.slice(0, end.exec(text)?.index ?? 0);
}
