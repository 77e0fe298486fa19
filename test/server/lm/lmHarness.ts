/** Memory language models for tests, in the real runtime. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { EncodedChunk } from "../../../server/lm/chunkEncoder.ts";
import { LmModel } from "../../../server/lm/lmModel.ts";
import type { MemoryTokens } from "../../../server/lm/memoryTokens.ts";
import type { FixtureFiles } from "../model/fixtureModel.ts";

const fixtures = path.resolve(import.meta.dirname, "../../fixtures");
/** Trained for minutes, so that it copies what it remembers; int8. */
export const trainedFolder = path.join(fixtures, "memoryLm");
/** Random weights, in float32: tokens one by one give what they give at once. */
export const tinyFolder = path.join(fixtures, "tinyLm");

/** Returns an opened model, to be closed by whoever asked. */
export async function openLm(folder: string): Promise<LmModel> {
  const outcome = await LmModel.open(folder);
  return outcome.kind === "ready" ? outcome.value : assert.fail(JSON.stringify(outcome));
}

/** Returns the files of a model by name. */
export function filesOf(folder: string): FixtureFiles {
  return Object.fromEntries(
    readdirSync(folder).map((name) => [
      name,
      new Uint8Array(readFileSync(path.join(folder, name))),
    ]),
  );
}

/** Returns the files with some of them changed and the manifest's hashes made to fit. */
export function withFiles(files: FixtureFiles, changed: FixtureFiles): FixtureFiles {
  const all = { ...files, ...changed };
  const manifest = JSON.parse(Buffer.from(all["manifest.json"] as Uint8Array).toString()) as {
    tokenizer: { file: string; sha256: string };
    graphs: Record<string, { file: string; sha256: string }>;
  };
  for (const named of [manifest.tokenizer, ...Object.values(manifest.graphs)])
    named.sha256 = createHash("sha256")
      .update(all[named.file] as Uint8Array)
      .digest("hex");
  return { ...all, "manifest.json": new Uint8Array(Buffer.from(JSON.stringify(manifest))) };
}

/** Returns what chunks leave in memory, as int8, each head of each token with a scale of its own. */
export function memoryOf(model: LmModel, chunks: readonly EncodedChunk[]): MemoryTokens {
  const { dHead } = model.parts.manifest.config;
  const keys = quantised(joined(chunks.map((chunk) => chunk.keys)), dHead);
  const values = quantised(joined(chunks.map((chunk) => chunk.values)), dHead);
  return {
    ids: Uint16Array.from(chunks.flatMap((chunk) => [...chunk.tokens])),
    keys: keys.numbers,
    keyScales: keys.scales,
    values: values.numbers,
    valueScales: values.scales,
  };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

function quantised(x: Float32Array, dHead: number): { numbers: Int8Array; scales: Float32Array } {
  const scales = new Float32Array(x.length / dHead);
  const numbers = new Int8Array(x.length);
  for (let head = 0; head < scales.length; head++) {
    const part = x.subarray(head * dHead, (head + 1) * dHead);
    const scale = Math.max(
      1e-12,
      part.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127,
    );
    scales[head] = scale;
    part.forEach((value, i) => (numbers[head * dHead + i] = Math.round(value / scale)));
  }
  return { numbers, scales };
}

/** Fails unless two rows of numbers are the same but for rounding. */
export function assertNear(found: Float32Array, expected: Float32Array, tolerance: number): void {
  assert.equal(found.length, expected.length);
  for (const [i, value] of expected.entries())
    assert.ok(
      Math.abs((found[i] as number) - value) <= tolerance,
      `${found[i]}, not ${value}, at ${i} of ${found.length}`,
    );
}
