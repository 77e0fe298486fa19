/**
 * A graph of a transformer encoder in the ONNX Runtime. This is the one place that loads the runtime: a native
 * library, so nothing is handed to it that was not looked at before, and nothing it returns is believed unseen.
 * Running blocks the thread, so it belongs into a worker.
 */
import type { InferenceSession } from "onnxruntime-node";
import { ModelFaultError } from "./modelFault.ts";

type Runtime = typeof import("onnxruntime-node");

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

/**
 * One thread of computing: a second one in the same session gains little, and loses much when the machine has other
 * work. Nor does it spin while it waits.
 */
const options: InferenceSession.SessionOptions = {
  executionProviders: ["cpu"],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: "sequential",
  graphOptimizationLevel: "all",
  // The runtime writes to standard error, which is the log's; what goes wrong comes as an error as well.
  logSeverityLevel: 4,
  extra: { session: { intra_op: { allow_spinning: "0" }, inter_op: { allow_spinning: "0" } } },
};

const inputNames = ["input_ids", "attention_mask"] as const;
const outputName = "embedding";
/** How far an embedding's length may be from one: the rounding of float32, many times over. */
const normTolerance = 1e-3;

/** Codes of Node's when a package, its native library, or a library that this one needs is not there or does not load. */
const missingRuntime = ["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND", "ERR_DLOPEN_FAILED"];

export class OnnxSession {
  readonly #runtime: Runtime;
  readonly #session: InferenceSession;
  readonly #spec: GraphSpec;

  private constructor(runtime: Runtime, session: InferenceSession, spec: GraphSpec) {
    this.#runtime = runtime;
    this.#session = session;
    this.#spec = spec;
  }

  /**
   * Loads the runtime and a graph, given as the bytes of its file. Errors: ModelFaultError `runtime`, `graph`,
   * `dimensions`.
   */
  static async open(bytes: Uint8Array, spec: GraphSpec): Promise<OnnxSession> {
    const runtime = await loadRuntime();
    const session = await createSession(runtime, bytes, spec.file);
    try {
      checkGraph(session, spec);
    } catch (error) {
      await session.release();
      throw error;
    }
    return new OnnxSession(runtime, session, spec);
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
    const { Tensor } = this.#runtime;
    const feeds = {
      input_ids: new Tensor("int64", BigInt64Array.from(tokens, BigInt), shape),
      attention_mask: new Tensor("int64", new BigInt64Array(tokens.length).fill(1n), shape),
    };
    return this.#embedding(await this.#run(feeds));
  }

  /** Frees the runtime's memory. The session is of no use afterwards. */
  async close(): Promise<void> {
    await this.#session.release();
  }

  #checkTokens(tokens: Uint16Array): void {
    const { maxTokens, vocabulary } = this.#spec;
    if (tokens.length === 0 || tokens.length > maxTokens)
      throw new RangeError(`${tokens.length} tokens, not 1 to ${maxTokens}`);
    const unknown = tokens.find((token) => token >= vocabulary);
    if (unknown !== undefined) throw new RangeError(`token ${unknown} of ${vocabulary}`);
  }

  async #run(feeds: InferenceSession.FeedsType): Promise<InferenceSession.ReturnType> {
    try {
      return await this.#session.run(feeds, [outputName]);
    } catch (error) {
      // The runtime's errors have no code and no class of their own.
      if (error instanceof Error) throw this.#noEmbedding(error.message);
      throw error;
    }
  }

  #embedding(outputs: InferenceSession.ReturnType): Float32Array {
    const { dimensions } = this.#spec;
    const output = outputs[outputName];
    if (output === undefined || !(output.data instanceof Float32Array))
      throw this.#noEmbedding(`no float32: ${output?.type ?? "nothing"}`);
    if (output.dims.length !== 2 || output.dims[0] !== 1 || output.dims[1] !== dimensions)
      throw this.#noEmbedding(`shape ${output.dims.join(" by ")}, not 1 by ${dimensions}`);
    let square = 0;
    for (const value of output.data) square += value * value;
    // A value that is not finite makes the sum so as well.
    if (!(Math.abs(Math.sqrt(square) - 1) <= normTolerance))
      throw this.#noEmbedding(`length ${Math.sqrt(square)}, not 1`);
    // A copy of its own: memory of the runtime's cannot be handed to another thread.
    return output.data.slice();
  }

  #noEmbedding(detail: string): ModelFaultError {
    return new ModelFaultError("output", this.#spec.file, detail);
  }
}

async function loadRuntime(): Promise<Runtime> {
  try {
    return await import("onnxruntime-node");
  } catch (error) {
    const code = (error as { code?: unknown } | null)?.code;
    if (typeof code !== "string" || !missingRuntime.includes(code)) throw error;
    throw new ModelFaultError("runtime", "", code);
  }
}

async function createSession(
  { InferenceSession }: Runtime,
  bytes: Uint8Array,
  file: string,
): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(bytes, options);
  } catch (error) {
    if (error instanceof Error) throw new ModelFaultError("graph", file, error.message);
    throw error;
  }
}

function checkGraph(session: InferenceSession, { file, dimensions }: GraphSpec): void {
  const found = JSON.stringify(session.inputNames.toSorted());
  if (found !== JSON.stringify(inputNames.toSorted()))
    throw new ModelFaultError("graph", file, `inputs ${found}`);
  for (const input of session.inputMetadata)
    if (typeof checkTensor(input, "int64", file)[1] === "number")
      throw new ModelFaultError("graph", file, `${input.name} takes texts of one length only`);
  const output = session.outputMetadata.find(({ name }) => name === outputName);
  if (output === undefined) throw new ModelFaultError("graph", file, `no output ${outputName}`);
  const columns = checkTensor(output, "float32", file)[1];
  // A graph may leave its sizes open; each embedding's is looked at as well.
  if (typeof columns === "number" && columns !== dimensions)
    throw new ModelFaultError("dimensions", file, `${columns}, not ${dimensions}`);
}

/** Returns the sizes of a matrix; one that is open is a name. */
function checkTensor(
  value: InferenceSession.ValueMetadata,
  type: "int64" | "float32",
  file: string,
): readonly (number | string)[] {
  if (!value.isTensor || value.type !== type || value.shape.length !== 2)
    throw new ModelFaultError("graph", file, `${value.name} is no matrix of ${type}`);
  return value.shape;
}
