import * as vscode from "vscode";
import type { ProseFailure } from "../../protocol/prose.ts";
import type { ChatMessage, ToolOffer } from "../../server/endpoint/chatMessages.ts";
import { editorMessages, editorTools, isAboutTools } from "./editorTools.ts";
import { ModelError, type LanguageModel } from "./languageModel.ts";
import { withPatience } from "./patience.ts";

/** Our own models would answer from the memory again. */
const ownVendor = "lore";

/**
 * Returns the language models that the editor has, ours left out; none is a common answer. Only to be called when the
 * user wants something: the editor may ask for consent.
 */
export async function editorModels(): Promise<readonly LanguageModel[]> {
  const models = await vscode.lm.selectChatModels();
  return models.filter(({ vendor }) => vendor !== ownVendor).map(asLanguageModel);
}

/** Returns a model of the editor as one that can write over answers. */
export function asLanguageModel(model: vscode.LanguageModelChat): LanguageModel {
  const { id, name, vendor, maxInputTokens } = model;
  return {
    id: `${vendor}/${id}`,
    name: name === "" ? id : name,
    source: "editor",
    // The editor does not say where its models run.
    destination: { name: vendor, isOnThisMachine: false },
    maxInputTokens: maxInputTokens > 0 ? maxInputTokens : undefined,
    stream: (messages, signal, offer) => stream(model, messages, signal, offer),
  };
}

async function* stream(
  model: vscode.LanguageModelChat,
  messages: readonly ChatMessage[],
  signal: AbortSignal,
  offer: ToolOffer | undefined,
): AsyncIterable<string> {
  if (signal.aborted) return;
  const cancel = new vscode.CancellationTokenSource();
  const stop = (): void => cancel.cancel();
  signal.addEventListener("abort", stop);
  try {
    yield* withPatience(answerOf(model, messages, offer, cancel.token), stop);
  } catch (error) {
    if (signal.aborted) return;
    throw error instanceof ModelError ? error : new ModelError(failureOf(error), { cause: error });
  } finally {
    signal.removeEventListener("abort", stop);
    // Disposing alone would let a request go on that nobody reads any more.
    stop();
    cancel.dispose();
  }
}

async function* answerOf(
  model: vscode.LanguageModelChat,
  messages: readonly ChatMessage[],
  offer: ToolOffer | undefined,
  token: vscode.CancellationToken,
): AsyncIterable<string> {
  const asked = editorMessages(messages);
  const options = { justification: justification() };
  const send = async (
    tools: vscode.LanguageModelChatTool[],
  ): Promise<vscode.LanguageModelChatResponse> =>
    model.sendRequest(asked, tools.length === 0 ? options : { ...options, tools }, token);
  const response = await send(editorTools(offer)).catch((error: unknown) => {
    if (offer === undefined || !isAboutTools(error)) throw error;
    return send([]);
  });
  const calls: vscode.LanguageModelToolCallPart[] = [];
  for await (const part of response.stream) {
    if (part instanceof vscode.LanguageModelTextPart) yield part.value;
    if (part instanceof vscode.LanguageModelToolCallPart) calls.push(part);
  }
  if (offer?.mayCall !== true) return;
  for (const { callId, name, input } of calls)
    offer.called({ id: callId, name, input: JSON.stringify(input) });
}

function justification(): string {
  return vscode.l10n.t("Lore lets the model write an answer from the lines that it recalled.");
}

/** What the editor and the providers of models throw. */
function failureOf(error: unknown): ProseFailure {
  if (!(error instanceof Error)) return "unknown";
  const code = error instanceof vscode.LanguageModelError ? error.code : "";
  switch (code) {
    case vscode.LanguageModelError.NoPermissions.name:
      return "notAllowed";
    case vscode.LanguageModelError.Blocked.name:
      return "quota";
    case vscode.LanguageModelError.NotFound.name:
      return "noModel";
    default:
      return failureOfWords(error);
  }
}

/** A provider's own error comes through as a name and a message. */
function failureOfWords(error: Error): ProseFailure {
  const cause = error.cause instanceof Error ? `${error.cause.name} ${error.cause.message}` : "";
  const words = `${error.name} ${error.message} ${cause}`.toLowerCase();
  if (/quota|rate.?limit/.test(words)) return "quota";
  if (/off_topic|content.?filter|filtered/.test(words)) return "refused";
  if (/context.?length|too many tokens|token limit|exceeds.*tokens/.test(words)) return "tooLong";
  if (/enotfound|econnrefused|network|offline|fetch failed/.test(words)) return "offline";
  return "unknown";
}
