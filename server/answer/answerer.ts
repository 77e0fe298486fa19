/** Answers questions from what was recalled, without a language model: places, their lines, how they connect. */
import type { Answer, RecallTrace } from "../../protocol/types.ts";
import type { AskParams } from "../../protocol/methods.ts";
import { asOfIn } from "../recall/asOfWords.ts";
import { orderQuestion } from "../recall/orderWords.ts";
import { parseQuestion, type ParsedQuestion } from "../recall/question.ts";
import { spelledIn } from "../recall/spelledMentions.ts";
import type { AnswerService, RecallTurns, TellPlan } from "../services.ts";
import { isYes, noteOffer } from "../work/noteOffer.ts";
import { noteSentence, type NoteSentence } from "../work/noteSentence.ts";
import { answerAllPlaces } from "./allPlacesAnswer.ts";
import { AnswerWriter, type Emit } from "./answerWriter.ts";
import type { AnswerOutcome, AnswerPorts, Ask } from "./ask.ts";
import { answerAsOf, type AsOfQuestion } from "./asOfAnswer.ts";
import { seekCommits, tellBeside } from "./besideAnswer.ts";
import { answerCallers } from "./callersAnswer.ts";
import { answerError, answerMessage } from "./errorAnswer.ts";
import { judged } from "./evidence.ts";
import { answerFile } from "./fileAnswer.ts";
import { answerFolder } from "./folderAnswer.ts";
import { answerFlow } from "./flowAnswer.ts";
import { answerOrder } from "./orderAnswer.ts";
import { answerPast } from "./pastAnswer.ts";
import { answerFromNotes, answerRemember, offerText } from "./notesAnswer.ts";
import { prose } from "./markdown.ts";
import { tellScope } from "./mentionText.ts";
import { answerPlace } from "./placeAnswer.ts";
import { QuestionTerms } from "./questionTerms.ts";
import { queryOf, selectionOf } from "./selection.ts";
import { answerInRounds } from "./rounds/roundsAnswer.ts";
import { answerSimilar } from "./similarAnswer.ts";
import { answerFromTurns } from "./turnsAnswer.ts";
import { writeUnusual } from "./unusualInFile.ts";
import { drawnFrom, stoppedShort } from "./wording.ts";

const nRecalled = 20;
/** Conversations whose last offer waits for a yes. */
const maxOffers = 100;

/**
 * `ask` emits the answer in parts; `Answer.markdown` and `Answer.citations` equal what was emitted, put
 * together. Every span is read and hashed in the same turn in which it is emitted. Rejects with the
 * signal's reason when cancelled.
 */
export class Answerer implements AnswerService {
  readonly #ports: AnswerPorts;
  /** What was offered to be remembered with the last answer, by conversation. */
  readonly #offers = new Map<string, NoteSentence>();

  constructor(ports: AnswerPorts) {
    this.#ports = ports;
  }

  async ask(
    given: AskParams,
    emit: Emit,
    signal: AbortSignal,
    recallTurns?: RecallTurns,
    tellPlan?: TellPlan,
  ): Promise<Answer> {
    const startMs = this.#ports.clock.elapsedMs();
    signal.throwIfAborted();
    const sentence = given.asOf === undefined ? this.#toRemember(given) : undefined;
    if (sentence !== undefined) return answerRemember(sentence, given, this.#ports, emit);
    const spelled = spelledIn(this.#ports.source, given.rootIds, given.question);
    const params = { ...given, question: spelled };
    const order = params.asOf === undefined ? orderQuestion(params.question) : undefined;
    const told = order && (await answerOrder(this.#ports, given, order, emit, signal));
    if (told !== undefined) return told;
    const parsed = parseQuestion(params.question);
    const asOf = asOfOf(given, parsed);
    const before = asOf && (await answerAsOf(this.#ports, params, asOf, emit, signal));
    if (before !== undefined) return before;
    const selection = selectionOf(params, this.#ports.source);
    const query = queryOf(params.question, selection);
    const question = withSelection(parsed, query);
    const commits = seekCommits({ ports: this.#ports, question, params }, signal);
    // Where it is awaited is further down, and a cancelled question may not get there.
    commits.catch(() => undefined);
    const result = await this.#ports.recall.search(
      {
        query,
        limit: nRecalled,
        ...(params.rootIds === undefined ? {} : { rootIds: params.rootIds }),
        ...(params.activeFile === undefined ? {} : { activeFile: params.activeFile }),
        ...(params.explain === undefined ? {} : { explain: params.explain }),
      },
      signal,
    );
    signal.throwIfAborted();
    const writer = new AnswerWriter(emit, this.#ports.hashText);
    const terms = new QuestionTerms(question, result.trace);
    const { calibration } = this.#ports;
    const isJudged = calibration !== undefined && selection === undefined;
    const evidence = isJudged ? judged(question, terms, result, calibration) : undefined;
    const ask: Ask = {
      ports: this.#ports,
      params,
      question,
      terms,
      result,
      evidence,
      commits,
      selection,
      writer,
      signal,
      ...(recallTurns === undefined ? {} : { recallTurns }),
      ...(tellPlan === undefined ? {} : { tellPlan }),
    };
    const stopped = stoppedShort(result.coverage);
    if (stopped !== undefined) writer.block(stopped);
    if (asOf?.said !== undefined)
      writer.block(
        `I know no commit and no time that “${prose(asOf.said)}” means here. This is of today's files:`,
      );
    const outcome =
      (params.deep === true ? await answerInRounds(ask) : undefined) ??
      (await answerFromNotes(ask)) ??
      answerFromTurns(ask) ??
      (await answerFromCode(ask));
    this.#offer(given, writer);
    const isScoped = (result.trace.mentions?.within.length ?? 0) > 0;
    writer.block(drawnFrom(result.coverage, result.tiers, isScoped));
    writer.flush();
    const { recalls, coverage, tiers } = result;
    const trace = evidence === undefined ? result.trace : { ...result.trace, evidence };
    return {
      markdown: writer.markdown,
      citations: writer.citations,
      ...(writer.commits.length === 0 ? {} : { commits: writer.commits }),
      abstained: outcome === "abstained",
      recalls,
      coverage,
      tiers,
      trace: query === params.question ? trace : withoutAsked(trace),
      elapsedMs: this.#ports.clock.elapsedMs() - startMs,
    };
  }

  /** What the user wants remembered: a sentence that says so, or a yes to what was offered. */
  #toRemember({ question, conversationId }: AskParams): NoteSentence | undefined {
    const offered = conversationId === undefined ? undefined : this.#offers.get(conversationId);
    if (conversationId !== undefined) this.#offers.delete(conversationId);
    return offered !== undefined && isYes(question) ? offered : noteSentence(question);
  }

  /** A sentence of the question that may be worth remembering is kept only when the user says so. */
  #offer({ question, conversationId }: AskParams, writer: AnswerWriter): void {
    const offer = conversationId === undefined ? undefined : noteOffer(question);
    if (conversationId === undefined || offer === undefined) return;
    const [oldest] = this.#offers.keys();
    if (this.#offers.size >= maxOffers && oldest !== undefined) this.#offers.delete(oldest);
    this.#offers.set(conversationId, offer);
    writer.block(offerText(offer));
  }
}

/** From which tree a question wants its answer: what is named beside it, or what its words say. */
function asOfOf(
  { asOf, question }: AskParams,
  { intent }: ParsedQuestion,
): AsOfQuestion | undefined {
  if (asOf !== undefined) return { at: asOf, question };
  // What happened at a time is asked of the history and not of one tree.
  return intent.kind === "past" ? undefined : asOfIn(question);
}

/** "What does this do?" says nothing by itself, so the selected definition's name goes along. */
/** What was searched for holds code that was selected then: a trace that can be saved must not hold it. */
function withoutAsked({ asked: _asked, ...trace }: RecallTrace): RecallTrace {
  return trace;
}

/** The words come from what is looked for, the wish from what was asked. */
function withSelection(question: ParsedQuestion, query: string): ParsedQuestion {
  if (query === question.raw) return question;
  const { intent, scope } = question;
  return { ...parseQuestion(query), raw: question.raw, intent, scope };
}

/** What notes, conversations and commits say of the same is told beside the code. */
async function answerFromCode(ask: Ask): Promise<AnswerOutcome> {
  const outcome = await answerByIntent(ask);
  await tellBeside(ask);
  return outcome;
}

function answerByIntent(ask: Ask): Promise<AnswerOutcome> {
  const { question, selection } = ask;
  const { intent } = question;
  if (question.problem !== undefined && selection === undefined)
    return askAgain(ask, question.problem);
  switch (intent.kind) {
    case "allPlaces":
      if (intent.target !== undefined) return answerAllPlaces(ask, intent.target);
      break;
    case "whoCalls": {
      const target = intent.target ?? selection?.name;
      if (target !== undefined) return answerCallers(ask, target);
      break;
    }
    case "flow":
      return answerFlow(ask, intent.from, intent.to);
    case "past":
      return answerPast(ask, intent);
    case "similar": {
      const text = selection?.text ?? question.code;
      if (text !== undefined) return answerSimilar(ask, text);
      break;
    }
    case "error":
      return answerError(ask);
    case "unknown":
      if (selection === undefined && question.code === undefined) return answerUnknown(ask);
      break;
    case "where":
    case "how":
    case "what":
      break;
  }
  return answerAbout(ask);
}

/** Whoever asks nothing may have pasted a message; a line of it finds the place that writes it. */
async function answerUnknown(ask: Ask): Promise<AnswerOutcome> {
  tellScope(ask);
  return (await answerFile(ask)) ?? (await answerFolder(ask)) ?? answerMessage(ask);
}

async function answerAbout(ask: Ask): Promise<AnswerOutcome> {
  const { selection } = ask;
  tellScope(ask);
  if (selection === undefined)
    return (await answerFile(ask)) ?? (await answerFolder(ask)) ?? answerPlace(ask);
  const outcome = await answerPlace(ask);
  if (outcome === "answered" && selection.file !== undefined)
    await writeUnusual(ask, selection.file);
  return outcome;
}

function askAgain({ writer }: Ask, problem: "empty" | "binary"): Promise<AnswerOutcome> {
  writer.block(
    problem === "empty"
      ? "There is nothing to look for in this question. Ask about a name, a file, an error message, or what the code does."
      : "This is not text that I can read. Paste a question, code, an error message or a stack trace.",
  );
  writer.flush();
  return Promise.resolve("abstained");
}
