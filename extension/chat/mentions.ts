import * as vscode from "vscode";
import { pathMention, type MentionKind, type Suggestion } from "../../protocol/mentions.ts";
import * as methods from "../../protocol/methods.ts";
import { isMemoryError } from "../memory/memoryClient.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import { relativeTo } from "../roots.ts";

/** Rows of the list that opens behind an `@`. */
const maxSuggestions = 10;

/** What a question can name with `@`. */
export class Mentions {
  readonly #memory: MemorySession;

  constructor(memory: MemorySession) {
    this.#memory = memory;
  }

  /** What may be meant by what was typed, best first; nothing while no memory is open. */
  async suggest(
    prefix: string,
    kinds: readonly MentionKind[] | undefined,
  ): Promise<readonly Suggestion[]> {
    if (this.#memory.state.kind !== "open") return [];
    try {
      const { suggestions } = await this.#memory.client.request(methods.suggest, {
        ...{ prefix, limit: maxSuggestions },
        ...(kinds === undefined ? {} : { kinds }),
      });
      return suggestions;
    } catch (error) {
      if (isMemoryError(error, "serverLost")) return [];
      throw error;
    }
  }

  /** The mentions of dropped or pasted files, each once; `text` when none of them lies in a folder of the window. */
  async naming({
    files,
    text,
  }: {
    readonly files: readonly string[];
    readonly text: string;
  }): Promise<string> {
    const found = await Promise.all(files.map((file) => this.#mentionOf(file)));
    const mentions = [...new Set(found.filter((mention) => mention !== undefined))];
    return mentions.length === 0 ? text : mentions.join(" ");
  }

  /** `undefined` for what is no file or folder of the window. Lines that the address names follow the path. */
  async #mentionOf(file: string): Promise<string | undefined> {
    const uri = /^[a-z][a-z0-9+.-]+:/i.test(file) ? vscode.Uri.parse(file) : vscode.Uri.file(file);
    if (uri.scheme !== "file") return undefined;
    const place = relativeTo(this.#memory.roots, uri.fsPath);
    if (place === undefined) return undefined;
    const type = await typeOf(uri.with({ fragment: "" }));
    if (type === undefined) return undefined;
    if ((type & vscode.FileType.Directory) !== 0) return pathMention(`${place.path}/`);
    const lines = /^L?(\d{1,7})(?:[,:]\d+)?(?:-L?(\d{1,7}))?/.exec(uri.fragment);
    const [, first, last] = lines ?? [];
    const suffix =
      first === undefined ? "" : last === undefined ? `:${first}` : `:${first}-${last}`;
    return `${pathMention(place.path)}${suffix}`;
  }
}

async function typeOf(uri: vscode.Uri): Promise<vscode.FileType | undefined> {
  try {
    return (await vscode.workspace.fs.stat(uri)).type;
  } catch (error) {
    if (error instanceof vscode.FileSystemError) return undefined;
    throw error;
  }
}
