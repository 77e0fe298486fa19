/**
 * What crosses the boundary for the deep memory: a language model for code whose memory reaches over the whole
 * workspace. It completes code, tells what is unusual, and can be tested.
 */
import type { ModelFaultKind } from "./notices.ts";

/** What the user can set about the deep memory. */
export interface DeepMemorySettings {
  readonly enabled: boolean;
  /** What it may take on disk, over all folders; the oldest and least recalled is forgotten first. */
  readonly maxDiskBytes: number;
}

/** What holds where nothing is set. */
export const defaultDeepMemory: DeepMemorySettings = {
  enabled: true,
  maxDiskBytes: 2_048_000_000,
};

/** Why the deep memory is off or paused, or holds less than the workspace. */
export const deepMemoryReasons = [
  /** Switched off by the user's setting. */
  "disabled",
  /** No model was shipped with this copy of Lore. */
  "noModel",
  /** The native ONNX Runtime is not there or does not start on this machine. */
  "noRuntime",
  /** The model's files are not what they should be, or it failed while it ran. */
  "modelFault",
  /** The disk is full: what is encoded is kept, and it goes on when there is space. */
  "diskFull",
  /** The machine has too little memory left: it goes on when there is more. */
  "memoryPressure",
  /** The budget on disk is used up: files are left out. */
  "noRoom",
  /** Another process keeps the deep memory of this folder. */
  "otherProcess",
] as const;
export type DeepMemoryReason = (typeof deepMemoryReasons)[number];

export type DeepMemoryDetail =
  | { readonly kind: Exclude<DeepMemoryReason, "modelFault"> }
  | {
      readonly kind: "modelFault";
      readonly cause: ModelFaultKind;
      /** The file at fault, relative to the model's folder; `""` for none. */
      readonly file: string;
    };

/** How much of the workspace the deep memory holds, over all roots. */
export interface DeepMemoryStatus {
  /**
   * `off`: switched off, or nothing is open. `starting`: the model is being loaded. `filling`: files are being
   * encoded; what is encoded is used already. `ready`: every file that has room is encoded. `paused`: by the user or
   * for `detail`; it is used as it is. `unavailable`: it cannot be used, see `detail`.
   */
  readonly state: "off" | "starting" | "filling" | "ready" | "paused" | "unavailable";
  /** Present when there is something to say; in state `ready` it says why files were left out. */
  readonly detail?: DeepMemoryDetail;
  readonly filesEncoded: number;
  /** Files that wait to be encoded. */
  readonly filesToEncode: number;
  /** Files that are not encoded for want of room in the budget. */
  readonly filesLeftOut: number;
  readonly tokensEncoded: number;
  /** Tokens that wait to be encoded, estimated from the files' sizes. */
  readonly tokensToEncode: number;
  readonly bytesOnDisk: number;
  readonly budgetBytes: number;
  /** Blocks of tokens in the pool of what is newest. */
  readonly shortTermBlocks: number;
  /** Blocks that left the pool and are found by their keys. */
  readonly longTermBlocks: number;
  /** Of the last seconds of encoding; 0 while nothing is encoded. */
  readonly tokensPerSecond: number;
}

/** As much text before the cursor as a completion may be asked with, in UTF-16 code units. */
export const maxPrefixLength = 8_192;
/** The same behind the cursor. */
export const maxSuffixLength = 2_048;

export interface CompleteParams {
  /** Absolute path; the file need not exist. */
  readonly file: string;
  /**
   * The cursor's line, zero-based. What is far from it in the file is then recalled as well, as the file was saved;
   * without it, nothing of the file is.
   */
  readonly line?: number;
  /** The editor's language id. */
  readonly languageId: string;
  /** The text before the cursor, its end. */
  readonly prefix: string;
  /** The text behind the cursor, its beginning. */
  readonly suffix: string;
  /** At most so many tokens are written; the server's own limit when absent. */
  readonly maxTokens?: number;
}

/** A place that a completion was drawn from. */
export interface CompletionSource {
  readonly rootId: string;
  readonly path: string;
  /** Zero-based and half-open. */
  readonly startLine: number;
  readonly endLine: number;
  /** How much of what the model's pointer looked at was this place, 0 to 1; the rest is other places and the text in front of the cursor. */
  readonly weight: number;
}

export interface Completion {
  /** To be put in at the cursor. */
  readonly text: string;
  /** Mean probability of its tokens, 0 to 1. */
  readonly confidence: number;
  /** What it was drawn from, heaviest first; empty when from nothing in memory. */
  readonly sources: readonly CompletionSource[];
}

export interface CompleteResult {
  /** Absent when there is nothing worth showing. */
  readonly completion?: Completion;
  readonly tookMs: number;
}

/** How unusual one line of a file is for this workspace. */
export interface LineSurprise {
  /** Zero-based. */
  readonly line: number;
  /** Mean of -ln p of the line's tokens, given what is above it in its chunk and the memory of the other files. */
  readonly nats: number;
  readonly nTokens: number;
}

export interface SurpriseResult {
  /** In the file's order; lines without tokens are left out. */
  readonly lines: readonly LineSurprise[];
  readonly tookMs: number;
}

/** Where a self-test asks for what it planted, in tokens of real code streamed since; as far as its size goes. */
export const retentionDistances = [
  0, 4_096, 16_384, 65_536, 160_000, 1_000_000, 10_000_000,
] as const;

export interface SelfTestParams {
  /** How many tokens of the workspace's code are streamed past the planted facts. */
  readonly tokens: number;
  /** Facts that are asked for at each distance; the server's own number when absent. */
  readonly perPoint?: number;
  /** Where to ask, ascending and at most `tokens`; `retentionDistances` up to `tokens`, and `tokens`, when absent. */
  readonly distances?: readonly number[];
}

/** Part of the asked facts that were told exactly, with the 95 % Wilson interval. */
export interface SelfTestScore {
  /** 0 to 1, as are `low` and `high`. */
  readonly accuracy: number;
  readonly low: number;
  readonly high: number;
  readonly nAsked: number;
}

export interface SelfTestPoint extends SelfTestScore {
  /** Tokens between the facts and the questions. */
  readonly distance: number;
}

export interface SelfTestProgress {
  /** `controls` asks the same without the memory, with another one, and with blocks drawn by lot. */
  readonly phase: "planting" | "streaming" | "asking" | "controls";
  /** Part of all the work that is done, 0 to 1; never goes back. */
  readonly done: number;
  readonly tokensStreamed: number;
  /** Points that are known so far, by distance. */
  readonly points: readonly SelfTestPoint[];
}

/** How well the memory keeps what it was told, measured on a copy of it that is thrown away. */
export interface SelfTestResult {
  /** By distance, ascending. */
  readonly points: readonly SelfTestPoint[];
  /** The same questions asked in ways that cannot know the answer: what is above these, the memory did. */
  readonly controls: {
    readonly noMemory: SelfTestScore;
    readonly otherMemory: SelfTestScore;
    readonly random: SelfTestScore;
  };
  /** Of answering one question, recall included. */
  readonly latencyMs: { readonly p50: number; readonly p95: number };
  /** Resident memory of the server at its highest. */
  readonly ramBytes: number;
  /** What the copy took on disk. */
  readonly diskBytes: number;
  readonly tookMs: number;
  /** Fewer than asked for when the workspace holds less code; code is never repeated to get there. */
  readonly tokensStreamed: number;
  /** The model's id. */
  readonly model: string;
}

/** A number of tokens in few characters, cut and not rounded: `0`, `16k` for 16,384, `1M`. */
export function shortTokens(tokens: number): string {
  if (tokens >= 1_000_000) return `${Math.floor(tokens / 1_000_000)}M`;
  return tokens >= 1_000 ? `${Math.floor(tokens / 1_000)}k` : String(tokens);
}
