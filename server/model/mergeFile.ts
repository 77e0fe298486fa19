/** The merges of a byte-level BPE: “LBPE”, version, number of merges, then the two tokens of each; little endian u32. */
import { headerOf, magicOf, mergeHeaderBytes, mergeMagic } from "./checkedFile.ts";
import { ModelFaultError } from "./modelFault.ts";

/**
 * Returns the merges of a file whose length was checked, in memory that threads can share: left, right, left, right, …
 * Errors: ModelFaultError `damaged`, `tokenizer`.
 */
export function readMerges(bytes: Uint8Array, file: string): Uint32Array {
  if (magicOf(bytes) !== mergeMagic) throw new ModelFaultError("damaged", file, "no tokenizer");
  const header = headerOf(bytes);
  const nMerges = header.getUint32(8, true);
  const merges = new Uint32Array(new SharedArrayBuffer(nMerges * 8));
  for (let i = 0; i < merges.length; i++) {
    const token = header.getUint32(mergeHeaderBytes + i * 4, true);
    if (token >= 256 + (i >> 1))
      throw new ModelFaultError("tokenizer", file, `merge ${i >> 1} uses token ${token}`);
    merges[i] = token;
  }
  return merges;
}
