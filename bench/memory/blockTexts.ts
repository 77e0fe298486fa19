/** The blocks of the bank as text. */
import type { BankChunk, ChunkPlace } from "../../server/bank/bankTypes.ts";
import type { LmTokenizer } from "../../server/lm/lmTokenizer.ts";
import type { TextBlock } from "./textWindow.ts";

/** Returns the text of each block of a file's chunks; of a chunk that the bank has already, none. */
export function blockTextsOf(
  fileId: string,
  chunks: readonly (BankChunk | ChunkPlace)[],
  tokenizer: LmTokenizer,
): TextBlock[] {
  return chunks.flatMap((chunk) => {
    if (!("blockStarts" in chunk)) return [];
    const { tokens, blockStarts } = chunk;
    return blockStarts.map((start, idx) => {
      const bytes = tokenizer.decode(tokens.subarray(start, blockStarts[idx + 1]));
      return { fileId, text: new TextDecoder().decode(bytes) };
    });
  });
}
