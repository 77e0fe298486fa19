import type { AnswerPlan } from "../../protocol/plan.ts";
import type { Citation, Turn } from "../../protocol/types.ts";

/** An answer that is being written: what has arrived so far, and the stored turn it belongs to. */
export class LiveAnswer {
  readonly askId: string;
  readonly conversationId: string;
  #markdown = "";
  readonly #citations: Citation[] = [];
  #plan: AnswerPlan | undefined;
  #turnId: string | undefined;

  constructor(askId: string, conversationId: string) {
    this.askId = askId;
    this.conversationId = conversationId;
  }

  /** Id of the stored turn, `undefined` until the server was seen to have stored it. */
  get turnId(): string | undefined {
    return this.#turnId;
  }

  /** Takes in a further piece of the answer, and how far it is where that was told. */
  append(markdown: string, citations: readonly Citation[], plan?: AnswerPlan): void {
    this.#plan = plan ?? this.#plan;
    this.#markdown += markdown;
    this.#citations.push(...citations);
  }

  /**
   * Brings stored turns up to what has arrived: the store may lag behind the stream. Only the last turn can
   * be the one that is being written.
   */
  overlay(turns: readonly Turn[]): readonly Turn[] {
    const last = turns.at(-1);
    if (last?.role !== "lore" || last.state !== "streaming") return turns;
    this.#turnId = last.id;
    return [
      ...turns.slice(0, -1),
      {
        ...{ ...last, text: this.#markdown, citations: [...this.#citations] },
        ...(this.#plan === undefined ? {} : { plan: this.#plan }),
      },
    ];
  }
}
