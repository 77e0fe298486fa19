/** What crosses the wire about a repository's history: commits, and what they did to files and definitions. */

/** Commits that are remembered unless a setting says otherwise; the newest ones. */
export const defaultMaxCommits = 20_000;

/** A commit as evidence. All text is its author's own, plain and without control characters. */
export interface CommitInfo {
  /** Whole, in lower-case hex. */
  readonly hash: string;
  readonly author: string;
  /** When it was written, by its author's clock. */
  readonly authoredMs: number;
  readonly subject: string;
  /** The rest of the message; may be `""`. */
  readonly body: string;
}

/**
 * How far the history of a root is remembered. `waiting`: nothing was read yet. `reading`: commits are still being read.
 * `ready`: all are, and which definitions they touched may follow. `noRepository`: git finds no repository that it would read here; it may belong to another user.
 */
export interface HistoryStatus {
  readonly state:
    | "waiting"
    | "reading"
    | "ready"
    | "off"
    | "noRepository"
    | "noCommits"
    | "gitMissing"
    | "failed";
  readonly nCommits: number;
  /** Commits of which it is not known yet which definitions they touched. */
  readonly nWithoutSymbols: number;
  /** False when the repository holds older commits than are remembered. */
  readonly isWhole: boolean;
  /** Commits that lead to the head and change something in the root; 0 when git did not count them. */
  readonly nInRepository: number;
  /** True when the clone itself holds only the newest commits. */
  readonly isShallow: boolean;
  /** When the oldest remembered commit was made; 0 without commits. */
  readonly oldestMs: number;
}

/** What a question about the past is about. */
export type HistoryTarget =
  /**
   * A definition by name, perhaps qualified. `paths` are the files that define it today. `within`: files, which may be
   * named by the end of their path, and folders with `/` at their end, where it was or is defined; anywhere when absent.
   */
  | {
      readonly kind: "symbol";
      readonly name: string;
      readonly paths: readonly string[];
      readonly within?: readonly string[];
    }
  /** A file or a folder, today's or a former one; a file may be named by the end of its path. */
  | { readonly kind: "path"; readonly path: string }
  /** A line of a file as committed last. Zero-based. */
  | { readonly kind: "line"; readonly path: string; readonly line: number };

/** What a commit did. The first seven are about a definition, the others about a file; `wrote`: the line is its. */
export type PastChange =
  | ("added" | "removed" | "moved" | "signature" | "body" | "comment" | "layout")
  | ("fileAdded" | "fileChanged" | "fileDeleted" | "fileRenamed" | "fileCopied" | "wrote");

/** One commit of the past of something. */
export interface PastEvent {
  readonly commit: CommitInfo;
  readonly change: PastChange;
  /** After the commit; before it where the commit removed it. */
  readonly path: string;
  /** Where it came from, when it was moved, renamed or copied. */
  readonly oldPath?: string;
}

export interface PastParams {
  readonly rootId: string;
  readonly target: HistoryTarget;
  /** At most so many events, the newest. */
  readonly limit: number;
  /** Only what was committed since then: a commit, tag or branch, `2026-08-01`, `yesterday` or `3 weeks ago`. */
  readonly since?: string;
}

/** Who changed something how often. */
export interface PastAuthor {
  readonly name: string;
  readonly nCommits: number;
  readonly lastMs: number;
}

export type PastResult =
  | {
      readonly kind: "past";
      /** Newest first; empty when the target is known and nothing is remembered of it in this time. */
      readonly events: readonly PastEvent[];
      /** Most commits first, over all events and not only those within the limit. */
      readonly authors: readonly PastAuthor[];
      /** False when not all versions were looked at: there may be older events. */
      readonly isWhole: boolean;
      readonly status: HistoryStatus;
    }
  /** Nothing of this name is in the history as far as it is read. */
  | { readonly kind: "unknown"; readonly status: HistoryStatus }
  /** `since` is no time and no commit of this repository. */
  | { readonly kind: "unknownSince"; readonly status: HistoryStatus };
