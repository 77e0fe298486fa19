/**
 * Whether a question with two answers finds both in rounds more often than in one search, when as many places are handed
 * out. The product's own recall and rounds; the budget of time is left out, so that the answers do not depend on the
 * machine.
 */
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { SearchParams } from "../../protocol/methods.ts";
import type { Recall, SearchResult } from "../../protocol/types.ts";
import { questionParts } from "../../server/answer/rounds/questionParts.ts";
import { maxRounds, recallInRounds } from "../../server/answer/rounds/recallInRounds.ts";
import { rootOf } from "../../server/cli/storeLocation.ts";
import { createHashText } from "../../server/recall/citation.ts";
import { parseQuestion } from "../../server/recall/question.ts";
import { createServices } from "../../server/serverParts.ts";
import type { RecallService } from "../../server/services.ts";
import { bootstrapInterval, type Interval } from "../bootstrap.ts";
import type { BenchSettings } from "../settings.ts";
import { count, ms, percentile, type Table } from "../table.ts";
import { isRightPlace, mean } from "./metric.ts";
import { promptRows, promptTable, type PromptRow } from "./roundsPrompt.ts";
import { readRoundsTrees, roundsKinds, type RoundsCase, type RoundsKind } from "./roundsCases.ts";

const nRecalled = 20;
const nFurther = 10;
const nPlaces = [5, 10] as const;
const nRounds = [1, 2, maxRounds] as const;
const signal = new AbortController().signal;
const settings = { exclude: [], include: [], threads: 0, maxFileBytes: 1_000_000 };

/** One question with up to so many rounds. */
interface Row {
  readonly kind: RoundsKind;
  readonly rounds: number;
  readonly elapsedMs: number;
  /** What is handed out of the first `nPlaces`. */
  readonly characters: readonly number[];
  /** Whether the caller and what it calls are among the first `nPlaces`. */
  readonly found: readonly (readonly [boolean, boolean])[];
}

/** The rows are written to `workDir` as JSON lines too. Errors: a sentence, thrown, when the set is not named or not whole. */
export async function benchRounds({ evalDir, workDir }: BenchSettings): Promise<Table[]> {
  if (evalDir === undefined) throw new Error("rounds needs --eval DIR (see bench/README.md)");
  const dir = path.join(workDir, "rounds");
  const kept = path.join(workDir, "rounds.jsonl");
  const rows: Row[] = [];
  const prompts: PromptRow[] = [];
  const hashText = await createHashText();
  const trees = readRoundsTrees(evalDir);
  for (const { name, treeDir, cases } of trees) {
    rmSync(dir, { recursive: true, force: true });
    const services = await createServices(
      { log: () => undefined },
      { logLevel: "off", statusCommand: "status", deepMemory: "onDemand" },
    );
    try {
      await services.memory.open(dir, [rootOf(treeDir)], settings, true);
      await services.memory.settled(true, signal);
      for (const each of cases) {
        rows.push(...(await askRounds(each, services.recall)));
        prompts.push(...(await promptRows(each, services, hashText)));
      }
    } finally {
      await services.memory.close();
    }
    writeFileSync(kept, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    process.stderr.write(`rounds: ${name}, ${rows.length / nRounds.length} questions so far\n`);
  }
  rmSync(dir, { recursive: true, force: true });
  const names = trees.map(({ name }) => name).join(", ");
  return [
    recallTable(rows, names),
    gainTable(rows),
    promptTable(prompts, kindNames),
    timeTable(rows),
  ];
}

/** A search and how long it took the first time: the rounds of two counts ask the same at first. */
interface Searched {
  readonly result: SearchResult;
  readonly ms: number;
}

async function askRounds(
  { kind, query, relevant }: RoundsCase,
  recall: RecallService,
): Promise<Row[]> {
  const searched = new Map<string, Searched>();
  const search = async (params: SearchParams): Promise<Searched> => {
    const known = searched.get(params.query);
    if (known !== undefined) return known;
    const startMs = performance.now();
    const result = await recall.search(params, signal);
    const found = { result, ms: performance.now() - startMs };
    searched.set(params.query, found);
    return found;
  };
  const first = await search({ query, limit: nRecalled });
  const rows: Row[] = [];
  for (const rounds of nRounds) {
    const handed =
      rounds === 1
        ? { places: first.result.recalls, ms: 0 }
        : await placesOf(query, first.result, rounds, search);
    const found = nPlaces.map((n) => {
      const spans = handed.places.slice(0, n).map(spanOf);
      const has = (wanted: RoundsCase["relevant"][number]): boolean =>
        spans.some((span) => isRightPlace({ relevant: [wanted] }, span));
      return [has(relevant[0]), has(relevant[1])] as const;
    });
    const characters = nPlaces.map((n) =>
      handed.places.slice(0, n).reduce((sum, { text }) => sum + text.length, 0),
    );
    rows.push({ kind, rounds, elapsedMs: first.ms + handed.ms, characters, found });
  }
  return rows;
}

async function placesOf(
  query: string,
  first: SearchResult,
  nAllowed: number,
  search: (params: SearchParams) => Promise<Searched>,
): Promise<{ readonly places: readonly Recall[]; readonly ms: number }> {
  let searchMs = 0;
  const parts = questionParts(parseQuestion(query), first.trace);
  const plan = { parts, first, names: [], maxRounds: nAllowed, budgetMs: Infinity };
  const { note } = await recallInRounds(plan, {
    search: async ({ text }) => {
      const { result, ms: took } = await search({
        query: text,
        limit: nFurther,
        neighbours: false,
      });
      searchMs += took;
      return result;
    },
    elapsedMs: () => 0,
    onRound: () => undefined,
  });
  const places = note.handOut(Math.max(...nPlaces)).map((place) => place.recall);
  return { places, ms: searchMs };
}

function spanOf({ citation: { path: file, range } }: Recall): {
  path: string;
  startLine: number;
  endLine: number;
} {
  const endLine = range.end.character === 0 ? range.end.line : range.end.line + 1;
  return { path: file, startLine: range.start.line + 1, endLine };
}

const kindNames: Readonly<Record<RoundsKind, string>> = {
  both: "two comments, “and then” between them",
  plain: "two comments, “and” between them",
  hinted: "one comment, and three words of the other",
};

function rowsOf(rows: readonly Row[], kind: RoundsKind, rounds: number): Row[] {
  return rows.filter((row) => row.kind === kind && row.rounds === rounds);
}

/** Which share of the two places is among the first `nPlaces[i]`, question by question. */
function sharesAt(rows: readonly Row[], i: number): number[] {
  return rows.map(({ found }) => (found[i] ?? []).filter(Boolean).length / 2);
}

function spread({ low, high }: Interval): string {
  return `${low.toFixed(3)} to ${high.toFixed(3)}`;
}

function recallTable(rows: readonly Row[], names: string): Table {
  return {
    title: `Evidence recall of ${count(rows.length / nRounds.length)} questions with two answers, by number of rounds`,
    head: [
      "question",
      "rounds",
      ...nPlaces.flatMap((n) => [`recall@${n}`, "95 % interval", `both in ${n}`]),
      `what is called in ${Math.max(...nPlaces)}`,
    ],
    rows: roundsKinds.flatMap((kind) =>
      nRounds.map((rounds) => {
        const own = rowsOf(rows, kind, rounds);
        const cells = nPlaces.flatMap((_n, i) => {
          const shares = sharesAt(own, i);
          return [
            mean(shares).toFixed(3),
            spread(bootstrapInterval(shares)),
            mean(shares.map((share) => (share === 1 ? 1 : 0))).toFixed(3),
          ];
        });
        const called = own.map(({ found }) => (found.at(-1)?.[1] === true ? 1 : 0));
        return [kindNames[kind], count(rounds), ...cells, mean(called).toFixed(3)];
      }),
    ),
    notes: [
      `Repositories: ${names}. All rows hand out as many places; one round is the recall of every answer.`,
    ],
  };
}

/** The differences are of the same questions. */
function gainTable(rows: readonly Row[]): Table {
  let nProved = 0;
  const further = nRounds.filter((rounds) => rounds > 1);
  const table: Table = {
    title: "Gain over one round with as many places",
    head: ["question", "rounds", ...nPlaces.flatMap((n) => [`recall@${n}`, "95 % interval", ""])],
    rows: roundsKinds.flatMap((kind) =>
      further.map((rounds) => {
        const cells = nPlaces.flatMap((_n, i) => {
          const one = sharesAt(rowsOf(rows, kind, 1), i);
          const gains = sharesAt(rowsOf(rows, kind, rounds), i).map((x, j) => x - (one[j] ?? 0));
          const interval = bootstrapInterval(gains);
          const gain = mean(gains);
          if (interval.low > 0) nProved++;
          return [
            `${gain < 0 ? "" : "+"}${gain.toFixed(3)}`,
            spread(interval),
            interval.low > 0 ? "better" : interval.high < 0 ? "worse" : "not proved",
          ];
        });
        return [kindNames[kind], count(rounds), ...cells];
      }),
    ),
  };
  const nGains = roundsKinds.length * further.length * nPlaces.length;
  return { ...table, notes: [`${nProved} of ${nGains} gains are proved.`] };
}

function timeTable(rows: readonly Row[]): Table {
  return {
    title: "What rounds cost",
    head: ["rounds", "p50", "p95", ...nPlaces.map((n) => `characters of ${n} places, mean`)],
    rows: nRounds.map((rounds) => {
      const own = rows.filter((row) => row.rounds === rounds);
      const times = own.map(({ elapsedMs }) => elapsedMs);
      return [
        count(rounds),
        ms(percentile(times, 0.5)),
        ms(percentile(times, 0.95)),
        ...nPlaces.map((_n, i) =>
          count(mean(own.map(({ characters }) => characters[i] as number))),
        ),
      ];
    }),
  };
}
