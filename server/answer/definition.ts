/** The parts of a definition in its file: doc comment, signature, body. Found by lines, without a syntax tree. */
import { lastLineOf } from "../recall/sourceFile.ts";
import type { Range } from "../../protocol/types.ts";
import { blockComments, isLanguageId, lineComments } from "../ingest/languages.ts";
import type { SourceFile } from "../recall/sourceFile.ts";
import { shortened } from "./markdown.ts";
import { Statements } from "./statements.ts";
import type { Place } from "./reading.ts";

/** Line numbers are zero-based and included. */
export interface Definition {
  readonly firstLine: number;
  readonly lastLine: number;
  /** Where the name stands, after comments and decorators. */
  readonly nameLine: number;
  /** Last line of the signature. */
  readonly signatureLine: number;
  readonly doc?: DocComment;
}

/** What the comment of a definition says, without comment marks, on one line. */
export interface DocComment {
  readonly text: string;
  /** The comment's lines that `text` stands in. */
  readonly range: Range;
  /** The last line of the whole comment. */
  readonly lastLine: number;
}

/** Some document a type with pages of examples; what it is stands at their beginning. */
const maxCommentLines = 400;
const maxSignatureLines = 10;
const maxDocLength = 420;
/** A name further down than this is not the definition's own. */
const maxLinesToName = 80;

/** Returns the parts of the definition at a place, `undefined` when the place has none or shows no name. */
export function definitionAt(place: Place): Definition | undefined {
  const { symbol, file } = place;
  if (symbol === undefined || symbol.kind === "section" || symbol.kind === "key") return undefined;
  const lastLine = lastLineOf(symbol.range);
  const nameLine = findNameLine(file, symbol.name, symbol.range.start.line, lastLine);
  if (nameLine === undefined) return undefined;
  const signatureLine = findSignatureEnd(file, nameLine, lastLine);
  const firstLine = skipDecoratorsUp(file, nameLine);
  const doc = commentBefore(file, firstLine) ?? docstringAfter(file, signatureLine, lastLine);
  return { firstLine, lastLine, nameLine, signatureLine, ...(doc === undefined ? {} : { doc }) };
}

function findNameLine(
  file: SourceFile,
  name: string,
  first: number,
  last: number,
): number | undefined {
  const marks = commentMarks(file.language);
  let isInBlock = false;
  for (let line = first; line <= Math.min(last, first + maxLinesToName); line++) {
    const text = file.line(line).trim();
    if (isInBlock) {
      if (marks.closes.some((close) => text.includes(close))) isInBlock = false;
      continue;
    }
    const open = marks.opens.findIndex((each) => text.startsWith(each));
    if (open >= 0) {
      isInBlock = !text
        .slice((marks.opens[open] as string).length)
        .includes(marks.closes[open] as string);
      continue;
    }
    if (marks.line.some((mark) => text.startsWith(mark)) || isDecorator(text)) continue;
    if (text.includes(name)) return line;
  }
  return undefined;
}

/** The signature ends where its brackets are closed. */
function findSignatureEnd(file: SourceFile, nameLine: number, lastLine: number): number {
  let depth = 0;
  for (let line = nameLine; line <= Math.min(lastLine, nameLine + maxSignatureLines); line++) {
    for (const character of file.line(line).slice(0, 500)) {
      if (character === "(" || character === "[") depth++;
      else if (character === ")" || character === "]") depth--;
    }
    if (depth <= 0) return line;
  }
  return nameLine;
}

function isDecorator(text: string): boolean {
  return /^(?:@[\w.]|#\[|\[[A-Z]\w*[\](])/.test(text);
}

function skipDecoratorsUp(file: SourceFile, nameLine: number): number {
  let line = nameLine;
  while (line > 0 && nameLine - line < 10 && isDecorator(file.line(line - 1).trim())) line--;
  return line;
}

function commentBefore(file: SourceFile, line: number): DocComment | undefined {
  const marks = commentMarks(file.language);
  const last = line - 1;
  if (last < 0) return undefined;
  const closing = marks.closes.findIndex((close) => file.line(last).trimEnd().endsWith(close));
  let first = line;
  if (closing >= 0) {
    const open = marks.opens[closing] as string;
    for (let at = last; at >= 0 && last - at < maxCommentLines; at--) {
      if (!file.line(at).trimStart().startsWith(open)) continue;
      first = at;
      break;
    }
  } else {
    while (
      first > 0 &&
      line - first < maxCommentLines &&
      startsWithMark(file.line(first - 1), marks.line)
    )
      first--;
  }
  return first > last ? undefined : docOf(file, first, last);
}

function startsWithMark(line: string, marks: readonly string[]): boolean {
  const text = line.trimStart();
  return (
    marks.some((mark) => text.startsWith(mark)) && !text.startsWith("#!") && !text.startsWith("#[")
  );
}

/** Python's and Julia's kind: a string as the first statement. */
function docstringAfter(
  file: SourceFile,
  signatureLine: number,
  lastLine: number,
): DocComment | undefined {
  const first = signatureLine + 1;
  if (file.language !== "python" || first > lastLine) return undefined;
  const opening = /^\s*[rRuUbB]?("""|''')/.exec(file.line(first));
  if (opening === null) return undefined;
  const quote = opening[1] as string;
  for (let line = first; line <= Math.min(lastLine, first + maxCommentLines); line++) {
    const text = line === first ? file.line(line).slice(opening[0].length) : file.line(line);
    if (text.includes(quote)) return docOf(file, first, line);
  }
  return undefined;
}

/** Returns what the comment at a file's beginning says, a licence passed over; `undefined` when there is none. */
export function fileComment(file: SourceFile): DocComment | undefined {
  const statements = new Statements(file, 0, Math.min(file.nLines - 1, maxHeadLines));
  for (let line = 0; line < Math.min(file.nLines, maxHeadLines); line++) {
    const text = file.line(line).trim();
    if (text === "" || text.startsWith("#!") || /^(["'])use \w+\1;?$/.test(text)) continue;
    const docstring = docstringAfter(
      file,
      line - 1,
      Math.min(file.nLines - 1, line + maxCommentLines),
    );
    if (docstring !== undefined) return docstring;
    if (!statements.isComment(line)) return undefined;
    let last = line;
    while (last + 1 < file.nLines && statements.isComment(last + 1)) last++;
    const doc = docOf(file, line, last);
    if (doc !== undefined) return doc;
    line = last;
  }
  return undefined;
}
const maxHeadLines = 120;

/** The first paragraphs of a comment up to its first tag; a licence says nothing about the definition. */
function docOf(file: SourceFile, first: number, last: number): DocComment | undefined {
  const parts: string[] = [];
  let lastUsed = first;
  for (let line = first; line <= last; line++) {
    const text = withoutMarks(file.line(line));
    if (
      /^(?:[@\\](?!link|code|inheritDoc)\w|:param|:return|Args:|Returns:|Parameters$|Examples?:|# \w+s?$|-{3,}|={3,})/.test(
        text,
      )
    )
      break;
    if (text === "" && parts.join(" ").length > maxDocLength / 2) break;
    if (text !== "") lastUsed = line;
    parts.push(text);
  }
  const text = parts
    .join(" ")
    .replace(/\s+/g, " ")
    .replace(/<\/?(?:summary|p|para|code|c)>/g, "")
    .trim();
  if (!/[\p{L}]{2}/u.test(text) || /\bcopyright\b|\blicen[sc]ed? under\b|SPDX-/i.test(text))
    return undefined;
  return {
    text: shortened(text, maxDocLength),
    range: file.linesRange(first, lastUsed),
    lastLine: last,
  };
}

function withoutMarks(line: string): string {
  return line
    .slice(0, 1000)
    .trim()
    .replace(
      /^(?:\/\*+!?|\*+\/|\*(?!\*)|\/\/[/!]?|#+|--+\[?\[?|;+|%+|[rRuUbB]?"""|[rRuUbB]?'''|<!--|\(\*+)\s?/,
      "",
    )
    .replace(/(?:\*+\/|"""|'''|-->|\*\))$/, "")
    .trim();
}

interface CommentMarks {
  readonly line: readonly string[];
  readonly opens: readonly string[];
  readonly closes: readonly string[];
}

function commentMarks(language: string): CommentMarks {
  if (!isLanguageId(language)) return { line: [], opens: [], closes: [] };
  const blocks = blockComments(language);
  return {
    line: lineComments(language),
    opens: blocks.map(([open]) => open),
    closes: blocks.map(([, close]) => close),
  };
}
