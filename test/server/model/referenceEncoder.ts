/** The static encoder as plainly as it can be written, straight from its specification: what the kernel is held against. */
import type { StaticModel } from "../../../server/model/staticModel.ts";

const maxWordBytes = 32;

type ByteClass = "lower" | "upper" | "digit" | "beyondAscii" | undefined;

function classOf(byte: number | undefined): ByteClass {
  if (byte === undefined) return undefined;
  if (byte >= 0x80) return "beyondAscii";
  const character = String.fromCharCode(byte);
  if (/[a-z]/.test(character)) return "lower";
  if (/[A-Z]/.test(character)) return "upper";
  return /[0-9]/.test(character) ? "digit" : undefined;
}

/** Returns the words of `bytes`, in small letters. */
export function wordsOf(bytes: Uint8Array): number[][] {
  const words: number[][] = [];
  let word: number[] = [];
  const end = (): void => {
    if (word.length > 0) words.push(word);
    word = [];
  };
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    const kind = classOf(byte);
    if (kind === undefined) {
      end();
      continue;
    }
    if (word.length > 0 && isBoundary(classOf(bytes[i - 1]), kind, classOf(bytes[i + 1]))) end();
    if (word.length === maxWordBytes) end();
    word.push(kind === "upper" ? byte + 32 : byte);
  }
  end();
  return words;
}

function isBoundary(before: ByteClass, here: ByteClass, after: ByteClass): boolean {
  if (before === here) return here === "upper" && after === "lower";
  return !(before === "upper" && here === "lower");
}

const knownRanks = new WeakMap<Uint32Array, Map<string, number>>();

/** A pair that comes twice has its first rank. */
function ranksOf(merges: Uint32Array): Map<string, number> {
  let ranks = knownRanks.get(merges);
  if (ranks === undefined) {
    ranks = new Map();
    for (let i = merges.length / 2 - 1; i >= 0; i--)
      ranks.set(`${merges[i * 2]},${merges[i * 2 + 1]}`, i);
    knownRanks.set(merges, ranks);
  }
  return ranks;
}

/** Returns the tokens of one word. */
function mergeWord(word: readonly number[], merges: Uint32Array): number[] {
  const ranks = ranksOf(merges);
  const tokens = [...word];
  for (;;) {
    let best = Number.POSITIVE_INFINITY;
    let at = -1;
    for (let i = 0; i + 1 < tokens.length; i++) {
      const rank = ranks.get(`${tokens[i]},${tokens[i + 1]}`);
      if (rank !== undefined && rank < best) {
        best = rank;
        at = i;
      }
    }
    if (at < 0) return tokens;
    tokens.splice(at, 2, 256 + best);
  }
}

/** Returns the tokens of the first `maxBytes` bytes. */
export function tokensOf(bytes: Uint8Array, { merges, maxBytes }: StaticModel): number[] {
  return wordsOf(bytes.subarray(0, maxBytes)).flatMap((word) => mergeWord(word, merges));
}

/** Returns the embedding of bytes, not rounded: the largest value is 127 or -127, or all are zero. */
export function embeddingOf(bytes: Uint8Array, model: StaticModel, table = model.table): number[] {
  const { dimensions, tokenCap } = model;
  const counts = new Map<number, number>();
  const sum = new Array<number>(dimensions).fill(0);
  for (const token of tokensOf(bytes, model)) {
    const count = (counts.get(token) ?? 0) + 1;
    counts.set(token, count);
    if (tokenCap > 0 && count > tokenCap) continue;
    for (let d = 0; d < dimensions; d++)
      sum[d] = (sum[d] as number) + (table[token * dimensions + d] as number);
  }
  const largest = Math.max(...sum.map(Math.abs));
  return largest === 0 ? sum : sum.map((value) => (value * 127) / largest);
}
