/**
 * Graphs in the ONNX Runtime. This is the one place that loads it: a native library, so nothing is handed to it that
 * was not looked at before, and nothing it returns is believed unseen. Running blocks the thread, so it belongs into a
 * worker.
 */
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { ModelFaultError } from "./modelFault.ts";
import { forbidRuntimeTelemetry } from "./runtimeTelemetry.ts";

type Runtime = typeof import("onnxruntime-node");

/** An input or output as a graph declares it. */
export interface GraphValue {
  readonly name: string;
  /** ONNX's name of the elements' type; `""` for what is no tensor. */
  readonly type: string;
  /** `undefined` stands for any size. */
  readonly shape: readonly (number | undefined)[];
}

/** What a graph is given: the array is not copied, so it must not change until the run is over. */
export interface GraphTensor {
  readonly data: Float32Array | BigInt64Array | Int32Array | Int8Array;
  readonly shape: readonly number[];
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

/** Codes of Node's when a package, its native library, or a library that this one needs is not there or does not load. */
const missingRuntime = ["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND", "ERR_DLOPEN_FAILED"];

export class OnnxGraph {
  /** The name by which a fault tells of it. */
  readonly file: string;
  readonly #runtime: Runtime;
  readonly #session: InferenceSession;

  private constructor(runtime: Runtime, session: InferenceSession, file: string) {
    this.#runtime = runtime;
    this.#session = session;
    this.file = file;
  }

  /**
   * Loads the runtime and a graph, given as the bytes of its file; `check` throws when the graph is not what it has
   * to be. Errors: ModelFaultError `runtime`, `graph`, and those of `check`.
   */
  static async open(
    bytes: Uint8Array,
    file: string,
    check: (graph: OnnxGraph) => void,
  ): Promise<OnnxGraph> {
    const runtime = await loadRuntime();
    const session = await createSession(runtime, bytes, file);
    const graph = new OnnxGraph(runtime, session, file);
    try {
      check(graph);
    } catch (error) {
      await graph.close();
      throw error;
    }
    return graph;
  }

  get outputs(): readonly GraphValue[] {
    return this.#session.outputMetadata.map(valueOf);
  }

  /**
   * Errors: ModelFaultError `graph` unless the graph has exactly these inputs. A size that is given may be open in the
   * graph, but not the other way round.
   */
  checkInputs(expected: readonly GraphValue[]): void {
    const found = this.#session.inputMetadata.map(valueOf);
    const names = JSON.stringify(found.map(({ name }) => name).toSorted());
    if (names !== JSON.stringify(expected.map(({ name }) => name).toSorted()))
      throw this.#noGraph(`inputs ${names}`);
    for (const value of expected) {
      const same = found.find(({ name }) => name === value.name) as GraphValue;
      const isOpen = value.shape.every((size, i) => size !== undefined || same.shape[i] === size);
      if (!fits(same, value) || !isOpen) throw this.#noGraph(`input ${textOf(same)}`);
    }
  }

  /** Errors: ModelFaultError `graph` unless the graph has these outputs; sizes may be open on either side. */
  checkOutputs(expected: readonly GraphValue[]): void {
    for (const value of expected) {
      const found = this.outputs.find(({ name }) => name === value.name);
      if (found === undefined) throw this.#noGraph(`no output ${value.name}`);
      if (!fits(found, value)) throw this.#noGraph(`output ${textOf(found)}`);
    }
  }

  /**
   * Runs the graph for those of its outputs that `wanted` names with the shape that each must have, and returns their
   * numbers by name: finite ones, in memory that cannot be handed to another thread. Errors: ModelFaultError `output`.
   */
  async run<Name extends string>(
    inputs: Readonly<Record<string, GraphTensor>>,
    wanted: Readonly<Record<Name, readonly number[]>>,
  ): Promise<Record<Name, Float32Array>> {
    const outputs = await this.#outputsOf(inputs, Object.keys(wanted));
    const numbers = Object.entries<readonly number[]>(wanted).map(([name, shape]) => [
      name,
      this.#numbersOf(name, outputs[name], shape),
    ]);
    return Object.fromEntries(numbers) as Record<Name, Float32Array>;
  }

  /** Frees the runtime's memory. The graph is of no use afterwards. */
  async close(): Promise<void> {
    await this.#session.release();
  }

  /** The fault of a graph whose result is not to be believed. */
  badOutput(detail: string): ModelFaultError {
    return new ModelFaultError("output", this.file, detail);
  }

  async #outputsOf(
    inputs: Readonly<Record<string, GraphTensor>>,
    names: readonly string[],
  ): Promise<InferenceSession.ReturnType> {
    const feeds = Object.entries(inputs).map(([name, tensor]) => [name, this.#tensorOf(tensor)]);
    try {
      return await this.#session.run(
        Object.fromEntries(feeds) as InferenceSession.FeedsType,
        names,
      );
    } catch (error) {
      // The runtime's errors have no code and no class of their own.
      if (error instanceof Error) throw this.badOutput(error.message);
      throw error;
    }
  }

  #tensorOf({ data, shape }: GraphTensor): Tensor {
    const { Tensor } = this.#runtime;
    if (data instanceof Float32Array) return new Tensor("float32", data, shape);
    if (data instanceof Int8Array) return new Tensor("int8", data, shape);
    return data instanceof Int32Array
      ? new Tensor("int32", data, shape)
      : new Tensor("int64", data, shape);
  }

  #numbersOf(name: string, output: Tensor | undefined, shape: readonly number[]): Float32Array {
    if (output === undefined || !(output.data instanceof Float32Array))
      throw this.badOutput(`${name}: no float32 but ${output?.type ?? "nothing"}`);
    if (output.dims.join() !== shape.join())
      throw this.badOutput(`${name}: shape ${output.dims.join()}, not ${shape.join()}`);
    if (!areFinite(output.data)) throw this.badOutput(`${name}: a number that is not finite`);
    return output.data;
  }

  #noGraph(detail: string): ModelFaultError {
    return new ModelFaultError("graph", this.file, detail);
  }
}

async function loadRuntime(): Promise<Runtime> {
  forbidRuntimeTelemetry();
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

function areFinite(numbers: Float32Array): boolean {
  // So many float32 never add up to more than a float64 holds, and what is not finite stays so: no branch for each.
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i] as number;
  return Number.isFinite(sum);
}

function valueOf(value: InferenceSession.ValueMetadata): GraphValue {
  const { name } = value;
  if (!value.isTensor) return { name, type: "", shape: [] };
  // The runtime gives an open size as its name.
  const shape = value.shape.map((size) => (typeof size === "number" ? size : undefined));
  return { name, type: value.type, shape };
}

function fits(found: GraphValue, expected: GraphValue): boolean {
  return (
    found.type === expected.type &&
    found.shape.length === expected.shape.length &&
    expected.shape.every((size, i) => {
      const other = found.shape[i];
      return size === undefined || other === undefined || size === other;
    })
  );
}

function textOf({ name, type, shape }: GraphValue): string {
  return `${name} is ${type} ${shape.map((size) => size ?? "any").join(" by ")}`;
}
