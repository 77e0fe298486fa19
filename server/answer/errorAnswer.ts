/** Answers a pasted error: the trace's frames that are in the workspace, and the place that raises the message. */
import type { Range, Recall } from "../../protocol/types.ts";
import type { StackFrame } from "../recall/stackTrace.ts";
import type { SourceFile } from "../recall/sourceFile.ts";
import type { RememberedFile } from "../services.ts";
import { fixedParts } from "../recall/errorMessage.ts";
import { pause, recallMoreMeant, type AnswerOutcome, type Ask } from "./ask.ts";
import { codeMaskOf } from "./codeMask.ts";
import { lastLineOf } from "../recall/sourceFile.ts";
import { functionAround } from "./holder.ts";
import { code, count } from "./markdown.ts";
import { isMeantBy, scopeName, tellScope } from "./mentionText.ts";
import { answerPlace } from "./placeAnswer.ts";
import { placeLine } from "./placeText.ts";
import { Reading, type Place } from "./reading.ts";

/** A message is a line of words; fewer of them stand anywhere. */
const minMessageWords = 3;
const minMessageLength = 16;
const maxMessageLength = 300;
const maxFramesShown = 12;
/** Lines shown on each side of the innermost frame's line. */
const context = 4;
const maxLineLength = 160;

/**
 * Falls back to the usual answer when neither a frame nor the message is found in the workspace, or in what the question
 * is limited to.
 */
export async function answerError(ask: Ask): Promise<AnswerOutcome> {
  const isMeant = tellScope(ask);
  const remembered = ask.ports.source.files(ask.params.rootIds);
  const files = filesByName(remembered.filter(({ path }) => isMeant(path)));
  const frames = ask.question.stackFrames.map((frame) => ({ frame, file: fileOf(frame, files) }));
  const nWritten = writeFrames(ask, frames);
  ask.writer.flush();
  await pause(ask.signal);
  const isRaised = await writeRaisers(
    ask,
    nWritten > 0 ? "traced" : "message",
    ask.question.literals,
  );
  ask.writer.flush();
  return nWritten > 0 || isRaised ? "answered" : answerPlace(ask);
}

/**
 * Answers a line that may be a message without saying so, by the place that holds it or its fixed parts word
 * for word; the usual answer when there is none.
 */
export async function answerMessage(ask: Ask): Promise<AnswerOutcome> {
  const messages = messagesIn(ask.question.raw).slice(0, maxMessagesTried);
  const isRaised = await writeRaisers(ask, "perhaps", messages);
  ask.writer.flush();
  return isRaised ? "answered" : answerPlace(ask);
}

function messagesIn(raw: string): string[] {
  const lines = raw.split("\n").map((line) => line.trim());
  const whole = lines.filter((line) => line.length <= maxMessageLength);
  const parts = whole.slice(0, maxMessageLines).flatMap((line) => [line, ...fixedParts(line)]);
  return parts.filter(
    (part) => part.length >= minMessageLength && part.split(/\s+/).length >= minMessageWords,
  );
}
const maxMessageLines = 3;
/** Each may cost a recall. */
const maxMessagesTried = 2;

interface FoundFrame {
  readonly frame: StackFrame;
  readonly file: RememberedFile | undefined;
}

/** Returns the number of frames that were written. */
function writeFrames(ask: Ask, frames: readonly FoundFrame[]): number {
  const reading = new Reading(ask.ports.source);
  const present = frames.flatMap(({ frame, file }) => {
    const source = file && reading.file(file.rootId, file.path);
    return source === undefined || frame.line >= source.nLines ? [] : [{ frame, source }];
  });
  const [innermost] = present;
  if (innermost === undefined) return 0;
  const { frame, source } = innermost;
  const within = scopeName(ask) ?? "this workspace";
  const where = ask.writer.link(source, source.linesRange(frame.line, frame.line));
  ask.writer.block(
    `The innermost call in ${within} is ${frame.functionName === undefined ? "" : `${code(frame.functionName)} in `}${where}.`,
  );
  const around = linesAround(source, frame.line);
  if (around !== undefined) ask.writer.show(source, around);
  const items = present
    .slice(0, maxFramesShown)
    .map((each, i) => `${i + 1}. ${frameLine(ask, each.frame, each.source)}`);
  const more = present.length - items.length;
  const outside = frames.length - present.length;
  const notes = [
    ...(more > 0 ? [`${count(more, "more frame")} in ${within}`] : []),
    ...(outside > 0 ? [`${count(outside, "frame")} outside ${within} or no longer there`] : []),
  ];
  ask.writer.block(
    `The calls, innermost first:\n\n${items.join("\n")}${notes.length === 0 ? "" : `\n\nNot shown: ${notes.join(", ")}.`}`,
  );
  return items.length;
}

function frameLine(ask: Ask, frame: StackFrame, source: SourceFile): string {
  const name = frame.functionName === undefined ? "" : `${code(frame.functionName)} in `;
  const range = textRange(source, frame.line);
  const text = source.textOf(range);
  return `${name}${ask.writer.link(source, range)}${text === "" ? "" : `: ${code(text)}`}`;
}

/** The line without white space around it, cut when it is very long. */
function textRange(source: SourceFile, line: number): Range {
  const text = source.line(line);
  const start = text.length - text.trimStart().length;
  let end = Math.min(text.trimEnd().length, start + maxLineLength);
  if ((text.charCodeAt(end) & 0xfc00) === 0xdc00) end--;
  return { start: { line, character: start }, end: { line, character: Math.max(start, end) } };
}

/** `undefined` when a line nearby is too long to be shown. */
function linesAround(source: SourceFile, line: number): Range | undefined {
  const first = Math.max(0, line - context);
  let last = Math.min(source.nLines - 1, line + context);
  while (last > line && source.line(last).trim() === "") last--;
  for (let at = first; at <= last; at++)
    if (source.lineLength(at) > 4 * maxLineLength) return undefined;
  return source.linesRange(first, last);
}

/**
 * Writes the places that hold a message or its fixed parts; `perhaps` when the question does not say that it is
 * one. Returns false when there is none.
 */
async function writeRaisers(
  ask: Ask,
  asked: "traced" | "message" | "perhaps",
  messages: readonly string[],
): Promise<boolean> {
  const holders = await holdersOf(ask, messages);
  const reading = new Reading(ask.ports.source);
  const items: string[] = [];
  let isShown = false;
  for (const { recall, literal } of holders.slice(0, 4)) {
    const found = reading.place(recall);
    if (found === undefined) continue;
    const at = found.file.offsetOf(found.range.start) + recall.text.indexOf(literal);
    // Of words that may be no message only a string is proof; a comment may say them by chance.
    if (asked === "perhaps" && codeMaskOf(found.file).classAt(at) !== "string") continue;
    const line = found.file.rangeOf(at, at).start.line;
    const place = placeAround(found, line);
    const range = textRange(place.file, line);
    const name = place.symbol?.name ?? functionAround(place.file, line);
    const holder = name === undefined ? "" : `, in ${code(name)}`;
    items.push(
      `- ${ask.writer.link(place.file, range, place.symbol)}: ${code(place.file.textOf(range))}${holder}`,
    );
    if (asked === "traced" || items.length > 1) continue;
    ask.writer.block(`The message comes from ${placeLine(ask, place)}.`);
    const around = linesAround(place.file, line);
    if (around !== undefined) ask.writer.show(place.file, around, place.symbol);
    isShown = around !== undefined;
  }
  if (items.length === 0) return false;
  // One line that was just shown needs no list.
  if (isShown && items.length === 1) return true;
  ask.writer.block(
    `${asked === "traced" ? "The message stands in:" : "It stands in:"}\n\n${items.join("\n")}`,
  );
  return true;
}

/** A place that shows several definitions names one of them; it is only told where it holds the line. */
function placeAround(place: Place, line: number): Place {
  const { symbol, file, recall } = place;
  if (symbol === undefined || (line >= symbol.range.start.line && line <= lastLineOf(symbol.range)))
    return place;
  return { recall, file, range: file.linesRange(line, line) };
}

/** Recalls that hold the longest part of the message that any of them holds; sources first. */
async function holdersOf(
  ask: Ask,
  messages: readonly string[],
): Promise<{ recall: Recall; literal: string }[]> {
  const isMeant = isMeantBy(ask);
  for (const literal of messages.slice(0, 6)) {
    if (literal.length < 6) continue;
    const holds = (recall: Recall): boolean =>
      isMeant(recall.citation.path) && recall.text.includes(literal);
    const known = ask.result.recalls.filter(holds);
    const found =
      known.length > 0
        ? known
        : (await recallMoreMeant(ask, JSON.stringify(literal), 10)).filter(holds);
    if (found.length === 0) continue;
    return [
      ...found.filter(({ role }) => role === "source"),
      ...found.filter(({ role }) => role !== "source"),
    ].map((recall) => ({ recall, literal }));
  }
  return [];
}

function filesByName(files: readonly RememberedFile[]): Map<string, RememberedFile[]> {
  return Map.groupBy(files, ({ path }) => path.slice(path.lastIndexOf("/") + 1));
}

/** The remembered file that shares the longest end of its path with the frame's. */
function fileOf(
  frame: StackFrame,
  files: ReadonlyMap<string, RememberedFile[]>,
): RememberedFile | undefined {
  const wanted = frame.path.split("/").reverse();
  let best: RememberedFile | undefined;
  let bestShared = 0;
  for (const file of files.get(wanted[0] as string) ?? []) {
    const parts = file.path.split("/").reverse();
    let shared = 0;
    while (shared < parts.length && parts[shared] === wanted[shared]) shared++;
    // A frame in another package may share no more than a common file name.
    const isWhole = shared === parts.length || shared === wanted.length || shared >= 2;
    if (isWhole && shared > bestShared) {
      best = file;
      bestShared = shared;
    }
  }
  return best;
}
