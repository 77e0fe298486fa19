import type { Turn } from "../protocol/types.ts";
import type { CitationState } from "./state.ts";

/** One turn on the screen. */
export interface TurnView {
  readonly root: HTMLElement;
  update(turn: Turn, states: readonly CitationState[] | undefined): void;
}

/** What a turn can ask for. */
export interface TurnActions {
  readonly copy: (text: string) => void;
  /** Asks the question of this turn again. */
  askAgain(turnId: string): void;
  /** Saves what the recall of this turn saw. */
  saveTrace(turnId: string): void;
  /** Asks again and shows how the places differ. */
  compareTrace(turnId: string): void;
}
