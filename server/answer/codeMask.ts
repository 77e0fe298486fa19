/** Tells a file's code from its comments and strings, from the language's marks alone and without a syntax tree. */
import { blockComments, isLanguageId, lineComments } from "../ingest/languages.ts";
import type { SourceFile } from "../recall/sourceFile.ts";

/** What a character belongs to. The marks of comments and the quotes of strings belong to them. */
export type TextClass = "code" | "comment" | "string";

const classes: readonly TextClass[] = ["code", "comment", "string"];
const comment = 1;
const string = 2;

/** A longer file counts as code throughout: a mask of it would cost more than it is worth. */
const maxMasked = 4_000_000;

/** The classes of one file's characters. */
export interface CodeMask {
  /** Returns the class of the character at an offset of the file. */
  classAt(offset: number): TextClass;
  /** Returns a line with everything that is not code replaced by spaces; as long as the line itself. */
  codeOf(line: number): string;
  /** Returns the string around an offset, quotes included; `""` when there is none. */
  stringAt(offset: number): string;
}

const masks = new WeakMap<SourceFile, CodeMask>();

/** Returns the mask of a file; it is made once for each `SourceFile`. */
export function codeMaskOf(file: SourceFile): CodeMask {
  let mask = masks.get(file);
  if (mask === undefined) {
    mask = new Mask(file);
    masks.set(file, mask);
  }
  return mask;
}

class Mask implements CodeMask {
  readonly #file: SourceFile;
  readonly #classes: Uint8Array;

  constructor(file: SourceFile) {
    this.#file = file;
    this.#classes =
      file.text.length > maxMasked ? new Uint8Array(0) : classify(file.text, file.language);
  }

  classAt(offset: number): TextClass {
    return classes[this.#classes[offset] ?? 0] as TextClass;
  }

  codeOf(line: number): string {
    const text = this.#file.line(line);
    const start = this.#file.offsetOf({ line, character: 0 });
    let code = "";
    let from = 0;
    for (let i = 0; i <= text.length; i++) {
      const isCode = i < text.length && (this.#classes[start + i] ?? 0) === 0;
      if (isCode) continue;
      code += i < text.length ? `${text.slice(from, i)} ` : text.slice(from, i);
      from = i + 1;
    }
    return code;
  }

  stringAt(offset: number): string {
    if (this.#classes[offset] !== string) return "";
    let start = offset;
    let end = offset;
    while (start > 0 && offset - start < maxString && this.#classes[start - 1] === string) start--;
    while (end - offset < maxString && this.#classes[end] === string) end++;
    return this.#file.text.slice(start, end);
  }
}
/** Whoever looks at a string wants to know whether it is a name; a longer one is none. */
const maxString = 300;

/** Returns 0 for code, else one of the numbers above, for each UTF-16 unit. */
function classify(text: string, language: string): Uint8Array {
  const found = new Uint8Array(text.length);
  const marks = marksOf(language);
  /** For each template around the present code: how many braces are open inside its `${`. */
  const templates: number[] = [];
  const fillTemplate = (from: number): number => {
    templateText.lastIndex = from + 1;
    const part = templateText.exec(text)?.[0] ?? "";
    const end = Math.min(text.length, from + 1 + part.length);
    if (part.endsWith("${")) templates.push(0);
    found.fill(string, from, end);
    return end;
  };
  marks.lastIndex = 0;
  for (let match = marks.exec(text); match !== null; match = marks.exec(text)) {
    const [token] = match;
    const { index } = match;
    const open = templates.at(-1);
    if (match.groups?.["comment"] !== undefined) {
      found.fill(comment, index, index + token.length);
    } else if (match.groups?.["string"] !== undefined) {
      found.fill(string, index, index + token.length);
    } else if (match.groups?.["regex"] !== undefined) {
      if (regexBefore.test(text.slice(Math.max(0, index - 90), index)))
        found.fill(string, index, index + token.length);
      else marks.lastIndex = index + 1;
    } else if (token === "`") {
      marks.lastIndex = fillTemplate(index);
    } else if (open !== undefined) {
      if (token === "{") templates[templates.length - 1] = open + 1;
      else if (open > 0) templates[templates.length - 1] = open - 1;
      else {
        templates.pop();
        marks.lastIndex = fillTemplate(index);
      }
    }
  }
  return found;
}
const templateText = /(?:\\[\s\S]|\$(?!\{)|[^\\`$])*(?:`|\$\{)?/y;
/** What stands before a `/` that begins a regular expression and is no division. */
const regexBefore = /(?:^|[(,=:[!&|?{};+<>~^%*-]|\b(?:return|typeof|case))\s{0,80}$/;

const patterns = new Map<string, RegExp>();

/** One pattern for everything of a language that is not code, and for the braces of its templates. */
function marksOf(language: string): RegExp {
  const known = patterns.get(language);
  if (known !== undefined) return known;
  const lines = isLanguageId(language) ? lineComments(language) : [];
  const blocks = isLanguageId(language) ? blockComments(language) : [];
  const comments = [
    ...blocks.map(
      ([open, close]) => `${RegExp.escape(open)}[\\s\\S]*?(?:${RegExp.escape(close)}|$)`,
    ),
    // In a shell `$#` is no comment.
    ...lines.map((mark) => `${mark === "#" ? "(?<![\\w$&{])" : ""}${RegExp.escape(mark)}[^\\n]*`),
  ];
  const isScript = /^(?:java|type)script(?:react)?$|^(?:vue|svelte|astro)$/.test(language);
  const pattern = new RegExp(
    [
      ...(comments.length === 0 ? [] : [`(?<comment>${comments.join("|")})`]),
      `(?<string>${stringsOf(language).join("|")})`,
      ...(isScript
        ? [
            "(?<regex>\\/(?![*/])(?:\\\\.|\\[(?:\\\\.|[^\\]\\\\\\n]){0,200}\\]|[^/\\\\[\\n]){1,500}\\/[a-z]*)",
            "[`{}]",
          ]
        : []),
    ].join("|"),
    "g",
  );
  patterns.set(language, pattern);
  return pattern;
}

function stringsOf(language: string): string[] {
  const is = (ids: string): boolean => ids.split(" ").includes(language);
  const long = (quote: string): string => `${quote}(?:\\\\[\\s\\S]|[^\\\\])*?(?:${quote}|$)`;
  return [
    ...(is("cpp c") ? ['R"(?<mark>[^()\\\\\\s]{0,16})\\([\\s\\S]*?(?:\\)\\k<mark>"|$)'] : []),
    ...(is("rust") ? ['\\bb?r(?<hashes>#{0,8})"[\\s\\S]*?(?:"\\k<hashes>|$)'] : []),
    ...(is("python kotlin scala swift java csharp julia elixir dart toml") ? [long('"""')] : []),
    ...(is("python dart toml") ? [long("'''")] : []),
    ...(is("go") ? ["`[^`]*`?"] : []),
    // In these a plain string may span lines.
    is("rust php ruby shellscript perl sql") ? long('"') : '"(?:\\\\[\\s\\S]|[^"\\\\\\n])*"?',
    // A quote may be the mark of a lifetime or of a number's thousands, which no second one closes.
    is("rust c cpp java csharp go kotlin swift scala haskell clojure ocaml")
      ? "'(?:\\\\[^\\n]{1,10}?|[^\\\\'\\n]{1,2})'"
      : "'(?:\\\\[\\s\\S]|[^'\\\\\\n])*'?",
  ];
}
