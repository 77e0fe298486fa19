/** What the main thread asks of the thread of the histories, and what comes back. Plain data, structured-cloned. */
import type { FileAtParams, RecallAtParams, RecallAtResult } from "../../protocol/asOf.ts";
import type { ChangedParams, ChangedResult } from "../../protocol/changed.ts";
import type { HistoryStatus, PastParams, PastResult } from "../../protocol/history.ts";
import type { ForgetWorkParams } from "../../protocol/savedMemory.ts";
import type { WhoWroteParams, WhoWroteResult } from "../../protocol/whoWrote.ts";
import type { LogLevel } from "../ports.ts";
import type { HistoryExtentParams, HistoryExtents } from "../services.ts";
import type { ThreadFailure } from "../threadFailure.ts";
import type {
  Age,
  CommitAbout,
  CommitsAboutParams,
  Happened,
  HappenedParams,
  HistoryService,
} from "../services.ts";
import type { TreeRules } from "./recallAt.ts";

export interface HistoryThreadData {
  readonly grammarFolder: string;
  readonly logLevel: LogLevel | "off";
  /** A question waits this long for a look at the repository. */
  readonly freshenMs: number;
}

/** A root whose history is wanted. */
export interface HistoryRoot {
  readonly rootId: string;
  readonly folder: string;
}

export interface HistoryWorkspace {
  /** Where memories are; `undefined` while nothing is open or trusted. */
  readonly storeDir: string | undefined;
  readonly roots: readonly HistoryRoot[];
  /** 0: no history is read. */
  readonly maxCommits: number;
  readonly isPaused: boolean;
  /** Absolute path of the file that the user looks at. */
  readonly activeFile: string | undefined;
  /** By which rules files are hidden. */
  readonly rules: Omit<TreeRules, "files">;
}

export interface HistoryRequests {
  readonly past: { readonly params: PastParams; readonly result: PastResult };
  readonly recallAt: { readonly params: RecallAtParams; readonly result: RecallAtResult };
  readonly whoWrote: { readonly params: WhoWroteParams; readonly result: WhoWroteResult };
  readonly changed: { readonly params: ChangedParams; readonly result: ChangedResult };
  readonly commitsAbout: {
    readonly params: CommitsAboutParams;
    readonly result: readonly CommitAbout[];
  };
  readonly status: { readonly params: { readonly rootId: string }; readonly result: HistoryStatus };
  readonly happened: { readonly params: HappenedParams; readonly result: Happened };
  readonly age: {
    readonly params: Parameters<HistoryService["age"]>[0];
    readonly result: Age | undefined;
  };
  readonly forgetEdits: { readonly params: ForgetWorkParams; readonly result: number };
  readonly extent: { readonly params: HistoryExtentParams; readonly result: HistoryExtents };
  readonly fileAt: { readonly params: FileAtParams; readonly result: string | undefined };
}
export type HistoryRequestName = keyof HistoryRequests;

export type HistoryCall =
  | { readonly kind: "follow"; readonly workspace: HistoryWorkspace }
  /** Something may have been committed, or another commit checked out. */
  | { readonly kind: "look" }
  | {
      readonly kind: "request";
      readonly id: number;
      readonly name: HistoryRequestName;
      readonly params: HistoryRequests[HistoryRequestName]["params"];
    }
  /** Files that changed on the disk, by absolute path. */
  | { readonly kind: "saved"; readonly files: readonly string[] }
  | { readonly kind: "cancel"; readonly id: number }
  | { readonly kind: "forget"; readonly rootId: string }
  | { readonly kind: "close" };

export type HistoryReply =
  | { readonly kind: "status"; readonly status: Readonly<Record<string, HistoryStatus>> }
  | {
      readonly kind: "result";
      readonly id: number;
      readonly result: HistoryRequests[HistoryRequestName]["result"];
    }
  | { readonly kind: "failed"; readonly id: number; readonly error: ThreadFailure };

/** What is said of a history of which nothing is known. */
export const noHistory = {
  ...{ nCommits: 0, nWithoutSymbols: 0, isWhole: false, oldestMs: 0 },
  ...{ nInRepository: 0, isShallow: false },
} as const;

/** What is remembered of commits where none are. */
export function noExtents(status: HistoryStatus, edgesMs: readonly number[]): HistoryExtents {
  return { status, commits: [], counts: [...edgesMs, 0].map(() => 0), bytes: 0 };
}
