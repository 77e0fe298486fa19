/**
 * A static embedding model as it lies in memory, checked: a tokenizer and a table with one row for each
 * token. Nothing here knows where the files come from.
 */
import {
  checkedFile,
  headerOf,
  magicOf,
  tableHeaderBytes,
  tableMagic,
  type ModelFiles,
} from "./checkedFile.ts";
import { readManifest, type StaticManifest } from "./manifest.ts";
import { manifestFile } from "./manifestFields.ts";
import { readMerges } from "./mergeFile.ts";
import { ModelFaultError, type ModelFault } from "./modelFault.ts";

/** Plain data in shared memory: threads get it without a copy. */
export interface StaticModel {
  /** Changes with everything that changes an embedding; embeddings of different ids cannot be compared. */
  readonly id: string;
  readonly dimensions: number;
  readonly vocabulary: number;
  readonly tokenCap: number;
  /** Bytes of a text that are read. */
  readonly maxBytes: number;
  /** Pairs of tokens, first merge first: left, right, left, right, … */
  readonly merges: Uint32Array;
  /** Hash of the tokenizer's file: a model that was made for another one takes other tokens. */
  readonly tokenizerSha256: string;
  /** [vocabulary, dimensions]. */
  readonly table: Int8Array;
  /** The same for questions; `undefined` when they use `table`. */
  readonly queryTable: Int8Array | undefined;
}

export type ModelOutcome =
  | { readonly kind: "ready"; readonly model: StaticModel }
  | { readonly kind: "unavailable"; readonly fault: ModelFault };

/** Reads and checks a model. Whatever is wrong with its files is a value; only errors of the medium are thrown. */
export function loadStaticModel(files: ModelFiles): ModelOutcome {
  try {
    return { kind: "ready", model: readModel(files) };
  } catch (error) {
    if (error instanceof ModelFaultError) return { kind: "unavailable", fault: error.fault };
    throw error;
  }
}

function readModel(files: ModelFiles): StaticModel {
  const bytes = files.read(manifestFile);
  if (bytes === undefined) throw new ModelFaultError("missing", manifestFile, "not there");
  const manifest = readManifest(new Uint8Array(bytes));
  const { dimensions, vocabulary, tokenCap, maxBytes, queryTable } = manifest;
  return {
    id: idOf(manifest, files),
    dimensions,
    vocabulary,
    tokenCap,
    maxBytes,
    merges: mergesOf(checkedFile(manifest.tokenizer, files), manifest),
    tokenizerSha256: manifest.tokenizer.sha256,
    table: tableOf(checkedFile(manifest.table, files), manifest.table.file, manifest),
    queryTable:
      queryTable === undefined
        ? undefined
        : tableOf(checkedFile(queryTable, files), queryTable.file, manifest),
  };
}

function idOf(manifest: StaticManifest, files: ModelFiles): string {
  const { name, version, tokenCap, maxBytes, tokenizer, table } = manifest;
  const parts = JSON.stringify([tokenCap, maxBytes, tokenizer.sha256, table.sha256]);
  return `${name}@${version}#${files.sha256(new TextEncoder().encode(parts)).slice(0, 16)}`;
}

function mergesOf(bytes: Uint8Array, manifest: StaticManifest): Uint32Array {
  const { file } = manifest.tokenizer;
  const merges = readMerges(bytes, file);
  const nMerges = merges.length / 2;
  if (nMerges + 256 !== manifest.vocabulary)
    throw new ModelFaultError(
      "dimensions",
      file,
      `${nMerges} merges for ${manifest.vocabulary} tokens`,
    );
  return merges;
}

function tableOf(bytes: Uint8Array, file: string, manifest: StaticManifest): Int8Array {
  const header = headerOf(bytes);
  if (magicOf(bytes) !== tableMagic) throw new ModelFaultError("damaged", file, "no table");
  const nRows = header.getUint32(8, true);
  const nColumns = header.getUint32(12, true);
  if (nRows !== manifest.vocabulary || nColumns !== manifest.dimensions)
    throw new ModelFaultError(
      "dimensions",
      file,
      `${nRows} by ${nColumns}, not ${manifest.vocabulary} by ${manifest.dimensions}`,
    );
  const scale = header.getFloat32(16, true);
  if (!Number.isFinite(scale) || scale <= 0)
    throw new ModelFaultError("scale", file, `scale ${scale}`);
  return new Int8Array(bytes.buffer, bytes.byteOffset + tableHeaderBytes, nRows * nColumns);
}
