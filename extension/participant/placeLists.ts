/** Requests to `@lore` that are not questions: `/find`, `/all` and `/remember`. */
import * as vscode from "vscode";
import { exhaustive, remember, search } from "../../protocol/methods.ts";
import type { Citation, Range } from "../../protocol/types.ts";
import { editorRange, placeUri } from "../chat/citations.ts";
import { noteOutcome } from "../commands/noteCommands.ts";
import { tellingLine } from "../commands/similarPlaces.ts";
import { markdownLine, oneLine } from "../displayText.ts";
import { activeFile } from "../feed/workspaceFeed.ts";
import type { Responding } from "./responding.ts";
import { codeSpan } from "./plainAnswer.ts";
import type { Wish } from "./wish.ts";

const maxFound = 10;
const maxAllPlaces = 200;
const maxLineLength = 160;

/** Lists the places that fit some words best; their text was read during the search. */
export async function showFound(query: string, responding: Responding): Promise<void> {
  const { memory, stream, token, wording } = responding;
  const file = activeFile();
  const { recalls } = await memory.client.request(
    search,
    { query, limit: maxFound, ...(file === undefined ? {} : { activeFile: file }) },
    token,
  );
  if (recalls.length === 0) {
    stream.markdown(wording.t("Nothing in memory fits these words."));
    return;
  }
  for (const recall of recalls) showLine(recall.citation, tellingLine(recall), responding);
}

/** Lists every place of a text, and says whether these are all. */
export async function showAllPlaces(literal: string, responding: Responding): Promise<void> {
  const { memory, stream, token, wording } = responding;
  const { t, count } = wording;
  const found = await memory.client.request(
    exhaustive,
    { literal, wholeWord: false, limit: maxAllPlaces },
    token,
  );
  const nFiles = new Set(found.places.map(({ citation }) => citation.path)).size;
  const numbers = [found.nPlaces, found.filesScanned, found.filesKnown].map(count);
  const text = codeSpan(oneLine(literal));
  stream.markdown(
    `${
      found.nPlaces === 0
        ? t("{0} stands nowhere. {1} of {2} remembered files were read.", text, ...numbers.slice(1))
        : t("{0} stands in {1} places. {2} of {3} remembered files were read.", text, ...numbers)
    }\n\n`,
  );
  if (found.truncated)
    stream.markdown(
      `${t("The first {0} of them, in {1} files:", count(found.places.length), count(nFiles))}\n\n`,
    );
  for (const { citation, line } of found.places) showLine(citation, line, responding);
  if (found.unreadable.length > 0)
    stream.markdown(
      `\n${t("{0} files could not be read, so there may be more.", count(found.unreadable.length))}\n`,
    );
}

/** Keeps a sentence, with the attached code as its evidence, and says what came of it. */
export async function rememberSentence(
  { text, selection }: Extract<Wish, { kind: "remember" }>,
  responding: Responding,
): Promise<void> {
  const { memory, stream, wording } = responding;
  const file = activeFile();
  const result = await memory.client.request(remember, {
    text,
    ...(selection === undefined ? {} : { lines: { file: selection.file, ...selection.range } }),
    ...(file === undefined ? {} : { activeFile: file }),
  });
  stream.markdown(`${markdownLine(noteOutcome(result, wording.t).sentence)}\n\n`);
  for (const { citation } of result.note.evidence) showLine(citation, "", responding);
}

function showLine(citation: Citation, line: string, { memory, stream }: Responding): void {
  const uri = placeUri(memory, citation);
  if (uri === undefined) return;
  stream.markdown("- ");
  stream.anchor(new vscode.Location(uri, editorRange(citation.range)), placeName(citation));
  const shown = oneLine(line.trim(), maxLineLength);
  stream.markdown(shown === "" ? "\n" : ` ${codeSpan(shown)}\n`);
}

function placeName({ path, range }: { readonly path: string; readonly range: Range }): string {
  return `${path}:${range.start.line + 1}`;
}
