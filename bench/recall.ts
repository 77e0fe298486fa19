/** Recall on the evaluation set: `lore search --batch` on each repository, scored against the baselines. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { bootstrapInterval } from "./bootstrap.ts";
import {
  mean,
  score,
  type EvalQuestion,
  type MetricName,
  type ResultSpan,
  type Scores,
} from "./metric.ts";
import type { BenchSettings } from "./settings.ts";
import { ms, type Table } from "./table.ts";

interface ScoredQuestion {
  readonly repository: string;
  readonly question: EvalQuestion;
  readonly scores: Scores;
}

type Baselines = Readonly<Record<string, Readonly<Record<string, Scores>>>>;

const groups = ["all", "doc", "commit"] as const;
const shown: readonly MetricName[] = [
  "recall@1",
  "recall@5",
  "recall@10",
  "mrr@10",
  "ndcg@10",
  "span@10",
];
const compared: readonly MetricName[] = ["recall@10", "mrr@10", "span@10"];
const nResults = 50;

/** Runs and scores every repository of the set. */
export function benchRecall(settings: BenchSettings): Table[] {
  const { evalDir, treesDir } = settings;
  if (evalDir === undefined || treesDir === undefined) {
    throw new Error("recall needs --eval DIR and --trees DIR (see bench/README.md)");
  }
  const baselines = readBaselines(path.join(evalDir, "baselines.json"));
  const repositories = readdirSync(evalDir)
    .filter((name) => name.endsWith(".jsonl"))
    .map((name) => name.slice(0, -".jsonl".length))
    .toSorted();
  const times: string[] = [];
  const scored = repositories.flatMap((repository) => {
    const startedMs = performance.now();
    const results = runRepository(repository, settings, evalDir, treesDir);
    times.push(`${repository} ${ms(performance.now() - startedMs)}`);
    return scoreRepository(repository, results, evalDir);
  });
  return [
    levelTable(scored, baselines, times),
    ...Object.keys(baselines).map((name) => differenceTable(scored, name, baselines[name] ?? {})),
    repositoryTable(scored, repositories),
  ];
}

function runRepository(
  repository: string,
  { commandLine, workDir }: BenchSettings,
  evalDir: string,
  treesDir: string,
): ReadonlyMap<string, readonly ResultSpan[]> {
  const store = path.join(workDir, `recall-${repository}`);
  rmSync(store, { recursive: true, force: true });
  const questions = path.join(evalDir, `${repository}.jsonl`);
  const tree = path.join(treesDir, `${repository}.tree`);
  const args = [commandLine, "search", tree, "--batch", questions, "--limit", String(nResults)];
  const ran = spawnSync(process.execPath, [...args, "--json", "--store", store], {
    encoding: "utf8",
    maxBuffer: 2 ** 30,
    stdio: ["ignore", "pipe", "inherit"],
  });
  rmSync(store, { recursive: true, force: true });
  if (ran.status !== 0)
    throw new Error(`lore search --batch ended with ${ran.status ?? ran.signal}`);
  mkdirSync(path.join(workDir, "runs"), { recursive: true });
  writeFileSync(path.join(workDir, "runs", `${repository}.jsonl`), ran.stdout);
  return parseRun(ran.stdout);
}

function parseRun(text: string): ReadonlyMap<string, readonly ResultSpan[]> {
  const lines = text.split("\n").filter((line) => line !== "");
  return new Map(
    lines.map((line) => {
      const { id, results } = JSON.parse(line) as { id: string; results: ResultSpan[] };
      return [id, results];
    }),
  );
}

function scoreRepository(
  repository: string,
  run: ReadonlyMap<string, readonly ResultSpan[]>,
  evalDir: string,
): ScoredQuestion[] {
  const manifest = path.join(evalDir, `${repository}.manifest.json`);
  const { files } = JSON.parse(readFileSync(manifest, "utf8")) as { files: string[] };
  const known = new Set(files);
  return readFileSync(path.join(evalDir, `${repository}.jsonl`), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const question = JSON.parse(line) as EvalQuestion;
      const scores = score(question, run.get(question.id) ?? [], known);
      return { repository, question, scores };
    });
}

function levelTable(
  scored: readonly ScoredQuestion[],
  baselines: Baselines,
  times: readonly string[],
): Table {
  const systems: [string, (item: ScoredQuestion) => Scores | undefined][] = [
    ["Lore", (item) => item.scores],
    ...Object.entries(baselines).map(
      ([name, scores]) =>
        [name, (item: ScoredQuestion) => scores[item.question.id]] as [
          string,
          (item: ScoredQuestion) => Scores | undefined,
        ],
    ),
  ];
  const rows = systems.flatMap(([name, scoresOf]) =>
    groups.map((group) => {
      const items = inGroup(scored, group);
      const cells = shown.map((metric) => {
        const values = items.flatMap((item) => scoresOf(item)?.[metric] ?? []);
        return values.length === 0 ? "–" : mean(values).toFixed(3);
      });
      return [`${name}, ${group}`, String(items.length), ...cells];
    }),
  );
  const words = shown.map((metric) => (metric === "span@10" ? "right function@10" : metric));
  return {
    title: "Recall on the development set, file level",
    head: ["system", "questions", ...words],
    rows,
    notes: [
      `Remembering and answering took: ${times.join(", ")}.`,
      "The right function is only known for doc questions.",
    ],
  };
}

function differenceTable(
  scored: readonly ScoredQuestion[],
  name: string,
  baseline: Readonly<Record<string, Scores>>,
): Table {
  const rows = groups.flatMap((group) =>
    compared.flatMap((metric) => {
      // Only doc questions have a right function, so "all" would say the same again.
      if (metric === "span@10" && group !== "doc") return [];
      const differences = inGroup(scored, group).flatMap(({ question, scores }) => {
        const ours = scores[metric];
        const theirs = baseline[question.id]?.[metric];
        return ours === undefined || theirs === undefined ? [] : [ours - theirs];
      });
      if (differences.length === 0) return [];
      const { low, high } = bootstrapInterval(differences);
      const difference = mean(differences);
      return [
        [
          `${group}, ${metric === "span@10" ? "right function@10" : metric}`,
          signed(difference),
          `[${signed(low)}, ${signed(high)}]`,
          "> 0",
          low > 0 ? "✓" : difference > 0 ? "above, interval holds 0" : "✗",
        ],
      ];
    }),
  );
  return {
    title: `Lore minus ${name}, paired`,
    head: ["group, metric", "difference", "95 % interval", "target", ""],
    rows,
  };
}

function repositoryTable(
  scored: readonly ScoredQuestion[],
  repositories: readonly string[],
): Table {
  return {
    title: "Lore by repository",
    head: ["repository", "questions", ...shown],
    rows: repositories.map((repository) => {
      const items = scored.filter((item) => item.repository === repository);
      const cells = shown.map((metric) => {
        const values = items.flatMap(({ scores }) => scores[metric] ?? []);
        return mean(values).toFixed(3);
      });
      return [repository, String(items.length), ...cells];
    }),
  };
}

function inGroup(
  scored: readonly ScoredQuestion[],
  group: (typeof groups)[number],
): readonly ScoredQuestion[] {
  return group === "all" ? scored : scored.filter(({ question }) => question.kind === group);
}

function readBaselines(file: string): Baselines {
  return (JSON.parse(readFileSync(file, "utf8")) as { per_query: Baselines }).per_query;
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
}
