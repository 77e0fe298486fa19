/** What the main thread and an encoder thread say to each other. */
import type { GraphSpec } from "./onnxSession.ts";
import type { ModelFault } from "./modelFault.ts";

/** What an encoder thread is started with. */
export interface EncoderThreadData {
  /** Absolute path of the graph. */
  readonly graphFile: string;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
  readonly spec: GraphSpec;
}

export type EncoderCall =
  | { readonly kind: "embed"; readonly id: number; readonly tokens: Uint16Array }
  /** The thread ends after what it has been given before. */
  | { readonly kind: "end" };

export type EncoderReply =
  /** The session is there. */
  | { readonly kind: "ready"; readonly ms: number }
  | { readonly kind: "embedded"; readonly id: number; readonly embedding: Float32Array }
  /** The encoder cannot be used; no thread of it can do better. */
  | { readonly kind: "unavailable"; readonly fault: ModelFault };
