import { MemoryError } from "../../protocol/errors.ts";
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
import { failureSentence } from "./failureSentence.ts";
import { usageLine } from "./help.ts";
import { showHelp } from "./helpCommand.ts";
import { showHistory } from "./historyCommand.ts";
import { forgetFolder, indexFolder } from "./indexCommand.ts";
import { CliError, isInterrupted, type Surroundings } from "./openFolder.ts";
import { showMemory } from "./memoryCommand.ts";
import { serveAgents, showAgentCalls } from "./mcpCommand.ts";
import { rememberNote, workOnNotes } from "./notesCommand.ts";
import { parseCommandLine } from "./parseCommandLine.ts";
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

function failureOf(error: unknown): Failure {
  const name = error instanceof MemoryError ? error.errorName : undefined;
  const own = error instanceof CliError ? error.failure : "failed";
  return { name: name ?? own, message: failureSentence(error) };
}
