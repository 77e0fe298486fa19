import type { MentionTrace } from "../../protocol/mentions.ts";
import { withinText } from "../answer/mentionText.ts";
import type { Terminal } from "./terminal.ts";
import { renderForTerminal } from "./terminalMarkdown.ts";

/** Says beside what was found to which files and folders the question limited it; nothing when it names none. */
export function noteScope(mentions: MentionTrace | undefined, terminal: Terminal): void {
  const within = withinText(mentions);
  if (within !== undefined)
    terminal.note(renderForTerminal(within, [], (_style, text) => text).trimEnd());
}
