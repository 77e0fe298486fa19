/** Tells paths, names of code and words of natural language apart in a question's prose. */
import { englishStopWords } from "../ingest/terms.ts";
import { contentRuns } from "./cjkQuestion.ts";
import { cleanPath } from "./stackTrace.ts";

/** A file or folder that the question names. */
export interface PathMention {
  /** With `/`; may be absolute, relative or a bare file name. */
  readonly path: string;
  /** Zero-based. */
  readonly line?: number;
  /** The last line of `a.ts:12-40`, zero-based and included; absent for a single line. */
  readonly endLine?: number;
}

/** The tokens of a text by kind, in order, with repetitions. */
export interface QuestionTokens {
  readonly words: readonly string[];
  readonly identifiers: readonly string[];
  readonly possibleNames: readonly string[];
  readonly paths: readonly PathMention[];
  readonly urls: readonly string[];
}

/** Longer tokens are encoded data, not something that somebody named. */
const maxTokenLength = 300;

/** Products and languages whose names look like code but are said as words. */
const properNames = new Set(
  (
    "javascript typescript github gitlab macos ios ipados nodejs postgresql mysql graphql webgl webassembly oauth openai youtube linkedin " +
    "powershell vscode jetbrains intellij sqlite mongodb dynamodb devops latex openssl protobuf"
  ).split(" "),
);

interface Sink {
  readonly words: string[];
  readonly identifiers: string[];
  readonly possibleNames: string[];
  readonly paths: PathMention[];
  readonly urls: string[];
}

/** Returns the tokens of a text. Linear in its length. */
export function readTokens(text: string): QuestionTokens {
  const out: Sink = { words: [], identifiers: [], possibleNames: [], paths: [], urls: [] };
  let isSentenceStart = true;
  let wantsLine = false;
  for (const chunk of text.match(
    /[^\s\u3000\u3001\u3002\uff0c\uff1f\uff01\uff1a\uff1b\uff08\uff09]+/gu,
  ) ?? []) {
    if (chunk.length > maxTokenLength) continue;
    for (const piece of chunk.match(scriptRuns) ?? []) {
      if (cjkRun.test(piece)) {
        wantsLine = readCjk(piece, out) || wantsLine;
      } else {
        wantsLine = readToken(trimMarks(piece), isSentenceStart, wantsLine, out);
      }
    }
    isSentenceStart = /[.!?:]$/.test(chunk);
  }
  return out;
}

const cjkScripts =
  "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\u30fc\\u3005";
const scriptRuns = new RegExp(`[${cjkScripts}]+|[^${cjkScripts}]+`, "gu");
const cjkRun = new RegExp(`^[${cjkScripts}]`, "u");

/** Returns true when a line number is to follow (`第120行`). */
function readCjk(run: string, out: Sink): boolean {
  if (run.endsWith("第")) return true;
  out.words.push(...contentRuns(run));
  return false;
}

/** Reads one token; returns true when the next one is the number of a line. */
function readToken(
  token: string,
  isSentenceStart: boolean,
  wantsLine: boolean,
  out: Sink,
): boolean {
  if (token === "") return wantsLine;
  const lines = wantsLine ? /^L?(\d{1,7})(?:[-\u2013]L?(\d{1,7}))?$/.exec(token) : null;
  if (lines !== null) {
    setLines(out.paths, lines[1] as string, lines[2]);
    return false;
  }
  if (token.includes("://")) {
    if (token.startsWith("file://")) out.paths.push({ path: cleanPath(token) });
    else out.urls.push(token);
    return false;
  }
  if (isOneWord(token)) {
    out.words.push(token);
    return false;
  }
  const path = pathOf(token);
  if (path !== undefined) {
    out.paths.push(path);
    return false;
  }
  const name = nameOf(token);
  if (name !== undefined) {
    out.identifiers.push(name);
    return false;
  }
  const wasLineWord = /^lines?$/i.test(token) && out.paths.length > 0;
  for (const word of token.match(/[\p{L}\p{N}_$]+/gu) ?? []) {
    if (wasLineWord || englishStopWords.has(word.toLowerCase())) continue;
    out.words.push(word);
    if (!isSentenceStart && /^\p{Lu}\p{Ll}{2,}/u.test(word)) out.possibleNames.push(word);
  }
  return wasLineWord;
}

/** The lines belong to the file that was named last. */
function setLines(paths: PathMention[], first: string, last: string | undefined): void {
  const mention = paths.pop();
  if (mention === undefined) return;
  paths.push(
    mention.line === undefined ? { path: mention.path, ...linesOf(first, last) } : mention,
  );
}

/** Returns one-based numbers as written as zero-based lines; nothing for line 0. */
export function linesOf(
  first: string | undefined,
  last: string | undefined,
): Pick<PathMention, "line" | "endLine"> {
  const line = Number(first ?? 0) - 1;
  const endLine = Number(last ?? 0) - 1;
  if (line < 0) return {};
  return endLine > line ? { line, endLine } : { line };
}

/**
 * True for what is one word, whatever marks it holds: a package's name with its scope, such as `@angular/core`, also with a
 * path in it, and an address of four numbers. No definition is called so.
 */
export function isOneWord(token: string): boolean {
  if (/^\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?$/.test(token)) return true;
  const name = /^@[a-z0-9~][\w.~-]{0,200}(?:\/[\w.~-]{1,200}){0,8}\/(?<last>[\w.~-]{1,200})$/.exec(
    token,
  );
  return name !== null && !isFileName(name.groups?.["last"] ?? "");
}

/** Cuts marks of prose from both ends; `()` after a name stays, for it marks a call. */
function trimMarks(token: string): string {
  let start = 0;
  let end = token.length;
  while (start < end && leadingMarks.includes(token[start] as string)) start++;
  for (; start < end; end--) {
    const last = token[end - 1] as string;
    if (last === ")" && token[end - 2] === "(") break;
    if (!trailingMarks.includes(last)) break;
  }
  return token.slice(start, end);
}
const leadingMarks = "([{<\"'*,;:!?=|\u201c\u2018\u300c\u00ab";
const trailingMarks = ")]}>\"'*,;:!?.=|\u201d\u2019\u300d\u00bb\u2026";

/** Returns the path a token names, with the lines of `a.ts:12`, `a.ts:12:3`, `a.ts:12-40`, `a.ts#L12-L40` and `a.ts(12,3)`. */
function pathOf(token: string): PathMention | undefined {
  const marked = /(?::|#L|\()L?(\d{1,7})(?:[:,]\d{1,7}|[-\u2013]L?(\d{1,7}))?\)?$/.exec(
    token.slice(-24),
  );
  const path = marked === null ? token : token.slice(0, token.length - marked[0].length);
  if (!isPath(path)) return undefined;
  return { path: cleanPath(path), ...linesOf(marked?.[1], marked?.[2]) };
}

function isPath(text: string): boolean {
  if (!/[\p{L}\p{N}]/u.test(text) || /[<>"|*`(){};=]/.test(text) || text.includes("::"))
    return false;
  const segments = text.split(/[/\\]+/);
  const base = segments.at(-1) as string;
  const dot = base.lastIndexOf(".");
  const extension = dot < 0 ? "" : base.slice(dot + 1);
  if (segments.length === 1) return isFileName(base);
  if (/^[A-Za-z]:$/.test(segments[0] as string)) return true;
  if (/^(?:\.{0,2}|~|@\w.*)$/.test(segments[0] as string)) return true;
  if (extension !== "" && extension.length <= 8 && /^[A-Za-z]\w*$/.test(extension)) return true;
  // `read/write` is two words; `src/net` and `a/b/c` are folders.
  return (
    segments.length > 3 || folderNames.has((segments[0] as string).toLowerCase()) || base === ""
  );
}

/** True for a name that files have, without a folder: `a.ts`, `Makefile`. */
export function isFileName(name: string): boolean {
  if (wellKnownFiles.has(name.toLowerCase())) return true;
  const dot = name.lastIndexOf(".");
  const extension = dot < 0 ? "" : name.slice(dot + 1);
  // `a.b.c` is a chain of names, `b.c` a file.
  if (extension.length === 1 && name.indexOf(".") !== dot) return false;
  return fileExtensions.has(extension.toLowerCase()) && !/^(?:node|vue|next)\.js$/i.test(name);
}

const fileExtensions = new Set(
  (
    "ts tsx mts cts js jsx mjs cjs py pyi go rs java kt kts scala swift c h cc cpp cxx hpp hh cs fs vb rb php lua pl sh bash zsh ps1 bat sql html " +
    "htm css scss less vue svelte json jsonc json5 yaml yml toml ini cfg conf properties xml md mdx rst txt proto graphql tf gradle cmake mk " +
    "ex exs erl hs ml clj dart r jl m mm zig nim sol wasm csv ipynb dockerfile bazel bzl"
  ).split(" "),
);
const wellKnownFiles = new Set(
  "makefile dockerfile gemfile rakefile procfile jenkinsfile cmakelists.txt package-lock.json yarn.lock cargo.lock poetry.lock gemfile.lock composer.lock .gitignore .dockerignore .editorconfig .npmrc .env".split(
    " ",
  ),
);
const folderNames = new Set(
  (
    "src lib libs app apps test tests spec specs docs doc include internal pkg pkgs cmd packages package crates server client api core bin build " +
    "scripts tools examples example config configs vendor third_party node_modules modules components web backend frontend"
  ).split(" "),
);

/** Returns the name a token stands for when it is written as code, without call parentheses. */
function nameOf(token: string): string | undefined {
  const isCall = /\(.{0,200}\)$/.test(token);
  const name = isCall ? token.slice(0, token.indexOf("(")) : token;
  const bare = name.replace(/^[@$#&*.]+/, "").replace(/[!?]$/, "");
  if (bare.length < (isCall ? 1 : 2) || !/[\p{L}_]/u.test(bare)) return undefined;
  if (properNames.has(bare.toLowerCase())) return undefined;
  const isSimple = /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(bare);
  if (isCall) return isQualified(bare) || isSimple ? bare : undefined;
  if (isSimple)
    return isCodeWord(bare) || (name !== bare && /^[@$#]/.test(name)) ? bare : undefined;
  if (isQualified(bare)) return isAbbreviation(bare) ? undefined : bare;
  if (/^--?[A-Za-z][\w-]+$/.test(token) && token.startsWith("--")) return token;
  return /^[A-Za-z]\w*(?:-\w+){2,}$/.test(bare) &&
    /[\d_]|^[a-z0-9-]+$/.test(bare) &&
    bare.split("-").length > 3
    ? bare
    : undefined;
}

function isCodeWord(word: string): boolean {
  if (/^_|_$|[\p{L}\p{N}]_[\p{L}\p{N}]|\$/u.test(word)) return true;
  if (/\p{Ll}\p{N}*\p{Lu}/u.test(word)) return !/^\p{Lu}[\p{Lu}\p{N}]+s$/u.test(word);
  return /^\p{Lu}{2,}\p{Ll}{2,}/u.test(word);
}

function isQualified(text: string): boolean {
  return /^[\p{L}_$][\p{L}\p{N}_$]*(?:(?:\.|::|->|#|\?\.)[#~]?[\p{L}_$][\p{L}\p{N}_$]*){1,12}$/u.test(
    text,
  );
}

function isAbbreviation(text: string): boolean {
  return /^(?:[ei]\.[ge]|a\.k\.a|p\.s|[ap]\.m|u\.s(?:\.a)?)$/i.test(text);
}
