import type {
  PlaceChange,
  PlaceState,
  RankedPlace,
  SavedTrace,
  TraceComparison,
} from "../../protocol/savedTrace.ts";
import { compareTrace } from "../rpc/compareTrace.ts";
import { answerFrom } from "./answerFrom.ts";
import { exitCodes, type ExitCode } from "./commandTable.ts";
import { formatCount, formatNouns } from "./numbers.ts";
import { CliError, type Surroundings } from "./openFolder.ts";
import type { Command } from "./command.ts";
import { linesOf, placeText } from "./places.ts";
import { noticesJson } from "./statusText.ts";
import { safeLine, type Terminal } from "./terminal.ts";
import { readTraceFile } from "./traceFile.ts";

type Compared = Extract<TraceComparison, { readonly kind: "compared" }>;
type Unusable = Extract<TraceComparison, { readonly kind: "unusable" }>;

/** `lore retrace`: asks the question of a saved trace again, and says which places differ and why. */
export function retraceFolder(
  command: Extract<Command, { kind: "retrace" }>,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> {
  // Before the folder is opened and filled: a file that cannot be read needs no memory.
  const text = readTraceFile(command.file, around);
  return answerFrom(command, "searchable", terminal, around, async (folder) => {
    const { recall, clock } = folder.services;
    const compared = await compareTrace(
      text,
      { recall, clock, roots: [folder.root] },
      around.signal,
    );
    if (compared.kind === "unusable")
      throw new CliError(unusableText(compared, command.file, folder.root.folder));
    if (command.json)
      terminal.json({ ...comparisonJson(compared), notices: noticesJson(folder.status()) });
    else printComparison(compared, terminal);
    return compared.now.results.length === 0 ? exitCodes.nothing : exitCodes.ok;
  });
}

function unusableText({ reason, detail }: Unusable, file: string, folder: string): string {
  switch (reason) {
    case "damaged":
      return `${file} is not a whole trace that “lore search --save-trace” wrote${detail === "" ? "" : ` (${detail})`}.`;
    case "otherVersion":
      return `${file} is a trace of version ${detail}, which this version of Lore does not know. Save it again.`;
    case "otherRoots":
      return `${file} is a trace of another folder${detail === "" ? "" : ` (${detail})`} than ${folder}.`;
  }
}

function comparisonJson({ before, now, places }: Compared): object {
  const side = (place: RankedPlace | undefined): object | null =>
    place === undefined
      ? null
      : {
          rank: place.rank,
          ...linesOf(place.range),
          score: place.score,
          contentHash: place.contentHash,
        };
  const memory = ({ savedMs, coverage, meaning, asked }: SavedTrace): object => ({
    savedMs,
    coverage,
    ...(meaning === undefined ? {} : { meaning }),
    ranking: asked.ranking,
    ...(asked.ranker === undefined ? {} : { ranker: asked.ranker }),
    schema: asked.schema,
    chunker: asked.chunker,
  });
  return {
    query: now.asked.query,
    same: places.every(({ states }) => states.length === 0),
    before: memory(before),
    now: memory(now),
    places: places.map((change) => ({
      path: (change.now ?? change.before)?.path,
      states: change.states,
      before: side(change.before),
      now: side(change.now),
      parts: change.parts,
    })),
    stages: stagesOf(before, now),
  };
}

/** How many candidates each stage had; a stage that stands several times counts together. */
function stagesOf(
  before: SavedTrace,
  now: SavedTrace,
): { name: string; before: number; now: number }[] {
  const sum = ({ stages }: SavedTrace, name: string): number =>
    stages.reduce((n, stage) => n + (stage.name === name ? stage.nCandidates : 0), 0);
  const names = new Set([...now.stages, ...before.stages].map(({ name }) => name));
  return [...names].map((name) => ({ name, before: sum(before, name), now: sum(now, name) }));
}

function printComparison({ before, now, places }: Compared, terminal: Terminal): void {
  terminal.line(`question: ${safeLine(now.asked.query)}`);
  terminal.line(`saved: ${new Date(before.savedMs).toISOString()}`);
  for (const line of memoryLines(before, now)) terminal.line(line);
  terminal.line();
  for (const change of places) printChange(change, terminal);
  if (places.length > 0) terminal.line();
  terminal.line(summary(places));
}

/** What differs about the memory itself. */
function memoryLines(before: SavedTrace, now: SavedTrace): string[] {
  const rows: readonly (readonly [name: string, was: string, is: string])[] = [
    [
      "files in memory",
      formatCount(before.coverage.remembered),
      formatCount(now.coverage.remembered),
    ],
    ["chunks", formatCount(before.meaning?.nChunks ?? 0), formatCount(now.meaning?.nChunks ?? 0)],
    ["model", before.meaning?.model || "none", now.meaning?.model || "none"],
    ["ranking", rankingText(before), rankingText(now)],
    ["search by meaning", before.meaning?.state ?? "none", now.meaning?.state ?? "none"],
    ["store", `version ${before.asked.schema}`, `version ${now.asked.schema}`],
    ["chunker", `version ${before.asked.chunker}`, `version ${now.asked.chunker}`],
    ...stagesOf(before, now).map(
      (stage) =>
        [`candidates of ${stage.name}`, formatCount(stage.before), formatCount(stage.now)] as const,
    ),
  ];
  return rows
    .filter(([, was, is]) => was !== is)
    .map(([name, was, is]) => `${safeLine(name)}: ${safeLine(was)} → ${is}`);
}

/** What the places are ranked by, with the id of its model when there is one. */
function rankingText({ asked: { ranking, ranker } }: SavedTrace): string {
  return ranker === undefined ? ranking : `${ranking} ${ranker}`;
}

function printChange(change: PlaceChange, terminal: Terminal): void {
  const { before, now, parts } = change;
  const place = now ?? before;
  if (place === undefined) return;
  const rank = now === undefined ? " –" : String(now.rank).padStart(2);
  const words = change.states.flatMap((state) => stateText(state, change));
  const shown = terminal.style("place", placeText(place));
  terminal.line(`${rank}  ${shown}  ${words.length === 0 ? "as before" : words.join(", ")}`);
  for (const { kind, before: was, now: is } of parts) {
    const sign = is > was ? "+" : "";
    terminal.line(
      `      ${sign}${(is - was).toFixed(3)}  ${kind}: ${was.toFixed(3)} → ${is.toFixed(3)}`,
    );
  }
}

function stateText(state: PlaceState, { before }: PlaceChange): readonly string[] {
  switch (state) {
    case "came":
      return ["came"];
    case "went":
      return [`went, was number ${before?.rank ?? 0}`];
    case "rank":
      return [`was number ${before?.rank ?? 0}`];
    case "lines": {
      const { startLine, endLine } = linesOf((before as RankedPlace).range);
      return [`was at ${startLine}-${endLine}`];
    }
    case "text":
      return ["text changed"];
    case "score":
      // The parts below say it.
      return [];
  }
}

function summary(places: readonly PlaceChange[]): string {
  const n = (state: PlaceState): number =>
    places.filter((change) => change.states.includes(state)).length;
  const parts = [
    [n("came"), "came"],
    [n("went"), "went"],
    [n("rank"), "changed in rank"],
    [n("lines"), "moved to other lines"],
    [n("text"), "changed in text"],
    [n("score"), "changed in score"],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const nBoth = formatNouns(places.length, "place");
  return said.length === 0 ? `${nBoth}, all as before.` : `${nBoth}: ${said.join(", ")}.`;
}
