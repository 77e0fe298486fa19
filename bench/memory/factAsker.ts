/** Asks for planted facts in ways that the self-test does not: with a given memory, or with text in the window. */
import type { RecalledTokens } from "../../server/bank/bankTypes.ts";
import type { PlantedFact } from "../../server/deep/plantedFacts.ts";
import { headerOf } from "../../server/lm/chunks.ts";
import type { LmSequence } from "../../server/lm/lmSequence.ts";
import type { MemoryTokens } from "../../server/lm/memoryTokens.ts";
import { nextToken } from "../../server/lm/nextToken.ts";
import type { MemoryParts } from "./memoryParts.ts";
import { windowWithTexts } from "./textWindow.ts";

/** Returns what is known for a question: the query of its last token, and all of its tokens. */
export type KnownFor = (
  query: Float32Array,
  tokens: Uint16Array,
) => MemoryTokens | RecalledTokens | undefined;

const utf8 = new TextEncoder();
const nothing = new Uint8Array(0);

export class FactAsker {
  readonly #parts: MemoryParts;
  readonly #sequence: LmSequence;

  constructor(parts: MemoryParts) {
    this.#parts = parts;
    this.#sequence = parts.model.sequence();
  }

  /**
   * Returns what the model says a fact's value is: as many of the likeliest tokens as the value has, without spaces
   * at the ends. `texts` are put in front of the question.
   */
  async said(
    { asked, value }: PlantedFact,
    known: KnownFor,
    texts: readonly string[] = [],
  ): Promise<string> {
    const { tokenizer, shape } = this.#parts;
    const encode = (text: string): Uint16Array => tokenizer.encode(utf8.encode(text));
    const header = headerOf(tokenizer, shape, "questions.txt");
    const nTokens = encode(` ${value}`).length;
    const room = shape.window - nTokens;
    let next = windowWithTexts(header, texts.map(encode), encode(`\n${asked}`), room);
    const tokens: number[] = [];
    this.#sequence.rewindTo(0);
    while (tokens.length < nTokens) {
      await this.#sequence.append(next);
      const [query] = this.#sequence.lastQueries(1);
      const { logProbs } = await this.#sequence.read(
        known(query as Float32Array, this.#sequence.tokens),
      );
      const { token } = nextToken(tokenizer, logProbs, nothing);
      tokens.push(token);
      next = Uint16Array.of(token);
    }
    return new TextDecoder().decode(tokenizer.decode(tokens)).trim();
  }
}
