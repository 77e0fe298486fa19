import type { Turn } from "../protocol/types.ts";
import type { Row } from "./partRows.ts";
import type { PartView } from "./partView.ts";
import type { ViewState } from "./state.ts";
import type { TurnView } from "./turnView.ts";

/** The views of the rows that are shown, each kept as long as its row is. */
export interface TurnList {
  /** Puts in, takes out and updates views so that they are those of the rows, in their order. */
  update(rows: readonly Row[], citationStates: ViewState["citationStates"]): void;
  clear(): void;
  /** The element of a turn, `undefined` when it is not shown. */
  rootOf(turnId: string): HTMLElement | undefined;
}

/** How the views of new rows are built. */
export interface RowMakers {
  readonly turn: (turn: Turn) => TurnView;
  /** The view of the part that begins with this turn. */
  readonly part: (firstTurnId: string) => PartView;
}

/** Returns an empty list whose rows follow the element `above`. */
export function createTurnList(above: Element, make: RowMakers): TurnList {
  const turns = new Map<string, TurnView>();
  const parts = new Map<string, PartView>();
  return {
    update: (rows, citationStates) => {
      keepOnly(turns, new Set(rows.map((row) => (row.kind === "turn" ? row.turn.id : ""))));
      keepOnly(
        parts,
        new Set(rows.map((row) => (row.kind === "part" ? row.part.firstTurnId : ""))),
      );
      let last = above;
      for (const row of rows) {
        if (row.kind === "turn") {
          const { turn } = row;
          const view = viewOf(turns, turn.id, last, () => make.turn(turn));
          view.update(turn, citationStates.get(turn.id));
          last = view.root;
        } else {
          const { firstTurnId } = row.part;
          const view = viewOf(parts, firstTurnId, last, () => make.part(firstTurnId));
          view.update(row.part, row.isFolded);
          last = view.root;
        }
      }
    },
    clear: () => {
      keepOnly(turns, new Set());
      keepOnly(parts, new Set());
    },
    rootOf: (turnId) => turns.get(turnId)?.root,
  };
}

interface View {
  readonly root: HTMLElement;
}

/** Returns the view of a row, a new one put behind `last` where there is none. Rows never change their order. */
function viewOf<V extends View>(
  views: Map<string, V>,
  id: string,
  last: Element,
  make: () => V,
): V {
  const known = views.get(id);
  if (known !== undefined) return known;
  const view = make();
  views.set(id, view);
  last.after(view.root);
  return view;
}

function keepOnly(views: Map<string, View>, ids: ReadonlySet<string>): void {
  for (const [id, view] of views) {
    if (ids.has(id)) continue;
    view.root.remove();
    views.delete(id);
  }
}
