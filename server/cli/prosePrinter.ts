import type { CheckedProse } from "../../protocol/prose.ts";
import { GrowingProse } from "../endpoint/growingProse.ts";
import type { ModelAnswer } from "./modelAnswer.ts";
import {
  failureSentences,
  finishedBlocks,
  lookLines,
  markLines,
  numberedMarks,
  proseText,
  sourceLines,
} from "./proseText.ts";
import { safeLine, type Terminal } from "./terminal.ts";

const maxOffered = 20;

/** Prints what of a growing answer of a model is new, and the whole again when it came out otherwise than it began. */
export class ProsePrinter {
  readonly #terminal: Terminal;
  readonly #growing = new GrowingProse();
  #isFirst = true;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Prints the whole blocks that came since the last version. */
  grow({ markdown, marks }: CheckedProse): void {
    // With the numbers of the marks, which are printed as well: they too may not come out otherwise.
    this.#print(this.#growing.next(numberedMarks(finishedBlocks(markdown), marks), true));
  }

  /** Prints the rest, what the numbers mean, and why there is no more. */
  end({ prose, detail, offered }: ModelAnswer): void {
    const whole = numberedMarks(prose.markdown, prose.marks);
    if (this.#growing.differs(whole)) {
      this.#print("Checked again as a whole, the answer is:");
      this.#print(whole);
    } else this.#print(this.#growing.next(whole, true));
    const { citations, failure } = prose;
    const below = [
      lookLines(prose.looks),
      sourceLines(citations, (...args) => this.#terminal.style(...args)),
      markLines(prose).map((line) => this.#terminal.style("warning", line)),
    ];
    for (const lines of below.filter(({ length }) => length > 0)) {
      this.#terminal.line();
      for (const line of lines) this.#terminal.line(line);
    }
    if (failure === undefined) return;
    const status = detail === "" ? "" : ` (${safeLine(detail)})`;
    this.#terminal.note(`${failureSentences[failure]}${status}`);
    if (offered.length > 0)
      this.#terminal.note(`It offers: ${offered.slice(0, maxOffered).map(safeLine).join(", ")}`);
  }

  #print(markdown: string): void {
    const shown = proseText(markdown, (...args) => this.#terminal.style(...args));
    if (shown === "") return;
    if (!this.#isFirst) this.#terminal.line();
    this.#isFirst = false;
    this.#terminal.line(shown);
  }
}
