/** How long completing a name behind `@` takes in a workspace of 80,000 files, as the extension sees it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as methods from "../protocol/methods.ts";
import { bootstrapInterval } from "./bootstrap.ts";
import { BenchServer } from "./server.ts";
import type { BenchSettings } from "./settings.ts";
import { count, ms, percentile, verdict, type Table } from "./table.ts";

const nFolders = 400;
const nFilesInEach = 200;
const nRounds = 20;
const targetMs = 50;

const words = (
  "retry policy client server cache invoice parser token memory index order user session route render panel query store " +
  "sync queue"
).split(" ");
const typed: Readonly<Record<string, readonly string[]>> = {
  nothing: [""],
  "one letter": ["r", "s"],
  "the beginning of a name": ["ret", "cachePo", "userSess"],
  "letters of a name in order": ["rtpl", "cshinv"],
  "a folder and a name": ["cache/route/src/ord", "token/"],
  "a definition": ["RetryOf", "queueOf", "Invoice12"],
  "what is not there": ["zzqx", "nothingOfThatName"],
};

/** Makes the tree, waits until its syntax is exact, and asks. */
export async function benchSuggest({ workDir, serverModule }: BenchSettings): Promise<Table[]> {
  const whole = mkdtempSync(path.join(workDir, "suggest-"));
  const server = new BenchServer(serverModule);
  try {
    const folder = path.join(whole, "work");
    writeFiles(folder);
    await server.open(folder, path.join(whole, "store"));
    const { remembered } = await server.settled(true);
    const rows: string[][] = [];
    for (const [name, prefixes] of Object.entries(typed))
      rows.push(await measure(server, name, prefixes));
    return [tableOf(rows, remembered)];
  } finally {
    await server.stop();
    rmSync(whole, { recursive: true, force: true });
  }
}

async function measure(
  server: BenchServer,
  name: string,
  prefixes: readonly string[],
): Promise<string[]> {
  const times: number[] = [];
  for (let round = 0; round < nRounds; round++) {
    for (const prefix of prefixes) {
      const startedMs = performance.now();
      await server.request(methods.suggest, { prefix, limit: 10 });
      times.push(performance.now() - startedMs);
    }
  }
  const mean = times.reduce((sum, each) => sum + each, 0) / times.length;
  const { low, high } = bootstrapInterval(times);
  const p95 = percentile(times, 0.95);
  return [
    name,
    `${ms(mean)} [${low.toFixed(1)}, ${high.toFixed(1)}]`,
    ms(p95),
    `≤ ${ms(targetMs)}`,
    verdict(p95, (value) => value <= targetMs),
    ms(Math.max(...times)),
  ];
}

function tableOf(rows: readonly string[][], nFiles: number): Table {
  return {
    title: `Completing a name in ${count(nFiles)} files`,
    head: ["typed", "mean [95 %]", "p95", "target", "", "slowest"],
    rows,
    notes: [
      `Each typed text ${nRounds} times; files, folders and definitions; ten suggestions; over the process boundary. The first request reads the list of paths and counts.`,
    ],
  };
}

function writeFiles(folder: string): void {
  const wordAt = (at: number): string => words[at % words.length] as string;
  for (let at = 0; at < nFolders; at++) {
    const inside = path.join(folder, "packages", wordAt(Math.floor(at / 20)), wordAt(at), "src");
    mkdirSync(inside, { recursive: true });
    for (let file = 0; file < nFilesInEach; file++) {
      const number = at * nFilesInEach + file;
      const second = capital(wordAt(file * 7 + at));
      const name = `${wordAt(file)}${second}${number}`;
      writeFileSync(
        path.join(inside, `${name}.ts`),
        `export function ${name}(a: number): number {\n  return a + ${number};\n}\n\nexport class ${second}${number} {\n  ${wordAt(file)}Of(): number {\n    return 1;\n  }\n}\n`,
      );
    }
  }
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
