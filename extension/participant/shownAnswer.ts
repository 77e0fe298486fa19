import * as vscode from "vscode";
import { checkCitations } from "../../protocol/methods.ts";
import type { Citation, CitationCheck } from "../../protocol/types.ts";
import { editorRange, placeUri } from "../chat/citations.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import { answerParts } from "./answerParts.ts";
import { PartStream, type Place } from "./partStream.ts";
import type { Responding } from "./responding.ts";

/** Files that are listed as used; an answer may cite hundreds of lines. */
const maxReferences = 20;

/**
 * Writes an answer into the editor's chat. Its citations were read again right before: each becomes a place that opens, and
 * what has changed meanwhile is said to have changed, with none of its old lines. Errors: as `answer/checkCitations`.
 */
export async function showAnswer(
  { markdown, citations }: { readonly markdown: string; readonly citations: readonly Citation[] },
  { memory, stream, token, wording: { t } }: Responding,
): Promise<void> {
  const places = await placesOf(citations, memory, token);
  for (const uri of filesOf(places).slice(0, maxReferences)) stream.reference(uri);
  new PartStream(stream, t).show(answerParts(markdown), { citations, places, marks: [] });
}

async function placesOf(
  citations: readonly Citation[],
  memory: MemorySession,
  token: vscode.CancellationToken,
): Promise<Place[]> {
  if (citations.length === 0) return [];
  const { checks } = await memory.client.request(checkCitations, { citations }, token);
  return checks.map((check) => placeOfCheck(check, memory));
}

function placeOfCheck(check: CitationCheck, memory: MemorySession): Place {
  return check.kind === "current" || check.kind === "moved"
    ? placeOfCitation(check.citation, memory)
    : undefined;
}

/** Where a citation is that was just read; `undefined` when its folder is not part of the window any more. */
export function placeOfCitation(citation: Citation, memory: MemorySession): Place {
  const uri = placeUri(memory, citation);
  return uri && new vscode.Location(uri, editorRange(citation.range));
}

function filesOf(places: readonly Place[]): vscode.Uri[] {
  const files = new Map<string, vscode.Uri>();
  for (const place of places) if (place !== undefined) files.set(place.uri.toString(), place.uri);
  return [...files.values()];
}
