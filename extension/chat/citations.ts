import * as vscode from "vscode";
import { checkCitations } from "../../protocol/methods.ts";
import type { Citation, Range } from "../../protocol/types.ts";
import type { Peeked } from "../../protocol/webviewMessages.ts";
import { messageLine } from "../displayText.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import { absolutePath } from "../roots.ts";
import type { ChatSession } from "./chatSession.ts";

const maxPeekedLines = 60;
/** In UTF-16 units: some lines are very long. */
const maxPeekedLength = 20_000;

/** Opens cited places, each only after it was read again and still says what was cited. */
export class CitationOpener {
  readonly #memory: MemorySession;
  readonly #chat: ChatSession;

  constructor(memory: MemorySession, chat: ChatSession) {
    this.#memory = memory;
    this.#chat = chat;
  }

  /**
   * Shows the cited lines in the editor, where they are now. Says so when they are no longer there.
   * Errors: as `answer/checkCitations`.
   */
  async open(citation: Citation, toSide: boolean): Promise<void> {
    await this.#memory.whenOpen();
    const { checks } = await this.#memory.client.request(checkCitations, { citations: [citation] });
    const check = checks[0];
    if (check?.kind === "current" || check?.kind === "moved") {
      await showPlace(this.#memory, check.citation, toSide);
      return;
    }
    await this.#offerToAskAgain(citation, check?.kind === "gone");
  }

  /**
   * Reads the cited lines as they are now. Errors: as `answer/checkCitations`.
   */
  async peek(peekId: number, citation: Citation): Promise<Peeked> {
    await this.#memory.whenOpen();
    const { checks } = await this.#memory.client.request(checkCitations, { citations: [citation] });
    const [check] = checks;
    if (check === undefined || check.kind === "stale") return { peekId, kind: "stale" };
    if (check.kind === "gone") return { peekId, kind: "gone" };
    const lines = check.text.replace(/\r?\n$/, "").split(/\r?\n/);
    return {
      ...{
        peekId,
        kind: "lines",
        isMoved: check.kind === "moved",
        startLine: check.citation.range.start.line,
      },
      text: lines.slice(0, maxPeekedLines).join("\n").slice(0, maxPeekedLength),
      nLinesLeftOut: Math.max(0, lines.length - maxPeekedLines),
      language: /\.(\w{1,20})$/.exec(citation.path)?.[1]?.toLowerCase() ?? "",
    };
  }

  async #offerToAskAgain(citation: Citation, gone: boolean): Promise<void> {
    const askAgain = vscode.l10n.t("Ask Again");
    const path = messageLine(citation.path);
    const message = gone
      ? vscode.l10n.t("“{0}” is no longer there.", path)
      : vscode.l10n.t("“{0}” has changed since the answer was written.", path);
    const asked = await this.#chat.shown.questionOf(citation);
    const choice = await vscode.window.showInformationMessage(
      message,
      ...(asked === undefined ? [] : [askAgain]),
    );
    if (choice !== askAgain || asked === undefined) return;
    await this.#chat.ask(asked.question, asked.selection);
  }
}

/** Opens a file at a verified span; says so when its folder is no longer part of the window. */
export async function showPlace(
  memory: MemorySession,
  citation: Citation,
  toSide: boolean,
): Promise<void> {
  const uri = placeUri(memory, citation);
  if (uri === undefined) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t("“{0}” is not in a folder of this window.", messageLine(citation.path)),
    );
    return;
  }
  await vscode.window.showTextDocument(uri, {
    selection: editorRange(citation.range),
    viewColumn: toSide ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active,
    preview: true,
  });
}

/** The file of a citation, `undefined` when it is not inside a folder of this window. */
export function placeUri(memory: MemorySession, citation: Citation): vscode.Uri | undefined {
  const root = memory.roots.find(({ id }) => id === citation.rootId);
  const file = root === undefined ? undefined : absolutePath(root, citation.path);
  return file === undefined ? undefined : vscode.Uri.file(file);
}

/** The editor's form of a range; both are zero-based, half-open and in UTF-16. */
export function editorRange(range: Range): vscode.Range {
  return new vscode.Range(
    range.start.line,
    range.start.character,
    range.end.line,
    range.end.character,
  );
}
