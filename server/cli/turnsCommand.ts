/** `lore turns`: searches what was said in the conversations about a folder. */
import type { RecalledTurn } from "../../protocol/turns.ts";
import { timeText } from "../answer/historyWording.ts";
import { exitCodes, type ExitCode } from "./commandTable.ts";
import { openFolderTurns } from "./folderTurns.ts";
import { nameFolder, openFolder, type Surroundings } from "./openFolder.ts";
import type { Command } from "./command.ts";
import { safe, safeLine, type Terminal } from "./terminal.ts";

/** Prints turns, best first. Conversations are held in the editor; the command line reads those of the same store. */
export async function showTurns(
  command: Extract<Command, { kind: "turns" }>,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> {
  const folder = await openFolder(nameFolder(command.folder, command, around), command, around);
  try {
    const { question, limit, json } = command;
    const turns = await openFolderTurns(folder);
    const found = turns?.recall({ query: question, limit }) ?? { turns: [] };
    turns?.close();
    if (json) terminal.json(found);
    else if (turns === undefined)
      terminal.line("There are no conversations about this folder in this memory yet.");
    else if (found.turns.length === 0) terminal.line("Nothing that was said is about this.");
    else for (const turn of found.turns) showTurn(turn, terminal);
    return found.turns.length === 0 ? exitCodes.nothing : exitCodes.ok;
  } finally {
    await folder.close();
  }
}

function showTurn({ role, createdMs, title, text, newer }: RecalledTurn, terminal: Terminal): void {
  const marks = [
    role === "user" ? "you" : "Lore",
    timeText(createdMs),
    safeLine(title),
    ...(newer === undefined ? [] : [`later said otherwise or again: ${timeText(newer.createdMs)}`]),
  ];
  terminal.line(safe(text));
  terminal.line(`  ${terminal.style("quiet", marks.join(", "))}`);
}
