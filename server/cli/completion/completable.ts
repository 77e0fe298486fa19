/** What a shell can complete, told without the grammar of any. */
import { commandNames, commandTable } from "../commandTable.ts";
import { optionsOf, optionTable } from "../optionTable.ts";
import { shells } from "../shells.ts";

export interface CompletableOption {
  /** Without the dashes. */
  readonly name: string;
  readonly summary: string;
  /** Whether a value follows, and which ones there are where they are few. */
  readonly value: "none" | "file" | "folder" | "text" | readonly string[];
}

export interface CompletableCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletableOption[];
  /** What may follow the command; `undefined` for files and folders. */
  readonly words: readonly string[] | undefined;
}

export interface Completable {
  readonly commands: readonly CompletableCommand[];
}

/** What the word of a value's form stands for. */
const kinds: Readonly<Record<string, CompletableOption["value"]>> = {
  ...{ FILE: "file", PLACE: "file", PATH: "file", GLOB: "file", DIR: "folder" },
};

/** Returns what the tables of commands and options hold. */
export function completable(): Completable {
  return {
    commands: commandNames.map((name) => ({
      name,
      summary: commandTable[name].summary,
      options: optionsOf(name).map((option) => {
        const { summary, value, choices } = optionTable[option];
        const kind = value === undefined ? "none" : (choices ?? kinds[value] ?? "text");
        return { name: option, summary, value: kind };
      }),
      words: name === "completion" ? shells : name === "help" ? commandNames : undefined,
    })),
  };
}

/** Returns all options of all commands, each once. */
export function allOptions({ commands }: Completable): readonly CompletableOption[] {
  const named = commands.flatMap(({ options }) =>
    options.map((option) => [option.name, option] as const),
  );
  return [...new Map(named).values()];
}
