/** Checked prose as plain text for a terminal: places and marks are numbers, which are told below. */
import type { FurtherLooks, LookTool } from "../../protocol/plan.ts";
import type { CheckedProse, ProseFailure, ProseMark } from "../../protocol/prose.ts";
import type { Citation } from "../../protocol/types.ts";
import { formatCount } from "./numbers.ts";
import { placeText } from "./places.ts";
import { safeLine } from "./terminal.ts";
import { renderForTerminal, type ApplyStyle } from "./terminalMarkdown.ts";

const citeLinks = /\[(`+)[^\n]*?\1\]\(#cite-(\d{1,6})\)/g;
const markLinks = /\[\*\]\(#mark-(\d{1,6})\)/g;

/** Returns markdown of checked prose as text; `[3]` is the third place, `[?2]` the second mark. */
export function proseText(markdown: string, style: ApplyStyle): string {
  const numbered = markdown
    .replace(citeLinks, (_link, _ticks, n: string) => `\\[${Number(n) + 1}\\]`)
    .replace(markLinks, (_link, n: string) => markNumber(Number(n) + 1));
  return renderForTerminal(numbered, [], style);
}

/** Returns the markdown with the numbers of `markLines` in place of the marks. */
export function numberedMarks(markdown: string, marks: CheckedProse["marks"]): string {
  const numbers = markNumbers(marks);
  return markdown.replace(markLinks, (_link, n: string) => {
    const idx = Number(n);
    return markNumber(numbers[idx] ?? idx + 1);
  });
}

function markNumber(n: number): string {
  return ` \\[?${n}\\]`;
}

/** Returns what has been written whole by now: blocks that a longer text goes on behind. */
export function finishedBlocks(markdown: string): string {
  let fence: string | undefined;
  let end = 0;
  let at = 0;
  let wasBlank = false;
  for (const line of markdown.split("\n")) {
    const ticks = /^\s*(`{3,})/.exec(line)?.[1];
    if (fence === undefined && wasBlank && /^\S/.test(line)) end = at;
    if (fence === undefined && ticks !== undefined) fence = ticks;
    else if (fence !== undefined && line.trim() === fence) fence = undefined;
    wasBlank = line.trim() === "";
    at += line.length + 1;
  }
  return markdown.slice(0, end);
}

/** Returns a line for each place. */
export function sourceLines(citations: readonly Citation[], style: ApplyStyle): string[] {
  return citations.map((citation, idx) => `[${idx + 1}] ${style("place", placeText(citation))}`);
}

/** Returns the number of each mark: those that say the same have the same one, in the order in which they come first. */
function markNumbers(marks: CheckedProse["marks"]): readonly number[] {
  const known = new Map<string, number>();
  return marks.map((mark) => {
    const words = markWords(mark);
    const number = known.get(words) ?? known.size + 1;
    known.set(words, number);
    return number;
  });
}

/** A model that cites nothing, or makes up name after name, has as many marks as sentences. */
const maxMarkLines = 20;

/** Returns a line for each number of marks, with how often it stands there, and how many more there are. */
export function markLines({ marks }: Pick<CheckedProse, "marks">): string[] {
  const counts = new Map<string, number>();
  for (const mark of marks) {
    const words = markWords(mark);
    counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  const lines = [...counts].slice(0, maxMarkLines).map(([words, n], idx) => {
    const often = n === 1 ? "" : ` (${formatCount(n)} times)`;
    return `[?${idx + 1}] ${words}${often}`;
  });
  const nMore = counts.size - lines.length;
  if (nMore === 0) return lines;
  return [...lines, `And ${formatCount(nMore)} more; --json prints all.`];
}

/** Returns a line for each call of a tool that the model made, and how much it was shown; none where it made none. */
export function lookLines(looks: FurtherLooks | undefined): string[] {
  if (looks === undefined || looks.lookups.length === 0) return [];
  const { round, maxRounds, nTokens, maxTokens } = looks;
  return [
    `The model looked further (round ${round} of ${maxRounds}, ${formatCount(nTokens)} of ${formatCount(maxTokens)} tokens):`,
    ...looks.lookups.map(({ tool, about, nPlaces, nNew }) => {
      const asked = tool === undefined ? "a call that could not be carried out" : askedWords[tool];
      return `- ${asked}${safeLine(about)}: ${nPlaces} places, ${nNew} new`;
    }),
  ];
}

const askedWords: Readonly<Record<LookTool, string>> = {
  search_memory: "asked for ",
  read_memory: "read ",
  find_usages: "asked for uses of ",
};

function markWords({ fault, detail }: ProseMark): string {
  switch (fault) {
    case "noCitation":
      return "cites nothing, so it may not be so.";
    case "unknownCitation":
      return `cites [${safeLine(detail)}], which the model was not shown.`;
    case "stale":
      return `cites ${safeLine(detail)}, which has changed since.`;
    case "nameNotInEvidence":
      return `“${safeLine(detail)}” does not stand in what it cites.`;
    case "commanded":
      return `cites ${safeLine(detail)}, which tells a language model what to do or say.`;
  }
}

/** Says why a model gave no answer, or not all of it, and what to do. */
export const failureSentences: Readonly<Record<ProseFailure, string>> = {
  noModel:
    "The endpoint knows no such model, or no such address. Check --model, that the model is pulled, and that the address ends in /v1.",
  notAllowed: "The endpoint did not accept the key. Check LORE_API_KEY.",
  quota: "The endpoint takes no more requests at the moment. Try again later.",
  refused: "The endpoint filtered the question or its answer.",
  offline: "Nothing answers at the endpoint. Check --endpoint, and whether the server runs.",
  timeout: "The model said nothing for too long, so Lore stopped waiting.",
  tooLong: "The prompt and the answer are longer than the model takes. Try a smaller --tokens.",
  forgotten:
    "What the model wrote was not kept: something it was shown has been forgotten. Ask again.",
  cutOff: "The model reached its limit of length, so the end of its answer is missing.",
  badAnswer: "What the endpoint sent was no whole answer.",
  unknown: "The endpoint failed.",
};
