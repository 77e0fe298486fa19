/** Reads what a question names with `@`, see `protocol/mentions.ts`. */
import { linesOf, type PathMention } from "./questionTokens.ts";

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
const maxMentions = 50;

const lines = String.raw`(?::(?<first>\d{1,7})(?:-(?<last>\d{1,7}))?)?`;
const mention = new RegExp(
  String.raw`(?<=^|[\s(（「，、])@(?:"(?<quoted>[^"\n]{1,400})"${lines}|symbol[ \t]+(?<name>[\p{L}_$][\p{L}\p{N}_$]*(?:(?:\.|::|#)[\p{L}_$][\p{L}\p{N}_$]*){0,12})|(?<plain>[\p{L}\p{N}_.+$~/@[\]-]{1,400}))`,
  "gu",
);
const linesAfter = /^:(?<first>\d{1,7})(?:-(?<last>\d{1,7}))?/;

/** Returns the mentions before the first fenced block: what is pasted there may hold `@` of its own. */
export function readMentions(question: string): ReadMentions {
  const fence = question.indexOf("```");
  const head = fence < 0 ? question : question.slice(0, fence);
  const paths: PathBehindAt[] = [];
  const text = head.replace(mention, (whole, ...rest) => {
    const { quoted, name, plain, first, last } = rest.at(-1) as Partial<Record<string, string>>;
    if (name !== undefined) return `\`${name}\``;
    const path = quoted ?? plain?.replace(/\.+$/, "") ?? "";
    if (paths.length >= maxMentions || !looksLikePath(path)) return whole;
    const isSure = quoted !== undefined || /\/$|\/.*\./.test(path);
    if (plain === undefined) {
      paths.push({ path: normal(path), ...linesOf(first, last), isSure });
      return /\s/.test(path) ? " " : `${path}${lineSuffix(first, last)}`;
    }
    const end = (rest.at(-3) as number) + whole.length;
    const after = linesAfter.exec(head.slice(end, end + 24))?.groups;
    paths.push({ path: normal(path), ...linesOf(after?.["first"], after?.["last"]), isSure });
    return plain;
  });
  return { paths, text: fence < 0 ? text : text + question.slice(fence) };
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

const leadEnd = /^(?::\d{1,7}(?:-\d{1,7})?)?[,:;]?\s+(?=\S)/;

function looksLikePath(path: string): boolean {
  return /\/$|[^/]\.[A-Za-z]\w{0,7}$|^\.\//.test(path) && /[\p{L}\p{N}]/u.test(path);
}

function normal(path: string): string {
  return path.replace(/^(?:\.\/+)+/, "");
}

function lineSuffix(first: string | undefined, last: string | undefined): string {
  if (first === undefined) return "";
  return last === undefined ? `:${first}` : `:${first}-${last}`;
}
