/** One session: what is refused before the runtime sees it, and what of the runtime's is not believed. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ModelFaultKind } from "../../../protocol/notices.ts";
import { ModelFaultError } from "../../../server/model/modelFault.ts";
import { OnnxSession, type GraphSpec } from "../../../server/model/onnxSession.ts";
import { parts } from "./encoderHarness.ts";
import {
  embeddingByHand,
  fixtureEncoder,
  notANumber,
  notOneLong,
  withOutput,
  type EncoderVariant,
} from "./fixtureEncoder.ts";

const spec: GraphSpec = {
  file: "graph.onnx",
  dimensions: 16,
  vocabulary: parts.model.vocabulary,
  maxTokens: 24,
};

function graphOf(variant: EncoderVariant = {}): Uint8Array {
  return fixtureEncoder(variant)["graph.onnx"] as Uint8Array;
}

function isFault(kind: ModelFaultKind): (error: unknown) => boolean {
  return (error) =>
    error instanceof ModelFaultError && error.fault.kind === kind && error.fault.detail !== "";
}

/** The graph with its inputs changed. */
function withInputs(change: (input: "input_ids" | "attention_mask") => object): EncoderVariant {
  return {
    graph: (graph) => ({
      ...graph,
      inputs: graph.inputs.map((input) => ({
        ...input,
        ...change(input.name as "input_ids" | "attention_mask"),
      })),
    }),
  };
}

test("a session embeds what is worked out by hand, in memory of its own", async () => {
  const session = await OnnxSession.open(graphOf(), spec);
  const [first, second] = [Uint16Array.of(5, 300, 5), Uint16Array.of(300, 5, 5)];
  const embedding = await session.embed(first);
  const other = await session.embed(second);
  for (const [tokens, found] of [
    [first, embedding],
    [second, other],
  ] as const)
    for (const [d, value] of embeddingByHand([...tokens]).entries())
      assert.ok(Math.abs((found[d] as number) - value) < 1e-6, `dimension ${d}`);
  assert.notDeepEqual(embedding, other, "the order of tokens counts");
  assert.equal(embedding.buffer.byteLength, 64);
  await session.close();
});

test("tokens for which the graph has no rows never reach the runtime", async () => {
  const session = await OnnxSession.open(graphOf(), spec);
  for (const tokens of [
    Uint16Array.of(),
    new Uint16Array(25),
    Uint16Array.of(1, spec.vocabulary),
    Uint16Array.of(65_535),
  ])
    await assert.rejects(session.embed(tokens), RangeError);
  assert.equal((await session.embed(new Uint16Array(24))).length, 16);
  await session.close();
});

const refused: Readonly<Record<string, readonly [Uint8Array, ModelFaultKind]>> = {
  nothing: [new Uint8Array(), "graph"],
  "what is no graph": [new Uint8Array(2_000).fill(7), "graph"],
  "a graph cut off": [graphOf().slice(0, -100), "graph"],
  "an input of another name": [
    graphOf(withInputs((name) => (name === "input_ids" ? { name: "ids" } : {}))),
    "graph",
  ],
  "an input of another type": [
    graphOf(withInputs((name) => (name === "input_ids" ? { type: "int32" } : {}))),
    "graph",
  ],
  "an input of one length only": [graphOf(withInputs(() => ({ shape: ["B", 8] }))), "graph"],
  "a third input": [
    graphOf({
      graph: (graph) => ({
        ...graph,
        inputs: [...graph.inputs, { name: "types", type: "int64", shape: ["B", "T"] }],
      }),
    }),
    "graph",
  ],
  "no output of the name": [graphOf(withOutput({ name: "vector" })), "graph"],
  "other dimensions": [graphOf(), "dimensions"],
};

describe("a session does not open with", () => {
  for (const [name, [bytes, kind]] of Object.entries(refused))
    test(name, () =>
      assert.rejects(
        OnnxSession.open(bytes, kind === "dimensions" ? { ...spec, dimensions: 32 } : spec),
        isFault(kind),
      ),
    );
});

const unbelievable: Readonly<Record<string, EncoderVariant>> = {
  "no numbers": notANumber,
  "another length": notOneLong,
  "other dimensions where the graph leaves them open": {
    graph: (graph) => ({
      ...graph,
      outputs: graph.outputs.map((output) => ({ ...output, shape: ["B", "D"] })),
      nodes: [
        ...graph.nodes.slice(0, -1),
        { op: "Identity", inputs: ["mask"], output: "embedding" },
      ],
    }),
  },
  "an error of the runtime's": {
    graph: (graph) => ({
      ...graph,
      constants: graph.constants.map((constant) =>
        constant.name === "weights"
          ? { ...constant, shape: [1, 16], values: constant.values.slice(0, 16) }
          : constant,
      ),
    }),
  },
};

describe("what a session does not return:", () => {
  for (const [name, variant] of Object.entries(unbelievable))
    test(name, async () => {
      const session = await OnnxSession.open(graphOf(variant), spec);
      await assert.rejects(session.embed(Uint16Array.of(1, 2, 3)), isFault("output"));
      await session.close();
    });
});
