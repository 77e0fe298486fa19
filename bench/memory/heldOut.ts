/** Repositories that the model was not trained on, each with a bank and the places that are completed in it. */
import { readdirSync } from "node:fs";
import path from "node:path";
import { PromptMaker, type Prompt } from "../../server/deep/prompt.ts";
import { fileRoleOf } from "../../server/ingest/fileRole.ts";
import { languageOf } from "../../server/ingest/languages.ts";
import { MersenneTwister } from "../bootstrap.ts";
import { blockTextsOf } from "./blockTexts.ts";
import { definedOnce } from "./definitions.ts";
import type { BenchBank, MemoryParts } from "./memoryParts.ts";
import { NgramCache } from "./ngramCache.ts";
import { choosePositions, type Position, type PositionWish } from "./positions.ts";
import { codeOf, type CodeFile } from "./sourceFiles.ts";
import { BlockSearch, type TextBlock } from "./textWindow.ts";

export interface HeldOutRepository {
  readonly name: string;
  /** A file's id is its path. */
  readonly bank: BenchBank;
  readonly nTokens: number;
  readonly positions: readonly Position[];
  /** Over the text of the bank's blocks. */
  readonly search: BlockSearch;
  readonly cache: NgramCache;
}

/** Most tokens that a line gets; the prompt leaves room for them. */
export const lineTokens = 48;
const seed = 20_263;
const largestChars = 40_000;

/** Returns the folders below `heldOutDir`, in their order. */
export function heldOutFolders(heldOutDir: string): string[] {
  return readdirSync(heldOutDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => path.join(heldOutDir, name))
    .sort();
}

/** Remembers up to `mostTokens` of a repository, and chooses up to `nPositions` places in what it remembers. */
export async function rememberRepository(
  parts: MemoryParts,
  folder: string,
  { mostTokens, nPositions }: { readonly mostTokens: number; readonly nPositions: number },
): Promise<HeldOutRepository> {
  const name = path.basename(folder);
  const bank = await parts.newBank(`heldOut-${name}`);
  const files: CodeFile[] = [];
  const blocks: TextBlock[] = [];
  let nTokens = 0;
  for (const file of neighbours(folder)) {
    if (nTokens >= mostTokens) break;
    const remembered = await bank.remember(file.path, file);
    blocks.push(...blockTextsOf(file.path, remembered.chunks, parts.tokenizer));
    nTokens += remembered.nTokens;
    files.push(file);
  }
  const positions = choosePositions({
    files,
    definitions: definedOnce(files),
    n: nPositions,
    seed,
    isSeen: seenInPrompt(parts),
  });
  const search = new BlockSearch(blocks);
  return { name, bank, nTokens, positions, search, cache: new NgramCache(files) };
}

/** The prompt that the product makes for a cursor, when it was not asked before. */
export function promptOf({ tokenizer, shape }: MemoryParts, file: string, prefix: string): Prompt {
  const prompts = new PromptMaker(tokenizer, shape);
  return prompts.promptFor(file, prefix, shape.window - lineTokens - 1);
}

/** Returns what tells whether the prompt for a cursor already holds a word. */
export function seenInPrompt(parts: MemoryParts): PositionWish["isSeen"] {
  return (file, prefix, word) => {
    const { tokens } = promptOf(parts, file, prefix);
    return new TextDecoder().decode(parts.tokenizer.decode(tokens)).includes(word);
  };
}

/**
 * A repository's files: sources, in the order of their paths, from one of them on that the seed chooses, and round;
 * then all others.
 */
export function neighbours(folder: string): CodeFile[] {
  const files = [...codeOf(folder)].filter(({ text }) => text.length <= largestChars);
  const isSource = ({ path: file }: CodeFile): boolean =>
    fileRoleOf(file, languageOf(file)) === "source";
  const sources = files.filter(isSource);
  const start = Math.floor(new MersenneTwister(seed).next() * sources.length);
  const others = files.filter((file) => !isSource(file));
  return [...sources.slice(start), ...sources.slice(0, start), ...others];
}
