import path from "node:path";
import { maxPrefixLength, maxSuffixLength } from "../../protocol/deepMemory.ts";
import { languageOf } from "../ingest/languages.ts";
import { answerFrom } from "./answerFrom.ts";
import { exitCodes, type ExitCode } from "./commandTable.ts";
import { deepMemoryLine } from "./deepMemoryText.ts";
import { readUpTo } from "./namedLines.ts";
import { formatMs } from "./numbers.ts";
import type { Surroundings } from "./openFolder.ts";
import type { Command } from "./command.ts";
import { safe, safeLine, type Terminal } from "./terminal.ts";
import { filled, usableDeepMemory } from "./usableDeepMemory.ts";

/** `lore complete`: what the deep memory would write at a place, and what it drew that from. */
export function completeAt(
  command: Extract<Command, { kind: "complete" }>,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> {
  return answerFrom(command, "searchable", terminal, around, async (folder) => {
    const file = path.resolve(folder.root.folder, command.file);
    const { prefix, suffix } = textAround(readUpTo(file, command), command);
    const deep = await usableDeepMemory(folder, around);
    // What is asked for may stand in the file that is encoded last.
    await filled(deep, folder, around);
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

/** The text before and behind the end of the line, or the column of it. */
function textAround(
  text: string,
  { line, column }: Extract<Command, { kind: "complete" }>,
): { readonly prefix: string; readonly suffix: string } {
  const lines = text.split("\n");
  const given = lines[line - 1] as string;
  const before = lines.slice(0, line - 1).reduce((length, { length: own }) => length + own + 1, 0);
  const inLine = column === undefined ? given.replace(/\r$/, "").length : column - 1;
  const offset = before + Math.min(inLine, given.length);
  return {
    prefix: text.slice(Math.max(0, offset - maxPrefixLength), offset),
    suffix: text.slice(offset, offset + maxSuffixLength),
  };
}
