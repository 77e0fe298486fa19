/** From a file's text to the chunks that the bank stores: cut, named by their content, and encoded where they are new. */
import { createHash } from "node:crypto";
import type { BankChunk, ChunkPlace } from "../bank/bankTypes.ts";
import { chunksOf, type ChunkShape, type LmChunk } from "../lm/chunks.ts";
import type { EncodedChunk } from "../lm/chunkEncoder.ts";
import type { LmTokenizer } from "../lm/lmTokenizer.ts";
import { NameReader } from "../lm/names.ts";
import { maskSecrets } from "../secrets/maskSecrets.ts";
import { blocksOf } from "./blocks.ts";

/** A chunk of a file with its name and its lines; the last line is included. */
export interface CutChunk extends ChunkPlace {
  readonly chunk: LmChunk;
}

const lineBreak = 0x0a;

/**
 * Returns the chunks of a file; none for an empty one. `path` is relative to the root, and part of every chunk. Keys and
 * tokens in the text are masked before it is cut, so that none gets into the bank.
 */
export function cutFile(
  tokenizer: LmTokenizer,
  shape: ChunkShape,
  path: string,
  text: string,
): CutChunk[] {
  const bytes = new TextEncoder().encode(maskSecrets(text));
  let line = 0;
  return chunksOf(tokenizer, shape, path, bytes).map((chunk) => {
    const firstLine = line;
    for (let at = chunk.startByte; at < chunk.endByte; at++) if (bytes[at] === lineBreak) line++;
    return { chunkHash: hashOf(chunk.tokens), firstLine, lastLine: line, chunk };
  });
}

/** Returns what the bank stores of a chunk. */
export function bankChunk(cut: CutChunk, encoded: EncodedChunk, tokenizer: LmTokenizer): BankChunk {
  const { chunk, chunkHash, firstLine, lastLine } = cut;
  const { tokens } = chunk;
  const names = NameReader.of(tokenizer);
  const { starts, lines } = blocksOf(tokens, chunk.headerLength, tokenizer);
  return {
    chunkHash,
    firstLine,
    lastLine,
    tokens,
    headerLength: chunk.headerLength,
    keys: encoded.keys,
    values: encoded.values,
    salience: encoded.salience,
    blockStarts: starts,
    blockLines: lines.map(([first, last]) => [firstLine + first, firstLine + last] as const),
    blockNames: starts.map((start, i) =>
      names.distinctNames(tokens.subarray(start, starts[i + 1])),
    ),
  };
}

/** What is needed to make of cuts what a bank is given. */
export interface CutEncoding {
  readonly bank: { has(chunkHash: string): boolean };
  readonly tokenizer: LmTokenizer;
  readonly encode: (tokens: Uint16Array) => Promise<EncodedChunk>;
}

/** Returns what the bank is given of a file: chunks that it has by their place, others encoded. Rejects as `encode` does. */
export async function chunksToPut(
  cuts: readonly CutChunk[],
  { bank, tokenizer, encode }: CutEncoding,
): Promise<(BankChunk | ChunkPlace)[]> {
  const chunks: (BankChunk | ChunkPlace)[] = [];
  for (const cut of cuts) {
    const { chunkHash, firstLine, lastLine } = cut;
    if (bank.has(chunkHash)) {
      chunks.push({ chunkHash, firstLine, lastLine });
      continue;
    }
    chunks.push(bankChunk(cut, await encode(cut.chunk.tokens), tokenizer));
  }
  return chunks;
}

/** Returns the tokens of all cuts, headers included. */
export function tokensIn(cuts: readonly CutChunk[]): number {
  return cuts.reduce((sum, { chunk }) => sum + chunk.tokens.length, 0);
}

/** Of the tokens: the same text under the same path is the same chunk, and is encoded once. */
function hashOf(tokens: Uint16Array): string {
  const bytes = new Uint8Array(tokens.buffer, tokens.byteOffset, tokens.byteLength);
  return createHash("sha256").update(bytes).digest("hex").slice(0, 32);
}
