import { answerFrom } from "./answerFrom.ts";
import { exitCodes, type ExitCode } from "./commandTable.ts";
import { formatCount } from "./numbers.ts";
import type { Surroundings } from "./openFolder.ts";
import { noteScope } from "./scopeNote.ts";
import type { Command } from "./command.ts";
import type { Terminal } from "./terminal.ts";

/** `lore context`: a prompt for any language model, with what is remembered for a question. */
export function showContext(
  command: Extract<Command, { kind: "context" }>,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> {
  return answerFrom(command, "searchable", terminal, around, async ({ services }) => {
    const { question, maxTokens } = command;
    const result = await services.context({ question, maxTokens }, [], around.signal);
    if (command.json) terminal.json(result);
    else {
      noteScope(result.mentions, terminal);
      terminal.line(result.prompt.trimEnd());
      const how = result.counter === "estimate" ? "about " : "";
      terminal.note(
        `${how}${formatCount(result.nTokens)} of ${formatCount(maxTokens)} tokens, as ${counterWords[result.counter]}.`,
      );
    }
    return result.items.length === 0 ? exitCodes.nothing : exitCodes.ok;
  });
}

const counterWords = {
  model: "Lore’s own small language model counts them; a larger one counts fewer",
  estimate: "estimated from the length of the text",
} as const;
