/**
 * The tokens that a completion is asked with: the header of the file, then what stands in front of the cursor, as far
 * as there is room. Where it begins moves in leaps, so that from one keystroke to the next only the end differs and
 * keys and values can be used again.
 */
import type { LmTokenizer } from "../lm/lmTokenizer.ts";
import { headerOf, type ChunkShape } from "../lm/chunks.ts";

/** With less of the room used the beginning moves back, when there is more text: the cursor jumped to behind it. */
const leastUsed = 0.3;
/** After a leap so much of the room is used, so that many keystrokes pass before the next one. */
const usedAfterLeap = 0.6;
const utf8 = new TextEncoder();
const lineBreak = 0x0a;

export interface Prompt {
  readonly tokens: Uint16Array;
  /** So many of them are the header's. */
  readonly headerLength: number;
}

/** One for each sequence that is kept between keystrokes. */
export class PromptMaker {
  readonly #tokenizer: LmTokenizer;
  readonly #shape: ChunkShape;
  /** Text from the last beginning on, of the file that was asked for last. */
  #path = "";
  #beginning = "";

  constructor(tokenizer: LmTokenizer, shape: ChunkShape) {
    this.#tokenizer = tokenizer;
    this.#shape = shape;
  }

  /** Returns the prompt for a cursor behind `prefix`, with at most `room` tokens. */
  promptFor(path: string, prefix: string, room: number): Prompt {
    const header = headerOf(this.#tokenizer, this.#shape, path);
    const most = room - header.length;
    const from = this.#path === path ? this.#found(prefix) : undefined;
    const tokens = from === undefined ? undefined : this.#encode(prefix.slice(from));
    const isShort = from !== 0 && tokens !== undefined && tokens.length < most * leastUsed;
    if (tokens !== undefined && tokens.length <= most && !isShort) return joined(header, tokens);
    const leapt = this.#leap(prefix, Math.floor(most * usedAfterLeap));
    this.#path = path;
    this.#beginning = leapt.slice(0, 200);
    const own = this.#encode(leapt);
    return joined(header, own.subarray(Math.max(0, own.length - most)));
  }

  /** Where the last beginning stands in the text; `undefined` when it is there no more. */
  #found(prefix: string): number | undefined {
    const at = this.#beginning === "" ? -1 : prefix.indexOf(this.#beginning);
    return at === -1 ? undefined : at;
  }

  /** The last lines of the text that have about so many tokens. */
  #leap(prefix: string, nTokens: number): string {
    const tokens = this.#encode(prefix);
    if (tokens.length <= nTokens) return prefix;
    let start = tokens.length - nTokens;
    while (
      start < tokens.length &&
      this.#tokenizer.bytesOf(tokens[start] as number)[0] !== lineBreak
    )
      start++;
    // A long last line would leave little.
    const hasMuch = tokens.length - start >= nTokens / 2;
    const kept = hasMuch ? tokens.subarray(start) : tokens.subarray(-nTokens);
    const text = new TextDecoder().decode(this.#tokenizer.decode(kept));
    // A text cut inside a letter is not the end of the other; the plain cut then is.
    return prefix.endsWith(text) ? text : prefix.slice(-nTokens);
  }

  #encode(text: string): Uint16Array {
    return this.#tokenizer.encode(utf8.encode(text));
  }
}

function joined(header: Uint16Array, tokens: Uint16Array): Prompt {
  return { tokens: Uint16Array.of(...header, ...tokens), headerLength: header.length };
}
