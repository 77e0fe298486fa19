/** What the main thread asks of the ingest thread, and what comes back. Plain data, structured-cloned. */
import type { ErrorName } from "../../protocol/errors.ts";
import type { EncoderParts } from "../model/staticEncoder.ts";
import type { LogLevel } from "../ports.ts";
import type { FileProblem, MemorySettings, Root, RootStatus } from "../../protocol/types.ts";

/** What the thread is started with. */
export interface IngestThreadData {
  /** Time without progress after which a file is given up. */
  readonly watchdogMs: number;
  /** How long after a failure of a store or a folder it is tried again. */
  readonly retryMs: number;
  /** What the thread writes to standard error; `off`: nothing. */
  readonly logLevel: LogLevel | "off";
  /** What the thread asks of the file system; see heartbeat.ts. */
  readonly heartbeat: SharedArrayBuffer;
  /** `undefined` when there is no model, so that chunks get no embeddings. */
  readonly encoder: EncoderParts | undefined;
}

/** A status with what the main thread needs to read the store. */
export interface StoreStatus {
  readonly status: RootStatus;
  readonly storeFile: string;
  /** Changes when the file behind `storeFile` was replaced. */
  readonly generation: number;
  /** Why the root is not kept and waits; absent also while another process keeps it. */
  readonly error?: { readonly errorName: ErrorName; readonly detail: string };
}

export type IngestAction =
  | {
      readonly kind: "open";
      readonly storeDir: string;
      readonly roots: readonly Root[];
      readonly settings: MemorySettings;
    }
  | { readonly kind: "configure"; readonly settings: MemorySettings }
  | { readonly kind: "filesChanged"; readonly files: readonly string[] }
  | { readonly kind: "overlay"; readonly file: string; readonly text: string | undefined }
  | { readonly kind: "openEditors"; readonly files: readonly string[] }
  | { readonly kind: "rescan" }
  | { readonly kind: "settled"; readonly refined: boolean }
  | {
      readonly kind: "problems";
      readonly rootId: string | undefined;
      readonly offset: number;
      readonly limit: number;
    }
  | { readonly kind: "refineNow"; readonly rootId: string; readonly paths: readonly string[] }
  | { readonly kind: "pause" }
  | { readonly kind: "resume" }
  | { readonly kind: "rebuild"; readonly rootId: string | undefined }
  | { readonly kind: "forget"; readonly rootId: string }
  /** A reader met damage in the store of this generation. */
  | { readonly kind: "damaged"; readonly rootId: string; readonly generation: number }
  | { readonly kind: "close" };

export type IngestCall = IngestAction & { readonly id: number };

export interface ProblemPage {
  readonly problems: FileProblem[];
  readonly total: number;
}

export type IngestReply =
  | {
      readonly kind: "reply";
      readonly id: number;
      readonly ok: true;
      readonly value: StoreStatus[] | ProblemPage;
    }
  | {
      readonly kind: "reply";
      readonly id: number;
      readonly ok: false;
      readonly error: { readonly errorName: ErrorName; readonly detail: string };
    };

export type IngestMessage = { readonly kind: "status"; readonly statuses: readonly StoreStatus[] };
