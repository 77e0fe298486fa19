/** Completes a line at a place in several ways, each with another memory. */
import { randomFrom, randomUnit } from "../../server/bank/random.ts";
import { askedNames } from "../../server/deep/askedNames.ts";
import { recalling } from "../../server/deep/completer.ts";
import { recollect } from "../../server/deep/recallTokens.ts";
import type { AskedName, RecalledBlock } from "../../server/bank/bankTypes.ts";
import { headerOf } from "../../server/lm/chunks.ts";
import { completeLine, type CompletionPrompt, type Recall } from "../../server/lm/completion.ts";
import type { LmSequence } from "../../server/lm/lmSequence.ts";
import { blocksOfFile } from "./blockOf.ts";
import { lineTokens, promptOf, type HeldOutRepository } from "./heldOut.ts";
import type { MemoryParts } from "./memoryParts.ts";
import type { Position } from "./positions.ts";
import { windowWithTexts } from "./textWindow.ts";

/** In the order of the table. */
export const ways = [
  ...(["none", "memory", "keys", "names", "foreign", "random", "oracle", "text"] as const),
  "ngram",
] as const;
export type Way = (typeof ways)[number];

/** A completed line. */
export interface Attempt {
  /** Up to the line break, without blanks at its end. */
  readonly text: string;
  /** Of its tokens, natural logarithm; NaN for the n-gram cache, which has no probabilities. */
  readonly meanLogProb: number;
  readonly tookMs: number;
}

export interface Attempts {
  readonly position: Position;
  readonly by: Readonly<Record<Way, Attempt>>;
  /** Whether the block that defines the name was recalled while the memory's line was made. */
  readonly wasFound: boolean;
}

/** As the product does it, except that an unsure line is not ended early: thresholds are looked at afterwards. */
export const asTheProduct = {
  maxTokens: lineTokens,
  ...recalling,
  leastLogProb: -Infinity,
  leastMeanLogProb: -Infinity,
  signal: new AbortController().signal,
};
/** Of the prompt, in the way of plain search: the rest of the window is text that was found. */
const promptShare = 0.5;
const nTextBlocks = 12;
/** Lines that plain search is asked with. */
const askedLines = 6;
const seed = 20_264;
const utf8 = new TextEncoder();

export class LineCompleter {
  readonly #parts: MemoryParts;
  readonly #sequence: LmSequence;
  readonly #random = randomFrom(seed);

  constructor(parts: MemoryParts) {
    this.#parts = parts;
    this.#sequence = parts.model.sequence();
  }

  /** Completes a place of `home`; `foreign` is another repository. */
  async attempt(
    position: Position,
    home: HeldOutRepository,
    foreign: HeldOutRepository,
  ): Promise<Attempts> {
    const prompt = promptOf(this.#parts, position.path, position.prefix);
    const others = { only: (fileId: string): boolean => fileId !== position.path };
    const recalled = new Map<number, RecalledBlock>();
    const store = home.bank.store;
    const defining = this.#definingBlock(position, home);
    const names = (tokens: Uint16Array): AskedName[] => askedNames(this.#parts.tokenizer, tokens);
    const by = {
      none: await this.#line(prompt, () => undefined),
      memory: await this.#line(prompt, (queries, tokens) => {
        const known = recollect(store, queries, { ...others, names: names(tokens) });
        for (const block of known?.blocks ?? []) recalled.set(block.blockId, block);
        return known?.tokens;
      }),
      keys: await this.#line(prompt, (queries) => recollect(store, queries, others)?.tokens),
      names: await this.#line(
        prompt,
        (_queries, tokens) => recollect(store, [], { ...others, names: names(tokens) })?.tokens,
      ),
      foreign: await this.#line(
        prompt,
        (queries, tokens) =>
          recollect(foreign.bank.store, queries, { names: names(tokens) })?.tokens,
      ),
      random: await this.#line(prompt, (queries) => {
        const some = queries.map(({ length }) => randomUnit(this.#random, length));
        return recollect(store, some, others)?.tokens;
      }),
      oracle: await this.#line(prompt, () => store.tokensOf([defining])),
      text: await this.#withText(position, home),
      ngram: ngramLine(position, home),
    };
    return { position, by, wasFound: recalled.has(defining.blockId) };
  }

  /** A cold start each time: nothing of the place before is used again. */
  async #line(prompt: CompletionPrompt, recall: Recall): Promise<Attempt> {
    const startMs = performance.now();
    this.#sequence.rewindTo(0);
    const { tokenizer } = this.#parts;
    const options = { ...asTheProduct, recall };
    const line = await completeLine(this.#sequence, tokenizer, prompt, options);
    const tookMs = performance.now() - startMs;
    return { text: firstLine(line.text), meanLogProb: line.meanLogProb, tookMs };
  }

  async #withText({ path, prefix }: Position, { search }: HeldOutRepository): Promise<Attempt> {
    const { tokenizer, shape } = this.#parts;
    const room = shape.window - lineTokens - 1;
    const header = headerOf(tokenizer, shape, path);
    const own = tokenizer.encode(utf8.encode(prefix));
    const nOwn = Math.floor((room - header.length) * promptShare);
    const asked = prefix.split("\n").slice(-askedLines).join("\n");
    const texts = search
      .find(asked, nTextBlocks, path)
      .map(({ text }) => tokenizer.encode(utf8.encode(text)));
    const tokens = windowWithTexts(header, texts, own.subarray(-nOwn), room);
    return this.#line({ tokens, headerLength: header.length }, () => undefined);
  }

  #definingBlock({ definition }: Position, { bank }: HeldOutRepository): RecalledBlock {
    const { config } = this.#parts.model.parts.manifest;
    const blocks = blocksOfFile(bank.store, definition.path, config.nKvHeads * config.dHead);
    const block = blocks.find(
      ({ firstLine: first, lastLine: last }) => definition.line >= first && definition.line <= last,
    );
    if (block === undefined)
      throw new Error(`no block of ${definition.path} holds line ${definition.line + 1}`);
    return block;
  }
}

function ngramLine({ path, prefix }: Position, { cache }: HeldOutRepository): Attempt {
  const startMs = performance.now();
  const text = cache.complete(path, prefix);
  return { text: firstLine(text), meanLogProb: NaN, tookMs: performance.now() - startMs };
}

function firstLine(text: string): string {
  return (text.split("\n")[0] as string).trimEnd();
}
