import { placeOf } from "../../protocol/errorPlace.ts";
import { errorCatalogue, MemoryError, type ErrorName } from "../../protocol/errors.ts";
import { serverVersion } from "../version.ts";
import { askFolder } from "./askCommand.ts";
import { searchBatch } from "./batchCommand.ts";
import { showTimeline } from "./timelineCommand.ts";
import { showChanged } from "./changedCommand.ts";
import type { Command } from "./command.ts";
import { exitCodes, type ExitCode } from "./commandTable.ts";
import { completeAt } from "./completeCommand.ts";
import { showCompletion } from "./completionCommand.ts";
import { showContext } from "./contextCommand.ts";
import { usageLine } from "./help.ts";
import { showHelp } from "./helpCommand.ts";
import { showHistory } from "./historyCommand.ts";
import { forgetFolder, indexFolder } from "./indexCommand.ts";
import { CliError, isInterrupted, type Surroundings } from "./openFolder.ts";
import { showMemory } from "./memoryCommand.ts";
import { serveAgents, showAgentCalls } from "./mcpCommand.ts";
import { rememberNote, workOnNotes } from "./notesCommand.ts";
import { parseCommandLine } from "./parseCommandLine.ts";
import { program } from "./program.ts";
import { retraceFolder } from "./retraceCommand.ts";
import { searchEverywhere, searchFolder, searchFolderAt } from "./searchCommand.ts";
import { testMemory } from "./selfTestCommand.ts";
import { showStats, showStatus } from "./statusCommand.ts";
import { showTurns } from "./turnsCommand.ts";
import { Terminal, type Failure } from "./terminal.ts";
import { exportFolder, forgetPart, importFile } from "./workCommand.ts";

/** Runs one command line and returns the exit code. `args` are the words behind the program's name. */
export async function run(args: readonly string[], around: Surroundings): Promise<ExitCode> {
  const terminal = new Terminal(around.out, around.err, around.env);
  const parsed = parseCommandLine(args);
  if (parsed.kind === "usage") {
    const { sentence, command, json } = parsed;
    terminal.failure({ name: "usage", message: sentence }, json);
    if (!json) terminal.note(usageLine(command));
    return exitCodes.usage;
  }
  const { command } = parsed;
  const asJson = command.json;
  try {
    return await runCommand(command, terminal, around);
  } catch (error) {
    if (isInterrupted(error, around)) {
      const message = "Interrupted. What was remembered so far is kept.";
      terminal.failure({ name: "interrupted", message }, asJson);
      return exitCodes.interrupted;
    }
    terminal.failure(failureOf(error), asJson);
    return exitCodes.failed;
  }
}

function runCommand(
  command: Command,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> | ExitCode {
  switch (command.kind) {
    case "help":
      return showHelp(command, terminal);
    case "completion":
      return showCompletion(command, terminal);
    case "version":
      if (command.json) terminal.json({ version: serverVersion });
      else terminal.line(serverVersion);
      return exitCodes.ok;
    case "index":
      return indexFolder(command, terminal, around);
    case "ask":
      return askFolder(command, terminal, around);
    case "search":
      return searchFolder(command, terminal, around);
    case "searchAt":
      return searchFolderAt(command, terminal, around);
    case "all":
      return searchEverywhere(command, terminal, around);
    case "batch":
      return searchBatch(command, terminal, around);
    case "context":
      return showContext(command, terminal, around);
    case "history":
      return showHistory(command, terminal, around);
    case "timeline":
      return showTimeline(command, terminal, around);
    case "changed":
      return showChanged(command, terminal, around);
    case "retrace":
      return retraceFolder(command, terminal, around);
    case "complete":
      return completeAt(command, terminal, around);
    case "remember":
      return rememberNote(command, terminal, around);
    case "notes":
      return workOnNotes(command, terminal, around);
    case "turns":
      return showTurns(command, terminal, around);
    case "memory":
      return showMemory(command, terminal, around);
    case "self-test":
      return testMemory(command, terminal, around);
    case "status":
      return showStatus(command, terminal, around);
    case "stats":
      return showStats(command, terminal, around);
    case "forget":
      return forgetFolder(command, terminal, around);
    case "forgetWork":
      return forgetPart(command, terminal, around);
    case "export":
      return exportFolder(command, terminal, around);
    case "import":
      return importFile(command, terminal, around);
    case "mcp":
      return command.audit
        ? showAgentCalls(command, terminal, around)
        : serveAgents(command, terminal, around);
  }
}

/** Where the catalogue's sentence speaks of the editor, the terminal has its own. */
const ownSentences: Readonly<Partial<Record<ErrorName, string>>> = {
  storeUnavailable: `Lore cannot open its memory on disk. Check free space and permissions, or make a new one with “${program} forget” and “${program} index”.`,
  diskFull:
    "The disk is full, so Lore stopped remembering; what it remembered before is kept. Free some space and run the command again.",
  sqliteMissing: "Lore needs Node 24 or later.",
  deepMemoryUnavailable: `The deep memory cannot be used at the moment; search and answers work without it. “${program} status” says why.`,
};

function failureOf(error: unknown): Failure {
  const name = error instanceof MemoryError ? error.errorName : undefined;
  const own = error instanceof CliError ? error.failure : "failed";
  return { name: name ?? own, message: sentenceOf(error) };
}

function sentenceOf(error: unknown): string {
  if (error instanceof CliError) return error.message;
  if (error instanceof MemoryError && error.errorName !== "internal") {
    const sentence = ownSentences[error.errorName] ?? errorCatalogue[error.errorName].sentence;
    return error.detail === "" ? sentence : `${sentence} (${error.detail})`;
  }
  return `Something went wrong inside Lore: ${placeOf(error)}`;
}
