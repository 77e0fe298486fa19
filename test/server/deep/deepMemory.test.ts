/** The deep memory of a workspace, as the main thread sees it. */
import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { test } from "node:test";
import type { SelfTestProgress } from "../../../protocol/deepMemory.ts";
import { MemoryError } from "../../../protocol/errors.ts";
import { filesWith } from "../bank/bankHarness.ts";
import { temporaryFolder } from "../ingest/treesOnDisk.ts";
import { openLm, trainedFolder } from "../lm/lmHarness.ts";
import { settings, workspace } from "../workspaceMemoryHarness.ts";
import { openDeepMemory } from "./deepHarness.ts";

const told = "const BUFFER_LIMIT = 4821;\n";
const other = Array.from({ length: 12 }, (_, i) => `export const other${i} = read(${i});\n`).join(
  "",
);
const asked = "import { read } from './read';\n\nassert BUFFER_LIMIT ==";

test("what one file defines completes another, and says where it came from", async () => {
  using files = workspace({ "src/told.ts": other + told + other, "src/asked.ts": "x\n" });
  await using opened = await openDeepMemory(files);
  const status = await opened.ready(2);
  assert.ok(status.tokensEncoded > 100 && status.bytesOnDisk > 0 && status.shortTermBlocks > 0);
  const completion = await opened.complete("src/asked.ts", asked);
  assert.match(completion?.text ?? "", /^ ?4821/);
  assert.equal(completion?.sources[0]?.path, "src/told.ts");
  const { startLine, endLine } = completion?.sources[0] ?? { startLine: 0, endLine: 0 };
  const shown = (other + told + other).split("\n").slice(startLine, endLine).join("\n");
  assert.match(shown, /4821/);
});

test("a value that was changed is told no more, and a deleted file leaves the model without it", async () => {
  using files = workspace({ "told.ts": other + told, "keep.ts": other });
  await using opened = await openDeepMemory(files);
  const { tokensEncoded: first } = await opened.ready(2);
  assert.match((await opened.complete("a.ts", asked))?.text ?? "", /4821/);

  opened.write({ "told.ts": `${other}// changed\n${told.replace("4821", "7350")}` });
  const { tokensEncoded: before } = await opened.until(
    ({ tokensEncoded, filesToEncode }) => tokensEncoded > first && filesToEncode === 0,
  );
  assert.match((await opened.complete("a.ts", asked))?.text ?? "", /7350/);

  rmSync(path.join(opened.folder, "told.ts"));
  opened.tell("told.ts");
  await opened.until(({ tokensEncoded }) => tokensEncoded < before);
  assert.doesNotMatch((await opened.complete("a.ts", asked))?.text ?? "", /4821|7350/);
});

test("what was encoded is there after the next start, and nothing is encoded again", async () => {
  using files = workspace({ "told.ts": other + told });
  {
    await using first = await openDeepMemory(files);
    await first.ready(1);
    // As a test leaves it that was killed.
    mkdirSync(path.join(first.deepFolder, "self-test-killed"));
  }
  await using second = await openDeepMemory(files);
  let sawWork = false;
  second.deep.onStatusChanged(() => (sawWork ||= second.deep.status().filesToEncode > 0));
  await second.ready(1);
  assert.equal(sawWork, false);
  assert.ok(!readdirSync(second.deepFolder).includes("self-test-killed"));
  assert.match((await second.complete("a.ts", asked))?.text ?? "", /4821/);
});

test("another model's memory is not read but made anew", async () => {
  using files = workspace({ "told.ts": other + told });
  using folder = temporaryFolder();
  {
    await using first = await openDeepMemory(files);
    await first.ready(1);
  }
  const changed = path.join(folder.path, "model");
  cpSync(trainedFolder, changed, { recursive: true });
  const manifest = path.join(changed, "manifest.json");
  writeFileSync(manifest, readFileSync(manifest, "utf8").replace('"0.0.0"', '"0.0.1"'));
  await using second = await openDeepMemory(files, { modelFolder: changed });
  const { renewed } = await second.ready(1);
  assert.equal(renewed, "otherModel");
  assert.match((await second.complete("a.ts", asked))?.text ?? "", /4821/);
});

test("a record that is cut short is encoded again, and told right", async () => {
  using files = workspace({ "told.ts": other + told });
  {
    await using first = await openDeepMemory(files);
    await first.ready(1);
    await first.memory.close();
    const segment = readdirSync(first.deepFolder).find((name) => name.startsWith("segment-"));
    truncateSync(path.join(first.deepFolder, String(segment)), 100);
  }
  await using second = await openDeepMemory(files);
  const { tokensEncoded } = await second.ready(1);
  assert.ok(tokensEncoded > 0);
  assert.match((await second.complete("a.ts", asked))?.text ?? "", /4821/);
});

test("without a model, with a damaged one, and switched off the status says so and requests fail in words", async () => {
  using files = workspace({ "told.ts": told });
  using folder = temporaryFolder();
  const damaged = path.join(folder.path, "damaged");
  cpSync(trainedFolder, damaged, { recursive: true });
  const graph = path.join(damaged, "read.onnx");
  writeFileSync(graph, readFileSync(graph).subarray(0, 5_000));
  const cases = [
    [{ modelFolder: folder.path }, "unavailable", { kind: "noModel" }],
    [
      { modelFolder: damaged },
      "unavailable",
      { kind: "modelFault", cause: "damaged", file: "read.onnx" },
    ],
    [{ enabled: false }, "off", { kind: "disabled" }],
  ] as const;
  for (const [options, state, detail] of cases) {
    await using opened = await openDeepMemory(files, options);
    const status = await opened.until((now) => now.state === state);
    assert.deepEqual(status.detail, detail);
    await assert.rejects(opened.complete("a.ts", asked), {
      errorName: "deepMemoryUnavailable",
      detail: detail.kind,
    });
  }
});

test("a budget that is too small leaves files out and says so", async () => {
  const big = Array.from({ length: 400 }, (_, i) => `export const name${i} = call(${i});\n`).join(
    "",
  );
  using files = workspace({ "a.ts": told, "b.ts": big, "c.ts": `${big}\n` });
  await using opened = await openDeepMemory(files, { maxDiskBytes: 100_000 });
  const status = await opened.until(
    ({ filesLeftOut, filesToEncode }) => filesLeftOut > 0 && filesToEncode === 0,
  );
  assert.equal(status.detail?.kind, "noRoom");
  assert.equal(status.filesLeftOut, 2);
  assert.equal(status.filesEncoded, 1);
});

test("a second process is answered by the first, without a model of its own, and takes over when that ends", async () => {
  using files = workspace({ "told.ts": other + told });
  await using first = await openDeepMemory(files);
  const { tokensEncoded } = await first.ready(1);
  await using second = await openDeepMemory(files, {
    modelFolder: path.join(files.folder, "none"),
  });
  await using third = await openDeepMemory(files);
  for (const window of [second, third]) {
    assert.equal((await window.ready(1)).tokensEncoded, tokensEncoded);
    assert.match((await window.complete("a.ts", asked))?.text ?? "", /4821/);
  }
  const text = `${other}${told}`;
  const asOf = { file: path.join(files.folder, "told.ts"), text };
  const none = new AbortController().signal;
  const { lines } = await second.deep.surprise(asOf, none);
  assert.deepEqual(lines, (await first.deep.surprise(asOf, none)).lines);
  await assert.rejects(second.deep.surprise(asOf, AbortSignal.abort()), { name: "AbortError" });
  const elsewhere = { ...asOf, file: path.join(files.storeDir, "x.ts") };
  await assert.rejects(second.deep.surprise(elsewhere, none), { errorName: "rootNotOpen" });

  await second.memory.close();
  await first.memory.close();
  const { promise: isBack, resolve } = Promise.withResolvers<void>();
  third.deep.onStatusChanged(() => {
    third.complete("a.ts", asked).then(
      (completion) => /4821/.test(completion?.text ?? "") && resolve(),
      (error: unknown) => assert.ok(error instanceof MemoryError),
    );
  });
  await isBack;
  await third.ready(1);
});

test("switched off and on again at once it is open again, and another process was never suspected", async () => {
  using files = workspace({ "told.ts": told });
  await using opened = await openDeepMemory(files);
  await opened.ready(1);
  const kinds = new Set<string | undefined>();
  opened.deep.onStatusChanged(() => kinds.add(opened.deep.status().detail?.kind));
  const on = { ...settings, deepMemory: { enabled: true, maxDiskBytes: 1e9 } };
  await opened.memory.configure({ ...on, deepMemory: { ...on.deepMemory, enabled: false } }, true);
  await opened.memory.configure(on, true);
  await opened.ready(1);
  assert.ok(!kinds.has("otherProcess"));
});

test("while Lore is paused the deep memory is there with what it holds", async () => {
  using files = workspace({ "told.ts": other + told });
  {
    await using first = await openDeepMemory(files);
    await first.ready(1);
  }
  await using second = await openDeepMemory(files, { isPaused: true });
  const { tokensEncoded } = await second.until(({ state }) => state === "paused");
  assert.ok(tokensEncoded > 0);
});

/** Some of a text's tokens as they lie on the disk: those in its middle, which stand so in every cut of it. */
async function tokensOf(text: string): Promise<Buffer> {
  const model = await openLm(trainedFolder);
  const tokens = model.parts.tokenizer.encode(new TextEncoder().encode(text)).slice(20, 40);
  await model.close();
  return Buffer.from(tokens.buffer);
}

test("forgetting a folder leaves no file of its text", async () => {
  using files = workspace({ "told.ts": other + told });
  const words = await tokensOf(other);
  await using opened = await openDeepMemory(files);
  await opened.ready(1);
  assert.ok(filesWith(opened.deepFolder, words).length > 0, "the tokens lie in a segment");
  await opened.memory.forget("root");
  assert.equal(existsSync(opened.deepFolder), false);
});

test("a self-test remembers what it planted, tells how far it is, and leaves nothing behind", async () => {
  const code = Object.fromEntries(
    Array.from({ length: 60 }, (_, i) => [
      `code/${i}.ts`,
      `// file ${i}\n${other.replaceAll("other", `other${i}`)}`,
    ]),
  );
  using files = workspace(code);
  await using opened = await openDeepMemory(files);
  await opened.ready(60);
  const seen: SelfTestProgress[] = [];
  const result = await opened.deep.selfTest(
    { tokens: 4_000, perPoint: 12, distances: [0, 2_000] },
    (progress) => seen.push(progress),
    AbortSignal.timeout(60_000),
  );
  assert.deepEqual(
    result.points.map(({ distance, nAsked }) => [distance, nAsked]),
    [
      [0, 12],
      [2_000, 12],
    ],
  );
  const [near] = result.points;
  assert.ok((near?.accuracy ?? 0) > 0.3, `it remembers ${near?.accuracy}`);
  assert.ok(result.controls.noMemory.accuracy < 0.2);
  assert.ok(result.controls.otherMemory.accuracy < 0.2);
  assert.ok(result.latencyMs.p95 >= result.latencyMs.p50 && result.latencyMs.p50 > 0);
  assert.ok(seen.length > 0 && seen.every(({ done }) => done >= 0 && done <= 1));
  assert.ok(readdirSync(opened.deepFolder).every((name) => !name.startsWith("self-test")));
});

test("a self-test can be cancelled", async () => {
  using files = workspace({ "a.ts": other.repeat(20) });
  await using opened = await openDeepMemory(files);
  await opened.ready(1);
  const controller = new AbortController();
  const running = opened.deep.selfTest(
    { tokens: 1_000, perPoint: 50 },
    () => controller.abort(),
    controller.signal,
  );
  await assert.rejects(running, { name: "AbortError" });
  assert.ok(readdirSync(opened.deepFolder).every((name) => !name.startsWith("self-test")));
});

test("lines that are like the workspace surprise less than others", async () => {
  using files = workspace({
    "a.ts": other + told,
    "b.ts": `${told}zq9 := ~~>{unheard%of}; @@wherever\n`,
  });
  await using opened = await openDeepMemory(files);
  await opened.ready(2);
  const { lines } = await opened.deep.surprise(
    { file: path.join(opened.folder, "b.ts") },
    AbortSignal.timeout(60_000),
  );
  assert.deepEqual(
    lines.map(({ line }) => line),
    [0, 1],
  );
  assert.ok((lines[0]?.nats ?? 9) < (lines[1]?.nats ?? 0));
});

test("what is far from the cursor in the same file is told, and what was saved at the cursor is not", async () => {
  const filler = Array.from({ length: 60 }, (_, i) => `export const far${i} = read(${i});\n`).join(
    "",
  );
  const before = other + told + filler;
  const line = before.split("\n").length;
  const saved = `${before}\nassert BUFFER_LIMIT == 4821;\n${other.replaceAll("other", "behind")}`;
  using files = workspace({ "own.ts": saved, "told.ts": "export const unused = 1;\n" });
  await using opened = await openDeepMemory(files);
  const { tokensEncoded: first } = await opened.ready(2);
  const prefix = `${before}\nassert BUFFER_LIMIT ==`;
  const suffix = saved.slice(saved.indexOf("BUFFER_LIMIT == 4821") + "BUFFER_LIMIT == 4821".length);
  const far = await opened.complete("own.ts", prefix, { line, suffix });
  assert.match(far?.text ?? "", /^ ?4821/);
  const [source] = far?.sources ?? [];
  const at = other.split("\n").length - 1;
  assert.ok(source !== undefined && source.path === "own.ts");
  assert.ok(source.startLine <= at && at < source.endLine && source.endLine < line);
  // An older client does not say where the cursor is.
  const unplaced = await opened.complete("own.ts", prefix, { suffix });
  assert.doesNotMatch(unplaced?.text ?? "", /4821/);

  // Told nowhere but in the line that is being written again.
  const only = `${other}${filler}\nassert BUFFER_LIMIT == 4821;\n${other.replaceAll("other", "behind")}`;
  opened.write({ "own.ts": only });
  await opened.until(
    ({ tokensEncoded, filesToEncode }) => tokensEncoded !== first && filesToEncode === 0,
  );
  const again = `${other}${filler}\nassert BUFFER_LIMIT ==`;
  const own = await opened.complete("own.ts", again, { line: line - 1, suffix });
  assert.doesNotMatch(own?.text ?? "", /4821/);
});

test("the surprise of unsaved text is told, not of the file on the disk", async () => {
  using files = workspace({ "a.ts": other, "b.ts": told });
  await using opened = await openDeepMemory(files);
  await opened.ready(2);
  const { lines } = await opened.deep.surprise(
    { file: path.join(opened.folder, "b.ts"), text: "one\ntwo\nthree\n" },
    AbortSignal.timeout(60_000),
  );
  assert.equal(lines.length, 3);
});
