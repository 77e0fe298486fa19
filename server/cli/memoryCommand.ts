import { answerFrom } from "./answerFrom.ts";
import { exitCodes, type ExitCode } from "./commandTable.ts";
import { readHistory } from "./historyCommand.ts";
import { keptConversations } from "./keptConversations.ts";
import { CliError, type Surroundings } from "./openFolder.ts";
import type { Command } from "./command.ts";
import { pictureLines } from "./pictureText.ts";
import type { Terminal } from "./terminal.ts";

/** `lore memory`: the memory picture as tables. */
export function showMemory(
  command: Extract<Command, { kind: "memory" }>,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> {
  return answerFrom(command, "searchable", terminal, around, async (folder) => {
    const { inside, limit, json } = command;
    await readHistory(folder, around, json ? undefined : terminal);
    const conversations = await keptConversations(folder);
    try {
      const picture = await folder.services.pictures.picture(
        { rootId: folder.root.id, folder: inside, limit },
        conversations,
        around.signal,
      );
      if (inside !== "" && picture.folder.nFiles === 0)
        throw new CliError(`Nothing in ${inside} is in memory, or there is no such folder.`);
      if (json) terminal.json(picture);
      else for (const line of pictureLines(picture, terminal)) terminal.line(line);
      return exitCodes.ok;
    } finally {
      conversations?.close();
    }
  });
}
