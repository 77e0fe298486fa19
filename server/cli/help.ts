import {
  commandNames,
  commandTable,
  optionTable,
  program,
  type CommandName,
} from "./commandTable.ts";

/** Returns the help of one command, or of all. Ends with a line break. */
export function helpText(command: CommandName | undefined): string {
  const commands = command === undefined ? commandNames : [command];
  const usage = commands.flatMap((name) =>
    commandTable[name].usage.map((line) => [line, commandTable[name].summary] as const),
  );
  const options = Object.entries(optionTable)
    .filter(
      ([, entry]) =>
        command === undefined || entry.commands === "all" || entry.commands.includes(command),
    )
    .map(([name, { value, summary }]) => {
      const form = value === undefined ? `--${name}` : `--${name} ${value}`;
      return [form, summary] as const;
    });
  return [
    "Lore remembers a folder of source code and answers questions about it, all on this machine.",
    "",
    ...columns(usage),
    "",
    "Options:",
    ...columns(options),
    "",
    'With --json, why a command failed is one line {"error": {"name", "message"}} on stderr.',
    "Exit codes: 0 done, 1 failed, 2 wrong command line, 3 nothing found or no evidence, 130 interrupted.",
    "",
  ].join("\n");
}

/** Returns the usage of one command on one line, or of the program. */
export function usageLine(command: CommandName | undefined): string {
  if (command === undefined)
    return `Usage: ${program} ${commandNames.join("|")} … (${program} --help)`;
  return `Usage: ${commandTable[command].usage.join("  or  ")}`;
}

function columns(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  let last = "";
  return rows.map(([left, right]) => {
    const shown = right === last ? "" : right;
    last = right;
    return `  ${left.padEnd(width)}  ${shown}`.trimEnd();
  });
}
