/** Questions with known answers about this project's own source: what a comment says of a function, and the function without it. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

export interface OwnQuestion {
  readonly query: string;
  readonly path: string;
  /** From 0, of the declaration. */
  readonly firstLine: number;
  readonly lastLine: number;
}

export interface OwnSource {
  /** Text of every file by path; the comments that are asked about are blank lines. */
  readonly files: Readonly<Record<string, string>>;
  readonly questions: readonly OwnQuestion[];
}

const projectFolder = path.resolve(import.meta.dirname, "../../..");
const folders = ["extension", "protocol", "scripts", "server", "webview"];
const declaration =
  /^(?:export )?(?:async )?(?:abstract )?(?:function|class|interface|const|type) [A-Za-z]/u;
const minWords = 6;
const maxWords = 40;

/** Of so many comments that fit, one is a question; the others stay where they are. */
const askedOf = 6;

/** Reads the project's source files. Throws what reading files throws. */
export function readOwnSource(): OwnSource {
  const files: Record<string, string> = {};
  const questions: OwnQuestion[] = [];
  let nFound = 0;
  for (const file of sourceFiles()) {
    const lines = readFileSync(path.join(projectFolder, file), "utf8").split("\n");
    for (const found of documented(lines)) {
      if (nFound++ % askedOf !== 0) continue;
      questions.push({
        query: found.query,
        path: file,
        firstLine: found.codeLine,
        lastLine: endOf(lines, found.codeLine),
      });
      lines.fill("", found.commentLine, found.codeLine);
    }
    files[file] = lines.join("\n");
  }
  return { files, questions };
}

function sourceFiles(): string[] {
  return folders.flatMap((folder) =>
    readdirSync(path.join(projectFolder, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.(?:ts|mts|css)$/u.test(file) && !file.includes("node_modules"))
      .map((file) => path.posix.join(folder, file.split(path.sep).join("/")))
      .sort(),
  );
}

interface Documented {
  readonly query: string;
  readonly commentLine: number;
  readonly codeLine: number;
}

function documented(lines: readonly string[]): Documented[] {
  return lines.flatMap((line, commentLine) => {
    if (!line.startsWith("/**")) return [];
    const last = lines.findIndex((each, i) => i >= commentLine && each.includes("*/"));
    const codeLine = last + 1;
    if (last < 0 || !declaration.test(lines[codeLine] ?? "")) return [];
    const query = firstSentence(lines.slice(commentLine, codeLine).join("\n"));
    const nWords = query.split(" ").length;
    return nWords < minWords || nWords > maxWords ? [] : [{ query, commentLine, codeLine }];
  });
}

function firstSentence(comment: string): string {
  const text = comment
    .replaceAll(/\/\*\*|\*\/|^\s*\*/gmu, " ")
    .replaceAll("`", "")
    .replaceAll(/\s+/gu, " ")
    .trim();
  return /^.*?[.;](?= |$)/u.exec(text)?.[0].slice(0, -1) ?? text;
}

/** The line that closes what begins at the margin. */
function endOf(lines: readonly string[], first: number): number {
  const opened = lines[first] ?? "";
  if (opened.endsWith(";")) return first;
  const end = lines.findIndex((line, i) => i > first && /^(?:\}|[)}\]].*;)$/u.test(line));
  return end < 0 ? first : end;
}
