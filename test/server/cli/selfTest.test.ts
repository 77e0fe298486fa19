import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import type { DeepMemoryStatus } from "../../../protocol/deepMemory.ts";
import { exitCodes } from "../../../server/cli/commandTable.ts";
import { deepMemoryLine } from "../../../server/cli/deepMemoryText.ts";
import { curveLines } from "../../../server/cli/retentionText.ts";
import { selfTestProgressText } from "../../../server/cli/selfTestCommand.ts";
import type { DeepMemoryService } from "../../../server/services.ts";
import {
  deepStatus,
  inMemoryDeepMemory,
  selfTestResult,
  untilAborted,
} from "../../protocol/inMemoryServices.ts";
import { cliBench } from "./around.ts";

describe("lore self-test", () => {
  it("draws the curve, with intervals, controls and costs", async (t) => {
    const bench = cliBench(t);
    const { code, out, err } = await bench.run(["self-test", "project", "--tokens", "4096"]);
    assert.equal(code, exitCodes.ok);
    assert.equal(err, "");
    assert.match(out, /100 % ┤ {2}████\n {6}│ {2}████\n/);
    assert.match(out, / 50 % ┤ {2}████ {3}████\n/);
    assert.match(out, / 0 % ┼─+\n +0 +4k\n/);
    assert.match(out, / 0 +100\.0 % +91\.0 % – 100\.0 % +40\n/);
    assert.match(out, /4,096 +50\.0 % +35\.0 % – 65\.0 % +40\n/);
    assert.match(out, /without memory +50\.0 %/);
    assert.match(
      out,
      /One question: 12 ms \(95 % within 30 ms\)\. Memory: 300\.0 MB\. Disk: 2\.0 MB/,
    );
    assert.doesNotMatch(out, /holds only|\x1b/);
    assert.deepEqual(bench.services.deep.calls, [["selfTest", { tokens: 4_096 }]]);
  });

  it("hands on what was asked for and prints JSON", async (t) => {
    const bench = cliBench(t);
    const words = ["--tokens", "160k", "--points", "0, 4096,160k", "--per-point", "50", "--json"];
    const { out } = await bench.run(["self-test", "project", ...words]);
    const asked = { tokens: 160_000, perPoint: 50, distances: [0, 4_096, 160_000] };
    assert.deepEqual(bench.services.deep.calls, [["selfTest", asked]]);
    const printed = JSON.parse(out) as Record<string, unknown>;
    assert.deepEqual(printed, { folder: bench.folder, tokens: 160_000, ...selfTestResult });
  });

  it("says when the folder holds too little code to go that far", async (t) => {
    const bench = cliBench(t);
    const { out } = await bench.run(["self-test", "project", "--tokens", "1M"]);
    assert.match(out, /holds only 4,096 tokens of code.*never repeated/);
  });

  it("shows its progress on a terminal only, and ends at Ctrl-C", async (t) => {
    const interrupt = new AbortController();
    const deep: DeepMemoryService = {
      ...inMemoryDeepMemory(),
      selfTest: (_params, progress, signal) => {
        progress({ phase: "streaming", done: 0.5, tokensStreamed: 2_048, points: [] });
        interrupt.abort();
        return untilAborted(signal);
      },
    };
    const bench = cliBench(t, {}, { deep });
    const options = { signal: interrupt.signal, terminal: true };
    const { code, err } = await bench.run(["self-test", "project"], options);
    assert.equal(code, exitCodes.interrupted);
    assert.match(err, /\[#{12}-{12}\] {2}50 % streaming code past them, 2,048 tokens so far/);
    assert.match(err, /Interrupted/);
    assert.equal(bench.closed(), 1);
  });

  it("waits for the model to be loaded", async (t) => {
    const bench = cliBench(t);
    const { deep } = bench.services;
    deep.announce({ ...deepStatus, state: "starting" });
    const running = bench.run(["self-test", "project", "--tokens", "16k"]);
    setImmediate(() => deep.announce(deepStatus));
    assert.equal((await running).code, exitCodes.ok);
  });

  for (const [change, sentence] of [
    [{ state: "off", detail: { kind: "disabled" } }, /switched off/],
    [{ state: "off" }, /switched off/],
    [{ state: "unavailable", detail: { kind: "noModel" } }, /model is not installed/],
    [{ state: "unavailable", detail: { kind: "noRuntime" } }, /cannot run its model/],
    [
      {
        state: "unavailable",
        detail: { kind: "modelFault", cause: "damaged", file: "read\u001b.onnx" },
      },
      /damaged, read\\u\{1b\}\.onnx/,
    ],
  ] as [Partial<DeepMemoryStatus>, RegExp][]) {
    it(`says why it cannot test: ${JSON.stringify(change)}`, async (t) => {
      const bench = cliBench(t);
      bench.services.deep.announce({ ...deepStatus, ...change });
      const said = await bench.run(["self-test", "project"]);
      assert.equal(said.code, exitCodes.failed);
      assert.match(said.err, sentence);
      const { err } = await bench.run(["self-test", "project", "--json"]);
      const { error } = JSON.parse(err) as { error: { name: string } };
      assert.equal(error.name, "deepMemoryUnavailable");
      assert.deepEqual(bench.services.deep.calls, []);
    });
  }

  it("keeps within a narrow terminal, and within the scale", () => {
    const progress = { phase: "asking", done: 0.999, tokensStreamed: 1e6, points: [] } as const;
    assert.equal(selfTestProgressText(progress, 34), "[#######-]  99 % asking for them");
    assert.equal(selfTestProgressText({ ...progress, done: 7 }, 20), "[########] 100 %");
    const point = { low: 0, high: 1, nAsked: 1, distance: 0 };
    const rows = curveLines([
      { ...point, accuracy: 9 },
      { ...point, accuracy: -1 },
    ]);
    assert.equal(rows.filter((row) => row.includes("█")).length, 8);
  });
});

describe("lore complete", () => {
  const source = "const a = 1;\r\nconst b = \r\n";

  it("shows what would be written and where it is from", async (t) => {
    const bench = cliBench(t);
    writeFileSync(path.join(bench.folder, "a.ts"), source);
    bench.services.deep.complete = (params) => {
      bench.services.deep.calls.push(["complete", params]);
      const place = { rootId: "r", path: "src/\u001bb.ts", startLine: 4, endLine: 9, weight: 0.42 };
      const completion = { text: "tide();", confidence: 0.87, sources: [place] };
      return Promise.resolve({ completion, tookMs: 12 });
    };
    const { code, out, err } = await bench.run(["complete", "project", "a.ts:2"]);
    assert.equal(code, exitCodes.ok);
    assert.equal(out, "tide();\n 42 %  src/\\u{1b}b.ts:5-9\n");
    assert.match(err, /87 % sure, 12 ms\. Deep memory: 3 of 3 files/);
    const file = path.join(bench.folder, "a.ts");
    const asked = { file, line: 1, languageId: "typescript", prefix: "const a = 1;\r\nconst b = " };
    assert.deepEqual(bench.services.deep.calls, [["complete", { ...asked, suffix: "\r\n" }]]);
  });

  it("waits until the deep memory is filled, with its progress on a terminal", async (t) => {
    const bench = cliBench(t);
    const { deep } = bench.services;
    const filling = { ...deepStatus, state: "filling", filesEncoded: 1, filesToEncode: 2 } as const;
    writeFileSync(path.join(bench.folder, "a.ts"), source);
    const listen = deep.onStatusChanged;
    deep.announce(filling);
    deep.onStatusChanged = (listener) => {
      setImmediate(() => deep.announce(deepStatus));
      return listen(listener);
    };
    let asked: string | undefined;
    deep.complete = () => {
      asked = deep.status().state;
      return Promise.resolve({ tookMs: 1 });
    };
    const { err } = await bench.run(["complete", "project", "a.ts:2"], { terminal: true });
    assert.equal(asked, deepStatus.state);
    assert.match(err, /deep memory: 1 of 3 files/);
  });

  it("takes a column, and no more text than the protocol does", async (t) => {
    const bench = cliBench(t);
    writeFileSync(path.join(bench.folder, "a.ts"), `${"x".repeat(9_000)}\n${"y".repeat(9_000)}`);
    await bench.run(["complete", "project", "a.ts:2:5"]);
    const [, params] = bench.services.deep.calls[0] ?? [];
    const { prefix, suffix } = params as { prefix: string; suffix: string };
    assert.equal(prefix.length, 8_192);
    assert.ok(prefix.endsWith("x\nyyyy"));
    assert.equal(suffix, "y".repeat(2_048));
  });

  it("says that there is nothing, that the file is not there, and that the line is not", async (t) => {
    const bench = cliBench(t);
    writeFileSync(path.join(bench.folder, "a.ts"), source);
    bench.services.deep.complete = () => Promise.resolve({ tookMs: 1 });
    const nothing = await bench.run(["complete", "project", "a.ts:1"]);
    assert.deepEqual([nothing.code, nothing.out], [exitCodes.nothing, "Nothing worth showing.\n"]);
    const gone = await bench.run(["complete", "project", "b.ts:1"]);
    assert.match(gone.err, /b\.ts cannot be read \(ENOENT\)/);
    const beyond = await bench.run(["complete", "project", "a.ts:9"]);
    assert.match(beyond.err, /a\.ts has 2 lines; there is no line 9/);
  });
});

describe("lore status", () => {
  it("says how much the deep memory holds and why not more", async (t) => {
    const bench = cliBench(t);
    bench.services.deep.announce({
      ...deepStatus,
      filesLeftOut: 2,
      detail: { kind: "noRoom" },
    });
    const { folder } = bench;
    await bench.run(["index", folder]);
    const { out } = await bench.run(["status", folder]);
    assert.match(
      out,
      / {2}Deep memory: 3 of 5 files, 900 tokens, 400\.0 KB on disk\. Its room on disk is used up/,
    );
    const { out: json } = await bench.run(["status", folder, "--json"]);
    assert.equal((JSON.parse(json) as { deep: DeepMemoryStatus }).deep.filesLeftOut, 2);
  });

  it("says how fast it fills, that it starts, and what stopped it", () => {
    const line = (change: Partial<DeepMemoryStatus>): string =>
      deepMemoryLine({ ...deepStatus, ...change });
    assert.match(
      line({ state: "filling", filesToEncode: 1, tokensToEncode: 5_000, tokensPerSecond: 2_500 }),
      /3 of 4 files.*filling, 5,000 tokens to go at 2,500 a second\.$/,
    );
    assert.equal(line({ state: "starting" }), "Deep memory: starting.");
    assert.match(line({ state: "paused", detail: { kind: "memoryPressure" } }), /short of memory/);
    assert.match(line({ state: "paused", detail: { kind: "diskFull" } }), /disk is full/);
    assert.match(line({ state: "paused", detail: { kind: "otherProcess" } }), /keeps it/);
    const renewed = "damaged";
    assert.match(
      line({ state: "filling", renewed }),
      /filled anew: what was on the disk was damaged/,
    );
    assert.doesNotMatch(line({ state: "ready", renewed }), /anew/);
  });
});
