import type { Turn } from "../protocol/types.ts";
import type { ViewState } from "./state.ts";
import type { TurnView } from "./turnView.ts";

/** The views of the turns that are shown, each kept as long as its turn is. */
export interface TurnList {
  /** Puts in, takes out and updates views so that they are those of the state, in its order. */
  update(state: ViewState): void;
  clear(): void;
  /** The element of a turn, `undefined` when it is not shown. */
  rootOf(turnId: string): HTMLElement | undefined;
}

/** Returns an empty list whose turns follow the element `above`; `make` builds the view of a new turn. */
export function createTurnList(above: Element, make: (turn: Turn) => TurnView): TurnList {
  const views = new Map<string, TurnView>();
  const remove = (id: string, view: TurnView): void => {
    view.root.remove();
    views.delete(id);
  };
  return {
    update: ({ turns, citationStates }) => {
      const ids = new Set(turns.map(({ id }) => id));
      for (const [id, view] of views) if (!ids.has(id)) remove(id, view);
      let last = above;
      for (const turn of turns) {
        let view = views.get(turn.id);
        if (view === undefined) {
          view = make(turn);
          views.set(turn.id, view);
          last.after(view.root);
        }
        last = view.root;
        view.update(turn, citationStates.get(turn.id));
      }
    },
    clear: () => {
      for (const [id, view] of views) remove(id, view);
    },
    rootOf: (turnId) => views.get(turnId)?.root,
  };
}
