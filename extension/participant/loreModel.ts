import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { ask } from "../../protocol/methods.ts";
import { placeOf } from "../../protocol/errorPlace.ts";
import { MemoryError } from "../../protocol/errors.ts";
import { explainError, explainObstacle } from "../memory/explain.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import { plainAnswer } from "./plainAnswer.ts";

/** Vendor of the provider in package.json. */
export const loreVendor = "lore";

const maxInputTokens = 8_000;
const maxOutputTokens = 8_000;
/** Of UTF-8, for text in English and code. */
const bytesPerToken = 3.3;
/** A longer question is cut. */
const maxQuestionLength = 100_000;

/**
 * Lore's memory as one of the editor's language models: it answers the last message from memory, on this machine and
 * without a model of language. The editor gives a chat participant no question where there is no model at all, so that
 * with this one `@lore` works without any other.
 */
export class LoreModel implements vscode.LanguageModelChatProvider, vscode.Disposable {
  readonly #memory: MemorySession;
  readonly #log: vscode.LogOutputChannel;
  readonly #version: string;
  readonly #registration: vscode.Disposable;

  constructor(memory: MemorySession, log: vscode.LogOutputChannel, version: string) {
    this.#memory = memory;
    this.#log = log;
    this.#version = version;
    this.#registration = vscode.lm.registerLanguageModelChatProvider(loreVendor, this);
  }

  dispose(): void {
    this.#registration.dispose();
  }

  /** Makes the editor ask for the model now: participants are answered only once it knows one. No consent is asked for. */
  async announce(): Promise<void> {
    await vscode.lm.selectChatModels({ vendor: loreVendor });
  }

  provideLanguageModelChatInformation(): vscode.LanguageModelChatInformation[] {
    const { t } = vscode.l10n;
    return [
      {
        id: "lore-memory",
        name: t("Lore (built-in, on this machine)"),
        family: "lore",
        version: this.#version,
        tooltip: t(
          "Answers from Lore’s memory of this workspace, without a language model. It calls no tools.",
        ),
        maxInputTokens,
        maxOutputTokens,
        // It takes tools and calls none. In its usual mode the editor's chat offers no model that does not take them, and
        // without a model it gives a participant no question.
        capabilities: { toolCalling: true, imageInput: false },
      },
    ];
  }

  /** Errors: a sentence that says why the memory cannot be used. */
  async provideLanguageModelChatResponse(
    _model: vscode.LanguageModelChatInformation,
    messages: readonly vscode.LanguageModelChatRequestMessage[],
    { toolMode }: vscode.ProvideLanguageModelChatResponseOptions,
    progress: vscode.Progress<vscode.LanguageModelResponsePart>,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const { t } = vscode.l10n;
    const obstacle = explainObstacle(this.#memory.state, t);
    if (obstacle !== undefined) throw new Error(obstacle);
    if (toolMode === vscode.LanguageModelChatToolMode.Required)
      throw new Error(t("Lore’s model calls no tools. Choose another model for this."));
    const question = lastQuestion(messages);
    if (question === "") throw new Error(t("The request holds no text to answer."));
    try {
      await this.#memory.whenOpen(token);
      const answer = await this.#memory.client.request(
        ask,
        { question, askId: randomUUID() },
        token,
      );
      progress.report(new vscode.LanguageModelTextPart(plainAnswer(answer.markdown)));
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
      if (error.errorName === "cancelled") throw new vscode.CancellationError();
      this.#log.error(`[rpc] ${error.errorName} ${placeOf(error)}`);
      throw new Error(explainError(error, t), { cause: error });
    }
  }

  provideTokenCount(
    _model: vscode.LanguageModelChatInformation,
    text: string | vscode.LanguageModelChatRequestMessage,
  ): Promise<number> {
    const counted = typeof text === "string" ? text : textOf(text);
    return Promise.resolve(Math.ceil(Buffer.byteLength(counted) / bytesPerToken));
  }
}

function lastQuestion(messages: readonly vscode.LanguageModelChatRequestMessage[]): string {
  const asked = messages.findLast(({ role }) => role === vscode.LanguageModelChatMessageRole.User);
  return asked === undefined ? "" : textOf(asked).trim().slice(0, maxQuestionLength);
}

function textOf({ content }: vscode.LanguageModelChatRequestMessage): string {
  return content
    .flatMap((part) => (part instanceof vscode.LanguageModelTextPart ? [part.value] : []))
    .join("\n");
}
