import type { Command } from "./command.ts";
import {
  commandNames,
  commandTable,
  exitCodes,
  exitCodeWords,
  type CommandName,
  type ExitCode,
} from "./commandTable.ts";
import { helpText } from "./help.ts";
import { optionsOf, optionTable } from "./optionTable.ts";
import type { Terminal } from "./terminal.ts";

/** `lore help` and `--help`: the table of commands, as text or as JSON. */
export function showHelp(
  { command, json }: Extract<Command, { kind: "help" }>,
  terminal: Terminal,
): ExitCode {
  if (json) {
    const commands = (command === undefined ? commandNames : [command]).map(jsonOf);
    const codes = Object.entries(exitCodes).map(([name, code]) => ({
      code,
      means: exitCodeWords[name as keyof typeof exitCodes],
    }));
    terminal.json({ commands, exitCodes: codes });
  } else terminal.line(helpText(command).trimEnd());
  return exitCodes.ok;
}

function jsonOf(name: CommandName): object {
  const { usage, summary } = commandTable[name];
  const options = optionsOf(name).map((option) => {
    const { commands: _commands, ...entry } = optionTable[option];
    return { name: `--${option}`, ...entry };
  });
  return { name, usage, summary, options };
}
