/** Paired differences of two systems over the questions that both answered. */
import { bootstrapInterval, type Interval } from "../bootstrap.ts";
import { mean, type MetricName, type Scores } from "./metric.ts";

type ScoresById = ReadonlyMap<string, Scores>;

/** Returns `a` minus `b` for each question of `ids` for which both have the metric. */
export function differencesOf(
  ids: Iterable<string>,
  metric: MetricName,
  a: ScoresById,
  b: ScoresById,
): number[] {
  return [...ids].flatMap((id) => {
    const ours = a.get(id)?.[metric];
    const theirs = b.get(id)?.[metric];
    return ours === undefined || theirs === undefined ? [] : [ours - theirs];
  });
}

/** Returns `+0.068 [+0.043, +0.094] ✓`: the mean, its 95 % interval, and on which side of zero that lies. `–` of nothing. */
export function differenceCell(differences: readonly number[]): string {
  if (differences.length === 0) return "–";
  const interval = bootstrapInterval(differences);
  const { low, high } = interval;
  return `${signed(mean(differences))} [${signed(low)}, ${signed(high)}] ${sideOfZero(interval)}`;
}

/** `✓` above zero, `✗` below, `·` when the interval holds it. */
function sideOfZero({ low, high }: Interval): string {
  return low > 0 ? "✓" : high < 0 ? "✗" : "·";
}

/** `+0.068`, `−0.010` */
function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
}
