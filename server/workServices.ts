/** The seams to the memory of the work: notes, conversations, and what happened when. As `services.ts`. */
import type { TimelineParams, TimelineResult } from "../protocol/timeline.ts";
import type {
  CorrectParams,
  ForgetNotesParams,
  ForgetNotesResult,
  ListNotesParams,
  Note,
  NotesState,
  NoteKind,
  RememberParams,
  RememberResult,
} from "../protocol/notes.ts";
import type { TurnPlace } from "../protocol/turns.ts";
import type { NotesPicture } from "../protocol/picture.ts";
import type { Citation, Conversation, Turn } from "../protocol/types.ts";
import type { Prose } from "../protocol/prose.ts";
import type { ForgetWorkParams, SavedNote } from "../protocol/savedMemory.ts";
import type {
  PinnedTurn,
  ReadConversationParams,
  ReadConversationResult,
} from "../protocol/methods.ts";

/** What a question is about, as notes are searched. */
export interface NoteWish {
  /** The words; all notes of the kinds when it has none. */
  readonly text: string;
  /** Kinds that come first. */
  readonly kinds: readonly NoteKind[];
  /** The share of the words that a note has to hold, 0 to 1. */
  readonly minCoverage: number;
  /** How many of the words a note has to hold, as far as there are so many; 1 when absent. */
  readonly minWords?: number;
  readonly limit: number;
  readonly rootIds?: readonly string[];
}

/** A note that was written after another one and contradicts it. */
export type LaterNote = Pick<Note, "id" | "createdMs">;

/** A note that fits a wish. */
export interface RecalledNote extends Note {
  /** The share of the wish that it holds, by weight, 0 to 1. */
  readonly coverage: number;
  /** The newest one that fits as well and contradicts it; absent where none was written later. */
  readonly saidLater?: LaterNote;
}

/** What notes of a root there are. */
export interface NotesExtent {
  readonly picture: NotesPicture;
  /** When the live ones were written, in milliseconds. */
  readonly writtenMs: readonly number[];
  readonly bytes: number;
}

/** A note that is deleted. */
export type GoneNote = Pick<SavedNote, "id" | "text">;

/** Somebody other than the user who writes a note. */
export interface NoteWriter {
  readonly who: string;
  /** The root that the note is of, where no file says it. */
  readonly rootId?: string;
}

/**
 * Notes of all open roots. What it returns was held against the present text of files during the call. Every request
 * rejects with `rootNotOpen` while no trusted folder is open; other errors are those of `notes/remember`.
 */
export interface NotesService {
  /** The user of the repository writes it when `writer` is absent. */
  remember(params: RememberParams, writer?: NoteWriter): Promise<RememberResult>;
  correct(params: CorrectParams): Promise<RememberResult>;
  list(params: ListNotesParams): Promise<Note[]>;
  pin(id: string, isPinned: boolean): Promise<Note>;
  /** Deletes notes, and says how many. */
  forgetNotes(params: ForgetNotesParams | ForgetWorkParams): Promise<ForgetNotesResult>;
  /**
   * Live notes that fit, best first, but of two that contradict each other the newer one before the older; each counts as
   * used. None while no folder is open.
   */
  recall(wish: NoteWish): Promise<RecalledNote[]>;
  /** Live notes that hang together with these by their links, at most `limit`, the nearest first, none of these. */
  linked(ids: readonly string[], limit: number): Promise<Note[]>;
  /** All notes, those that were replaced too, oldest first. */
  saved(): Promise<SavedNote[]>;
  /**
   * Adds notes whose ids are not known yet, to the roots that they name, and returns how many; a known one may come to be
   * replaced. In steps that are each on disk before `pause` is waited for, as `addKept`. Keys and tokens are masked.
   */
  addSaved(notes: readonly SavedNote[], pause: () => Promise<void>): Promise<number>;
  /** What notes of a root there are, with at most `limit` of the live ones. */
  extent(rootId: string, limit: number): Promise<NotesExtent>;
  /** True when none of these notes has been forgotten, and all are of open roots; false for any while no folder is open. */
  haveAll(ids: readonly string[]): Promise<boolean>;
  /**
   * Called with notes that were deleted to make room for others, before the request that needed the room resolves, which
   * rejects with what the listener does. Returns what stops it.
   */
  onRoomMade(listener: (gone: readonly GoneNote[]) => Promise<void>): () => void;
  /** Called when notes were made or forgotten, or code that they cite changed or came back. Returns what stops it. */
  onChanged(listener: (state: NotesState) => void): () => void;
}

/** Turns texts into embeddings that can be compared with each other; none says anything when it is all zeros. */
export interface TextEmbedder {
  /** Embeddings of different models cannot be compared. */
  readonly modelId: string;
  /** The embedding of a text that is kept. */
  encodeText(text: string): Int8Array;
  /** The embedding of a question, to be compared with those of texts. */
  encodeQuery(text: string): Int8Array;
}

/** What rounds are looked for by; a round is what the user said and what was answered. */
export interface RoundQuery {
  /** Index terms; all rounds of the span when there are none. */
  readonly terms: readonly string[];
  /** Terms that people use for those; what holds only them is found as well. */
  readonly related?: readonly string[];
  /** The words themselves, for their meaning. */
  readonly text: string;
  /** Half-open span of when the user said it. */
  readonly afterMs?: number;
  readonly beforeMs?: number;
  /** At most so many by words, and so many by meaning. */
  readonly limit: number;
}

/** A round that may be meant. */
export interface RoundCandidate {
  readonly conversationId: string;
  readonly title: string;
  /** Turn of the user. */
  readonly questionId: string;
  readonly question: string;
  /** Turn that answers; absent while there is none that is done. */
  readonly answerId?: string;
  /** The answer's own sentences, without code and quotes; `""` without an answer. */
  readonly answer: string;
  readonly createdMs: number;
  /** What the answer cited, as it was then. */
  readonly citations: readonly Citation[];
  /** Cosine of the question's embedding and the nearer of the round's two, -1 to 1; absent without a model. */
  readonly similarity?: number;
}

/** How many rounds there are, and how many hold each of some terms, in their order. */
export interface RoundCounts {
  readonly nRounds: number;
  readonly nHolding: readonly number[];
}

/** Which turns to read; all without a page. */
export type TurnPage = Omit<ReadConversationParams, "conversationId">;

/** A turn without what the chat alone shows: its recalls, its trace and the text that was selected. */
export interface TurnOutline extends Pick<
  Turn,
  "id" | "role" | "text" | "createdMs" | "citations"
> {
  /** Absolute path of the file of the selected code, `null` when none was selected. */
  readonly selectedFile: string | null;
}

/** A question that was asked in a conversation. */
export interface AskedTurn extends TurnPlace {
  readonly text: string;
  readonly atMs: number;
}

/** The order of what happened. */
export interface TimelineService {
  /** Rejects with AbortError when cancelled; what cannot be read at the moment is named in the result. */
  timeline(params: TimelineParams, signal: AbortSignal): Promise<TimelineResult>;
}

/** A conversation with its turns in the order of saying, as it is kept. */
export interface KeptConversation extends Omit<Conversation, "nTurns"> {
  /** The last turn that is shown; absent when it is the last one. */
  readonly headId?: string;
  readonly turns: readonly KeptTurn[];
}

/** A turn with its place in the branches of its conversation. */
export interface KeptTurn extends Turn {
  /** Id of the turn that it follows, `""` for none; absent when it follows the one before it. */
  readonly parentId?: string;
  /** Present when it is. */
  readonly isPinned?: boolean;
}

/** A note as answers may hold it. */
export interface QuotedNote {
  readonly id: string;
  /** Its words as answers write them, on one line. */
  readonly words: string;
  /** The same as they were written: a language model that asks for them writes no markdown. */
  readonly plain: string;
  /** What stands where a language model cites it, in lower case. */
  readonly label: string;
}

/** Conversations on disk. Every method returns after the change is durable against a kill. */
export interface ConversationStore {
  list(): Conversation[];
  create(): Conversation;
  /** Errors: `conversationNotFound`, also when it does not hold the turn `before`. */
  read(conversationId: string, page?: TurnPage): ReadConversationResult;
  /** All turns of the branch that is shown, in order. Errors: `conversationNotFound`. */
  outline(conversationId: string): TurnOutline[];
  /** Questions of all conversations in a time, half-open, the newest first. */
  askedBetween(fromMs: number, toMs: number, limit: number): AskedTurn[];
  rename(conversationId: string, title: string): Conversation;
  delete(conversationId: string): void;
  /** Behind what is shown, or as a branch beside a question of the conversation; it is shown then. */
  appendTurn(conversationId: string, turn: Turn, besideId?: string): void;
  /** Appends a question, as `appendTurn` does, and right behind it its answer, however many windows write here. */
  appendRound(conversationId: string, question: Turn, answer: Turn, besideId?: string): void;
  /** Shows the branch that holds a turn, as far as it goes. Errors: `conversationNotFound`. */
  chooseBranch(conversationId: string, turnId: string): Conversation;
  /** Pins an answer, or not any more, and returns those that are pinned. Errors: `conversationNotFound`. */
  pin(conversationId: string, turnId: string, isPinned: boolean): readonly PinnedTurn[];
  updateTurn(conversationId: string, turn: Turn): void;
  /** How often something was taken out of turns so far; never less than before. */
  nForgettings(): number;
  /**
   * Keeps prose with a turn of Lore's, in place of what was there. Returns false, and keeps nothing, when a turn that its
   * model was shown is gone, or something was taken out of one of them or of what stood here since `asOf`, which is
   * `nForgettings` from before the model was shown anything. Errors: `conversationNotFound`, also without that turn.
   */
  putProse(conversationId: string, turnId: string, prose: Prose, asOf?: number): boolean;
  /** Yields those with turns, the one that changed last at the end; read one after the other. */
  kept(): Iterable<KeptConversation>;
  /**
   * Adds conversations, and turns at the end of known ones, whose ids are not known yet, in steps that are each on disk
   * before `pause` is waited for. When it is broken off, what was added stays, and doing it again adds the rest.
   */
  addKept(
    conversations: readonly KeptConversation[],
    pause: () => Promise<void>,
  ): Promise<{ nConversations: number; nTurns: number }>;
  /**
   * Deletes the turns whose ids are chosen from those of each conversation, and conversations that have none left. Their
   * bytes are gone from the disk.
   */
  forgetTurns(choose: (turns: readonly Turn[]) => ReadonlySet<string>): {
    nConversations: number;
    nTurns: number;
  };
  /** Deletes copies of the file that were moved aside because they were damaged. */
  forgetDamaged(): void;
  /** Takes what was quoted and told of forgotten notes out of answers. */
  forgetQuotedNotes(notes: readonly QuotedNote[]): void;
  /** Rounds that may be meant, in no order. */
  rounds(query: RoundQuery): RoundCandidate[];
  roundCounts(terms: readonly string[]): RoundCounts;
  /** How near texts are to a question in meaning, -1 to 1 each; `undefined` without a model. */
  nearness(question: string, texts: readonly string[]): number[] | undefined;
  /** Bytes of the file, without its journal. */
  bytes(): number;
  /** True when another process has written since this was asked last, or since the file was opened. */
  takeNews(): boolean;
  close(): void;
}
