/** What crosses the wire about the tree of a commit: recall as of then. */
import type { CommitInfo, HistoryStatus } from "./history.ts";
import type { MentionTrace } from "./mentions.ts";
import type { Recall } from "./types.ts";

export interface RecallAtParams {
  readonly rootId: string;
  /** A commit, tag or branch, or a time: the last commit before it on the way to the present head. */
  readonly at: string;
  readonly query: string;
  readonly limit: number;
}

export type RecallAtResult =
  | {
      readonly kind: "recalled";
      readonly commit: CommitInfo;
      /** Best first; each was read from the commit's tree. Citations name the commit. */
      readonly recalls: readonly Recall[];
      /** Files of the tree that were searched, and files of which nothing is shown, by name, size or rule. */
      readonly filesSearched: number;
      readonly filesLeftOut: number;
      /** Absent when the query names no files or folders with `@`. */
      readonly mentions?: MentionTrace;
    }
  /** `at` is no commit of the repository and no time, or there is none before that time. */
  | { readonly kind: "unknownCommit" }
  /** Git could not read the tree. */
  | { readonly kind: "failed"; readonly status: HistoryStatus };

export interface FileAtParams {
  readonly rootId: string;
  /** Whole. */
  readonly commit: string;
  readonly path: string;
}
