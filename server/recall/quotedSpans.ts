/** Quoted, backticked and fenced texts of a question. */

/** A text that the question marked as literal. */
export interface QuotedText {
  readonly text: string;
  /** True for backticks. */
  readonly isCode: boolean;
  /** Where the text starts in the question and in `rest`, UTF-16. */
  readonly at: number;
}

/** A question without its literal texts. */
export interface SplitQuotes {
  readonly quoted: readonly QuotedText[];
  /** The content of fenced code blocks; absent when there is none. */
  readonly code?: string;
  /** The question with literal texts blanked out at the same length; fenced blocks are cut out. */
  readonly rest: string;
}

/** A quotation ends within this many units or is none. */
const maxQuoteLength = 400;

const closers: Readonly<Record<string, string>> = {
  "`": "`",
  '"': '"',
  "'": "'",
  "\u201c": "\u201d",
  "\u2018": "\u2019",
  "\u00ab": "\u00bb",
  "\u300c": "\u300d",
  "\u300e": "\u300f",
};

/** Splits a question at its quotes. An apostrophe inside a word opens nothing. */
export function splitQuotes(text: string): SplitQuotes {
  const fenced = cutFences(text);
  const quoted: QuotedText[] = [];
  let rest = "";
  let from = 0;
  for (let i = 0; i < fenced.rest.length; i++) {
    const open = fenced.rest[i] as string;
    const closer = closers[open];
    if (closer === undefined || (open === "'" && isLetter(fenced.rest, i - 1))) continue;
    const close = closeOf(fenced.rest, i + 1, closer);
    if (close < 0) continue;
    const content = fenced.rest.slice(i + 1, close);
    if (content.trim() !== "") quoted.push({ text: content, isCode: open === "`", at: i + 1 });
    rest += fenced.rest.slice(from, i) + " ".repeat(close + 1 - i);
    from = close + 1;
    i = close;
  }
  rest += fenced.rest.slice(from);
  return { quoted, ...(fenced.code === undefined ? {} : { code: fenced.code }), rest };
}

/** Returns the index of the closing mark on the same line, -1 when there is none near. */
function closeOf(text: string, from: number, closer: string): number {
  const end = Math.min(text.length, from + maxQuoteLength);
  for (let i = from; i < end; i++) {
    if (text[i] === "\n") return -1;
    if (text[i] === closer && !(closer === "'" && isLetter(text, i + 1)))
      return i === from ? -1 : i;
  }
  return -1;
}

function isLetter(text: string, i: number): boolean {
  return i >= 0 && i < text.length && /[\p{L}\p{N}]/u.test(text[i] as string);
}

function cutFences(text: string): { readonly code?: string; readonly rest: string } {
  if (!text.includes("```")) return { rest: text };
  const code: string[] = [];
  const rest: string[] = [];
  let isInside = false;
  for (const line of text.split("\n")) {
    if (isInside ? closesFence(line) : opensFence(line)) isInside = !isInside;
    else (isInside ? code : rest).push(line);
  }
  return code.length === 0
    ? { rest: rest.join("\n") }
    : { code: code.join("\n"), rest: rest.join("\n") };
}

/** A line that goes on with more backticks, as "```name``` where?" does, quotes within itself. */
function opensFence(line: string): boolean {
  return /^\s*```+[^`]*$/.test(line);
}

function closesFence(line: string): boolean {
  return line.trimStart().startsWith("```");
}
