import type { ProseFailure } from "../../protocol/prose.ts";
import type { ChatMessage, ToolOffer } from "../../server/endpoint/chatMessages.ts";

/** A language model that can be asked, wherever it runs. */
export interface LanguageModel {
  readonly id: string;
  /** As the user knows it. */
  readonly name: string;
  readonly source: "editor" | "endpoint";
  readonly destination: Destination;
  /** Tokens of a prompt that it takes at most, as it counts them; `undefined` when it does not say. */
  readonly maxInputTokens: number | undefined;
  /**
   * Returns the answer's text piece by piece. A model that knows no tools is asked without those that are offered.
   * Errors: `ModelError`; when `signal` is aborted, whatever the model's own interface throws then, or nothing.
   */
  stream(
    messages: readonly ChatMessage[],
    signal: AbortSignal,
    offer?: ToolOffer,
  ): AsyncIterable<string>;
}

/** Where the prompt goes. */
export interface Destination {
  /** As the user knows it: a provider in the editor, or the origin of an endpoint: over plain HTTP others can read along. */
  readonly name: string;
  readonly isOnThisMachine: boolean;
}

/** Why a model gave no answer, or not all of it. Its message never holds text of the prompt or the answer. */
export class ModelError extends Error {
  readonly failure: ProseFailure;

  constructor(failure: ProseFailure, options?: ErrorOptions) {
    super(failure, options);
    this.failure = failure;
  }
}

/** Which model the user chose, as it is kept. */
export interface ModelChoice {
  readonly source: LanguageModel["source"];
  readonly id: string;
  readonly name: string;
}

/** Reads a kept choice; `undefined` for the built-in answers and for anything malformed. */
export function readModelChoice(value: unknown): ModelChoice | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { source, id, name } = value as Partial<Record<keyof ModelChoice, unknown>>;
  if (source !== "editor" && source !== "endpoint") return undefined;
  if (typeof id !== "string" || typeof name !== "string" || id === "") return undefined;
  return { source, id, name };
}
