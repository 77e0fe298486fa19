/** Streams what a language model writes at an endpoint that speaks OpenAI's chat completions, as local servers do. */
import type OpenAI from "openai";
import { maxProseLength } from "../../protocol/prose.ts";
import { CallGathering, wireMessages, wireTools } from "./callGathering.ts";
import type { ChatMessage, ToolOffer } from "./chatMessages.ts";
import type { Endpoint } from "./endpointAddress.ts";
import { endpointClient } from "./endpointClient.ts";
import { asEndpointError, EndpointError, isAboutTools } from "./endpointError.ts";
import { defaultTimeouts, SilenceWatch, type ChatTimeouts } from "./silenceWatch.ts";
import { ThoughtFilter } from "./thoughtFilter.ts";

export interface ChatRequest extends Endpoint {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  /** Tools that the model may call; a model that knows none is asked without them. */
  readonly offer?: ToolOffer | undefined;
  /** Ends the stream; it then rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** `defaultTimeouts` when absent. */
  readonly timeouts?: ChatTimeouts;
}
/**
 * Yields the pieces of the answer's text, never an empty one, and none of what a model thinks aloud before. Rejects with
 * `EndpointError`, and with the signal's reason when cancelled.
 */
export async function* streamChat(request: ChatRequest): AsyncGenerator<string, void, undefined> {
  const { signal, timeouts = defaultTimeouts } = request;
  const watch = new SilenceWatch(signal);
  try {
    watch.expectWithin(timeouts.firstTokenMs);
    yield* textOf(request, watch, () => watch.expectWithin(timeouts.betweenTokensMs));
  } catch (error) {
    signal.throwIfAborted();
    throw watch.wasSilent ? new EndpointError("timeout") : asEndpointError(error);
  } finally {
    watch.end();
  }
}

async function* textOf(
  request: ChatRequest,
  watch: SilenceWatch,
  heard: () => void,
): AsyncGenerator<string, void, undefined> {
  const stream = await openStream(request, watch.signal);
  const calls = new CallGathering();
  const thoughts = new ThoughtFilter();
  let end: string | undefined;
  let length = 0;
  for await (const chunk of stream) {
    // What an endpoint sends need not have the form that the SDK's types promise.
    const choice = (chunk.choices as typeof chunk.choices | undefined)?.[0];
    if (choice === undefined) continue;
    heard();
    const { delta, finish_reason: reason } = choice;
    const text = thoughts.add(typeof delta?.content === "string" ? delta.content : "");
    length += text.length;
    if (length > maxProseLength) throw new EndpointError("badAnswer", "ERR_ENDLESS");
    if (text !== "") yield text;
    if (request.offer?.mayCall === true) calls.add(delta?.tool_calls);
    if (typeof delta?.refusal === "string" && delta.refusal !== "")
      throw new EndpointError("refused");
    if (typeof reason === "string") end = reason;
  }
  // The SDK ends the stream of a cancelled request as if it were done.
  watch.signal.throwIfAborted();
  const rest = thoughts.end();
  length += rest.length;
  if (rest !== "") yield rest;
  if (end === "content_filter") throw new EndpointError("refused");
  if (end === "length") throw new EndpointError(length === 0 ? "tooLong" : "cutOff");
  const called = calls.end();
  if (end === undefined || (length === 0 && called.length === 0))
    throw new EndpointError("badAnswer");
  for (const call of called) request.offer?.called(call);
}

async function openStream(
  request: ChatRequest,
  signal: AbortSignal,
): Promise<AsyncIterable<OpenAI.Chat.Completions.ChatCompletionChunk>> {
  const { model, messages, offer } = request;
  const client = await endpointClient(request);
  const open = (
    tools: ReturnType<typeof wireTools>,
  ): Promise<AsyncIterable<OpenAI.Chat.Completions.ChatCompletionChunk>> =>
    client.chat.completions.create(
      { model, messages: wireMessages(messages), stream: true, ...tools },
      { signal },
    );
  if (offer === undefined) return open({});
  try {
    return await open(wireTools(offer));
  } catch (error) {
    if (signal.aborted || !isAboutTools(error)) throw error;
    return open({});
  }
}
