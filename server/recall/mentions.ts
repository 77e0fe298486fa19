/** Reads what a question names with `@`, see `protocol/mentions.ts`. */
import { mentionedPath } from "./namedPaths.ts";
import { isFileName, linesOf, type PathMention } from "./questionTokens.ts";

/** A file or folder behind an `@`; a folder's path ends in `/`. */
export interface PathBehindAt extends PathMention {
  /** False where the words may be something else as well, such as `@app.route`: it is one when such a file is in memory. */
  readonly isSure: boolean;
}

/** A question's mentions, and its text without the marks that only make them. */
export interface ReadMentions {
  readonly paths: readonly PathBehindAt[];
  /** The question as if the paths and names had been written without `@`; a path with blanks is cut out. */
  readonly text: string;
}

/** No question names more on purpose. */
export const maxMentions = 50;

const mention =
  /(?<=^|[\s(（「，、。：；？！])@(?:"(?<quoted>[^"\n]{1,400})"|symbol[ \t]+(?<name>[\p{L}_$][\p{L}\p{N}_$]*(?:(?:\.|::|#)[\p{L}_$][\p{L}\p{N}_$]*){0,12})|(?<plain>[\p{L}\p{N}_.+$~/\\@[\]-]{1,400}))/gu;
const linesBehind = /^:(\d{1,7})(?:-(\d{1,7}))?/;

/** An `@` with what is written behind it, from `start` to `end` of the text. */
export interface WrittenMention extends Pick<PathMention, "line" | "endLine"> {
  readonly start: number;
  readonly end: number;
  /** What may be a path, as it is written, without quotes with `/` for `\`; `""` where `@symbol` names a definition. */
  readonly path: string;
  /** What `@symbol` names; absent without it. */
  readonly name?: string;
  readonly isQuoted: boolean;
  /** The lines as written, `:12-40`; empty without any. */
  readonly lines: string;
}

/** Returns a question up to its first fenced block: what is pasted there may hold `@` of its own. */
export function proseOf(question: string): string {
  const fence = question.indexOf("```");
  return fence < 0 ? question : question.slice(0, fence);
}

/** Returns everything in a text that begins with an `@` and may be a mention, in order. */
export function writtenMentions(prose: string): WrittenMention[] {
  return [...prose.matchAll(mention)].map((found) => {
    const { quoted, name, plain = "" } = found.groups as Partial<Record<string, string>>;
    const start = found.index;
    const end = start + found[0].length;
    if (name !== undefined) return { start, end, path: "", name, isQuoted: false, lines: "" };
    const isQuoted = quoted !== undefined;
    const path = quoted ?? plain.replace(/\.+$/, "").replaceAll("\\", "/");
    const pathEnd = start + 1 + path.length + (isQuoted ? 2 : 0);
    const behind = linesBehind.exec(prose.slice(pathEnd, pathEnd + 24));
    const [lines = "", first, last] = behind ?? [];
    return { start, end: pathEnd + lines.length, path, isQuoted, lines, ...linesOf(first, last) };
  });
}

/** Returns the mentions of a question's prose, see `proseOf`, and its text without what only makes them such. */
export function readMentions(question: string): ReadMentions {
  const prose = proseOf(question);
  const paths: PathBehindAt[] = [];
  let text = "";
  let from = 0;
  for (const { start, end, path, name, isQuoted, lines, line, endLine } of writtenMentions(prose)) {
    if (name === undefined && (paths.length >= maxMentions || !looksLikePath(path))) continue;
    text += prose.slice(from, start);
    from = end;
    if (name !== undefined) {
      text += `\`${name}\``;
      continue;
    }
    paths.push({
      ...{ path: mentionedPath(path), isSure: isSurePath(path, isQuoted) },
      ...(line === undefined ? {} : { line }),
      ...(endLine === undefined ? {} : { endLine }),
    });
    text += /\s/.test(path) ? " " : `${path}${lines}`;
  }
  return { paths, text: text + prose.slice(from) + question.slice(prose.length) };
}

/** A question without the mentions that it begins with. */
export interface AfterMentions {
  readonly text: string;
  /** Those that were taken off; none whose path holds blanks. */
  readonly leading: readonly PathBehindAt[];
}

/**
 * Returns a text as `readMentions` makes it without the mentions at its beginning: they say where to look, and what is
 * asked follows. `paths` are its mentions.
 */
export function afterMentions(text: string, paths: readonly PathBehindAt[]): AfterMentions {
  const leading: PathBehindAt[] = [];
  let rest = text.trimStart();
  for (const mentioned of paths) {
    const { path } = mentioned;
    // It is cut out of the text, wherever it stood.
    if (/\s/.test(path)) continue;
    const plain = rest.replace(/^(?:\.\/+)+/, "");
    const after = plain.startsWith(path) ? leadEnd.exec(plain.slice(path.length)) : null;
    if (after === null) break;
    leading.push(mentioned);
    rest = plain.slice(path.length + after[0].length);
  }
  return { text: rest, leading };
}

/** Returns what is asked behind the mentions that a question begins with; the question itself when it begins with none. */
export function askedBehind(question: string): string {
  const { text, paths } = readMentions(question);
  const { text: asked, leading } = afterMentions(text, paths);
  return leading.length === 0 ? question : asked;
}

/**
 * Returns a question without the mentions of `within` that it begins or ends with: they say where to look and not for what.
 * The question itself when little else is left.
 */
export function withoutScope(question: string, within: readonly string[]): string {
  const prose = proseOf(question);
  const isScope = ({ path }: WrittenMention): boolean => within.includes(mentionedPath(path));
  let from = 0;
  let end = prose.length;
  const mentions = writtenMentions(prose);
  for (const each of mentions) {
    if (!isScope(each) || !/^[\s,:;]*$/.test(prose.slice(from, each.start))) break;
    from = each.end;
  }
  for (const each of mentions.toReversed()) {
    if (
      each.end <= from ||
      !isScope(each) ||
      !/^[\s.,?!]*(?:and\s+)?$/.test(prose.slice(each.end, end))
    )
      break;
    end = each.start;
  }
  const lead = prose.slice(from, end).replace(/^[\s,:;]+/, "");
  const asked = end === prose.length ? lead : withoutMarks(lead).replace(leadsToPlace, "");
  return asked.split(/\s+/).length < minAskedWords
    ? question
    : asked + question.slice(prose.length);
}
const minAskedWords = 2;
/** "how is it made in @lib/" */
const leadsToPlace = /\s(?:in|inside|within|under|of|from)$/iu;

function withoutMarks(text: string): string {
  let end = text.length;
  while (end > 0 && /[\s,]/.test(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

const leadEnd = /^(?::\d{1,7}(?:-\d{1,7})?)?[,:;]?\s+(?=\S)/;

/** True for what is written as a path, wherever it stands: `src/net/`, `a.ts`, `./LICENSE`. */
export function looksLikePath(path: string): boolean {
  return /\/$|[^/]\.[A-Za-z]\w{0,7}$|^\.\//.test(path) && /[\p{L}\p{N}]/u.test(path);
}

/** True for what cannot be something else as well: `src/a.ts`, `a.ts` and `./LICENSE`, and not `app.route`. */
export function isSurePath(path: string, isQuoted: boolean): boolean {
  return isQuoted || /^\.\/|\/$|\/.*\./.test(path) || isFileName(path);
}
