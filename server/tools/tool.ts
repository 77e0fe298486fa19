/** What a tool is made of. */
import type { JsonSchema, ToolDescription, ToolFailureKind } from "../../protocol/tools.ts";
import type { EvidenceCalibration } from "../answer/evidenceCalibration.ts";
import type { HashText } from "../recall/citation.ts";
import type { HistoryService, MemoryService, RecallService, SourceReader } from "../services.ts";
import type { NotesService } from "../workServices.ts";
import type { CountTokens } from "../work/contextPack.ts";

/** What the tools work with. */
export interface ToolPorts {
  readonly memory: Pick<MemoryService, "status">;
  readonly recall: RecallService;
  readonly source: SourceReader;
  /** Whether a file, by its path in the root, is in memory: only such files are read for a tool. */
  readonly isRemembered: (rootId: string, path: string) => boolean;
  /** The paths of a root's files in memory, in no order. */
  readonly pathsOf: (rootId: string) => readonly string[];
  readonly history: Pick<HistoryService, "changed">;
  readonly notes: Pick<NotesService, "remember" | "recall">;
  readonly hashText: HashText;
  /** Takes keys and tokens out of a text. */
  readonly mask: (text: string) => string;
  readonly count: CountTokens;
  /** `undefined` where no probability of an answer is known: then the words decide. */
  readonly calibration: EvidenceCalibration | undefined;
}

/** Who calls, and what is done for this call alone. */
export interface ToolCall {
  readonly caller: string;
  /** Deletes a note wherever it is quoted. Errors: `noteNotFound`. */
  readonly forget: (noteId: string) => Promise<void>;
  readonly signal: AbortSignal;
}

/** What a tool gives back when it is no failure; `ToolBox` makes the result of it. */
export interface ToolAnswer {
  /** Sentences about the result, without anything that is not Lore's own but in code spans. */
  readonly message: string;
  /** Text of files and notes, fenced, and what is said of it. */
  readonly blocks: readonly string[];
  /** The same as data, without the message. */
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Tool extends ToolDescription {
  /** `input` fits the schema. Throws `ToolFailure` for what the model can mend. */
  readonly run: (input: unknown, ports: ToolPorts, call: ToolCall) => Promise<ToolAnswer>;
}

/** Returns a tool whose input, once it fits the schema, has the type that the tool expects. */
export function toolOf<Input extends object>(
  tool: ToolDescription & {
    readonly run: (input: Input, ports: ToolPorts, call: ToolCall) => Promise<ToolAnswer>;
  },
): Tool {
  return { ...tool, run: (input, ports, call) => tool.run(input as Input, ports, call) };
}

/** Why a tool does nothing, in a sentence that says what to do instead. It quotes nothing of a file. */
export class ToolFailure extends Error {
  readonly kind: ToolFailureKind;
  constructor(kind: ToolFailureKind, sentence: string) {
    super(sentence);
    this.kind = kind;
  }
}

/**
 * Returns the schema of a tool's result. Some clients hand a model only the data, so the message is in it, and with text of
 * files and notes the notice that it is data.
 */
export function resultSchema(
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[],
): JsonSchema {
  return objectSchema({ message: { type: "string" }, notice: { type: "string" }, ...properties }, [
    "message",
    ...required,
  ]);
}

/** Returns the schema of an object that has these fields and no others. */
export function objectSchema(
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[],
): JsonSchema {
  return { type: "object", properties, required, additionalProperties: false };
}
