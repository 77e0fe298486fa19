/** What a user waits for: the first answer, a warm start, a saved file, and what an idle server costs. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import * as methods from "../protocol/methods.ts";
import { dropCaches } from "./dropCaches.ts";
import { makeQuestions, shuffled, type MadeQuestion } from "./questions.ts";
import { BenchServer } from "./server.ts";
import type { BenchSettings } from "./settings.ts";
import { megabytes, ms, percentile, verdict, type Table } from "./table.ts";
import { listFiles, treeDir } from "./trees.ts";

const nFirstAnswers = 5;
const nEdits = 100;
const nWarmStarts = 5;
const idleMs = 30_000;
const firstAnswerTargetMs = 4_000;
const warmStartTargetMs = 700;
const updateTargetMs = 300;

/** Measures on the 250k and the 1M tree. */
export async function benchStartup(settings: BenchSettings): Promise<Table[]> {
  const small = treeDir("250k", settings);
  const large = treeDir("1m", settings);
  if (small === undefined || large === undefined) {
    throw new Error("startup needs --linux DIR (see bench/README.md)");
  }
  const rows = [...(await firstAnswers(small, settings)), ...(await secondLife(large, settings))];
  return [
    {
      title: "What a user waits for",
      head: ["measure", "target", "measured", ""],
      rows,
      notes: [
        "First useful answer: from the start of the server process, on a folder without a store, until an answer cites the file that the question was made from.",
        "Saved to searchable: from the write of the file, of which the server is told at once, until a search returns its new text. In an editor the time until its watcher reports the save comes on top.",
        "Warm start: from the start of the process until everything is searchable and a first search was answered.",
      ],
    },
  ];
}

async function firstAnswers(folder: string, settings: BenchSettings): Promise<string[][]> {
  const times: number[] = [];
  let cold = true;
  for (const [idx, question] of makeQuestions(folder, nFirstAnswers, 7).entries()) {
    cold = dropCaches(folder) && cold;
    times.push(
      await firstAnswer(folder, path.join(settings.workDir, `first-${idx}`), question, settings),
    );
  }
  const cache = cold ? "file contents not in cache" : "warm: caches could not be dropped";
  return [0.5, 1].map((p) => {
    const measured = percentile(times, p);
    return [
      `250k: first useful answer, ${p === 1 ? "slowest" : "median"} of ${times.length} (${cache})`,
      `≤ ${ms(firstAnswerTargetMs)}`,
      Number.isFinite(measured) ? ms(measured) : "never",
      verdict(measured, (value) => value <= firstAnswerTargetMs),
    ];
  });
}

async function firstAnswer(
  folder: string,
  storeDir: string,
  question: MadeQuestion,
  { serverModule }: BenchSettings,
): Promise<number> {
  rmSync(storeDir, { recursive: true, force: true });
  const server = new BenchServer(serverModule);
  try {
    await server.open(folder, storeDir);
    for (;;) {
      const { citations } = await server.request(methods.ask, {
        question: question.query,
        askId: "bench",
      });
      if (citations.some((citation) => citation.path === question.path)) return server.elapsedMs;
      // Everything is in memory and the answer still cites other files: the useful one never comes.
      if ((await server.status()).state === "ready") return Number.POSITIVE_INFINITY;
    }
  } finally {
    await server.stop();
    rmSync(storeDir, { recursive: true, force: true });
  }
}

/** A store that is there already: warm starts, edits, idleness. */
async function secondLife(folder: string, settings: BenchSettings): Promise<string[][]> {
  const storeDir = path.join(settings.workDir, "second-life");
  rmSync(storeDir, { recursive: true, force: true });
  const first = new BenchServer(settings.serverModule);
  await first.open(folder, storeDir);
  await first.settled(true);
  await first.stop();
  const rows = await warmStarts(folder, storeDir, settings);
  const server = new BenchServer(settings.serverModule);
  await server.open(folder, storeDir);
  await server.settled(true);
  rows.push(...(await edits(server, folder)), await idle(server));
  await server.stop();
  rmSync(storeDir, { recursive: true, force: true });
  return rows;
}

async function warmStarts(
  folder: string,
  storeDir: string,
  { serverModule }: BenchSettings,
): Promise<string[][]> {
  const times: number[] = [];
  let queuedBytes = 0;
  let readBytes = 0;
  const [probe] = makeQuestions(folder, 1, 3);
  for (let idx = 0; idx < nWarmStarts; idx++) {
    const server = new BenchServer(serverModule);
    await server.open(folder, storeDir);
    const status = await server.settled(false);
    // Before the search, which reads the files it shows.
    readBytes = Math.max(readBytes, server.readBytes());
    queuedBytes = Math.max(queuedBytes, status.bytesKnown);
    await server.request(methods.search, { query: probe?.query ?? "", limit: 5 });
    times.push(server.elapsedMs);
    await server.stop();
  }
  const median = percentile(times, 0.5);
  return [
    [
      `1m: warm start, median of ${nWarmStarts}`,
      `≤ ${ms(warmStartTargetMs)}`,
      ms(median),
      verdict(median, (value) => value <= warmStartTargetMs),
    ],
    [
      "1m: bytes of source read again at a warm start",
      "0",
      `${queuedBytes} (the process read ${megabytes(readBytes)} in all: code and store)`,
      verdict(queuedBytes, (value) => value === 0),
    ],
  ];
}

async function edits(server: BenchServer, folder: string): Promise<string[][]> {
  const files = shuffled(
    [...listFiles(folder)].filter((file) => file.endsWith(".c")),
    11,
  ).slice(0, nEdits);
  const times: number[] = [];
  for (const [idx, file] of files.entries()) {
    const before = readFileSync(file);
    times.push(await editTime(server, file, `lorebenchmark${idx}`));
    writeFileSync(file, before);
    await server.notify(methods.filesChanged, { changes: [{ file, kind: "changed" }] });
  }
  await server.settled(true);
  return [0.5, 0.95].map((p) => {
    const measured = percentile(times, p);
    const isTarget = p === 0.95;
    return [
      `1m: saved to searchable, p${p * 100} of ${times.length}`,
      isTarget ? `≤ ${ms(updateTargetMs)}` : "–",
      ms(measured),
      isTarget ? verdict(measured, (value) => value <= updateTargetMs) : "",
    ];
  });
}

async function editTime(server: BenchServer, file: string, name: string): Promise<number> {
  const added = `\nint ${name}(void)\n{\n\treturn 42;\n}\n`;
  writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.from(added)]));
  const startedMs = performance.now();
  await server.notify(methods.filesChanged, { changes: [{ file, kind: "changed" }] });
  for (;;) {
    const { recalls } = await server.request(methods.search, { query: name, limit: 5 });
    if (recalls.some(({ text }) => text.includes(name))) return performance.now() - startedMs;
  }
}

async function idle(server: BenchServer): Promise<string[]> {
  await server.settled(true);
  const before = server.cpuMs();
  await wait(idleMs);
  const used = server.cpuMs() - before;
  return [
    `1m: processor time of an idle server in ${idleMs / 1000} s`,
    "0 ms",
    `${used} ms (${((used / idleMs) * 100).toFixed(2)} %)`,
    verdict(used, (value) => value === 0),
  ];
}
