/** Rows of tables that compare rankings of the same questions with the first one. */
import { differenceOverGroups, meanOverGroups } from "./numbers.ts";

/** Where the right place stands in each question's ranking, counted from 1; Infinity: nowhere. */
export interface RankedWay {
  readonly name: string;
  readonly ranks: readonly number[];
}

type Measure = (rank: number) => number;
const measures: readonly (readonly [string, Measure])[] = [
  ["recall@1", (rank) => (rank <= 1 ? 1 : 0)],
  ["recall@5", (rank) => (rank <= 5 ? 1 : 0)],
  ["recall@10", (rank) => (rank <= 10 ? 1 : 0)],
  ["MRR@10", (rank) => (rank <= 10 ? 1 / rank : 0)],
];

/** Returns the head and the rows, without the first column's head; each question weighs the same. */
export function rankRows(all: readonly RankedWay[]): { head: string[]; rows: string[][] } {
  const [first] = all;
  const measured = ({ ranks }: RankedWay, measure: Measure): number[][] =>
    ranks.map((rank) => [measure(rank)]);
  return {
    head: measures.flatMap(([name]) => [name, "over the first"]),
    rows: all.map((way) => [
      way.name,
      ...measures.flatMap(([, measure]) => [
        meanOverGroups(measured(way, measure)),
        first === undefined || way === first
          ? ""
          : differenceOverGroups(measured(way, measure), measured(first, measure)),
      ]),
    ]),
  };
}
