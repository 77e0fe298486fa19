import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { placeOf } from "../../protocol/errorPlace.ts";
import { MemoryError } from "../../protocol/errors.ts";
import * as methods from "../../protocol/methods.ts";
import type { ChatSession } from "../chat/chatSession.ts";
import { activeFile } from "../feed/workspaceFeed.ts";
import { explainError, explainObstacle } from "../memory/explain.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import { wayOut } from "../memory/wayOut.ts";
import type { Models } from "../models/models.ts";
import type { Wording } from "../wording.ts";
import { followUps } from "./followUps.ts";
import { rememberSentence, showAllPlaces, showFound } from "./placeLists.ts";
import { showAnswer } from "./shownAnswer.ts";
import { Talk } from "./talk.ts";
import { modelSettings } from "../settings.ts";
import type { ProseJob } from "../chat/proseWriter.ts";
import { loreVendor } from "./loreModel.ts";
import { answerWithModel } from "./modelAnswer.ts";
import type { Responding } from "./responding.ts";
import { readWritten } from "./writtenRequest.ts";
import { wishOf, type ParticipantCommand, type Wish } from "./wish.ts";

/** Id of the participant in package.json. */
const participantId = "lore.lore";

/**
 * `@lore` in the editor's own chat. Each of the editor's chats is a conversation of Lore's too, so that it can be found
 * and continued there, and what was said before counts.
 */
export class Participant implements vscode.Disposable {
  readonly #memory: MemorySession;
  readonly #chat: ChatSession;
  readonly #models: Models;
  readonly #wording: Wording;
  readonly #log: vscode.LogOutputChannel;
  readonly #participant: vscode.ChatParticipant;

  constructor(
    extensionUri: vscode.Uri,
    memory: MemorySession,
    chat: ChatSession,
    models: Models,
    wording: Wording,
    log: vscode.LogOutputChannel,
  ) {
    this.#memory = memory;
    this.#chat = chat;
    this.#models = models;
    this.#wording = wording;
    this.#log = log;
    this.#participant = vscode.chat.createChatParticipant(
      participantId,
      (request, context, stream, token) => this.#respond(request, context, stream, token),
    );
    // As an image it has no colour of the theme's to take.
    this.#participant.iconPath = {
      light: vscode.Uri.joinPath(extensionUri, "media", "participant-light.svg"),
      dark: vscode.Uri.joinPath(extensionUri, "media", "participant-dark.svg"),
    };
    this.#participant.followupProvider = {
      provideFollowups: (result) => followUps(result.metadata?.["subject"], wording.t),
    };
  }

  dispose(): void {
    this.#participant.dispose();
  }

  /** What stands in the way, and what failed, is said in the chat with what to do. */
  async #respond(
    request: vscode.ChatRequest,
    context: vscode.ChatContext,
    stream: vscode.ChatResponseStream,
    token: vscode.CancellationToken,
  ): Promise<vscode.ChatResult> {
    const { t } = this.#wording;
    const obstacle = explainObstacle(this.#memory.state, t);
    if (obstacle !== undefined) {
      stream.markdown(obstacle);
      const way = wayOut(this.#memory.state, t);
      if (way !== undefined)
        stream.button({ title: way.label, command: way.command, arguments: way.arguments });
      return {};
    }
    try {
      stream.progress(t("Looking in memory"));
      await this.#memory.whenOpen(token);
      const responding: Responding = {
        ...{ memory: this.#memory, model: request.model, models: this.#models, stream, token },
        wording: this.#wording,
      };
      const talk = new Talk(this.#memory, context.history);
      const wish = wishOf(await readWritten(request, this.#memory.roots, activeFile()));
      return await this.#fulfil(wish, talk, responding);
    } catch (error) {
      return this.#failed(error);
    }
  }

  #failed(error: unknown): vscode.ChatResult {
    const failure =
      error instanceof MemoryError ? error : new MemoryError("internal", "see the newest entry");
    if (failure.errorName === "cancelled") return {};
    this.#log.error(`[rpc] ${failure.errorName} ${placeOf(error)}`);
    return { errorDetails: { message: explainError(failure, this.#wording.t) } };
  }

  async #fulfil(wish: Wish, talk: Talk, responding: Responding): Promise<vscode.ChatResult> {
    switch (wish.kind) {
      case "find":
        await showFound(wish.query, responding);
        break;
      case "all":
        await showAllPlaces(wish.literal, responding);
        break;
      case "remember":
        await rememberSentence(wish, responding);
        break;
      case "unclear":
        responding.stream.markdown(this.#askBack(wish.command));
        break;
      case "ask":
        return this.#answer(wish, talk, responding);
    }
    return resultOf(talk);
  }

  async #answer(
    { question, selection, selectionElse }: Extract<Wish, { kind: "ask" }>,
    talk: Talk,
    responding: Responding,
  ): Promise<vscode.ChatResult> {
    const { memory, token } = responding;
    const looked = activeFile();
    const about = selection ?? (await talk.codeOfLast(question)) ?? selectionElse;
    const answer = await talk.within((conversationId) =>
      memory.client.request(
        methods.ask,
        {
          question,
          conversationId,
          askId: randomUUID(),
          ...(looked === undefined ? {} : { activeFile: looked }),
          ...(about === undefined ? {} : { selection: about }),
        },
        token,
      ),
    );
    await this.#chat.sendConversations();
    const asked = { question, selection: about, activeFile: looked };
    const isWritten = await this.#writeOver(asked, answer, talk, responding);
    if (!isWritten) await showAnswer(answer, responding);
    this.#offer(answer, talk, responding);
    const subject = answer.citations.find(({ symbol }) => symbol !== undefined)?.symbol?.name;
    return resultOf(talk, answer.abstained ? undefined : subject);
  }

  /** False when the user's model is ours, or the built-in answer is to be shown although it is not. */
  async #writeOver(
    asked: Pick<ProseJob, "question" | "selection" | "activeFile">,
    { turnId }: methods.AskResult,
    { conversationId }: Talk,
    responding: Responding,
  ): Promise<boolean> {
    const isOurs = responding.model.vendor === loreVendor;
    if (isOurs || conversationId === undefined || turnId === undefined) return false;
    const configuration = vscode.workspace.getConfiguration();
    const { promptTokens } = modelSettings((name) => configuration.get(name));
    return answerWithModel(
      { ...asked, conversationId, turnId, isDeep: false },
      promptTokens,
      responding,
    );
  }

  /** What can be done with an answer. */
  #offer(answer: methods.AskResult, { conversationId }: Talk, { stream }: Responding): void {
    const { t } = this.#wording;
    stream.button({
      title: t("Open in Lore’s Chat"),
      command: "lore.openConversation",
      arguments: [{ conversationId, turnId: answer.turnId }],
    });
    const [citation] = answer.citations;
    if (citation === undefined || answer.abstained) return;
    stream.button({
      title: t("Remember This"),
      command: "lore.rememberThis",
      arguments: [{ citation }],
    });
  }

  /** What a command needs that came without it. */
  #askBack(command: ParticipantCommand | undefined): string {
    const { t } = this.#wording;
    switch (command) {
      case "find":
        return t("Say what to find, for example: `/find where retries are counted`.");
      case "all":
        return t("Say which text to list every place of, for example: `/all TODO`.");
      case "remember":
        return t(
          "Say what to remember, for example: `/remember we retry three times because the server is slow`.",
        );
      case "explain":
      case "history":
        return t("Name a definition or a file, attach one with `#`, or open one.");
      default:
        return t(
          "Ask about this workspace, for example: where are failed requests retried? `/find`, `/explain`, `/history`, `/changed`, `/all` and `/remember` say it shorter.",
        );
    }
  }
}

/** The editor keeps the metadata with the answer, over restarts too. */
function resultOf({ conversationId }: Talk, subject?: string): vscode.ChatResult {
  return {
    metadata: {
      ...(conversationId === undefined ? {} : { conversationId }),
      ...(subject === undefined ? {} : { subject }),
    },
  };
}
