/** Answers "what happens between A and B" by a chain of calls, and "what happens when A" by the calls of A in order. */
import type { Recall } from "../../protocol/types.ts";
import { pause, recallMore, type AnswerOutcome, type Ask } from "./ask.ts";
import { findChain, maxHops, type CallChain, type CallEnd, type CallStep } from "./callChain.ts";
import { evidenceOf, minEvidence } from "./evidence.ts";
import { code } from "./markdown.ts";
import { callsName, lastPart } from "./names.ts";
import { abstain } from "./noEvidence.ts";
import { answerPlace, writeRest } from "./placeAnswer.ts";
import { placeLine, writePlace } from "./placeText.ts";
import { QuestionTerms } from "./questionTerms.ts";
import { parseQuestion } from "../recall/question.ts";
import { Reading } from "./reading.ts";
import { lineRange, useLinesOf } from "./useLines.ts";

/** A flow with one end, or ends that are no definitions, gets the usual answer about its best place. */
export async function answerFlow(
  ask: Ask,
  from: string | undefined,
  to: string | undefined,
): Promise<AnswerOutcome> {
  if (from === undefined || to === undefined) return answerPlace(ask);
  const starts = await endsOf(ask, from);
  const ends = (await endsOf(ask, to)).filter(
    (end) => !starts.some((start) => nameOf(start) === nameOf(end)),
  );
  const [start] = starts;
  const [end] = ends;
  if (start === undefined && end === undefined) return answerPlace(ask);
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

/** A phrase may mean one of so many definitions; the calls decide which. */
const maxMeanings = 3;

/** Returns the definitions that a phrase of the question may be about, best first. */
async function endsOf(ask: Ask, phrase: string): Promise<Recall[]> {
  const question = parseQuestion(phrase);
  const recalls = (await recallMore(ask, phrase, 12)).filter(
    ({ citation, relation }) => citation.symbol !== undefined && relation === undefined,
  );
  const names = new Set([...question.identifiers, ...question.words].map(lastPart));
  const named = recalls.filter((recall) => names.has(nameOf(recall)) && recall.role === "source");
  if (named.length > 0) return named.slice(0, 1);
  const terms = new QuestionTerms(question, ask.result.trace);
  return recalls
    .filter((recall) => recall.role === "source" && evidenceOf(terms, [recall]) >= minEvidence)
    .slice(0, maxMeanings);
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
  if (chain.kind === "none") {
    writer.block(
      `I found no chain of calls between ${code(from)} and ${code(to)} within ${maxHops} steps by name. They may meet through data, callbacks or a framework, which calls by name do not show.`,
    );
    return;
  }
  if (chain.kind === "chain") {
    const heading = chain.isReversed
      ? `The calls lead the other way, from ${code(to)} to ${code(from)}`
      : `The calls between them`;
    writer.block(`### ${heading}\n\n${stepList(ask, chain.steps)}`);
  } else {
    writer.block(
      `### ${code(chain.caller)} leads to both\n\nFirst to ${code(from)}:\n\n${stepList(ask, chain.toFrom)}\n\nThen to ${code(to)}:\n\n${stepList(ask, chain.toTo)}`,
    );
  }
  writer.block(
    "By name: types are not resolved, so a step may be another definition of the same name.",
  );
}

/** A step whose line changed meanwhile is named without a quotation. */
function stepList(ask: Ask, steps: readonly CallStep[]): string {
  const reading = new Reading(ask.ports.source);
  return steps
    .map((step, i) => {
      const place = reading.place(step.recall);
      const uses = place === undefined ? [] : useLinesOf(place, step.callee.name);
      const use = uses.find((each) => callsName(each.text, step.callee.name)) ?? uses[0];
      const says = `${i + 1}. ${code(step.caller.name)} uses ${code(step.callee.name)}`;
      return use === undefined
        ? says
        : `${says} in ${ask.writer.link(use.place.file, lineRange(use), use.holder)}: ${code(use.text)}`;
    })
    .join("\n");
}
