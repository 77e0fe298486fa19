/** `lore turns`: searches what was said in the conversations about a folder. */
import { existsSync } from "node:fs";
import type { RecalledTurn } from "../../protocol/turns.ts";
import { conversationDir } from "../rpc/session.ts";
import type { RecallTurns } from "../services.ts";
import { momentOf } from "../work/moment.ts";
import { searchTurns } from "../work/turnSearch.ts";
import { exitCodes, type ExitCode } from "./commandTable.ts";
import { nameFolder, openFolder, type OpenFolder, type Surroundings } from "./openFolder.ts";
import type { Command } from "./options.ts";
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
    return withTurns(folder, (recallTurns) => {
      const found = recallTurns?.({ query: question, limit }) ?? { turns: [] };
      if (json) terminal.json(found);
      else if (recallTurns === undefined)
        terminal.line("There are no conversations about this folder yet.");
      else if (found.turns.length === 0) terminal.line("Nothing that was said is about this.");
      else for (const turn of found.turns) showTurn(turn, terminal);
      return found.turns.length === 0 ? exitCodes.nothing : exitCodes.ok;
    });
  } finally {
    await folder.close();
  }
}

/** Runs `work` with the folder's conversations, `undefined` when there are none; none are made. Errors: those of the store. */
function withTurns<T>(folder: OpenFolder, work: (recallTurns: RecallTurns | undefined) => T): T {
  const { services, storeDir, root } = folder;
  const dir = conversationDir(storeDir, [root]);
  if (!existsSync(dir)) return work(undefined);
  const { store } = services.openConversations(dir);
  try {
    return work((params) => searchTurns(store, params, services.clock.nowMs()));
  } finally {
    store.close();
  }
}

function showTurn({ role, createdMs, title, text, newer }: RecalledTurn, terminal: Terminal): void {
  const marks = [
    role === "user" ? "you" : "Lore",
    momentOf(createdMs),
    safeLine(title),
    ...(newer === undefined ? [] : [`later said otherwise or again: ${momentOf(newer.createdMs)}`]),
  ];
  terminal.line(safe(text));
  terminal.line(`  ${terminal.style("quiet", marks.join(", "))}`);
}
