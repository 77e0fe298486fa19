/** Answers what a folder is: how much is in it, and what each of its files says of itself. */
import type { Range } from "../../protocol/types.ts";
import type { RememberedFile } from "../services.ts";
import type { SourceFile } from "../recall/sourceFile.ts";
import { pause, type AnswerOutcome, type Ask } from "./ask.ts";
import { fileComment } from "./definition.ts";
import { code, count, prose, shortened } from "./markdown.ts";
import { Reading } from "./reading.ts";

const maxFilesShown = 12;
const maxFoldersShown = 12;
const maxCommentLength = 160;

/** A folder of one root, and the remembered files below it. */
interface Folder {
  readonly path: string;
  readonly files: readonly RememberedFile[];
}

/** Returns the outcome, `undefined` when the question is not about one remembered folder and nothing else. */
export async function answerFolder(ask: Ask): Promise<AnswerOutcome | undefined> {
  const folder = folderAsked(ask);
  if (folder === undefined) return undefined;
  const { writer } = ask;
  const inside = (file: RememberedFile): string => file.path.slice(folder.path.length + 1);
  const direct = folder.files.filter((file) => !inside(file).includes("/"));
  writer.block(
    `${code(`${folder.path}/`)} is a folder with ${count(folder.files.length, "remembered file")}${languagesOf(folder.files)}.`,
  );
  const listed = (direct.length > 0 ? direct : folder.files).toSorted(byWorth);
  const reading = new Reading(ask.ports.source);
  const lines = listed.slice(0, maxFilesShown).flatMap((each) => {
    const file = reading.file(each.rootId, each.path);
    return file === undefined ? [] : [fileLine(ask, file)];
  });
  if (lines.length > 0) writer.block(lines.join("\n"));
  if (listed.length > maxFilesShown)
    writer.block(`${count(listed.length - maxFilesShown, "more file")} of it I do not show.`);
  writer.flush();
  await pause(ask.signal);
  writeSubfolders(ask, folder.files.map(inside));
  writer.flush();
  return "answered";
}

/** The folder, when the question names exactly one and asks about nothing inside of it. */
function folderAsked({ question, ports, params, terms }: Ask): Folder | undefined {
  const { kind } = question.intent;
  if (!["what", "unknown"].includes(kind) || question.code !== undefined) return undefined;
  const said = folderMentioned(question, terms) ?? folderSaid.exec(question.raw)?.[1];
  const path = said?.replace(/^\.\//, "").replace(/\/+$/, "");
  if (path === undefined || path === "") return undefined;
  const below = ports.source
    .files(params.rootIds)
    .filter((file) => file.path.startsWith(`${path}/`));
  const [first] = below;
  const files = below.filter(({ rootId }) => rootId === first?.rootId);
  return files.length === 0 ? undefined : { path, files };
}

const folderSaid =
  /^\s*(?:explain|describe|what(?:'s| is) (?:in )?)\s*(?:the )?(?:folder |directory )?[`@]?([^\s`?]+?)\/?`?(?: folder| directory)?\s*\??\s*$/i;

/** The one folder behind an `@`, where little else is said. */
function folderMentioned(
  { paths, mentions }: Ask["question"],
  terms: Ask["terms"],
): string | undefined {
  const [mentioned, ...others] = mentions;
  if (mentioned?.path.endsWith("/") !== true || others.length > 0 || paths.length > 1)
    return undefined;
  const isAboutMore = terms.units.some(
    ({ isWeak, text }) =>
      !isWeak && !/^(?:folder|directory|files?|contains?|contents?|inside|about)$/i.test(text),
  );
  return isAboutMore ? undefined : mentioned.path;
}

function languagesOf(files: readonly RememberedFile[]): string {
  const counts = new Map<string, number>();
  for (const { language } of files) counts.set(language, (counts.get(language) ?? 0) + 1);
  const most = [...counts].toSorted((a, b) => b[1] - a[1]).slice(0, 3);
  return most.length === 0 ? "" : `, in ${most.map(([language]) => code(language)).join(", ")}`;
}

/** What explains the rest comes first, then sources, then what tests them. */
function byWorth(a: RememberedFile, b: RememberedFile): number {
  const worth = ({ path, role }: RememberedFile): number =>
    /(?:^|\/)readme\b/i.test(path) ? 3 : role === "source" ? 2 : role === "test" ? 0 : 1;
  return worth(b) - worth(a) || (a.path < b.path ? -1 : 1);
}

function fileLine({ writer }: Ask, file: SourceFile): string {
  const comment = fileComment(file);
  if (comment === undefined) return `- ${writer.link(file, firstLine(file))}`;
  return `- ${writer.link(file, comment.range)}: ${prose(shortened(comment.text, maxCommentLength))}`;
}

function firstLine(file: SourceFile): Range {
  let line = 0;
  while (line + 1 < file.nLines && file.line(line).trim() === "") line++;
  return file.linesRange(line, line);
}

function writeSubfolders({ writer }: Ask, paths: readonly string[]): void {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const slash = path.indexOf("/");
    if (slash > 0) counts.set(path.slice(0, slash), (counts.get(path.slice(0, slash)) ?? 0) + 1);
  }
  const folders = [...counts].toSorted((a, b) => b[1] - a[1]);
  if (folders.length === 0) return;
  const shown = folders
    .slice(0, maxFoldersShown)
    .map(([name, n]) => `${code(`${name}/`)} (${count(n, "file")})`);
  const rest = folders.length > shown.length ? ` and ${folders.length - shown.length} more` : "";
  writer.block(`Folders inside of it: ${shown.join(", ")}${rest}.`);
}
