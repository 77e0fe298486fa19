/** Puts calls of tools together that a model streams in pieces, several at once. */
import type { ChatMessage, ModelCall, ToolOffer } from "./chatMessages.ts";
import type OpenAI from "openai";

/** More calls than this in one answer are no wish to know something. */
const maxCalls = 20;
const maxInput = 20_000;

export class CallGathering {
  readonly #calls = new Map<number, { id: string; name: string; input: string }>();

  /** Adds a piece: what an endpoint sends need not have the form that the SDK's types promise. */
  add(deltas: unknown): void {
    if (!Array.isArray(deltas)) return;
    for (const [at, delta] of deltas.entries()) this.#addOne(delta, at);
  }

  /** Returns the calls in their order, each with an id of its own. */
  end(): ModelCall[] {
    const seen = new Set<string>();
    return [...this.#calls.values()].map((call, idx) => {
      const id = call.id === "" || seen.has(call.id) ? `look_${idx}` : call.id;
      seen.add(id);
      return { ...call, id };
    });
  }

  #addOne(delta: unknown, at: number): void {
    if (typeof delta !== "object" || delta === null) return;
    const { index, id, function: called } = delta as Readonly<Record<string, unknown>>;
    // Some servers number nothing, and send each call whole.
    const key = typeof index === "number" ? index : this.#keyWithout(id, at);
    const call = this.#calls.get(key) ?? { id: "", name: "", input: "" };
    if (!this.#calls.has(key) && this.#calls.size >= maxCalls) return;
    this.#calls.set(key, call);
    if (typeof id === "string" && call.id === "") call.id = id;
    const { name, arguments: input } = (called ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof name === "string") call.name += name;
    const piece =
      typeof input === "string" ? input : input === undefined ? "" : JSON.stringify(input);
    // What is longer is malformed, and has to stay so.
    call.input = (call.input + piece).slice(0, maxInput);
  }

  #keyWithout(id: unknown, at: number): number {
    const isNew = typeof id === "string" && id !== "";
    return isNew ? this.#calls.size : Math.max(at, this.#calls.size - 1);
  }
}

/** Returns messages as the SDK sends them. */
export function wireMessages(
  messages: readonly ChatMessage[],
): OpenAI.Chat.Completions.ChatCompletionMessageParam[] {
  return messages.map((message) => {
    switch (message.role) {
      case "assistant":
        return {
          role: "assistant",
          content: message.content === "" ? null : message.content,
          tool_calls: message.calls.map(({ id, name, input }) => ({
            ...{ id, type: "function" as const },
            function: { name, arguments: input },
          })),
        };
      case "tool":
        return { role: "tool", tool_call_id: message.callId, content: message.content };
      default:
        return { role: message.role, content: message.content };
    }
  });
}

/** Returns what a request says of tools; nothing without an offer. */
export function wireTools(
  offer: ToolOffer | undefined,
): Pick<OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming, "tools" | "tool_choice"> {
  if (offer === undefined) return {};
  return {
    tools: offer.tools.map(({ name, description, input }) => ({
      type: "function",
      function: { name, description, parameters: { ...input } },
    })),
    ...(offer.mayCall ? {} : { tool_choice: "none" as const }),
  };
}
