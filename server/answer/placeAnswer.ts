/** The usual answer: the most probable place with the lines that answer, then what it is connected with. */
import type { EvidenceTrace, Recall } from "../../protocol/types.ts";
import { isWithin } from "../recall/namedPaths.ts";
import { pause, recallMore, type AnswerOutcome, type Ask } from "./ask.ts";
import { findConnections, writeConnections } from "./connections.ts";
import { isNear, missingNames, nearestInMeaning, supportOf, type Support } from "./evidence.ts";
import { heldWords, holdsText } from "./heldWords.ts";
import { code, listed } from "./markdown.ts";
import { holdsSelection, inOrderOfAnswer, isNamedAsAsked, isSamePlace } from "./mainPlace.ts";
import { isMeantBy, recallsMeant, scopeName } from "./mentionText.ts";
import { abstain } from "./noEvidence.ts";
import { tellNotesFirst } from "./notesAnswer.ts";
import { placeLine, writePlace } from "./placeText.ts";
import { Reading, type Place } from "./reading.ts";
import { typeOfBlock } from "./typeOfBlock.ts";

const maxOthers = 3;
const maxHeld = 6;
/** So many places are tried when files change under the question. */
const nTried = 8;

/** Answers with the best recalled place, or abstains. */
export async function answerPlace(ask: Ask): Promise<AnswerOutcome> {
  const missing = await missingNames(ask);
  const nNames = ask.question.code === undefined ? ask.question.identifiers.length : 0;
  const isSelected = ask.result.recalls.some((recall) => holdsSelection(ask, recall));
  const { within } = ask.result.trace.mentions ?? {};
  const { support: byWords, by } = isSelected
    ? ({ support: "sure", by: [] } as const)
    : supportOf(ask.terms, recallsMeant(ask), within);
  if (nNames > 0 && missing.length === nNames && !isSelected && !isAboutPath(ask))
    return abstain(ask, missing);
  const near = byWords === "none" ? await nearestInMeaning(ask) : [];
  const support = near.length > 0 ? "near" : withEvidence(ask.evidence, byWords);
  if (support === "none") return abstain(ask, missing);
  if (support !== "sure") await tellNotesFirst(ask, false);
  const ordered = inOrderOfAnswer(ask, await definitionsNamed(ask));
  const supports = ({ citation }: Recall): boolean => isWithin(citation.path, by);
  const inOrder = [...ordered.filter(supports), ...ordered.filter((recall) => !supports(recall))];
  const main = writeHead(ask, support === "near" ? near : inOrder, support, missing);
  if (main === undefined) return abstain(ask, missing);
  ask.writer.flush();
  await pause(ask.signal);
  await writeRest(ask, main.recall, [...near, ...inOrder]);
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

/** Where it is known how probable an answer is, that counts and not how many of the words are held. */
function withEvidence(evidence: EvidenceTrace | undefined, byWords: Support): Support {
  if (evidence === undefined) return byWords;
  return evidence.verdict === "sure" ? "sure" : evidence.verdict === "unsure" ? "likely" : "none";
}

function isAboutPath(ask: Ask): boolean {
  const { paths, stackFrames } = ask.question;
  return stackFrames.length > 0 || (paths.length > 0 && !ask.terms.isWithin);
}

/** Writes the first place that still stands. A place that changed since it was recalled is passed over. */
function writeHead(
  ask: Ask,
  recalls: readonly Recall[],
  support: Support,
  missing: readonly string[],
): Place | undefined {
  const reading = new Reading(ask.ports.source);
  for (const recall of recalls.slice(0, nTried)) {
    const found = reading.place(recall);
    if (found === undefined) continue;
    const place = asksForThing(ask) ? (typeOfBlock(found, ask.ports.hashText) ?? found) : found;
    writeReserve(ask, support, missing);
    writePlace(ask, place, support === "sure" ? "sure" : "likely");
    return place;
  }
  return undefined;
}

/** Says what of the question was not found, that only its meaning led to the place, and how sure that is. */
function writeReserve(ask: Ask, support: Support, missing: readonly string[]): void {
  const absent = [...missing, ...ask.terms.absent.map(({ text }) => text)];
  const isNear = support === "near";
  const doubt = doubtOf(ask.evidence);
  const lacks =
    absent.length > 0
      ? [
          `${listed(absent.map(code))} ${absent.length === 1 ? "does" : "do"} not occur in ${scopeName(ask) ?? "memory"}.`,
        ]
      : isNear
        ? ["No place holds enough of the question's words."]
        : [];
  const leads = isNear
    ? ["By its meaning the question leads here:"]
    : lacks.length > 0
      ? ["The rest of the question leads here:"]
      : [];
  const said = [...lacks, ...(doubt === undefined ? [] : [doubt]), ...leads];
  if (said.length > 0) ask.writer.block(said.join(" "));
}

/** `undefined` where there is no doubt, or nothing is known of it. */
function doubtOf(evidence: EvidenceTrace | undefined): string | undefined {
  if (evidence === undefined || evidence.verdict === "sure") return undefined;
  const nWithout = Math.min(9, Math.max(1, Math.round(10 * (1 - evidence.probability))));
  const likely = nWithout < 5 ? "The answer is probably here" : "The answer may be here";
  return `${likely}, but for about ${nWithout} of 10 such questions it is not in memory.`;
}

/**
 * "What is a citation" asks for the definition of that name, which may be recalled too far down: whatever uses
 * it holds the word more often. Returns what is to be added to the recalled places.
 */
async function definitionsNamed(ask: Ask): Promise<Recall[]> {
  const { question, terms, result, selection } = ask;
  const words = terms.units.filter(({ isWeak }) => !isWeak);
  if (question.intent.kind !== "what" || selection !== undefined || words.length > maxNameWords)
    return [];
  if (words.length === 0) return [];
  if (result.recalls.slice(0, nTried).some((recall) => isNamedAsAsked(ask, recall))) return [];
  const name = words
    .map(({ text }) => text.replace(/^./u, (first) => first.toUpperCase()))
    .join("");
  if (!/^[\p{L}\p{N}_$]+$/u.test(name)) return [];
  const found = await recallMore(ask, `\`${name}\``, nRecalledByName);
  const isMeant = isMeantBy(ask);
  return found.filter((recall) => isMeant(recall.citation.path) && isNamedAsAsked(ask, recall));
}
const maxNameWords = 3;
const nRecalledByName = 10;

/** "What is X" and a bare name ask for a definition, other questions for the code that works on it. */
function asksForThing({ question, selection, terms }: Ask): boolean {
  // Who says `impl` means the block itself.
  if (selection !== undefined || /\bimpl\b/.test(question.raw)) return false;
  const isBare = question.intent.kind === "unknown" && terms.units.length === 1;
  return isBare || question.intent.kind === "what";
}

/** One line for each further definition that holds something of the question or is near to it, each once. */
function writeOthers(ask: Ask, recalls: readonly Recall[], main: Recall): void {
  const reading = new Reading(ask.ports.source);
  const shown = [main];
  const items: string[] = [];
  for (const recall of recalls) {
    if (items.length >= maxOthers) break;
    if (shown.some((other) => isSamePlace(recall, other)) || isNested(recall, main)) continue;
    const place = reading.place(recall);
    if (place === undefined) continue;
    const holds = holdsText(heldWords(ask.terms, place), maxHeld);
    const why = [
      ...(holds === undefined ? [] : [holds]),
      ...(isNear(ask.terms, recall) ? ["is near in meaning"] : []),
    ];
    if (why.length === 0) continue;
    shown.push(recall);
    items.push(`- ${placeLine(ask, place)}: ${why.join(" and ")}`);
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
