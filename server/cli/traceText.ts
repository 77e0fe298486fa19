import type {
  DropReason,
  EvidenceTrace,
  MeaningTrace,
  RecallTrace,
  RereadTrace,
  StageCandidate,
} from "../../protocol/types.ts";
import { formatBytes, formatCount, formatNouns } from "./numbers.ts";
import { safeLine, type Terminal } from "./terminal.ts";

/** Candidates of one stage that are printed; JSON has all that are kept. */
const maxShown = 10;

/** Prints how a question was understood, and what each stage of the recall found. */
export function printTrace(trace: RecallTrace, terminal: Terminal): void {
  const list = (name: string, items: readonly string[]): void => {
    if (items.length > 0) terminal.line(`${name}: ${items.map(safeLine).join(", ")}`);
  };
  list(
    "words",
    trace.terms.map(
      ({ term, nChunks, used }) => `${term} (${used ? formatCount(nChunks) : "not used"})`,
    ),
  );
  list("identifiers", trace.identifiers);
  list("paths", trace.paths);
  list("quoted", trace.literals);
  if (trace.meaning !== undefined) terminal.line(`meaning: ${meaningText(trace.meaning)}`);
  if (trace.reread !== undefined) terminal.line(`read again: ${rereadText(trace.reread)}`);
  if (trace.evidence !== undefined) terminal.line(`in memory: ${evidenceText(trace.evidence)}`);
  for (const { name, nCandidates, ms, candidates = [] } of trace.stages) {
    terminal.line(
      `${safeLine(name)}: ${formatNouns(nCandidates, "candidate")} in ${ms.toFixed(1)} ms`,
    );
    printCandidates(candidates, terminal);
  }
  terminal.line();
}

function printCandidates(candidates: readonly StageCandidate[], terminal: Terminal): void {
  const dropped = candidates.filter((each) => each.dropped !== undefined);
  const passed = candidates.filter((each) => each.dropped === undefined);
  for (const candidate of [...passed.slice(0, maxShown), ...dropped.slice(0, maxShown)])
    terminal.line(
      `${candidate.score.toFixed(3).padStart(12)}  ${terminal.style("place", candidateText(candidate))}${noteOf(candidate)}`,
    );
}

/** `src/a.ts:3-9`, or the file alone. */
function candidateText({ path, lines }: StageCandidate): string {
  if (lines === undefined) return safeLine(path);
  const first = lines.startLine + 1;
  return `${safeLine(path)}:${first}${lines.endLine > first ? `-${lines.endLine}` : ""}`;
}

const dropWords: Readonly<Record<DropReason, string>> = {
  overLimit: "left out: others are better",
  unreadable: "left out: cannot be read any more",
  shownAlready: "left out: a better place shows these lines",
};

function noteOf({ parts = [], foundBy = [], dropped }: StageCandidate): string {
  const notes = [
    ...parts.map(({ kind, weight }) => `${kind} ${weight >= 0 ? "+" : ""}${weight.toFixed(3)}`),
    ...(foundBy.length === 0 ? [] : [`by ${foundBy.join(", ")}`]),
    ...(dropped === undefined ? [] : [dropWords[dropped]]),
  ];
  return notes.length === 0 ? "" : `  (${notes.join("; ")})`;
}

function meaningText({ state, nEmbedded, nChunks, memoryBytes }: MeaningTrace): string {
  const counts = `${formatCount(nEmbedded)} of ${formatNouns(nChunks, "chunk")}, ${formatBytes(memoryBytes)} in memory`;
  switch (state) {
    case "used":
      return counts;
    case "partly":
      return `${counts}; the others by their words only`;
    case "notAsked":
      return "not asked, because the question holds no word";
    case "unavailable":
      return "not available, search works by words only";
  }
}

const verdictWords: Readonly<Record<EvidenceTrace["verdict"], string>> = {
  sure: "sure",
  unsure: "not sure",
  unknown: "too little for an answer",
};

/** What moved the probability most is named first. */
function evidenceText({ probability, verdict, parts }: EvidenceTrace): string {
  const told = parts
    .toSorted((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
    .map(({ fact, weight }) => `${fact} ${weight >= 0 ? "+" : ""}${weight.toFixed(2)}`);
  return `${(100 * probability).toFixed(0)} % (${verdictWords[verdict]}): ${told.join(", ")}`;
}

function rereadText({ state, nPlaces }: RereadTrace): string {
  switch (state) {
    case "used":
      return `the best ${formatNouns(nPlaces, "place")}`;
    case "late":
      return `not done in time for ${formatNouns(nPlaces, "place")}`;
    case "unavailable":
      return "not available";
  }
}
