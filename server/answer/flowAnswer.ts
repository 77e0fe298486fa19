/** Answers "what happens between A and B" by a chain of calls, and "what happens when A" by the calls of A in order. */
import type { Recall } from "../../protocol/types.ts";
import { pause, recallMore, type AnswerOutcome, type Ask } from "./ask.ts";
import { findChain, maxHops, type CallChain, type CallStep } from "./callChain.ts";
import { evidenceOf, minEvidence } from "./evidence.ts";
import { code } from "./markdown.ts";
import { lastPart } from "./names.ts";
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
  const start = await endOf(ask, from);
  const end = await endOf(ask, to);
  if (start === undefined && end === undefined) return answerPlace(ask);
  if (start === undefined || end === undefined || nameOf(start) === nameOf(end)) {
    const known = (start ?? end) as Recall;
    return answerOneEnd(
      ask,
      known,
      start === undefined ? from : end === undefined ? to : undefined,
    );
  }
  if (!writeEnds(ask, [start, end])) return abstain(ask, []);
  ask.writer.flush();
  const chain = await findChain(ask, nameOf(start), nameOf(end));
  writeChain(ask, chain, nameOf(start), nameOf(end));
  ask.writer.flush();
  await pause(ask.signal);
  await writeRest(ask, chain.kind === "none" ? start : end, []);
  return "answered";
}

/** Returns the definition that a phrase of the question is about, `undefined` when none supports it. */
async function endOf(ask: Ask, phrase: string): Promise<Recall | undefined> {
  const question = parseQuestion(phrase);
  const recalls = (await recallMore(ask, phrase, 10)).filter(
    ({ citation, relation }) => citation.symbol !== undefined && relation === undefined,
  );
  const names = new Set([...question.identifiers, ...question.words].map(lastPart));
  const named = recalls.find((recall) => names.has(nameOf(recall)));
  if (named !== undefined) return named;
  const terms = new QuestionTerms(question, ask.result.trace);
  const sources = recalls.filter(({ role }) => role === "source");
  return sources.find((recall) => evidenceOf(terms, [recall]) >= minEvidence);
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
function writeEnds(ask: Ask, ends: readonly Recall[]): boolean {
  const places = new Reading(ask.ports.source).places(ends);
  const [start, end] = places;
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
    const isReversed = chain.steps[0]?.caller !== from;
    const heading = isReversed
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
      const use = place && useLinesOf(place, step.callee).at(0);
      const says = `${i + 1}. ${code(step.caller)} uses ${code(step.callee)}`;
      return use === undefined
        ? says
        : `${says} in ${ask.writer.link(use.place.file, lineRange(use), use.holder)}: ${code(use.text)}`;
    })
    .join("\n");
}
