/** Where a text mentions a name, and whether it means the name. */

const maxMentions = 200;

/** True when the name is all that a string holds and no word: `settings.get("RETRY_TIMES")` uses it by its text. */
export function isWholeString(text: string, offset: number, name: string): boolean {
  const before = text[offset - 1] ?? "";
  return isDistinctive(name) && /["'`]/.test(before) && text[offset + name.length] === before;
}

/** True for a name that is no word: `retry_times`, `openDoor`. */
function isDistinctive(name: string): boolean {
  return /[\p{L}\p{N}]_[\p{L}\p{N}]|\p{Ll}\p{Lu}|\d/u.test(name);
}

/** True when prose or configuration means the name at an offset: a common word is a word unless it is marked as code. */
export function saysName(text: string, offset: number, name: string): boolean {
  if (isDistinctive(name)) return true;
  const before = text[offset - 1] ?? "";
  const after = text[offset + name.length] ?? "";
  return /[`.:"'=/#@]/.test(before) || /[`(:=]/.test(after);
}

/** Returns the offsets of a name that is not part of a longer one, at most 200. */
export function mentionsOf(text: string, name: string): number[] {
  const offsets: number[] = [];
  for (
    let at = firstMention(text, name, 0);
    at >= 0 && offsets.length < maxMentions;
    at = firstMention(text, name, at + name.length)
  )
    offsets.push(at);
  return offsets;
}

/** Returns the first offset at or after `from` where the name stands and not as part of a longer one, -1 when there is none. */
export function firstMention(text: string, name: string, from: number): number {
  let at = text.indexOf(name, from);
  while (at >= 0 && (isNameUnit(text, at - 1) || isNameUnit(text, at + name.length)))
    at = text.indexOf(name, at + 1);
  return at;
}

function isNameUnit(text: string, i: number): boolean {
  return i >= 0 && i < text.length && /[\p{L}\p{N}_$]/u.test(text[i] as string);
}
