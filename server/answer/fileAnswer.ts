/** Answers what a file is: what its first comment says, what it defines, in order, and what is unusual in it. */
import type { Range } from "../../protocol/types.ts";
import type { SourceFile } from "../recall/sourceFile.ts";
import type { AnswerOutcome, Ask } from "./ask.ts";
import { codeMaskOf } from "./codeMask.ts";
import { fileComment } from "./definition.ts";
import { code, count, prose } from "./markdown.ts";
import { Reading } from "./reading.ts";
import { writeUnusual } from "./unusualInFile.ts";

const maxDefinitionsShown = 12;
const maxLinesLooked = 20_000;
const maxLineLength = 160;

/** Returns the outcome, `undefined` when the question is not about one remembered file and nothing else. */
export async function answerFile(ask: Ask): Promise<AnswerOutcome | undefined> {
  const file = fileAsked(ask);
  if (file === undefined) return undefined;
  const { writer } = ask;
  const last = file.line(file.nLines - 1) === "" ? file.nLines - 2 : file.nLines - 1;
  const link = writer.link(file, file.linesRange(0, Math.max(0, last)));
  const all = definitionLines(file);
  const shown = mostPublic(file, all);
  const rest = all.length > shown.length ? `, of which I show ${shown.length}` : "";
  const holds =
    all.length === 0 ? "" : ` It defines ${count(all.length, "thing")} at its outer level${rest}.`;
  writer.block(
    `${link} is a file of ${count(last + 1, "line")} in ${code(file.language)}.${holds}`,
  );
  const comment = fileComment(file);
  if (comment !== undefined)
    writer.block(
      `Its first comment says (${writer.link(file, comment.range)}):\n\n> ${prose(comment.text)}`,
    );
  if (shown.length > 0)
    writer.block(
      shown
        .map((line) => {
          const range = lineText(file, line);
          return `- ${writer.link(file, range)}: ${code(file.textOf(range))}`;
        })
        .join("\n"),
    );
  writer.flush();
  await writeUnusual(ask, file);
  return "answered";
}

/** Other files see what is exported; of a long list it comes before the rest. */
function mostPublic(file: SourceFile, lines: readonly number[]): number[] {
  const isPublic = (line: number): boolean => /^(?:export|pub|public)\b/.test(file.line(line));
  const first = [...lines.filter(isPublic), ...lines.filter((line) => !isPublic(line))];
  return first.slice(0, maxDefinitionsShown).sort((a, b) => a - b);
}

/** The file, when the question names exactly one and asks about nothing inside of it. */
function fileAsked({ question, ports, params, terms }: Ask): SourceFile | undefined {
  const [mention, ...others] = question.paths;
  const { kind } = question.intent;
  if (mention === undefined || others.length > 0 || mention.line !== undefined) return undefined;
  if (!["what", "unknown"].includes(kind) || question.code !== undefined) return undefined;
  if (terms.units.some(({ isWeak, text }) => !isWeak && !isAboutFiles(text))) return undefined;
  const wanted = mention.path.replace(/^\.\//, "");
  const found = ports.source
    .files(params.rootIds)
    .filter(({ path }) => path === wanted || path.endsWith(`/${wanted}`));
  const sources = found.filter(({ role }) => role === "source");
  const [only, ...more] = found.length === 1 ? found : sources;
  const exact = found.find(({ path }) => path === wanted) ?? (more.length === 0 ? only : undefined);
  return exact && new Reading(ports.source).file(exact.rootId, exact.path);
}

function isAboutFiles(word: string): boolean {
  return /^(?:file|files|contain|contains|content|contents|inside|about|role|module)$/i.test(word);
}

const definition =
  /^(?:export\s+)?(?:default\s+)?(?:(?:pub(?:\([^)]*\))?|public|private|internal|static|final|abstract|async|unsafe|declare|open|sealed|data)\s+)*(?:function\*?|fn|func|fun|def|class|interface|struct|enum|union|trait|type|impl|module|mod|object|record|protocol|namespace|macro_rules!|const|let|var|val)\s+[\p{L}_$({<]/u;
/** Settings and tables of constants are written so where no word says that something is defined. */
const assignment = /^[A-Z][A-Z0-9_]{2,}\s*(?::[^=]{1,80})?=/;

function definitionLines(file: SourceFile): number[] {
  const mask = codeMaskOf(file);
  const lines: number[] = [];
  for (let line = 0; line < Math.min(file.nLines, maxLinesLooked); line++) {
    const text = mask.codeOf(line);
    if (definition.test(text) || (file.language === "python" && assignment.test(text)))
      lines.push(line);
  }
  return lines;
}

function lineText(file: SourceFile, line: number): Range {
  const text = file.line(line).trimEnd();
  let end = Math.min(text.length, maxLineLength);
  if ((text.charCodeAt(end) & 0xfc00) === 0xdc00) end--;
  return { start: { line, character: 0 }, end: { line, character: end } };
}
