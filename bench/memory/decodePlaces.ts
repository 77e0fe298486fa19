/** Places that are completed to see what it costs, in the files that a bank was filled with. */
import type { Prompt } from "../../server/deep/prompt.ts";
import { promptOf } from "./heldOut.ts";
import type { BenchBank, MemoryParts } from "./memoryParts.ts";
import type { CodeFile } from "./sourceFiles.ts";

export interface FilledBank {
  readonly nTokens: number;
  readonly places: readonly Place[];
}

/** A file with a place in it. */
export interface Place {
  readonly fileId: string;
  /** The product's for the place. */
  readonly prompt: Prompt;
  /** The file's beginning: a context, and what is decoded behind it. */
  readonly known: Uint16Array;
}

/** Tokens that are decoded behind a context. */
export const knownSteps = 24;
const nPlaces = 24;
/** Where a file is cut. */
const cutAt = 0.8;
/** Of a window. */
const contextShare = 0.5;
const utf8 = new TextEncoder();

/** Returns how many tokens a context has. */
export function contextLength({ shape }: MemoryParts): number {
  return Math.floor(shape.window * contextShare);
}

/** Remembers files until there are enough tokens and places. Errors: a sentence, thrown, when no file is long enough. */
export async function fillWithPlaces(
  parts: MemoryParts,
  bank: BenchBank,
  files: Iterable<CodeFile>,
  leastTokens: number,
): Promise<FilledBank> {
  const places: Place[] = [];
  let nTokens = 0;
  let nFiles = 0;
  for (const file of files) {
    if (nTokens >= leastTokens) break;
    const fileId = `${nFiles++}/${file.path}`;
    nTokens += (await bank.remember(fileId, file)).nTokens;
    const tokens = parts.tokenizer.encode(utf8.encode(file.text));
    const known = tokens.subarray(0, contextLength(parts) + knownSteps);
    if (known.length === tokens.length || places.length === nPlaces) continue;
    const prompt = promptOf(parts, file.path, file.text.slice(0, file.text.length * cutAt));
    places.push({ fileId, prompt, known });
  }
  await bank.settle();
  if (places.length === 0) throw new Error("no file of the trees is long enough");
  return { nTokens, places };
}
