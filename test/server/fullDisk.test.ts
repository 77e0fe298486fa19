/** A disk that gets full: nothing that was acknowledged is lost, the state says so, and it goes on by itself. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { StoreStatus } from "../../server/ingest/ingestCalls.ts";
import { IngestHost } from "../../server/ingest/ingestHost.ts";
import { openConversationStore } from "../../server/memory/conversationStore.ts";
import { MemoryBank } from "../../server/memory/memoryBank.ts";
import { createNodeFileSystem, nodeClock } from "../../server/nodePorts.ts";
import { grammarFolderUrl, threadEntry } from "../../server/threads.ts";
import { limitDisk, type Limits } from "../fixtures/fullDisk.ts";
import { writeTree } from "./ingest/treesOnDisk.ts";
import { makeTurn } from "./memory/conversationTurns.ts";
import {
  functionText,
  letters,
  quietLog,
  rootOf,
  settings,
  workspace,
} from "./workspaceMemoryHarness.ts";

const manyFiles = Object.fromEntries(
  Array.from({ length: 300 }, (_, i) => [`src/f${i}.ts`, functionText(`compute${letters(i)}`)]),
);

/** An ingest host in this thread, with the statuses that it reports. */
class WatchedHost implements AsyncDisposable {
  readonly host: IngestHost;
  readonly #waiting = new Set<() => void>();
  #last: readonly StoreStatus[] = [];

  constructor() {
    this.host = new IngestHost({
      files: createNodeFileSystem(),
      clock: nodeClock,
      log: quietLog,
      parseEntry: threadEntry("parseThread"),
      grammarFolder: fileURLToPath(grammarFolderUrl()),
      encoder: undefined,
      watchdogMs: 20_000,
      retryMs: 50,
      watch: () => () => undefined,
      report: (statuses) => {
        this.#last = statuses;
        for (const look of this.#waiting) look();
      },
    });
  }

  /** Resolves with the first reported status of the only root that is in this state. */
  reported(state: StoreStatus["status"]["state"]): Promise<StoreStatus["status"]> {
    return new Promise((resolve) => {
      const look = (): void => {
        const status = this.#last[0]?.status;
        if (status?.state !== state) return;
        this.#waiting.delete(look);
        resolve(status);
      };
      this.#waiting.add(look);
      look();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    limitDisk({});
    await this.host.call({ kind: "close" });
  }
}

function rememberedIn(storeDir: string): string[] {
  const bank = new MemoryBank(path.join(storeDir, "root", "memory.sqlite"));
  const files = bank.rememberedFiles().map((file) => file.path);
  bank.close();
  return files;
}

const fullDisks: readonly (readonly [when: string, limits: Limits])[] = [
  ["while content is written", { pages: 1 }],
  ["when a transaction begins", { refused: /^BEGIN/ }],
  ["when a transaction ends", { refused: /^COMMIT/ }],
];

describe("a disk that gets full", () => {
  for (const [when, limits] of fullDisks) {
    test(when, { timeout: 60_000 }, async () => {
      using place = workspace({ "src/first.ts": functionText("computeFirst") });
      await using watched = new WatchedHost();
      const { host } = watched;
      const { folder, storeDir } = place;
      await host.call({ kind: "open", storeDir, roots: [rootOf(folder)], settings });
      await host.call({ kind: "settled", refined: true });

      limitDisk(limits);
      writeTree(folder, manyFiles);
      await host.call({ kind: "filesChanged", files: [path.join(folder, "src")] });
      const failed = await watched.reported("failed");
      assert.deepEqual(failed.notices, [{ kind: "diskFull" }]);
      await assert.rejects(host.call({ kind: "settled", refined: true }), {
        errorName: "diskFull",
      });
      assert.ok(rememberedIn(storeDir).includes("src/first.ts"));

      limitDisk({});
      const ready = await watched.reported("ready");
      assert.deepEqual(ready.notices, []);
      assert.equal(ready.remembered, 301);
      assert.deepEqual(rememberedIn(storeDir), [...Object.keys(manyFiles), "src/first.ts"].sort());
    });
  }

  test("before the memory is made", { timeout: 60_000 }, async () => {
    using place = workspace({ "src/first.ts": functionText("computeFirst") });
    await using watched = new WatchedHost();
    const { host } = watched;
    const { folder, storeDir } = place;
    limitDisk({ pages: 1 });
    await host.call({ kind: "open", storeDir, roots: [rootOf(folder)], settings });
    const failed = await watched.reported("failed");
    assert.deepEqual(failed.notices, [{ kind: "diskFull" }]);
    limitDisk({});
    await watched.reported("ready");
    assert.deepEqual(rememberedIn(storeDir), ["src/first.ts"]);
  });

  test("while a conversation is written", () => {
    using place = workspace({});
    const { store } = openConversationStore(place.storeDir, nodeClock);
    const { id } = store.create();
    store.appendTurn(id, makeTurn({ id: "a", text: "kept" }));
    limitDisk({ pages: 1 });
    const long = makeTurn({ id: "b", text: "x".repeat(100_000) });
    assert.throws(() => store.appendTurn(id, long), { errorName: "diskFull" });
    assert.deepEqual(
      store.read(id).turns.map(({ text }) => text),
      ["kept"],
    );
    limitDisk({});
    store.appendTurn(id, long);
    assert.equal(store.read(id).turns.length, 2);
    store.close();
  });
});

describe("lore in a terminal on a full disk", () => {
  const entry = fileURLToPath(new URL("../../server/cli/main.ts", import.meta.url));
  const disk = fileURLToPath(new URL("../fixtures/fullDisk.ts", import.meta.url));

  async function lore(
    place: { readonly folder: string; readonly storeDir: string },
    command: readonly string[],
    limits: object,
  ): Promise<{ code: number; out: string; err: string }> {
    const limitsFile = path.join(place.storeDir, "..", "limits.json");
    writeFileSync(limitsFile, JSON.stringify(limits));
    const args = ["--import", disk, entry, ...command, "--store", place.storeDir];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, LORE_TEST_DISK: limitsFile, HOME: place.storeDir },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [out, err] = ["", ""];
    child.stdout.on("data", (data: Buffer) => (out += data.toString()));
    child.stderr.on("data", (data: Buffer) => (err += data.toString()));
    const [code] = (await once(child, "close")) as [number];
    return { code, out, err };
  }

  const sentence =
    "The disk is full, so Lore stopped remembering; what it remembered before is kept. Free some space and run the command again.\n";
  for (const [when, limits] of [
    ["while more is written", { pages: 45 }],
    ["when the store is opened", { refused: "^PRAGMA journal_mode = WAL" }],
  ] as const)
    test(`that is full ${when} answers from what is there, says first what that is, and always the same`, async () => {
      const [first = "", second = "", ...others] = Object.keys(manyFiles);
      using place = workspace({
        [first]: manyFiles[first] ?? "",
        [second]: manyFiles[second] ?? "",
      });
      assert.equal((await lore(place, ["index", place.folder], {})).code, 0);
      writeTree(
        place.folder,
        Object.fromEntries(others.map((name) => [name, manyFiles[name] ?? ""])),
      );
      const ask = ["ask", place.folder, "where is `zebraCage` used?"];
      const { out, err, code } = await lore(place, ask, limits);
      assert.equal(code, 3);
      assert.match(err, /^The disk is full, so Lore stopped remembering/);
      assert.match(out, /^The memory is not complete, because the disk is full\./);
      assert.match(out, /does not occur in what is in memory so far\./);
      assert.doesNotMatch(out, /anywhere in memory/);
      for (let n = 0; n < 3; n++) {
        const status = await lore(place, ["status", place.folder], limits);
        assert.equal(status.err, "");
        assert.equal(status.code, 0);
        assert.match(status.out, /files in memory[^]*\n {2}The disk is full, so Lore stopped/);
      }
    });

  for (const [when, limits] of [
    ["from the start", { pages: 2 }],
    ["in the middle", { pages: 45 }],
  ] as const) {
    test(`that is full ${when} says one sentence, and the next run goes on`, async () => {
      using place = workspace(manyFiles);
      const failed = await lore(place, ["index", place.folder], limits);
      assert.equal(failed.err, sentence);
      assert.equal(failed.out, "");
      assert.equal(failed.code, 1);
      const again = await lore(place, ["index", place.folder, "--json"], {});
      assert.equal(again.err, "");
      assert.equal((JSON.parse(again.out) as { remembered: number }).remembered, 300);
    });
  }
});
