/** Answers "all places where X": reads every remembered file and says how complete the list is. */
import type { ExhaustivePlace, ExhaustiveResult } from "../../protocol/types.ts";
import { findAllPlaces } from "../recall/exhaustive.ts";
import type { AnswerOutcome, Ask } from "./ask.ts";
import { code, count, listed } from "./markdown.ts";
import { tellScope } from "./mentionText.ts";
import { Reading } from "./reading.ts";

const maxPlaces = 500;
const maxLinesShown = 40;
const maxLineLength = 160;

/** Lists the lines that hold a literal text. */
export async function answerAllPlaces(ask: Ask, literal: string): Promise<AnswerOutcome> {
  const { coverage, trace } = ask.result;
  const isMeant = tellScope(ask);
  const isLimited = (trace.mentions?.within.length ?? 0) > 0;
  const wholeWord = /^[\p{L}\p{N}_$]+$/u.test(literal) && !ask.question.literals.includes(literal);
  const found = await findAllPlaces(
    {
      literal,
      wholeWord,
      limit: maxPlaces,
      ...(ask.params.rootIds === undefined ? {} : { rootIds: ask.params.rootIds }),
    },
    {
      source: ask.ports.source,
      hashText: ask.ports.hashText,
      isMeant,
      filesNotInMemory: coverage.pending + coverage.skipped + coverage.failed,
      elapsedMs: () => ask.ports.clock.elapsedMs(),
    },
    ask.signal,
  );
  writePlaces(ask, literal, found, isLimited);
  ask.writer.block(isLimited ? whatWasRead(found) : completeness(found, ask.ports.statusCommand));
  ask.writer.flush();
  return found.nPlaces === 0 ? "abstained" : "answered";
}

function writePlaces(ask: Ask, literal: string, found: ExhaustiveResult, isLimited: boolean): void {
  if (found.nPlaces === 0) {
    ask.writer.block(
      `${code(literal)} does not occur in any remembered file${isLimited ? " there" : ""}.`,
    );
    return;
  }
  const byFile = Map.groupBy(
    found.places,
    ({ citation }) => `${citation.rootId}\0${citation.path}`,
  );
  const nFiles = found.truncated
    ? `at least ${count(byFile.size, "file")}`
    : count(byFile.size, "file");
  ask.writer.block(`${code(literal)} occurs on ${count(found.nPlaces, "line")} in ${nFiles}:`);
  const reading = new Reading(ask.ports.source);
  const items = found.places
    .slice(0, maxLinesShown)
    .flatMap((place) => placeLine(ask, reading, place));
  const more = found.nPlaces - items.length;
  ask.writer.block(`${items.join("\n")}${more > 0 ? `\n- and ${count(more, "more line")}` : ""}`);
}

/** Files may change while a large workspace is read; a line that did is not shown. */
function placeLine(ask: Ask, reading: Reading, { citation, line }: ExhaustivePlace): string[] {
  const file = reading.file(citation.rootId, citation.path);
  if (file === undefined || file.textOf(citation.range) !== line) return [];
  const indent = line.length - line.trimStart().length;
  const isOneLine = citation.range.start.line === citation.range.end.line;
  const text = isOneLine ? cut(line.trim()) : line;
  const { start } = citation.range;
  const character = start.character + indent;
  const range = isOneLine
    ? {
        start: { line: start.line, character },
        end: { line: start.line, character: character + text.length },
      }
    : citation.range;
  return [`- ${ask.writer.link(file, range)}: ${code(text)}`];
}

function cut(text: string): string {
  if (text.length <= maxLineLength) return text;
  const end =
    (text.charCodeAt(maxLineLength) & 0xfc00) === 0xdc00 ? maxLineLength - 1 : maxLineLength;
  return text.slice(0, end);
}

/** Of a part of the workspace it is not counted what is not in memory. */
function whatWasRead({ filesScanned, truncated, nPlaces }: ExhaustiveResult): string {
  const list =
    truncated || nPlaces > maxLinesShown ? "; the count is complete, the list above is not" : "";
  return `I read what is in memory there, ${count(filesScanned, "file")}${list}.`;
}

/** How much of the workspace the list stands for. */
function completeness(found: ExhaustiveResult, statusCommand: string): string {
  const { filesScanned, filesKnown, unreadable, truncated, nPlaces } = found;
  const scanned = filesScanned.toLocaleString("en-US");
  if (filesScanned === filesKnown)
    return truncated || nPlaces > maxLinesShown
      ? `I read all ${count(filesKnown, "file")}: the count is complete, the list above is not.`
      : `I read all ${count(filesKnown, "file")}, so the list is complete.`;
  const missing = filesKnown - filesScanned - unreadable.length;
  const reasons = [
    ...(missing > 0 ? [`${count(missing, "file")} not in memory`] : []),
    ...(unreadable.length > 0
      ? [
          `${count(unreadable.length, "file")} could not be read (${listed([...new Set(unreadable.map(({ reason }) => reason))])})`,
        ]
      : []),
  ];
  return `I read ${scanned} of ${count(filesKnown, "file")}: ${reasons.join(", ")}. “${statusCommand}” lists them.`;
}
