/** Notes: what the user wants remembered, in the user's own words, with the code that it is about. */
import type { Citation } from "./types.ts";

/** What a note says: what was decided, what is so, what the user likes, what is still to be done. */
export const noteKinds = ["decision", "fact", "preference", "todo"] as const;
export type NoteKind = (typeof noteKinds)[number];

/**
 * `ok`: the code that the note cites says what it said then, wherever it moved. `needsCheck`: it has changed.
 * `gone`: its file is not there. A note without evidence is `ok`.
 */
export type NoteHealth = "ok" | "needsCheck" | "gone";

/** Code that a note cites. */
export interface NoteEvidence {
  /** Where it stands now when `health` is `ok`, else where it stood last; the hash is that of the text as it was noted. */
  readonly citation: Citation;
  readonly health: NoteHealth;
}

/** What a note hangs together with: another note by its id, a symbol by its name, a commit by its hash. */
export interface NoteLink {
  readonly kind: "note" | "symbol" | "commit";
  readonly target: string;
}

export interface Note {
  readonly id: string;
  readonly kind: NoteKind;
  /** The user's words, without the keys and tokens that stood in them. */
  readonly text: string;
  /** Who wrote it: the name that git has, else that of the system. */
  readonly who: string;
  /** When it was noted, for the last time where it was noted more than once. */
  readonly createdMs: number;
  readonly rootId: string;
  /** The file that was open, relative to the root. */
  readonly file?: string;
  readonly conversationId?: string;
  readonly evidence: readonly NoteEvidence[];
  readonly tags: readonly string[];
  readonly links: readonly NoteLink[];
  readonly isPinned: boolean;
  /** How often it was recalled or noted again. */
  readonly nUses: number;
  readonly lastUsedMs?: number;
  /** Id of the note that replaced it; only the last of such a row is recalled. */
  readonly supersededBy?: string;
  /** The worst of its evidence's. */
  readonly health: NoteHealth;
}

/** Lines of a file, zero-based and half-open. */
export interface NotedLines {
  /** Absolute path. */
  readonly file: string;
  readonly startLine: number;
  readonly endLine: number;
}

export interface RememberParams {
  readonly text: string;
  /** Told from the words when absent. */
  readonly kind?: NoteKind;
  readonly lines?: NotedLines;
  /** Absolute path of the file that the user looks at. */
  readonly activeFile?: string;
  readonly conversationId?: string;
}

export interface RememberResult {
  readonly note: Note;
  /** `merged`: it says what an older note says, which now has its time and evidence. */
  readonly outcome: "new" | "merged" | "corrected";
  /** The note that is no longer recalled. */
  readonly superseded?: Note;
  /** Notes of the same subject that say otherwise; they stay. */
  readonly contradicts: readonly Note[];
}

export interface CorrectParams {
  readonly id: string;
  readonly text: string;
}

export interface ListNotesParams {
  /** Best first when present, else newest first. */
  readonly search?: string;
  /** Those that were replaced too. */
  readonly all?: boolean;
}

/** Which notes to forget; exactly one of these. Pinned ones stay unless `withPinned` says otherwise or the id is given. */
export interface ForgetNotesParams {
  readonly id?: string;
  /** Live notes that are clearly about this. */
  readonly topic?: string;
  readonly beforeMs?: number;
  /** Those whose evidence or open file lies in this folder, relative to its root. */
  readonly folder?: string;
  readonly withPinned?: true;
}

/** What came of it. */
export interface ForgetNotesResult {
  /** Those that a deleted note had replaced count too. */
  readonly nForgotten: number;
  /** Live notes that were chosen and stay because they are pinned. */
  readonly nPinnedKept: number;
}

/** Live notes: how many there are, and the ids of those that cite code that has changed or is gone. */
export interface NotesState {
  readonly nNotes: number;
  readonly needCheck: readonly string[];
}
