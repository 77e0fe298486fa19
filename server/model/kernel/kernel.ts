/** What the host calls. Addresses and counts are the host's business: nothing here checks them. */
import { initTokens } from "./tokens";
import { initWords } from "./words";

export { extendTo, reserve } from "./layout";
export { loadMerges } from "./pairs";
export { tokenize } from "./tokens";
export { encode, initEncode } from "./encode";
export { checksum, dot, inverseNorms, scan, scanListed, scanNamed, widenQuery } from "./scan";

/** Fills the tables that tokenizing needs. To be called once; returns false when there is no memory. */
export function initTokenizer(): bool {
  initWords();
  return initTokens();
}
