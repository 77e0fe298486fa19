import { isLoopback } from "../../server/endpoint/endpointAddress.ts";
import type { ChatMessage, ToolOffer } from "../../server/endpoint/chatMessages.ts";
import { EndpointError } from "../../server/endpoint/endpointError.ts";
import { listModels } from "../../server/endpoint/listModels.ts";
import { streamChat } from "../../server/endpoint/streamChat.ts";
import { ModelError, type LanguageModel } from "./languageModel.ts";

/** Returns the names of the models at an endpoint. Errors: `ModelError`. */
export async function endpointModelNames(
  endpoint: URL,
  key: string | undefined,
): Promise<readonly string[]> {
  try {
    return await listModels(address(endpoint, key), new AbortController().signal);
  } catch (error) {
    throw asModelError(error);
  }
}

/** Returns a model at an endpoint that speaks OpenAI's chat completions. */
export function endpointModel(
  name: string,
  endpoint: URL,
  key: string | undefined,
): LanguageModel {
  return {
    id: name,
    name,
    source: "endpoint",
    destination: { name: endpoint.origin, isOnThisMachine: isLoopback(endpoint.hostname) },
    maxInputTokens: undefined,
    stream: (messages, signal, offer) =>
      stream(address(endpoint, key), { model: name, messages, signal, offer }),
  };
}

async function* stream(
  at: ReturnType<typeof address>,
  asked: {
    readonly model: string;
    readonly messages: readonly ChatMessage[];
    readonly signal: AbortSignal;
    readonly offer: ToolOffer | undefined;
  },
): AsyncIterable<string> {
  try {
    yield* streamChat({ ...at, ...asked });
  } catch (error) {
    throw asModelError(error);
  }
}

/** The extension host's own `fetch` follows the editor's proxy and certificates; it is what the SDK takes by itself. */
function address(
  endpoint: URL,
  key: string | undefined,
): { readonly baseUrl: string; readonly apiKey?: string } {
  return { baseUrl: endpoint.href, ...(key === undefined ? {} : { apiKey: key }) };
}

function asModelError(error: unknown): unknown {
  return error instanceof EndpointError ? new ModelError(error.failure, { cause: error }) : error;
}
