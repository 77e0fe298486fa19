/** The file that the memory of the work is exported to: JSON Lines, described in `docs/memory-format.md`. */
import type { Note } from "./notes.ts";
import type { AnswerPlan } from "./plan.ts";
import type { Prose } from "./prose.ts";
import type { Citation, Range, SymbolInfo, Tier, Turn } from "./types.ts";

export const memoryFormat = "lore-memory";
/** Raised when an older Lore could no longer read what is written. */
export const memoryFormatVersion = 1;

/** The first line. */
export interface SavedHead {
  readonly type: "memory";
  readonly format: typeof memoryFormat;
  readonly version: typeof memoryFormatVersion;
  /** The folders that the other lines name by id. */
  readonly roots: readonly SavedRoot[];
}
export interface SavedRoot {
  readonly id: string;
  readonly name: string;
}

/** Code that a note cites: where it stood and its hash, not its text. */
export interface SavedEvidence {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly range: Range;
  readonly contentHash: string;
  readonly symbol?: SymbolInfo;
  /** Hash of the whole file when it was seen last. */
  readonly fileHash?: string;
}

/** A note, also one that was replaced. Its health depends on the code and is not kept. */
export interface SavedNote extends Omit<Note, "evidence" | "health"> {
  readonly evidence: readonly SavedEvidence[];
}

/** A conversation; the lines of its turns follow. */
export interface SavedConversation {
  readonly id: string;
  readonly title: string;
  readonly createdMs: number;
  readonly updatedMs: number;
  /** The last turn of the branch that is shown; absent when it is the last turn. */
  readonly headId?: string;
}

/** A turn, in the order in which it was said. What recall saw on the machine at the time is not saved. */
export interface SavedTurn extends Pick<
  Turn,
  "id" | "role" | "text" | "createdMs" | "abstained" | "elapsedMs"
> {
  readonly conversationId: string;
  /** Id of an earlier turn that this one follows, `""` for none; absent when it follows the one before it. */
  readonly parentId?: string;
  /** Present when it is. */
  readonly isPinned?: boolean;
  readonly state: Exclude<Turn["state"], "streaming">;
  readonly selection?: SavedSelection;
  readonly citations: readonly Citation[];
  readonly tiers: readonly Tier[];
  readonly prose?: SavedProse;
  readonly plan?: AnswerPlan;
}

/** What a language model wrote, which nobody goes on writing. */
export interface SavedProse extends Prose {
  readonly state: Exclude<Prose["state"], "streaming">;
}

/** Selected code of a root's file. */
export interface SavedSelection {
  readonly rootId: string;
  readonly path: string;
  readonly text: string;
  /** Zero-based and half-open. */
  readonly range: { readonly startLine: number; readonly endLine: number };
}

/** How many were written, added or deleted. */
export interface WorkCounts {
  readonly nNotes: number;
  readonly nConversations: number;
  readonly nTurns: number;
}

/** What an export wrote, and what it could not write. */
export interface ExportResult extends WorkCounts {
  readonly leftOut: readonly LeftOut[];
}

/** A note, conversation or turn that no import would take, such as one whose path leads out of its folder. */
export interface LeftOut {
  readonly type: "note" | "conversation" | "turn";
  readonly id: string;
  /** Which field is not as it should be; without its value. */
  readonly why: string;
}

/** What an import added; what was here already is not counted. */
export type ImportResult = WorkCounts;

/**
 * Which memory of the work to forget: notes, conversations, and what was edited when; exactly one of these. Pinned notes
 * stay unless `withPinned` says otherwise or everything goes.
 */
export interface ForgetWorkParams {
  /** What is clearly about this. Edits, of which no words are kept, stay. */
  readonly topic?: string;
  /** What was said or edited before this time. */
  readonly beforeMs?: number;
  /** What cites or shows code of this folder, relative to its root, and what was edited there. */
  readonly folder?: string;
  /** Everything. */
  readonly all?: true;
  readonly withPinned?: true;
}

/** How many were deleted. A conversation that has no turn left is deleted with its title. */
export interface ForgetWorkResult extends WorkCounts {
  readonly nEdits: number;
  /** Live notes that were chosen and stay because they are pinned. */
  readonly nPinnedKept: number;
}
