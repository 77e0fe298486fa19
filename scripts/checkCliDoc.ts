/** Ties docs/cli.md to the tables of commands and options, of which it is made. `--update` writes it. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import {
  commandNames,
  commandTable,
  exitCodes,
  exitCodeWords,
  type CommandName,
} from "../server/cli/commandTable.ts";
import { optionForm } from "../server/cli/help.ts";
import { optionsOf, optionTable, type OptionName } from "../server/cli/optionTable.ts";
import { fail } from "./bootstrap.mjs";
import { inCheckout } from "./checkout.ts";
import { holdDocument } from "./generatedDocument.ts";

/** What each variable does. */
const environment: Readonly<Record<string, string>> = {
  NO_COLOR: "no colours, on a terminal too",
  FORCE_COLOR: "colours where there is no terminal; `0` means none anywhere",
  XDG_DATA_HOME: "memories are in `lore` below it, where `--store` names no other place",
  LORE_MODEL: "the language model that writes answers, where `--model` names none",
  LORE_ENDPOINT:
    "the address of an OpenAI-compatible server, where `--endpoint` names none; without either it is Ollama's on this machine",
  LORE_API_KEY: "the key for the endpoint; it is taken from nowhere else",
  LORE_READABLE_KEY:
    "`1` sends the key also over plain HTTP to another machine, where others can read it on its way",
  LORE_LOG_LEVEL:
    "`error`, `warn`, `info`, `debug` or `trace`: a log on stderr, without any text of yours",
};
/** The start script tells the program by it how it was called. */
const ownVariable = "LORE_PROGRAM";

for (const name of variablesRead())
  if (environment[name] === undefined && name !== ownVariable)
    fail(`scripts/checkCliDoc.ts does not say what ${name} does.`);
await holdDocument("docs/cli.md", page(), "the commands are", "scripts/checkCliDoc.mjs");

function page(): string {
  return [
    "<!-- Made by scripts/checkCliDoc.ts of the tables in server/cli/. -->",
    "# Lore in the terminal",
    "In a checkout the program is called by `npx lore`, installed from a package by `lore`. It needs Node 24 or later, which a checkout brings along, and git for the past of a folder.",
    "The first word is a command, then mostly a folder. The first command about a folder remembers it; later ones bring the memory up to date before they answer.",
    '```sh\nlore index ~/code/project\nlore ask ~/code/project "where is the cache cleared?"\nlore history ~/code/project src/cache.ts:12\n```',
    "## Commands",
    table(
      ["command", "does"],
      commandNames.map((name) => [`[\`${name}\`](#lore-${name})`, commandTable[name].summary]),
    ),
    "Every command takes these:",
    optionRows(namesOfAll()),
    ...commandNames.flatMap(section),
    "## Exit codes",
    table(
      ["code", "means"],
      Object.entries(exitCodes).map(([name, code]) => [
        `\`${code}\``,
        exitCodeWords[name as keyof typeof exitCodes],
      ]),
    ),
    "## For scripts",
    'With `--json` the result is JSON on stdout: one value on one line, of `search --batch` and `export` one for each line. Why a command failed is one line `{"error": {"name", "message"}}` on stderr; the names are those of [protocol.md](protocol.md), and `usage`, `interrupted` and `failed`.',
    "Notes for the reader and progress are on stderr. Progress is shown on a terminal only.",
    "A question that begins with a dash goes behind `--`.",
    "## The environment",
    table(
      ["variable", "does"],
      Object.entries(environment).map(([name, does]) => [`\`${name}\``, does]),
    ),
    "",
  ].join("\n\n");
}

/** Lore's variables that the command line reads. */
function variablesRead(): ReadonlySet<string> {
  const folder = inCheckout("server/cli");
  const texts = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(path.join(folder, name), "utf8"));
  return new Set(
    texts.flatMap((text) => [...text.matchAll(/\["(LORE_\w+)"\]/g)].map(([, name = ""]) => name)),
  );
}

function section(name: CommandName): string[] {
  const { usage, summary, more = [] } = commandTable[name];
  const own = optionsOf(name).filter((option) => !namesOfAll().includes(option));
  return [
    `## lore ${name}`,
    escaped(summary),
    `\`\`\`\n${usage.map((line) => `lore ${line}`).join("\n")}\n\`\`\``,
    ...(more.length === 0 ? [] : [more.map((line) => `- ${escaped(line)}`).join("\n")]),
    ...(own.length === 0 ? [] : [optionRows(own)]),
  ];
}

function namesOfAll(): OptionName[] {
  const names = Object.keys(optionTable) as OptionName[];
  return names.filter((name) => optionTable[name].commands === "all");
}

function optionRows(names: readonly OptionName[]): string {
  return table(
    ["option", "does"],
    names.map((name) => [`\`${optionForm(name)}\``, optionTable[name].summary]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => (cell.includes("`") ? cell : escaped(cell)).replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** What markdown would act on. */
function escaped(text: string): string {
  return text.replace(/[<>*_$]/g, "\\$&");
}
