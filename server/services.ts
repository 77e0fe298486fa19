/**
 * The seams between the server's parts. `main.ts` builds one object for each and hands them to
 * `handlers.ts`; tests may put their own in.
 */
import type {
  CompleteParams,
  CompleteResult,
  DeepMemoryStatus,
  SelfTestParams,
  SelfTestProgress,
  SelfTestResult,
  SurpriseResult,
} from "../protocol/deepMemory.ts";
import type { FileAtParams, RecallAtParams, RecallAtResult } from "../protocol/asOf.ts";
import type { ChangedParams, ChangedResult } from "../protocol/changed.ts";
import type { CommitInfo, HistoryStatus, PastParams, PastResult } from "../protocol/history.ts";
import type { Edit, TimelineParams, TimelineResult } from "../protocol/timeline.ts";
import type { WhoWroteParams, WhoWroteResult } from "../protocol/whoWrote.ts";
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
import type { SearchTurnsParams, SearchTurnsResult, TurnPlace } from "../protocol/turns.ts";
import type { MemoryPicture, NotesPicture, PictureParams } from "../protocol/picture.ts";
import type {
  Answer,
  Citation,
  Conversation,
  FileProblem,
  FileRole,
  MemorySettings,
  MemoryStatus,
  Range,
  RankingKind,
  Root,
  SearchResult,
  Turn,
} from "../protocol/types.ts";
import type { AnswerPlan } from "../protocol/plan.ts";
import type { Prose } from "../protocol/prose.ts";
import type { ForgetWorkParams, SavedNote } from "../protocol/savedMemory.ts";
import type { ToolCallParams, ToolDescription, ToolResult } from "../protocol/tools.ts";
import type {
  AskParams,
  FileChange,
  PinnedTurn,
  ReadConversationParams,
  ReadConversationResult,
  SearchParams,
  SurpriseParams,
} from "../protocol/methods.ts";

/** The memory of all open roots: opens stores, fills them, follows changes, counts. */
export interface MemoryService {
  /** Errors: `storeUnavailable`, `sqliteMissing`, `folderNotFound`. Filling goes on after it resolves. */
  open(
    storeDir: string,
    roots: readonly Root[],
    settings: MemorySettings,
    trusted: boolean,
  ): Promise<MemoryStatus>;
  setRoots(roots: readonly Root[]): Promise<MemoryStatus>;
  configure(settings: MemorySettings, trusted: boolean): Promise<MemoryStatus>;
  filesChanged(changes: readonly FileChange[]): void;
  documentChanged(file: string, version: number, text: string): void;
  documentClosed(file: string): void;
  openEditors(files: readonly string[]): void;
  /** Looks at the trees again; resolves when what it found is searchable, while paused at once. */
  rescan(signal?: AbortSignal): Promise<MemoryStatus>;
  status(): MemoryStatus;
  /** The file of a root's store, `undefined` while it cannot be read. Errors: `rootNotOpen`. */
  storeFile(rootId: string): string | undefined;
  settled(refined: boolean, signal: AbortSignal): Promise<MemoryStatus>;
  problems(
    rootId: string | undefined,
    offset: number,
    limit: number,
  ): Promise<{ problems: FileProblem[]; total: number }>;
  pause(): Promise<MemoryStatus>;
  resume(): Promise<MemoryStatus>;
  rebuild(rootId: string | undefined): Promise<MemoryStatus>;
  forget(rootId: string): Promise<MemoryStatus>;
  /** Called at most five times a second. Returns the function that stops it. */
  onStatusChanged(listener: (status: MemoryStatus) => void): () => void;
  /** True while a drive does not answer; a thread that waits for it keeps the process from ending, also after `close`. */
  readonly hangs: boolean;
  close(): Promise<void>;
}

/** The present text of remembered files: unsaved editor text where there is one, else the disk. */
export interface SourceReader {
  /** `undefined` when the file is gone, hidden by the rules, or not readable as text. */
  readText(rootId: string, path: string): SourceText | undefined;
  /** Every remembered file of the roots (all when absent), in path order. */
  files(rootIds: readonly string[] | undefined): readonly RememberedFile[];
}
export interface SourceText {
  readonly text: string;
  readonly language: string;
}
export interface RememberedFile {
  readonly rootId: string;
  readonly path: string;
  readonly language: string;
  readonly role: FileRole;
}

export interface RecallService {
  /** Every recall's text was read and matched against its hash during the call. Rejects with AbortError when cancelled. */
  search(params: SearchParams, signal: AbortSignal, how?: SearchHow): Promise<SearchResult>;
  /**
   * Places that use the named definition: call sites, constructions, mentions. Chunk spans, best first,
   * without the definition itself and without comments and strings. Syntactic: by name. The name may be
   * qualified (`Pool.load`), and `definition` says which of several definitions is meant: uses that clearly mean
   * another one are left out. A use that may mean another one has `relation.nDefinitions`.
   */
  usesOf(
    symbolName: string,
    rootIds: readonly string[] | undefined,
    limit: number,
    signal: AbortSignal,
    definition?: DefinitionPlace,
  ): Promise<SearchResult["recalls"]>;
}

/** A candidate as the ranking saw it, for those who train or judge it. */
export interface ObservedCandidate {
  readonly path: string;
  /** Zero-based; the end is exclusive where it ends at a line's beginning. */
  readonly range: Range;
  /** In the order of `rankFeatureNames`. */
  readonly features: Float64Array;
  readonly score: number;
}

/** How a search is done when it is not done as usual: for measuring and for training. */
export interface SearchHow {
  /** `learned` unless given. */
  readonly ranking?: RankingKind;
  /** Called with every candidate chunk of every memory, in no order. */
  readonly observe?: (candidate: ObservedCandidate) => void;
  /** Files and folders that a query which names none itself is limited to: those of the question that it is part of. */
  readonly mentions?: readonly NamedPath[];
}

/** A file or folder that a question names; a folder's path ends in `/`. */
export interface NamedPath {
  readonly path: string;
  /** False where the words may be something else as well: it is one when such a file is in memory. */
  readonly isSure: boolean;
}

/** Where a definition is. */
export interface DefinitionPlace {
  readonly rootId: string;
  readonly path: string;
  /** Dotted names of the definitions around it, `""` at top level. */
  readonly container: string;
}

/** Searches the conversations in which a question is asked, the question itself left out. Errors: those of the store. */
export type RecallTurns = (params: SearchTurnsParams) => SearchTurnsResult;

/** Streams an answer: `emit` gets markdown to append and the citations that it newly refers to. */
/** Called with how far the answer to a deep question is, each time in place of what was told before. */
export type TellPlan = (plan: AnswerPlan) => void;

export interface AnswerService {
  /** Without `recallTurns` nothing is told of conversations. */
  ask(
    params: AskParams,
    emit: (markdown: string, citations: readonly Citation[]) => void,
    signal: AbortSignal,
    recallTurns?: RecallTurns,
    tellPlan?: TellPlan,
  ): Promise<Answer>;
}

/**
 * The deep memory of all open roots. Its requests reject with `deepMemoryUnavailable` (detail: why) while it cannot be
 * used, and with AbortError when cancelled.
 */
export interface DeepMemoryService {
  /** Loads the model where that waits for somebody who wants it; the status tells when it can be used. */
  start(): void;
  status(): DeepMemoryStatus;
  /** Called when the status is another one, at most five times a second. Returns the function that stops it. */
  onStatusChanged(listener: () => void): () => void;
  /** The folder in which it keeps what it holds, whether it is loaded or not; `undefined` while nothing is open. */
  readonly folder: string | undefined;
  complete(params: CompleteParams, signal: AbortSignal): Promise<CompleteResult>;
  surprise(params: SurpriseParams, signal: AbortSignal): Promise<SurpriseResult>;
  /** `progress` is called at most five times a second. The result is kept until the next one. */
  selfTest(
    params: SelfTestParams,
    progress: (progress: SelfTestProgress) => void,
    signal: AbortSignal,
  ): Promise<SelfTestResult>;
}

export interface CommitsAboutParams {
  readonly rootId: string;
  readonly text: string;
  readonly limit: number;
}

/** Since when there is something: `isFirst` is false when it may be older than what is in memory. */
export interface Age {
  readonly commit: CommitInfo;
  readonly isFirst: boolean;
}

export interface HappenedParams {
  readonly rootId: string;
  /** Half-open. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Only commits of this author. */
  readonly author?: string;
  readonly limit: number;
}

/** What the history and the log of edits of a root know of a time; the newest first. */
export interface Happened {
  readonly commits: readonly { readonly commit: CommitInfo; readonly atMs: number }[];
  readonly edits: readonly Edit[];
}

/** A commit with the names of the definitions that it touched, as far as they were looked at. */
export interface CommitAbout {
  readonly commit: CommitInfo;
  readonly names: readonly string[];
}

export interface HistoryExtentParams {
  readonly rootId: string;
  /** Times between which commits are counted, falling. */
  readonly edgesMs: readonly number[];
  /** At most so many commits, the newest. */
  readonly limit: number;
}
export interface HistoryExtents {
  readonly status: HistoryStatus;
  /** Newest first. */
  readonly commits: readonly CommitInfo[];
  /** Commits after the first time, between it and the second, …, and before the last. */
  readonly counts: readonly number[];
  readonly bytes: number;
}

/**
 * The histories of all open roots' repositories. Its requests reject with AbortError when cancelled, and with
 * `rootNotOpen`; the outcome says when there is no history, and how far it is read.
 */
export interface HistoryService {
  /** The roots whose history is remembered. */
  rootIds(): readonly string[];
  status(rootId: string): HistoryStatus;
  /** As `status`, after what is in memory from before was opened. */
  keptStatus(rootId: string, signal: AbortSignal): Promise<HistoryStatus>;
  /** Called when a status is another one, at most five times a second. Returns the function that stops it. */
  onStatusChanged(listener: () => void): () => void;
  /** What is remembered of the past of a definition, a file, a folder or a line. */
  past(params: PastParams, signal: AbortSignal): Promise<PastResult>;
  /** The commits that wrote some lines last. */
  whoWrote(params: WhoWroteParams, signal: AbortSignal): Promise<WhoWroteResult>;
  /** What changed in meaning since somebody last looked. */
  changed(params: ChangedParams, signal: AbortSignal): Promise<ChangedResult>;
  /** Places of a commit's tree. */
  recallAt(params: RecallAtParams, signal: AbortSignal): Promise<RecallAtResult>;
  /** Commits about some words that are in memory by now, best first; none while there is no history. */
  commitsAbout(params: CommitsAboutParams, signal: AbortSignal): Promise<readonly CommitAbout[]>;
  /** Since when a definition is there; `paths` are the files that define it today. */
  age(
    params: { readonly rootId: string; readonly name: string; readonly paths: readonly string[] },
    signal: AbortSignal,
  ): Promise<Age | undefined>;
  /** What was committed and saved in a time, as far as it is in memory. */
  happened(params: HappenedParams, signal: AbortSignal): Promise<Happened>;
  /** Deletes what was edited when, of all roots, and returns how many edits: none by topic, since they hold no words. */
  forgetEdits(which: ForgetWorkParams, signal: AbortSignal): Promise<number>;
  /** How much is remembered of a root's commits. Empty where no history is read. */
  extent(params: HistoryExtentParams, signal: AbortSignal): Promise<HistoryExtents>;
  /** A file's text in a commit's tree; `undefined` when it is not there or no text that is shown. */
  fileAt(params: FileAtParams, signal: AbortSignal): Promise<string | undefined>;
  /** Resolves when all commits are read, with `symbols` also what they touched, or when that cannot be. */
  settled(rootId: string, symbols: boolean, signal: AbortSignal): Promise<HistoryStatus>;
}

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

/** The tools of language models and agents. */
export interface ToolService {
  list(): readonly ToolDescription[];
  /**
   * `forget` deletes a note wherever it is quoted, and rejects with `noteNotFound`. Rejects with AbortError when
   * cancelled, and with the errors of the stores; what the model can mend is in the result.
   */
  call(
    params: ToolCallParams,
    forget: (noteId: string) => Promise<void>,
    signal: AbortSignal,
  ): Promise<ToolResult>;
}

/** Draws the picture of a root's memory. */
export interface PictureService {
  /** `conversations` is `undefined` where none were ever kept. Errors: `rootNotOpen`, `storeUnavailable`. */
  picture(
    params: PictureParams,
    conversations: ConversationStore | undefined,
    signal: AbortSignal,
  ): Promise<MemoryPicture>;
}
