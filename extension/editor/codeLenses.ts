import * as vscode from "vscode";
import { outline } from "../../protocol/methods.ts";
import type { OutlinedDefinition } from "../../protocol/outline.ts";
import type { SymbolKind } from "../../protocol/types.ts";
import { pickLabel } from "../displayText.ts";
import { isMemoryError } from "../memory/memoryClient.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import { stateName } from "../memory/memoryState.ts";
import { relativeTo } from "../roots.ts";
import { loreSettings } from "../settings.ts";
import type { Wording } from "../wording.ts";
import { changeText, usesText } from "./hereText.ts";
import { usesAndPast } from "./remembered.ts";

/** Definitions that are called or constructed; lenses above fields and headings would be noise. */
const shownKinds: ReadonlySet<SymbolKind> = new Set<SymbolKind>([
  ...(["function", "method", "class", "interface", "struct", "enum", "type", "macro"] as const),
]);

/** A lens whose text is not counted yet. */
class DefinitionLens extends vscode.CodeLens {
  readonly definition: OutlinedDefinition;
  readonly document: vscode.TextDocument;

  constructor(definition: OutlinedDefinition, document: vscode.TextDocument) {
    super(document.lineAt(definition.nameLine).range);
    this.definition = definition;
    this.document = document;
  }
}

/**
 * “12 uses · last changed 3 days ago” above definitions, where `lore.codeLens` is on. A lens is counted when it is seen, and
 * again when its file was edited or the memory was filled anew.
 */
export class CodeLenses implements vscode.CodeLensProvider<DefinitionLens>, vscode.Disposable {
  readonly #memory: MemorySession;
  readonly #wording: Wording;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;
  readonly #subscriptions: readonly { dispose(): void }[];
  /** Texts by document and definition, for the version of the document that they were counted for. */
  readonly #texts = new WeakMap<
    vscode.TextDocument,
    { version: number; texts: Map<string, string> }
  >();
  #state: string;

  constructor(memory: MemorySession, wording: Wording) {
    this.#memory = memory;
    this.#wording = wording;
    this.#state = stateName(memory.state);
    this.#subscriptions = [
      this.#changed,
      vscode.languages.registerCodeLensProvider({ scheme: "file" }, this),
      memory.onDidChange(() => this.#followState()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("lore.codeLens")) this.#changed.fire();
      }),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async provideCodeLenses(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
  ): Promise<DefinitionLens[]> {
    const place = relativeTo(this.#memory.roots, document.uri.fsPath);
    if (!isOn() || place === undefined || this.#memory.state.kind !== "open") return [];
    const found = await orNothing(this.#memory.client.request(outline, place, token));
    return (found?.definitions ?? [])
      .filter(({ kind, nameLine }) => shownKinds.has(kind) && nameLine < document.lineCount)
      .map((definition) => new DefinitionLens(definition, document));
  }

  async resolveCodeLens(
    lens: DefinitionLens,
    token: vscode.CancellationToken,
  ): Promise<DefinitionLens> {
    const title = await this.#title(lens, token);
    if (title !== undefined)
      lens.command = { title, command: "lore.whoUses", arguments: [lens.definition.name] };
    return lens;
  }

  async #title(
    { definition, document }: DefinitionLens,
    token: vscode.CancellationToken,
  ): Promise<string | undefined> {
    const { name, container } = definition;
    const place = relativeTo(this.#memory.roots, document.uri.fsPath);
    if (place === undefined) return undefined;
    const key = `${container}.${name}:${definition.nameLine}`;
    const kept = this.#textsOf(document);
    const known = kept.get(key);
    if (known !== undefined) return known;
    const found = await orNothing(
      usesAndPast(this.#memory, { ...place, name, container }, 0, token),
    );
    if (found === undefined) return undefined;
    const changed = changeText(found.past, this.#wording, Date.now());
    const uses = usesText(found.uses, this.#wording);
    const title = pickLabel(changed === undefined ? uses : `${uses} · ${changed}`);
    kept.set(key, title);
    return title;
  }

  #textsOf(document: vscode.TextDocument): Map<string, string> {
    const { version } = document;
    const kept = this.#texts.get(document);
    if (kept?.version === version) return kept.texts;
    const texts = new Map<string, string>();
    this.#texts.set(document, { version, texts });
    return texts;
  }

  /** Lenses of a memory that was not there, or is filled by now, are counted again. */
  #followState(): void {
    const state = stateName(this.#memory.state);
    if (state === this.#state) return;
    this.#state = state;
    if (!isOn()) return;
    for (const document of vscode.workspace.textDocuments) this.#texts.delete(document);
    this.#changed.fire();
  }
}

function isOn(): boolean {
  const configuration = vscode.workspace.getConfiguration();
  return loreSettings((name) => configuration.get(name)).codeLens;
}

/** A lens that was scrolled away, or whose server went away, is asked for again when it is seen. */
async function orNothing<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isMemoryError(error, "cancelled") || isMemoryError(error, "serverLost")) return undefined;
    throw error;
  }
}
