/** The manifest of a memory language model: its sizes, its tokenizer and its two graphs. */
import type { ModelFiles } from "../model/checkedFile.ts";
import {
  countOf,
  fieldsOf,
  fileOf,
  invalid,
  manifestFields,
  manifestFile,
  nameOf,
  type Fields,
  type ModelFile,
} from "../model/manifestFields.ts";
import { nSpecialTokens } from "./lmTokenizer.ts";

/** Sizes of the model. */
export interface LmConfig {
  /** Tokens, the special ones included. */
  readonly vocabulary: number;
  readonly dModel: number;
  readonly nLayers: number;
  readonly nHeads: number;
  readonly nKvHeads: number;
  readonly dFfn: number;
  /** The layer that reads the memory, counted from 0: there are layers below and above it. */
  readonly bankLayer: number;
  /** Length of a head's key. */
  readonly dHead: number;
  /** A sequence has at most so many tokens. */
  readonly window: number;
  /** Width of the causal convolution in front of each layer. */
  readonly conv: number;
}

export interface LmManifest {
  readonly name: string;
  readonly version: string;
  readonly config: LmConfig;
  readonly tokenizer: ModelFile;
  readonly encodeGraph: ModelFile;
  readonly readGraph: ModelFile;
  /** Most tokens of a chunk's header. */
  readonly headerTokens: number;
}

/** The width that the graphs' states are made for. */
const convWidth = 4;
const maxWindow = 4096;

/**
 * Returns the manifest of a model's folder, `undefined` when there is none. Errors: ModelFaultError `manifestInvalid`,
 * `otherFormat`.
 */
export function readLmManifest(files: Pick<ModelFiles, "read">): LmManifest | undefined {
  const bytes = files.read(manifestFile);
  if (bytes === undefined) return undefined;
  const fields = manifestFields(new Uint8Array(bytes), "memory-lm");
  const config = configOf(fieldsOf(fields["config"], "config"));
  const graphs = fieldsOf(fields["graphs"], "graphs");
  return {
    name: nameOf(fields, "name"),
    version: nameOf(fields, "version"),
    config,
    tokenizer: fileOf(fields, "tokenizer"),
    encodeGraph: fileOf(graphs, "encode"),
    readGraph: fileOf(graphs, "read"),
    headerTokens: countOf(fields, "headerTokens", 2, config.window),
  };
}

/**
 * Returns what changes with everything that changes a key or a value: what models of different ids remember cannot be
 * mixed. The reading graph is no part of it.
 */
export function lmIdOf(manifest: LmManifest, files: Pick<ModelFiles, "sha256">): string {
  const { name, version, tokenizer, encodeGraph, headerTokens, config } = manifest;
  const parts = [tokenizer.sha256, encodeGraph.sha256, headerTokens, config.window];
  const hash = files.sha256(new TextEncoder().encode(JSON.stringify(parts)));
  return `${name}@${version}#${hash.slice(0, 16)}`;
}

/** Returns the length of a token's key and of its value in memory: those of all heads side by side. */
export function keyLength({ nKvHeads, dHead }: LmConfig): number {
  return nKvHeads * dHead;
}

function configOf(fields: Fields): LmConfig {
  const nLayers = countOf(fields, "n_layers", 3, 64);
  const nHeads = countOf(fields, "n_heads", 1, 64);
  const nKvHeads = countOf(fields, "n_kv_heads", 1, nHeads);
  const dHead = countOf(fields, "d_head", 2, 256);
  if (nHeads % nKvHeads !== 0) throw invalid("n_heads is no multiple of n_kv_heads");
  // Positions turn the two halves of a head.
  if (dHead % 2 !== 0) throw invalid("d_head is odd");
  return {
    vocabulary: countOf(fields, "vocabulary", 256 + nSpecialTokens, 65_536),
    dModel: countOf(fields, "d_model", 1, 4096),
    nLayers,
    nHeads,
    nKvHeads,
    dFfn: countOf(fields, "d_ffn", 1, 16_384),
    bankLayer: countOf(fields, "bank_layer", 1, nLayers - 2),
    dHead,
    window: countOf(fields, "window", 16, maxWindow),
    conv: countOf(fields, "conv", convWidth, convWidth),
  };
}
