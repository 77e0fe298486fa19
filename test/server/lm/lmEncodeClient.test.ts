/** Chunks through real threads: results, order, room, cancellation, threads that die, models that cannot be used. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import os from "node:os";
import { after, describe, test } from "node:test";
import { setEnvironmentData } from "node:worker_threads";
import {
  LmEncodeClient,
  type EncodeOutcome,
  type LmEncodeClientOptions,
} from "../../../server/lm/lmEncodeClient.ts";
import type { ModelFault } from "../../../server/model/modelFault.ts";
import type { Logger } from "../../../server/ports.ts";
import { threadEntry } from "../../../server/threads.ts";
import { temporaryFolder, writeTree } from "../ingest/treesOnDisk.ts";
import type { FixtureFiles } from "../model/fixtureModel.ts";
import { quietLog } from "../workspaceMemoryHarness.ts";
import { filesOf, openLm, tinyFolder, withFiles } from "./lmHarness.ts";

const noted = new Int32Array(new SharedArrayBuffer(4 * 1024));
setEnvironmentData("encoded", noted);
const watched = {
  entry: new URL("../../fixtures/watchedLmEncodeThread.ts", import.meta.url),
};
/** The first letters of the chunks that watched threads began since the last call, in order. */
function begun(): string {
  const n = Atomics.exchange(noted, 0, 0);
  return String.fromCharCode(...noted.slice(1, n + 1));
}

const model = await openLm(tinyFolder);
after(() => model.close());
const { manifest, tokenizer } = model.parts;
const whole = filesOf(tinyFolder);
const patience = (): AbortSignal => AbortSignal.timeout(60_000);
const tokensOf = (text: string): Uint16Array => Uint16Array.from(Buffer.from(text));

class OpenedClient implements AsyncDisposable {
  readonly client: LmEncodeClient;
  readonly faults: ModelFault[] = [];
  readonly #folder = temporaryFolder();

  constructor(options: Partial<LmEncodeClientOptions> = {}, files: FixtureFiles = whole) {
    writeTree(this.#folder.path, files);
    this.client = new LmEncodeClient({
      manifest,
      folder: this.#folder.path,
      entry: threadEntry("lmEncodeThread"),
      nThreads: 1,
      log: quietLog,
      becameUnavailable: (fault) => this.faults.push(fault),
      ...options,
    });
  }

  encode(text: string, signal = patience()): Promise<EncodeOutcome> {
    return this.client.encode(tokensOf(text), signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    this.#folder[Symbol.dispose]();
  }
}

test("what threads encode is what the model does, whatever is encoded beside it", async () => {
  await using opened = new OpenedClient({ nThreads: 2 });
  const texts = ["const a = 1;\n", "b", "c".repeat(200), "return d;"];
  const found = await Promise.all(texts.map((text) => opened.encode(text)));
  for (const [i, text] of texts.entries())
    assert.deepEqual(found[i], { kind: "encoded", chunk: await model.encodeChunk(tokensOf(text)) });
});

test("chunks are encoded in order, as many wait as there is room for, and the rest is turned away", async () => {
  begun();
  await using opened = new OpenedClient({ ...watched, maxWaiting: 3 });
  const outcomes = await Promise.all([..."abcdef"].map((text) => opened.encode(text)));
  const kinds = outcomes.map(({ kind }) => kind);
  assert.deepEqual(kinds, [...new Array(4).fill("encoded"), "crowded", "crowded"]);
  assert.equal(begun(), "abcd");
  assert.equal((await opened.encode("g")).kind, "encoded");
});

test("a chunk that is cancelled before it began never does", async () => {
  begun();
  await using opened = new OpenedClient(watched);
  const reason = new Error("closed");
  const controller = new AbortController();
  const first = opened.encode("a");
  const cancelled = opened.encode("b", controller.signal);
  const last = opened.encode("c");
  controller.abort(reason);
  await assert.rejects(cancelled, reason);
  assert.deepEqual([(await first).kind, (await last).kind], ["encoded", "encoded"]);
  assert.equal(begun(), "ac");
  await assert.rejects(opened.encode("d", AbortSignal.abort(reason)), reason);
});

test("one that is cancelled while it is encoded does not hold up the next", async () => {
  await using opened = new OpenedClient();
  const controller = new AbortController();
  const cancelled = opened.encode("a", controller.signal);
  const next = opened.encode("b");
  controller.abort(new Error("closed"));
  await assert.rejects(cancelled, /closed/);
  assert.equal((await next).kind, "encoded");
});

test("tokens that the model does not know never reach a thread", async () => {
  begun();
  await using opened = new OpenedClient(watched);
  for (const tokens of [
    new Uint16Array(),
    new Uint16Array(201),
    Uint16Array.of(tokenizer.vocabulary),
  ])
    await assert.rejects(opened.client.encode(tokens, patience()), RangeError);
  assert.equal(begun(), "");
});

describe("a thread that", () => {
  for (const [text, how] of [
    ["x", "exits"],
    ["z", "throws"],
  ] as const)
    test(`${how} costs the chunk it had, and a new one takes its place`, async () => {
      await using opened = new OpenedClient(watched);
      const outcomes = await Promise.all(["a", text, "b"].map((each) => opened.encode(each)));
      assert.deepEqual(
        outcomes.map(({ kind }) => kind),
        ["encoded", "lost", "encoded"],
      );
      assert.deepEqual(opened.faults, []);
    });

  test("ends again and again is given up", async () => {
    await using opened = new OpenedClient(watched);
    const kinds: string[] = [];
    for (let i = 0; i < 5; i++) kinds.push((await opened.encode("x")).kind);
    assert.deepEqual(kinds, ["lost", "lost", "lost", "unavailable", "unavailable"]);
    assert.deepEqual(
      opened.faults.map(({ kind, file }) => [kind, file]),
      [["thread", "encode.onnx"]],
    );
  });

  test("has nothing to do ends, and another one starts for the next chunk", async () => {
    const { promise: rests, resolve } = Promise.withResolvers<void>();
    const log: Logger = {
      log: (_level, _tag, message) => {
        if (message === "memory model threads rest") resolve();
      },
    };
    await using opened = new OpenedClient({ idleMs: 1, log });
    assert.equal((await opened.encode("a")).kind, "encoded");
    await rests;
    assert.equal((await opened.encode("b")).kind, "encoded");
  });
});

const damaged = (whole["encode.onnx"] as Uint8Array<ArrayBuffer>).slice(0, -9);
const noNumbers = (whole["encode.onnx"] as Uint8Array<ArrayBuffer>)
  .slice()
  .fill(0xff, 8_000, 24_000);
const faulty: Readonly<Record<string, readonly [FixtureFiles, string]>> = {
  "a graph cut off": [{ ...whole, "encode.onnx": damaged }, "damaged"],
  "no graph": [{ "manifest.json": whole["manifest.json"] as Uint8Array<ArrayBuffer> }, "missing"],
};

describe("a model with", () => {
  for (const [name, [files, kind]] of Object.entries(faulty))
    test(`${name} is told of once and not tried again`, async () => {
      await using opened = new OpenedClient({}, files);
      const outcomes = await Promise.all([opened.encode("a"), opened.encode("b")]);
      assert.deepEqual(outcomes, [{ kind: "unavailable" }, { kind: "unavailable" }]);
      assert.deepEqual(await opened.encode("c"), { kind: "unavailable" });
      assert.deepEqual(
        opened.faults.map((fault) => [fault.kind, fault.file]),
        [[kind, "encode.onnx"]],
      );
    });

  test("results that are no numbers is told of as such", async () => {
    const files = withFiles(whole, { "encode.onnx": noNumbers });
    const { graphs } = JSON.parse(Buffer.from(files["manifest.json"] as Uint8Array).toString()) as {
      graphs: { encode: { file: string; sha256: string } };
    };
    await using opened = new OpenedClient(
      { manifest: { ...manifest, encodeGraph: graphs.encode } },
      files,
    );
    assert.deepEqual(await opened.encode("a"), { kind: "unavailable" });
    assert.equal(opened.faults[0]?.kind, "output");
  });
});

test("what is under way when the client is closed is not waited for", async () => {
  await using opened = new OpenedClient();
  const outcomes = Promise.all([..."abcdefgh"].map((text) => opened.encode(text)));
  await opened.client.close();
  for (const outcome of await outcomes) assert.deepEqual(outcome, { kind: "unavailable" });
});

const hasThreadPriorities = process.platform === "linux";
test("a thread that encodes lets the others go first, where threads have priorities", async () => {
  if (!hasThreadPriorities) return;
  await using opened = new OpenedClient();
  assert.equal((await opened.client.encode(tokensOf("a = 1"), patience())).kind, "encoded");
  const priorities = readdirSync("/proc/self/task").map((thread) => os.getPriority(Number(thread)));
  assert.ok(priorities.includes(os.constants.priority.PRIORITY_LOW));
  assert.ok(os.getPriority(process.pid) < os.constants.priority.PRIORITY_LOW);
});
