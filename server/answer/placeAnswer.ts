/** The usual answer: the most probable place with the lines that answer, then what it is connected with. */
import type { Recall } from "../../protocol/types.ts";
import { pause, type AnswerOutcome, type Ask } from "./ask.ts";
import { findConnections, writeConnections } from "./connections.ts";
import {
  evidenceOf,
  minEvidence,
  missingNames,
  strongEvidence,
  termsOfRecall,
} from "./evidence.ts";
import { code, listed } from "./markdown.ts";
import { lastPart } from "./names.ts";
import { abstain } from "./noEvidence.ts";
import { placeLine, writePlace } from "./placeText.ts";
import { placeLabel } from "./answerWriter.ts";
import { Reading, type Place } from "./reading.ts";

const maxOthers = 3;
/** A definition further down the list is not what a question by name is about. */
const nLookedForName = 8;

/** Answers with the best recalled place, or abstains. */
export async function answerPlace(ask: Ask): Promise<AnswerOutcome> {
  const missing = await missingNames(ask);
  const nNames = ask.question.code === undefined ? ask.question.identifiers.length : 0;
  const isSelected = ask.result.recalls.some((recall) => holdsSelection(ask, recall));
  const evidence = isSelected ? 1 : evidenceOf(ask.terms, ask.result.recalls);
  if (
    evidence < minEvidence ||
    (nNames > 0 && missing.length === nNames && !isSelected && !isAboutPath(ask))
  )
    return abstain(ask, missing);
  const ordered = byWish(ask);
  const main = writeHead(ask, ordered, evidence, missing);
  if (main === undefined) return abstain(ask, missing);
  ask.writer.flush();
  await pause(ask.signal);
  await writeRest(ask, main.recall, ordered);
  return "answered";
}

/** Writes the connections of a place and the other candidates; each part is flushed when it is ready. */
export async function writeRest(
  ask: Ask,
  main: Recall,
  candidates: readonly Recall[],
): Promise<void> {
  const connections = await findConnections(ask, main);
  const present = connections && new Reading(ask.ports.source).place(main);
  if (connections !== undefined && present !== undefined) {
    writeConnections(ask, present, connections);
    ask.writer.flush();
    await pause(ask.signal);
  }
  writeOthers(
    ask,
    candidates.filter((recall) => recall !== main),
    main,
  );
  ask.writer.flush();
}

function isAboutPath(ask: Ask): boolean {
  const { paths, stackFrames } = ask.question;
  return paths.length + stackFrames.length > 0;
}

/** A definition of the very name, or the selected code's own place, comes before better-scored places. */
function byWish(ask: Ask): Recall[] {
  const recalls = ask.result.recalls.filter((recall) => recall.relation === undefined);
  const rest = recalls.length === 0 ? [...ask.result.recalls] : recalls;
  const selected = rest.find((recall) => holdsSelection(ask, recall));
  const names = new Set([...ask.question.identifiers, ...ask.question.possibleNames].map(lastPart));
  const named = rest
    .slice(0, nLookedForName)
    .find(({ citation }) => citation.symbol !== undefined && names.has(citation.symbol.name));
  const first = selected ?? named;
  return first === undefined ? rest : [first, ...rest.filter((recall) => recall !== first)];
}

/** True when a recall shows the code that the question was asked about. */
function holdsSelection({ selection }: Ask, { citation }: Recall): boolean {
  const { file, startLine } = selection ?? {};
  if (file === undefined || startLine === undefined) return false;
  const { start, end } = citation.range;
  return (
    file.rootId === citation.rootId &&
    file.path === citation.path &&
    startLine >= start.line &&
    startLine <= end.line
  );
}

/** Writes the first place that still stands. A place that changed since it was recalled is passed over. */
function writeHead(
  ask: Ask,
  recalls: readonly Recall[],
  evidence: number,
  missing: readonly string[],
): Place | undefined {
  const reading = new Reading(ask.ports.source);
  for (const recall of recalls.slice(0, nLookedForName)) {
    const place = reading.place(recall);
    if (place === undefined) continue;
    if (missing.length > 0) {
      ask.writer.block(
        `${listed(missing.map(code))} ${missing.length === 1 ? "does" : "do"} not occur in memory. The rest of the question leads here:`,
      );
    }
    writePlace(ask, place, evidence >= strongEvidence ? "sure" : "likely");
    return place;
  }
  return undefined;
}

/** One line for each further place that holds something of the question. */
function writeOthers(ask: Ask, recalls: readonly Recall[], main: Recall): void {
  const reading = new Reading(ask.ports.source);
  const seen = new Set([placeLabel(main.citation.path, main.citation.range)]);
  const items: string[] = [];
  for (const recall of recalls) {
    const place =
      items.length < maxOthers && !isNested(recall, main) ? reading.place(recall) : undefined;
    if (place === undefined) continue;
    const label = placeLabel(place.file.path, place.symbol?.range ?? place.range);
    const held = ask.terms.heldBy(termsOfRecall(recall)).map((unit) => code(unit.text));
    if (seen.has(label) || held.length === 0) continue;
    seen.add(label);
    items.push(`- ${placeLine(ask, place)}: holds ${listed(held.slice(0, 6))}`);
  }
  if (items.length > 0) ask.writer.block(`### Other candidates\n\n${items.join("\n")}`);
}

/** A part of the place that was shown is no other candidate. */
function isNested(recall: Recall, main: Recall): boolean {
  const inner = recall.citation;
  const outer = main.citation;
  const range = outer.symbol?.range ?? outer.range;
  return (
    inner.rootId === outer.rootId &&
    inner.path === outer.path &&
    inner.range.start.line >= range.start.line &&
    inner.range.end.line <= range.end.line
  );
}
