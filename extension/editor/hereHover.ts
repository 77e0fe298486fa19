import * as vscode from "vscode";
import { outline } from "../../protocol/methods.ts";
import { definitionAt, nameAt, type DefinitionAtCursor } from "../commands/codeAtCursor.ts";
import { isMemoryError } from "../memory/memoryClient.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import { relativeTo } from "../roots.ts";
import type { Wording } from "../wording.ts";
import { hereParagraphs, type Remembered } from "./hereText.ts";
import { notesAbout, usesAndPast } from "./remembered.ts";

const maxUsesShown = 5;

/** What was asked about with the command. */
interface Wanted {
  readonly uri: string;
  readonly position: vscode.Position;
}

/** “Show What Is Remembered Here”: a hover at the cursor, only when it is asked for. */
export class HereHover implements vscode.HoverProvider, vscode.Disposable {
  readonly #memory: MemorySession;
  readonly #wording: Wording;
  readonly #registration: vscode.Disposable;
  #wanted: Wanted | undefined;

  constructor(memory: MemorySession, wording: Wording) {
    this.#memory = memory;
    this.#wording = wording;
    this.#registration = vscode.languages.registerHoverProvider({ scheme: "file" }, this);
  }

  dispose(): void {
    this.#registration.dispose();
  }

  /** Shows the hover. Says so when the cursor is in no definition that is in memory. Returns whether there was one. */
  async show(): Promise<boolean> {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined) return false;
    await this.#memory.whenOpen();
    const { document, selection } = editor;
    if ((await this.#definition(document, selection.active)) === undefined) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t("Put the cursor into a definition of a remembered file first."),
      );
      return false;
    }
    this.#wanted = { uri: document.uri.toString(), position: selection.active };
    await vscode.commands.executeCommand("editor.action.showHover", {
      focus: "autoFocusImmediately",
    });
    return true;
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const wanted = this.#wanted;
    if (wanted?.uri !== document.uri.toString() || !wanted.position.isEqual(position))
      return undefined;
    this.#wanted = undefined;
    const remembered = await this.#remembered(document, position, token);
    if (remembered === undefined) return undefined;
    // Untrusted: no command, no HTML; what others wrote is escaped besides.
    const paragraphs = hereParagraphs(remembered, this.#wording, Date.now());
    return new vscode.Hover(new vscode.MarkdownString(paragraphs.join("\n\n")));
  }

  /** What is known of the definition at a place; `undefined` outside of all, and when the memory went away meanwhile. */
  async #remembered(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<Remembered | undefined> {
    try {
      const definition = await this.#definition(document, position);
      if (definition === undefined) return undefined;
      const known = await usesAndPast(this.#memory, definition, maxUsesShown, token);
      return { definition, ...known, notes: await notesAbout(this.#memory, definition, token) };
    } catch (error) {
      if (isMemoryError(error, "cancelled") || isMemoryError(error, "serverLost")) return undefined;
      throw error;
    }
  }

  /** The definition of this file that the name at a place means, else the one around the place. */
  async #definition(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<DefinitionAtCursor | undefined> {
    const place =
      document.uri.scheme === "file" && relativeTo(this.#memory.roots, document.uri.fsPath);
    const name = nameAt(document, position);
    if (!place) return undefined;
    const { definitions } = await this.#memory.client.request(outline, place);
    const named = definitions.filter((each) => each.name === name);
    const [only] = named;
    if (only === undefined || named.length > 1)
      return definitionAt(this.#memory, document, position);
    return { ...only, ...place, startLine: only.nameLine, endLine: only.range.end.line + 1 };
  }
}
