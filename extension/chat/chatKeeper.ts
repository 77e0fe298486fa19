import type { Schedule } from "../feed/changeBatch.ts";

/** Small values that survive a reload of the window; `vscode.Memento` is one. */
export interface KeyValues {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const conversationKey = "lore.chat.conversationId";
const draftKey = "lore.chat.draft";
const draftDelayMs = 500;

/** Which conversation is open and what was typed and not sent, kept across reloads of the window. */
export class ChatKeeper {
  readonly #values: KeyValues;
  readonly #schedule: Schedule;
  #conversationId: string | undefined;
  #draft: string;
  #cancelSave: (() => void) | undefined;

  constructor(values: KeyValues, schedule: Schedule) {
    this.#values = values;
    this.#schedule = schedule;
    const conversationId = values.get(conversationKey);
    const draft = values.get(draftKey);
    this.#conversationId = typeof conversationId === "string" ? conversationId : undefined;
    this.#draft = typeof draft === "string" ? draft : "";
  }

  /** Id of the open conversation, `undefined` when a new one is about to be started. */
  get conversationId(): string | undefined {
    return this.#conversationId;
  }

  /** Text typed and not sent. */
  get draft(): string {
    return this.#draft;
  }

  keepConversation(conversationId: string | undefined): void {
    this.#conversationId = conversationId;
    void this.#values.update(conversationKey, conversationId);
  }

  /** Keeps the draft; it is written after a pause in typing, at once when it was sent. */
  keepDraft(text: string): void {
    this.#draft = text;
    this.#cancelSave?.();
    if (text === "") this.flush();
    else this.#cancelSave = this.#schedule(() => this.flush(), draftDelayMs);
  }

  /** Writes the draft now, for when the view goes away. */
  flush(): void {
    this.#cancelSave?.();
    this.#cancelSave = undefined;
    void this.#values.update(draftKey, this.#draft === "" ? undefined : this.#draft);
  }
}
