let last = 0;

/** Returns a number that no store of this process had before, not even one after the other in the same file. */
export function nextGeneration(): number {
  return ++last;
}
