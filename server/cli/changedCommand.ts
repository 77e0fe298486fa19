import type { ChangedFile, ChangedResult } from "../../protocol/changed.ts";
import type { HistoryStatus } from "../../protocol/history.ts";
import { changeTexts } from "../answer/changedAnswer.ts";
import { commitLine, stateText } from "../answer/historyWording.ts";
import { answerFrom } from "./answerFrom.ts";
import { exitCodes, type ExitCode } from "./commandTable.ts";
import { formatNouns } from "./numbers.ts";
import { CliError, type Surroundings } from "./openFolder.ts";
import type { Command } from "./command.ts";
import { safeLine, type Terminal } from "./terminal.ts";

/** `lore changed`: which definitions came, went or changed since the last time, or since a commit or a time. */
export function showChanged(
  command: Extract<Command, { kind: "changed" }>,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> {
  const { since, limit } = command;
  return answerFrom(command, "scanned", terminal, around, async ({ services, root }) => {
    const result = await services.history.changed(
      { rootId: root.id, since: since === undefined ? "look" : { at: since }, limit },
      around.signal,
    );
    if (result.kind === "failed") return tellNoHistory(result.status, command.json, terminal);
    if (result.kind === "unknownSince")
      throw new CliError(
        since === undefined
          ? "The commit that is checked out went away while its files were compared. Run the command again."
          : `“${since}” is no commit of this repository, or there is none before that time.`,
      );
    if (command.json) terminal.json(jsonOf(result));
    else print(result, terminal);
    return result.kind === "changed" && result.nFiles > 0 ? exitCodes.ok : exitCodes.nothing;
  });
}

/** As `lore history` does. Errors: `CliError` when there is a history, and git fails at it. */
function tellNoHistory(status: HistoryStatus, asJson: boolean, terminal: Terminal): ExitCode {
  const why = stateText(status);
  if (why === undefined)
    throw new CliError("Git cannot compare the files, or another process keeps the history.");
  if (asJson) terminal.json({ firstLook: false, files: [], nFiles: 0, history: status });
  else terminal.line(why);
  return exitCodes.nothing;
}

type Told = Extract<ChangedResult, { readonly kind: "changed" | "noLook" }>;

function jsonOf(result: Told): object {
  if (result.kind === "noLook") return { firstLook: true, files: [], nFiles: 0 };
  const { commit, files, nFiles } = result;
  return { firstLook: false, ...(commit === undefined ? {} : { since: commit }), files, nFiles };
}

function print(result: Told, terminal: Terminal): void {
  if (result.kind === "noLook")
    return terminal.line(
      "This is the first look. The next “lore changed” tells what changed since; --since says a time or a commit.",
    );
  const { commit, files, nFiles } = result;
  if (commit !== undefined) terminal.line(`since ${safeLine(commitLine(commit))}`);
  if (nFiles === 0) return terminal.line("Nothing changed.");
  for (const file of files) printFile(file, terminal);
  terminal.line();
  const rest = nFiles > files.length ? `, ${formatNouns(files.length, "file")} shown` : "";
  terminal.line(`${formatNouns(nFiles, "file")} changed${rest}.`);
}

function printFile({ path, change, oldPath, definitions }: ChangedFile, terminal: Terminal): void {
  const from = oldPath === undefined ? change : `renamed from ${safeLine(oldPath)}`;
  terminal.line(`${terminal.style("place", safeLine(path))}  ${from}`);
  for (const { name, container, kind, change: how, lines } of definitions) {
    const whole = safeLine(container === "" ? name : `${container}.${name}`);
    const at = lines === undefined ? "" : `  :${lines.startLine + 1}-${lines.endLine}`;
    terminal.line(`    ${changeTexts[how]}: ${kind} ${whole}${at}`);
  }
}
