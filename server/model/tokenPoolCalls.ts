/** What the main thread and a thread of a `TokenPool` say to each other. */
import type { ModelFault } from "./modelFault.ts";

export type TokenPoolCall =
  | { readonly kind: "run"; readonly id: number; readonly tokens: Uint16Array }
  /** The thread ends after what it has been given before. */
  | { readonly kind: "end" };

export type TokenPoolReply<Result> =
  /** The model is there. */
  | { readonly kind: "ready"; readonly ms: number }
  | { readonly kind: "done"; readonly id: number; readonly result: Result }
  /** The model cannot be used; no thread of it can do better. */
  | { readonly kind: "unavailable"; readonly fault: ModelFault };
