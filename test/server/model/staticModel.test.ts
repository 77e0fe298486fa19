/** Models as they are found on disk: whole, damaged in every way, not there. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { loadEncoder } from "../../../server/encoderParts.ts";
import type { ModelFaultKind } from "../../../protocol/notices.ts";
import { blankStatus } from "../../../server/ingest/waitingStatus.ts";
import { noticeText } from "../../../server/cli/noticeText.ts";
import { explainNotice } from "../../../extension/memory/explainNotice.ts";
import { modelFolder } from "../../../server/model/modelFolder.ts";
import { loadStaticModel, type ModelOutcome } from "../../../server/model/staticModel.ts";
import { temporaryFolder, writeTree } from "../ingest/treesOnDisk.ts";
import { fixtureModelFolder } from "../workspaceMemoryHarness.ts";
import { fixtureModel, withFile, withManifest, type FixtureFiles } from "./fixtureModel.ts";

const whole = fixtureModel();

function load(files: FixtureFiles): ModelOutcome {
  using folder = temporaryFolder();
  writeTree(folder.path, files);
  return loadStaticModel(modelFolder(folder.path));
}

function without(files: FixtureFiles, name: string): FixtureFiles {
  return Object.fromEntries(Object.entries(files).filter(([other]) => other !== name));
}

test("the committed fixture is what its script writes", () => {
  for (const [name, bytes] of Object.entries(whole))
    assert.deepEqual(
      new Uint8Array(readFileSync(path.join(fixtureModelFolder, name))),
      bytes,
      name,
    );
});

test("a whole model loads", () => {
  const outcome = load(whole);
  assert.equal(outcome.kind, "ready");
  const { model } = outcome;
  assert.match(model.id, /^fixture@1#[0-9a-f]{16}$/);
  assert.equal(model.table.length, model.vocabulary * model.dimensions);
  assert.equal(model.merges.length, (model.vocabulary - 256) * 2);
});

test("whatever changes an embedding changes the model's id", () => {
  const idOf = (files: FixtureFiles): string => {
    const outcome = load(files);
    return outcome.kind === "ready" ? outcome.model.id : assert.fail(JSON.stringify(outcome.fault));
  };
  const changed = [
    whole,
    fixtureModel("2"),
    withManifest(whole, { tokenCap: 1 }),
    withManifest(whole, { maxBytes: 100 }),
    withManifest(whole, { version: "1.1" }),
    withFile(whole, "table", (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([1])])),
  ];
  assert.equal(new Set(changed.map(idOf)).size, changed.length);
});

function tableHeader(change: (bytes: Buffer) => void): FixtureFiles {
  return withFile(whole, "table", (bytes) => {
    change(bytes);
    return bytes;
  });
}

const table = whole["table.bin"] as Uint8Array<ArrayBuffer>;
const damaged: Readonly<Record<string, readonly [FixtureFiles, ModelFaultKind, string]>> = {
  "no manifest": [without(whole, "manifest.json"), "missing", "manifest.json"],
  "no folder": [{}, "missing", "manifest.json"],
  "no table": [without(whole, "table.bin"), "missing", "table.bin"],
  "no tokenizer": [without(whole, "tokenizer.bin"), "missing", "tokenizer.bin"],
  "an empty manifest": [
    { ...whole, "manifest.json": new Uint8Array() },
    "manifestInvalid",
    "manifest.json",
  ],
  "a manifest that is a list": [
    { ...whole, "manifest.json": new Uint8Array(Buffer.from("[1]")) },
    "manifestInvalid",
    "manifest.json",
  ],
  "a later format": [withManifest(whole, { format: 2 }), "otherFormat", "manifest.json"],
  "another kind": [withManifest(whole, { kind: "encoder" }), "manifestInvalid", "manifest.json"],
  "a path for a file": [
    withManifest(whole, { tokenizer: { file: "../../etc/passwd", sha256: "0".repeat(64) } }),
    "manifestInvalid",
    "manifest.json",
  ],
  "a vocabulary of -1": [
    withManifest(whole, { vocabulary: -1 }),
    "manifestInvalid",
    "manifest.json",
  ],
  "a vocabulary of NaN": [
    withManifest(whole, { vocabulary: null }),
    "manifestInvalid",
    "manifest.json",
  ],
  "65 dimensions": [withManifest(whole, { dimensions: 65 }), "dimensions", "manifest.json"],
  "other dimensions than the table": [
    withManifest(whole, { dimensions: 128 }),
    "dimensions",
    "table.bin",
  ],
  "another vocabulary": [withManifest(whole, { vocabulary: 300 }), "dimensions", "tokenizer.bin"],
  "a scale of NaN in the manifest": [
    withManifest(whole, { table: { file: "table.bin", sha256: "0".repeat(64), scale: null } }),
    "scale",
    "table.bin",
  ],
  "a scale of NaN in the table": [
    tableHeader((bytes) => bytes.writeFloatLE(Number.NaN, 16)),
    "scale",
    "table.bin",
  ],
  "a scale of zero": [tableHeader((bytes) => bytes.writeFloatLE(0, 16)), "scale", "table.bin"],
  "a later table": [tableHeader((bytes) => bytes.writeUInt32LE(2, 4)), "otherFormat", "table.bin"],
  "a table cut off": [{ ...whole, "table.bin": table.slice(0, -7) }, "truncated", "table.bin"],
  "a table cut off in its header": [
    { ...whole, "table.bin": table.slice(0, 10) },
    "truncated",
    "table.bin",
  ],
  "a table of nothing": [{ ...whole, "table.bin": new Uint8Array() }, "truncated", "table.bin"],
  "a table with more behind it": [
    withFile(whole, "table", (bytes) => Buffer.concat([bytes, bytes])),
    "truncated",
    "table.bin",
  ],
  "a table that claims to be huge": [
    tableHeader((bytes) => bytes.writeUInt32LE(0xffffffff, 8)),
    "truncated",
    "table.bin",
  ],
  "one changed bit": [
    { ...whole, "table.bin": table.map((byte, i) => (i === 5_000 ? byte ^ 1 : byte)) },
    "damaged",
    "table.bin",
  ],
  "a tokenizer for a table": [
    withManifest(whole, {
      table: {
        ...(
          JSON.parse(Buffer.from(whole["manifest.json"] as Uint8Array).toString()) as {
            tokenizer: object;
          }
        ).tokenizer,
        scale: 1,
      },
    }),
    "damaged",
    "tokenizer.bin",
  ],
  "a merge of tokens to come": [
    withFile(whole, "tokenizer", (bytes) => {
      bytes.writeUInt32LE(256, 12);
      return bytes;
    }),
    "tokenizer",
    "tokenizer.bin",
  ],
};

describe("a model with", () => {
  for (const [name, [files, kind, file]] of Object.entries(damaged))
    test(name, () => {
      const outcome = load(files);
      assert.equal(outcome.kind, "unavailable");
      const { fault } = outcome;
      assert.deepEqual({ kind: fault.kind, file: fault.file }, { kind, file }, fault.detail);
      const notice = {
        kind: "modelUnavailable",
        model: "static",
        cause: fault.kind,
        file: fault.file,
      } as const;
      const echo = (text: string, ...args: unknown[]): string =>
        text.replace("{0}", String(args[0]));
      const sentence = noticeText(
        notice,
        blankStatus({ id: "r", folder: "/r", name: "r" }, "ready", []),
      );
      assert.match(sentence, /^Search works by words only, because the language model /);
      assert.ok(sentence.includes(file));
      assert.equal(explainNotice(notice, echo), sentence);
    });
});

test("a folder in the place of the manifest is no manifest", () => {
  using folder = temporaryFolder();
  writeTree(folder.path, { "manifest.json/inside": "" });
  const outcome = loadEncoder(folder.path);
  assert.equal(outcome.kind === "unavailable" ? outcome.fault.kind : "ready", "missing");
});
