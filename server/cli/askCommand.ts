import { exitCodes, type ExitCode } from "./commandTable.ts";
import { nameFolder, openFolder, settle, type Surroundings } from "./openFolder.ts";
import type { Command } from "./options.ts";
import { linesOf } from "./places.ts";
import { recordStore } from "./storeList.ts";
import type { Terminal } from "./terminal.ts";
import { renderForTerminal } from "./terminalMarkdown.ts";

/** `lore ask`: an answer with its citations. */
export async function askFolder(
  command: Extract<Command, { kind: "ask" }>,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> {
  const named = nameFolder(command.folder, command, around);
  const folder = await openFolder(named, command, around);
  try {
    recordStore(named);
    await settle(folder, command.refine, around);
    const { answers } = folder.services;
    const answer = await answers.ask(
      { question: command.question, askId: "cli" },
      () => {},
      around.signal,
    );
    const { markdown, citations, abstained, coverage, elapsedMs } = answer;
    if (command.json) {
      const plain = renderForTerminal(markdown, citations, (_style, text) => text);
      const cited = citations.map(({ path, range, contentHash }) => ({
        path,
        ...linesOf(range),
        contentHash,
      }));
      terminal.json({ text: plain, markdown, citations: cited, abstained, coverage, elapsedMs });
    } else {
      terminal.line(renderForTerminal(markdown, citations, (...args) => terminal.style(...args)));
    }
    return abstained ? exitCodes.nothing : exitCodes.ok;
  } finally {
    await folder.close();
  }
}
