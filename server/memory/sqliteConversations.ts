/**
 * Conversations in SQLite: every turn is on disk before anybody sees it, without the keys and tokens in it, and a deleted
 * one leaves no bytes.
 */
import { MemoryError } from "../../protocol/errors.ts";
import type { PinnedTurn, ReadConversationResult } from "../../protocol/methods.ts";
import type { Prose } from "../../protocol/prose.ts";
import type { Conversation, Turn } from "../../protocol/types.ts";
import type { Clock } from "../ports.ts";
import { TurnMask } from "../secrets/turnMask.ts";
import type {
  AskedTurn,
  ConversationStore,
  KeptConversation,
  QuotedNote,
  RoundCandidate,
  RoundCounts,
  RoundQuery,
  TextEmbedder,
  TurnOutline,
  TurnPage,
} from "../workServices.ts";
import { bytesToFree, whatToForget } from "../work/forgettingOrder.ts";
import { conversationList, conversationOf } from "./conversationList.ts";
import { nameOf, titleOf, untitled } from "./conversationTitle.ts";
import {
  addConversations,
  conversationUses,
  deleteTurns,
  forgettings,
  keptConversations,
  nextChange,
} from "./conversationUpkeep.ts";
import { cosine } from "./cosine.ts";
import {
  databaseBytes,
  dataVersion,
  eraseDeleted,
  forgetAside,
  inTransaction,
  withMemoryErrors,
  type Database,
} from "./database.ts";
import { RoundIndex } from "./roundIndex.ts";
import { TurnQuotes } from "./turnQuotes.ts";
import { TurnReader } from "./turnReader.ts";
import { turnTree, TurnTree } from "./turnTree.ts";

export class SqliteConversations implements ConversationStore {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #newId: () => string;
  readonly #maxBytes: number;
  /** Tells turns that this process is still writing from those that a dead one left. */
  readonly #writerId: string;
  readonly #secrets = new TurnMask();
  readonly #index: RoundIndex;
  readonly #turns: TurnReader;
  readonly #quotes: TurnQuotes;
  readonly #embedder: TextEmbedder | undefined;
  /** When others' writes were told last. */
  #newsVersion: number;

  constructor(
    database: Database,
    clock: Clock,
    {
      embedder,
      newId,
      maxBytes,
      presentRoot,
    }: {
      embedder: TextEmbedder | undefined;
      newId: () => string;
      maxBytes: number;
      presentRoot: (rootId: string) => string;
    },
  ) {
    this.#database = database;
    this.#maxBytes = maxBytes;
    this.#clock = clock;
    this.#embedder = embedder;
    this.#index = new RoundIndex(database, embedder);
    this.#newId = newId;
    this.#writerId = newId();
    this.#turns = new TurnReader(database, this.#writerId, presentRoot);
    this.#quotes = new TurnQuotes(database, this.#index, (change) => this.#write(change));
    withMemoryErrors(() => database.exec("PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON;"));
    this.#newsVersion = withMemoryErrors(() => dataVersion(database));
  }

  /** The conversation that changed last comes first. */
  list(): Conversation[] {
    return conversationList(this.#database);
  }

  create(): Conversation {
    const id = this.#newId();
    const nowMs = Math.round(this.#clock.nowMs());
    withMemoryErrors(() =>
      this.#database
        .prepare(
          `INSERT INTO conversation (id, title, is_named, created_ms, updated_ms, change) VALUES (?, ?, 0, ?, ?, ${nextChange})`,
        )
        .run(id, untitled, nowMs, nowMs),
    );
    return this.#conversation(id);
  }

  read(conversationId: string, page: TurnPage = {}): ReadConversationResult {
    const conversation = this.#conversation(conversationId);
    const tree = withMemoryErrors(() => turnTree(this.#database, conversationId));
    if (page.before !== undefined && !tree.has(page.before))
      throw new MemoryError("conversationNotFound");
    const way = tree.wayTo(page.before);
    if (page.before !== undefined) way.pop();
    const nEarlier = Math.max(0, way.length - (page.lastTurns ?? way.length));
    const shown = way.slice(nEarlier);
    const branches = shown
      .filter((id) => tree.isQuestion(id))
      .map((turnId) => ({ turnId, questionIds: tree.besides(turnId) }))
      .filter(({ questionIds }) => questionIds.length > 1);
    return {
      ...{ conversation, nEarlier, turns: this.#turns.turns(conversationId, shown) },
      ...(branches.length === 0 ? {} : { branches }),
      ...this.#turns.pinned(conversationId, tree),
    };
  }

  /** Errors: `conversationNotFound`, also when the conversation does not hold the answer. */
  pin(conversationId: string, turnId: string, isPinned: boolean): readonly PinnedTurn[] {
    const { changes } = withMemoryErrors(() =>
      this.#database
        .prepare(
          "UPDATE turn SET is_pinned = ? WHERE conversation_id = ? AND id = ? AND is_question = 0",
        )
        .run(isPinned ? 1 : 0, conversationId, turnId),
    );
    if (Number(changes) === 0) throw new MemoryError("conversationNotFound");
    const tree = withMemoryErrors(() => turnTree(this.#database, conversationId));
    return this.#turns.pinned(conversationId, tree).pinned ?? [];
  }

  chooseBranch(conversationId: string, turnId: string): Conversation {
    const tree = withMemoryErrors(() => turnTree(this.#database, conversationId));
    if (!tree.has(turnId)) throw new MemoryError("conversationNotFound");
    if (!tree.wayTo().includes(turnId))
      withMemoryErrors(() => this.#setHead(conversationId, tree.lastAfter(turnId)));
    return this.#conversation(conversationId);
  }

  outline(conversationId: string): TurnOutline[] {
    this.#conversation(conversationId);
    return this.#turns.outline(conversationId);
  }

  askedBetween(fromMs: number, toMs: number, limit: number): AskedTurn[] {
    return this.#turns.askedBetween(fromMs, toMs, limit);
  }

  /** White space around a title goes; a blank one changes nothing. */
  rename(conversationId: string, title: string): Conversation {
    const name = nameOf(title);
    if (name === "") return this.#conversation(conversationId);
    withMemoryErrors(() =>
      this.#database
        .prepare("UPDATE conversation SET title = ?, is_named = 1 WHERE id = ?")
        .run(name, conversationId),
    );
    return this.#conversation(conversationId);
  }

  delete(conversationId: string): void {
    this.#conversation(conversationId);
    this.#write(() => {
      this.#forget(conversationId);
      this.#index.sweep();
    });
    eraseDeleted(this.#database);
  }

  /**
   * A turn of the same id is replaced. The first question gives an unnamed conversation its title. Errors:
   * `conversationNotFound`, also when the conversation does not hold the turn that it is asked beside.
   */
  appendTurn(conversationId: string, given: Turn, besideId?: string): void {
    this.#appendAll(conversationId, [given], besideId);
  }

  appendRound(conversationId: string, question: Turn, answer: Turn, besideId?: string): void {
    this.#appendAll(conversationId, [question, answer], besideId);
  }

  /** Errors: `conversationNotFound`, also when the conversation does not hold the turn. */
  updateTurn(conversationId: string, given: Turn): void {
    const turn = this.#secrets.mask(conversationId, given);
    this.#write(() => {
      this.#touch(conversationId);
      const { changes } = this.#database
        .prepare("UPDATE turn SET writer_id = ?, json = ? WHERE conversation_id = ? AND id = ?")
        .run(this.#writerId, JSON.stringify(turn), conversationId, turn.id);
      if (Number(changes) === 0) throw new MemoryError("conversationNotFound");
      this.#index.turnChanged(conversationId, turn.id);
    });
  }

  nForgettings(): number {
    const row = withMemoryErrors(() => this.#database.prepare(`SELECT ${forgettings} AS n`).get());
    return (row as unknown as { n: number }).n;
  }

  /** Prose is in no index: that of the turn's round stays as it is. */
  putProse(conversationId: string, turnId: string, given: Prose, asOf?: number): boolean {
    const { prose } = this.#secrets.mask(conversationId, { prose: given });
    let isKept = false;
    this.#write(() => {
      this.#touch(conversationId);
      isKept = this.#isAsShown(conversationId, turnId, given.turnIds ?? [], asOf);
      if (!isKept) return;
      const { changes } = this.#database
        .prepare(
          `UPDATE turn SET writer_id = ?, json = json_set(json, '$.prose', json(?))
           WHERE conversation_id = ? AND id = ? AND json ->> '$.role' = 'lore'`,
        )
        .run(this.#writerId, JSON.stringify(prose), conversationId, turnId);
      if (Number(changes) === 0) throw new MemoryError("conversationNotFound");
    });
    return isKept;
  }

  kept(): Iterable<KeptConversation> {
    return keptConversations(this.#database, (json, writerId) =>
      this.#turns.turnOf({ json, writer_id: writerId }),
    );
  }

  async addKept(
    conversations: readonly KeptConversation[],
    pause: () => Promise<void>,
  ): ReturnType<ConversationStore["addKept"]> {
    let nConversations = 0;
    let nTurns = 0;
    const how = { writerId: this.#newId(), nameOf, index: this.#index };
    const steps = addConversations(this.#database, conversations, how);
    const next = (): ReturnType<typeof steps.next> => this.#changing(() => steps.next());
    for (let step = next(); step.done !== true; step = next()) {
      nConversations += step.value.nConversations;
      nTurns += step.value.nTurns;
      await pause();
    }
    this.#makeRoom(undefined);
    return { nConversations, nTurns };
  }

  forgetTurns(
    choose: (turns: readonly Turn[]) => ReadonlySet<string>,
  ): ReturnType<ConversationStore["forgetTurns"]> {
    const chosen: { conversationId: string; turnIds: ReadonlySet<string> }[] = [];
    // One after the other, because all of them may be large.
    for (const { id, turns } of this.kept()) {
      const turnIds = choose(turns);
      if (turnIds.size > 0) chosen.push({ conversationId: id, turnIds });
    }
    if (chosen.length === 0) return { nConversations: 0, nTurns: 0 };
    const title = (question: string): string => titleOf(question) || untitled;
    const counts = this.#changing(() =>
      deleteTurns(this.#database, chosen, {
        ...{ titleOf: title, index: this.#index },
        forgetQuotes: (conversationId) => this.#quotes.forgetConversation(conversationId),
      }),
    );
    eraseDeleted(this.#database);
    return counts;
  }

  forgetDamaged(): void {
    withMemoryErrors(() => forgetAside(this.#database));
  }

  forgetQuotedNotes(notes: readonly QuotedNote[]): void {
    this.#quotes.forgetNotes(notes);
  }

  rounds(query: RoundQuery): RoundCandidate[] {
    return withMemoryErrors(() => this.#index.candidates(query));
  }

  roundCounts(terms: readonly string[]): RoundCounts {
    return withMemoryErrors(() => this.#index.counts(terms));
  }

  nearness(question: string, texts: readonly string[]): number[] | undefined {
    const embedder = this.#embedder;
    if (embedder === undefined) return undefined;
    const asked = embedder.encodeQuery(question);
    return texts.map((text) => cosine(embedder.encodeText(text), asked));
  }

  bytes(): number {
    return withMemoryErrors(() => databaseBytes(this.#database));
  }

  takeNews(): boolean {
    const version = withMemoryErrors(() => dataVersion(this.#database));
    const isNews = version !== this.#newsVersion;
    this.#newsVersion = version;
    return isNews;
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  /** All or none: what another window says meanwhile stands before or after them. */
  #appendAll(conversationId: string, given: readonly Turn[], besideId: string | undefined): void {
    const turns = given.map((turn) => this.#secrets.mask(conversationId, turn));
    this.#write(() => {
      this.#touch(conversationId);
      // Only the first stands beside another one; each of the others follows the one before it.
      for (const [idx, turn] of turns.entries())
        this.#append(conversationId, turn, idx === 0 ? besideId : undefined);
    });
    if (turns.some(({ role }) => role === "user")) this.#makeRoom(conversationId);
  }

  #append(conversationId: string, turn: Turn, besideId: string | undefined): void {
    const tree = turnTree(this.#database, conversationId);
    if (besideId !== undefined && !tree.has(besideId))
      throw new MemoryError("conversationNotFound");
    const parent = besideId === undefined ? tree.head : tree.parentOf(besideId);
    this.#database
      .prepare(
        `INSERT INTO turn (conversation_id, position, id, writer_id, json, is_question, parent_id)
         VALUES (?, (SELECT coalesce(max(position), 0) + 1 FROM turn WHERE conversation_id = ?), ?, ?, ?, ?, ?)
         ON CONFLICT (conversation_id, id) DO UPDATE SET writer_id = excluded.writer_id, json = excluded.json`,
      )
      .run(
        ...([conversationId, conversationId, turn.id, this.#writerId] as const),
        ...([JSON.stringify(turn), turn.role === "user" ? 1 : 0] as const),
        TurnTree.rowParent(parent, tree.lastSaid),
      );
    if (!tree.has(turn.id)) this.#setHead(conversationId, undefined);
    this.#index.turnChanged(conversationId, turn.id);
    const title = turn.role === "user" ? titleOf(turn.text) : "";
    if (title === "") return;
    this.#database
      .prepare("UPDATE conversation SET title = ?, is_named = 1 WHERE id = ? AND is_named = 0")
      .run(title, conversationId);
  }

  /**
   * False when something was taken out of a turn, or of those that a model was shown for it, since `asOf`. One that is not
   * there itself is left to who writes to it.
   */
  #isAsShown(
    conversationId: string,
    turnId: string,
    shownIds: readonly string[],
    asOf = Number.MAX_SAFE_INTEGER,
  ): boolean {
    const taken = this.#database.prepare(
      "SELECT taken FROM turn WHERE conversation_id = ? AND id = ?",
    );
    const isSame = (id: string, ifGone: boolean): boolean => {
      const row = taken.get(conversationId, id) as unknown as { taken: number } | undefined;
      return row === undefined ? ifGone : row.taken <= asOf;
    };
    return isSame(turnId, true) && shownIds.every((id) => isSame(id, false));
  }

  #conversation(id: string): Conversation {
    return conversationOf(this.#database, id);
  }

  #forget(conversationId: string): void {
    this.#quotes.forgetConversation(conversationId);
    this.#index.remove(conversationId);
    this.#database.prepare("DELETE FROM conversation WHERE id = ?").run(conversationId);
  }

  /** Without a turn the head is the last one that was said. */
  #setHead(conversationId: string, turnId: string | undefined): void {
    this.#database
      .prepare("UPDATE conversation SET head_id = ? WHERE id = ?")
      .run(turnId ?? null, conversationId);
  }

  /** Forgets whole conversations, never the one that is being written to. */
  #makeRoom(writtenId: string | undefined): void {
    const taken = withMemoryErrors(() => databaseBytes(this.#database));
    if (taken <= this.#maxBytes) return;
    const uses = withMemoryErrors(() => conversationUses(this.#database));
    const items = uses.map(({ id, createdMs, updatedMs, nQuestions, bytes, hasPinned }) => ({
      ...{ id, createdMs, bytes },
      lastUsedMs: updatedMs,
      nUses: nQuestions,
      isPinned: id === writtenId || hasPinned === 1,
    }));
    const ids = whatToForget(items, bytesToFree(items, taken, this.#maxBytes), this.#clock.nowMs());
    if (ids.length === 0) return;
    this.#write(() => {
      for (const id of ids) this.#forget(id);
      this.#index.sweep();
    });
    eraseDeleted(this.#database);
  }

  #touch(id: string): void {
    const { changes } = this.#database
      .prepare(`UPDATE conversation SET updated_ms = ?, change = ${nextChange} WHERE id = ?`)
      .run(Math.round(this.#clock.nowMs()), id);
    if (Number(changes) === 0) throw new MemoryError("conversationNotFound");
  }

  #write(change: () => void): void {
    this.#changing(() => inTransaction(this.#database, change));
  }

  /** What failed left nothing on the disk, nor does it in memory. */
  #changing<T>(change: () => T): T {
    try {
      return withMemoryErrors(change);
    } catch (error) {
      this.#index.undone();
      throw error;
    }
  }
}
