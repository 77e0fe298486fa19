/** Brings what a question names with `@` into the one spelling in which it is read, see `protocol/mentions.ts`. */
import { pathMention } from "../../protocol/mentions.ts";
import type { SourceReader } from "../services.ts";
import {
  isSurePath,
  looksLikePath,
  maxMentions,
  proseOf,
  writtenMentions,
  type WrittenMention,
} from "./mentions.ts";

/** A mention in its text: what stands from `start` to `end` is to be written as `text`. */
interface Spelled {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** True for a path, false for a word that only begins with an `@`. */
  readonly isPath: boolean;
}

/**
 * Returns a question with the paths of what is remembered in place of bare names: `@docs` becomes `@docs/`, `@LICENSE`
 * `@./LICENSE`, and `@proto.js` each file of that name, of very many those nearest to the workspace's folder. Mentions behind
 * the end of a sentence come to the front, where they mean the same. What names nothing stays as it is written. `paths`
 * returns the remembered files, and is called only for names that have to be looked up.
 */
export function spelledMentions(question: string, paths: () => readonly string[]): string {
  if (!question.includes("@")) return question;
  const prose = proseOf(question);
  let known: readonly string[] | undefined;
  const spelled = writtenMentions(prose)
    .slice(0, maxMentions)
    .map((mention) => spelledAs(mention, prose, () => (known ??= paths())));
  // Code that follows belongs to the question before it.
  const nLast = prose.length < question.length ? 0 : nBehind(prose, spelled);
  const last = spelled.slice(spelled.length - nLast);
  const text = replaced(prose, spelled.slice(0, spelled.length - nLast), last[0]?.start);
  if (last.length === 0) return text + question.slice(prose.length);
  const mark = /[?？]/.exec(prose.slice(last.at(-1)?.end))?.[0] ?? "";
  const asked = text.trimEnd().replace(/[,;:，；：]$/u, mark);
  return `${last.map((each) => each.text).join(" ")} ${asked}`;
}

/** As `spelledMentions`, by the remembered files of some roots, or of all. */
export function spelledIn(
  source: Pick<SourceReader, "files">,
  rootIds: readonly string[] | undefined,
  question: string,
): string {
  return spelledMentions(question, () => source.files(rootIds).map(({ path }) => path));
}

function spelledAs(
  mention: WrittenMention,
  prose: string,
  paths: () => readonly string[],
): Spelled {
  const { start, end, path, name, lines, isQuoted } = mention;
  const asWritten = { start, end, text: prose.slice(start, end) };
  if (name !== undefined) return { ...asWritten, isPath: false };
  const isWritten = looksLikePath(path);
  if (isWholePath(path)) return { ...asWritten, isPath: isWritten };
  if (!isWritten && isInCode(prose, mention)) return { ...asWritten, isPath: false };
  const called = calledSo(path, lines !== "", paths());
  if (called.length === 0) return { ...asWritten, isPath: isWritten && isSurePath(path, isQuoted) };
  const text = called.map((each) => `${pathMention(each)}${lines}`).join(" ");
  return { start, end, text, isPath: true };
}

/** `src/a.ts`, `src/net/`, `./LICENSE`: no name of something that lies deeper. */
function isWholePath(path: string): boolean {
  return /^\.\/|\/.*\.|[^/]\/[^/]+\/$/.test(path);
}

/** `@param` in a comment, `@test(…)`, and `@Test` in the line above a definition. */
function isInCode(prose: string, { start, end }: WrittenMention): boolean {
  const before = prose.slice(prose.lastIndexOf("\n", start - 1) + 1, start);
  return (
    /^\s*(?:\/?\*+|\/\/+|#+|--)\s*$/.test(before) || codeBehind.test(prose.slice(end, end + 200))
  );
}
const codeBehind =
  /^(?:\(|\s*\n\s*(?:@|(?:export|public|private|protected|internal|static|abstract|final|override|async|def|class|interface|func|function|fn|void)\b))/;

/** Returns the remembered files and folders that a path or a bare name means; a folder's path ends in `/`. */
function calledSo(path: string, hasLines: boolean, paths: readonly string[]): readonly string[] {
  const name = path.replace(/\/$/, "");
  const folder = `${name}/`;
  const wantsFile = name === path;
  if (name === "") return [];
  if (wantsFile && paths.includes(name)) return [name];
  if (!hasLines && paths.some((each) => each.startsWith(folder))) return [folder];
  if (name.includes("/")) return [];
  const files = wantsFile ? paths.filter((each) => each.endsWith(`/${name}`)) : [];
  return nearest(files.length > 0 || hasLines ? files : foldersCalled(folder, paths));
}

function foldersCalled(folder: string, paths: readonly string[]): string[] {
  const found = new Set<string>();
  for (const path of paths) {
    const at = path.indexOf(`/${folder}`);
    if (at >= 0) found.add(path.slice(0, at + 1 + folder.length));
  }
  return [...found];
}

function nearest(paths: readonly string[]): readonly string[] {
  const depth = (path: string): number => path.split("/").length;
  return paths.toSorted((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1)).slice(0, maxMentions);
}

/** How many mentions stand behind the end of the question's last sentence. */
function nBehind(prose: string, spelled: readonly Spelled[]): number {
  let end = prose.length;
  let n = 0;
  for (const each of spelled.toReversed()) {
    const between = prose.slice(each.end, end);
    const isNext = n === 0 ? /^[\s.?!。？！]*$/u : /^(?:\s*,)?\s+(?:and\s+)?$/u;
    if (!each.isPath || !isNext.test(between)) break;
    end = each.start;
    n++;
  }
  const before = prose.slice(0, end);
  const asked = before.trimEnd();
  const isEnd = /[.?!,;:。？！，；：]$/u.test(asked) || before.slice(asked.length).includes("\n");
  return isEnd && /[\p{L}\p{N}]/u.test(asked) ? n : 0;
}

/** Returns the text up to `end`, all of it when absent, with each mention as it is spelled. */
function replaced(prose: string, spelled: readonly Spelled[], end = prose.length): string {
  let text = "";
  let from = 0;
  for (const each of spelled) {
    text += prose.slice(from, each.start) + each.text;
    from = each.end;
  }
  return text + prose.slice(from, end);
}
