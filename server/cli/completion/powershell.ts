import { allOptions, type Completable } from "./completable.ts";

/** Returns the script for PowerShell 5 and later. Where it offers nothing, PowerShell offers files. */
export function powershellCompletion(table: Completable): string {
  const choices = allOptions(table).flatMap(({ name, value }) =>
    typeof value === "string" ? [] : `    '--${name}' = ${list(value)}`,
  );
  const options = table.commands.map(
    ({ name, options: own }) => `    '${name}' = ${list(own.map((option) => `--${option.name}`))}`,
  );
  const words = table.commands.flatMap(({ name, words: own }) =>
    own === undefined ? [] : `    '${name}' = ${list(own)}`,
  );
  return `# Completion of lore for PowerShell.
Register-ArgumentCompleter -Native -CommandName lore -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $commands = ${list(table.commands.map(({ name }) => name))}
  $choices = @{
${choices.join("\n")}
  }
  $options = @{
${options.join("\n")}
  }
  $words = @{
${words.join("\n")}
  }
  $before = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
  if ($before.Count -le 1) { $found = $commands + '--help' + '--version' }
  elseif ($choices.ContainsKey($before[-1])) { $found = $choices[$before[-1]] }
  elseif ($wordToComplete.StartsWith('-')) { $found = $options[$before[1]] }
  else { $found = $words[$before[1]] }
  $found | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`;
}

function list(words: readonly string[]): string {
  return `@(${words.map((word) => `'${word}'`).join(", ")})`;
}
