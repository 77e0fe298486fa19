import { Emitter, type Event } from "vscode-jsonrpc/node";
import type { ChosenModel } from "../chat/proseWriter.ts";
import type { ModelSettings } from "../settings.ts";
import { endpointModel, endpointModelNames } from "./endpointModels.ts";
import { ModelError, type LanguageModel, type ModelChoice } from "./languageModel.ts";
import type { ModelMemory } from "./modelMemory.ts";

/** What choosing and opening models needs of the window. */
export interface ModelSurroundings {
  settings(): ModelSettings;
  /** The editor's own models. Only to be called when the user wants something. */
  editorModels(): Promise<readonly LanguageModel[]>;
  /** Asks whether recalled lines may go to where this model runs. */
  askConsent(model: LanguageModel): Promise<boolean>;
}

/** The language models there are, and the one that the user chose. */
export class Models {
  readonly memory: ModelMemory;
  readonly #around: ModelSurroundings;
  readonly #changed = new Emitter<void>();
  /** Destinations that the user said no to, for as long as the window is open. */
  readonly #refused = new Set<string>();
  /** Fires after another model was chosen. */
  readonly onDidChoose: Event<void> = this.#changed.event;

  constructor(memory: ModelMemory, around: ModelSurroundings) {
    this.memory = memory;
    this.#around = around;
  }

  /** The endpoint of the settings, `undefined` when there is none that can be used. */
  get endpoint(): URL | undefined {
    return this.#around.settings().endpoint;
  }

  /** What writes over answers now, `undefined` for the built-in answers. */
  chosen(): ChosenModel | undefined {
    const { choice } = this.memory;
    if (choice === undefined) return undefined;
    return {
      name: choice.name,
      promptTokens: this.#around.settings().promptTokens,
      open: () => this.#open(choice),
    };
  }

  /** Chooses a model, or the built-in answers. */
  async choose(choice: ModelChoice | undefined): Promise<void> {
    await this.memory.choose(choice);
    this.#changed.fire();
  }

  /** The editor's models. */
  editorModels(): Promise<readonly LanguageModel[]> {
    return this.#around.editorModels();
  }

  /** The models at an endpoint, with the key that is kept for it or another one. Errors: `ModelError`. */
  async endpointModels(endpoint: URL, key?: string): Promise<readonly LanguageModel[]> {
    const used = key ?? (await this.memory.key(endpoint));
    const names = await endpointModelNames(endpoint, used);
    return names.map((name) => endpointModel(name, endpoint, used));
  }

  /**
   * Returns true when nothing that is sent to the model leaves this machine, or the user agrees that it does. Who said
   * no is asked once more only for choosing a model (`isChoice`), not with every question.
   */
  async mayBeAsked(model: LanguageModel, isChoice = false): Promise<boolean> {
    const destination = `${model.source} ${model.destination.name}`;
    if (model.destination.isOnThisMachine || this.memory.hasAgreed(destination)) return true;
    if (!isChoice && this.#refused.has(destination)) return false;
    if (!(await this.#around.askConsent(model))) {
      this.#refused.add(destination);
      return false;
    }
    await this.memory.agree(destination);
    return true;
  }

  async #open(choice: ModelChoice): Promise<LanguageModel> {
    const model = await this.#find(choice);
    if (model === undefined) throw new ModelError("noModel");
    // The address may have changed since it was chosen.
    if (!(await this.mayBeAsked(model))) throw new ModelError("notAllowed");
    return model;
  }

  async #find({ source, id }: ModelChoice): Promise<LanguageModel | undefined> {
    if (source === "editor")
      return (await this.#around.editorModels()).find((model) => model.id === id);
    const { endpoint } = this;
    return endpoint && endpointModel(id, endpoint, await this.memory.key(endpoint));
  }
}
