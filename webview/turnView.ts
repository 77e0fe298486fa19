import type { Turn } from "../protocol/types.ts";
import type { ChatCommand } from "../protocol/webviewMessages.ts";
import type { CitationState } from "./state.ts";

/** One turn on the screen. */
export interface TurnView {
  readonly root: HTMLElement;
  update(turn: Turn, states: readonly CitationState[] | undefined): void;
}

/** What a turn can ask for. */
export interface TurnActions {
  readonly copy: (text: string) => void;
  /** Puts code in at the cursor of the last active editor. */
  insertCode(code: string): void;
  /** Shows what code would change in the last active editor. */
  applyCode(code: string): void;
  /** Pins this turn, or takes the pin off. */
  pin(turnId: string, isPinned: boolean): void;
  readonly isPinned: (turnId: string) => boolean;
  /** Asks the question of this turn again. */
  askAgain(turnId: string): void;
  /** Asks the chosen language model about this turn, once more when it has written already. */
  askModel(turnId: string): void;
  /** Runs what a notice offers. */
  run(command: ChatCommand): void;
  /** Saves what the recall of this turn saw. */
  saveTrace(turnId: string): void;
  /** Asks again and shows how the places differ. */
  compareTrace(turnId: string): void;
}
