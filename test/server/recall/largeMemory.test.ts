/** A real workspace whose memory is searched by an index on disk, because what counts as large is made small. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { assembleRecall } from "../../../server/assembly.ts";
import type { Logger } from "../../../server/ports.ts";
import {
  fixtureModelFolder,
  functionText,
  letters,
  OpenedMemory,
  rootOf,
  settings,
  workspace,
} from "../workspaceMemoryHarness.ts";

const files = Object.fromEntries([
  ["src/store.ts", "export function evictOldest(limit: number): void {\n  trim(limit);\n}\n"],
  ...Array.from({ length: 60 }, (_, i) => {
    const word = ["invoice", "login", "draw", "sort", "retry"][i % 5] as string;
    return [`src/${letters(i)}.ts`, functionText(`${word}${letters(i)}`)];
  }),
]) as Record<string, string>;
/** Shares no word with `src/store.ts`. */
const question = "When is a picture thrown away?";
const isUsed = "embeddings are searched by an index on disk";

/** Longest wait for an index; only a failing test waits so long. */
const patienceMs = 60_000;

/** A memory with what it logs. */
class Large {
  readonly logged: string[] = [];
  #memory: OpenedMemory | undefined;
  #wake = (): void => undefined;
  #nSeen = 0;
  readonly #limit = AbortSignal.timeout(patienceMs);

  async open({ folder, storeDir }: ReturnType<typeof workspace>): Promise<OpenedMemory> {
    const log: Logger = {
      log: (_level, _tag, sentence) => {
        this.logged.push(sentence);
        this.#wake();
      },
    };
    const parts = await assembleRecall(log, {
      watchdogMs: 20_000,
      logLevel: "error",
      modelFolder: fixtureModelFolder,
      minIndexedChunks: 30,
    });
    await parts.memory.open(storeDir, [rootOf(folder)], settings, true);
    this.#memory = new OpenedMemory(folder, storeDir, parts);
    return this.#memory;
  }

  /** Asks, and again whenever something was logged, until the index is in use. */
  async askUntilUsed(): Promise<void> {
    for (;;) {
      const [first] = (await this.#memory?.search(question)) ?? [];
      if (first !== undefined) assert.equal(first.citation.path, "src/store.ts");
      if (this.logged.includes(isUsed)) return;
      if (this.logged.length === this.#nSeen)
        await new Promise<void>((resolve, reject) => {
          this.#wake = resolve;
          this.#limit.addEventListener("abort", () => {
            reject(new Error(`no index in use; logged: ${this.logged.join("; ")}`));
          });
        });
      this.#nSeen = this.logged.length;
    }
  }
}

async function meaningOf(
  opened: OpenedMemory,
): Promise<{ state: string | undefined; first: string }> {
  const { recalls, trace } = await opened.recaller.search(
    { query: question, limit: 5 },
    AbortSignal.timeout(60_000),
  );
  return { state: trace.meaning?.state, first: recalls[0]?.citation.path ?? "" };
}

test("a question is answered while the index is made, from it, and after changes", async () => {
  using place = workspace(files);
  const large = new Large();
  await using opened = await large.open(place);
  await opened.settled();
  await large.askUntilUsed();
  assert.deepEqual(await meaningOf(opened), { state: "used", first: "src/store.ts" });
  const manifest = path.join(path.dirname(opened.storeFile), "index", "index.json");
  const { nVectors } = JSON.parse(readFileSync(manifest, "utf8")) as { nVectors: number };
  assert.equal(nVectors, (await opened.settled()).roots[0]?.nChunks);
  opened.write({
    "src/store.ts": "export const nothing = 1;\n",
    "src/other.ts": "export function eraseImage(): void {\n  forget();\n}\n",
  });
  await opened.settled();
  assert.deepEqual(await meaningOf(opened), { state: "used", first: "src/other.ts" });
});

test("an index is opened at the next start, and one that was removed is made again", async () => {
  using place = workspace(files);
  const before = new Large();
  await using first = await before.open(place);
  await first.settled();
  await before.askUntilUsed();
  await first.memory.close();
  const next = new Large();
  await using second = await next.open(place);
  await next.askUntilUsed();
  assert.ok(!next.logged.includes("the building of an index ended"), next.logged.join("\n"));
  await second.memory.close();
  const folder = path.join(path.dirname(second.storeFile), "index");
  rmSync(folder, { recursive: true });
  const later = new Large();
  await using third = await later.open(place);
  await later.askUntilUsed();
  assert.ok(third.storeFile === second.storeFile && existsSync(path.join(folder, "index.json")));
  assert.ok(later.logged.includes("the building of an index ended"));
});
