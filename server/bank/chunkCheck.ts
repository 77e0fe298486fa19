/** Whether a chunk that is handed in is what it should be: the model's output is not trusted. */
import { isFiniteThroughout } from "./quantise.ts";
import {
  maxBlockNames,
  maxBlockTokens,
  maxChunkTokens,
  type BankChunk,
  type BankShape,
  type ChunkFault,
  type ChunkPlace,
} from "./bankTypes.ts";

const maxHashLength = 128;
const maxLine = 0x7fff_ffff;
/** Lines of a block are stored in 16 bits, counted from the chunk's first. */
const maxChunkLines = 0xffff;

/** Returns what is wrong with a chunk's place, `undefined` for nothing. */
export function placeFault(place: ChunkPlace): ChunkFault | undefined {
  const { chunkHash, firstLine, lastLine } = place;
  const isGood =
    typeof chunkHash === "string" &&
    chunkHash.length > 0 &&
    chunkHash.length <= maxHashLength &&
    Number.isInteger(firstLine) &&
    Number.isInteger(lastLine) &&
    firstLine >= 0 &&
    lastLine >= firstLine &&
    lastLine <= maxLine &&
    lastLine - firstLine <= maxChunkLines;
  return isGood ? undefined : "badShape";
}

/** Returns what is wrong with a chunk, `undefined` for nothing. */
export function chunkFault(chunk: BankChunk, shape: BankShape): ChunkFault | undefined {
  const nTokens = chunk.tokens.length;
  const dk = shape.nKvHeads * shape.dHead;
  const fits =
    nTokens > 0 &&
    nTokens <= maxChunkTokens &&
    chunk.keys.length === nTokens * dk &&
    chunk.values.length === nTokens * dk &&
    chunk.salience.length === nTokens &&
    Number.isInteger(chunk.headerLength) &&
    chunk.headerLength >= 0 &&
    chunk.headerLength <= nTokens;
  if (!fits) return "badShape";
  if (!areBlocksGood(chunk) || !areLinesGood(chunk) || !areNamesGood(chunk)) return "badBlocks";
  const isFinite = [chunk.keys, chunk.values, chunk.salience].every(isFiniteThroughout);
  return isFinite ? undefined : "notFinite";
}

function areBlocksGood({ blockStarts, headerLength, tokens }: BankChunk): boolean {
  return blockStarts.every((start, i) => {
    const end = blockStarts[i + 1] ?? tokens.length;
    return (
      Number.isInteger(start) &&
      start >= 0 &&
      end > Math.max(start, headerLength) &&
      end - start <= maxBlockTokens
    );
  });
}

function areLinesGood({ blockLines, blockStarts, firstLine, lastLine }: BankChunk): boolean {
  if (blockLines === undefined) return true;
  return (
    blockLines.length === blockStarts.length &&
    blockLines.every(
      ([first, last]) =>
        Number.isInteger(first) &&
        Number.isInteger(last) &&
        first >= firstLine &&
        last >= first &&
        last <= lastLine,
    )
  );
}

function areNamesGood({ blockNames, blockStarts }: BankChunk): boolean {
  if (blockNames === undefined) return true;
  return (
    blockNames.length === blockStarts.length &&
    blockNames.every((names) => names.length <= maxBlockNames && names.every((hash) => hash >= 0))
  );
}
