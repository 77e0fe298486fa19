/** The commands and options as one table: the parser, the help and the tests read it. */
import { noteKinds } from "../../protocol/notes.ts";
import { retentionDistances, shortTokens } from "../../protocol/deepMemory.ts";

/** How the program is called, as in the README. */
export const program = "npx lore";

export const commandNames = [
  "index",
  "ask",
  "search",
  "context",
  "history",
  "changed",
  "timeline",
  "retrace",
  "complete",
  "self-test",
  "remember",
  "notes",
  "turns",
  "memory",
  "status",
  "stats",
  "forget",
  "export",
  "import",
] as const;
export type CommandName = (typeof commandNames)[number];

interface CommandEntry {
  /** How the command is written. */
  readonly usage: readonly string[];
  readonly summary: string;
}

export const commandTable: Readonly<Record<CommandName, CommandEntry>> = {
  index: {
    usage: [`${program} index FOLDER`],
    summary: "Remember a folder, or bring its memory up to date.",
  },
  ask: {
    usage: [`${program} ask FOLDER "question"`],
    summary: "Answer a question with citations.",
  },
  search: {
    usage: [
      `${program} search FOLDER "question"`,
      `${program} search FOLDER --all "text"`,
      `${program} search FOLDER --batch QUESTIONS.jsonl`,
    ],
    summary: "List the places that a question is about, or all places of a text.",
  },
  context: {
    usage: [`${program} context FOLDER "question"`],
    summary:
      "Print what is remembered for a question as a prompt for any language model: notes and code with citations, within a number of tokens.",
  },
  history: {
    usage: [
      `${program} history FOLDER NAME`,
      `${program} history FOLDER PATH`,
      `${program} history FOLDER PATH:LINE`,
    ],
    summary:
      "List the commits that changed a definition, a file or a folder, or that wrote a line.",
  },
  changed: {
    usage: [`${program} changed FOLDER`],
    summary:
      "Say which definitions came, went or changed since the last “lore changed”, or with --since.",
  },
  timeline: {
    usage: [`${program} timeline FOLDER`],
    summary: "List what happened when: commits, edits, questions and notes, the last first.",
  },
  retrace: {
    usage: [`${program} retrace FOLDER TRACE.json`],
    summary: "Ask the question of a saved trace again, and say which places differ and why.",
  },
  complete: {
    usage: [`${program} complete FOLDER FILE:LINE[:COLUMN]`],
    summary: "Show how the deep memory would go on writing at a place, and what it drew that from.",
  },
  "self-test": {
    usage: [`${program} self-test [FOLDER]`],
    summary:
      "Plant facts in a copy of the deep memory, stream the folder's code past them, ask for them, and draw what was kept.",
  },
  remember: {
    usage: [`${program} remember FOLDER "sentence"`],
    summary: "Keep a decision, a fact, a preference or a to-do, with the code that it is about.",
  },
  notes: {
    usage: [
      `${program} notes [FOLDER]`,
      `${program} notes FOLDER "words"`,
      `${program} notes FOLDER correct ID "sentence"`,
      `${program} notes FOLDER pin|unpin ID`,
      `${program} notes FOLDER forget ID`,
      `${program} notes FOLDER forget --topic|--before|--inside …`,
    ],
    summary:
      "List what was noted, and whether the code that it cites still says the same; change or delete it.",
  },
  turns: {
    usage: [`${program} turns FOLDER "question"`],
    summary:
      "List what was said about something in conversations; “yesterday”, “in October” and the like are understood.",
  },
  memory: {
    usage: [`${program} memory [FOLDER]`, `${program} memory FOLDER PATH`],
    summary:
      "Show what is remembered by folder, kind, age, strength and health. PATH is a folder inside FOLDER.",
  },
  status: {
    usage: [`${program} status [FOLDER]`],
    summary:
      "Say what is in memory, what is not, and why. FOLDER is the current one when left out.",
  },
  stats: {
    usage: [`${program} stats [FOLDER]`],
    summary: "Show the size of a memory, or of all of them.",
  },
  forget: {
    usage: [
      `${program} forget FOLDER [--notes]`,
      `${program} forget FOLDER --topic|--before|--inside …`,
    ],
    summary:
      "Delete the memory of a folder, or of notes and conversations a part. The folder itself stays as it is.",
  },
  export: {
    usage: [`${program} export FOLDER [FILE]`],
    summary: "Write notes and conversations to FILE, or to stdout, as JSON lines.",
  },
  import: {
    usage: [`${program} import FOLDER FILE`],
    summary: "Add the notes and conversations of an exported file that are not here yet.",
  },
};

interface OptionEntry {
  readonly type: "string" | "boolean";
  readonly multiple?: true;
  /** What stands for the value in the help; only for strings. */
  readonly value?: string;
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
  | "notes"
  | "help"
  | "version";

const filling: readonly CommandName[] = commandNames.filter((name) => name !== "forget");

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
    commands: "all",
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
      "Answer each part of the question by itself, and look further in rounds by names that the places found use; slower.",
    commands: ["ask"],
  },
  model: {
    type: "string",
    value: "NAME",
    summary:
      "Let this language model write the answer from what is remembered; LORE_MODEL when left out, and none without it. Each sentence is checked.",
    commands: ["ask"],
  },
  endpoint: {
    type: "string",
    value: "URL",
    summary:
      "Where the model answers: an OpenAI-compatible address; LORE_ENDPOINT when left out, else http://127.0.0.1:11434/v1 (Ollama). A key is read from LORE_API_KEY alone.",
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
  notes: {
    type: "boolean",
    summary:
      "Forget the notes of the repository too, which its other clones and working trees share.",
    commands: ["forget"],
  },
  help: { type: "boolean", summary: "Show this help.", commands: "all" },
  version: { type: "boolean", summary: "Show the version.", commands: "all" },
};

/** What the process ends with. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  /** Nothing found, nothing remembered, or no evidence for an answer. */
  nothing: 3,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
