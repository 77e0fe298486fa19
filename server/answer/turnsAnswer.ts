/** What conversations add to answers: what was said, in its own words, with when and where. */
import { MemoryError } from "../../protocol/errors.ts";
import type { RecalledTurn } from "../../protocol/turns.ts";
import { askedBehind } from "../recall/mentions.ts";
import { readSourceFile } from "../recall/sourceFile.ts";
import { readsAsQuestion, turnQuestion } from "../work/turnQuestion.ts";
import type { AnswerOutcome, Ask } from "./ask.ts";
import { checkCitations } from "./citations.ts";
import { timeText } from "./historyWording.ts";
import { code, prose, shortened, turnLink } from "./markdown.ts";
import { tellNoScope } from "./mentionText.ts";

const maxTurns = 3;
/** A turn answers a question about what was said from here on; measured in `bench/work-memory/conversations.ts`. */
export const answersFrom = 0.45;
/** A turn this much less relevant than the best one says nothing more. */
const minShareOfBest = 0.75;
/** A turn is told beside an answer about code only when it is clearly about the same; measured there too. */
export const mentionsFrom = 0.85;
const minSharedWords = 2;
const maxMentioned = 160;
/** Places that an answer of then cited, of those that are told. */
const maxCitations = 2;

/** Answers a question about what was said; `undefined` when it is none, or nothing was said. */
export function answerFromTurns(ask: Ask): AnswerOutcome | undefined {
  const turns = turnsThatAnswer(ask);
  if (turns === undefined) return undefined;
  const { writer } = ask;
  if (turns.length === 0) {
    writer.block("Nothing that was said in conversations is about this.");
    return undefined;
  }
  tellNoScope(ask, "conversations");
  for (const turn of turns) writer.block(quoted(turn));
  const cited = turns[0] === undefined ? undefined : citedThen(ask, turns[0]);
  if (cited !== undefined) writer.block(cited);
  writer.flush();
  return "answered";
}

/** True when what was said answers the question. */
export function turnsAnswer(ask: Ask): boolean {
  return (turnsThatAnswer(ask)?.length ?? 0) > 0;
}

/** Adds one line about a turn of another conversation that is clearly about what is asked. */
export function mentionTurn(ask: Ask): void {
  const { question, params, writer } = ask;
  if (question.identifiers.length + question.words.length < minSharedWords) return;
  const turn = recall(ask)?.find(
    ({ relevance, role, conversationId }) =>
      relevance >= mentionsFrom && role === "user" && conversationId !== params.conversationId,
  );
  if (turn === undefined) return;
  const said = shortened(turn.text, maxMentioned);
  const verb = readsAsQuestion(turn.text) ? "asked" : "said";
  writer.block(
    `*You ${verb} on ${timeText(turn.createdMs)}, in ${turnLink(turn.title, turn)}: “${prose(said)}”*`,
  );
}

/** `undefined` when the question is not about what was said, or conversations cannot be read. */
function turnsThatAnswer(ask: Ask): readonly RecalledTurn[] | undefined {
  const wanted = turnQuestion(askedBehind(ask.params.question));
  const found = wanted === undefined ? undefined : recall(ask);
  if (found === undefined) return undefined;
  // That something was asked for before says nothing of it, unless that is what is asked.
  const telling = /\bask/iu.test(ask.params.question)
    ? found
    : found.filter(({ role, text }) => role === "lore" || turnQuestion(text) === undefined);
  const best = telling[0]?.relevance ?? 0;
  return telling
    .filter(({ relevance }) => relevance >= Math.max(answersFrom, minShareOfBest * best))
    .slice(0, maxTurns);
}

/** What was found for each question that is being answered: notes, turns and code each look at it. */
const recalled = new WeakMap<Ask, readonly RecalledTurn[] | undefined>();

function recall(ask: Ask): readonly RecalledTurn[] | undefined {
  if (!recalled.has(ask)) recalled.set(ask, searched(ask));
  return recalled.get(ask);
}

function searched({ recallTurns, params, writer }: Ask): readonly RecalledTurn[] | undefined {
  try {
    return recallTurns?.({
      query: askedBehind(params.question).slice(0, maxQuery),
      limit: 2 * maxTurns,
    }).turns;
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    writer.block("*Conversations cannot be read at the moment.*");
    return undefined;
  }
}

/** A pasted log is no question about what was said. */
const maxQuery = 2_000;

/**
 * One block: when a conversation is deleted, the store finds in other conversations' answers what was quoted of it by the
 * link that stands in the same block.
 */
function quoted(turn: RecalledTurn): string {
  const { role, createdMs, title, text, newer } = turn;
  const who = role === "user" ? "You" : "Lore";
  const later =
    newer === undefined ? "" : `; something later was said on ${timeText(newer.createdMs)}`;
  return `> ${prose(text)}\n>\n> *${who}, ${timeText(createdMs)}, in ${turnLink(title, turn)}${later}*`;
}

/** What the answer of then cited, as it is now; nothing of its text is shown as if it still held. */
function citedThen({ ports, writer }: Ask, { citations }: RecalledTurn): string | undefined {
  const places = citations.filter(({ commit }) => commit === undefined).slice(0, maxCitations);
  if (places.length === 0) return undefined;
  const checks = checkCitations(places, ports.source, ports.hashText);
  const shown = checks.map((check, idx) => {
    const then = places[idx] as (typeof places)[number];
    const label = code(`${then.path}:${then.range.start.line + 1}`);
    if (check.kind === "gone") return `${label} (not there any more)`;
    if (check.kind === "stale") return `${label} (changed since)`;
    const { rootId, path, range, symbol } = check.citation;
    const file = readSourceFile(ports.source, rootId, path);
    return file === undefined ? label : writer.link(file, range, symbol);
  });
  return `The answer then cited ${shown.join(" and ")}.`;
}
