import { verdict, type Table } from "../table.ts";
import { differenceCell, differencesOf } from "./differences.ts";
import type { MetricName } from "./metric.ts";
import { levelOf, nameOf } from "./recallTables.ts";
import type { Slice } from "./slices.ts";
import type { SystemScores } from "./systemScores.ts";

/** What is aimed at, by kind of question. */
const targets: readonly {
  readonly slice: string;
  readonly metric: MetricName;
  readonly atLeast: number;
}[] = [
  { slice: "all", metric: "recall@10", atLeast: 0.82 },
  { slice: "all", metric: "mrr@10", atLeast: 0.62 },
  { slice: "doc", metric: "span@10", atLeast: 0.82 },
  { slice: "commit", metric: "recall@10", atLeast: 0.72 },
];

/** Returns our system's level beside its targets, and whether it is above the search by words alone. */
export function targetTable(
  ours: SystemScores,
  wordsOnly: SystemScores,
  slices: readonly Slice[],
): Table {
  return {
    title: "Targets",
    head: ["group, metric", "target", ours.name, "", `minus ${wordsOnly.name} (target > 0)`],
    rows: targets.flatMap(({ slice, metric, atLeast }) => {
      const ids = slices.find(({ name }) => name === slice)?.ids;
      if (ids === undefined) return [];
      const level = levelOf(ids, metric, ours.scores);
      return [
        [
          `${slice}, ${nameOf(metric)}`,
          `≥ ${atLeast.toFixed(2)}`,
          Number.isNaN(level) ? "–" : level.toFixed(3),
          verdict(level, (value) => value >= atLeast),
          differenceCell(differencesOf(ids, metric, ours.scores, wordsOnly.scores)),
        ],
      ];
    }),
  };
}
