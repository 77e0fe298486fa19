/** The options as one table: the parser, the help, the completion of shells, the docs and the tests read it. */
import { retentionDistances, shortTokens } from "../../protocol/deepMemory.ts";
import { noteKinds } from "../../protocol/notes.ts";
import { toolPermissions } from "../../protocol/tools.ts";
import { rankings } from "../../protocol/types.ts";
import { usualEndpoint } from "../endpoint/endpointAddress.ts";
import { commandNames, type CommandName } from "./commandTable.ts";

interface OptionEntry {
  readonly type: "string" | "boolean";
  readonly multiple?: true;
  /** One letter that stands for it behind a single dash. */
  readonly short?: string;
  /** What stands for the value in the help; only for strings. */
  readonly value?: string;
  /** The values that there are, where they are few. */
  readonly choices?: readonly string[];
  readonly summary: string;
  /** Commands that take it. */
  readonly commands: readonly CommandName[] | "all";
}

export type OptionName =
  | "json"
  | "store"
  | "include"
  | "exclude"
  | "threads"
  | "max-file-mb"
  | "no-refine"
  | "limit"
  | "explain"
  | "deep"
  | "model"
  | "endpoint"
  | "evidence"
  | "save-trace"
  | "since"
  | "until"
  | "as-of"
  | "all"
  | "whole-word"
  | "batch"
  | "rank"
  | "candidates"
  | "tokens"
  | "points"
  | "per-point"
  | "at"
  | "kind"
  | "history"
  | "topic"
  | "before"
  | "inside"
  | "pinned"
  | "notes"
  | "allow"
  | "audit"
  | "help"
  | "version";

/** Commands that open a memory, and those of them that may fill it. */
const remembering = commandNames.filter((name) => name !== "help" && name !== "completion");
const filling = remembering.filter((name) => name !== "forget");

export const optionTable: Readonly<Record<OptionName, OptionEntry>> = {
  json: {
    type: "boolean",
    summary: "Print JSON: results on stdout, why a command failed on stderr.",
    commands: "all",
  },
  store: {
    type: "string",
    value: "DIR",
    summary: "Keep the memory in DIR instead of the user's data folder.",
    commands: remembering,
  },
  include: {
    type: "string",
    multiple: true,
    value: "GLOB",
    summary: "Remember files that match although a rule hides them. May be repeated.",
    commands: filling,
  },
  exclude: {
    type: "string",
    multiple: true,
    value: "GLOB",
    summary: "Hide files that match. May be repeated.",
    commands: filling,
  },
  threads: {
    type: "string",
    value: "N",
    summary: "Threads for reading and parsing. Half the cores when left out.",
    commands: filling,
  },
  "max-file-mb": {
    type: "string",
    value: "N",
    summary: "Largest file that is remembered, in MB.",
    commands: filling,
  },
  "no-refine": {
    type: "boolean",
    summary: "Do not wait until all chunks follow the syntax; of searches for --batch.",
    commands: ["index", "search"],
  },
  limit: {
    type: "string",
    value: "N",
    summary: "At most N results.",
    commands: ["search", "history", "changed", "timeline", "turns", "memory"],
  },
  "as-of": {
    type: "string",
    value: "COMMIT",
    summary:
      "Answer from the files of a commit, tag or branch, or of the last commit before a time such as 2026-08-01 or “3 weeks ago”.",
    commands: ["ask", "search"],
  },
  since: {
    type: "string",
    value: "WHEN",
    summary:
      "Only what was committed since a commit, a tag, 2026-08-01, yesterday or “3 weeks ago”; of a timeline, what happened since a day or a time.",
    commands: ["history", "changed", "timeline"],
  },
  until: {
    type: "string",
    value: "WHEN",
    summary: "Only what happened up to the end of 2026-08-01, yesterday, “last week” or the like.",
    commands: ["timeline"],
  },
  explain: {
    type: "boolean",
    summary:
      "Say how the question was understood, what each stage found, and why each place was chosen, or how probable it is that the answer is in memory.",
    commands: ["ask", "search"],
  },
  deep: {
    type: "boolean",
    summary:
      "Answer each part of the question by itself, and look further in rounds by names that the places found use; a model may look further itself; slower.",
    commands: ["ask"],
  },
  model: {
    type: "string",
    value: "NAME",
    summary:
      "Let this language model write the answer from what is remembered; LORE_MODEL when left out, else the only one that --endpoint offers, and none without both. Each sentence is checked.",
    commands: ["ask"],
  },
  endpoint: {
    type: "string",
    value: "URL",
    summary: `Where the model answers: an OpenAI-compatible address; LORE_ENDPOINT when left out, else ${usualEndpoint} (Ollama). A key is read from LORE_API_KEY alone.`,
    commands: ["ask"],
  },
  evidence: {
    type: "boolean",
    summary: "Print what Lore answers without a model as well.",
    commands: ["ask"],
  },
  "save-trace": {
    type: "string",
    value: "FILE",
    summary:
      "Write what each stage found to FILE, for “lore retrace”. It holds no text of your files.",
    commands: ["search"],
  },
  all: {
    type: "boolean",
    summary: "All places of a literal text, and how complete the list is.",
    commands: ["search"],
  },
  "whole-word": {
    type: "boolean",
    summary: "With --all: only where the text is a whole word.",
    commands: ["search"],
  },
  batch: {
    type: "string",
    value: "FILE",
    summary: "Answer each line {id, query} of FILE with a line {id, results}.",
    commands: ["search"],
  },
  rank: {
    type: "string",
    value: "HOW",
    choices: rankings,
    summary: "Rank by words, meaning, byHand (both, hand-set weights) or learned, which is usual.",
    commands: ["search"],
  },
  candidates: {
    type: "string",
    value: "FILE",
    summary: "With --batch: write to FILE what the ranking saw of every candidate, as JSON lines.",
    commands: ["search"],
  },
  tokens: {
    type: "string",
    value: "N",
    summary:
      "Tokens of code that the self-test streams, such as 160k or 1M, 65,536 when left out; most tokens of a context or of a model's prompt, 6,000 when left out.",
    commands: ["self-test", "context", "ask"],
  },
  points: {
    type: "string",
    value: "LIST",
    summary: `Distances at which the self-test asks; ${retentionDistances.map(shortTokens).join(",")} as far as --tokens when left out.`,
    commands: ["self-test"],
  },
  "per-point": {
    type: "string",
    value: "N",
    summary: "Facts that the self-test asks for at each distance.",
    commands: ["self-test"],
  },
  at: {
    type: "string",
    value: "PLACE",
    summary: "The code that a note is about: FILE:LINE or FILE:LINE-LINE.",
    commands: ["remember"],
  },
  kind: {
    type: "string",
    value: "KIND",
    choices: noteKinds,
    summary: `What a note is: ${noteKinds.join(", ")}. Told from its words when left out.`,
    commands: ["remember"],
  },
  history: {
    type: "boolean",
    summary: "List notes that were replaced too.",
    commands: ["notes"],
  },
  topic: {
    type: "string",
    value: "WORDS",
    summary: "Forget what was noted, with “lore forget” also what was said, about this.",
    commands: ["notes", "forget"],
  },
  before: {
    type: "string",
    value: "WHEN",
    summary: "Forget what is of before a day, such as 2026-01-31, or older than “90 days”.",
    commands: ["notes", "forget"],
  },
  inside: {
    type: "string",
    value: "PATH",
    summary: "Forget what is about code in this part of the folder.",
    commands: ["notes", "forget"],
  },
  pinned: {
    type: "boolean",
    summary:
      "With --topic, --before or --inside: forget pinned notes too, which are kept without it.",
    commands: ["notes", "forget"],
  },
  notes: {
    type: "boolean",
    summary:
      "Forget the notes of the repository too, which its other clones and working trees share.",
    commands: ["forget"],
  },
  allow: {
    type: "string",
    value: "WHAT",
    choices: toolPermissions,
    summary: `What agents may do: ${toolPermissions.join(", ")}, each including those before it; read when left out.`,
    commands: ["mcp"],
  },
  audit: {
    type: "boolean",
    summary: "Print what agents did with the memory: when, who, which tool; never a question.",
    commands: ["mcp"],
  },
  help: { type: "boolean", short: "h", summary: "Show this help.", commands: "all" },
  version: { type: "boolean", summary: "Show the version.", commands: "all" },
};

/** Returns the options of a command, in the order of the table. */
export function optionsOf(command: CommandName): readonly OptionName[] {
  return (Object.keys(optionTable) as OptionName[]).filter((name) => {
    const { commands } = optionTable[name];
    return commands === "all" || commands.includes(command);
  });
}
