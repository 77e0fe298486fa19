/** What crosses the wire about who wrote some lines. */
import type { CommitInfo } from "./history.ts";

export interface WhoWroteParams {
  readonly rootId: string;
  readonly path: string;
  /** Zero-based and half-open. */
  readonly startLine: number;
  readonly endLine: number;
  /** Whole hash of the commit in whose tree the lines stand; absent for the file on the disk. */
  readonly commit?: string;
}

/** A commit that wrote some of the lines last. */
export interface LinesWritten {
  readonly commit: CommitInfo;
  readonly nLines: number;
}

export type WhoWroteResult =
  | {
      readonly kind: "written";
      /** The newest first. */
      readonly commits: readonly LinesWritten[];
      /** Lines that differ from what was committed last. */
      readonly nNotCommitted: number;
    }
  /** No commit holds the file or any of the lines. */
  | { readonly kind: "notCommitted" }
  /** The file is not shown, or git could not tell. */
  | { readonly kind: "failed" };
