/** What a command line asks for, or the one sentence that says what is wrong with it. */
import { parseArgs } from "node:util";
import { maxContextTokens, minContextTokens } from "../../protocol/context.ts";
import { noteKinds, type NoteKind } from "../../protocol/notes.ts";
import { defaultPromptTokens, minPromptTokens } from "../../protocol/prose.ts";
import { maxPictureLimit } from "../../protocol/picture.ts";
import { rankings, type MemorySettings, type RankingKind } from "../../protocol/types.ts";
import { formatCount } from "./numbers.ts";
import type { ModelWish } from "./modelChoice.ts";
import { filled, UsageError, type Values } from "./optionValues.ts";
import { chosenWork, type WorkChoice } from "./workChoice.ts";
import { commandNames, optionTable, type CommandName, type OptionName } from "./commandTable.ts";

/** What every command has. */
export interface Common {
  readonly json: boolean;
  /** Folder of the memory as given; `undefined` means the default place. */
  readonly storeDir: string | undefined;
  readonly settings: MemorySettings;
  /** False: answer as soon as everything is searchable, before the syntax pass is through. */
  readonly refine: boolean;
}

export type Command =
  | { readonly kind: "help"; readonly command: CommandName | undefined }
  | { readonly kind: "version"; readonly json: boolean }
  | ({ readonly kind: "index"; readonly folder: string } & Common)
  | ({ readonly kind: "status"; readonly folder: string } & Common)
  | ({
      readonly kind: "forget";
      readonly folder: string;
      /** The repository's notes as well. */
      readonly withNotes: boolean;
    } & Common)
  /** A part of the notes and conversations. */
  | ({
      readonly kind: "forgetWork";
      readonly folder: string;
      readonly which: WorkChoice;
    } & Common)
  /** To stdout without a file. */
  | ({
      readonly kind: "export";
      readonly folder: string;
      readonly file: string | undefined;
    } & Common)
  | ({ readonly kind: "import"; readonly folder: string; readonly file: string } & Common)
  /** Without a folder: all memories in the default place. */
  | ({ readonly kind: "stats"; readonly folder: string | undefined } & Common)
  | ({
      readonly kind: "ask";
      readonly folder: string;
      readonly question: string;
      readonly asOf: string | undefined;
      readonly explain: boolean;
      readonly deep: boolean;
    } & ModelWish &
      Common)
  | ({
      readonly kind: "searchAt";
      readonly folder: string;
      readonly question: string;
      readonly limit: number;
      readonly asOf: string;
    } & Common)
  | ({
      readonly kind: "search";
      readonly folder: string;
      readonly question: string;
      readonly limit: number;
      readonly explain: boolean;
      readonly ranking: RankingKind;
      /** File for the trace. */
      readonly saveTrace: string | undefined;
    } & Common)
  | ({
      readonly kind: "history";
      readonly folder: string;
      /** A name, a path, or a path with a line. */
      readonly target: string;
      readonly limit: number;
      readonly since: string | undefined;
    } & Common)
  | ({
      readonly kind: "changed";
      readonly folder: string;
      readonly limit: number;
      /** Since the last look when `undefined`. */
      readonly since: string | undefined;
    } & Common)
  | ({
      readonly kind: "context";
      readonly folder: string;
      readonly question: string;
      readonly maxTokens: number;
    } & Common)
  | ({
      readonly kind: "timeline";
      readonly folder: string;
      readonly limit: number;
      readonly since: string | undefined;
      readonly until: string | undefined;
    } & Common)
  | ({ readonly kind: "retrace"; readonly folder: string; readonly file: string } & Common)
  | ({
      readonly kind: "complete";
      readonly folder: string;
      readonly file: string;
      /** One-based, as is `column`; the line's end without a column. */
      readonly line: number;
      readonly column: number | undefined;
    } & Common)
  | ({
      readonly kind: "self-test";
      readonly folder: string;
      readonly tokens: number;
      /** The memory's own when `undefined`, as are `distances`. */
      readonly perPoint: number | undefined;
      readonly distances: readonly number[] | undefined;
    } & Common)
  | ({
      readonly kind: "remember";
      readonly folder: string;
      readonly text: string;
      /** Lines count from zero; `endLine` is the first one after them. */
      readonly at:
        { readonly file: string; readonly startLine: number; readonly endLine: number } | undefined;
      readonly noteKind: NoteKind | undefined;
    } & Common)
  | ({
      readonly kind: "turns";
      readonly folder: string;
      readonly question: string;
      readonly limit: number;
    } & Common)
  | ({
      readonly kind: "memory";
      readonly folder: string;
      /** Relative to the folder; `""` is the folder itself. */
      readonly inside: string;
      readonly limit: number;
    } & Common)
  | ({ readonly kind: "notes"; readonly folder: string; readonly action: NotesAction } & Common)
  | ({
      readonly kind: "batch";
      readonly folder: string;
      readonly file: string;
      readonly limit: number;
      readonly ranking: RankingKind;
      /** File to write candidates to. */
      readonly candidates: string | undefined;
    } & Common)
  | ({
      readonly kind: "all";
      readonly folder: string;
      readonly literal: string;
      readonly wholeWord: boolean;
      readonly limit: number;
    } & Common);

/** What `lore notes` is to do; an `id` may be the beginning of one. */
export type NotesAction =
  | { readonly kind: "list"; readonly search: string | undefined; readonly all: boolean }
  | { readonly kind: "pin"; readonly id: string; readonly isPinned: boolean }
  | { readonly kind: "correct"; readonly id: string; readonly text: string }
  | { readonly kind: "forget"; readonly which: WorkChoice | { readonly id: string } };

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
const defaultLimit = 10;
const maxTurns = 200;
const noLimit = 1_000_000;
const defaultHistoryLimit = 30;
const defaultChangedLimit = 100;
const defaultContextTokens = 6_000;
const defaultTimelineLimit = 50;
const defaultPictureLimit = 15;
const defaultSelfTestTokens = 65_536;
/** As far as the longest distance that is published, ten times. */
const maxSelfTestTokens = 100_000_000;
const maxFactsPerPoint = 10_000;

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
  const { values, positionals } = readWords(name === undefined ? args : args.slice(1));
  if (values.help === true) return { kind: "help", command: name };
  if (values.version === true) return { kind: "version", json: values.json === true };
  if (name === undefined) {
    const word = positionals[0];
    if (word === undefined) return { kind: "help", command: undefined };
    throw new UsageError(`There is no command “${word}”.`);
  }
  for (const option of Object.keys(values) as OptionName[]) {
    const { commands } = optionTable[option];
    if (commands !== "all" && !commands.includes(name)) {
      throw new UsageError(`“lore ${name}” does not take --${option}.`);
    }
  }
  const common = readCommon(values);
  switch (name) {
    case "index":
      return { kind: name, folder: folderOnly(name, positionals), ...common };
    case "forget":
      return readForget(values, folderOnly(name, positionals), common);
    case "export": {
      const [folder, file, ...more] = positionals;
      if (more.length > 0 || file === "") throw new UsageError("“lore export” takes one file.");
      return {
        kind: name,
        folder: folderOnly(name, folder === undefined ? [] : [folder]),
        file,
        ...common,
      };
    }
    case "import": {
      const [folder, file] = folderAndText(name, positionals, "file");
      return { kind: name, folder, file, ...common };
    }
    case "status":
      return { kind: name, folder: atMostOne(name, positionals) ?? ".", ...common };
    case "stats":
      return { kind: name, folder: atMostOne(name, positionals), ...common };
    case "ask": {
      const [folder, question] = folderAndText(name, positionals, "question");
      const explain = values.explain === true;
      const deep = values.deep === true;
      const asked = { asOf: asOfOf(values), explain, deep, ...modelWish(values) };
      return { kind: name, folder, question, ...asked, ...common };
    }
    case "context": {
      const [folder, question] = folderAndText(name, positionals, "question");
      const maxTokens =
        values.tokens === undefined
          ? defaultContextTokens
          : tokenCount("tokens", String(values.tokens), minContextTokens, maxContextTokens);
      return { kind: name, folder, question, maxTokens, ...common };
    }
    case "history": {
      const [folder, target] = folderAndText(name, positionals, "name or path");
      const limit = wholeNumber(values, "limit", 1, noLimit) ?? defaultHistoryLimit;
      return { kind: name, folder, target, limit, since: wordsOf(values, "since"), ...common };
    }
    case "changed": {
      const folder = folderOnly(name, positionals);
      const limit = wholeNumber(values, "limit", 1, noLimit) ?? defaultChangedLimit;
      return { kind: name, folder, limit, since: wordsOf(values, "since"), ...common };
    }
    case "timeline": {
      const folder = folderOnly(name, positionals);
      const limit = wholeNumber(values, "limit", 1, noLimit) ?? defaultTimelineLimit;
      const until = wordsOf(values, "until");
      return { kind: name, folder, limit, since: wordsOf(values, "since"), until, ...common };
    }
    case "retrace": {
      const [folder, file] = folderAndText(name, positionals, "file with a saved trace");
      return { kind: name, folder, file, ...common };
    }
    case "complete": {
      const [folder, place] = folderAndText(name, positionals, "place such as src/a.ts:12");
      return { kind: name, folder, ...readPlace(place), ...common };
    }
    case "remember": {
      const [folder, text] = folderAndText(name, positionals, "sentence");
      return { kind: name, folder, text, ...readRemember(values), ...common };
    }
    case "notes": {
      const [folder = ".", ...words] = positionals;
      if (folder === "") throw new UsageError(emptyFolder(name));
      return { kind: name, folder, action: readNotesAction(values, words), ...common };
    }
    case "turns": {
      const [folder, question] = folderAndText(name, positionals, "question");
      const limit = wholeNumber(values, "limit", 1, maxTurns) ?? defaultLimit;
      return { kind: name, folder, question, limit, ...common };
    }
    case "memory":
      return { kind: name, ...readMemory(values, positionals), ...common };
    case "self-test": {
      const folder = atMostOne(name, positionals) ?? ".";
      return { kind: name, folder, ...readSelfTest(values), ...common };
    }
    case "search":
      return readSearch(values, positionals, common);
  }
}

function asOfOf(values: Values): string | undefined {
  const given = values["as-of"];
  return given === undefined ? undefined : filled("as-of", String(given));
}

function wordsOf(values: Values, name: "since" | "until"): string | undefined {
  const given = values[name];
  return given === undefined ? undefined : filled(name, String(given));
}

function readRemember(
  values: Values,
): Pick<Extract<Command, { kind: "remember" }>, "at" | "noteKind"> {
  const given = values.kind === undefined ? undefined : String(values.kind);
  const noteKind = noteKinds.find((known) => known === given);
  if (given !== undefined && noteKind === undefined)
    throw new UsageError(`--kind is one of ${noteKinds.join(", ")}, not “${given}”.`);
  return { noteKind, at: values.at === undefined ? undefined : readLines(String(values.at)) };
}

function readLines(place: string): { file: string; startLine: number; endLine: number } {
  const found = /^(.+?):([1-9]\d{0,8})(?:-([1-9]\d{0,8}))?$/s.exec(place);
  const [, file, first, last = first] = found ?? [];
  if (file === undefined || Number(last) < Number(first))
    throw new UsageError(`--at is FILE:LINE or FILE:LINE-LINE, not “${place}”.`);
  return { file, startLine: Number(first) - 1, endLine: Number(last) };
}

function readNotesAction(values: Values, words: readonly string[]): NotesAction {
  const [verb, ...rest] = words;
  const [id, text, ...more] = rest;
  const isChange = verb !== undefined && ["forget", "pin", "unpin", "correct"].includes(verb);
  const which = chosenWork(values);
  if (which !== undefined && (verb !== "forget" || id !== undefined))
    throw new UsageError("--topic, --before and --inside go with “lore notes FOLDER forget”.");
  if (!isChange) {
    if (rest.length > 0) throw new UsageError("“lore notes” takes one text; put it in quotes.");
    return { kind: "list", search: verb, all: values.history === true };
  }
  if (which !== undefined) return { kind: "forget", which };
  if (id === undefined || id === "")
    throw new UsageError(`“lore notes FOLDER ${verb}” needs the id of a note.`);
  if (verb === "correct") {
    if (text === undefined || text.trim() === "" || more.length > 0)
      throw new UsageError("“lore notes FOLDER correct ID” needs one sentence; put it in quotes.");
    return { kind: "correct", id, text };
  }
  if (text !== undefined) throw new UsageError(`“lore notes FOLDER ${verb}” takes one id.`);
  return verb === "forget"
    ? { kind: "forget", which: { id } }
    : { kind: "pin", id, isPinned: verb === "pin" };
}

function readForget(values: Values, folder: string, common: Common): Command {
  const which = chosenWork(values);
  const withNotes = values.notes === true;
  if (which === undefined) return { kind: "forget", folder, withNotes, ...common };
  if (withNotes) throw new UsageError("--notes does not go with --topic, --before and --inside.");
  return { kind: "forgetWork", folder, which, ...common };
}

function readMemory(
  values: Values,
  [folder = ".", inside = "", ...more]: readonly string[],
): Pick<Extract<Command, { kind: "memory" }>, "folder" | "inside" | "limit"> {
  if (folder === "") throw new UsageError(emptyFolder("memory"));
  if (more.length > 0) throw new UsageError("“lore memory” takes a folder and a path inside it.");
  const limit = wholeNumber(values, "limit", 1, maxPictureLimit) ?? defaultPictureLimit;
  return {
    folder,
    inside: inside.replaceAll("\\", "/").replace(/^(\.?\/)+|^\.$|\/+$/g, ""),
    limit,
  };
}

function readPlace(
  place: string,
): Pick<Extract<Command, { kind: "complete" }>, "file" | "line" | "column"> {
  const found = /^(.+?):([1-9]\d{0,8})(?::([1-9]\d{0,8}))?$/s.exec(place);
  const [, file, line, column] = found ?? [];
  if (file === undefined || line === undefined)
    throw new UsageError(`A place is FILE:LINE or FILE:LINE:COLUMN, not “${place}”.`);
  return { file, line: Number(line), column: column === undefined ? undefined : Number(column) };
}

function readSelfTest(
  values: Values,
): Pick<Extract<Command, { kind: "self-test" }>, "tokens" | "perPoint" | "distances"> {
  const tokens =
    values.tokens === undefined
      ? defaultSelfTestTokens
      : tokenCount("tokens", String(values.tokens), 1, maxSelfTestTokens);
  const distances =
    values.points === undefined
      ? undefined
      : String(values.points)
          .split(",")
          .map((word) => tokenCount("points", word.trim(), 0, tokens));
  if (distances?.some((distance, idx) => distance <= (distances[idx - 1] ?? -1)) === true)
    throw new UsageError("--points must ascend.");
  return { tokens, perPoint: wholeNumber(values, "per-point", 1, maxFactsPerPoint), distances };
}

/** Reads `4096`, `160k` or `1M`. */
function tokenCount(name: OptionName, given: string, min: number, max: number): number {
  const [, digits, unit] = /^(\d{1,9})([kM]?)$/.exec(given) ?? [];
  const factor = unit === "M" ? 1_000_000 : unit === "k" ? 1_000 : 1;
  const count = Number(digits ?? Number.NaN) * factor;
  if (!(count >= min && count <= max)) {
    const range = `${formatCount(min)} to ${formatCount(max)}`;
    throw new UsageError(
      `--${name} needs numbers from ${range}, such as 4096, 160k or 1M, not “${given}”.`,
    );
  }
  return count;
}

function readSearch(values: Values, positionals: readonly string[], common: Common): Command {
  const limit = wholeNumber(values, "limit", 1, noLimit);
  if (values["no-refine"] === true && values.batch === undefined) {
    throw new UsageError("--no-refine needs --batch; other searches never wait for the syntax.");
  }
  if (values.candidates !== undefined && values.batch === undefined)
    throw new UsageError("--candidates needs --batch.");
  const ranking = rankingOf(values);
  const saveTrace =
    values["save-trace"] === undefined
      ? undefined
      : filled("save-trace", String(values["save-trace"]));
  if (saveTrace !== undefined && (values.batch !== undefined || values.all === true))
    throw new UsageError("--save-trace goes with neither --batch nor --all.");
  const asOf = asOfOf(values);
  if (asOf !== undefined) {
    const other = (["batch", "all", "explain", "rank", "save-trace"] as const).find(
      (option) => values[option] !== undefined,
    );
    if (other !== undefined) throw new UsageError(`--as-of does not go with --${other}.`);
    const [folder, question] = folderAndText("search", positionals, "question");
    return { kind: "searchAt", folder, question, limit: limit ?? defaultLimit, asOf, ...common };
  }
  if (values.batch !== undefined) {
    if (values.all === true || values.explain === true) {
      throw new UsageError("--batch goes with neither --all nor --explain.");
    }
    const folder = folderOnly("search --batch FILE", positionals);
    return {
      kind: "batch",
      folder,
      file: String(values.batch),
      limit: limit ?? defaultLimit,
      ranking,
      candidates:
        values.candidates === undefined
          ? undefined
          : filled("candidates", String(values.candidates)),
      ...common,
    };
  }
  if (values.all === true) {
    if (values.rank !== undefined) throw new UsageError("--rank does not go with --all.");
    if (values.explain === true) throw new UsageError("--all and --explain exclude each other.");
    const [folder, literal] = folderAndText("search --all", positionals, "text to find");
    const wholeWord = values["whole-word"] === true;
    return { kind: "all", folder, literal, wholeWord, limit: limit ?? noLimit, ...common };
  }
  if (values["whole-word"] === true) throw new UsageError("--whole-word needs --all.");
  const [folder, question] = folderAndText("search", positionals, "question");
  const explain = values.explain === true;
  return {
    kind: "search",
    folder,
    question,
    limit: limit ?? defaultLimit,
    explain,
    ranking,
    saveTrace,
    ...common,
  };
}

function rankingOf(values: Values): RankingKind {
  const given = values.rank ?? "learned";
  const ranking = rankings.find((known) => known === given);
  if (ranking === undefined)
    throw new UsageError(`--rank is one of ${rankings.join(", ")}, not “${String(given)}”.`);
  return ranking;
}

function readWords(args: readonly string[]): { values: Values; positionals: string[] } {
  const options = Object.fromEntries(
    Object.entries(optionTable).map(([name, { type, multiple }]) => [
      name,
      { type, multiple: multiple === true },
    ]),
  );
  try {
    const words = withNegativeNumbers(args);
    const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true });
    return { values, positionals };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (!code.startsWith("ERR_PARSE_ARGS_")) throw error;
    // Node adds hints about its own syntax behind the first sentence.
    const [sentence = ""] = (error as Error).message.split(/\. |\n/);
    throw new UsageError(`${sentence.replace(/\.$/, "")}.`);
  }
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

function globs(values: Values, name: "include" | "exclude"): string[] {
  const given = values[name];
  return Array.isArray(given) ? given.map((glob) => filled(name, String(glob))) : [];
}

function wholeNumber(
  values: Values,
  name: OptionName,
  min: number,
  max: number,
): number | undefined {
  if (values[name] === undefined) return undefined;
  const number = numberOf(values[name]);
  if (!Number.isSafeInteger(number) || number < min || number > max) {
    const range = `${formatCount(min)} to ${formatCount(max)}`;
    throw new UsageError(
      `--${name} needs a whole number from ${range}, not “${String(values[name])}”.`,
    );
  }
  return number;
}

function positiveNumber(values: Values, name: OptionName): number | undefined {
  const given = values[name];
  if (given === undefined) return undefined;
  const number = numberOf(given);
  if (!(number > 0)) {
    throw new UsageError(`--${name} needs a number above 0, not “${String(given)}”.`);
  }
  return number;
}

function modelWish(values: Values): ModelWish {
  const { model, endpoint, tokens } = values;
  if (model !== undefined && values["as-of"] !== undefined)
    throw new UsageError("--model writes from the files of today and does not go with --as-of.");
  return {
    model: model === undefined ? undefined : filled("model", String(model)),
    endpoint: endpoint === undefined ? undefined : filled("endpoint", String(endpoint)),
    maxTokens:
      tokens === undefined
        ? defaultPromptTokens
        : tokenCount("tokens", String(tokens), minPromptTokens, maxContextTokens),
    withEvidence: values.evidence === true,
  };
}

/** Returns NaN for what is not written as a plain number. */
function numberOf(given: Values[OptionName]): number {
  return /^\d+(\.\d+)?$/.test(String(given)) ? Number(given) : Number.NaN;
}

function folderOnly(command: string, positionals: readonly string[]): string {
  const folder = atMostOne(command, positionals);
  if (folder === undefined) throw new UsageError(`“lore ${command}” needs a folder.`);
  return folder;
}

function atMostOne(command: string, positionals: readonly string[]): string | undefined {
  if (positionals.length > 1) {
    throw new UsageError(`“lore ${command}” takes one folder; quote a path that holds blanks.`);
  }
  const [folder] = positionals;
  if (folder === "") throw new UsageError(emptyFolder(command));
  return folder;
}

function folderAndText(
  command: string,
  positionals: readonly string[],
  what: string,
): [folder: string, text: string] {
  const [folder, text, ...rest] = positionals;
  if (folder === undefined || text === undefined || text.trim() === "") {
    throw new UsageError(`“lore ${command}” needs a folder and a ${what}.`);
  }
  if (folder === "") throw new UsageError(emptyFolder(command));
  if (rest.length > 0) {
    throw new UsageError(`“lore ${command}” takes one ${what}; put it in quotes.`);
  }
  return [folder, text];
}

/** An empty word is a variable of the shell that is not set; nobody means the current folder by it. */
function emptyFolder(command: string): string {
  return `The folder of “lore ${command}” is empty. Name a folder, or “.” for the current one.`;
}
