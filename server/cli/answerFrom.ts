/** What `ask` and `search` have in common: when they answer, and what they say of the memory beside the answer. */
import { MemoryError } from "../../protocol/errors.ts";
import type { RootStatus } from "../../protocol/types.ts";
import { exitCodes, type ExitCode } from "./commandTable.ts";
import { failureSentence } from "./failureSentence.ts";
import { nameFolder, openFolder, type OpenFolder, type Surroundings } from "./openFolder.ts";
import { formatCount, formatNouns } from "./numbers.ts";
import type { Common } from "./command.ts";
import { emptyLines, noticeLines, stoppedSentence } from "./statusText.ts";
import { recordStore } from "./storeList.ts";
import type { Terminal } from "./terminal.ts";
import { isFilling, isFollower, settleAMoment, waitFor, type Readiness } from "./waiting.ts";

/**
 * How long a question waits for the syntax pass once everything is searchable. Small folders are through by then,
 * and their first answer is as good as any later one; in large ones waiting longer would cost more than it gives.
 */
const maxExactWaitMs = 2_000;

/**
 * Opens the folder and runs `answer` when its memory is `readiness` far and the syntax pass had its moment; what
 * is left of that pass is said, and the next command goes on with it. What another process keeps is read at once, however
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
    let stopped: string | undefined;
    if (!isFollower(folder.status())) {
      stopped = await waitUnlessFailed(folder, readiness, around);
      if (readiness === "searchable") await waitAMomentForSyntax(folder, around);
    }
    const status = folder.status();
    if (command.json) return await answer(folder);
    // What needs no file in memory is answered while the first ones are read.
    if (status.remembered === 0 && (readiness === "searchable" || !isFilling(status))) {
      for (const line of emptyLines(status, terminal)) terminal.line(line);
      return exitCodes.nothing;
    }
    // What the answer may lack is said before it.
    if (stopped !== undefined) terminal.note(terminal.style("warning", stopped));
    const code = await answer(folder);
    // What was still guessed when the answer was made, not what has been refined since.
    if (status.filesToRefine > 0) terminal.note(guessedNote(status));
    for (const line of noticeLines(folder.status(), terminal)) terminal.note(line);
    return code;
  } finally {
    await folder.close();
  }
}

/**
 * A store that cannot be written, on a full disk for one, can still be read: then a sentence on why it could not is returned. Errors: those of
 * the store when it holds nothing.
 */
async function waitUnlessFailed(
  folder: OpenFolder,
  readiness: Readiness,
  around: Surroundings,
): Promise<string | undefined> {
  const stopped = (): string | undefined => stoppedSentence(folder.status(), folder.storeDir);
  try {
    await waitFor(folder, readiness, around);
    return stopped();
  } catch (error) {
    if (!(error instanceof MemoryError) || folder.status().remembered === 0) throw error;
    // A store that is tried again at this moment says nothing of the failure any more.
    return stopped() ?? failureSentence(error);
  }
}

/** Ends when the syntax pass is through, or has had its time; only the user's own cancel rejects. */
async function waitAMomentForSyntax(folder: OpenFolder, around: Surroundings): Promise<void> {
  if (folder.status().state === "refining")
    await settleAMoment(folder, true, maxExactWaitMs, around);
}

function guessedNote({ filesToRefine, remembered }: RootStatus): string {
  return (
    `The ends of functions are still guessed in ${formatCount(filesToRefine)} of ` +
    `${formatNouns(remembered, "file")}, so a later answer may be better. The next command goes on with them.`
  );
}
