/** The parts of a question that asks several things at once, from its text alone. */
import type { RecallTrace } from "../../../protocol/types.ts";
import { parseQuestion, type ParsedQuestion } from "../../recall/question.ts";
import { QuestionTerms } from "../questionTerms.ts";

/** One thing that a question asks. */
export interface QuestionPart {
  readonly text: string;
  readonly terms: QuestionTerms;
}

/** A longer text is pasted, and not several questions. */
const maxLength = 1_000;
const maxParts = 4;
/** A part of one word goes with its neighbour: "read and write locks" is one thing. */
const minWords = 2;

/**
 * What ends one part and begins the next: a new sentence, "and then", and "and" before a part that asks by itself or
 * before any words at all; short parts are joined again.
 */
const boundary =
  /[.?!;]\s+|,?\s+(?:and\s+)?(?:then|after that|afterwards)\s+|,?\s+(?:and|but)\s+(?:also\s+)?|,\s+(?=(?:how|what|where|when|which|who|why)\b)/giu;
/** "What happens when … ," begins with the condition; what comes after the comma is a part of its own. */
const condition =
  /^(?:and |so )?(?:what|how|where) (?:happens|does it|do we|is it) (?:when|if|after)\s.{1,400}?(,\s+)\S/iu;
const fromTo =
  /^(?:and |so )?how (?:does|do|is|are|did)\s(.{1,200}?)\s(?:get|go|come|travel|flow|passed|sent|reach)\w*\s+from\s(.{1,200}?)\s(?:to|into|until)\s(.{1,200}?)[?.!]*$/iu;

/**
 * Returns the parts of a question in its order, at least one; what has one part, points at code or is long stays whole.
 * "how does a row get from the form to the disk" has the parts "a row the form" and "a row the disk". `trace` is that of
 * the whole question's recall: it says how rare the words are.
 */
export function questionParts(question: ParsedQuestion, trace: RecallTrace): QuestionPart[] {
  return textsOf(question).map((text) => ({
    text,
    terms: new QuestionTerms(parseQuestion(text), trace),
  }));
}

function textsOf(question: ParsedQuestion): readonly string[] {
  const { raw, code, stackFrames, problem } = question;
  const text = raw.trim();
  if (text.length > maxLength || code !== undefined || stackFrames.length > 0) return [raw];
  if (problem !== undefined) return [raw];
  const way = fromTo.exec(text);
  if (way !== null) {
    const [, what = "", from = "", to = ""] = way;
    return [`${what} ${from}`, `${what} ${to}`];
  }
  const parts: string[] = [];
  for (const piece of piecesOf(text)) {
    const last = parts.at(-1);
    if (last === undefined || (isPart(piece.text) && isPart(last) && parts.length < maxParts))
      parts.push(piece.text);
    else parts[parts.length - 1] = `${last}${piece.before}${piece.text}`;
  }
  return parts;
}

interface Piece {
  readonly text: string;
  /** What stood between it and the piece before. */
  readonly before: string;
}

function piecesOf(text: string): Piece[] {
  const bare = text.replace(quoted, (span) => "x".repeat(span.length));
  const cuts = [...bare.matchAll(boundary)].map(({ index, 0: { length } }) => ({ index, length }));
  const comma = condition.exec(bare)?.[1];
  const at = comma === undefined ? -1 : bare.indexOf(comma);
  if (comma !== undefined && !cuts.some(({ index }) => index === at))
    cuts.push({ index: at, length: comma.length });
  cuts.sort((a, b) => a.index - b.index);
  const pieces: Piece[] = [];
  let from = 0;
  let before = "";
  for (const { index, length } of [...cuts, { index: text.length, length: 0 }]) {
    if (index < from) continue;
    pieces.push({ text: text.slice(from, index), before });
    before = text.slice(index, index + length);
    from = index + length;
  }
  return pieces;
}
/** Nothing is cut inside quotes. */
const quoted = /`[^`]*`|"[^"]*"|“[^”]*”/gu;

function isPart(text: string): boolean {
  const { words, identifiers, paths, literals } = parseQuestion(text);
  const nNames = identifiers.length + paths.length + literals.length;
  return nNames > 0 || words.length >= minWords;
}
