import type * as vscode from "vscode";
import { outline } from "../../protocol/methods.ts";
import type { OutlinedDefinition } from "../../protocol/outline.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import { relativeTo } from "../roots.ts";
import { definitionAround } from "./definitionAround.ts";

/** A definition in a file of the window, as the memory knows it. */
export interface DefinitionAtCursor extends OutlinedDefinition {
  readonly rootId: string;
  readonly path: string;
  /** Zero-based and half-open; without its doc comment. */
  readonly startLine: number;
  readonly endLine: number;
}

/** The name that a place of a document is in, `undefined` where no name stands. */
export function nameAt(
  document: vscode.TextDocument,
  position: vscode.Position,
): string | undefined {
  const range = document.getWordRangeAtPosition(position, /[\p{L}_$][\p{L}\p{N}_$]*/u);
  return range === undefined ? undefined : document.getText(range);
}

/**
 * The definition whose name the place is in or beside, else the innermost one around it; `undefined` outside of all, and
 * in a file that is not in memory. Errors: as `recall/outline`.
 */
export async function definitionAt(
  memory: MemorySession,
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<DefinitionAtCursor | undefined> {
  const place = document.uri.scheme === "file" && relativeTo(memory.roots, document.uri.fsPath);
  if (!place) return undefined;
  const { definitions } = await memory.client.request(outline, place);
  const around = definitionAround(definitions, position.line);
  if (around === undefined) return undefined;
  const { start, end } = around.range;
  const endLine = end.character === 0 ? Math.max(end.line, start.line + 1) : end.line + 1;
  return { ...around, ...place, startLine: around.nameLine, endLine };
}
