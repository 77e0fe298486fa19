/** What passes between Lore and a language model that may call tools, in whichever interface the model has. */
import type { OfferedTool, ProseMessage } from "../../protocol/prose.ts";

/** A call of a tool as the model wrote it; nothing of it can be relied on. */
export interface ModelCall {
  readonly id: string;
  readonly name: string;
  /** JSON, or not. */
  readonly input: string;
}

export type ChatMessage =
  | ProseMessage
  /** What the model wrote before, and what it called then. */
  | { readonly role: "assistant"; readonly content: string; readonly calls: readonly ModelCall[] }
  /** What a tool gave. */
  | { readonly role: "tool"; readonly callId: string; readonly content: string };

/** What a model may call, and who is told of it. */
export interface ToolOffer {
  readonly tools: readonly OfferedTool[];
  /** False when it has to answer now; the tools are named because earlier messages call them. */
  readonly mayCall: boolean;
  /** Called for each call once the model has ended. */
  readonly called: (call: ModelCall) => void;
}
