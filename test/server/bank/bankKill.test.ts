/** Killed processes: what was put is there, whole, and what was half written is not. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as after } from "node:timers/promises";
import { test } from "node:test";
import { temporaryFolder } from "../ingest/treesOnDisk.ts";
import { randomNumbers } from "../workspaceMemoryHarness.ts";
import { asQuery, makeChunks, nameOf, openBank, recalled, VectorSource } from "./bankHarness.ts";

const filler = path.join(import.meta.dirname, "../../fixtures/bankFiller.ts");
const nKills = 10;

/** Runs a process that puts files one after the other, and kills it in the midst. Returns those it had put. */
async function killedWhileFilling(
  folder: string,
  round: number,
  random: () => number,
): Promise<string[]> {
  const child = spawn(process.execPath, [filler, folder, String(round)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = once(child, "exit");
  const said: string[] = [];
  const nLines = 3 + Math.floor(random() * 8);
  for await (const line of createInterface(child.stdout)) {
    said.push(line);
    if (said.length === nLines) void after(random() * 60).then(() => child.kill("SIGKILL"));
  }
  await gone;
  return said;
}

test(`kill -9 at ${nKills} random moments loses nothing that was put`, async () => {
  using folder = temporaryFolder();
  const random = randomNumbers(60);
  /** By file: the round that put it last. */
  const put = new Map<string, number>();
  let nPut = 0;
  for (let round = 0; round < nKills; round++) {
    const said = await killedWhileFilling(folder.path, round, random);
    nPut += said.length;
    for (const line of said) {
      const [what, file] = line.split(" ") as [string, string];
      if (what === "put") put.set(file, round);
      else put.delete(file);
    }
    const store = await openBank(folder.path);
    assert.deepEqual(store.notices, []);
    assert.deepEqual(store.missing(), []);
    const files = new Map(store.files().map(({ fileId, contentHash }) => [fileId, contentHash]));
    // What was under way when the process was killed is done or not, and that is one file.
    const underWay = [...new Set([...put.keys(), ...files.keys()])].filter((file) => {
      const since = put.get(file);
      return files.get(file) !== (since === undefined ? undefined : `round ${since}`);
    });
    assert.ok(underWay.length <= 1, underWay.join(" "));
    for (const file of underWay) {
      if (!files.has(file)) {
        put.delete(file);
        continue;
      }
      assert.equal(files.get(file), `round ${round}`);
      put.set(file, round);
    }
    const query = [asQuery(new VectorSource(round).next())];
    for (const [fileId, hash] of files) {
      const blocks = recalled(store, query, { nBlocks: 128, only: (id) => id === fileId });
      const tokens = store.tokensOf(blocks);
      assert.deepEqual(tokens.lost, []);
      const of = Number(String(hash).split(" ")[1]);
      const [chunk] = makeChunks(sourceOf(fileId, of), `${fileId} ${of}`, 1);
      assert.deepEqual(tokens.ids, chunk?.tokens.slice(8));
      for (let idx = 0; idx < 4; idx++) {
        const names = [{ hash: nameOf(`${fileId} ${of}#0`, idx, 2), weight: 1 }];
        const [named, ...others] = recalled(store, [], { nBlocks: 16, neighbourShare: 0, names });
        assert.deepEqual([named?.fileId, named?.fromToken], [fileId, idx * 64]);
        assert.deepEqual(others, []);
      }
    }
    assert.equal(existsSync(path.join(folder.path, "segment-2.bank")), false);
    store.close();
  }
  assert.ok(nPut > nKills * 3, `${nPut}`);
});

/** As the filler makes them. */
function sourceOf(fileId: string, round: number): VectorSource {
  return new VectorSource(round * 1000 + Number(fileId.slice(1)), { nKinds: 10 });
}
