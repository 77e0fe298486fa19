/** Encoders as they are found on disk: whole, damaged in every way, of another version, not there. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { explainNotice } from "../../../extension/memory/explainNotice.ts";
import type { ModelFaultKind } from "../../../protocol/notices.ts";
import { noticeText } from "../../../server/cli/noticeText.ts";
import { blankStatus } from "../../../server/ingest/waitingStatus.ts";
import { manifestOutcome } from "./encoderHarness.ts";
import { fixtureEncoder } from "./fixtureEncoder.ts";
import type { FixtureFiles } from "./fixtureModel.ts";

const file = "manifest.json";
const hash = "0".repeat(64);

test("a whole manifest is read", () => {
  const outcome = manifestOutcome(fixtureEncoder());
  assert.equal(outcome.kind, "read");
  const { graph, ...manifest } = outcome.manifest;
  assert.deepEqual(manifest, {
    name: "fixture-encoder",
    version: "1",
    dimensions: 16,
    maxQueryTokens: 12,
    maxCodeTokens: 24,
    rerank: { weight: 0.5, candidates: 3 },
  });
  assert.equal(graph.file, "graph.onnx");
});

test("the number of tokens need not be told", () => {
  const outcome = manifestOutcome(fixtureEncoder({ manifest: { vocabulary: undefined } }));
  assert.equal(outcome.kind, "read");
});

test("no encoder is no fault", () => {
  assert.deepEqual(manifestOutcome({}), { kind: "absent" });
  const { "graph.onnx": graph } = fixtureEncoder();
  assert.deepEqual(manifestOutcome({ "graph.onnx": graph as FixtureFiles[string] }), {
    kind: "absent",
  });
});

const damaged: Readonly<Record<string, readonly [object, ModelFaultKind]>> = {
  "a later format": [{ format: 2 }, "otherFormat"],
  "no format": [{ format: undefined }, "otherFormat"],
  "another kind": [{ kind: "static" }, "manifestInvalid"],
  "another tokenizer": [{ tokenizer: { sha256: hash } }, "otherTokenizer"],
  "no tokenizer": [{ tokenizer: undefined }, "manifestInvalid"],
  "a tokenizer without a hash": [{ tokenizer: { sha256: "none" } }, "manifestInvalid"],
  "another vocabulary": [{ vocabulary: 32_768 }, "manifestInvalid"],
  "no dimensions": [{ dimensions: 0 }, "manifestInvalid"],
  "dimensions that are no number": [{ dimensions: null }, "manifestInvalid"],
  "a path for a graph": [{ graph: { file: "../graph.onnx", sha256: hash } }, "manifestInvalid"],
  "a graph without a hash": [{ graph: { file: "graph.onnx" } }, "manifestInvalid"],
  "no tokens of a question": [{ maxQueryTokens: 0 }, "manifestInvalid"],
  "half a token of code": [{ maxCodeTokens: 1.5 }, "manifestInvalid"],
  "nothing on the ranking": [{ rerank: undefined }, "manifestInvalid"],
  "a weight that changes nothing": [{ rerank: { weight: 0, candidates: 3 } }, "manifestInvalid"],
  "a weight that turns the order round": [
    { rerank: { weight: -1, candidates: 3 } },
    "manifestInvalid",
  ],
  "a weight that is no number": [{ rerank: { weight: null, candidates: 3 } }, "manifestInvalid"],
  "no candidates": [{ rerank: { weight: 1, candidates: 0 } }, "manifestInvalid"],
  "more candidates than can be read": [
    { rerank: { weight: 1, candidates: 1_000_000 } },
    "manifestInvalid",
  ],
  "a name that is none": [{ name: "<script>" }, "manifestInvalid"],
};

const echo = (text: string, ...args: unknown[]): string => text.replace("{0}", String(args[0]));

function assertTold(cause: ModelFaultKind, of: string): void {
  const notice = { kind: "modelUnavailable", model: "encoder", cause, file: of } as const;
  const status = blankStatus({ id: "r", folder: "/r", name: "r" }, "ready", []);
  const sentence = noticeText(notice, status);
  assert.match(sentence, /^Places are put in a less exact order, because /);
  assert.ok(sentence.includes(of));
  const inEditor = explainNotice(notice, echo);
  const remedy = /Run .*$/;
  assert.equal(inEditor.replace(remedy, ""), sentence.replace(remedy, ""));
}

describe("an encoder with", () => {
  for (const [name, [fields, kind]] of Object.entries(damaged))
    test(name, () => {
      const outcome = manifestOutcome(fixtureEncoder({ manifest: fields }));
      assert.equal(outcome.kind, "unavailable");
      assert.deepEqual(
        { kind: outcome.fault.kind, file: outcome.fault.file },
        { kind, file },
        outcome.fault.detail,
      );
      assertTold(kind, file);
    });

  for (const [name, text] of [
    ["an empty manifest", ""],
    ["a manifest cut off", '{"format": 1, "kind": "enc'],
    ["a list for a manifest", "[1]"],
  ] as const)
    test(name, () => {
      const bytes = new Uint8Array(Buffer.from(text));
      const outcome = manifestOutcome({ ...fixtureEncoder(), [file]: bytes });
      assert.equal(outcome.kind === "unavailable" && outcome.fault.kind, "manifestInvalid");
    });
});

test("every fault that shows only in use has its sentence", () => {
  for (const cause of ["missing", "damaged", "graph", "dimensions", "output"] as const)
    assertTold(cause, "graph.onnx");
  for (const cause of ["runtime", "thread"] as const) assertTold(cause, "");
});
