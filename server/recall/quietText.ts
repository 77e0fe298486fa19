/** Which stretches of a source text are comments or strings: a name in them is mentioned and not used. */
import { blockComments, lineComments, type LanguageId } from "../ingest/languages.ts";

/** Half-open UTF-16 offsets, ascending and apart from each other. */
export interface QuietText {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** True when an offset lies in a comment or a string. */
export function isQuiet({ starts, ends }: QuietText, offset: number): boolean {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] as number) <= offset) low = middle + 1;
    else high = middle;
  }
  return low > 0 && offset < (ends[low - 1] as number);
}

/** A string with the mark that ends it; `code` marks code inside of it, as in a template. */
interface OpenString {
  readonly close: string;
  readonly spansLines: boolean;
  readonly code: string | undefined;
}

/** Code inside of a string, until its brackets are even. */
interface InnerCode {
  readonly string: OpenString;
  depth: number;
}

const templates: ReadonlySet<string> = new Set([
  "javascript",
  "javascriptreact",
  "typescript",
  "typescriptreact",
  "vue",
  "svelte",
]);
const tripleQuotes: ReadonlySet<string> = new Set([
  "python",
  "kotlin",
  "swift",
  "scala",
  "java",
  "csharp",
  "groovy",
  "dart",
  "julia",
  "toml",
]);

/**
 * Returns the comments and strings that begin before `until` (the text's end when absent), by the language's marks
 * alone, in one pass.
 */
export function quietText(text: string, language: LanguageId, until = text.length): QuietText {
  const starts: number[] = [];
  const ends: number[] = [];
  const lines = lineComments(language);
  const blocks = blockComments(language);
  const marks = startsOf([...lines, ...blocks.map(([open]) => open)]);
  const inner: InnerCode[] = [];
  const skip = (from: number, to: number): number => {
    starts.push(from);
    ends.push(to);
    return to;
  };
  /** Reads a string from `i` to its end, or to code inside of it; returns where to go on. */
  const readString = (from: number, start: number, string: OpenString): number => {
    const stop = endOfString(text, start, string);
    if (stop.isCode) inner.push({ string, depth: 0 });
    return skip(from, stop.at);
  };
  let i = 0;
  while (i < until) {
    const code = text.charCodeAt(i);
    if (code < 128 && marks.has(code)) {
      const line = lines.find((open) => text.startsWith(open, i));
      if (line !== undefined) {
        i = skip(i, orEnd(text, text.indexOf("\n", i)));
        continue;
      }
      const block = blocks.find(([open]) => text.startsWith(open, i));
      if (block !== undefined) {
        const close = text.indexOf(block[1], i + block[0].length);
        i = skip(i, close < 0 ? text.length : close + block[1].length);
        continue;
      }
    }
    const around = inner.at(-1);
    if (code === 123 && around !== undefined) around.depth++;
    else if (code === 125 && around !== undefined && around.depth-- === 0) {
      inner.pop();
      i = readString(i, i + 1, around.string);
      continue;
    }
    const string =
      code === 34 || code === 39 || code === 96 ? stringAt(text, i, language) : undefined;
    i = string === undefined ? i + 1 : readString(i, i + string.close.length, string);
  }
  return { starts, ends };
}

function startsOf(marks: readonly string[]): ReadonlySet<number> {
  return new Set(marks.map((mark) => mark.charCodeAt(0)));
}

function orEnd(text: string, at: number): number {
  return at < 0 ? text.length : at;
}

/** Returns the string that a quotation mark opens, `undefined` when it opens none. */
function stringAt(text: string, at: number, language: LanguageId): OpenString | undefined {
  const quote = text[at] as string;
  const before = text[at - 1] ?? "";
  if (quote === "`") {
    if (templates.has(language)) return { close: quote, spansLines: true, code: "${" };
    return language === "go" ? { close: quote, spansLines: true, code: undefined } : undefined;
  }
  // Python's f"…{name}…", C#'s $"…{name}…"; Ruby and Kotlin mark the code in every string.
  const code =
    /[fF$]/.test(before) && !/[\w$]/.test((text[at - 2] ?? "").replace(/[rR@]/, ""))
      ? "{"
      : language === "ruby"
        ? "#{"
        : language === "kotlin" || language === "shellscript"
          ? "${"
          : undefined;
  if (tripleQuotes.has(language) && text.startsWith(quote.repeat(3), at))
    return { close: quote.repeat(3), spansLines: true, code };
  if (quote === "'") {
    // Lifetimes, apostrophes and digit separators.
    if (/[\p{L}\p{N}]/u.test(before) && !/[bBrRuUfFL]/.test(before)) return undefined;
    if (language === "rust" && !/^'(?:\\[^\n]{1,10}|[^\\'\n]{1,2})'/.test(text.slice(at, at + 14)))
      return undefined;
  }
  return {
    close: quote,
    spansLines: language === "rust",
    code: quote === '"' || code === "{" ? code : undefined,
  };
}

/** Returns where a string ends, or where code inside of it begins. An unclosed one ends with its line. */
function endOfString(
  text: string,
  from: number,
  { close, spansLines, code }: OpenString,
): { readonly at: number; readonly isCode: boolean } {
  const first = close.charCodeAt(0);
  const inside = code?.charCodeAt(0);
  for (let i = from; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 92) i++;
    else if (unit === 10 && !spansLines) return { at: i, isCode: false };
    else if (unit === first && text.startsWith(close, i))
      return { at: i + close.length, isCode: false };
    else if (unit === inside && text.startsWith(code as string, i)) {
      if (code === "{" && text[i + 1] === "{") i++;
      else return { at: i + (code as string).length, isCode: true };
    }
  }
  return { at: text.length, isCode: false };
}
