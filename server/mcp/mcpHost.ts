/** What the MCP server needs of the memory, which may still be closed. */
import type { ToolDescription, ToolResult } from "../../protocol/tools.ts";

/** A call of a tool by an agent. */
export interface AgentCall {
  readonly name: string;
  readonly input: unknown;
  /** What the client calls itself, `""` when it does not. */
  readonly client: string;
  /** Called with what is being waited for. */
  readonly progress: (message: string) => void;
  readonly signal: AbortSignal;
}

export interface McpHost {
  readonly version: string;
  /** Those that the permission allows. */
  readonly tools: readonly ToolDescription[];
  /** True when no folder was named: then the client says which there are. */
  readonly wantsFolders: boolean;
  /** Begins to open these folders, absolute paths, and closes those that are open and not among them. */
  follow(folders: readonly string[]): void;
  /** Opens the named folders, or that of the process, where the client names none. */
  open(): void;
  /** Waits for the memory. Rejects with AbortError when cancelled; every other failure is in the result. */
  call(call: AgentCall): Promise<ToolResult>;
  /** How the memory stands, as JSON. Rejects with AbortError when cancelled. */
  status(call: Pick<AgentCall, "client" | "signal">): Promise<unknown>;
  /** What calls name the open folders by, in their order. Rejects with AbortError when cancelled. */
  folderNames(signal: AbortSignal): Promise<readonly string[]>;
}
