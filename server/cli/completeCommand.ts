import { readFileSync } from "node:fs";
import path from "node:path";
import { maxPrefixLength, maxSuffixLength } from "../../protocol/deepMemory.ts";
import { languageOf } from "../ingest/languages.ts";
import { answerFrom } from "./answerFrom.ts";
import { exitCodes, type ExitCode } from "./commandTable.ts";
import { deepMemoryLine } from "./deepMemoryText.ts";
import { formatMs } from "./numbers.ts";
import { CliError, type Surroundings } from "./openFolder.ts";
import type { Command } from "./options.ts";
import { safe, safeLine, type Terminal } from "./terminal.ts";
import { usableDeepMemory } from "./usableDeepMemory.ts";

/** `lore complete`: what the deep memory would write at a place, and what it drew that from. */
export function completeAt(
  command: Extract<Command, { kind: "complete" }>,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> {
  return answerFrom(command, "searchable", terminal, around, async (folder) => {
    const file = path.resolve(folder.root.folder, command.file);
    const { prefix, suffix } = textAround(readText(file, command.file), command);
    const deep = await usableDeepMemory(folder, around);
    const { completion, tookMs } = await deep.complete(
      { file, line: command.line - 1, languageId: languageOf(command.file), prefix, suffix },
      around.signal,
    );
    if (command.json) {
      terminal.json({ file, line: command.line, completion: completion ?? null, tookMs });
    } else if (completion === undefined) {
      terminal.line("Nothing worth showing.");
    } else {
      terminal.line(terminal.style("code", safe(completion.text)));
      for (const { path: source, startLine, endLine, weight } of completion.sources) {
        const place = `${safeLine(source)}:${startLine + 1}-${endLine}`;
        const share = `${Math.round(100 * weight)} %`.padStart(5);
        terminal.line(`${share}  ${terminal.style("place", place)}`);
      }
      const sure = `${Math.round(100 * completion.confidence)} % sure`;
      terminal.note(`${sure}, ${formatMs(tookMs)}. ${deepMemoryLine(deep.status())}`);
    }
    return completion === undefined ? exitCodes.nothing : exitCodes.ok;
  });
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

/** The text before and behind the end of the line, or the column of it. Errors: `CliError` beyond the file's end. */
function textAround(
  text: string,
  { file, line, column }: Extract<Command, { kind: "complete" }>,
): { readonly prefix: string; readonly suffix: string } {
  const lines = text.split("\n");
  const given = lines[line - 1];
  if (given === undefined) {
    throw new CliError(`${file} has ${lines.length} lines; line ${line} is beyond its end.`);
  }
  const before = lines.slice(0, line - 1).reduce((length, { length: own }) => length + own + 1, 0);
  const inLine = column === undefined ? given.replace(/\r$/, "").length : column - 1;
  const offset = before + Math.min(inLine, given.length);
  return {
    prefix: text.slice(Math.max(0, offset - maxPrefixLength), offset),
    suffix: text.slice(offset, offset + maxSuffixLength),
  };
}
