import type { Citation } from "../../protocol/types.ts";
import { answerFrom } from "./answerFrom.ts";
import { exitCodes, type ExitCode } from "./commandTable.ts";
import { openFolderTurns } from "./folderTurns.ts";
import type { Surroundings } from "./openFolder.ts";
import type { Command } from "./command.ts";
import { linesOf } from "./places.ts";
import { noticesJson } from "./statusText.ts";
import type { Terminal } from "./terminal.ts";
import { renderForTerminal } from "./terminalMarkdown.ts";
import { printTrace } from "./traceText.ts";

/** `lore ask`: an answer with its citations, each part as soon as it is there; with `--json` in one piece. */
export function askFolder(
  command: Extract<Command, { kind: "ask" }>,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> {
  return answerFrom(command, "searchable", terminal, around, async (folder) => {
    const printPart = partPrinter(terminal);
    const turns = openFolderTurns(folder);
    const answer = await folder.services.answers
      .ask(
        {
          question: command.question,
          askId: "cli",
          ...(command.asOf === undefined ? {} : { asOf: command.asOf }),
          ...(command.explain ? { explain: true } : {}),
          ...(command.deep ? { deep: true } : {}),
        },
        command.json ? () => {} : printPart,
        around.signal,
        turns?.recall,
      )
      .finally(() => turns?.close());
    const { markdown, citations, commits = [], abstained, coverage, elapsedMs, trace } = answer;
    if (command.explain && !command.json) {
      terminal.line();
      printTrace(trace, terminal);
    }
    if (command.json) {
      const text = renderForTerminal(markdown, citations, (_style, plain) => plain);
      const cited = citations.map(({ path, range, contentHash, commit }) => ({
        path,
        ...linesOf(range),
        contentHash,
        ...(commit === undefined ? {} : { commit }),
      }));
      const notices = noticesJson(folder.status());
      terminal.json({
        ...{ text, markdown, citations: cited, commits, abstained, coverage, notices, elapsedMs },
        // How probable it is that the memory holds the answer; null where the words decided.
        evidence: trace.evidence ?? null,
        ...(command.explain ? { trace } : {}),
      });
    }
    return abstained ? exitCodes.nothing : exitCodes.ok;
  });
}

/** Returns what prints the parts of an answer: each is whole blocks of markdown, and refers to all citations so far. */
function partPrinter(terminal: Terminal): (markdown: string, cited: readonly Citation[]) => void {
  const citations: Citation[] = [];
  let isFirst = true;
  return (markdown, cited) => {
    citations.push(...cited);
    const shown = renderForTerminal(markdown, citations, (...args) => terminal.style(...args));
    if (shown === "") return;
    if (!isFirst) terminal.line();
    isFirst = false;
    terminal.line(shown);
  };
}
