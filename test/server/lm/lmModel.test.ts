/** Models as they are found on disk: whole, damaged in every way, not there. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ModelFaultKind } from "../../../protocol/notices.ts";
import { loadLmParts, LmModel, type LmOutcome } from "../../../server/lm/lmModel.ts";
import type { ModelFault } from "../../../server/model/modelFault.ts";
import { ModelFaultError } from "../../../server/model/modelFault.ts";
import { modelFolder } from "../../../server/model/modelFolder.ts";
import { temporaryFolder, writeTree } from "../ingest/treesOnDisk.ts";
import { withManifest, type FixtureFiles } from "../model/fixtureModel.ts";
import { filesOf, tinyFolder, trainedFolder, withFiles } from "./lmHarness.ts";

const whole = filesOf(tinyFolder);
const manifest = JSON.parse(Buffer.from(whole["manifest.json"] as Uint8Array).toString()) as {
  readonly config: Readonly<Record<string, number>>;
  readonly graphs: object;
};

async function open(files: FixtureFiles): Promise<LmOutcome<LmModel>> {
  using folder = temporaryFolder();
  writeTree(folder.path, files);
  return await LmModel.open(folder.path);
}

async function faultOf(files: FixtureFiles): Promise<ModelFault> {
  const outcome = await open(files);
  return outcome.kind === "unavailable" ? outcome.fault : assert.fail(outcome.kind);
}

function without(name: string): FixtureFiles {
  return Object.fromEntries(Object.entries(whole).filter(([other]) => other !== name));
}

/** A file changed and the manifest left as it is. */
function spoiled(
  name: string,
  change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>,
): FixtureFiles {
  return { ...whole, [name]: change((whole[name] as Uint8Array<ArrayBuffer>).slice()) };
}

function withConfig(fields: object): FixtureFiles {
  return withManifest(whole, { config: { ...manifest.config, ...fields } });
}

/** The tokenizer with a number in it replaced, and the manifest's hash made to fit. */
function withTokenizerNumber(at: number, value: number): FixtureFiles {
  const bytes = (whole["tokenizer.bin"] as Uint8Array<ArrayBuffer>).slice();
  new DataView(bytes.buffer).setUint32(at, value, true);
  return withFiles(whole, { "tokenizer.bin": bytes });
}

/** The files with a stretch of a graph's largest matrix overwritten by what is no number in any alignment. */
function withoutNumbers(name: string, start: number): FixtureFiles {
  const bytes = (whole[name] as Uint8Array<ArrayBuffer>).slice();
  return withFiles(whole, { [name]: bytes.fill(0xff, start, start + 4_000) });
}

test("a folder without a manifest holds no model, which is no fault", async () => {
  assert.deepEqual(await open(without("manifest.json")), { kind: "absent" });
  assert.deepEqual(await LmModel.open("/nowhere/at/all"), { kind: "absent" });
});

test("the id follows the tokenizer and the graph that writes, and not the one that reads", async () => {
  const idOf = (files: FixtureFiles): string => {
    using folder = temporaryFolder();
    writeTree(folder.path, files);
    const outcome = loadLmParts(modelFolder(folder.path));
    return outcome.kind === "ready" ? outcome.value.id : assert.fail(JSON.stringify(outcome));
  };
  const id = idOf(whole);
  assert.match(id, /^tiny@0\.0\.0#[0-9a-f]{16}$/);
  assert.equal(idOf(withFiles(whole, { "read.onnx": Uint8Array.of(1) })), id);
  for (const other of [
    withFiles(whole, { "encode.onnx": Uint8Array.of(1) }),
    withTokenizerNumber(12, 65),
    withManifest(whole, { headerTokens: 16 }),
    withConfig({ window: 100 }),
  ])
    assert.notEqual(idOf(other), id);
});

const refused: Readonly<Record<string, readonly [FixtureFiles, ModelFaultKind, string]>> = {
  "a manifest that is no JSON": [
    spoiled("manifest.json", (bytes) => bytes.subarray(0, -5)),
    "manifestInvalid",
    "manifest.json",
  ],
  "a manifest of another format": [
    withManifest(whole, { format: 2 }),
    "otherFormat",
    "manifest.json",
  ],
  "another kind of model": [
    withManifest(whole, { kind: "encoder" }),
    "manifestInvalid",
    "manifest.json",
  ],
  "a file outside the folder": [
    withManifest(whole, { tokenizer: { file: "../tokenizer.bin", sha256: "0".repeat(64) } }),
    "manifestInvalid",
    "manifest.json",
  ],
  "no reading graph in the manifest": [
    withManifest(whole, { graphs: { ...manifest.graphs, read: undefined } }),
    "manifestInvalid",
    "manifest.json",
  ],
  "a header longer than the window": [
    withManifest(whole, { headerTokens: 201 }),
    "manifestInvalid",
    "manifest.json",
  ],
  "no tokenizer": [without("tokenizer.bin"), "missing", "tokenizer.bin"],
  "no writing graph": [without("encode.onnx"), "missing", "encode.onnx"],
  "no reading graph": [without("read.onnx"), "missing", "read.onnx"],
  "a tokenizer cut off": [
    spoiled("tokenizer.bin", (bytes) => bytes.subarray(0, -4)),
    "truncated",
    "tokenizer.bin",
  ],
  "a tokenizer with one bit changed": [
    spoiled("tokenizer.bin", flipped),
    "damaged",
    "tokenizer.bin",
  ],
  "a merge of a token that is not there yet": [
    withTokenizerNumber(12, 256),
    "tokenizer",
    "tokenizer.bin",
  ],
  "a merge that is there twice": [
    withFiles(whole, {
      "tokenizer.bin": (whole["tokenizer.bin"] as Uint8Array<ArrayBuffer>)
        .slice()
        .copyWithin(20, 12, 20),
    }),
    "tokenizer",
    "tokenizer.bin",
  ],
  "more merges than its vocabulary": [
    withConfig({ vocabulary: 300 }),
    "dimensions",
    "tokenizer.bin",
  ],
  "a writing graph cut off": [
    spoiled("encode.onnx", (bytes) => bytes.subarray(0, -9)),
    "damaged",
    "encode.onnx",
  ],
  "a reading graph with one bit changed": [spoiled("read.onnx", flipped), "damaged", "read.onnx"],
  "what is no graph": [
    withFiles(whole, { "read.onnx": new Uint8Array(2_000).fill(7) }),
    "graph",
    "read.onnx",
  ],
  "the reading graph for the writing one": [
    withFiles(whole, { "encode.onnx": whole["read.onnx"] as Uint8Array<ArrayBuffer> }),
    "graph",
    "encode.onnx",
  ],
  "the graphs of another model": [
    withFiles(whole, {
      "read.onnx": filesOf(trainedFolder)["read.onnx"] as Uint8Array<ArrayBuffer>,
    }),
    "graph",
    "read.onnx",
  ],
};

/** What each size of the manifest is changed to, and the fault. */
const sizes: Readonly<Record<string, readonly [number | string, ModelFaultKind]>> = {
  vocabulary: [321, "graph"],
  d_model: [32, "graph"],
  n_layers: [4, "graph"],
  n_heads: [3, "manifestInvalid"],
  n_kv_heads: [1, "graph"],
  bank_layer: [1, "graph"],
  d_head: [16, "graph"],
  window: [1e9, "manifestInvalid"],
  conv: [3, "manifestInvalid"],
  d_ffn: ["24", "manifestInvalid"],
};

describe("a model is refused with", () => {
  for (const [name, [files, kind, file]] of Object.entries(refused))
    test(name, async () => {
      const fault = await faultOf(files);
      assert.deepEqual({ kind: fault.kind, file: fault.file }, { kind, file }, fault.detail);
      assert.notEqual(fault.detail, "");
    });

  for (const [name, [value, kind]] of Object.entries(sizes))
    test(`another ${name} than its graphs or than Lore reads`, async () => {
      const fault = await faultOf(withConfig({ [name]: value }));
      assert.equal(fault.kind, kind, fault.detail);
    });

  for (const [name, value] of [
    ["n_layers", 2],
    ["bank_layer", 0],
    ["bank_layer", 4],
    ["d_head", 7],
  ] as const)
    test(`${name} ${value}`, async () =>
      assert.equal((await faultOf(withConfig({ [name]: value }))).kind, "manifestInvalid"));
});

test("every other file than a model's opens as a fault or not at all, and never throws", async () => {
  for (const name of ["manifest.json", "tokenizer.bin"])
    for (let at = 0; at < (whole[name] as Uint8Array).length; at += 29) {
      const outcome = await open(
        spoiled(name, (bytes) => bytes.fill(0x30 + (at % 10), at, at + 3)),
      );
      assert.ok(["unavailable", "ready"].includes(outcome.kind));

      if (outcome.kind === "ready") await outcome.value.close();
    }
});

describe("a graph whose numbers are none", () => {
  const tokens = Uint16Array.from({ length: 320 }, (_, token) => token);
  const isOutput = (error: unknown): boolean =>
    error instanceof ModelFaultError &&
    error.fault.kind === "output" &&
    /not finite/.test(error.fault.detail);

  test("leaves nothing in memory, and appends nothing", async () => {
    const outcome = await open(withoutNumbers("encode.onnx", 8_000));
    assert.ok(outcome.kind === "ready");
    const model = outcome.value;
    await assert.rejects(model.encodeChunk(tokens.subarray(0, 150)), isOutput);
    const sequence = model.sequence();
    await assert.rejects(sequence.append(tokens.subarray(0, 150)), isOutput);
    assert.equal(sequence.length, 0);
    await model.close();
  });

  test("predicts nothing", async () => {
    const outcome = await open(withoutNumbers("read.onnx", 55_000));
    assert.ok(outcome.kind === "ready");
    const sequence = outcome.value.sequence();
    await sequence.append(tokens.subarray(0, 150));
    await assert.rejects(sequence.read(undefined), isOutput);
    await assert.rejects(sequence.score(undefined, new Uint16Array(150)), isOutput);
    await outcome.value.close();
  });
});

function flipped(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const at = bytes.length >> 1;
  bytes[at] = (bytes[at] as number) ^ 1;
  return bytes;
}
