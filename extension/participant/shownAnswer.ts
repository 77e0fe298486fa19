import * as vscode from "vscode";
import { checkCitations } from "../../protocol/methods.ts";
import type { Citation, CitationCheck } from "../../protocol/types.ts";
import { editorRange, placeUri } from "../chat/citations.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import { answerParts, type AnswerPart } from "./answerParts.ts";
import type { Responding } from "./responding.ts";
import { codeSpan } from "./plainAnswer.ts";

/** Files that are listed as used; an answer may cite hundreds of lines. */
const maxReferences = 20;

/** A citation that was read again just now: where it is, `undefined` when it does not say any more what was cited. */
type Place = vscode.Location | undefined;

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
  const shown = new Set<number>();
  for (const part of answerParts(markdown)) show(part);

  function show(part: AnswerPart): void {
    switch (part.kind) {
      case "text":
        stream.markdown(part.markdown);
        return;
      case "citation":
        showCitation(part.index, part.label);
        return;
      case "code":
        return showCode(part);
      case "mark":
        return;
    }
  }

  function showCitation(index: number, label: string): void {
    const place = places[index];
    shown.add(index);
    if (place !== undefined) stream.anchor(place, label);
    else stream.markdown(`${codeSpan(label)} (${t("changed since")})`);
  }

  function showCode({ markdown: block, citation }: Extract<AnswerPart, { kind: "code" }>): void {
    const place = citation === undefined ? undefined : places[citation];
    if (citation !== undefined && place === undefined) {
      stream.markdown(`\n${t("The code that stood here has changed since; ask again.")}\n`);
      return;
    }
    if (citation !== undefined && !shown.has(citation)) showCitation(citation, labelOf(citation));
    stream.markdown(`\n${block}`);
  }

  function labelOf(index: number): string {
    const { path = "", range } = citations[index] ?? {};
    return range === undefined ? path : `${path}:${range.start.line + 1}`;
  }
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
  if (check.kind !== "current" && check.kind !== "moved") return undefined;
  const uri = placeUri(memory, check.citation);
  return uri && new vscode.Location(uri, editorRange(check.citation.range));
}

function filesOf(places: readonly Place[]): vscode.Uri[] {
  const files = new Map<string, vscode.Uri>();
  for (const place of places) if (place !== undefined) files.set(place.uri.toString(), place.uri);
  return [...files.values()];
}
