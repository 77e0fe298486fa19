/**
 * What a question asks for, from its text alone: no memory, no clock, linear time.
 * Works on English and on Chinese, Japanese and Korean, on pasted errors, stack traces and code.
 */
import { findErrors, fixedParts } from "./errorMessage.ts";
import { asksOnly } from "./askingWords.ts";
import { intentOf, type Intent } from "./intent.ts";
import { scopeOf, type Scope } from "./scope.ts";
import { afterMentions, readMentions, type PathBehindAt } from "./mentions.ts";
import { splitQuotes } from "./quotedSpans.ts";
import { readTokens, type PathMention } from "./questionTokens.ts";
import { findFrames, type StackFrame } from "./stackTrace.ts";
import { withoutTerminalMarks } from "./terminalMarks.ts";

/** A question longer than this many UTF-16 code units is understood from its beginning only. */
export const maxQuestionLength = 100_000;
/** No list of a parsed question is longer than this. */
const maxItems = 500;

/** A question as understood. All lists are in order of appearance and without repetitions. */
export interface ParsedQuestion {
  /** The text as it was asked, whole. */
  readonly raw: string;
  /** True when only the first `maxQuestionLength` units were looked at. */
  readonly isCut: boolean;
  /** Set when nothing can be searched for: `empty` holds no letter or digit, `binary` is not text. */
  readonly problem?: "empty" | "binary";
  /**
   * Words of natural language as written, without stop words and without the words that only ask
   * (`calls` in "who calls X"); runs of CJK script stay whole. Words inside `code` are not among them.
   */
  readonly words: readonly string[];
  /** Names as they stand in code, without call parentheses: `a.b.c`, `Foo::bar`, `MAX_SIZE`, `retry-with-delay`. */
  readonly identifiers: readonly string[];
  /** Capitalised words inside a sentence: perhaps names of definitions, perhaps not. Also among `words`. */
  readonly possibleNames: readonly string[];
  readonly paths: readonly PathMention[];
  /** Files and folders that are named with `@`: only they are searched, where they are in memory. */
  readonly mentions: readonly PathBehindAt[];
  /** Quoted texts and error messages, most specific first; later ones may be parts of earlier ones. */
  readonly literals: readonly string[];
  /** Innermost call first, as far as the trace's format says so. */
  readonly stackFrames: readonly StackFrame[];
  /** Code that was pasted into the question. */
  readonly code?: string;
  readonly scope: Scope;
  readonly intent: Intent;
  /** True when the question holds Chinese, Japanese or Korean script. */
  readonly isCjk: boolean;
}

/** Returns what a question asks for. Any text has an outcome; see `problem` for those that ask nothing. */
export function parseQuestion(raw: string): ParsedQuestion {
  const isCut = raw.length > maxQuestionLength;
  const typed = withoutTerminalMarks(isCut ? raw.slice(0, maxQuestionLength) : raw);
  const blank = { words: [], identifiers: [], possibleNames: [], paths: [], literals: [] };
  if (isBinary(typed)) {
    return {
      raw,
      isCut,
      problem: "binary",
      ...blank,
      mentions: [],
      stackFrames: [],
      scope: {},
      intent: { kind: "unknown" },
      isCjk: false,
    };
  }
  const { text, paths: mentions } = readMentions(typed);
  const trace = findFrames(text);
  const errors = findErrors(trace.rest);
  const quotes = splitQuotes(trace.rest);
  const pasted = quotes.code ?? (trace.frames.length === 0 ? pastedCode(trace.rest) : undefined);
  const prose =
    quotes.code === undefined && pasted !== undefined
      ? proseBefore(quotes.rest, pasted.length)
      : quotes.rest;
  const tokens = readTokens(prose);
  const quoted = quotes.quoted.map((each) => ({ ...each, tokens: readTokens(each.text) }));
  const fromCode = pasted === undefined ? [] : namesInCode(pasted);
  const messages = errors.flatMap((error) => [error.message, ...fixedParts(error.message)]);
  const isPastedOnly = pasted !== undefined && prose.trim() === "";
  const literals = unique([
    ...messages,
    ...quoted.filter((each) => !each.isCode || !isSingleName(each.text)).map((each) => each.text),
    ...tokens.urls,
  ]).filter((literal) => [...literal.trim()].length > 1);
  const identifiers = unique([
    ...quoted
      .filter((each) => each.isCode && isSingleName(each.text))
      .map((each) => withoutCall(each.text)),
    ...tokens.identifiers,
    ...quoted.flatMap((each) => each.tokens.identifiers),
    ...trace.frames.slice(0, 3).flatMap((frame) => lastName(frame.functionName)),
    ...fromCode,
  ]);
  const allWords = unique([
    ...tokens.words,
    ...quoted
      .filter((each) => !each.isCode || !isSingleName(each.text))
      .flatMap((each) => each.tokens.words),
  ]);
  const paths = uniquePaths([
    ...tokens.paths,
    ...quoted.flatMap((each) => each.tokens.paths),
    ...mentions.filter(({ path }) => /\s/.test(path)).map(({ isSure: _isSure, ...path }) => path),
  ]);
  const { text: asked } = afterMentions(withQuotes(prose, quotes.quoted), mentions);
  const intent = intentOf(asked, {
    identifiers,
    literals: quoted.map((each) => each.text),
    hasError: trace.frames.length > 0 || errors.length > 0,
    isPastedOnly,
  });
  const scope = scopeOf(prose);
  const words = allWords.filter(
    (word) =>
      (allWords.length === 1 || !/^[A-Za-z]$/.test(word)) &&
      !asksOnly(word.toLowerCase(), intent, scope),
  );
  const isEmpty =
    pasted === undefined &&
    words.length + identifiers.length + paths.length + literals.length + trace.frames.length === 0;
  return {
    raw,
    isCut,
    ...(isEmpty ? { problem: "empty" as const } : {}),
    words,
    identifiers,
    possibleNames: unique(tokens.possibleNames),
    paths,
    mentions,
    literals,
    stackFrames: trace.frames.slice(0, maxItems),
    ...(pasted === undefined ? {} : { code: pasted }),
    scope,
    intent,
    isCjk: cjkScript.test(text),
  };
}

const cjkScript = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/** Control characters other than white space and ANSI's escape do not occur in text that somebody typed or pasted. */
function isBinary(text: string): boolean {
  let nControls = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0xfffd || (code < 32 && !(code >= 9 && code <= 13) && code !== 27)) nControls++;
  }
  return nControls * 10 > text.length;
}

/** Returns the text when most of it is code that was pasted without marks, `undefined` otherwise. */
function pastedCode(text: string): string | undefined {
  const lines = text.split("\n");
  let nCodeLines = 0;
  let nLines = 0;
  let firstCodeLine = -1;
  for (let i = 0; i < lines.length; i++) {
    const line = (lines[i] as string).trim();
    if (line === "") continue;
    nLines++;
    if (!looksLikeCode(line)) continue;
    nCodeLines++;
    if (firstCodeLine < 0) firstCodeLine = i;
  }
  if (nLines < 2 ? nCodeLines === 0 || lineOfCodeMarks(text) < 2 : nCodeLines * 2 < nLines)
    return undefined;
  // Up to two lines before the code may ask about it.
  const start = firstCodeLine <= 2 ? firstCodeLine : 0;
  return lines.slice(start).join("\n");
}

function looksLikeCode(line: string): boolean {
  const last = line.charCodeAt(line.length - 1);
  if (last === 123 || last === 125 || last === 59) return true;
  return codeLineStart.test(line.slice(0, 80)) || lineOfCodeMarks(line.slice(0, 400)) >= 2;
}

const codeLineStart =
  /^(?:(?:public|private|protected|static|export|async|const|let|var|def|class|func|fn|pub|impl|struct|#include|package|using|import|from|return|if \(|for \(|while \(|@\w+|\/\/|\/\*|\* )\b.*[({=:;]|[)\]}]+[;,]?$)/;

/** Counts the marks that code has and prose has not. */
function lineOfCodeMarks(line: string): number {
  let count = 0;
  for (const mark of codeMarks) if (line.includes(mark)) count++;
  return count;
}
const codeMarks = [
  "();",
  " = ",
  " == ",
  "=>",
  "->",
  ") {",
  "):",
  "+=",
  "&&",
  "||",
  "</",
  ";",
  ":=",
];

/** `rest` with the last `length` units, the pasted code, cut off. */
function proseBefore(rest: string, length: number): string {
  return rest.slice(0, Math.max(0, rest.length - length));
}

/** The first names of pasted code that look like names and not like words, at most 50. */
function namesInCode(code: string): string[] {
  return readTokens(code.slice(0, 20_000).replace(/[^\p{L}\p{N}_$.:]+/gu, " ")).identifiers.slice(
    0,
    50,
  );
}

function withQuotes(
  prose: string,
  quoted: readonly { readonly text: string; readonly at: number }[],
): string {
  // Quoted texts were blanked out of the prose at the same length, so that their places still fit.
  let out = "";
  let from = 0;
  for (const each of quoted) {
    if (each.at < from || each.at > prose.length) continue;
    out += prose.slice(from, each.at) + each.text;
    from = each.at + each.text.length;
  }
  return out + prose.slice(from);
}

function isSingleName(text: string): boolean {
  return text.length <= 200 && /^[^\s"'=;,{}]+$/.test(text) && /[\p{L}_$]/u.test(text);
}

function withoutCall(name: string): string {
  const open = name.indexOf("(");
  return open > 0 ? name.slice(0, open) : name;
}

function lastName(functionName: string | undefined): string[] {
  if (functionName === undefined) return [];
  const name = functionName.split(/[.:/#$ ]+/).at(-1) ?? "";
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) && name.length > 2 ? [name] : [];
}

function unique(items: readonly string[]): string[] {
  return [...new Set(items.filter((item) => item !== ""))].slice(0, maxItems);
}

function uniquePaths(paths: readonly PathMention[]): PathMention[] {
  const seen = new Map<string, PathMention>();
  for (const mention of paths) {
    const key = `${mention.path}:${mention.line ?? ""}-${mention.endLine ?? ""}`;
    if (!seen.has(key)) seen.set(key, mention);
  }
  return [...seen.values()].slice(0, maxItems);
}
