/** The commands as one table: the parser, the help, the completion of shells, the docs and the tests read it. */
import { shells } from "./shells.ts";

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
  "mcp",
  "completion",
  "help",
] as const;
export type CommandName = (typeof commandNames)[number];

interface CommandEntry {
  /** How the command is written, behind the program's name. */
  readonly usage: readonly string[];
  readonly summary: string;
  /** What its help says besides, a paragraph each. */
  readonly more?: readonly string[];
}

export const commandTable: Readonly<Record<CommandName, CommandEntry>> = {
  index: {
    usage: ["index FOLDER"],
    summary: "Remember a folder, or bring its memory up to date.",
  },
  ask: {
    usage: ['ask FOLDER "question"'],
    summary: "Answer a question with citations.",
    more: [
      "In a question, @src/net/ or @retry.ts limits it to that folder or file, and @symbol retryDelay names a definition.",
      "When a language model fails, stderr says why and Lore’s own answer is printed: the exit code is then that of this answer, 0 or 3.",
    ],
  },
  search: {
    usage: [
      'search FOLDER "question"',
      'search FOLDER --all "text"',
      "search FOLDER --batch QUESTIONS.jsonl",
    ],
    summary: "List the places that a question is about, or all places of a text.",
  },
  context: {
    usage: ['context FOLDER "question"'],
    summary:
      "Print what is remembered for a question as a prompt for any language model: notes and code with citations, within a number of tokens.",
  },
  history: {
    usage: ["history FOLDER NAME", "history FOLDER PATH", "history FOLDER PATH:LINE"],
    summary:
      "List the commits that changed a definition, a file or a folder, or that wrote a line.",
  },
  changed: {
    usage: ["changed FOLDER"],
    summary:
      "Say which definitions came, went or changed since the last “lore changed”, or with --since.",
  },
  timeline: {
    usage: ["timeline FOLDER"],
    summary: "List what happened when: commits, edits, questions and notes, the last first.",
  },
  retrace: {
    usage: ["retrace FOLDER TRACE.json"],
    summary: "Ask the question of a saved trace again, and say which places differ and why.",
  },
  complete: {
    usage: ["complete FOLDER FILE:LINE[:COLUMN]"],
    summary: "Show how the deep memory would go on writing at a place, and what it drew that from.",
  },
  "self-test": {
    usage: ["self-test [FOLDER]"],
    summary:
      "Plant facts in a copy of the deep memory, stream the folder's code past them, ask for them, and draw what was kept.",
  },
  remember: {
    usage: ['remember FOLDER "sentence"'],
    summary: "Keep a decision, a fact, a preference or a to-do, with the code that it is about.",
  },
  notes: {
    usage: [
      "notes [FOLDER]",
      'notes FOLDER "words"',
      'notes FOLDER correct ID "sentence"',
      "notes FOLDER pin|unpin ID",
      "notes FOLDER forget ID",
      "notes FOLDER forget --topic|--before|--inside …",
    ],
    summary:
      "List what was noted, and whether the code that it cites still says the same; change or delete it.",
  },
  turns: {
    usage: ['turns FOLDER "question"'],
    summary:
      "List what was said about something in conversations; “yesterday”, “in October” and the like are understood.",
  },
  memory: {
    usage: ["memory [FOLDER]", "memory FOLDER PATH"],
    summary:
      "Show what is remembered by folder, kind, age, strength and health. PATH is a folder inside FOLDER.",
  },
  status: {
    usage: ["status [FOLDER]"],
    summary:
      "Say what is in memory, what is not, and why. FOLDER is the current one when left out.",
  },
  stats: {
    usage: ["stats [FOLDER]"],
    summary: "Show the size of a memory, or of all of them.",
  },
  forget: {
    usage: ["forget FOLDER [--notes]", "forget FOLDER --topic|--before|--inside …"],
    summary:
      "Delete the memory of a folder, or of notes and conversations a part. The folder itself stays as it is.",
  },
  export: {
    usage: ["export FOLDER [FILE]"],
    summary: "Write notes and conversations to FILE, or to stdout, as JSON lines.",
  },
  import: {
    usage: ["import FOLDER FILE"],
    summary: "Add the notes and conversations of an exported file that are not here yet.",
  },
  mcp: {
    usage: ["mcp [FOLDER…]", "mcp [FOLDER…] --audit"],
    summary:
      "Serve the memory to agents over the Model Context Protocol, on stdin and stdout; without FOLDER that of the folders that the client has open.",
  },
  completion: {
    usage: [`completion ${shells.join("|")}`],
    summary:
      "Print what lets a shell complete commands and options. “lore help completion” says where it goes.",
    more: [
      'bash: put eval "$(lore completion bash)" into ~/.bashrc.',
      "zsh: write it to a file _lore in a folder of $fpath, or put source <(lore completion zsh) behind compinit in ~/.zshrc.",
      "fish: write it to ~/.config/fish/completions/lore.fish.",
      "PowerShell: put lore completion powershell | Out-String | Invoke-Expression into $PROFILE.",
    ],
  },
  help: {
    usage: ["help [COMMAND]"],
    summary: "Show the commands, or what one of them takes.",
  },
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

/** What each exit code says, for the help. */
export const exitCodeWords: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: "done, or found",
  failed: "failed; stderr says why",
  usage: "the command line is wrong; nothing was done",
  nothing: "nothing found, nothing to do, no evidence for an answer, or no history to look in",
  interrupted: "interrupted; what was remembered so far is kept",
};
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
