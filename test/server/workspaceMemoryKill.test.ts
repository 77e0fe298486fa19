/** Killed processes: what was settled stays, the store always opens, and another process takes over. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as after } from "node:timers/promises";
import { test } from "node:test";
import { MemoryBank } from "../../server/memory/memoryBank.ts";
import { writeTree } from "./ingest/treesOnDisk.ts";
import {
  functionText,
  letters,
  openMemory,
  randomNumbers,
  statusWhere,
  workspace,
} from "./workspaceMemoryHarness.ts";

const filler = path.join(import.meta.dirname, "../fixtures/memoryFiller.ts");
const nKills = 50;
const filesPerRound = 12;

function fillerOn(folder: string, storeDir: string, mode: "stay" | "once" = "stay"): ChildProcess {
  return spawn(process.execPath, [filler, folder, storeDir, mode], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

test(`kill -9 at ${nKills} random moments loses nothing that was settled`, async () => {
  const random = randomNumbers(7);
  const first: Record<string, string> = {};
  for (let i = 0; i < 250; i++) first[`src/first${i}.ts`] = functionText(`first${letters(i)}`);
  using place = workspace(first);
  const storeFile = path.join(place.storeDir, "root", "memory.sqlite");
  const expected = new Set(Object.keys(first));
  let acknowledged = new Set<string>();
  let nAcknowledged = 0;
  let nKilledBusy = 0;
  for (let round = 0; round < nKills; round++) {
    for (let i = 0; i < filesPerRound; i++) {
      const file = `round${round}/f${i}.ts`;
      writeTree(place.folder, { [file]: functionText(`round${letters(round)}${letters(i)}`) });
      expected.add(file);
    }
    const settled = await killedAtRandom(place, random);
    if (settled) {
      acknowledged = new Set(expected);
      nAcknowledged++;
    } else nKilledBusy++;
    if (acknowledged.size > 0) assertHolds(storeFile, acknowledged);
  }
  assert.ok(nAcknowledged > 5 && nKilledBusy > 5, `${nAcknowledged} settled, ${nKilledBusy} busy`);

  await using survivor = await openMemory(place.folder, place.storeDir);
  const { roots } = await survivor.settled();
  assert.deepEqual(roots[0]?.notices, []);
  assert.equal(roots[0]?.remembered, expected.size);
  assert.equal(roots[0]?.filesSeen, expected.size);
  using fresh = workspace({});
  await using built = await openMemory(place.folder, fresh.storeDir);
  await built.settled();
  assert.equal(built.memory.status().roots[0]?.nChunks, roots[0]?.nChunks);
  for (let n = 0; n < 40; n++) {
    const query =
      n % 2 === 0 ? `first${letters(n)}` : `round${letters(n)}${letters(n % filesPerRound)}`;
    const [ours, theirs] = [await survivor.search(query), await built.search(query)];
    assert.deepEqual(ours[0]?.citation, theirs[0]?.citation, query);
    assert.ok(ours[0]?.text.includes(query));
  }
});

/** Starts a filling process and kills it some time after a random line that it says. Returns whether it was settled. */
async function killedAtRandom(
  { folder, storeDir }: { folder: string; storeDir: string },
  random: () => number,
): Promise<boolean> {
  const child = fillerOn(folder, storeDir);
  const gone = once(child, "exit");
  const nLines = Math.floor(random() * 6);
  let seen = 0;
  let settled = false;
  assert.ok(child.stdout !== null);
  for await (const line of createInterface(child.stdout)) {
    if (line.startsWith("opened")) assert.equal(line, "opened ");
    if (line.startsWith("settled")) settled = true;
    if (seen++ >= nLines || settled) break;
  }
  await after(random() * 120);
  child.kill("SIGKILL");
  await gone;
  return settled;
}

/** The store as the killed process left it, with its journal. */
function assertHolds(storeFile: string, files: ReadonlySet<string>): void {
  const bank = new MemoryBank(storeFile);
  const paths = bank.rememberedFiles().map((file) => file.path);
  const remembered = new Set(paths);
  for (const file of files) assert.ok(remembered.has(file), `${file} was settled`);
  assert.equal(paths.length, remembered.size);
  bank.reading(() => assertWholeEmbeddings(bank));
  for (const file of files) assert.equal(bank.blobOfPath(file)?.nChunks, 1);
  bank.close();
}

/** What is stored of a content is stored with its embeddings, all of them or none. */
function assertWholeEmbeddings(bank: MemoryBank): void {
  const pairs = bank.embeddings();
  const lengths = new Map<number, number>();
  for (const { embedding, vectors } of bank.vectorsAfter(0)) lengths.set(embedding, vectors.length);
  let nEmbedded = 0;
  for (let i = 0; i < pairs.length; i += 2) {
    const nChunks = bank.blobOfChunk(pairs[i + 1] as number)?.nChunks ?? 0;
    assert.equal(lengths.get(pairs[i] as number), nChunks * fixtureDimensions);
    nEmbedded += nChunks;
  }
  assert.equal(nEmbedded, bank.nChunks());
  assert.equal(lengths.size * 2, pairs.length, "no embedding is left behind");
}
const fixtureDimensions = 64;

test("a second process reads, and takes over when the first is killed", async () => {
  using place = workspace({ "src/a.ts": functionText("computeFirst") });
  const owner = fillerOn(place.folder, place.storeDir);
  const gone = once(owner, "exit");
  assert.ok(owner.stdout !== null);
  for await (const line of createInterface(owner.stdout)) if (line.startsWith("settled")) break;

  await using second = await openMemory(place.folder, place.storeDir, { retryMs: 100 });
  const [root] = second.memory.status().roots;
  assert.deepEqual(
    root?.notices.map(({ kind }) => kind),
    ["readOnly"],
  );
  assert.equal(root?.remembered, 1, "the owner's counts are shown");
  assert.deepEqual(await second.pathsShowing("computeFirst"), ["src/a.ts"]);
  await assert.rejects(second.memory.forget("root"), { errorName: "ownedElsewhere" });
  // Unsaved text that was typed while another process kept the memory.
  second.memory.documentChanged(
    path.join(place.folder, "src/b.ts"),
    1,
    functionText("computeUnsaved"),
  );

  owner.kill("SIGKILL");
  await gone;
  await statusWhere(second, ({ roots }) => roots[0]?.notices.length === 0);
  second.write({ "src/c.ts": functionText("computeLater") });
  await second.settled();
  assert.deepEqual(await second.pathsShowing("computeLater"), ["src/c.ts"]);
  assert.deepEqual(await second.pathsShowing("computeUnsaved"), ["src/b.ts"]);
});

test("the process ends by itself after the memory was closed", async () => {
  using place = workspace({ "src/a.ts": functionText("computeFirst") });
  const child = fillerOn(place.folder, place.storeDir, "once");
  const [code] = (await once(child, "exit", { signal: AbortSignal.timeout(30_000) })) as [number];
  assert.equal(code, 0);
});
