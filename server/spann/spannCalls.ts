/** What the main thread and the threads of an index say to each other. */
import type { KernelModule } from "../model/kernelMemory.ts";
import type { ClosureRule } from "./closure.ts";
import type { SpannFault, SpannManifest, SpannSpec } from "./spannManifest.ts";
import type { ProbeRule } from "./spannSearcher.ts";

interface ThreadBasics {
  readonly folder: string;
  readonly spec: SpannSpec;
  readonly kernel: KernelModule;
}

/** Makes a thread that opens the index and searches it. */
export interface SearchThreadData extends ThreadBasics {
  readonly role: "search";
  /** `replyInts` int32: see `replyAt`. Then the neighbours: embeddings, places (u32), similarities (f32). */
  readonly reply: SharedArrayBuffer;
  readonly probe: ProbeRule | undefined;
}

/** Makes a thread that builds the index and ends. */
export interface BuildThreadData extends ThreadBasics {
  readonly role: "build";
  readonly storeFile: string;
  readonly build: string;
  readonly nExpected: number;
  /** See `controlAt`. */
  readonly control: SharedArrayBuffer;
  readonly rule: ClosureRule | undefined;
}

export type SpannThreadData = SearchThreadData | BuildThreadData;

/** Indices into the int32 of a reply. */
export const replyAt = { id: 0, outcome: 1, n: 2 } as const;
export const replyInts = 4;
/** What `replyAt.outcome` says. */
export const replyOutcome = { found: 0, damaged: 1 } as const;

/** Indices into the int32 that a build shares: whether it is to end, and how far it is, in thousandths. */
export const controlAt = { cancel: 0, progress: 1 } as const;

export interface SearchCall {
  readonly id: number;
  readonly query: Int8Array;
  readonly k: number;
}

/** The first message of a search thread. */
export type SearchOpened =
  | { readonly kind: "ready"; readonly manifest: SpannManifest }
  | { readonly kind: "unusable"; readonly fault: SpannFault };

/** The only message of a build thread. */
export type BuildEnd =
  | "built"
  | "addonMissing"
  | "tooSmall"
  | "numbersTooLarge"
  | "cancelled"
  /** Another process builds this index. */
  | "otherBuilds"
  /** The store, or the disk, does not do its part; the next attempt may go well. */
  | "diskFull"
  | "storeFailed";
