/** Files of a model, held against their headers and the hashes of its manifest. */
import type { ModelFile } from "./manifestFields.ts";
import { ModelFaultError } from "./modelFault.ts";

/** Where the files of a model are read. */
export interface ModelFiles {
  /** The bytes of a file in the model's folder, in memory that threads can share; `undefined` when it is not there. */
  read(file: string): Uint8Array | undefined;
  /** 64 lower-case hex digits. */
  sha256(bytes: Uint8Array): string;
}

export const mergeMagic = "LBPE";
export const mergeHeaderBytes = 12;
export const tableMagic = "LTAB";
export const tableHeaderBytes = 20;
const fileVersion = 1;
const headerBytesOf: Readonly<Record<string, number>> = {
  [mergeMagic]: mergeHeaderBytes,
  [tableMagic]: tableHeaderBytes,
};

/**
 * Returns the bytes of a tokenizer or a table: whole, and with the hash that they must have. Errors: ModelFaultError
 * `missing`, `truncated`, `otherFormat`, `damaged`.
 */
export function checkedFile({ file, sha256 }: ModelFile, files: ModelFiles): Uint8Array {
  const bytes = files.read(file);
  if (bytes === undefined) throw new ModelFaultError("missing", file, "not there");
  // What is too short is said to be so: the length is looked at before the hash.
  checkLength(file, bytes);
  checkHash({ file, sha256 }, bytes, files);
  return bytes;
}

/** Errors: ModelFaultError `damaged` when the bytes of a file have another hash than its manifest says. */
export function checkHash(
  { file, sha256 }: ModelFile,
  bytes: Uint8Array,
  files: Pick<ModelFiles, "sha256">,
): void {
  const found = files.sha256(bytes);
  if (found !== sha256)
    throw new ModelFaultError("damaged", file, `${bytes.length} bytes, sha256 ${found}`);
}

/** Returns the first four letters of a file. */
export function magicOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 4));
}

/** Returns a view of a file's numbers. */
export function headerOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function checkLength(file: string, bytes: Uint8Array): void {
  const magic = magicOf(bytes);
  const headerBytes = headerBytesOf[magic];
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
    magic === mergeMagic
      ? header.getUint32(8, true) * 8
      : header.getUint32(8, true) * header.getUint32(12, true);
  if (bytes.length !== headerBytes + bodyBytes)
    throw new ModelFaultError(
      "truncated",
      file,
      `${bytes.length} bytes, not ${headerBytes + bodyBytes}`,
    );
}
