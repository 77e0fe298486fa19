/** The tools that a language model or an agent calls: what each is for, what it takes, and what it gives back. */

/** What a caller may do, each including those before it. */
export const toolPermissions = ["read", "remember", "forget"] as const;
export type ToolPermission = (typeof toolPermissions)[number];

/** The part of JSON Schema (draft 2020-12) that describes what tools take and give. */
export interface JsonSchema {
  readonly type: "object" | "array" | "string" | "integer" | "number" | "boolean";
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: JsonSchema;
  readonly enum?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  /** What stands for a value that is left out. */
  readonly default?: string | number | boolean;
}

export interface ToolDescription {
  /** `verb_noun`. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** For the model: what it does, when to use it and when not. */
  readonly description: string;
  readonly input: JsonSchema;
  /** Shape of `structured` in a result that is no error. */
  readonly output: JsonSchema;
  /** What the caller must be allowed. */
  readonly permission: ToolPermission;
}

export interface ToolCallParams {
  readonly name: string;
  /** As the model wrote it; checked against the tool's schema. */
  readonly input: unknown;
  /** What the caller calls itself; who wrote a note says it. */
  readonly caller: string;
  readonly permission: ToolPermission;
}

/** Why a tool did nothing. The text of such a result says what to do instead. */
export type ToolFailureKind =
  | "unknownTool"
  | "invalidInput"
  | "notAllowed"
  | "notFound"
  | "ambiguous"
  | "notReady"
  | "unavailable";

export interface ToolResult {
  /** For the model. Text of files and notes stands in fences. */
  readonly text: string;
  /** The same as data; of an error `{ error, message }`. */
  readonly structured: Readonly<Record<string, unknown>>;
  readonly isError: boolean;
}
