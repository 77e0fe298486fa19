/**
 * The branches of a conversation. A question that was asked in place of an earlier one begins a branch beside it; what is
 * shown is one way through the tree, from a first question to the head.
 */
import type { Database } from "./database.ts";

/** Where a turn stands, in the order of saying. */
export interface TurnNode {
  readonly id: string;
  readonly position: number;
  readonly isQuestion: boolean;
  /** Id of the turn that it follows; `""` for none, `null` for the one that was said before it. */
  readonly parentId: string | null;
}

/** Returns the tree of a conversation. Errors: those of SQLite. */
export function turnTree(database: Database, conversationId: string): TurnTree {
  const rows = database
    .prepare(
      "SELECT id, position, is_question, parent_id FROM turn WHERE conversation_id = ? ORDER BY position",
    )
    .all(conversationId) as unknown as {
    readonly id: string;
    readonly position: number;
    readonly is_question: number;
    readonly parent_id: string | null;
  }[];
  const head = database
    .prepare("SELECT head_id FROM conversation WHERE id = ?")
    .get(conversationId) as { readonly head_id: string | null } | undefined;
  return new TurnTree(
    rows.map(({ id, position, is_question: isQuestion, parent_id: parentId }) => ({
      ...{ id, position, parentId, isQuestion: isQuestion === 1 },
    })),
    head?.head_id ?? undefined,
  );
}

export class TurnTree {
  readonly #nodes: readonly TurnNode[];
  readonly #parents = new Map<string, string | undefined>();
  readonly #isQuestion: ReadonlySet<string>;
  readonly #head: string | undefined;

  /** Nodes in the order of saying. A head or a parent that is not there, or was said later, counts as not given. */
  constructor(nodes: readonly TurnNode[], headId: string | undefined) {
    this.#nodes = nodes;
    this.#isQuestion = new Set(nodes.flatMap(({ id, isQuestion }) => (isQuestion ? [id] : [])));
    let before: string | undefined;
    for (const { id, parentId } of nodes) {
      const isKnown = parentId === "" || (parentId !== null && this.#parents.has(parentId));
      this.#parents.set(id, isKnown ? parentId || undefined : before);
      before = id;
    }
    this.#head = headId !== undefined && this.#parents.has(headId) ? headId : before;
  }

  /** The last turn that is shown, `undefined` without any. */
  get head(): string | undefined {
    return this.#head;
  }

  /** The turn that was said last, in whatever branch. */
  get lastSaid(): string | undefined {
    return this.#nodes.at(-1)?.id;
  }

  has(turnId: string): boolean {
    return this.#parents.has(turnId);
  }

  /** The turn that one follows, `undefined` for a first one. */
  parentOf(turnId: string): string | undefined {
    return this.#parents.get(turnId);
  }

  /** The ids from a first question to this turn, both included; without one to the head. */
  wayTo(turnId: string | undefined = this.#head): string[] {
    const way: string[] = [];
    for (let at = turnId; at !== undefined; at = this.#parents.get(at)) way.push(at);
    return way.reverse();
  }

  /** The questions that stand in one place, in the order of asking: this one and those asked instead of it. */
  besides(turnId: string): string[] {
    const parent = this.#parents.get(turnId);
    return this.#nodes
      .filter(({ id, isQuestion }) => isQuestion && this.#parents.get(id) === parent)
      .map(({ id }) => id);
  }

  isQuestion(turnId: string): boolean {
    return this.#isQuestion.has(turnId);
  }

  /** What was said last after a turn, or the turn itself. */
  lastAfter(turnId: string): string {
    const after = new Set([turnId]);
    let last = turnId;
    for (const { id } of this.#nodes) {
      const parent = this.#parents.get(id);
      if (parent === undefined || !after.has(parent)) continue;
      after.add(id);
      last = id;
    }
    return last;
  }

  /** What a turn's row says of its parent when it follows `parent` and was said after `before`. */
  static rowParent(parent: string | undefined, before: string | undefined): string | null {
    return parent === before ? null : (parent ?? "");
  }
}
