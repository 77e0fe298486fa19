/** What `ask` and `search` have in common: when they answer, and what they say of the memory beside the answer. */
import { MemoryError } from "../../protocol/errors.ts";
import { exitCodes, type ExitCode } from "./commandTable.ts";
import { nameFolder, openFolder, type OpenFolder, type Surroundings } from "./openFolder.ts";
import type { Common } from "./options.ts";
import { emptyLines, noticeLines } from "./statusText.ts";
import { recordStore } from "./storeList.ts";
import type { Terminal } from "./terminal.ts";
import { isFollower, waitFor, type Readiness } from "./waiting.ts";

/**
 * Opens the folder and runs `answer` as soon as its memory is `readiness` far; what is left of the syntax pass
 * is not waited for, the next command goes on with it. What another process keeps is read at once, however
 * far it is. A memory that holds nothing is told with the reason; with `--json` only `answer` speaks.
 */
export async function answerFrom(
  command: Common & { readonly folder: string },
  readiness: Readiness,
  terminal: Terminal,
  around: Surroundings,
  answer: (folder: OpenFolder) => Promise<ExitCode>,
): Promise<ExitCode> {
  const named = nameFolder(command.folder, command, around);
  const folder = await openFolder(named, command, around);
  try {
    recordStore(named);
    if (!isFollower(folder.status())) await waitUnlessFailed(folder, readiness, around);
    const status = folder.status();
    if (command.json) return await answer(folder);
    if (status.remembered === 0) {
      for (const line of emptyLines(status, terminal)) terminal.line(line);
      return exitCodes.nothing;
    }
    const code = await answer(folder);
    for (const line of noticeLines(folder.status(), terminal)) terminal.note(line);
    return code;
  } finally {
    await folder.close();
  }
}

/** A store that cannot be written, on a full disk for one, can still be read. Errors: those of the store when it holds nothing. */
async function waitUnlessFailed(
  folder: OpenFolder,
  readiness: Readiness,
  around: Surroundings,
): Promise<void> {
  try {
    await waitFor(folder, readiness, around);
  } catch (error) {
    if (!(error instanceof MemoryError) || folder.status().remembered === 0) throw error;
  }
}
