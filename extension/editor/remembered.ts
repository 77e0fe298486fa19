import type * as vscode from "vscode";
import { listNotes, past, uses } from "../../protocol/methods.ts";
import type { PastResult } from "../../protocol/history.ts";
import type { Note } from "../../protocol/notes.ts";
import type { UsesResult } from "../../protocol/outline.ts";
import type { DefinitionAtCursor } from "../commands/codeAtCursor.ts";
import type { MemorySession } from "../memory/memorySession.ts";

/** How often a definition is used, with at most `limit` of the uses, and its newest commit. Errors: those of the requests. */
export async function usesAndPast(
  memory: MemorySession,
  {
    rootId,
    path,
    name,
    container,
  }: Pick<DefinitionAtCursor, "rootId" | "path" | "name" | "container">,
  limit: number,
  token: vscode.CancellationToken,
): Promise<{ readonly uses: UsesResult; readonly past: PastResult }> {
  const { client } = memory;
  const used = await client.request(uses, { rootId, path, name, container, limit }, token);
  const target = { kind: "symbol", name, paths: [path] } as const;
  return { uses: used, past: await client.request(past, { rootId, target, limit: 1 }, token) };
}

/** Live notes that cite lines of the definition, or are linked to its name. */
export async function notesAbout(
  memory: MemorySession,
  { rootId, path, name, startLine, endLine }: DefinitionAtCursor,
  token: vscode.CancellationToken,
): Promise<Note[]> {
  const { notes } = await memory.client.request(listNotes, {}, token);
  return notes.filter(
    (note) =>
      note.rootId === rootId &&
      (note.links.some(({ kind, target }) => kind === "symbol" && target === name) ||
        note.evidence.some(
          ({ citation: { path: cited, range } }) =>
            cited === path && range.start.line < endLine && range.end.line >= startLine,
        )),
  );
}
