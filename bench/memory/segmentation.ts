/**
 * Segmentation (E5, after EM-LLM): whether the block with the definition of the name that comes next is recalled, with blocks
 * that end after a number of tokens, where the model is surprised, and where the code shows a border, each with and without
 * neighbours.
 */
import { maxBlockTokens, type BankChunk } from "../../server/bank/bankTypes.ts";
import type { BankStore } from "../../server/bank/bankStore.ts";
import { askedNames } from "../../server/deep/askedNames.ts";
import { bankChunk, cutFile, type CutChunk } from "../../server/deep/chunkWork.ts";
import { recollect, wholeFile } from "../../server/deep/recallTokens.ts";
import { NameReader } from "../../server/lm/names.ts";
import { mean } from "../recall/metric.ts";
import { count, type Table } from "../table.ts";
import { definedOnce } from "./definitions.ts";
import { heldOutFolders, neighbours, promptOf, seenInPrompt } from "./heldOut.ts";
import type { MemoryParts } from "./memoryParts.ts";
import type { MemorySettings } from "./memorySettings.ts";
import { differenceOverGroups, meanOverGroups } from "./numbers.ts";
import { choosePositions, type Position } from "./positions.ts";
import type { CodeFile } from "./sourceFiles.ts";

const seed = 20_268;
const uniformTokens = 64;
const minBlockTokens = 40;
/** EM-LLM's threshold: surprise above the chunk's mean by so many standard deviations ends an event. */
const nDeviations = 1;
const queriesAsked = 4;
const shares = [0, 0.3] as const;
const cuts = ["every 64 tokens", "where the model is surprised", "at borders of the code"] as const;
type Cut = (typeof cuts)[number];

/** Of one way of cutting in one repository: for each place and share, whether the block was there, and how many tokens came. */
interface Asked {
  readonly found: readonly (readonly number[])[];
  readonly tokens: readonly number[];
}

/** Errors: a sentence, thrown, when there is no place to ask at. */
export async function benchSegmentation(
  parts: MemoryParts,
  heldOutDir: string,
  { nPositions, repositoryTokens }: MemorySettings,
): Promise<Table> {
  const folders = heldOutFolders(heldOutDir);
  const perRepository = Math.ceil(nPositions / folders.length);
  const byCut = new Map<Cut, Asked[]>(cuts.map((cut) => [cut, []]));
  let nPlaces = 0;
  for (const folder of folders) {
    const files = filesUpTo(parts, folder, repositoryTokens);
    const positions = choosePositions({
      ...{ files, definitions: definedOnce(files), n: perRepository, seed },
      isSeen: seenInPrompt(parts),
    });
    nPlaces += positions.length;
    if (positions.length === 0) continue;
    for (const cut of cuts) byCut.get(cut)?.push(await askIn(parts, files, positions, cut));
  }
  if (nPlaces === 0) throw new Error(`${heldOutDir} has no place to ask at`);
  return tableOf(byCut, nPlaces);
}

function filesUpTo(parts: MemoryParts, folder: string, mostTokens: number): CodeFile[] {
  const files: CodeFile[] = [];
  let nTokens = 0;
  for (const file of neighbours(folder)) {
    if (nTokens >= mostTokens) break;
    nTokens += cutFile(parts.tokenizer, parts.shape, file.path, file.text).reduce(
      (sum, { chunk }) => sum + chunk.tokens.length,
      0,
    );
    files.push(file);
  }
  return files;
}

async function askIn(
  parts: MemoryParts,
  files: readonly CodeFile[],
  positions: readonly Position[],
  cut: Cut,
): Promise<Asked> {
  const bank = await parts.newBank("segmentation");
  try {
    for (const file of files) await remember(parts, bank.store, file, cut);
    while ((await bank.store.upkeep(1_000)).more);
    const sequence = parts.model.sequence();
    const found: number[][] = shares.map(() => []);
    const tokens: number[][] = shares.map(() => []);
    for (const { path, prefix, definition } of positions) {
      const prompt = promptOf(parts, path, prefix);
      await sequence.become(prompt.tokens);
      const names = askedNames(parts.tokenizer, prompt.tokens);
      for (const [idx, neighbourShare] of shares.entries()) {
        const recalled = recollect(bank.store, sequence.lastQueries(queriesAsked), {
          ...{ names, neighbourShare, without: [wholeFile(path)] },
        });
        const holds = recalled?.blocks.some(
          (block) =>
            block.fileId === definition.path &&
            block.firstLine <= definition.line &&
            block.lastLine >= definition.line,
        );
        found[idx]?.push(holds === true ? 1 : 0);
        tokens[idx]?.push(recalled?.tokens.ids.length ?? 0);
      }
    }
    return { found, tokens: tokens.map(mean) };
  } finally {
    bank.erase();
  }
}

async function remember(
  parts: MemoryParts,
  store: BankStore,
  { path, text }: CodeFile,
  cut: Cut,
): Promise<void> {
  const { tokenizer, shape } = parts;
  const chunks: BankChunk[] = [];
  for (const part of cutFile(tokenizer, shape, path, text)) {
    const usual = bankChunk(part, await parts.encode(part.chunk.tokens), tokenizer);
    chunks.push(
      cut === "at borders of the code"
        ? usual
        : recut(parts, usual, part, await startsOf(parts, part, cut)),
    );
  }
  const put = store.put(path, `${path}\n${text}`, chunks);
  if (put.kind !== "stored") throw new Error(`the bank does not take ${path}: ${put.kind}`);
}

async function startsOf(parts: MemoryParts, { chunk }: CutChunk, cut: Cut): Promise<number[]> {
  const { tokens, headerLength } = chunk;
  const first = headerLength;
  if (first >= tokens.length) return [];
  const starts = [first];
  const isSurprising = cut === "every 64 tokens" ? undefined : await surprises(parts, chunk);
  for (let at = first + 1; at < tokens.length; at++) {
    const length = at - (starts.at(-1) as number);
    const isEnd =
      isSurprising === undefined
        ? length >= uniformTokens
        : length >= maxBlockTokens || (length >= minBlockTokens && isSurprising(at));
    if (isEnd) starts.push(at);
  }
  return starts;
}

async function surprises(
  parts: MemoryParts,
  { tokens, headerLength }: CutChunk["chunk"],
): Promise<(at: number) => boolean> {
  const sequence = parts.model.sequence();
  await sequence.become(tokens.subarray(0, -1));
  // Of the tokens from the second on.
  const nats = await sequence.score(undefined, tokens.subarray(1));
  const own = [...nats.subarray(Math.max(0, headerLength - 1))];
  const middle = mean(own);
  const deviation = Math.sqrt(mean(own.map((value) => (value - middle) ** 2)));
  return (at) => (nats[at - 1] as number) > middle + nDeviations * deviation;
}

function recut(
  { tokenizer }: MemoryParts,
  usual: BankChunk,
  { chunk, firstLine }: CutChunk,
  starts: readonly number[],
): BankChunk {
  const { tokens, headerLength } = chunk;
  const names = NameReader.of(tokenizer);
  const breaksTo: number[] = [0];
  for (const token of tokens)
    breaksTo.push(
      (breaksTo.at(-1) as number) + tokenizer.bytesOf(token).filter((byte) => byte === 0x0a).length,
    );
  const lineAt = (at: number): number =>
    firstLine + (breaksTo[at] as number) - (breaksTo[headerLength] as number);
  return {
    ...usual,
    blockStarts: starts,
    blockLines: starts.map(
      (start, i) => [lineAt(start), lineAt(starts[i + 1] ?? tokens.length)] as const,
    ),
    blockNames: starts.map((start, i) =>
      names.distinctNames(tokens.subarray(start, starts[i + 1])),
    ),
  };
}

function tableOf(byCut: ReadonlyMap<Cut, readonly Asked[]>, nPlaces: number): Table {
  const groups = (cut: Cut, idx: number): (readonly number[])[] =>
    (byCut.get(cut) ?? []).map(({ found }) => found[idx] as readonly number[]);
  const product = groups("at borders of the code", 1);
  return {
    title: "Where blocks end, and whether neighbours come along",
    head: [
      "blocks end",
      "neighbours",
      "the definition's block is recalled",
      "over the product",
      "tokens recalled",
    ],
    rows: cuts.flatMap((cut) =>
      shares.map((share, idx) => [
        cut,
        share === 0 ? "none" : `${100 * share} %`,
        meanOverGroups(groups(cut, idx)),
        cut === "at borders of the code" && idx === 1
          ? "–"
          : differenceOverGroups(groups(cut, idx), product),
        count(mean((byCut.get(cut) ?? []).map(({ tokens }) => tokens[idx] as number))),
      ]),
    ),
    notes: [
      `${nPlaces} places of ${byCut.get("every 64 tokens")?.length ?? 0} repositories that the model was not trained on, in front of a name that one other file defines and the prompt does not hold. Sixteen blocks are recalled as for a completion; right is when one of them has the line of the definition. Means over repositories, each weighing the same, with 95 % bootstrap intervals; differences are paired.`,
      "The last row is the product. The model was trained with its blocks; surprise is that of the model without memory, above the chunk's mean by one standard deviation, in blocks of 40 to 128 tokens.",
    ],
  };
}
