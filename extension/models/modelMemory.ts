import type { KeyValues } from "../chat/chatKeeper.ts";
import { readModelChoice, type ModelChoice } from "./languageModel.ts";

/** Where the keys of endpoints are kept; `vscode.SecretStorage` is one. */
export interface Secrets {
  get(name: string): PromiseLike<string | undefined>;
  store(name: string, value: string): PromiseLike<void>;
  delete(name: string): PromiseLike<void>;
}

const choiceKey = "lore.model";
const agreedKey = "lore.model.agreed";

/** What is remembered of language models, for this user and in every window: the choice, consents, keys. */
export class ModelMemory {
  readonly #values: KeyValues;
  readonly #secrets: Secrets;

  constructor(values: KeyValues, secrets: Secrets) {
    this.#values = values;
    this.#secrets = secrets;
  }

  /** The chosen model, `undefined` for the built-in answers. */
  get choice(): ModelChoice | undefined {
    return readModelChoice(this.#values.get(choiceKey));
  }

  async choose(choice: ModelChoice | undefined): Promise<void> {
    await this.#values.update(choiceKey, choice);
  }

  /** Whether the user has agreed that recalled lines go to this destination. */
  hasAgreed(destination: string): boolean {
    return this.#agreed().includes(destination);
  }

  async agree(destination: string): Promise<void> {
    if (!this.hasAgreed(destination))
      await this.#values.update(agreedKey, [...this.#agreed(), destination]);
  }

  /** The key for an endpoint, `undefined` when there is none. It belongs to the origin, and goes nowhere else. */
  async key(endpoint: URL): Promise<string | undefined> {
    return await this.#secrets.get(secretName(endpoint));
  }

  /** Keeps the key of an endpoint; `""` deletes it. */
  async setKey(endpoint: URL, key: string): Promise<void> {
    if (key === "") await this.#secrets.delete(secretName(endpoint));
    else await this.#secrets.store(secretName(endpoint), key);
  }

  #agreed(): readonly string[] {
    const kept = this.#values.get(agreedKey);
    return Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : [];
  }
}

function secretName({ origin }: URL): string {
  return `lore.endpointKey ${origin}`;
}
