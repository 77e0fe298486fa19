import { randomUUID } from "node:crypto";
import { CancellationTokenSource, Emitter, type Event } from "vscode-jsonrpc/node";
import { MemoryError } from "../../protocol/errors.ts";
import * as methods from "../../protocol/methods.ts";
import type { AnswerPlan } from "../../protocol/plan.ts";
import { citationsOf } from "../../protocol/turnCitations.ts";
import type { Citation, SelectedCode } from "../../protocol/types.ts";
import type { ChatState, ToWebview } from "../../protocol/webviewMessages.ts";
import { isMemoryError } from "../memory/memoryClient.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import type { ChatKeeper } from "./chatKeeper.ts";
import type { ChatWindow } from "./chatWindow.ts";
import { ConversationReader } from "./conversationReader.ts";
import { LiveAnswer } from "./liveAnswer.ts";
import { ProseWriter } from "./proseWriter.ts";
import { lastQuestion, ShownTurns } from "./shownTurns.ts";

interface AnswerProgress {
  readonly askId: string;
  readonly markdown: string;
  readonly citations: readonly Citation[];
  readonly plan?: AnswerPlan;
}

/** As many as can be looked over. */
const maxFoundTurns = 12;
/** Turns whose citations are read again, from the newest: older ones are checked when they are clicked. */
const maxCheckedTurns = 40;

interface Live {
  readonly answer: LiveAnswer;
  readonly cancel: CancellationTokenSource;
  readonly done: Promise<unknown>;
}

/**
 * The conversation that the chat shows. The server keeps every turn; this holds only which conversation is
 * open and the answers being written, and turns both into messages for the webview.
 */
export class ChatSession {
  readonly #memory: MemorySession;
  readonly #keeper: ChatKeeper;
  readonly #window: ChatWindow;
  readonly #messages = new Emitter<ToWebview>();
  /** Fires with each message for the webview; one that is not shown may miss them and sends `ready` later. */
  readonly onMessage: Event<ToWebview> = this.#messages.event;
  /** Answers being written, by conversation. */
  readonly #live = new Map<string, Live>();
  readonly #conversations: ConversationReader;
  readonly #prose: ProseWriter;
  /** What the chat shows of the open conversation. */
  readonly shown: ShownTurns;
  /** The newest query about what was said. */
  #searched = "";

  constructor(memory: MemorySession, keeper: ChatKeeper, window: ChatWindow) {
    this.#memory = memory;
    this.#keeper = keeper;
    this.#window = window;
    this.#conversations = new ConversationReader(memory, keeper);
    this.shown = new ShownTurns(this.#conversations, (conversationId, turns) =>
      this.#prose.overlay(
        conversationId,
        this.#live.get(conversationId)?.answer.overlay(turns) ?? turns,
      ),
    );
    this.#prose = new ProseWriter(memory.client, {
      chosen: () => window.chosenModel(),
      changed: ({ conversationId, turnId }, prose) => {
        if (conversationId === keeper.conversationId)
          this.#messages.fire({ type: "prose", conversationId, turnId, prose });
      },
      failed: (error) => window.failed(error),
      schedule: window.schedule,
    });
    memory.client.onNotification(methods.answerProgress, (progress) => this.#progress(progress));
    // The lists follow what other windows write. What is shown of a conversation stays as it is until it is opened again.
    memory.client.onNotification(methods.conversationsChanged, () => {
      this.sendConversations().catch((error: unknown) => window.failed(error));
    });
    memory.onDidOpen(() => void this.sendState().catch((error: unknown) => window.failed(error)));
    memory.onDidChange(() => {
      this.#messages.fire({ type: "memory", memory: window.memoryLine() });
    });
  }

  /** Sends everything the chat shows. */
  async sendState(): Promise<void> {
    this.#messages.fire({ type: "state", state: await this.#readState() });
    await this.checkCitations();
  }

  /**
   * Asks in the open conversation, starting one when there is none, and returns the answer.
   * A question that is under way in the same conversation is stopped first. With `besideId` it is asked in place of
   * that earlier question, which is kept with all that follows it. `isDeep` looks for it in rounds.
   * Errors: as `answer/ask`; `rootNotOpen` and the like when the memory cannot be opened.
   */
  async ask(
    question: string,
    selection?: SelectedCode,
    besideId?: string,
    isDeep = false,
  ): Promise<methods.AskResult> {
    const conversationId = await this.#conversationFor(question);
    await this.#stop(conversationId);
    this.#keeper.keepDraft("");
    const answer = new LiveAnswer(randomUUID(), conversationId);
    const cancel = new CancellationTokenSource();
    const activeFile = this.#window.activeFile();
    const asked = this.#memory.client.request(
      methods.ask,
      {
        question,
        conversationId,
        askId: answer.askId,
        // Less than a thousandth of the time of a question, and the answer can say later what it looked at.
        explain: true,
        ...(activeFile === undefined ? {} : { activeFile }),
        ...(selection === undefined ? {} : { selection }),
        ...(besideId === undefined ? {} : { besideId }),
        ...(isDeep ? { deep: true } : {}),
      },
      cancel.token,
    );
    const live: Live = { answer, cancel, done: asked.catch(() => undefined) };
    this.#live.set(conversationId, live);
    try {
      this.shown.grow(2);
      // The server stored the question before it reads this request: what is shown is kept already.
      if (besideId === undefined) await this.#sendTurns(conversationId);
      else this.#messages.fire({ type: "state", state: await this.#readState() });
      const result = await asked;
      const { turnId } = result;
      // The answer may have come although it was stopped, and its conversation may be gone since.
      const isWanted =
        !cancel.token.isCancellationRequested && this.#live.get(conversationId) === live;
      if (turnId !== undefined && isWanted)
        this.#prose.start({ conversationId, turnId, question, selection, activeFile, isDeep });
      return result;
    } finally {
      await live.done;
      if (this.#live.get(conversationId) === live) this.#live.delete(conversationId);
      cancel.dispose();
      await this.#sendFinal(conversationId);
    }
  }

  /** Asks the question of an answer again, about the code that was selected then. */
  async askAgain(turnId: string): Promise<void> {
    // A question stands right before its answer; two turns, in case one of them was lost with a process.
    const { turns } = await this.#conversations.read({ before: turnId, lastTurns: 2 });
    const asked = lastQuestion(turns);
    if (asked === undefined) return;
    await this.ask(asked.question, asked.selection, undefined, await this.shown.wasDeep(turnId));
  }

  /** Asks in place of an earlier question, about the code that was selected for it. */
  async editQuestion(turnId: string, question: string, isDeep = false): Promise<void> {
    const { turns } = await this.shown.read();
    const earlier = turns.find(({ id }) => id === turnId);
    await this.ask(question, earlier?.selection, turnId, isDeep);
  }

  /** Shows the branch of the open conversation that holds a turn, at that turn. */
  async chooseBranch(turnId: string): Promise<void> {
    const conversationId = this.#keeper.conversationId;
    if (conversationId !== undefined) await this.openTurn(conversationId, turnId);
  }

  /** Id of the open conversation, `undefined` when a new one is about to be started. */
  get conversationId(): string | undefined {
    return this.#keeper.conversationId;
  }

  /** Pins an answer of the open conversation, or takes the pin off. */
  async pin(turnId: string, isPinned: boolean): Promise<void> {
    const conversationId = this.#keeper.conversationId;
    if (conversationId === undefined) return;
    const place = { conversationId, turnId, isPinned };
    const { pinned } = await this.#memory.client.request(methods.pinTurn, place);
    this.#messages.fire({ type: "pinned", conversationId, pinned });
  }

  /** Lets the chosen model write over an answer, in place of what it wrote before. */
  async askModel(turnId: string): Promise<void> {
    const { conversation, turns } = await this.#conversations.read({
      before: turnId,
      lastTurns: 2,
    });
    const asked = lastQuestion(turns);
    if (conversation === undefined || asked === undefined) return;
    await this.#stop(conversation.id);
    const { question, selection } = asked;
    const activeFile = this.#window.activeFile();
    const isDeep = await this.shown.wasDeep(turnId);
    this.#prose.start({
      ...{ conversationId: conversation.id, turnId, question, selection, activeFile, isDeep },
    });
  }

  /** Tells the view which model is chosen now. */
  modelChanged(): void {
    this.#messages.fire({ type: "model", model: this.#window.chosenModel()?.name ?? "" });
  }

  /** Shows the turns before a shown one. */
  async showEarlier(before: string): Promise<void> {
    const read = await this.shown.before(before);
    if (read.conversation === undefined) return;
    const { conversation, turns, nEarlier, branches } = read;
    if (conversation.id !== this.#keeper.conversationId) return;
    this.shown.grow(turns.length);
    this.#messages.fire({
      type: "earlierTurns",
      conversationId: conversation.id,
      turns,
      nEarlier,
      ...(branches === undefined ? {} : { branches }),
    });
    await this.checkCitations();
  }

  /** Stops the answer being written in the open conversation, if there is one. */
  async stop(): Promise<void> {
    const conversationId = this.#keeper.conversationId;
    if (conversationId !== undefined) await this.#stop(conversationId);
  }

  /** Stops the answers being written in all conversations, by models too. */
  async stopAll(): Promise<void> {
    await Promise.all([...this.#live.keys()].map((conversationId) => this.#stop(conversationId)));
    await this.#prose.stopAll();
  }

  /** Shows an empty conversation; it is stored with its first question. */
  async newConversation(): Promise<void> {
    this.#keep(undefined);
    await this.sendState();
  }

  /** Shows another conversation. */
  async openConversation(conversationId: string): Promise<void> {
    this.#keep(conversationId);
    await this.sendState();
  }

  /** Shows a conversation at one of its turns; as much of it is shown as it takes to reach that turn. */
  async openTurn(conversationId: string, turnId: string): Promise<void> {
    this.#keep(conversationId);
    await this.#conversations.chooseBranch(conversationId, turnId);
    await this.shown.reach(turnId);
    await this.sendState();
    // It may have been deleted meanwhile, or another one opened.
    if (this.#keeper.conversationId === conversationId)
      this.#messages.fire({ type: "showTurn", conversationId, turnId });
  }

  /** Sends what was said about a query, unless another one was asked since. */
  async searchTurns(query: string): Promise<void> {
    this.#searched = query;
    const turns = await this.#conversations.search(query, maxFoundTurns);
    if (this.#searched === query) this.#messages.fire({ type: "foundTurns", query, turns });
  }

  /** Gives a conversation another title. */
  async renameConversation(conversationId: string, title: string): Promise<void> {
    await this.#memory.client.request(methods.renameConversation, { conversationId, title });
    await this.sendConversations();
  }

  /** Deletes a conversation for good; when it is the open one, an empty one is shown. */
  async deleteConversation(conversationId: string): Promise<void> {
    await this.#stop(conversationId);
    await this.#memory.client.request(methods.deleteConversation, { conversationId });
    if (this.#keeper.conversationId === conversationId) await this.newConversation();
    else await this.sendConversations();
  }

  /** Keeps text that was typed and not sent. */
  keepDraft(text: string): void {
    this.#keeper.keepDraft(text);
  }

  /** Puts text into the question field. */
  prefill(question: string): void {
    this.#messages.fire({ type: "prefill", question });
  }

  /** Reads the cited places of the open conversation again and says which still hold, newest answer first. */
  async checkCitations(): Promise<void> {
    if (this.#memory.state.kind !== "open") return;
    try {
      const { turns } = await this.shown.read(maxCheckedTurns);
      for (const turn of turns.toReversed()) {
        const citations = citationsOf(turn);
        if (citations.length === 0 || turn.state === "streaming") continue;
        const { checks } = await this.#memory.client.request(methods.checkCitations, { citations });
        const states = checks.map((check) => check.kind);
        this.#messages.fire({ type: "citationStates", turnId: turn.id, states });
      }
    } catch (error) {
      // A server that went away is reported by the memory's state; the check is repeated when it is back.
      if (!isMemoryError(error, "serverLost")) throw error;
    }
  }

  #progress(progress: AnswerProgress): void {
    for (const { answer } of this.#live.values()) {
      if (answer.askId !== progress.askId) continue;
      const { plan } = progress;
      answer.append(progress.markdown, progress.citations, plan);
      const { conversationId, turnId } = answer;
      if (conversationId !== this.#keeper.conversationId) return;
      if (turnId === undefined) {
        this.#sendTurns(conversationId).catch((error: unknown) => this.#window.failed(error));
      } else {
        const { markdown, citations } = progress;
        this.#messages.fire({
          ...{ type: "append", conversationId, turnId, markdown, citations },
          ...(plan === undefined ? {} : { plan }),
        });
      }
    }
  }

  async #sendFinal(conversationId: string): Promise<void> {
    await this.#sendTurns(conversationId);
    await this.#sendParts(conversationId);
    await this.sendConversations();
  }

  /** Sends the last exchange of a conversation as it is stored. */
  async #sendTurns(conversationId: string): Promise<void> {
    if (conversationId !== this.#keeper.conversationId) return;
    const { conversation, turns } = await this.shown.read(2);
    if (conversation?.id !== conversationId) return;
    for (const turn of turns) this.#messages.fire({ type: "turn", conversationId, turn });
  }

  async #sendParts(conversationId: string): Promise<void> {
    if (conversationId !== this.#keeper.conversationId) return;
    const parts = await this.#conversations.parts(conversationId);
    this.#messages.fire({ type: "parts", conversationId, parts });
  }

  /** Sends the list of conversations, for when one was begun, or goes on, elsewhere. */
  async sendConversations(): Promise<void> {
    const conversations = await this.#conversations.list();
    this.#messages.fire({ type: "conversations", conversations });
  }

  async #readState(): Promise<ChatState> {
    return {
      ...(await this.#readConversations()),
      draft: this.#keeper.draft,
      memory: this.#window.memoryLine(),
      model: this.#window.chosenModel()?.name ?? "",
      strings: this.#window.strings,
    };
  }

  /** Where they cannot be read there is a chat all the same, which says so and shows none of them. */
  async #readConversations(): Promise<Omit<ChatState, "draft" | "memory" | "model" | "strings">> {
    try {
      const shown = await this.shown.read();
      const { conversation } = shown;
      const parts =
        conversation === undefined ? [] : await this.#conversations.parts(conversation.id);
      return { ...shown, parts, conversations: await this.#conversations.list() };
    } catch (error) {
      if (!isMemoryError(error, "storeUnavailable")) throw error;
      this.#window.failed(error);
      return { conversation: undefined, turns: [], nEarlier: 0, parts: [], conversations: [] };
    }
  }

  #keep(conversationId: string | undefined): void {
    this.#keeper.keepConversation(conversationId);
    this.shown.shrink();
  }

  /** The open conversation, or a new one. Until one holds the question nothing else does: on failure the field has it back. */
  async #conversationFor(question: string): Promise<string> {
    try {
      return await this.#memory.askEvenIfLost(() => this.#openConversationId());
    } catch (error) {
      this.prefill(question);
      throw error;
    }
  }

  async #openConversationId(): Promise<string> {
    const kept = this.#keeper.conversationId;
    if (kept !== undefined) {
      const { conversation } = await this.#conversations.read({ lastTurns: 0 });
      if (conversation !== undefined) return kept;
    }
    const { conversation } = await this.#memory.client.request(methods.createConversation, {});
    this.#keep(conversation.id);
    await this.sendState();
    return conversation.id;
  }

  async #stop(conversationId: string): Promise<void> {
    const live = this.#live.get(conversationId);
    live?.cancel.cancel();
    await live?.done;
    await this.#prose.stop(conversationId);
  }
}

/** True when a question ended because the user stopped it. */
export function wasStopped(error: unknown): boolean {
  return error instanceof MemoryError && error.errorName === "cancelled";
}
