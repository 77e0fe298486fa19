/** Returns what a command line asks for, or the one sentence that says what is wrong with it. */
import { parseArgs } from "node:util";
import type { Command, Common } from "./command.ts";
import { commandNames, type CommandName } from "./commandTable.ts";
import { nearest } from "./nearest.ts";
import { optionsOf, optionTable, type OptionName } from "./optionTable.ts";
import {
  filled,
  globs,
  positiveNumber,
  UsageError,
  wholeNumber,
  type Values,
} from "./optionValues.ts";
import { readMcp } from "./read/agentWords.ts";
import { readCompletion, readHelp, unknownCommand } from "./read/aboutWords.ts";
import { readComplete, readSelfTest } from "./read/deepWords.ts";
import { readIndex, readMemory, readRetrace, readStats, readStatus } from "./read/folderWords.ts";
import { readNotes, readRemember } from "./read/noteWords.ts";
import { readChanged, readHistory, readTimeline } from "./read/pastWords.ts";
import { readAsk, readContext, readTurns } from "./read/questionWords.ts";
import type { Reader } from "./read/reader.ts";
import { readSearch } from "./read/searchWords.ts";
import { readExport, readForget, readImport } from "./read/workWords.ts";

export type Parsed =
  | { readonly kind: "command"; readonly command: Command }
  | {
      readonly kind: "usage";
      readonly sentence: string;
      readonly command: CommandName | undefined;
      /** Whether the failure is to be told as JSON. */
      readonly json: boolean;
    };

/** Largest file that is remembered unless `--max-file-mb` says otherwise; the same as in the editor. */
const defaultMaxFileMb = 1;
const bytesPerMb = 1_000_000;

const readers: Readonly<Record<CommandName, Reader>> = {
  ...{ index: readIndex, ask: readAsk, search: readSearch, context: readContext },
  ...{ history: readHistory, changed: readChanged, timeline: readTimeline, retrace: readRetrace },
  ...{ complete: readComplete, "self-test": readSelfTest },
  ...{ remember: readRemember, notes: readNotes, turns: readTurns, memory: readMemory },
  ...{ status: readStatus, stats: readStats },
  ...{ forget: readForget, export: readExport, import: readImport },
  mcp: readMcp,
  ...{ completion: readCompletion, help: readHelp },
};

/** `args` are the words behind the program's name. */
export function parseCommandLine(args: readonly string[]): Parsed {
  const name = commandNames.find((candidate) => candidate === args[0]);
  try {
    return { kind: "command", command: parse(name, args) };
  } catch (error) {
    if (error instanceof UsageError)
      return {
        kind: "usage",
        sentence: error.message,
        command: name,
        json: wordsBeforeEnd(args).includes("--json"),
      };
    throw error;
  }
}

/** What may be options: the words before `--`. */
function wordsBeforeEnd(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  return end < 0 ? args : args.slice(0, end);
}

function parse(name: CommandName | undefined, args: readonly string[]): Command {
  const { values, positionals } = readWords(name, name === undefined ? args : args.slice(1));
  const json = values.json === true;
  if (values.help === true) return { kind: "help", command: name, json };
  if (values.version === true) return { kind: "version", json };
  if (name === undefined) {
    const word = positionals[0];
    if (word === undefined) return { kind: "help", command: undefined, json };
    throw unknownCommand(word);
  }
  const taken = optionsOf(name);
  for (const option of Object.keys(values) as OptionName[])
    if (!taken.includes(option)) throw new UsageError(`“lore ${name}” does not take --${option}.`);
  return readers[name]({ values, positionals, common: readCommon(values) });
}

function readWords(
  name: CommandName | undefined,
  args: readonly string[],
): { values: Values; positionals: string[] } {
  const options = Object.fromEntries(
    Object.entries(optionTable).map(([name, { type, multiple, short }]) => [
      name,
      { type, multiple: multiple === true, ...(short === undefined ? {} : { short }) },
    ]),
  );
  try {
    const words = withNegativeNumbers(args);
    const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true });
    return { values, positionals };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") throw unknownOption(name, error as Error);
    if (!code.startsWith("ERR_PARSE_ARGS_")) throw error;
    // Node adds hints about its own syntax behind the first sentence.
    const [sentence = ""] = (error as Error).message.split(/\. |\n/);
    throw new UsageError(`${sentence.replace(/\.$/, "")}.`);
  }
}

/** Node's message names the option in quotes. */
function unknownOption(name: CommandName | undefined, { message }: Error): UsageError {
  const option = /'(-[^']*)'/.exec(message)?.[1] ?? "";
  const known = name === undefined ? (Object.keys(optionTable) as OptionName[]) : optionsOf(name);
  const meant = option.startsWith("--") ? nearest(option.slice(2), known) : undefined;
  const hint =
    meant === undefined
      ? `“lore help${name === undefined ? "" : ` ${name}`}” lists all.`
      : `Did you mean --${meant}?`;
  return new UsageError(`There is no option “${option}”. ${hint}`);
}

/** `--limit -1` is a wrong number, which is said later, and not an option called “1”. */
function withNegativeNumbers(args: readonly string[]): string[] {
  const words: string[] = [];
  for (const word of args) {
    const before = words.at(-1) ?? "";
    const isValue = /^-\d/.test(word) && /^--[a-z-]+$/.test(before) && !words.includes("--");
    if (isValue) words[words.length - 1] = `${before}=${word}`;
    else words.push(word);
  }
  return words;
}

function readCommon(values: Values): Common {
  const threads = wholeNumber(values, "threads", 1, 64) ?? 0;
  const maxFileMb = positiveNumber(values, "max-file-mb") ?? defaultMaxFileMb;
  return {
    json: values.json === true,
    storeDir: values.store === undefined ? undefined : filled("store", String(values.store)),
    settings: {
      exclude: globs(values, "exclude"),
      include: globs(values, "include"),
      threads,
      maxFileBytes: Math.round(maxFileMb * bytesPerMb),
    },
    refine: values["no-refine"] !== true,
  };
}
