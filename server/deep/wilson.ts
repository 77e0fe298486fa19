/** The Wilson score interval of a share. */

/** Two-sided 95 %. */
const z = 1.959_964;

export interface Share {
  /** 0 to 1, as are the ends of its interval; 0 when nothing was asked. */
  readonly accuracy: number;
  readonly low: number;
  readonly high: number;
  readonly nAsked: number;
}

/** Returns `nRight` of `nAsked` with its 95 % interval; [0, 1] when nothing was asked (Wilson 1927). */
export function shareOf(nRight: number, nAsked: number): Share {
  if (nAsked === 0) return { accuracy: 0, low: 0, high: 1, nAsked };
  const p = nRight / nAsked;
  const centre = p + z ** 2 / (2 * nAsked);
  const spread = z * Math.sqrt((p * (1 - p)) / nAsked + z ** 2 / (4 * nAsked ** 2));
  const scale = 1 + z ** 2 / nAsked;
  return {
    accuracy: p,
    low: Math.max(0, (centre - spread) / scale),
    high: Math.min(1, (centre + spread) / scale),
    nAsked,
  };
}
