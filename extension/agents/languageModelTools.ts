import * as vscode from "vscode";
import * as methods from "../../protocol/methods.ts";
import type { JsonSchema, ToolResult } from "../../protocol/tools.ts";
import { markdownLine } from "../displayText.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import { loreSettings } from "../settings.ts";
import type { Translate } from "../wording.ts";
import { noteToForget } from "./noteToForget.ts";
import { announce, maxShownLength, withinRoom } from "./toolInvocation.ts";

/** A tool as the extension's manifest declares it. */
interface DeclaredTool {
  /** With `toolPrefix`: the editor knows the tools of all extensions by their names alone. */
  readonly name: string;
  readonly inputSchema: JsonSchema;
}

const toolPrefix = "lore_";
/** What notes of a model in the editor's own chat say of who wrote them. */
const caller = "editor chat";

/** Registers every tool of the manifest; each call goes to the memory server. */
export function registerLanguageModelTools(
  manifest: unknown,
  memory: MemorySession,
  t: Translate,
): vscode.Disposable[] {
  const { contributes } = manifest as { contributes: { languageModelTools: DeclaredTool[] } };
  return contributes.languageModelTools.map((declared) =>
    vscode.lm.registerTool(declared.name, new MemoryTool(declared, memory, t)),
  );
}

class MemoryTool implements vscode.LanguageModelTool<unknown> {
  readonly #name: string;
  readonly #takesBudget: boolean;
  readonly #memory: MemorySession;
  readonly #t: Translate;

  constructor({ name, inputSchema }: DeclaredTool, memory: MemorySession, t: Translate) {
    this.#name = name.slice(toolPrefix.length);
    this.#takesBudget = inputSchema.properties?.["maxTokens"] !== undefined;
    this.#memory = memory;
    this.#t = t;
  }

  async prepareInvocation(
    { input }: vscode.LanguageModelToolInvocationPrepareOptions<unknown>,
    token: vscode.CancellationToken,
  ): Promise<vscode.PreparedToolInvocation> {
    const note = await noteToForget(this.#name, input, this.#memory, token);
    const { running, ask } = announce(this.#name, input, this.#t, note);
    if (ask === undefined) return { invocationMessage: running };
    // The words may hold markdown that says something else than it shows; a code block would not wrap them.
    const words = markdownLine(ask.text.replaceAll(/\s+/g, " ").trim(), maxShownLength);
    const message = new vscode.MarkdownString(`${ask.question}\n\n> ${words}`);
    return { invocationMessage: running, confirmationMessages: { title: ask.title, message } };
  }

  /** Errors: what the model can act on, in a sentence. */
  async invoke(
    { input, tokenizationOptions }: vscode.LanguageModelToolInvocationOptions<unknown>,
    token: vscode.CancellationToken,
  ): Promise<vscode.LanguageModelToolResult> {
    const fitting = withinRoom(input, this.#takesBudget, tokenizationOptions?.tokenBudget);
    const result = await this.#memory.askEvenIfLost(() => this.#call(fitting, token), token);
    if (result.isError) throw new Error(result.text);
    return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(result.text)]);
  }

  async #call(input: unknown, token: vscode.CancellationToken): Promise<ToolResult> {
    const configuration = vscode.workspace.getConfiguration();
    const permission = loreSettings((name) => configuration.get(name)).agentPermission;
    const params = { name: this.#name, input, caller, permission };
    return this.#memory.client.request(methods.callTool, params, token);
  }
}
