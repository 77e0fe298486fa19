/** Whether words point at code that they do not name: at what is selected, or at what the last answer was about. */

/** What a question holds that names something by itself. */
const naming = /[`"/]|\w\.\w|[a-z][A-Z]|_/;
/** “this repository” is all of it, and no selected code. */
const wholeWords =
  /\b(?:this|these)\s+(?:repo(?:sitory)?|project|workspace|code ?base|folder|directory|package|app|application|product|program|file|language|time|week|month|year|morning|afternoon)\b/gi;
/** “that” stands for something at the end of a clause or behind such a word; elsewhere it begins a clause of its own. */
const standingThat =
  /\b(?:is|are|was|were|does|do|did|can|about|of|in|with|to|from|for|by|on|calls?|uses?|like|and|explain|show)\s+that\b|^that\b|\bthat\s*(?=[?.!,;]|$)/i;

/** True for “this” and “these” without a name: “who calls this?”, “explain these lines”. Case does not count. */
export function pointsAtSelection(words: string): boolean {
  if (naming.test(words)) return false;
  return /\b(?:this|these|selected|selection)\b/i.test(words.replace(wholeWords, " "));
}

/**
 * True when a question speaks of what the last answer was about and names nothing itself: “who calls it?”.
 * Then that code goes along as the selection.
 */
export function speaksOfLast(question: string): boolean {
  if (naming.test(question)) return false;
  const words = question.replace(wholeWords, " ");
  return (
    /\b(?:it|its|this|they|them|these|those(?!\s+(?:that|who|which)))\b/i.test(words) ||
    standingThat.test(words)
  );
}

/** True for what stands in the place of a name behind a command: “/explain this function”. */
export function isPointer(words: string): boolean {
  return /^(?:(?:this|that|these|the selected|the)\s*(?:code|lines?|function|method|class|type|block|selection|one)?|it|here)[?.!]*$/i.test(
    words,
  );
}
