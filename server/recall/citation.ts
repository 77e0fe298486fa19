/** Makes citations: spans of a file at the hash of their text. */
import xxhash from "xxhash-wasm";
import type { Citation, Range, SymbolInfo } from "../../protocol/types.ts";
import type { SourceFile } from "./sourceFile.ts";

/** Returns XXH64 of a text's UTF-8 as 16 lower-case hex digits. Lone surrogates count as U+FFFD. */
export type HashText = (text: string) => string;

/** Loads the hash function; one for each process is enough. */
export async function createHashText(): Promise<HashText> {
  const api = await xxhash();
  return (text) => api.h64ToString(text);
}

/** Returns the citation of a span of a file's present text. */
export function citeRange(
  hashText: HashText,
  file: SourceFile,
  range: Range,
  symbol?: SymbolInfo,
): Citation {
  return {
    rootId: file.rootId,
    path: file.path,
    range,
    contentHash: hashText(file.textOf(range)),
    ...(symbol === undefined ? {} : { symbol }),
    ...(file.commit === undefined ? {} : { commit: file.commit }),
  };
}
