/** 95 % bootstrap intervals of a mean, drawn with the same random numbers as the evaluation set's script. */

const nDraws = 2_000;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Returns the interval of the mean of `values`. The same values give the same interval. */
export function bootstrapInterval(values: readonly number[], seed = 1): Interval {
  const random = new MersenneTwister(seed);
  const means: number[] = [];
  for (let draw = 0; draw < nDraws; draw++) {
    let sum = 0;
    for (let idx = 0; idx < values.length; idx++) {
      sum += values[Math.floor(random.next() * values.length)] ?? 0;
    }
    means.push(sum / values.length);
  }
  means.sort((a, b) => a - b);
  return {
    low: means[Math.trunc(0.025 * nDraws)] ?? NaN,
    high: means[Math.trunc(0.975 * nDraws)] ?? NaN,
  };
}

const stateSize = 624;
const shiftSize = 397;

/**
 * MT19937 (Matsumoto and Nishimura 1998) with 53-bit doubles, seeded as Python's `random.seed(int)` does.
 */
export class MersenneTwister {
  readonly #state = new Uint32Array(stateSize);
  #idx = stateSize;

  constructor(seed: number) {
    this.#fill(19_650_218);
    this.#mixIn(seed);
  }

  /** Returns a number from 0 up to but not including 1. */
  next(): number {
    const high = this.#word() >>> 5;
    const low = this.#word() >>> 6;
    return (high * 67_108_864 + low) / 9_007_199_254_740_992;
  }

  #fill(seed: number): void {
    const state = this.#state;
    state[0] = seed;
    for (let idx = 1; idx < stateSize; idx++) {
      const before = state[idx - 1] ?? 0;
      state[idx] = Math.imul(1_812_433_253, before ^ (before >>> 30)) + idx;
    }
  }

  /** `init_by_array` with a key of one word. */
  #mixIn(key: number): void {
    const state = this.#state;
    let idx = 1;
    const advance = (): void => {
      idx++;
      if (idx < stateSize) return;
      state[0] = state[stateSize - 1] ?? 0;
      idx = 1;
    };
    const mixed = (factor: number): number => {
      const before = state[idx - 1] ?? 0;
      return (state[idx] ?? 0) ^ Math.imul(before ^ (before >>> 30), factor);
    };
    for (let round = 0; round < stateSize; round++) {
      state[idx] = mixed(1_664_525) + key;
      advance();
    }
    for (let round = 0; round < stateSize - 1; round++) {
      state[idx] = mixed(1_566_083_941) - idx;
      advance();
    }
    state[0] = 0x8000_0000;
  }

  #word(): number {
    if (this.#idx === stateSize) this.#twist();
    let word = this.#state[this.#idx++] ?? 0;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c_5680;
    word ^= (word << 15) & 0xefc6_0000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  #twist(): void {
    const state = this.#state;
    for (let idx = 0; idx < stateSize; idx++) {
      const next = state[(idx + 1) % stateSize] ?? 0;
      const mixed = ((state[idx] ?? 0) & 0x8000_0000) | (next & 0x7fff_ffff);
      const odd = (mixed & 1) === 1 ? 0x9908_b0df : 0;
      state[idx] = (state[(idx + shiftSize) % stateSize] ?? 0) ^ (mixed >>> 1) ^ odd;
    }
    this.#idx = 0;
  }
}
