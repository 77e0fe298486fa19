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
import type { HistoryStatus, PastParams, PastResult } from "../protocol/history.ts";
import type {
  CorrectParams,
  ForgetNotesParams,
  ListNotesParams,
  Note,
  NotesState,
  NoteKind,
  RememberParams,
  RememberResult,
} from "../protocol/notes.ts";
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
import type {
  AskParams,
  FileChange,
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
}

/** Where a definition is. */
export interface DefinitionPlace {
  readonly rootId: string;
  readonly path: string;
  /** Dotted names of the definitions around it, `""` at top level. */
  readonly container: string;
}

/** Streams an answer: `emit` gets markdown to append and the citations that it newly refers to. */
export interface AnswerService {
  ask(
    params: AskParams,
    emit: (markdown: string, citations: readonly Citation[]) => void,
    signal: AbortSignal,
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
  complete(params: CompleteParams, signal: AbortSignal): Promise<CompleteResult>;
  surprise(params: SurpriseParams, signal: AbortSignal): Promise<SurpriseResult>;
  /** `progress` is called at most five times a second. */
  selfTest(
    params: SelfTestParams,
    progress: (progress: SelfTestProgress) => void,
    signal: AbortSignal,
  ): Promise<SelfTestResult>;
}

/**
 * The histories of all open roots' repositories. Its requests reject with AbortError when cancelled, and with
 * `rootNotOpen`; the outcome says when there is no history, and how far it is read.
 */
export interface HistoryService {
  /** The roots whose history is remembered. */
  rootIds(): readonly string[];
  status(rootId: string): HistoryStatus;
  /** What is remembered of the past of a definition, a file, a folder or a line. */
  past(params: PastParams, signal: AbortSignal): Promise<PastResult>;
  /** What changed in meaning since somebody last looked. */
  changed(params: ChangedParams, signal: AbortSignal): Promise<ChangedResult>;
  /** Places of a commit's tree. */
  recallAt(params: RecallAtParams, signal: AbortSignal): Promise<RecallAtResult>;
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

/**
 * Notes of all open roots. What it returns was held against the present text of files during the call. Every request
 * rejects with `rootNotOpen` while no trusted folder is open; other errors are those of `notes/remember`.
 */
export interface NotesService {
  remember(params: RememberParams): Promise<RememberResult>;
  correct(params: CorrectParams): Promise<RememberResult>;
  list(params: ListNotesParams): Promise<Note[]>;
  pin(id: string, isPinned: boolean): Promise<Note>;
  /** Returns how many were deleted. */
  forgetNotes(params: ForgetNotesParams): Promise<number>;
  /** Live notes that fit, best first; each counts as used. None while no folder is open. */
  recall(wish: NoteWish): Promise<Note[]>;
  /** Called when notes were made or forgotten, or code that they cite changed or came back. Returns what stops it. */
  onChanged(listener: (state: NotesState) => void): () => void;
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

/** Conversations on disk. Every method returns after the change is durable against a kill. */
export interface ConversationStore {
  list(): Conversation[];
  create(): Conversation;
  /** Errors: `conversationNotFound`, also when it does not hold the turn `before`. */
  read(conversationId: string, page?: TurnPage): ReadConversationResult;
  /** All turns in order. Errors: `conversationNotFound`. */
  outline(conversationId: string): TurnOutline[];
  rename(conversationId: string, title: string): Conversation;
  delete(conversationId: string): void;
  appendTurn(conversationId: string, turn: Turn): void;
  updateTurn(conversationId: string, turn: Turn): void;
  close(): void;
}
