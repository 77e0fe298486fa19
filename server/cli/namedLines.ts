/** Lines of a file that a command line names. */
import { readFileSync } from "node:fs";
import { formatNouns } from "./numbers.ts";
import { CliError } from "./openFolder.ts";

/** A file as it was named, and a line of it, counted from one. */
interface NamedLine {
  readonly file: string;
  readonly line: number;
}

/**
 * Returns the text of a file up to whose line one may write on: the one behind its last line break too. Errors:
 * `CliError` when it cannot be read, or ends before the line.
 */
export function readUpTo(absolute: string, { file, line }: NamedLine): string {
  const text = readText(absolute, file);
  if (line > text.split("\n").length) throw beyondEnd(text, { file, line });
  return text;
}

/** Errors: `CliError` when the file is there and ends before the line. */
export function checkLine(absolute: string, named: NamedLine): void {
  let text: string;
  try {
    text = readFileSync(absolute, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    // What is not there is told where it is looked up.
    return;
  }
  if (named.line > nLinesOf(text)) throw beyondEnd(text, named);
}

function beyondEnd(text: string, { file, line }: NamedLine): CliError {
  const nLines = formatNouns(nLinesOf(text), "line");
  return new CliError(`${file} has ${nLines}; there is no line ${line}.`);
}

/** What follows the last line break is no line, unless there is something. */
function nLinesOf(text: string): number {
  return text.split("\n").length - (text.endsWith("\n") || text === "" ? 1 : 0);
}

function readText(file: string, given: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new CliError(`${given} cannot be read (${code}). Name a file of the folder.`);
  }
}
