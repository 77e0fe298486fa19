/** Whether any of 1,000 keys and tokens that stand in files, commits, notes and turns is in a byte of the store. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { rootOf } from "../../server/cli/storeLocation.ts";
import { shareOf, type Share } from "../../server/deep/wilson.ts";
import { createServices } from "../../server/serverParts.ts";
import { makeTurn } from "../../test/server/memory/conversationTurns.ts";
import { plantSecrets, type PlantedSecret } from "../../test/server/secrets/plantedSecrets.ts";
import { randomNumbers } from "../../test/server/workspaceMemoryHarness.ts";
import type { BenchSettings } from "../settings.ts";
import { count, verdict, type Table } from "../table.ts";

const nPlanted = 1_000;
/** A shorter one may be a word, or a part of one, that stands elsewhere as well. */
const minTermLength = 8;
const places = ["files", "commits", "notes", "turns"] as const;
const signal = new AbortController().signal;

/** Plants them, lets every part remember what it can, and returns how many are found again on the disk. */
export async function benchPlantedStore({ workDir }: BenchSettings): Promise<Table> {
  const dir = path.join(workDir, "planted-store");
  rmSync(dir, { recursive: true, force: true });
  const folder = path.join(dir, "tree");
  const storeDir = path.join(dir, "store");
  const planted = plantSecrets(nPlanted, randomNumbers(19));
  const inPlace = (place: (typeof places)[number]): PlantedSecret[] =>
    planted.filter((_each, idx) => places[idx % places.length] === place);
  plantTree(folder, inPlace("files"), inPlace("commits"));
  const services = await createServices(
    { log: () => undefined },
    { logLevel: "off", statusCommand: "status", deepMemory: "onDemand" },
  );
  const root = rootOf(folder);
  try {
    const settings = { exclude: [], include: [], threads: 0, maxFileBytes: 1_000_000 };
    await services.memory.open(storeDir, [root], settings, true);
    await services.memory.settled(true, signal);
    await services.history.settled(root.id, true, signal);
    for (const { text } of inPlace("notes")) await services.notes.remember({ text });
    const { store } = services.openConversations(
      await services.conversationFolder(storeDir, [root]),
    );
    const { id } = store.create();
    for (const [idx, { text }] of inPlace("turns").entries())
      store.appendTurn(id, makeTurn({ id: String(idx), text, createdMs: idx }));
    store.close();
  } finally {
    await services.memory.close();
  }
  const bytes = bytesBelow(storeDir);
  const terms = longTerms(storeDir);
  const rows = places.map((place) => {
    const theirs = inPlace(place);
    const nInBytes = theirs.filter(({ secret }) => bytes.some((each) => each.includes(secret)));
    const nAsTerms = theirs.filter(({ secret }) => {
      const plain = secret.toLowerCase().replace(/[^a-z0-9]/g, "");
      return terms.some((term) => plain.includes(term));
    });
    const nFound = new Set([...nInBytes, ...nAsTerms]).size;
    return [
      place,
      count(theirs.length),
      count(nInBytes.length),
      count(nAsTerms.length),
      interval(shareOf(nFound, theirs.length)),
      verdict(nFound, (n) => n === 0),
    ];
  });
  rmSync(dir, { recursive: true, force: true });
  return {
    title: `${count(nPlanted)} planted keys and tokens`,
    head: ["stand in", "planted", "in the bytes", "as terms", "found, 95 % interval", "target: 0"],
    rows,
    notes: [
      `The bytes are those of all files of the store after files, history, notes and a conversation were written. The index packs its terms, so they are also read one by one: a term of ${minTermLength} or more letters and digits that is a part of a secret counts.`,
    ],
  };
}

function interval({ low, high }: Share): string {
  return `${(100 * low).toFixed(1)} – ${(100 * high).toFixed(1)} %`;
}

function plantTree(
  folder: string,
  files: readonly PlantedSecret[],
  commits: readonly PlantedSecret[],
): void {
  mkdirSync(folder, { recursive: true });
  const git = (args: readonly string[], input = ""): void => {
    const run = spawnSync("git", args, { cwd: folder, input, encoding: "utf8" });
    if (run.status !== 0) throw new Error(run.stderr);
  };
  git(["init", "-q", "-b", "main"]);
  git(["config", "user.name", "A"]);
  git(["config", "user.email", "a@example.invalid"]);
  files.forEach(({ text }, idx) =>
    writeFileSync(path.join(folder, `f${idx}.ts`), `// file ${idx}\n${text}\nexport {};\n`),
  );
  git(["add", "."]);
  git(["commit", "-q", "-m", "first"]);
  for (const { text } of commits)
    git(["commit", "-q", "--allow-empty", "-F", "-"], `change\n\n${text}\n`);
}

/** The terms of every index in the store that are long enough to say something of a secret. */
function longTerms(dir: string): string[] {
  return filesBelow(dir)
    .filter((file) => path.basename(file) === "memory.sqlite")
    .flatMap((file) => {
      const database = new DatabaseSync(file);
      const found = ["chunkIndex", "pathIndex"].flatMap((table) => {
        database.exec(
          `CREATE VIRTUAL TABLE temp.${table}Terms USING fts5vocab(main, ${table}, row)`,
        );
        return database
          .prepare(`SELECT term FROM temp.${table}Terms WHERE length(term) >= ?`)
          .all(minTermLength) as { term: string }[];
      });
      database.close();
      return found.map(({ term }) => term);
    });
}

function bytesBelow(dir: string): Buffer[] {
  return filesBelow(dir).map((file) => readFileSync(file));
}

function filesBelow(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.join(parentPath, name));
}
