/**
 * A static embedding model as it lies in memory, checked: a tokenizer and a table with one row for each
 * token. Nothing here knows where the files come from.
 */
import { readManifest, type StaticManifest } from "./manifest.ts";
import { manifestFile, type ModelFile } from "./manifestFields.ts";
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

/** Where the files of a model are read. */
export interface ModelFiles {
  /** The bytes of a file in the model's folder, in memory that threads can share; `undefined` when it is not there. */
  read(file: string): Uint8Array | undefined;
  /** 64 lower-case hex digits. */
  sha256(bytes: Uint8Array): string;
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
    merges: mergesOf(checked(manifest.tokenizer, files), manifest),
    tokenizerSha256: manifest.tokenizer.sha256,
    table: tableOf(checked(manifest.table, files), manifest.table.file, manifest),
    queryTable:
      queryTable === undefined
        ? undefined
        : tableOf(checked(queryTable, files), queryTable.file, manifest),
  };
}

function idOf(manifest: StaticManifest, files: ModelFiles): string {
  const { name, version, tokenCap, maxBytes, tokenizer, table } = manifest;
  const parts = JSON.stringify([tokenCap, maxBytes, tokenizer.sha256, table.sha256]);
  return `${name}@${version}#${files.sha256(new TextEncoder().encode(parts)).slice(0, 16)}`;
}

function checked({ file, sha256 }: ModelFile, files: ModelFiles): Uint8Array {
  const bytes = files.read(file);
  if (bytes === undefined) throw new ModelFaultError("missing", file, "not there");
  // What is too short is said to be so: the length is looked at before the hash.
  checkLength(file, bytes);
  const found = files.sha256(bytes);
  if (found !== sha256) throw new ModelFaultError("damaged", file, `sha256 ${found}`);
  return bytes;
}

const mergeHeaderBytes = 12;
const tableHeaderBytes = 20;
const fileVersion = 1;
const magics: Readonly<Record<string, number>> = { LBPE: mergeHeaderBytes, LTAB: tableHeaderBytes };

function checkLength(file: string, bytes: Uint8Array): void {
  const magic = String.fromCharCode(...bytes.subarray(0, 4));
  const headerBytes = magics[magic];
  if (headerBytes === undefined) {
    if (bytes.length < tableHeaderBytes)
      throw new ModelFaultError("truncated", file, `${bytes.length} bytes`);
    throw new ModelFaultError("damaged", file, "no known beginning");
  }
  if (bytes.length < headerBytes)
    throw new ModelFaultError("truncated", file, `${bytes.length} bytes`);
  const header = headerOf(bytes);
  const version = header.getUint32(4, true);
  if (version !== fileVersion)
    throw new ModelFaultError("otherFormat", file, `version ${version}, not ${fileVersion}`);
  const bodyBytes =
    magic === "LBPE"
      ? header.getUint32(8, true) * 8
      : header.getUint32(8, true) * header.getUint32(12, true);
  if (bytes.length !== headerBytes + bodyBytes)
    throw new ModelFaultError(
      "truncated",
      file,
      `${bytes.length} bytes, not ${headerBytes + bodyBytes}`,
    );
}

function headerOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function mergesOf(bytes: Uint8Array, manifest: StaticManifest): Uint32Array {
  const { file } = manifest.tokenizer;
  const header = headerOf(bytes);
  if (header.getUint32(0, false) !== 0x4c425045)
    throw new ModelFaultError("damaged", file, "no tokenizer");
  const nMerges = header.getUint32(8, true);
  if (nMerges + 256 !== manifest.vocabulary)
    throw new ModelFaultError(
      "dimensions",
      file,
      `${nMerges} merges for ${manifest.vocabulary} tokens`,
    );
  const merges = new Uint32Array(new SharedArrayBuffer(nMerges * 8));
  for (let i = 0; i < merges.length; i++) {
    const token = header.getUint32(mergeHeaderBytes + i * 4, true);
    if (token >= 256 + (i >> 1))
      throw new ModelFaultError("tokenizer", file, `merge ${i >> 1} uses token ${token}`);
    merges[i] = token;
  }
  return merges;
}

function tableOf(bytes: Uint8Array, file: string, manifest: StaticManifest): Int8Array {
  const header = headerOf(bytes);
  if (header.getUint32(0, false) !== 0x4c544142)
    throw new ModelFaultError("damaged", file, "no table");
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
