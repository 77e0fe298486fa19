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
import type { Edit } from "../protocol/timeline.ts";
import type { WhoWroteParams, WhoWroteResult } from "../protocol/whoWrote.ts";
import type { SearchTurnsParams, SearchTurnsResult } from "../protocol/turns.ts";
import type { MemoryPicture, PictureParams } from "../protocol/picture.ts";
import type {
  Answer,
  Citation,
  FileProblem,
  FileRole,
  MemorySettings,
  MemoryStatus,
  Range,
  RankingKind,
  Root,
  SearchResult,
} from "../protocol/types.ts";
import type { AnswerPlan } from "../protocol/plan.ts";
import type { ForgetWorkParams } from "../protocol/savedMemory.ts";
import type { ToolCallParams, ToolDescription, ToolResult } from "../protocol/tools.ts";
import type { AskParams, FileChange, SearchParams, SurpriseParams } from "../protocol/methods.ts";
import type { ConversationStore } from "./workServices.ts";

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
