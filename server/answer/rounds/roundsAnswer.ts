/**
 * The answer to a deep question: what was noted about it first, then its parts, each with the places that cover it or
 * that there is none. The rounds are told while they are made.
 */
import { parseQuestion } from "../../recall/question.ts";
import { pause, type AnswerOutcome, type Ask } from "../ask.ts";
import { heldWords, holdsText } from "../heldWords.ts";
import { code, listed, prose, shortened } from "../markdown.ts";
import { withoutRepeats } from "../mainPlace.ts";
import { recallsMeant, scopeName, tellScope, tellWider } from "../mentionText.ts";
import { tellNotes } from "../notesAnswer.ts";
import { placeLine, writePlace } from "../placeText.ts";
import { Reading, type Place } from "../reading.ts";
import { roundsBudgetMs, searchRound } from "./deepSearch.ts";
import { questionParts, type QuestionPart } from "./questionParts.ts";
import { maxRounds, recallInRounds, type Rounds, type RoundsEnd } from "./recallInRounds.ts";
import type { NotedPlace, RoundQuery } from "./roundNote.ts";
import { RoundsPlan } from "./roundsPlan.ts";

/** Places that are told of one part, and of all parts together. */
const nOfPart = 4;
const nTold = 10;
const maxHeld = 5;
const maxPartLength = 160;

/** Returns `undefined` when no part has a place and no note is about it: then it is answered as any question. */
export async function answerInRounds(ask: Ask): Promise<AnswerOutcome | undefined> {
  const { question, result, writer, ports } = ask;
  // What is selected, or pasted, is asked about as it stands.
  if (question.problem !== undefined || ask.selection !== undefined) return undefined;
  const parts = questionParts(question, result.trace);
  const noted = await tellNotes(
    ask,
    parts.map(({ text }) => parseQuestion(text)),
  );
  writer.flush();
  const first = { recalls: recallsMeant(ask), evidence: ask.evidence };
  const plan = new RoundsPlan(parts, maxRounds, (now) => ask.tellPlan?.(now));
  const wish = { parts, first, names: noted.names, maxRounds, budgetMs: roundsBudgetMs };
  const common = { parts, mentions: question.mentions, rootIds: ask.params.rootIds };
  const rounds = await recallInRounds(wish, {
    search: async (query) => {
      plan.looking(query.part);
      const round = await searchRound(query, common, ports, ask.signal);
      await pause(ask.signal);
      return round;
    },
    elapsedMs: () => ports.clock.elapsedMs(),
    onRound: (round, queries) => {
      plan.round(round, queries);
      writer.block(`*Round ${round}: looking for ${lookedFor(queries)}.*`);
      writer.flush();
    },
  });
  const handed = new Set(rounds.note.handOut(nTold));
  const found = parts.map((_part, i) =>
    rounds.note.placesOf(i).filter((place) => handed.has(place)),
  );
  for (const [i, places] of found.entries()) plan.told(i, places.length);
  if (noted.nNotes === 0 && found.every((places) => places.length === 0)) return undefined;
  tellScope(ask);
  for (const [i, part] of parts.entries()) {
    writePart(ask, part, found[i] as readonly NotedPlace[], rounds);
    writer.flush();
    await pause(ask.signal);
  }
  writer.block(endSentence(rounds));
  if (found.some((places) => places.length === 0)) tellWider(ask);
  writer.flush();
  return "answered";
}

/** "each part by itself, `flushQueue` and `retryLater`" */
function lookedFor(queries: readonly RoundQuery[]): string {
  const names = queries.flatMap(({ name }) => (name === undefined ? [] : [code(name)]));
  const isParts = names.length < queries.length;
  return listed([...(isParts ? ["each part by itself"] : []), ...names]);
}

function writePart(
  ask: Ask,
  part: QuestionPart,
  noted: readonly NotedPlace[],
  { note }: Rounds,
): void {
  const { writer, ports } = ask;
  if (note.parts.length > 1) writer.block(`### ${prose(shortened(part.text, maxPartLength))}`);
  const reading = new Reading(ports.source);
  const kept = new Set(withoutRepeats(noted.map(({ recall }) => recall)));
  const places = noted.flatMap((each) => {
    if (!kept.has(each.recall)) return [];
    const place = reading.place(each.recall);
    return place === undefined ? [] : [{ place, through: each.through }];
  });
  const [first, ...others] = places;
  if (first === undefined) {
    writer.block(`I found nothing in ${scopeName(ask) ?? "memory"} for this part.`);
    return;
  }
  writePlace({ ...ask, terms: part.terms }, first.place, "likely");
  if (first.through !== undefined)
    writer.block(`A place found before uses ${code(first.through)}, which led here.`);
  const lines = others
    .slice(0, nOfPart - 1)
    .map(({ place, through }) => `- ${otherLine(ask, part, place, through)}`);
  if (lines.length > 0) writer.block(`It is also in:\n\n${lines.join("\n")}`);
  const lacks = note.lacking(note.parts.indexOf(part)).map(({ text }) => code(text));
  if (lacks.length > 0)
    writer.block(`None of these places holds ${listed(lacks.slice(0, maxHeld))}.`);
}

function otherLine(
  ask: Ask,
  { terms }: QuestionPart,
  place: Place,
  through: string | undefined,
): string {
  const holds = holdsText(heldWords(terms, place), maxHeld) ?? "near in meaning";
  return `${placeLine(ask, place)}: ${holds}${through === undefined ? "" : ", by its name in a place found before"}`;
}

const ends: Readonly<Record<RoundsEnd, string>> = {
  covered: "each part is covered",
  nothingNew: "the last round found nothing new",
  nothingLeft: "there was nothing left to look for",
  maxRounds: "this is as many as I make",
  outOfTime: "the time for one question was over, so something may be missing",
};

function endSentence({ nRounds, end }: Rounds): string {
  return `*I stopped after ${nRounds === 1 ? "one round" : `${nRounds} rounds`}: ${ends[end]}.*`;
}
