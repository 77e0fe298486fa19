/** The line that a completion adds, token by token: its text, how sure of it the model was, and when it is over. */

export interface Completion {
  /** What follows the prompt, without the line break; `""` for nothing. */
  readonly text: string;
  /** Mean and lowest natural logarithm of the probabilities of its tokens; 0 when there are none. */
  readonly meanLogProb: number;
  readonly lowestLogProb: number;
  readonly nTokens: number;
  /** `unsure` in front of a token that fell below what was asked for, `full` at the most tokens or the window's end. */
  readonly endedBy: "lineBreak" | "unsure" | "full";
}

/** A completion ends in front of a token that is less likely than this, or that makes the mean so. */
export interface Surety {
  readonly leastLogProb: number;
  readonly leastMeanLogProb: number;
}

const blanks: readonly number[] = [0x20, 0x09, 0x0a, 0x0d];
const lineEnds: readonly number[] = [0x0a, 0x0d];

export class CompletedLine {
  readonly #surety: Surety;
  readonly #bytes: number[] = [];
  #isBlank = true;
  #sum = 0;
  #lowest = 0;
  #nTokens = 0;

  constructor(surety: Surety) {
    this.#surety = surety;
  }

  get nTokens(): number {
    return this.#nTokens;
  }

  /**
   * Adds what a token brings, unless it is too unsure. Returns why the line is over, `undefined` while it is not: at
   * the first line break behind something that is not blank.
   */
  add(bytes: Uint8Array, logProb: number): "unsure" | "lineBreak" | undefined {
    const { leastLogProb, leastMeanLogProb } = this.#surety;
    const mean = (this.#sum + logProb) / (this.#nTokens + 1);
    if (logProb < leastLogProb || mean < leastMeanLogProb) return "unsure";
    this.#nTokens++;
    this.#sum += logProb;
    this.#lowest = Math.min(this.#lowest, logProb);
    for (const byte of bytes) {
      if (!this.#isBlank && lineEnds.includes(byte)) return "lineBreak";
      if (!blanks.includes(byte)) this.#isBlank = false;
      this.#bytes.push(byte);
    }
    return undefined;
  }

  /** Returns the completion as it is. */
  result(endedBy: Completion["endedBy"]): Completion {
    return {
      text: wholeLetters(Uint8Array.from(this.#bytes)),
      meanLogProb: this.#nTokens === 0 ? 0 : this.#sum / this.#nTokens,
      lowestLogProb: this.#lowest,
      nTokens: this.#nTokens,
      endedBy,
    };
  }
}

/** The text up to the first bytes that are no UTF-8: tokens may end inside a letter. */
function wholeLetters(bytes: Uint8Array): string {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const broken = text.indexOf("\ufffd");
  return broken === -1 ? text : text.slice(0, broken);
}
