import type { Command } from "./command.ts";
import { exitCodes, type ExitCode } from "./commandTable.ts";
import { bashCompletion } from "./completion/bash.ts";
import { completable, type Completable } from "./completion/completable.ts";
import { fishCompletion } from "./completion/fish.ts";
import { powershellCompletion } from "./completion/powershell.ts";
import { zshCompletion } from "./completion/zsh.ts";
import type { Shell } from "./shells.ts";
import type { Terminal } from "./terminal.ts";

const scripts: Readonly<Record<Shell, (table: Completable) => string>> = {
  ...{ bash: bashCompletion, zsh: zshCompletion },
  ...{ fish: fishCompletion, powershell: powershellCompletion },
};

/** `lore completion`: prints the script of a shell. */
export function showCompletion(
  { shell, json }: Extract<Command, { kind: "completion" }>,
  terminal: Terminal,
): ExitCode {
  const script = scripts[shell](completable());
  if (json) terminal.json({ shell, script });
  else terminal.line(script.trimEnd());
  return exitCodes.ok;
}
