/** Random numbers that are the same for the same seed (Mulberry32). */

/** Returns the generator's next state. */
export function nextState(state: number): number {
  return (state + 0x6d2b79f5) | 0;
}

/** Returns the number in [0, 1) that a state stands for. */
export function randomOf(state: number): number {
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
}

/** Returns a generator of numbers in [0, 1). */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => randomOf((state = nextState(state)));
}

/** Returns a vector of length one in a random direction. */
export function randomUnit(random: () => number, nDimensions: number): Float32Array {
  const vector = Float32Array.from({ length: nDimensions }, () => random() - 0.5);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
