/**
 * A transformer encoder's stand-in that is small enough to be worked out by hand: it adds the rows of its tokens,
 * each weighed by where it stands, and makes the sum one long. Its graphs are real ones for the ONNX Runtime, and
 * its tokens are those of the fixture's static model.
 */
import { createHash } from "node:crypto";
import { randomNumbers } from "../workspaceMemoryHarness.ts";
import { fixtureModel, type FixtureFiles } from "./fixtureModel.ts";
import { onnxFile, type GraphValue, type OnnxGraph } from "./onnxGraph.ts";

const dimensions = 16;
const maxQueryTokens = 12;
const maxCodeTokens = 24;
export const fixtureRerank = { weight: 0.5, candidates: 3 };

const fixtureManifest = JSON.parse(
  Buffer.from(fixtureModel()["manifest.json"] as Uint8Array).toString(),
) as { vocabulary: number; tokenizer: { sha256: string } };
const { vocabulary } = fixtureManifest;

/** What makes one fixture differ from another. */
export interface EncoderVariant {
  readonly version?: string;
  /** What the graph is changed to. */
  readonly graph?: (graph: OnnxGraph) => OnnxGraph;
  /** What stands in the manifest instead. */
  readonly manifest?: object;
  /** What becomes of the graph's file after it was hashed. */
  readonly file?: (bytes: Buffer) => Buffer;
}

/** Returns the encoder's files by name. */
export function fixtureEncoder(variant: EncoderVariant = {}): FixtureFiles {
  const { version = "1", graph = (same) => same, manifest = {}, file = (same) => same } = variant;
  const bytes = onnxFile(graph(plainGraph(Number(version))));
  const written = {
    format: 1,
    kind: "encoder",
    name: "fixture-encoder",
    version,
    dimensions,
    vocabulary,
    tokenizer: { sha256: fixtureManifest.tokenizer.sha256 },
    graph: { file: "graph.onnx", sha256: sha256(bytes) },
    maxQueryTokens,
    maxCodeTokens,
    rerank: fixtureRerank,
    trainedOn: "nothing: made by test/server/model/fixtureEncoder.ts",
    ...manifest,
  };
  return {
    "manifest.json": new Uint8Array(Buffer.from(`${JSON.stringify(written, undefined, 2)}\n`)),
    "graph.onnx": new Uint8Array(file(bytes)),
  };
}

/** Returns the embedding of tokens, worked out without any runtime. */
export function embeddingByHand(tokens: readonly number[], version = "1"): number[] {
  const { rows, weights } = tables(Number(version));
  const sum = new Array<number>(dimensions).fill(0);
  for (const [at, token] of tokens.entries())
    for (let d = 0; d < dimensions; d++)
      sum[d] =
        (sum[d] as number) +
        (rows[token * dimensions + d] as number) * (weights[(at + 1) * dimensions + d] as number);
  const norm = Math.hypot(...sum);
  return sum.map((value) => value / norm);
}

/** The graph with its output under another name, of another type or of another shape. */
export function withOutput(change: Partial<GraphValue>): EncoderVariant {
  return {
    graph: (graph) => ({
      ...graph,
      outputs: graph.outputs.map((output) => ({ ...output, ...change })),
      nodes: graph.nodes.map((node) =>
        node.output === "embedding" && change.name !== undefined
          ? { ...node, output: change.name }
          : node,
      ),
    }),
  };
}

/** The graph without its last step, which makes the sum one long. */
export const notOneLong: EncoderVariant = {
  graph: (graph) => ({
    ...graph,
    nodes: [...graph.nodes.slice(0, -2), { op: "Identity", inputs: ["sum"], output: "embedding" }],
  }),
};

/** Rows of nothing: the sum is zero, and zero by zero is no number. */
export const notANumber: EncoderVariant = {
  graph: (graph) => ({
    ...graph,
    constants: graph.constants.map((constant) =>
      constant.name === "rows"
        ? { ...constant, values: new Float32Array(constant.values.length) }
        : constant,
    ),
  }),
};

function plainGraph(seed: number): OnnxGraph {
  const { rows, weights } = tables(seed);
  return {
    inputs: [
      { name: "input_ids", type: "int64", shape: ["B", "T"] },
      { name: "attention_mask", type: "int64", shape: ["B", "T"] },
    ],
    outputs: [{ name: "embedding", type: "float32", shape: ["B", dimensions] }],
    constants: [
      { name: "rows", shape: [vocabulary, dimensions], values: rows },
      { name: "weights", shape: [weights.length / dimensions, dimensions], values: weights },
      { name: "one", shape: [1], values: BigInt64Array.of(1n) },
      { name: "two", shape: [1], values: BigInt64Array.of(2n) },
    ],
    nodes: [
      { op: "Gather", inputs: ["rows", "input_ids"], output: "read" },
      { op: "CumSum", inputs: ["attention_mask", "one"], output: "places" },
      { op: "Gather", inputs: ["weights", "places"], output: "weighing" },
      { op: "Mul", inputs: ["read", "weighing"], output: "weighed" },
      { op: "Cast", inputs: ["attention_mask"], output: "mask", attributes: { to: 1 } },
      { op: "Unsqueeze", inputs: ["mask", "two"], output: "wide" },
      { op: "Mul", inputs: ["weighed", "wide"], output: "kept" },
      { op: "ReduceSum", inputs: ["kept", "one"], output: "sum", attributes: { keepdims: 0 } },
      { op: "ReduceL2", inputs: ["sum"], output: "length", attributes: { axes: [1] } },
      { op: "Div", inputs: ["sum", "length"], output: "embedding" },
    ],
  };
}

/** Row 0 of the weights belongs to no place. */
function tables(seed: number): { rows: Float32Array; weights: Float32Array } {
  const random = randomNumbers(seed);
  const numbers = (n: number): Float32Array =>
    Float32Array.from({ length: n * dimensions }, () => Math.round((random() - 0.5) * 200) / 100);
  return { rows: numbers(vocabulary), weights: numbers(maxCodeTokens + 1) };
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
