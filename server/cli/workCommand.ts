/** `lore export`, `lore import`, and `lore forget` of a part of the notes and conversations. */
import path from "node:path";
import type { ExportResult, WorkCounts } from "../../protocol/savedMemory.ts";
import {
  exportMemory,
  forgetWork,
  importMemory,
  savedLinesOf,
  type WorkMemory,
} from "../workMemory.ts";
import { exitCodes, type ExitCode } from "./commandTable.ts";
import { tellPinnedKept, withSearchable } from "./notesCommand.ts";
import { formatNouns } from "./numbers.ts";
import type { OpenFolder, Surroundings } from "./openFolder.ts";
import type { Command } from "./command.ts";
import { safeLine, type Terminal } from "./terminal.ts";
import { workParams } from "./workChoice.ts";

type WorkCommand<K extends Command["kind"]> = Extract<Command, { kind: K }>;

/** `lore export`: writes notes and conversations to a file, or to stdout. */
export function exportFolder(
  command: WorkCommand<"export">,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> {
  return withWork(command, around, async (work) => {
    const { file } = command;
    if (file === undefined) {
      const { lines, counts } = await savedLinesOf(work);
      for (const line of lines) around.out.write(`${line}\n`);
      noteLeftOut(counts, terminal);
      return codeOf(counts);
    }
    const counts = await exportMemory(work, path.resolve(around.cwd, file), around.signal);
    if (command.json) terminal.json(counts);
    else {
      terminal.line(`${sumOf(counts)} written to ${safeLine(file)}.`);
      noteLeftOut(counts, terminal);
    }
    return codeOf(counts);
  });
}

/** `lore import`: adds what is not here yet. */
export function importFile(
  command: WorkCommand<"import">,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> {
  return withWork(command, around, async (work) => {
    const file = path.resolve(around.cwd, command.file);
    const counts = await importMemory(work, file, around.signal);
    if (command.json) terminal.json(counts);
    else if (codeOf(counts) === exitCodes.ok) terminal.line(`${sumOf(counts)} added.`);
    else terminal.line("Nothing was added: what the file holds is here already.");
    return codeOf(counts);
  });
}

/** `lore forget --topic|--before|--inside`: deletes notes, turns and edits. */
export function forgetPart(
  command: WorkCommand<"forgetWork">,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> {
  return withWork(command, around, async (work, { services }) => {
    const which = workParams(command.which, services.clock.nowMs());
    const counts = await forgetWork(work, which, around.signal);
    const { nEdits } = counts;
    if (command.json) terminal.json(counts);
    else {
      terminal.line(`${sumOf(counts)}, ${formatNouns(nEdits, "edit")} forgotten.`);
      tellPinnedKept(counts, terminal);
    }
    return nEdits > 0 ? exitCodes.ok : codeOf(counts);
  });
}

function withWork(
  command: WorkCommand<"export" | "import" | "forgetWork">,
  around: Surroundings,
  act: (work: WorkMemory, folder: OpenFolder) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withSearchable(command, around, async (folder) => {
    const { services, storeDir, root } = folder;
    const place = await services.conversationFolder(storeDir, [root]);
    const { store } = services.openConversations(place);
    try {
      const { notes, history } = services;
      return await act({ notes, history, conversations: store, roots: [root] }, folder);
    } finally {
      store.close();
    }
  });
}

/** Items that no import would take are named. */
function noteLeftOut({ leftOut }: ExportResult, terminal: Terminal): void {
  for (const { type, id, why } of leftOut)
    terminal.note(safeLine(`The ${type} ${id} is left out: ${why}.`));
}

/** Such as “3 notes, 1 conversation with 2 turns”. */
function sumOf({ nNotes, nConversations, nTurns }: WorkCounts): string {
  const conversations = `${formatNouns(nConversations, "conversation")} with ${formatNouns(nTurns, "turn")}`;
  return `${formatNouns(nNotes, "note")}, ${conversations}`;
}

function codeOf({ nNotes, nConversations, nTurns }: WorkCounts): ExitCode {
  return nNotes + nConversations + nTurns === 0 ? exitCodes.nothing : exitCodes.ok;
}
