/** A transformer encoder's graph in the ONNX Runtime: tokens go in, an embedding comes out. Running blocks the thread. */
import { ModelFaultError } from "./modelFault.ts";
import { OnnxGraph } from "./onnxRuntime.ts";

/** What an encoder's graph has to be. */
export interface GraphSpec {
  /** The name by which a fault tells of it. */
  readonly file: string;
  /** Length of an embedding. */
  readonly dimensions: number;
  /** Tokens are below it. */
  readonly vocabulary: number;
  /** A text has at most so many tokens. */
  readonly maxTokens: number;
}

const outputName = "embedding";
/** How far an embedding's length may be from one: the rounding of float32, many times over. */
const normTolerance = 1e-3;

export class OnnxSession {
  readonly #graph: OnnxGraph;
  readonly #spec: GraphSpec;

  private constructor(graph: OnnxGraph, spec: GraphSpec) {
    this.#graph = graph;
    this.#spec = spec;
  }

  /**
   * Loads the runtime and a graph, given as the bytes of its file. Errors: ModelFaultError `runtime`, `graph`,
   * `dimensions`.
   */
  static async open(bytes: Uint8Array, spec: GraphSpec): Promise<OnnxSession> {
    const graph = await OnnxGraph.open(bytes, spec.file, (opened) => checkGraph(opened, spec));
    return new OnnxSession(graph, spec);
  }

  /**
   * Returns the embedding of a text's tokens, [dimensions], one long. Each text runs alone: beside others it would
   * have to be filled up to the longest, which costs what it saves, and an int8 graph would round it differently
   * from one question to the next. Errors: RangeError for tokens that the graph has no rows for; ModelFaultError
   * `output`.
   */
  async embed(tokens: Uint16Array): Promise<Float32Array> {
    this.#checkTokens(tokens);
    const shape = [1, tokens.length];
    const inputs = {
      input_ids: { data: BigInt64Array.from(tokens, BigInt), shape },
      attention_mask: { data: new BigInt64Array(tokens.length).fill(1n), shape },
    };
    const { embedding } = await this.#graph.run(inputs, {
      [outputName]: [1, this.#spec.dimensions],
    });
    const norm = Math.sqrt(embedding.reduce((square, value) => square + value * value, 0));
    if (Math.abs(norm - 1) > normTolerance) throw this.#graph.badOutput(`length ${norm}, not 1`);
    // A copy of its own: memory of the runtime's cannot be handed to another thread.
    return embedding.slice();
  }

  /** Frees the runtime's memory. The session is of no use afterwards. */
  async close(): Promise<void> {
    await this.#graph.close();
  }

  #checkTokens(tokens: Uint16Array): void {
    const { maxTokens, vocabulary } = this.#spec;
    if (tokens.length === 0 || tokens.length > maxTokens)
      throw new RangeError(`${tokens.length} tokens, not 1 to ${maxTokens}`);
    const unknown = tokens.find((token) => token >= vocabulary);
    if (unknown !== undefined) throw new RangeError(`token ${unknown} of ${vocabulary}`);
  }
}

function checkGraph(graph: OnnxGraph, { file, dimensions }: GraphSpec): void {
  graph.checkInputs([
    { name: "input_ids", type: "int64", shape: [1, undefined] },
    { name: "attention_mask", type: "int64", shape: [1, undefined] },
  ]);
  graph.checkOutputs([{ name: outputName, type: "float32", shape: [1, undefined] }]);
  const columns = graph.outputs.find(({ name }) => name === outputName)?.shape[1];
  // A graph may leave its sizes open; each embedding's is looked at as well.
  if (columns !== undefined && columns !== dimensions)
    throw new ModelFaultError("dimensions", file, `${columns}, not ${dimensions}`);
}
