/** Shares as they stand in tables. */
import type { Share } from "../../server/deep/wilson.ts";
import { bootstrapInterval } from "../bootstrap.ts";
import { mean } from "../recall/metric.ts";

/** `93.5 %` */
export function percent(share: number): string {
  return Number.isNaN(share) ? "–" : `${(100 * share).toFixed(1)} %`;
}

/** `0.42 ms` */
export function exactMs(value: number): string {
  return Number.isNaN(value) ? "–" : `${value.toFixed(2)} ms`;
}

/** `93.5 % [89.2, 96.2]` */
export function shareCell({ accuracy, low, high }: Omit<Share, "nAsked">): string {
  return intervalCell(accuracy, { low, high });
}

/**
 * Returns the mean of a measure that each group has a mean of, with its 95 % bootstrap interval over the groups: each
 * weighs the same. `–` of nothing.
 */
export function meanOverGroups(groups: readonly (readonly number[])[]): string {
  const means = groups.filter(({ length }) => length > 0).map(mean);
  return means.length === 0 ? "–" : intervalCell(mean(means), bootstrapInterval(means));
}

function intervalCell(
  value: number,
  { low, high }: { readonly low: number; readonly high: number },
): string {
  const points = (share: number): string => (100 * share).toFixed(1);
  return `${percent(value)} [${points(low)}, ${points(high)}]`;
}

/** Returns `+3.1 [+1.2, +4.9] ✓` in points of a percent: the paired difference of two measures, as `meanOverGroups`. */
export function differenceOverGroups(
  a: readonly (readonly number[])[],
  b: readonly (readonly number[])[],
): string {
  const means = a.flatMap((group, idx) =>
    group.length === 0 ? [] : [mean(group) - mean(b[idx] as readonly number[])],
  );
  if (means.length === 0) return "–";
  const { low, high } = bootstrapInterval(means);
  const side = low > 0 ? "✓" : high < 0 ? "✗" : "·";
  const points = (value: number): string =>
    `${value < 0 ? "−" : "+"}${Math.abs(100 * value).toFixed(1)}`;
  return `${points(mean(means))} [${points(low)}, ${points(high)}] ${side}`;
}
