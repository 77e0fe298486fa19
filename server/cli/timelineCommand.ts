import type { TimelineEvent, TimelineResult } from "../../protocol/timeline.ts";
import { commitLine, timeText } from "../answer/historyWording.ts";
import { answerFrom } from "./answerFrom.ts";
import { exitCodes, type ExitCode } from "./commandTable.ts";
import { keptConversations } from "./keptConversations.ts";
import { CliError, type OpenFolder, type Surroundings } from "./openFolder.ts";
import type { Command } from "./command.ts";
import { safeLine, type Terminal } from "./terminal.ts";

type TimelineCommand = Extract<Command, { kind: "timeline" }>;
const maxTextLength = 200;

/** `lore timeline`: what happened when in a folder, the last first. */
export function showTimeline(
  command: TimelineCommand,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> {
  return answerFrom(command, "scanned", terminal, around, async (folder) => {
    await folder.services.history.settled(folder.root.id, false, around.signal);
    const result = await read(command, folder, around);
    if (result.kind === "unknownTime")
      throw new CliError(
        `“${safeLine(result.phrase)}” is no time. Write 2026-08-01, yesterday, “last week” or “3 hours ago”.`,
      );
    if (command.json) terminal.json(result);
    else print(result, terminal);
    return result.events.length > 0 ? exitCodes.ok : exitCodes.nothing;
  });
}

/** Questions are there when an editor keeps its conversations in this store. */
async function read(
  { since, until, limit }: TimelineCommand,
  folder: OpenFolder,
  { signal }: Surroundings,
): Promise<TimelineResult> {
  const { services, root } = folder;
  const conversations = await keptConversations(folder);
  try {
    return await services.timeline.timeline(
      {
        ...{ rootIds: [root.id], limit },
        ...(since === undefined ? {} : { since }),
        ...(until === undefined ? {} : { until }),
      },
      signal,
    );
  } finally {
    conversations?.close();
  }
}

function print(
  { events, isCut, missing }: Extract<TimelineResult, { kind: "timeline" }>,
  terminal: Terminal,
): void {
  if (events.length === 0) terminal.line("Nothing is in memory of this time.");
  for (const event of events) printEvent(event, terminal);
  if (isCut) terminal.note("There is more before this; --limit shows it.");
  if (missing.length > 0) terminal.note(`Not read at the moment: ${missing.join(", ")}.`);
}

function printEvent(event: TimelineEvent, terminal: Terminal): void {
  const line = (kind: string, text: string): void =>
    terminal.line(`${timeText(event.atMs)}  ${kind.padEnd(8)}  ${safeLine(text)}`);
  switch (event.kind) {
    case "commit":
      return line("commit", commitLine(event.commit));
    case "edit": {
      const { path, change, definitions } = event.edit;
      line(change === "changed" ? "edit" : change, path);
      for (const { name, container, change: how } of definitions)
        terminal.line(
          `                  ${safeLine(`${how}: ${container === "" ? name : `${container}.${name}`}`)}`,
        );
      return;
    }
    case "turn":
      return line("question", event.text.slice(0, maxTextLength));
    case "note":
      return line("note", event.text.slice(0, maxTextLength));
  }
}
