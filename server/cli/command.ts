/** What a command line asks for, once it was understood. */
import type { NoteKind } from "../../protocol/notes.ts";
import type { MemorySettings, RankingKind } from "../../protocol/types.ts";
import type { ToolPermission } from "../../protocol/tools.ts";
import type { CommandName } from "./commandTable.ts";
import type { ModelWish } from "./modelChoice.ts";
import type { Shell } from "./shells.ts";
import type { WorkChoice } from "./workChoice.ts";

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
  | {
      readonly kind: "help";
      readonly command: CommandName | undefined;
      readonly json: boolean;
    }
  | { readonly kind: "completion"; readonly shell: Shell; readonly json: boolean }
  | { readonly kind: "version"; readonly json: boolean }
  | ({
      readonly kind: "mcp";
      /** Those of the client when there are none. */
      readonly folders: readonly string[];
      readonly permission: ToolPermission;
      /** Prints what agents did, and serves nothing. */
      readonly audit: boolean;
    } & Common)
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
