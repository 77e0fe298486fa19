import { savedTraceOf, type SavedTrace } from "../../protocol/savedTrace.ts";
import { citationsOf } from "../../protocol/turnCitations.ts";
import type { Citation, SelectedCode, Turn } from "../../protocol/types.ts";
import type { ConversationReader, OpenTurns } from "./conversationReader.ts";

/** A question as it was asked. */
interface AskedQuestion {
  readonly question: string;
  readonly selection: SelectedCode | undefined;
}

/** Turns that are shown at first, and that come with each wish for earlier ones. */
const pageTurns = 30;
/** The turns that the chat shows of the open conversation, and what is looked up in them. */
export class ShownTurns {
  readonly #conversations: ConversationReader;
  readonly #overlay: (conversationId: string, turns: readonly Turn[]) => readonly Turn[];
  /** How many of the last turns are shown, so that a page that comes back shows them too. */
  #nShown = pageTurns;

  /** `overlay` brings turns up to what has arrived of an answer that is being written. */
  constructor(
    conversations: ConversationReader,
    overlay: (conversationId: string, turns: readonly Turn[]) => readonly Turn[],
  ) {
    this.#conversations = conversations;
    this.#overlay = overlay;
  }

  /** Returns the turns before a shown one; `grow` shows them from then on. */
  before(turnId: string): Promise<OpenTurns> {
    return this.#conversations.read({ before: turnId, lastTurns: pageTurns });
  }

  /** Shows as many more. */
  grow(nTurns: number): void {
    this.#nShown += nTurns;
  }

  /** Shows as many as of a conversation that was just opened. */
  shrink(): void {
    this.#nShown = pageTurns;
  }

  /** Shows as many as it takes to reach a turn; all when it is not there. */
  async reach(turnId: string): Promise<void> {
    let { turns, nEarlier } = await this.read();
    while (nEarlier > 0 && !turns.some(({ id }) => id === turnId)) {
      this.#nShown *= 2;
      ({ turns, nEarlier } = await this.read());
    }
  }

  /** Returns the shown turns, at most `maxTurns` of the last, brought up to what has arrived of a running answer. */
  async read(maxTurns = Number.POSITIVE_INFINITY): Promise<OpenTurns> {
    const read = await this.#conversations.read({ lastTurns: Math.min(this.#nShown, maxTurns) });
    return { ...read, turns: this.#overlay(read.conversation?.id ?? "", read.turns) };
  }

  /** True for an answer that was looked for in rounds. */
  async wasDeep(turnId: string): Promise<boolean> {
    const { turns } = await this.read();
    const turn = turns.find(({ id }) => id === turnId);
    return turn?.plan !== undefined || turn?.prose?.looks !== undefined;
  }

  /** The question whose answer holds this citation, `undefined` when no shown answer has it. */
  async questionOf(citation: Citation): Promise<AskedQuestion | undefined> {
    const { turns } = await this.read();
    const at = turns.findIndex((turn) =>
      citationsOf(turn).some(
        (other) => other.path === citation.path && other.contentHash === citation.contentHash,
      ),
    );
    return lastQuestion(turns.slice(0, at === -1 ? 0 : at));
  }

  /** A citation of a shown answer by its place in it; `undefined` when there is none. */
  async citationOf(turnId: string, index: number): Promise<Citation | undefined> {
    const { turns } = await this.read();
    const turn = turns.find(({ id }) => id === turnId);
    return turn && citationsOf(turn)[index];
  }

  /**
   * What the recall of an answer saw, as it is saved; that of the last answer without an id. `undefined` when there is
   * no such answer, or none that says what it asked: one of an older version, or about selected code.
   */
  async traceOf(turnId?: string): Promise<SavedTrace | undefined> {
    const { turns } = await this.read();
    const turn = turns.findLast(({ id, role }) =>
      turnId === undefined ? role === "lore" : id === turnId,
    );
    return turn && savedTraceOf(turn, Date.now());
  }
}

/** Returns the last question among turns, `undefined` without one. */
export function lastQuestion(turns: readonly Turn[]): AskedQuestion | undefined {
  const turn = turns.findLast(({ role }) => role === "user");
  return turn && { question: turn.text, selection: turn.selection };
}
