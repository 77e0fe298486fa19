/** Returns the word that is most likely meant by a mistyped one, `undefined` when none is near. */
export function nearest<T extends string>(typed: string, words: readonly T[]): T | undefined {
  const maxEdits = Math.max(1, Math.floor(typed.length / 3));
  const near = words
    .map((word) => ({ word, edits: editsBetween(typed.toLowerCase(), word) }))
    .filter(({ word, edits }) => edits <= maxEdits && edits < word.length)
    .toSorted((a, b) => a.edits - b.edits);
  return near[0]?.word;
}

/** Letters that are missing, too many, others, or swapped with the next one (Damerau 1964, the restricted distance). */
function editsBetween(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const edits = Math.min(
        (row[j - 1] ?? 0) + 1,
        (last[j] ?? 0) + 1,
        (last[j - 1] ?? 0) + (isSame ? 0 : 1),
      );
      row.push(isSwap ? Math.min(edits, (before[j - 2] ?? 0) + 1) : edits);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
