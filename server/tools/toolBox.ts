/** All tools, and how one is called. */
import {
  toolPermissions,
  type ToolCallParams,
  type ToolDescription,
  type ToolPermission,
  type ToolResult,
} from "../../protocol/tools.ts";
import type { ToolService } from "../services.ts";
import { dataNotice } from "./fencedText.ts";
import { findUsages } from "./findUsages.ts";
import { forgetNote } from "./forgetNote.ts";
import { readMemory } from "./readMemory.ts";
import { recallNotes } from "./recallNotes.ts";
import { remember } from "./remember.ts";
import { searchMemory } from "./searchMemory.ts";
import { ToolFailure, type Tool, type ToolAnswer, type ToolCall, type ToolPorts } from "./tool.ts";
import { checkInput } from "./toolInput.ts";
import { whatChanged } from "./whatChanged.ts";

/** In the order in which a model reads them. */
const tools: readonly Tool[] = [
  searchMemory,
  readMemory,
  findUsages,
  whatChanged,
  recallNotes,
  remember,
  forgetNote,
];

/** What a model is told of each tool. */
export const toolDescriptions: readonly ToolDescription[] = tools.map(
  ({ run: _run, ...description }) => description,
);

/** True when a caller with this permission may use what needs another. */
export function mayUse(permission: ToolPermission, needed: ToolPermission): boolean {
  return toolPermissions.indexOf(permission) >= toolPermissions.indexOf(needed);
}

export class ToolBox implements ToolService {
  readonly #ports: ToolPorts;

  constructor(ports: ToolPorts) {
    this.#ports = ports;
  }

  list(): readonly ToolDescription[] {
    return toolDescriptions;
  }

  async call(
    { name, input, caller, permission }: ToolCallParams,
    forget: ToolCall["forget"],
    signal: AbortSignal,
  ): Promise<ToolResult> {
    try {
      const tool = allowedTool(name, permission);
      const checked = checkInput(tool.input, input);
      const answer = await tool.run(checked, this.#ports, { caller, forget, signal });
      signal.throwIfAborted();
      return resultOf(answer);
    } catch (error) {
      if (!(error instanceof ToolFailure)) throw error;
      const { kind, message } = error;
      return { text: message, structured: { error: kind, message }, isError: true };
    }
  }
}

function resultOf({ message, blocks, data }: ToolAnswer): ToolResult {
  const notice = blocks.length === 0 ? {} : { notice: dataNotice };
  return {
    text: [message, ...Object.values(notice), ...blocks].join("\n\n"),
    structured: { message, ...notice, ...data },
    isError: false,
  };
}

/** Errors: `ToolFailure` for a tool that is not there or not allowed. */
function allowedTool(name: string, permission: ToolPermission): Tool {
  const tool = tools.find((known) => known.name === name);
  if (tool === undefined) {
    const names = tools.map((known) => known.name).join(", ");
    throw new ToolFailure(
      "unknownTool",
      `There is no tool of this name, so nothing was done. Call one of ${names}.`,
    );
  }
  if (!mayUse(permission, tool.permission))
    throw new ToolFailure(
      "notAllowed",
      `The user has not allowed agents to ${tool.permission}, so nothing was done. Do not try again; ask the user, who can allow it with “lore mcp --allow ${tool.permission}”, in the editor with the setting “lore.agents.permission”.`,
    );
  return tool;
}
