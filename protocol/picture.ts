/** The memory picture: what is remembered of a folder, counted by place, kind, age, strength and health. */
import type { DeepMemoryStatus, SelfTestResult } from "./deepMemory.ts";
import type { CommitInfo, HistoryStatus } from "./history.ts";
import type { Note, NoteHealth } from "./notes.ts";
import type { Conversation, FailReason, RootStatus, SkipReason } from "./types.ts";

/** As many folders, notes, conversations or commits as a picture may list of each. */
export const maxPictureLimit = 1_000;

export interface PictureParams {
  readonly rootId: string;
  /** The folder whose parts are told, relative to the root and without a `/` at its end; `""` is the root itself. */
  readonly folder: string;
  /** At most so many of each list, up to `maxPictureLimit`; counts and sums are over all. */
  readonly limit: number;
}

/** Ages are counted in these steps: younger than the first, than the second, …, and older than all. In days. */
export const ageSteps = [1, 7, 30, 90, 365, 730, 1_825] as const;
/** Strengths are counted in so many equal steps from 0 to 1. */
export const nStrengthSteps = 5;

/** What is remembered of files, summed up. Two files with the same content both count it. */
export interface FileSums {
  readonly nFiles: number;
  /** Size of the files in the workspace. */
  readonly bytes: number;
  readonly nChunks: number;
  /** Chunks that can be found by meaning as well. */
  readonly nEmbedded: number;
  /** Files that the deep memory holds wholly and as they are, and their size in the workspace. */
  readonly nDeepFiles: number;
  readonly deepBytes: number;
}

/** A file or folder with what is remembered of it. */
export interface FolderPart extends FileSums {
  readonly name: string;
  readonly isFolder: boolean;
}

export interface FolderPicture extends FileSums {
  readonly path: string;
  /** Largest first. */
  readonly parts: readonly FolderPart[];
  /** All there are, also beyond the limit. */
  readonly nParts: number;
}

/** How many of each kind are of which age, in the order of `ageSteps` with those that are older than all behind. */
export interface AgeCounts {
  /** Remembered files, since they were last changed on the disk. */
  readonly files: readonly number[];
  /** Since they were committed. */
  readonly commits: readonly number[];
  /** Since their last turn. */
  readonly conversations: readonly number[];
  /** Live ones, since they were written. */
  readonly notes: readonly number[];
}

/** Bytes that databases on disk take. Journals beside them are not counted. */
export interface DiskBytes {
  /** Words, definitions and embeddings of the root's files. */
  readonly files: number;
  readonly history: number;
  readonly conversations: number;
  readonly notes: number;
  /** Encoded chunks, over all roots of the window. */
  readonly deep: number;
}

/** Files that are not remembered, by outcome and reason. */
export interface ProblemCount {
  readonly outcome: "skipped" | "failed";
  readonly reason: SkipReason | FailReason;
  readonly nFiles: number;
}

export interface FileHealth {
  readonly state: RootStatus["state"];
  readonly nRemembered: number;
  /** Changed or new, and not read yet: what is remembered of them is stale. */
  readonly nWaiting: number;
  /** Of the remembered: chunked along the syntax; by lines for want of a grammar or because they did not parse; by lines until the syntax pass comes. */
  readonly nBySyntax: number;
  readonly nByLines: number;
  readonly nToRefine: number;
  /** Most files first. */
  readonly problems: readonly ProblemCount[];
}

/** A live note with how much of it is left, 0 to 1: it fades without use, and a pinned one does not. */
export interface NoteStrength {
  readonly note: Note;
  readonly strength: number;
}

export interface NotesPicture {
  /** Live notes. */
  readonly nNotes: number;
  /** Older versions that were replaced. */
  readonly nReplaced: number;
  readonly nPinned: number;
  /** Live notes by health. */
  readonly health: Readonly<Record<NoteHealth, number>>;
  /** Live notes by strength, weakest first, in `nStrengthSteps` steps. */
  readonly strengths: readonly number[];
  /** First those whose code changed or is gone, then by strength, strongest first. */
  readonly notes: readonly NoteStrength[];
}

export interface ConversationsPicture {
  readonly nConversations: number;
  readonly nTurns: number;
  /** Last used first. */
  readonly conversations: readonly Conversation[];
}

export interface HistoryPicture {
  readonly status: HistoryStatus;
  /** Newest first. */
  readonly commits: readonly CommitInfo[];
}

/** What the deep memory holds over all roots of the window, as its catalogue says. */
export interface DeepPicture {
  readonly status: DeepMemoryStatus;
  readonly nChunks: number;
  readonly nTokens: number;
  readonly nShortTermBlocks: number;
  readonly nLongTermBlocks: number;
  /** Blocks that were recalled and of use once or more often. */
  readonly nRecalledBlocks: number;
}

/** The self-test that was run last. */
export interface KeptSelfTest {
  readonly atMs: number;
  /** Tokens that were to be streamed. */
  readonly tokens: number;
  readonly result: SelfTestResult;
}

export interface MemoryPicture {
  readonly rootId: string;
  /** By the clock that ages are counted with. */
  readonly atMs: number;
  readonly folder: FolderPicture;
  readonly disk: DiskBytes;
  readonly ages: AgeCounts;
  readonly health: FileHealth;
  readonly notes: NotesPicture;
  /** Those of the window, which belong to its first folder. */
  readonly conversations: ConversationsPicture;
  readonly history: HistoryPicture;
  /** Absent in a server without a deep memory. */
  readonly deep?: DeepPicture;
  /** Absent when none was run yet, and when the deep memory that it was about is gone. */
  readonly selfTest?: KeptSelfTest;
}
