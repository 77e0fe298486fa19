/** Finds all places of many words in one pass over a text, whatever their case (Aho and Corasick, 1975). */

/** Calls `found` with each place of each word: the word's index and its first character's. */
export type KeywordScan = (text: string, found: (word: number, start: number) => void) => void;

/** `words` are lower-case ASCII. */
export function keywordScan(words: readonly string[]): KeywordScan {
  const classOf = classesOf(words);
  const nClasses = Math.max(...classOf) + 1;
  const { next, ends } = automaton(words, classOf, nClasses);
  return (text, found) => {
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      state = unit < 128 ? (next[state * nClasses + (classOf[unit] as number)] as number) : 0;
      const ended = ends[state];
      if (ended === undefined) continue;
      for (const word of ended) found(word, at + 1 - (words[word] as string).length);
    }
  };
}

/** Characters that no word holds are all of class 0; both cases of a letter are of one. */
function classesOf(words: readonly string[]): Uint8Array {
  const classOf = new Uint8Array(128);
  let nClasses = 1;
  for (const character of new Set(words.join(""))) {
    for (const unit of [character, character.toUpperCase()]) classOf[unit.charCodeAt(0)] = nClasses;
    nClasses++;
  }
  return classOf;
}

/** `next` is the state after a character, by state and class; `ends` the words that end in a state, if any do. */
function automaton(
  words: readonly string[],
  classOf: Uint8Array,
  nClasses: number,
): { next: Uint32Array; ends: (number[] | undefined)[] } {
  const nStates = words.reduce((sum, { length }) => sum + length, 1);
  const next = new Uint32Array(nStates * nClasses);
  const ends: (number[] | undefined)[] = Array.from({ length: nStates }, () => undefined);
  let nUsed = 1;
  words.forEach((word, idx) => {
    let state = 0;
    for (let at = 0; at < word.length; at++) {
      const edge = state * nClasses + (classOf[word.charCodeAt(at)] as number);
      if (next[edge] === 0) next[edge] = nUsed++;
      state = next[edge] as number;
    }
    (ends[state] ??= []).push(idx);
  });
  // Breadth first, so that where a state falls back to is finished before it is.
  const fallback = new Uint32Array(nStates);
  const queue = [0];
  for (const state of queue) {
    for (let each = 0; each < nClasses; each++) {
      const target = next[state * nClasses + each] as number;
      const instead =
        state === 0 ? 0 : (next[(fallback[state] as number) * nClasses + each] as number);
      if (target === 0) next[state * nClasses + each] = instead;
      else {
        fallback[target] = instead;
        const also = ends[instead];
        if (also !== undefined) ends[target] = [...(ends[target] ?? []), ...also];
        queue.push(target);
      }
    }
  }
  return { next, ends };
}
