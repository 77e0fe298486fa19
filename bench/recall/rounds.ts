/**
 * Whether a question with two answers finds both in rounds more often than in one search, when as many places are handed
 * out. The product's own recall and rounds; the budget of time is left out, so that the answers do not depend on the
 * machine.
 */
import { rmSync } from "node:fs";
import path from "node:path";
import type { Recall } from "../../protocol/types.ts";
import { questionParts } from "../../server/answer/rounds/questionParts.ts";
import { recallInRounds } from "../../server/answer/rounds/recallInRounds.ts";
import { rootOf } from "../../server/cli/storeLocation.ts";
import { parseQuestion } from "../../server/recall/question.ts";
import { createServices } from "../../server/serverParts.ts";
import type { RecallService } from "../../server/services.ts";
import { bootstrapInterval } from "../bootstrap.ts";
import type { BenchSettings } from "../settings.ts";
import { count, ms, percentile, type Table } from "../table.ts";
import { isRightPlace, mean } from "./metric.ts";
import { readRoundsTrees, roundsKinds, type RoundsCase, type RoundsKind } from "./roundsCases.ts";

const nRecalled = 20;
const nFurther = 10;
const nPlaces = [4, 6, 10] as const;
const nRounds = [1, 2, 3, 4] as const;
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

/** Errors: a sentence, thrown, when the set is not named or not whole. */
export async function benchRounds({ evalDir, workDir }: BenchSettings): Promise<Table[]> {
  if (evalDir === undefined) throw new Error("rounds needs --eval DIR (see bench/README.md)");
  const dir = path.join(workDir, "rounds");
  const rows: Row[] = [];
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
      for (const each of cases) rows.push(...(await askRounds(each, services.recall)));
    } finally {
      await services.memory.close();
    }
    process.stderr.write(`rounds: ${name}, ${rows.length / nRounds.length} questions so far\n`);
  }
  rmSync(dir, { recursive: true, force: true });
  const names = trees.map(({ name }) => name).join(", ");
  return [recallTable(rows, names), timeTable(rows)];
}

async function askRounds(
  { kind, query, relevant }: RoundsCase,
  recall: RecallService,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const rounds of nRounds) {
    const startMs = performance.now();
    const first = await recall.search({ query, limit: nRecalled }, signal);
    const places = rounds === 1 ? first.recalls : await placesOf(query, first, rounds, recall);
    const elapsedMs = performance.now() - startMs;
    const found = nPlaces.map((n) => {
      const handed = places.slice(0, n).map(spanOf);
      const has = (wanted: RoundsCase["relevant"][number]): boolean =>
        handed.some((span) => isRightPlace({ relevant: [wanted] }, span));
      return [has(relevant[0]), has(relevant[1])] as const;
    });
    const characters = nPlaces.map((n) =>
      places.slice(0, n).reduce((sum, { text }) => sum + text.length, 0),
    );
    rows.push({ kind, rounds, elapsedMs, characters, found });
  }
  return rows;
}

async function placesOf(
  query: string,
  first: Awaited<ReturnType<RecallService["search"]>>,
  maxRounds: number,
  recall: RecallService,
): Promise<readonly Recall[]> {
  const parts = questionParts(parseQuestion(query), first.trace);
  const plan = { parts, first: first.recalls, names: [], maxRounds, budgetMs: Infinity };
  const { note } = await recallInRounds(plan, {
    search: async ({ text }) =>
      await recall.search({ query: text, limit: nFurther, neighbours: false }, signal),
    elapsedMs: () => performance.now(),
    onRound: () => undefined,
  });
  return note.handOut(Math.max(...nPlaces)).map((place) => place.recall);
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

function recallTable(rows: readonly Row[], names: string): Table {
  const nQuestions = rows.length / nRounds.length;
  return {
    title: `Evidence recall of ${count(nQuestions)} questions with two answers, by number of rounds`,
    head: ["", "rounds", ...nPlaces.flatMap((n) => [`recall@${n}`, "95 %", `both@${n}`, "second@" + n])],
    rows: roundsKinds.flatMap((kind) =>
      nRounds.map((rounds) => {
        const own = rows.filter((row) => row.kind === kind && row.rounds === rounds);
        const cells = nPlaces.flatMap((_n, i) => {
          const found = own.map((row) => row.found[i] as readonly [boolean, boolean]);
          const shares = found.map((pair) => pair.filter(Boolean).length / 2);
          const { low, high } = bootstrapInterval(shares);
          return [
            mean(shares).toFixed(3),
            `${low.toFixed(3)}–${high.toFixed(3)}`,
            mean(found.map(([a, b]) => (a && b ? 1 : 0))).toFixed(3),
            mean(found.map(([, b]) => (b ? 1 : 0))).toFixed(3),
          ];
        });
        return [kindNames[kind], count(rounds), ...cells];
      }),
    ),
    notes: [names],
  };
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
        ...nPlaces.map((_n, i) => count(mean(own.map(({ characters }) => characters[i] as number)))),
      ];
    }),
  };
}
