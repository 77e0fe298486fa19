/** The tables of levels and differences. */
import type { Table } from "../table.ts";
import { differenceCell, differencesOf } from "./differences.ts";
import { mean, type MetricName, type Scores } from "./metric.ts";
import type { Slice } from "./slices.ts";
import type { SystemScores } from "./systemScores.ts";

const shown: readonly MetricName[] = [
  "recall@1",
  "recall@5",
  "recall@10",
  "mrr@10",
  "ndcg@10",
  "span@10",
];
const compared: readonly MetricName[] = ["recall@10", "mrr@10", "span@10"];
const sliced: readonly MetricName[] = ["recall@10", "mrr@10"];

/** Returns every system's level on every slice. */
export function levelTable(systems: readonly SystemScores[], slices: readonly Slice[]): Table {
  return {
    title: "Recall, file level",
    head: ["system", "questions", ...shown.map(nameOf)],
    rows: systems.flatMap(({ name, scores }) =>
      slices.map(({ name: slice, ids }) => [
        `${name}, ${slice}`,
        String([...ids].filter((id) => scores.has(id)).length),
        ...shown.map((metric) => levelCell(ids, metric, scores)),
      ]),
    ),
    notes: [
      "The right function is only known for doc questions, and the fusion of both BM25 names files alone.",
      ...systems.flatMap(({ notes }) => notes),
    ],
  };
}

/** Returns our system minus each of the others on a slice, paired. */
export function differenceTable(
  ours: SystemScores,
  others: readonly SystemScores[],
  { name, ids }: Slice,
): Table {
  return {
    title: `${ours.name} minus the others, paired, ${name} questions`,
    head: ["minus", "questions", ...compared.map(nameOf)],
    rows: others.map((other) => [
      other.name,
      String(differencesOf(ids, "recall@10", ours.scores, other.scores).length),
      ...compared.map((metric) =>
        differenceCell(differencesOf(ids, metric, ours.scores, other.scores)),
      ),
    ]),
    notes: ["In brackets the 95 % bootstrap interval: ✓ above zero, ✗ below it, · around it."],
  };
}

/** Returns the level of every system on small slices, and how far ours is above `reference`. */
export function sliceTable(
  title: string,
  systems: readonly SystemScores[],
  reference: SystemScores,
  slices: readonly Slice[],
): Table {
  const [ours] = systems;
  return {
    title,
    head: [
      "slice",
      "questions",
      "metric",
      ...systems.map(({ name }) => name),
      `Lore minus ${reference.name}`,
    ],
    rows: slices.flatMap(({ name, ids }) =>
      sliced.map((metric) => [
        name,
        String(ids.size),
        metric,
        ...systems.map(({ scores }) => levelCell(ids, metric, scores)),
        ours === undefined
          ? "–"
          : differenceCell(differencesOf(ids, metric, ours.scores, reference.scores)),
      ]),
    ),
  };
}

/** Returns how far each of our own baselines is from the scores that came with the set. */
export function reproductionTable(
  pairs: readonly { readonly own: SystemScores; readonly given: SystemScores }[],
  { ids }: Slice,
): Table {
  return {
    title: "Our baselines beside the scores that came with the set",
    head: [
      "baseline",
      ...compared.flatMap((metric) => [nameOf(metric), "given", "ours minus given"]),
    ],
    rows: pairs.map(({ own, given }) => [
      own.name,
      ...compared.flatMap((metric) => {
        const differences = differencesOf(ids, metric, own.scores, given.scores);
        return [
          levelCell(ids, metric, own.scores),
          levelCell(ids, metric, given.scores),
          differenceCell(differences),
        ];
      }),
    ]),
    notes: [
      "The given scores came without their code, so a difference to ours is not explained. The step of our windows and the least length of grep's words were chosen so that both come near to them.",
      "The given grep counts every file that it found as the right function; ours names the window with the most words. Which words it searched for and how it broke ties is not known.",
    ],
  };
}

function levelCell(
  ids: ReadonlySet<string>,
  metric: MetricName,
  scores: ReadonlyMap<string, Scores>,
): string {
  const level = levelOf(ids, metric, scores);
  return Number.isNaN(level) ? "–" : level.toFixed(3);
}

/** Returns the mean of a metric over the questions that have it, NaN of nothing. */
export function levelOf(
  ids: ReadonlySet<string>,
  metric: MetricName,
  scores: ReadonlyMap<string, Scores>,
): number {
  return mean([...ids].flatMap((id) => scores.get(id)?.[metric] ?? []));
}

/** Returns what the tables call a metric. */
export function nameOf(metric: MetricName): string {
  return metric === "span@10" ? "right function@10" : metric;
}
