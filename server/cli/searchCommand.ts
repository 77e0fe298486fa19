import type { Recall, Relation } from "../../protocol/types.ts";
import { answerFrom } from "./answerFrom.ts";
import { exitCodes, type ExitCode } from "./commandTable.ts";
import { formatCount, formatNouns } from "./numbers.ts";
import { commitLine } from "../answer/historyWording.ts";
import { CliError, type Surroundings } from "./openFolder.ts";
import type { Command } from "./command.ts";
import { placeText, linesOf, resultLine } from "./places.ts";
import { noteScope } from "./scopeNote.ts";
import { noticesJson } from "./statusText.ts";
import { safe, safeLine, type Terminal } from "./terminal.ts";
import { writeTrace } from "./traceFile.ts";
import { printTrace } from "./traceText.ts";

/** Of each place this many lines are printed. */
const maxShownLines = 6;
const maxLineLength = 200;

/** `lore search`: the places that a question is about, best first. */
export function searchFolder(
  command: Extract<Command, { kind: "search" }>,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> {
  return answerFrom(command, "searchable", terminal, around, async (folder) => {
    const { services } = folder;
    const { question, limit, explain, ranking, saveTrace } = command;
    const isTraced = explain || saveTrace !== undefined;
    const found = await services.recall.search(
      { query: question, limit, ...(isTraced ? { explain: true } : {}) },
      around.signal,
      { ranking },
    );
    const { recalls, trace, coverage } = found;
    if (saveTrace !== undefined) writeTrace(saveTrace, found, services.clock.nowMs(), around);
    if (command.json) {
      terminal.json({
        query: question,
        results: recalls.map((recall) => ({
          ...resultLine(recall),
          contentHash: recall.citation.contentHash,
          ...(recall.citation.symbol === undefined ? {} : { symbol: recall.citation.symbol.name }),
        })),
        coverage,
        notices: noticesJson(folder.status()),
        ...(trace.mentions === undefined ? {} : { mentions: trace.mentions }),
        ...(explain ? { trace } : {}),
      });
    } else {
      noteScope(trace.mentions, terminal);
      if (explain) printTrace(trace, terminal);
      for (const [idx, recall] of recalls.entries())
        printRecall(recall, idx + 1, explain, terminal);
      if (recalls.length === 0) terminal.line("Nothing in memory fits the question.");
    }
    return recalls.length === 0 ? exitCodes.nothing : exitCodes.ok;
  });
}

/** `lore search --as-of`: the places of a commit's tree that a question is about, best first. */
export function searchFolderAt(
  command: Extract<Command, { kind: "searchAt" }>,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> {
  return answerFrom(command, "scanned", terminal, around, async ({ services, root }) => {
    const { question, limit, asOf } = command;
    const found = await services.history.recallAt(
      { rootId: root.id, at: asOf, query: question, limit },
      around.signal,
    );
    if (found.kind === "unknownCommit")
      throw new CliError(
        `“${asOf}” is no commit of this repository, or there is none before that time.`,
      );
    if (found.kind === "failed") throw new CliError(`Git cannot read the files of “${asOf}”.`);
    const { commit, recalls, filesSearched, filesLeftOut, mentions } = found;
    if (command.json) {
      const results = recalls.map((recall) => ({
        ...resultLine(recall),
        contentHash: recall.citation.contentHash,
        ...(recall.citation.symbol === undefined ? {} : { symbol: recall.citation.symbol.name }),
      }));
      terminal.json({
        ...{ query: question, commit, results, filesSearched, filesLeftOut },
        ...(mentions === undefined ? {} : { mentions }),
      });
    } else {
      noteScope(mentions, terminal);
      terminal.line(safeLine(commitLine(commit)));
      for (const [idx, recall] of recalls.entries()) printRecall(recall, idx + 1, false, terminal);
      if (recalls.length === 0) terminal.line("Nothing in this commit fits the question.");
    }
    return recalls.length === 0 ? exitCodes.nothing : exitCodes.ok;
  });
}

/** `lore search --all`: every place of a literal text, and how complete the list is. */
export function searchEverywhere(
  command: Extract<Command, { kind: "all" }>,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> {
  return answerFrom(command, "searchable", terminal, around, async (folder) => {
    const { services } = folder;
    const { literal, wholeWord, limit } = command;
    const found = await services.exhaustive({ literal, wholeWord, limit }, around.signal);
    const { places, nPlaces, truncated, filesScanned, filesKnown, unreadable } = found;
    const complete = !truncated && filesScanned === filesKnown;
    if (command.json) {
      terminal.json({
        literal,
        complete,
        places: places.map(({ citation, line }) => ({
          path: citation.path,
          ...linesOf(citation.range),
          text: line,
        })),
        nPlaces,
        truncated,
        filesScanned,
        filesKnown,
        unreadable,
        notices: noticesJson(folder.status()),
      });
    } else {
      for (const { citation, line } of places) {
        terminal.line(`${terminal.style("place", placeText(citation))}: ${shownLine(line)}`);
      }
      for (const { path, reason } of unreadable) {
        terminal.note(`not scanned: ${safeLine(path)} (${safeLine(reason)})`);
      }
      const shown = truncated ? `, ${formatCount(places.length)} of them shown` : "";
      const missing = filesKnown - filesScanned;
      terminal.note(
        `${formatNouns(nPlaces, "place")}${shown}. Scanned ${formatCount(filesScanned)} of ` +
          `${formatNouns(filesKnown, "file")}${missing === 0 ? ": all of them" : `; ${formatCount(missing)} are not in memory or not readable`}.`,
      );
    }
    return nPlaces === 0 ? exitCodes.nothing : exitCodes.ok;
  });
}

function printRecall(recall: Recall, rank: number, explain: boolean, terminal: Terminal): void {
  const { citation, score, reasons, text, relation } = recall;
  const symbol = citation.symbol === undefined ? "" : `  ${safeLine(citation.symbol.name)}`;
  const link = relation === undefined ? "" : `  (${relationText(relation)})`;
  terminal.line(
    `${String(rank).padStart(2)}  ${terminal.style("place", placeText(citation))}${symbol}${link}`,
  );
  if (explain) {
    terminal.line(`      score ${score.toFixed(3)}`);
    for (const { kind, detail, weight } of reasons) {
      const words = detail === "" ? kind : `${kind}: ${safeLine(detail)}`;
      terminal.line(`      ${weight >= 0 ? "+" : ""}${weight.toFixed(3)}  ${words}`);
    }
  }
  const lines = text.split("\n");
  for (const line of lines.slice(0, maxShownLines)) {
    terminal.line(terminal.style("quiet", `      ${shownLine(line)}`).trimEnd());
  }
  if (lines.length > maxShownLines) terminal.line(terminal.style("quiet", "      …"));
}

const relationWords: Readonly<Record<Relation["kind"], string>> = {
  calls: "called by",
  calledBy: "uses",
  test: "tests",
  type: "type of",
  configuredBy: "configures",
  documentedBy: "documents",
};

/** How a place hangs together with a better one, by name. */
function relationText({ kind, of, nDefinitions }: Relation): string {
  const words = `${relationWords[kind]} ${safeLine(of)}`;
  return nDefinitions === undefined
    ? words
    : `${words}, or another of ${nDefinitions} definitions of this name`;
}

function shownLine(line: string): string {
  const shown = safe(line.length > maxLineLength ? `${line.slice(0, maxLineLength)}…` : line);
  return shown.replaceAll("\n", " ").replaceAll("\t", "  ").trimEnd();
}
