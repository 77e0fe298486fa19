/** Tells how far the rounds of a deep question are, part by part. */
import { maxPlanText, type AnswerPlan, type PlanPart } from "../../../protocol/plan.ts";
import { shortened } from "../markdown.ts";
import type { QuestionPart } from "./questionParts.ts";
import type { RoundQuery } from "./roundNote.ts";

export class RoundsPlan {
  readonly #tell: (plan: AnswerPlan) => void;
  readonly #maxRounds: number;
  readonly #parts: PlanPart[];
  readonly #followed: string[] = [];
  #round = 1;

  /** `tell` is called with each change, and once at the beginning. */
  constructor(parts: readonly QuestionPart[], maxRounds: number, tell: (plan: AnswerPlan) => void) {
    this.#tell = tell;
    this.#maxRounds = maxRounds;
    // The first round asks the whole question, which is its only part by then.
    const state = parts.length === 1 ? "looking" : "waiting";
    this.#parts = parts.map(({ text }) => ({
      ...{ text: shortened(text.replace(/\s+/g, " ").trim(), maxPlanText), state, nPlaces: 0 },
    }));
    this.#told();
  }

  /** A round begins. */
  round(round: number, queries: readonly RoundQuery[]): void {
    this.#round = round;
    this.#followed.push(...queries.flatMap(({ name }) => (name === undefined ? [] : [name])));
    this.#told();
  }

  /** A part is looked for; a search of the whole question changes nothing. */
  looking(part: number | undefined): void {
    if (part === undefined || this.#parts[part]?.state === "looking") return;
    this.#set(part, "looking", 0);
  }

  /** So many places are told of a part. */
  told(part: number, nPlaces: number): void {
    this.#set(part, nPlaces === 0 ? "nothing" : "done", nPlaces);
  }

  #set(at: number, state: PlanPart["state"], nPlaces: number): void {
    const part = this.#parts[at];
    if (part === undefined) return;
    this.#parts[at] = { ...part, state, nPlaces };
    this.#told();
  }

  #told(): void {
    this.#tell({
      parts: [...this.#parts],
      round: this.#round,
      maxRounds: this.#maxRounds,
      followed: [...this.#followed],
    });
  }
}
