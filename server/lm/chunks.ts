/** A file as the chunks that the model reads and remembers, cut as `chunks_of` in `training/memory_lm/documents.py` does. */
import type { LmTokenizer } from "./lmTokenizer.ts";

const lineBreak = 0x0a;
const utf8 = new TextEncoder();

/** How long chunks are. */
export interface ChunkShape {
  /** Tokens of a chunk, its header included. */
  readonly window: number;
  /** Most tokens of a header; never more than a quarter of the window. */
  readonly headerTokens: number;
}

/** A chunk: a header that tells the path, then tokens of the file. */
export interface LmChunk {
  readonly tokens: Uint16Array;
  /** So many of the tokens are the header's. */
  readonly headerLength: number;
  /** Range of the chunk in the file's bytes. */
  readonly startByte: number;
  readonly endByte: number;
}

/** Returns the header of a file's chunks: the token that begins one, then the last tokens of the path and a line break. */
export function headerOf(tokenizer: LmTokenizer, shape: ChunkShape, path: string): Uint16Array {
  const ofPath = tokenizer.encode(utf8.encode(`${path}\n`));
  const most = Math.min(shape.headerTokens, Math.floor(shape.window / 4)) - 1;
  return Uint16Array.of(tokenizer.fileToken, ...ofPath.subarray(Math.max(0, ofPath.length - most)));
}

/**
 * Returns the chunks of a file in order: at most a window long, cut in front of the last line break that fits, or
 * where a chunk is full. Together their ranges are the file; none for an empty one. `path` is relative to the root.
 */
export function chunksOf(
  tokenizer: LmTokenizer,
  shape: ChunkShape,
  path: string,
  bytes: Uint8Array,
): LmChunk[] {
  const header = headerOf(tokenizer, shape, path);
  const room = shape.window - header.length;
  const tokens = tokenizer.encode(bytes);
  const chunks: LmChunk[] = [];
  let startByte = 0;
  for (let start = 0; start < tokens.length;) {
    const end = chunkEnd(tokenizer, tokens, start, room);
    const own = tokens.subarray(start, end);
    const endByte = own.reduce((at, token) => at + tokenizer.bytesOf(token).length, startByte);
    const all = Uint16Array.of(...header, ...own);
    chunks.push({ tokens: all, headerLength: header.length, startByte, endByte });
    start = end;
    startByte = endByte;
  }
  return chunks;
}

function chunkEnd(
  tokenizer: LmTokenizer,
  tokens: Uint16Array,
  start: number,
  room: number,
): number {
  const full = Math.min(start + room, tokens.length);
  if (full === tokens.length) return full;
  // A line break begins its piece, so that the next chunk starts with it.
  for (let end = full; end > start + Math.floor(room / 2); end--)
    if (tokenizer.bytesOf(tokens[end] as number)[0] === lineBreak) return end;
  return full;
}
