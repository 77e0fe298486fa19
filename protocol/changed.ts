/** What crosses the wire about what changed since somebody last looked. */
import type { CommitInfo, HistoryStatus } from "./history.ts";
import type { SymbolKind } from "./types.ts";

export interface ChangedParams {
  readonly rootId: string;
  /**
   * Since when: `files`, each file since it was last open in the editor; `look`, everything since the last look of this
   * kind, which this one then becomes; else a commit, tag, branch or time.
   */
  readonly since: "files" | "look" | { readonly at: string };
  /** At most so many files. */
  readonly limit: number;
}

/** How a definition differs; `layout`: in white space only. */
export type DefinitionChange = "added" | "removed" | "signature" | "body" | "comment" | "layout";

export interface ChangedDefinition {
  readonly name: string;
  /** Dotted names of the definitions around it, `""` at top level. */
  readonly container: string;
  readonly kind: SymbolKind;
  readonly change: DefinitionChange;
  /** Where it is today, zero-based and half-open; absent when it is gone. */
  readonly lines?: { readonly startLine: number; readonly endLine: number };
}

export interface ChangedFile {
  readonly path: string;
  readonly change: "added" | "deleted" | "renamed" | "changed";
  /** Before it was renamed. */
  readonly oldPath?: string;
  /** When it was last looked at; absent where a commit says since when. */
  readonly seenMs?: number;
  /** In order; empty when no definition changed, or nothing is known of them. */
  readonly definitions: readonly ChangedDefinition[];
}

export type ChangedResult =
  | {
      readonly kind: "changed";
      /** The commit that is compared with, where it is one. */
      readonly commit?: CommitInfo;
      readonly files: readonly ChangedFile[];
      /** All that changed, also beyond the limit. */
      readonly nFiles: number;
      /** Files of which it is known what they were. */
      readonly nKnown: number;
    }
  /** Nothing was looked at yet; from now on it is. */
  | { readonly kind: "noLook" }
  | { readonly kind: "unknownSince" }
  | { readonly kind: "failed"; readonly status: HistoryStatus };
