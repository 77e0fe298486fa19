/** Answers "what happens between A and B" by a chain of calls, and "what happens when A" by the calls of A in order. */
import type { Recall } from "../../protocol/types.ts";
import { pause, recallMore, type AnswerOutcome, type Ask } from "./ask.ts";
import {
  callOf,
  findChain,
  maxHops,
  type CallChain,
  type CallEnd,
  type CallStep,
} from "./callChain.ts";
import { evidenceOf, minEvidence } from "./evidence.ts";
import { code } from "./markdown.ts";
import { tellNoScope, tellScope } from "./mentionText.ts";
import { lastPart } from "./names.ts";
import { abstain } from "./noEvidence.ts";
import { answerPlace, writeRest } from "./placeAnswer.ts";
import { placeLine, writePlace } from "./placeText.ts";
import { QuestionTerms } from "./questionTerms.ts";
import { parseQuestion } from "../recall/question.ts";
import { Reading } from "./reading.ts";
import { lineRange, type UseLine } from "./useLines.ts";

/** A flow with one end, or ends that are no definitions, gets the usual answer about its best place. */
export async function answerFlow(
  ask: Ask,
  from: string | undefined,
  to: string | undefined,
): Promise<AnswerOutcome> {
  if (from === undefined || to === undefined) return answerPlaceAbout(ask);
  const starts = await endsOf(ask, from);
  const ends = (await endsOf(ask, to)).filter(
    (end) => !starts.some((start) => nameOf(start) === nameOf(end)),
  );
  const [start] = starts;
  const [end] = ends;
  if (start === undefined && end === undefined) return answerPlaceAbout(ask);
  tellNoScope(ask, "files");
  if (start === undefined || end === undefined) {
    return answerOneEnd(ask, (start ?? end) as Recall, start === undefined ? from : to);
  }
  const chain = await findChain(ask, starts.map(endOf), ends.map(endOf));
  const [first, last] = endsOfChain(chain, starts, ends);
  if (!writeEnds(ask, first ?? start, last ?? end)) return abstain(ask, []);
  writeChain(ask, chain, nameOf(first ?? start), nameOf(last ?? end));
  ask.writer.flush();
  await pause(ask.signal);
  await writeRest(ask, last ?? end, []);
  return "answered";
}

function answerPlaceAbout(ask: Ask): Promise<AnswerOutcome> {
  tellScope(ask);
  return answerPlace(ask);
}

/** A phrase may mean one of so many definitions; the calls decide which. */
const maxMeanings = 3;

/** Returns the definitions that a phrase of the question may be about, best first. */
async function endsOf(ask: Ask, phrase: string): Promise<Recall[]> {
  const question = parseQuestion(phrase);
  const recalls = (await recallMore(ask, phrase, 12)).filter(
    ({ citation, relation }) => citation.symbol !== undefined && relation === undefined,
  );
  const sources = recalls.filter(({ role }) => role === "source");
  // Several plain words describe a definition, they do not name it.
  const names = new Set(question.identifiers.map(lastPart));
  const [word, ...more] = question.words;
  // "the downloader" is the `Downloader`.
  const isNamed = (name: string): boolean =>
    names.has(name) || (more.length === 0 && name.toLowerCase() === word?.toLowerCase());
  const named = sources.filter((recall) => isNamed(nameOf(recall)) && isCallable(recall));
  if (named.length > 0) return named.slice(0, maxMeanings);
  const terms = new QuestionTerms(question, ask.result.trace);
  const fitting = sources.filter((recall) => evidenceOf(terms, [recall]) >= minEvidence);
  return [...fitting.filter(isCallable), ...fitting.filter((recall) => !isCallable(recall))].slice(
    0,
    maxMeanings,
  );
}

/** The definitions at both ends of what was found, for a phrase may have meant several. */
function endsOfChain(
  chain: CallChain,
  starts: readonly Recall[],
  ends: readonly Recall[],
): (Recall | undefined)[] {
  if (chain.kind === "none") return [];
  const steps = chain.kind === "chain" ? chain.steps : [...chain.toFrom, ...chain.toTo];
  const isIn = ({ name, path }: CallEnd): boolean =>
    steps.some(({ caller, callee }) =>
      [caller, callee].some((each) => each.name === name && each.path === path),
    );
  const pick = (recalls: readonly Recall[]): Recall | undefined =>
    recalls.find((recall) => isIn(endOf(recall)));
  return [pick(starts), pick(ends)];
}

/** What calls and is called. */
function isCallable({ citation }: Recall): boolean {
  return ["function", "method", "class", "struct", "macro"].includes(citation.symbol?.kind ?? "");
}

function endOf(recall: Recall): CallEnd {
  return {
    name: nameOf(recall),
    path: recall.citation.path,
    container: recall.citation.symbol?.container ?? "",
  };
}

function nameOf(recall: Recall): string {
  return recall.citation.symbol?.name ?? "";
}

async function answerOneEnd(
  ask: Ask,
  known: Recall,
  missing: string | undefined,
): Promise<AnswerOutcome> {
  const place = new Reading(ask.ports.source).place(known);
  if (place === undefined) return abstain(ask, []);
  if (missing !== undefined)
    ask.writer.block(`I found one end of this. For ${code(missing)} nothing in memory fits.`);
  writePlace(ask, place, "likely");
  ask.writer.flush();
  await pause(ask.signal);
  await writeRest(ask, known, ask.result.recalls);
  return "answered";
}

/** Returns false when an end no longer stands. */
function writeEnds(ask: Ask, from: Recall, to: Recall): boolean {
  const [start, end] = new Reading(ask.ports.source).places([from, to]);
  if (start === undefined || end === undefined) return false;
  ask.writer.block(`It starts at ${placeLine(ask, start)}, and ends at ${placeLine(ask, end)}.`);
  return true;
}

function writeChain(ask: Ask, chain: CallChain, from: string, to: string): void {
  const { writer } = ask;
  const lists =
    chain.kind === "none"
      ? []
      : stepLists(ask, chain.kind === "chain" ? [chain.steps] : [chain.toFrom, chain.toTo]);
  const [first, second] = lists;
  if (chain.kind === "none" || first === undefined) {
    const isCut = chain.kind === "none" && chain.isCut;
    writer.block(
      `I found no chain of calls between ${code(from)} and ${code(to)} ${isCut ? "among the callers that I followed before I stopped" : `within ${maxHops} steps by name`}. They may meet through data, callbacks or a framework, which calls by name do not show.`,
    );
    return;
  }
  if (chain.kind === "chain") {
    const heading = chain.isReversed
      ? `The calls lead the other way, from ${code(to)} to ${code(from)}`
      : "The calls between them";
    writer.block(`### ${heading}\n\n${first}`);
  } else {
    writer.block(
      `### ${code(chain.caller)} leads to both\n\nFirst to ${code(from)}:\n\n${first}\n\nThen to ${code(to)}:\n\n${second as string}`,
    );
  }
  writer.block(
    "By name: types are not resolved, so a step may be another definition of the same name.",
  );
}

/** One list for each run of steps; empty when a line changed meanwhile, for a chain with a gap says nothing. */
function stepLists(ask: Ask, runs: readonly (readonly CallStep[])[]): string[] {
  const reading = new Reading(ask.ports.source);
  const found = runs.map((steps) =>
    steps.map((step) => ({ step, use: callOf(reading, step.recall, step.callee) })),
  );
  if (found.flat().some(({ use }) => use === undefined)) return [];
  return found.map((steps) =>
    steps
      .map(({ step, use }, i) => {
        const { place, text, symbol } = use as UseLine;
        const link = ask.writer.link(place.file, lineRange(use as UseLine), symbol);
        return `${i + 1}. ${qualified(step.caller)} uses ${qualified(step.callee)} in ${link}: ${code(text)}`;
      })
      .join("\n"),
  );
}

function qualified({ name, container }: CallEnd): string {
  return code(container === "" ? name : `${container}.${name}`);
}
