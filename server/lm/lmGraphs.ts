/**
 * What the two graphs of a memory language model have to be. `encode` runs the layers below the bank layer and its
 * projections: what a chunk leaves in memory, and what a prompt asks for. `read` runs the bank layer, which reads the
 * memory, and those above it. A caller keeps keys and values and hands them in. The trainer's
 * `training/memory_lm/graphs.py` writes them.
 */
import type { ModelFile } from "../model/manifestFields.ts";
import { readGraphFile } from "../model/modelFolder.ts";
import { OnnxGraph, type GraphValue } from "../model/onnxRuntime.ts";
import { keyLength, type LmConfig } from "./lmManifest.ts";
import { nNames } from "./names.ts";

/** Rows of a layer's input that its convolution needs of the past. */
export const convRows = 3;
/** Stands for the number of new, past or remembered tokens, which changes from run to run. */
const any = undefined;

/** Opens the graph that writes and asks. Errors: ModelFaultError. */
export function openEncodeGraph(
  folder: string,
  file: ModelFile,
  config: LmConfig,
): Promise<OnnxGraph> {
  return OnnxGraph.open(readGraphFile(folder, file), file.file, (graph) => {
    graph.checkInputs(encodeInputs(config));
    graph.checkOutputs(encodeOutputs(config));
  });
}

/** Opens the graph that reads and predicts. Errors: ModelFaultError. */
export function openReadGraph(
  folder: string,
  file: ModelFile,
  config: LmConfig,
): Promise<OnnxGraph> {
  return OnnxGraph.open(readGraphFile(folder, file), file.file, (graph) => {
    graph.checkInputs(readInputs(config));
    graph.checkOutputs(readOutputs(config));
  });
}

/** Returns the names of the past keys and values of a head. */
export function pastNames(layer: number, head: number): readonly [keys: string, values: string] {
  return [`past_k_${layer}_${head}`, `past_v_${layer}_${head}`];
}

/** Returns the layers that the `encode` graph runs but for the bank layer's beginning. */
export function layersBelow({ bankLayer }: LmConfig): readonly number[] {
  return Array.from({ length: bankLayer }, (_, layer) => layer);
}

/** Returns the layers that the `read` graph runs but for the bank layer. */
export function layersAbove({ bankLayer, nLayers }: LmConfig): readonly number[] {
  return Array.from({ length: nLayers - bankLayer - 1 }, (_, i) => bankLayer + 1 + i);
}

function encodeInputs(config: LmConfig): readonly GraphValue[] {
  const { bankLayer, dModel } = config;
  return [
    whole("input_ids", any),
    whole("position", 1),
    ...pasts(config, layersBelow(config)),
    float("past_conv", bankLayer + 1, convRows, dModel),
    float("past_shift", 1, dModel),
  ];
}

function encodeOutputs(config: LmConfig): readonly GraphValue[] {
  const { bankLayer, dModel, dHead, nKvHeads } = config;
  const key = keyLength(config);
  return [
    float("hidden", any, dModel),
    float("bank_x", any, dModel),
    float("bank_k", any, key),
    float("bank_v", any, key),
    float("query", any, key),
    float("salience", any),
    float("new_k", bankLayer * nKvHeads, any, dHead),
    float("new_v", bankLayer * nKvHeads, any, dHead),
    float("new_conv", bankLayer + 1, convRows, dModel),
  ];
}

function readInputs(config: LmConfig): readonly GraphValue[] {
  const { dModel, nKvHeads } = config;
  const key = keyLength(config);
  return [
    float("hidden", any, dModel),
    float("bank_x", any, dModel),
    whole("input_ids", any),
    whole("position", 1),
    float("local_k", any, key),
    float("local_v", any, key),
    whole("local_ids", any),
    float("local_new_k", any, key),
    float("local_new_v", any, key),
    ...pasts(config, layersAbove(config)),
    float("past_conv", layersAbove(config).length, convRows, dModel),
    { name: "memory_k", type: "int8", shape: [any, key] },
    { name: "memory_v", type: "int8", shape: [any, key] },
    float("memory_ks", any, nKvHeads),
    float("memory_vs", any, nKvHeads),
    whole("memory_ids", any),
    float("memory_bias", any),
    ...["memory_names", "local_names", "input_names"].map(namesInput),
    whole("logit_index", any),
    whole("targets", any),
  ];
}

function readOutputs(config: LmConfig): readonly GraphValue[] {
  const { vocabulary, dModel, dHead, nKvHeads } = config;
  const nLayers = layersAbove(config).length;
  return [
    float("log_probs", any, vocabulary),
    float("target_log_prob", any),
    float("memory_weight", any),
    float("new_k", nLayers * nKvHeads, any, dHead),
    float("new_v", nLayers * nKvHeads, any, dHead),
    float("new_conv", nLayers, convRows, dModel),
  ];
}

function pasts({ nKvHeads, dHead }: LmConfig, layers: readonly number[]): readonly GraphValue[] {
  return layers.flatMap((layer) =>
    Array.from({ length: nKvHeads }, (_, head) =>
      pastNames(layer, head).map((name) => float(name, any, dHead)),
    ).flat(),
  );
}

function float(name: string, ...shape: readonly (number | undefined)[]): GraphValue {
  return { name, type: "float32", shape };
}

/** The last names up to each token, as hashes. */
function namesInput(name: string): GraphValue {
  return { name, type: "int32", shape: [any, nNames] };
}

function whole(name: string, ...shape: readonly (number | undefined)[]): GraphValue {
  return { name, type: "int64", shape };
}
