/** What crosses the wire about the order in which things happened: commits, edits, questions, notes. */
import type { ChangedDefinition } from "./changed.ts";
import type { CommitInfo } from "./history.ts";
import type { NoteKind } from "./notes.ts";

/** Saves of one file that followed each other, as the server saw them. Holds no text of the file. */
export interface Edit {
  readonly path: string;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly change: "created" | "changed" | "deleted";
  /** What differs from before the first of them; the first few. */
  readonly definitions: readonly Pick<ChangedDefinition, "name" | "container" | "change">[];
}

/** Something that happened. `atMs` is when: of a commit, when it was committed; of edits, the last save. */
export type TimelineEvent =
  | {
      readonly kind: "commit";
      readonly atMs: number;
      readonly rootId: string;
      readonly commit: CommitInfo;
    }
  | { readonly kind: "edit"; readonly atMs: number; readonly rootId: string; readonly edit: Edit }
  | {
      readonly kind: "turn";
      readonly atMs: number;
      readonly conversationId: string;
      readonly turnId: string;
      /** The user's question. */
      readonly text: string;
    }
  | {
      readonly kind: "note";
      readonly atMs: number;
      readonly id: string;
      readonly text: string;
      readonly noteKind: NoteKind;
    };

export interface TimelineParams {
  /** All open roots when absent. Questions and notes are of all. */
  readonly rootIds?: readonly string[];
  /** `2026-08-01`, `yesterday`, `monday`, `last week`, `3 hours ago`: from its beginning on, in local time. */
  readonly since?: string;
  /** As `since`: up to its end. */
  readonly until?: string;
  /** Leaves out the commits of others than git's user. */
  readonly own?: boolean;
  readonly limit: number;
}

export type TimelineResult =
  | {
      readonly kind: "timeline";
      /** The newest first. */
      readonly events: readonly TimelineEvent[];
      /** True when there are more than `limit`. */
      readonly isCut: boolean;
      /** What could not be read at the moment. */
      readonly missing: readonly ("history" | "notes" | "turns")[];
    }
  /** `since` or `until` is no time. */
  | { readonly kind: "unknownTime"; readonly phrase: string };
