/** What the main thread asks of the thread of the deep memory, and what comes back. Plain data, structured-cloned. */
import type {
  CompleteParams,
  CompleteResult,
  DeepMemorySettings,
  DeepMemoryStatus,
  SelfTestParams,
  SelfTestProgress,
  SelfTestResult,
  SurpriseResult,
} from "../../protocol/deepMemory.ts";
import type { SurpriseParams } from "../../protocol/methods.ts";
import type { KernelModule } from "../model/kernelMemory.ts";
import type { LogLevel } from "../ports.ts";
import type { ThreadFailure } from "../threadFailure.ts";

export interface DeepThreadData {
  /** Folder of the model. */
  readonly modelFolder: string;
  /** What the bank searches with. */
  readonly kernel: KernelModule;
  readonly logLevel: LogLevel | "off";
  /** After this time a deep memory that did not open is tried again. */
  readonly retryMs?: number;
}

/** A root as its memory stands. */
export interface DeepRoot {
  readonly rootId: string;
  readonly folder: string;
  readonly storeFile: string;
  /** Changes when the file behind `storeFile` was replaced. */
  readonly generation: number;
  /** Filled: its files can be encoded. */
  readonly isReady: boolean;
}

export interface DeepRequests {
  readonly complete: { readonly params: CompleteParams; readonly result: CompleteResult };
  readonly surprise: { readonly params: SurpriseParams; readonly result: SurpriseResult };
  readonly selfTest: { readonly params: SelfTestParams; readonly result: SelfTestResult };
}
export type DeepRequestName = keyof DeepRequests;

export type DeepCall =
  | {
      readonly kind: "open";
      /** Folder of the deep memory; made when missing. */
      readonly folder: string;
      readonly settings: DeepMemorySettings;
      /** Largest file that the memory remembers. */
      readonly maxFileBytes: number;
    }
  | { readonly kind: "settings"; readonly settings: DeepMemorySettings }
  | {
      readonly kind: "roots";
      readonly roots: readonly DeepRoot[];
      /** Absolute paths of the files that are open in the editor. */
      readonly openEditors: readonly string[];
    }
  | { readonly kind: "pause"; readonly isPaused: boolean }
  | {
      readonly kind: "request";
      readonly id: number;
      readonly name: DeepRequestName;
      readonly params: DeepRequests[DeepRequestName]["params"];
    }
  | { readonly kind: "cancel"; readonly id: number }
  | { readonly kind: "close" };

export type DeepReply =
  | { readonly kind: "status"; readonly status: DeepMemoryStatus }
  | { readonly kind: "progress"; readonly id: number; readonly progress: SelfTestProgress }
  | {
      readonly kind: "result";
      readonly id: number;
      readonly result: DeepRequests[DeepRequestName]["result"];
    }
  | { readonly kind: "failed"; readonly id: number; readonly error: ThreadFailure }
  | { readonly kind: "closed" };

/** The counts of a status while nothing is held. */
export const nothingHeld = {
  ...{ filesEncoded: 0, filesToEncode: 0, filesLeftOut: 0, tokensEncoded: 0, tokensToEncode: 0 },
  ...{ bytesOnDisk: 0, shortTermBlocks: 0, longTermBlocks: 0, tokensPerSecond: 0 },
};
