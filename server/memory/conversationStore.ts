/**
 * Conversations in SQLite: every turn is on disk before anybody sees it, without the keys and tokens in it, and a deleted
 * one leaves no bytes.
 */
import path from "node:path";
import { MemoryError } from "../../protocol/errors.ts";
import type { PinnedTurn, ReadConversationResult } from "../../protocol/methods.ts";
import type { Notice } from "../../protocol/notices.ts";
import type { Prose } from "../../protocol/prose.ts";
import type { Conversation, Turn } from "../../protocol/types.ts";
import type { Clock } from "../ports.ts";
import { maskSecrets } from "../secrets/maskSecrets.ts";
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
} from "../services.ts";
import { bytesToFree, whatToForget } from "../work/forgettingOrder.ts";
import { cosine } from "./cosine.ts";
import { conversationSteps, verifyConversationTables } from "./conversationSchema.ts";
import {
  addConversations,
  conversationUses,
  deleteTurns,
  keptConversations,
  nextChange,
  askedByModel,
  wasShownTurn,
  withoutProse,
} from "./conversationUpkeep.ts";
import {
  asMemoryError,
  databaseBytes,
  eraseDeleted,
  forgetAside,
  inTransaction,
  isBusy,
  openDatabase,
  openForReading,
  dataVersion,
  removeDatabase,
  withMemoryErrors,
  type Database,
  type DatabaseSpec,
} from "./database.ts";
import { inPresentRoots } from "./presentRoots.ts";
import { linkStart, tellsOf, withoutNotes, withoutQuotes } from "./quotedTurns.ts";
import { RoundIndex } from "./roundIndex.ts";
import { turnTree, TurnTree } from "./turnTree.ts";

/** An open store, with what the user should know about how it was opened. */
export interface OpenedConversations {
  readonly store: ConversationStore;
  readonly notice?: Notice;
}

/** A conversation without a question yet. */
export const untitled = "New conversation";
const maxTitleLength = 60;
const maxNameLength = 200;
/** A pinned answer is told by so much of its question. */
const maxPinnedLength = 160;
const cacheBytes = 2 * 1024 * 1024;
/** Room on the disk for conversations: thousands of answers. */
const defaultMaxBytes = 256_000_000;

/**
 * Opens or creates `conversations.sqlite` in a folder. A file of an older Lore is brought forward, a damaged
 * one is moved aside and a new one made, and one of a newer Lore is left alone and another one used. Without an embedder turns are found
 * by words alone. `newId` gives unique ids. A store that takes more than `maxBytes` forgets conversations, see `whatToForget`.
 * `presentRoot` is as in `inPresentRoots`.
 * Errors: `sqliteMissing`, `diskFull`, `storeUnavailable`.
 */
export function openConversationStore(
  folder: string,
  clock: Clock,
  embedder?: TextEmbedder,
  newId: () => string = () => crypto.randomUUID(),
  maxBytes = defaultMaxBytes,
  presentRoot: (rootId: string) => string = (rootId) => rootId,
): OpenedConversations {
  const name = path.join(folder, "conversations");
  const found = versionOf(`${name}.sqlite`);
  const present = conversationSteps.length;
  const isNewer = found > present || found < 0;
  const { database, movedAside } = openDatabase(
    specOf(isNewer ? `${name}.v${present}.sqlite` : `${name}.sqlite`),
  );
  // What an upgrade took out of a row would stay in free pages and in the write-ahead log.
  if (found > 0 && found < present) eraseDeleted(database);
  const notice = isNewer ? newerNotice : movedAside === undefined ? undefined : damageNotice;
  return {
    store: new SqliteConversations(database, clock, { embedder, newId, maxBytes, presentRoot }),
    ...(notice === undefined ? {} : { notice }),
  };
}

/** Conversations that leave a folder for another one. */
export type LeavingConversations =
  /** Nobody else can read or write them until `remove` or `close` is called. */
  | { readonly kind: "open"; readonly store: ConversationStore; readonly remove: () => void }
  /** Another window has them open, and would go on writing to a file that is deleted. */
  | { readonly kind: "inUse" }
  /** They are of a newer Lore, which knows what is in them. */
  | { readonly kind: "newer" }
  /** They left before; a process that died in between, or a lock of the file, left the file. */
  | { readonly kind: "left" };

/** What a file says of itself whose conversations are elsewhere: whoever waits to open it must not write there. */
const leftVersion = 2 ** 31 - 1;

/**
 * Opens the `conversations.sqlite` of a folder to take everything out of it. `remove` closes and deletes the file; what the
 * system does not let go of is deleted the next time. Errors: those of `openConversationStore`.
 */
export function openLeavingConversations(folder: string, clock: Clock): LeavingConversations {
  const file = path.join(folder, "conversations.sqlite");
  const found = versionOf(file);
  if (found === leftVersion) {
    removeIfFree(file);
    return { kind: "left" };
  }
  if (found > conversationSteps.length || found < 0) return { kind: "newer" };
  let database: Database;
  try {
    ({ database } = openDatabase({ ...specOf(file), isAlone: true }));
  } catch (error) {
    if (isBusy(error)) return { kind: "inUse" };
    throw error;
  }
  const how = {
    ...{ embedder: undefined, newId: () => crypto.randomUUID(), maxBytes: defaultMaxBytes },
    presentRoot: (rootId: string) => rootId,
  };
  const store = new SqliteConversations(database, clock, how);
  const remove = (): void => {
    withMemoryErrors(() => database.exec(`PRAGMA user_version = ${leftVersion}`));
    store.close();
    removeIfFree(file);
  };
  return { kind: "open", store, remove };
}

/** Windows deletes no file that somebody has just opened. Errors: `storeUnavailable`. */
function removeIfFree(file: string): void {
  try {
    removeDatabase(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EBUSY" && code !== "EPERM") throw asMemoryError(error);
  }
}

function specOf(file: string): DatabaseSpec {
  return {
    file,
    content: {
      kind: "irreplaceable",
      steps: conversationSteps,
      verify: verifyConversationTables,
    },
    synchronous: "FULL",
    cacheBytes,
  };
}

const newerNotice: Notice = { kind: "conversationsNewer" };
const damageNotice: Notice = { kind: "conversationsRebuilt" };

/** 0 when there is no file or it cannot be read, which opening it will deal with. */
function versionOf(file: string): number {
  let database: Database;
  try {
    database = openForReading(file, cacheBytes);
  } catch (error) {
    if (error instanceof MemoryError && error.errorName === "storeUnavailable") return 0;
    throw error;
  }
  try {
    return (database.prepare("PRAGMA user_version").get() as { user_version: number }).user_version;
  } catch (error) {
    // A file that is no database opens, and fails at the first statement.
    if (asMemoryError(error).errorName === "storeUnavailable") return 0;
    throw error;
  } finally {
    database.close();
  }
}

interface ConversationRow {
  readonly id: string;
  readonly title: string;
  readonly created_ms: number;
  readonly updated_ms: number;
  readonly n_turns: number;
}
interface TurnRow {
  readonly writer_id: string;
  readonly json: string;
}

interface StoredTurn {
  readonly conversation_id: string;
  readonly json: string;
}

const selectConversation = `SELECT c.id, c.title, c.created_ms, c.updated_ms,
  (SELECT count(*) FROM turn t WHERE t.conversation_id = c.id) AS n_turns FROM conversation c`;
/** True for the turns whose ids are in a list, which is given as JSON. */
const isAmong = "id IN (SELECT value FROM json_each(?))";
/** Recalls and traces are most of a turn: they stay where they are. */
const outlineOf = `json_object('id', json -> 'id', 'role', json -> 'role', 'text', json -> 'text', 'createdMs', json -> 'createdMs',
  'citations', json -> 'citations', 'selectedFile', json -> '$.selection.file')`;

class SqliteConversations implements ConversationStore {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #newId: () => string;
  readonly #maxBytes: number;
  readonly #presentRoot: (rootId: string) => string;
  /** Tells turns that this process is still writing from those that a dead one left. */
  readonly #writerId: string;
  readonly #secrets = new TurnMask();
  readonly #index: RoundIndex;
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
    this.#presentRoot = presentRoot;
    this.#clock = clock;
    this.#embedder = embedder;
    this.#index = new RoundIndex(database, embedder);
    this.#newId = newId;
    this.#writerId = newId();
    withMemoryErrors(() => database.exec("PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON;"));
    this.#newsVersion = withMemoryErrors(() => dataVersion(database));
  }

  /** The conversation that changed last comes first. */
  list(): Conversation[] {
    return withMemoryErrors(() => {
      const rows = this.#database.prepare(`${selectConversation} ORDER BY c.change DESC`).all();
      return (rows as unknown as ConversationRow[]).map(conversationOf);
    });
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
    const rows = withMemoryErrors(() =>
      this.#database
        .prepare(
          `SELECT writer_id, json FROM turn WHERE conversation_id = ? AND ${isAmong} ORDER BY position`,
        )
        .all(conversationId, JSON.stringify(shown)),
    ) as unknown as TurnRow[];
    const branches = shown
      .filter((id) => tree.isQuestion(id))
      .map((turnId) => ({ turnId, questionIds: tree.besides(turnId) }))
      .filter(({ questionIds }) => questionIds.length > 1);
    return {
      ...{ conversation, nEarlier, turns: rows.map((row) => this.#turnOf(row)) },
      ...(branches.length === 0 ? {} : { branches }),
      ...this.#pinned(conversationId, tree),
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
    return this.#pinned(conversationId, tree).pinned ?? [];
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
    const rows = withMemoryErrors(() =>
      this.#database
        .prepare(
          `SELECT ${outlineOf} AS json FROM turn WHERE conversation_id = ? AND ${isAmong} ORDER BY position`,
        )
        .all(conversationId, JSON.stringify(turnTree(this.#database, conversationId).wayTo())),
    ) as unknown as Pick<TurnRow, "json">[];
    return rows.map(
      ({ json }) => JSON.parse(inPresentRoots(json, this.#presentRoot)) as TurnOutline,
    );
  }

  /** Questions of all conversations in a time, half-open, the newest first. */
  askedBetween(fromMs: number, toMs: number, limit: number): AskedTurn[] {
    return withMemoryErrors(
      () =>
        this.#database
          .prepare(
            `SELECT conversation_id AS conversationId, id AS turnId, json ->> '$.text' AS text, json ->> '$.createdMs' AS atMs FROM turn
             WHERE json ->> '$.role' = 'user' AND json ->> '$.createdMs' >= ? AND json ->> '$.createdMs' < ?
             ORDER BY atMs DESC, position DESC LIMIT ?`,
          )
          .all(fromMs, toMs, limit) as unknown as AskedTurn[],
    );
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

  /** Prose is in no index: that of the turn's round stays as it is. */
  putProse(conversationId: string, turnId: string, given: Prose): void {
    const { prose } = this.#secrets.mask(conversationId, { prose: given });
    this.#write(() => {
      this.#touch(conversationId);
      const { changes } = this.#database
        .prepare(
          `UPDATE turn SET writer_id = ?, json = json_set(json, '$.prose', json(?))
           WHERE conversation_id = ? AND id = ? AND json ->> '$.role' = 'lore'`,
        )
        .run(this.#writerId, JSON.stringify(prose), conversationId, turnId);
      if (Number(changes) === 0) throw new MemoryError("conversationNotFound");
    });
  }

  kept(): Iterable<KeptConversation> {
    return keptConversations(this.#database, (json, writerId) =>
      this.#turnOf({ json, writer_id: writerId }),
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
        forgetQuotes: (conversationId) => this.#forgetQuotes(conversationId),
      }),
    );
    eraseDeleted(this.#database);
    return counts;
  }

  forgetDamaged(): void {
    withMemoryErrors(() => forgetAside(this.#database));
  }

  forgetQuotedNotes(notes: readonly QuotedNote[]): void {
    if (notes.length === 0) return;
    const words = new Set(notes.map((note) => note.words));
    this.#forgetToldNotes(notes);
    const answers = withMemoryErrors(() =>
      this.#database
        .prepare(
          "SELECT conversation_id, id, json ->> '$.text' AS text FROM turn WHERE json ->> '$.role' = 'lore'",
        )
        .all(),
    ) as unknown as { conversation_id: string; id: string; text: string }[];
    const quoting = answers.filter(({ text }) => withoutNotes(text, words) !== text);
    if (quoting.length === 0) return;
    this.#write(() => {
      const read = this.#database.prepare(
        "SELECT conversation_id, json FROM turn WHERE conversation_id = ? AND id = ?",
      );
      for (const { conversation_id: conversationId, id } of quoting) {
        const turn = JSON.parse(
          (read.get(conversationId, id) as unknown as StoredTurn).json,
        ) as Turn;
        this.#replaceText(conversationId, { ...turn, text: withoutNotes(turn.text, words) });
      }
      this.#index.sweep();
    });
    eraseDeleted(this.#database);
  }

  /** What a language model made of a note may be in words of its own: all that it wrote goes. */
  #forgetToldNotes(notes: readonly QuotedNote[]): void {
    const told = withMemoryErrors(() =>
      this.#database
        .prepare(
          `SELECT conversation_id, id, (json ->> '$.prose.markdown') || ${askedByModel} AS text,
             coalesce(json ->> '$.prose.noteIds', '[]') AS shown FROM turn WHERE json ->> '$.prose.markdown' IS NOT NULL`,
        )
        .all(),
    ) as unknown as { conversation_id: string; id: string; text: string; shown: string }[];
    const telling = told.filter(({ text, shown }) =>
      tellsOf(text, new Set(JSON.parse(shown) as string[]), notes),
    );
    if (telling.length === 0) return;
    this.#write(() => {
      const remove = this.#database.prepare(`${withoutProse} AND id = ?`);
      for (const { conversation_id: conversationId, id } of telling) remove.run(conversationId, id);
    });
    eraseDeleted(this.#database);
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

  #conversation(id: string): Conversation {
    const row = withMemoryErrors(() =>
      this.#database.prepare(`${selectConversation} WHERE c.id = ?`).get(id),
    );
    if (row === undefined) throw new MemoryError("conversationNotFound");
    return conversationOf(row as unknown as ConversationRow);
  }

  #forget(conversationId: string): void {
    this.#forgetQuotes(conversationId);
    this.#index.remove(conversationId);
    this.#database.prepare("DELETE FROM conversation WHERE id = ?").run(conversationId);
  }

  /** Answers in any conversation may quote this one, later ones of its own too. */
  #forgetQuotes(conversationId: string): void {
    const quoting = this.#database
      .prepare("SELECT conversation_id, json FROM turn WHERE instr(json, ?) > 0")
      .all(linkStart(conversationId)) as unknown as StoredTurn[];
    for (const { conversation_id: inConversation, json } of quoting) {
      const turn = JSON.parse(json) as Turn;
      const text = withoutQuotes(turn.text, conversationId);
      this.#replaceText(inConversation, { ...turn, text });
    }
  }

  /** What a language model wrote goes when it was shown what stood there. */
  #replaceText(conversationId: string, turn: Turn): void {
    this.#database.prepare(`${withoutProse} AND ${wasShownTurn}`).run(conversationId, turn.id);
    this.#database
      .prepare("UPDATE turn SET json = ? WHERE conversation_id = ? AND id = ?")
      .run(JSON.stringify(turn), conversationId, turn.id);
    this.#index.turnChanged(conversationId, turn.id);
  }

  /** The pinned answers of all branches in the order of saying, each as the question that it answers. */
  #pinned(conversationId: string, tree: TurnTree): Pick<ReadConversationResult, "pinned"> {
    const rows = withMemoryErrors(() =>
      this.#database
        .prepare(
          "SELECT id FROM turn WHERE conversation_id = ? AND is_pinned = 1 ORDER BY position",
        )
        .all(conversationId),
    ) as unknown as { readonly id: string }[];
    if (rows.length === 0) return {};
    const asked = this.#database.prepare(
      "SELECT json ->> '$.text' AS text FROM turn WHERE conversation_id = ? AND id = ?",
    );
    const pinned = rows.map(({ id: turnId }) => {
      const row = withMemoryErrors(() => asked.get(conversationId, tree.parentOf(turnId) ?? ""));
      const { text } = (row ?? { text: "" }) as { readonly text: string };
      return { turnId, line: titleOf(text, maxPinnedLength) };
    });
    return { pinned };
  }

  /** Without a turn the head is the last one that was said. */
  #setHead(conversationId: string, turnId: string | undefined): void {
    this.#database
      .prepare("UPDATE conversation SET head_id = ? WHERE id = ?")
      .run(turnId ?? null, conversationId);
  }

  #turnOf({ writer_id, json }: TurnRow): Turn {
    const turn = JSON.parse(inPresentRoots(json, this.#presentRoot)) as Turn;
    if (writer_id === this.#writerId) return turn;
    // Nobody goes on writing what a dead process left.
    const { prose, ...rest } = turn;
    return {
      ...rest,
      state: turn.state === "streaming" ? "interrupted" : turn.state,
      ...(prose === undefined ? {} : { prose: withoutStreaming(prose) }),
    };
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

function withoutStreaming(prose: Prose): Prose {
  return prose.state === "streaming" ? { ...prose, state: "interrupted" } : prose;
}

function conversationOf(row: ConversationRow): Conversation {
  return {
    id: row.id,
    title: row.title,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
    nTurns: row.n_turns,
  };
}

/** The first line of a question that says something; `""` when there is none. */
function titleOf(question: string, maxLength = maxTitleLength): string {
  const line = question
    .slice(0, 10_000)
    .split(/[\r\n]+/)
    .find((each) => oneLine(each) !== "");
  return cut(oneLine(line ?? ""), maxLength);
}

/** A title as it is kept; `""` when it says nothing. */
function nameOf(title: string): string {
  return cut(oneLine(maskSecrets(title)), maxNameLength);
}

/** Without control and direction characters, which would act in a list of titles. */
function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim()
    .toWellFormed();
}

function cut(text: string, maxCharacters: number): string {
  const characters = [...text];
  return characters.length <= maxCharacters
    ? text
    : `${characters
        .slice(0, maxCharacters - 1)
        .join("")
        .trimEnd()}…`;
}
