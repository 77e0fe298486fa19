import path from "node:path";
import type {
  HistoryStatus,
  HistoryTarget,
  PastEvent,
  PastResult,
} from "../../protocol/history.ts";
import { changeWords, commitLine, extentText, stateText } from "../answer/historyWording.ts";
import { definitionsOf, symbolTarget } from "../answer/pastSubject.ts";
import { answerFrom } from "./answerFrom.ts";
import { exitCodes, type ExitCode } from "./commandTable.ts";
import { checkLine } from "./namedLines.ts";
import { formatNouns } from "./numbers.ts";
import { CliError, type OpenFolder, type Surroundings } from "./openFolder.ts";
import type { Command } from "./command.ts";
import { safeLine, type Terminal } from "./terminal.ts";

type HistoryCommand = Extract<Command, { kind: "history" }>;
type Past = Extract<PastResult, { readonly kind: "past" }>;

/** `lore history`: the commits that changed a definition, a file or a folder, or that wrote a line. */
export function showHistory(
  command: HistoryCommand,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> {
  return answerFrom(command, "searchable", terminal, around, async (folder) => {
    const status = await readHistory(folder, around, command.json ? undefined : terminal);
    const problem = stateText(status);
    const found = problem === undefined ? await find(command, folder, around) : undefined;
    if (found?.kind === "unknownSince")
      throw new CliError(`“${command.since ?? ""}” is no time and no commit of this repository.`);
    if (command.json) terminal.json(jsonOf(found, status));
    else print(command, found, problem, status, terminal);
    return found?.kind === "past" && found.events.length > 0 ? exitCodes.ok : exitCodes.nothing;
  });
}

/** Returns how far the history is when all commits are read; a `terminal` is told that it may take a while. What they did to definitions that are gone today may still be open. */
export async function readHistory(
  { services, root }: OpenFolder,
  { signal }: Surroundings,
  terminal: Terminal | undefined,
): Promise<HistoryStatus> {
  const { state } = services.history.status(root.id);
  if (state === "waiting" || state === "reading") terminal?.note("Reading the history.");
  return services.history.settled(root.id, false, signal);
}

/** A word that looks like a path is looked up as one first; what is nothing of the one may be the other. */
async function find(
  { target, limit, since }: HistoryCommand,
  { services, root }: OpenFolder,
  { signal }: Surroundings,
): Promise<PastResult> {
  const place = /^(.+):([1-9]\d{0,8})$/s.exec(target);
  const from = since === undefined ? {} : { since };
  const past = (wanted: HistoryTarget): Promise<PastResult> =>
    services.history.past({ rootId: root.id, target: wanted, limit, ...from }, signal);
  if (place !== null) {
    const [, file = "", line] = place;
    checkLine(path.resolve(root.folder, file), { file, line: Number(line) });
    return past({ kind: "line", path: file, line: Number(line) - 1 });
  }
  const asPath = (): Promise<PastResult> => past({ kind: "path", path: target });
  const asName = async (): Promise<PastResult> => {
    const named = await past(
      symbolTarget(target, await definitionsOf(services.recall, target, [root.id], signal)),
    );
    if (named.kind !== "unknown" || named.status.nWithoutSymbols === 0) return named;
    // It may be gone: then only what commits did to it tells where it was.
    await services.history.settled(root.id, true, signal);
    return past({ kind: "symbol", name: target, paths: [] });
  };
  const looksLikePath = /[/\\]|\.\w{1,8}$|^\.$/.test(target);
  const first = looksLikePath ? await asPath() : await asName();
  if (first.kind !== "unknown") return first;
  return looksLikePath ? asName() : asPath();
}

function jsonOf(found: PastResult | undefined, status: HistoryStatus): object {
  const { events, authors, isWhole }: Pick<Past, "events" | "authors" | "isWhole"> =
    found?.kind === "past" ? found : { events: [], authors: [], isWhole: true };
  return {
    known: found?.kind === "past",
    events,
    authors,
    isWhole,
    history: found?.status ?? status,
  };
}

function print(
  { target, since }: HistoryCommand,
  found: PastResult | undefined,
  problem: string | undefined,
  status: HistoryStatus,
  terminal: Terminal,
): void {
  const word = safeLine(target);
  if (found === undefined) return terminal.line(problem);
  if (found.kind !== "past") {
    terminal.line(`No commit in memory changed anything that is called “${word}”.`);
  } else if (found.events.length === 0) {
    terminal.line(
      `Nothing changed in “${word}”${since === undefined ? "" : ` since ${safeLine(since)}`}.`,
    );
  } else {
    for (const event of found.events) printEvent(event, terminal);
    terminal.line();
    const nPeople = formatNouns(found.authors.length, "author");
    terminal.line(
      `${nPeople}: ${found.authors
        .slice(0, 8)
        .map(({ name, nCommits }) => `${safeLine(name)} (${nCommits})`)
        .join(", ")}`,
    );
    if (!found.isWhole)
      terminal.note("Not all versions were looked at: there may be older changes.");
  }
  terminal.note(extentText(found.status ?? status));
}

function printEvent({ commit, change, path, oldPath }: PastEvent, terminal: Terminal): void {
  terminal.line(safeLine(commitLine(commit)));
  const from = oldPath === undefined ? "" : `${safeLine(oldPath)} → `;
  terminal.line(
    `            ${changeWords[change]}: ${from}${terminal.style("place", safeLine(path))}`,
  );
}
