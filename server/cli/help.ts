/** What the help says, in lines that fit a terminal of the usual width. */
import {
  commandNames,
  commandTable,
  exitCodes,
  exitCodeWords,
  type CommandName,
} from "./commandTable.ts";
import { optionsOf, optionTable, type OptionName } from "./optionTable.ts";
import { program } from "./program.ts";

/** Columns of a terminal. */
const maxWidth = 80;
const about =
  "Lore remembers a folder of source code and answers questions about it, all on this machine.";
const aboutJson =
  'With --json, why a command failed is one line {"error": {"name", "message"}} on stderr.';
/** The usage lines of one command stand below each other. */
const usageMark = "Usage: ";

/** Returns the help of one command, or of all. Ends with a line break. */
export function helpText(command: CommandName | undefined): string {
  return `${(command === undefined ? programHelp() : commandHelp(command)).join("\n")}\n`;
}

/** Returns the usage of one command on one line, or of the program. */
export function usageLine(command: CommandName | undefined): string {
  if (command === undefined) return `Usage: ${program} COMMAND … (${program} --help)`;
  return `Usage: ${usages(command).join("  or  ")}`;
}

/** Returns how an option is written, with its letter, where it has one, and with what stands for its value. */
export function optionForm(name: OptionName): string {
  const { short, value } = optionTable[name];
  const whole = value === undefined ? `--${name}` : `--${name} ${value}`;
  return short === undefined ? whole : `${whole}, -${short}`;
}

function programHelp(): string[] {
  return [
    ...wrapped(about),
    "",
    `${usageMark}${program} COMMAND … [OPTIONS]`,
    "",
    "Commands:",
    ...columns(commandNames.map((name) => [name, commandTable[name].summary])),
    "",
    "Options of every command:",
    ...columns(
      (Object.keys(optionTable) as OptionName[])
        .filter((name) => optionTable[name].commands === "all")
        .map((name) => [optionForm(name), optionTable[name].summary]),
    ),
    "",
    ...wrapped(`“${program} help COMMAND” shows how a command is written and what it takes.`),
    "",
    ...ending(),
  ];
}

function commandHelp(command: CommandName): string[] {
  const { summary, more = [] } = commandTable[command];
  return [
    ...usages(command).map((usage, idx) => `${idx === 0 ? usageMark : "       "}${usage}`),
    "",
    ...wrapped(summary),
    ...more.flatMap((paragraph) => ["", ...wrapped(paragraph)]),
    "",
    "Options:",
    ...columns(optionsOf(command).map((name) => [optionForm(name), optionTable[name].summary])),
    "",
    ...ending(),
  ];
}

function ending(): string[] {
  const codes = Object.keys(exitCodes) as (keyof typeof exitCodes)[];
  return [
    ...wrapped(aboutJson),
    "",
    "Exit codes:",
    ...columns(codes.map((code) => [String(exitCodes[code]), exitCodeWords[code]])),
  ];
}

function usages(command: CommandName): string[] {
  return commandTable[command].usage.map((usage) => `${program} ${usage}`);
}

function columns(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.flatMap(([left, right]) =>
    wrapped(right, maxWidth - width - 4).map((line, idx) =>
      `  ${(idx === 0 ? left : "").padEnd(width)}  ${line}`.trimEnd(),
    ),
  );
}

function wrapped(text: string, width = maxWidth): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
