import type { AskParams } from "../../protocol/methods.ts";
import type { AnswerPlan } from "../../protocol/plan.ts";
import type { Answer, Citation, Turn } from "../../protocol/types.ts";
import type { Clock } from "../ports.ts";
import type { ConversationStore } from "../workServices.ts";

/**
 * An answer in a conversation while it is being written. Both turns, the question and the answer so far,
 * are in the store before a client can show them.
 */
export class AnswerTurn {
  readonly id: string;
  /** The turn of the user. */
  readonly questionId: string;
  readonly #store: ConversationStore;
  readonly #conversationId: string;
  #turn: Turn;

  /** Appends the question and an empty streaming answer. Errors: `conversationNotFound`, `diskFull`. */
  constructor(
    store: ConversationStore,
    conversationId: string,
    { question, selection, besideId }: Pick<AskParams, "question" | "selection" | "besideId">,
    clock: Clock,
  ) {
    this.#store = store;
    this.#conversationId = conversationId;
    this.id = crypto.randomUUID();
    this.questionId = crypto.randomUUID();
    const asked = { ...emptyTurn, id: this.questionId, createdMs: clock.nowMs() };
    this.#turn = {
      ...emptyTurn,
      id: this.id,
      role: "lore",
      state: "streaming",
      createdMs: clock.nowMs(),
    };
    store.appendRound(
      conversationId,
      { ...asked, text: question, ...(selection === undefined ? {} : { selection }) },
      this.#turn,
      besideId,
    );
  }

  /** Stores the next piece of the answer. */
  append(markdown: string, citations: readonly Citation[]): void {
    const { text, citations: known } = this.#turn;
    this.#update({ text: text + markdown, citations: [...known, ...citations] });
  }

  /** Stores how far a deep question is. */
  plan(plan: AnswerPlan): void {
    this.#update({ plan });
  }

  /** Stores the whole answer; the turn is done. */
  finish(answer: Answer): void {
    const { markdown, citations, recalls, abstained, tiers, elapsedMs, trace, coverage } = answer;
    this.#update({
      text: markdown,
      citations,
      recalls,
      abstained,
      tiers,
      elapsedMs,
      trace,
      coverage,
      state: "done",
    });
  }

  /** Keeps what was written so far and says why there is no more. */
  stop(state: "cancelled" | "failed"): void {
    this.#update({ state });
  }

  #update(change: Partial<Turn>): void {
    this.#turn = { ...this.#turn, ...change };
    this.#store.updateTurn(this.#conversationId, this.#turn);
  }
}

const emptyTurn = {
  role: "user",
  text: "",
  state: "done",
  citations: [],
  recalls: [],
  abstained: false,
  tiers: [],
} as const satisfies Partial<Turn>;
