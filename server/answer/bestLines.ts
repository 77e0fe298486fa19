/** Finds the lines of a long place that hold most of what a question asks for. */
import type { Range } from "../../protocol/types.ts";
import { termsOfName, termsOfText } from "../ingest/terms.ts";
import type { SourceFile } from "../recall/sourceFile.ts";
import { codeMaskOf, type CodeMask } from "./codeMask.ts";
import { lastLineOf } from "../recall/sourceFile.ts";
import type { QuestionTerms } from "./questionTerms.ts";

/** So many lines are judged together: what answers a question seldom stands in one. */
const windowLines = 8;
/** Shown of the beginning where nothing matches. */
const headLines = 13;
const literalWeight = 3;
/** Documentation inside of code repeats the words of what it documents; examples in it show none of the work. */
const docFactor = 0.3;
/** A definition's own name is all over it. */
const ownNameFactor = 0.2;
/** What a term adds each further time. */
const repeatFactor = 0.1;
/** The recalled part of a definition was chosen with more knowledge than there is here. */
const recalledFactor = 1.3;
const maxLineLooked = 2000;

/**
 * Returns the first and the last line to show between `first` and `last`, zero-based and included; the first
 * lines when nothing matches. `name` is the definition's own, `place` the recalled span.
 */
export function bestLines(
  file: SourceFile,
  [first, last]: readonly [number, number],
  terms: QuestionTerms,
  { name, place }: { readonly name: string; readonly place: Range },
): readonly [number, number] {
  const own = new Set(termsOfName(name));
  const mask = codeMaskOf(file);
  const lines: ReadonlyMap<string, number>[] = [];
  for (let line = first; line <= last; line++)
    lines.push(lineWeights(file, mask, line, terms, own));
  let best = 0;
  let bestWeight = 0;
  for (let i = 0; i < lines.length; i++) {
    const isRecalled = first + i >= place.start.line && first + i <= lastLineOf(place);
    const weight =
      windowWeight(lines.slice(i, i + windowLines)) * (isRecalled ? recalledFactor : 1);
    if (weight <= bestWeight + 1e-9) continue;
    bestWeight = weight;
    best = i;
  }
  const window = lines.slice(best, best + windowLines);
  // Where nothing but its own name matches, no lines are better than the first.
  if (!window.some((weights) => [...weights.keys()].some((term) => !own.has(term))))
    return [first, Math.min(last, first + headLines - 1)];
  const isMatch = (weights: ReadonlyMap<string, number>): boolean => weights.size > 0;
  return [first + best + window.findIndex(isMatch), first + best + window.findLastIndex(isMatch)];
}

/** The question's terms that a line holds, with their weights. */
function lineWeights(
  file: SourceFile,
  mask: CodeMask,
  line: number,
  terms: QuestionTerms,
  own: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  const text = file.line(line).slice(0, maxLineLooked);
  const factor = isDocumentation(file, mask, line, text) ? docFactor : 1;
  const weights = new Map<string, number>();
  for (const term of termsOfText(text)) {
    const weight = terms.lineWeightOf(term) * factor * (own.has(term) ? ownNameFactor : 1);
    if (weight > 0) weights.set(term, weight);
  }
  for (const literal of terms.literals)
    if (text.includes(literal)) weights.set(`\0${literal}`, literalWeight);
  return weights;
}

function isDocumentation(file: SourceFile, mask: CodeMask, line: number, text: string): boolean {
  const at = text.length - text.trimStart().length;
  const start = file.offsetOf({ line, character: at });
  const kind = mask.classAt(start);
  if (kind === "comment") return /^(?:\/\/\/|\/\/!|\/\*\*|\*)/.test(text.slice(at));
  // Python's kind: a string that a line begins in.
  return kind === "string" && mask.codeOf(line).trim() === "";
}

function windowWeight(lines: readonly ReadonlyMap<string, number>[]): number {
  const held = new Map<string, number>();
  let repeats = 0;
  for (const weights of lines) {
    for (const [term, weight] of weights) {
      held.set(term, Math.max(held.get(term) ?? 0, weight));
      repeats += weight;
    }
  }
  let sum = 0;
  for (const weight of held.values()) sum += weight;
  return sum + repeats * repeatFactor;
}
