/** How long questions take on memories of different sizes, as the extension sees it: over the process boundary. */
import { hash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as methods from "../protocol/methods.ts";
import { makeQuestions, type MadeQuestion } from "./questions.ts";
import { BenchServer } from "./server.ts";
import type { BenchSettings, TreeSize } from "./settings.ts";
import { ms, percentile, verdict, type Table } from "./table.ts";
import { treeDir } from "./trees.ts";

const nQuestions = 200;
const nWarmUp = 20;
const limit = 20;
const seed = 5;

const targets: Readonly<Record<TreeSize, { readonly p50?: number; readonly p95?: number }>> = {
  "250k": {},
  "1m": { p50: 15, p95: 60 },
  "30m": { p95: 250 },
};

/** Asks the same questions of every tree that is at hand. */
export async function benchLatency(settings: BenchSettings): Promise<Table[]> {
  const rows: string[][] = [];
  const notes: string[] = [];
  if (settings.sizes.includes("30m"))
    notes.push(
      "The largest tree is asked with its syntax pass paused, so files are not made exact on demand there.",
    );
  for (const size of settings.sizes) {
    const folder = treeDir(size, settings);
    if (folder === undefined)
      notes.push(`The tree of ${size} lines was not measured: no --linux DIR.`);
    else rows.push(...(await measure(size, folder, settings)));
  }
  return [
    {
      title: "Question latency",
      head: [
        "tree, question",
        "p50",
        "target",
        "",
        "p95",
        "target",
        "",
        "slowest",
        "processor time each",
        "right file first",
        "right file in 10",
      ],
      rows,
      notes: [
        `${nQuestions} questions, made from comments of the tree itself (seed ${seed}), one after the other; limit ${limit}. ${nWarmUp} others went before.`,
        "“search” is recall alone; “ask” is a whole answer with its citations. Both include the process boundary.",
        "The questions are the trees' own sentences, so the right file says little about recall.",
        ...notes,
      ],
    },
  ];
}

async function measure(
  size: TreeSize,
  folder: string,
  settings: BenchSettings,
): Promise<string[][]> {
  const storeDir = keptStore(size, settings);
  const server = new BenchServer(settings.serverModule);
  await server.open(folder, storeDir);
  // The syntax pass of the largest tree takes minutes; the table says what pausing it leaves out.
  await server.settled(size !== "30m");
  if (size === "30m") await server.request(methods.pause, {});
  const questions = makeQuestions(folder, nQuestions + nWarmUp, seed);
  for (const { query } of questions.slice(0, nWarmUp)) await search(server, query);
  const asked = questions.slice(nWarmUp);
  const rows = [
    await timed(`${size}, search`, server, asked, targets[size], ({ query }) =>
      search(server, query),
    ),
    await timed(`${size}, ask`, server, asked, targets[size], async ({ query }) => {
      const { citations } = await server.request(methods.ask, { question: query, askId: "bench" });
      return citations.map((citation) => citation.path);
    }),
  ];
  await server.stop();
  return rows;
}

/**
 * The store's folder, empty or as the last run left it. It is used again only by the server that made it: other
 * code may chunk or index in another way without saying so yet.
 */
function keptStore(size: TreeSize, { workDir, serverModule }: BenchSettings): string {
  const storeDir = path.join(workDir, `latency-${size}`);
  const madeBy = path.join(workDir, `latency-${size}.made-by`);
  const bundles = ["server.mjs", "ingestThread.mjs", "parseThread.mjs"];
  const code = bundles.map((name) => readFileSync(path.join(path.dirname(serverModule), name)));
  const server = hash("sha256", Buffer.concat(code));
  if (!existsSync(madeBy) || readFileSync(madeBy, "utf8") !== server)
    rmSync(storeDir, { recursive: true, force: true });
  writeFileSync(madeBy, server);
  return storeDir;
}

async function search(server: BenchServer, query: string): Promise<string[]> {
  const { recalls } = await server.request(methods.search, { query, limit });
  return recalls.map(({ citation }) => citation.path);
}

async function timed(
  name: string,
  server: BenchServer,
  questions: readonly MadeQuestion[],
  target: { readonly p50?: number; readonly p95?: number },
  ask: (question: MadeQuestion) => Promise<readonly string[]>,
): Promise<string[]> {
  const times: number[] = [];
  const cpuBeforeMs = server.cpuMs();
  let nFirst = 0;
  let nInTen = 0;
  for (const question of questions) {
    const startedMs = performance.now();
    const paths = await ask(question);
    times.push(performance.now() - startedMs);
    const files = [...new Set(paths)].slice(0, 10);
    if (files[0] === question.path) nFirst++;
    if (files.includes(question.path)) nInTen++;
  }
  const share = (n: number): string => `${Math.round((100 * n) / questions.length)} %`;
  const cells = ([p, limitMs]: readonly [number, number | undefined]): string[] => {
    const measured = percentile(times, p);
    if (limitMs === undefined) return [ms(measured), "–", ""];
    return [ms(measured), `≤ ${ms(limitMs)}`, verdict(measured, (value) => value <= limitMs)];
  };
  return [
    name,
    ...cells([0.5, target.p50]),
    ...cells([0.95, target.p95]),
    ms(percentile(times, 1)),
    ms((server.cpuMs() - cpuBeforeMs) / questions.length),
    share(nFirst),
    share(nInTen),
  ];
}
