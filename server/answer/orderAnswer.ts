/** Answers which of two things came first, and what the user did at a time: by ages, and nothing else. */
import type { AskParams } from "../../protocol/methods.ts";
import type { TimelineEvent } from "../../protocol/timeline.ts";
import type { TurnPlace } from "../../protocol/turns.ts";
import type { Answer } from "../../protocol/types.ts";
import { isWithin, mentionTrace } from "../recall/namedPaths.ts";
import type { OrderQuestion } from "../recall/orderWords.ts";
import { AnswerWriter, type Emit } from "./answerWriter.ts";
import type { AnswerPorts } from "./ask.ts";
import { timeText } from "./historyWording.ts";
import { code, count, prose, shortened, turnLink } from "./markdown.ts";
import { tellNoScope } from "./mentionText.ts";
import { momentOf, type Moment } from "./momentOf.ts";

/** Where nothing is said of when: what was done last. */
const nLately = 15;
const maxShown = 40;

/** As `Answerer.ask`, for a question about the order of things; `undefined`, with nothing emitted, when it is none. */
export async function answerOrder(
  ports: AnswerPorts,
  params: AskParams,
  asked: OrderQuestion,
  emit: Emit,
  signal: AbortSignal,
): Promise<Answer | undefined> {
  const startMs = ports.clock.elapsedMs();
  const writer = new AnswerWriter(emit, ports.hashText);
  const outcome =
    asked.kind === "first"
      ? await writeFirst(ports, params, writer, asked, signal)
      : await writeDone(ports, params, writer, asked, signal);
  if (outcome === undefined) return undefined;
  writer.flush();
  return {
    markdown: writer.markdown,
    citations: writer.citations,
    ...(writer.commits.length === 0 ? {} : { commits: writer.commits }),
    abstained: outcome === "abstained",
    recalls: [],
    coverage: { filesSeen: 0, remembered: 0, pending: 0, skipped: 0, failed: 0 },
    tiers: [],
    trace: { terms: [], identifiers: [], paths: [], literals: [], stages: [] },
    elapsedMs: ports.clock.elapsedMs() - startMs,
  };
}

async function writeFirst(
  ports: AnswerPorts,
  params: AskParams,
  writer: AnswerWriter,
  asked: Extract<OrderQuestion, { kind: "first" }>,
  signal: AbortSignal,
): Promise<"answered" | "abstained"> {
  const { a, b } = asked;
  const whenA = await momentOf(ports, params, a, signal);
  const whenB = await momentOf(ports, params, b, signal);
  if (whenA === undefined || whenB === undefined) {
    const unknown = [...(whenA === undefined ? [a] : []), ...(whenB === undefined ? [b] : [])];
    writer.block(
      `I do not know when ${unknown.map(quoted).join(" and ")} ${unknown.length === 1 ? "was" : "were"}. Name a definition, a file, or words of a commit, a note or a question.`,
    );
    const known = whenA ?? whenB;
    if (known !== undefined)
      writer.block(`- ${quoted(whenA === undefined ? b : a)}: ${momentText(writer, known)}`);
    return "abstained";
  }
  tellNotLimited(ports, params, writer, asked);
  const [first, later] = whenA.atMs <= whenB.atMs ? [a, b] : [b, a];
  writer.block(
    whenA.atMs === whenB.atMs
      ? `${quoted(a)} and ${quoted(b)} are of the same moment, so far as ages tell.`
      : `${quoted(first)} came first.`,
  );
  const lines = [
    [first, first === a ? whenA : whenB],
    [later, first === a ? whenB : whenA],
  ] as const;
  writer.block(
    lines
      .map(([phrase, moment]) => `- ${quoted(phrase)}: ${momentText(writer, moment)}`)
      .join("\n"),
  );
  if ([whenA, whenB].some((moment) => moment.kind === "added" && !moment.isFirst))
    writer.block("*Older commits are not in memory: what is told of them may have begun earlier.*");
  return "answered";
}

function momentText(writer: AnswerWriter, moment: Moment): string {
  switch (moment.kind) {
    case "commit":
      return `${writer.commit(moment.commit)}: ${prose(moment.commit.subject)}`;
    case "added":
      return `${moment.isFirst ? "added" : "first seen"} in ${writer.commit(moment.commit)}: ${prose(moment.commit.subject)}`;
    case "note":
      return `noted on ${timeText(moment.atMs)}: “${prose(moment.text)}”`;
    case "edit":
      return `edited on ${timeText(moment.atMs)}: ${code(moment.text)}`;
    case "turn":
      return `asked on ${timeText(moment.atMs)}: ${askedLink(moment)}`;
  }
}

/** What happened when has no place, so that a question cannot be limited to one. */
function tellNotLimited(
  { source }: AnswerPorts,
  { rootIds }: AskParams,
  writer: AnswerWriter,
  { mentions = [] }: OrderQuestion,
): void {
  const files = mentions.length === 0 ? [] : source.files(rootIds);
  const trace = mentionTrace(mentions, (named) =>
    files.some(({ path }) => isWithin(path, [named])),
  );
  tellNoScope(
    { writer, result: { trace: { mentions: trace } } },
    "commits, saved files, notes and questions",
  );
}

async function writeDone(
  ports: AnswerPorts,
  params: AskParams,
  writer: AnswerWriter,
  asked: Extract<OrderQuestion, { kind: "doing" }>,
  signal: AbortSignal,
): Promise<"answered" | "abstained" | undefined> {
  const { timeline } = ports;
  const { rootIds, question } = params;
  const { when } = asked;
  const period = when === "" ? {} : { since: when, until: when };
  const roots = rootIds === undefined ? {} : { rootIds };
  const limit = when === "" ? nLately : maxShown;
  const result = await timeline.timeline(
    { ...period, ...roots, own: true, limit: limit + 1 },
    signal,
  );
  // "What did we do about retries" is a question about something else.
  if (result.kind === "unknownTime") return undefined;
  // What asks now is not what was done.
  const events = result.events
    .filter((event) => event.kind !== "turn" || event.text.trim() !== question.trim())
    .slice(0, limit);
  if (result.missing.length > 0)
    writer.block(`*Not read at the moment: ${result.missing.join(", ")}.*`);
  if (events.length === 0) {
    writer.block(
      `Nothing is in memory of ${when === "" ? "what you did" : quoted(when)}: no commit of yours, no saved file, no question and no note.`,
    );
    return "abstained";
  }
  tellNotLimited(ports, params, writer, asked);
  writer.block(`${when === "" ? "Lately" : `Of ${quoted(when)}`}, the last first:`);
  writer.block(events.map((event) => `- ${eventText(writer, event)}`).join("\n"));
  if (result.isCut) writer.block(`*Only the last ${count(events.length, "thing")} are told.*`);
  return "answered";
}

function eventText(writer: AnswerWriter, event: TimelineEvent): string {
  const at = timeText(event.atMs);
  switch (event.kind) {
    case "commit":
      return `${at} committed ${writer.commit(event.commit)}: ${prose(event.commit.subject)}`;
    case "edit": {
      const { path, change, definitions } = event.edit;
      const names = definitions.slice(0, 5).map(({ name }) => code(name));
      return `${at} ${editVerbs[change]} ${code(path)}${names.length === 0 ? "" : ` (${names.join(", ")})`}`;
    }
    case "turn":
      return `${at} asked ${askedLink(event)}`;
    case "note":
      return `${at} noted “${prose(event.text)}”`;
  }
}

/** By the link the store finds what is quoted when the question is deleted; it takes the whole line out then. */
function askedLink(asked: TurnPlace & { readonly text: string }): string {
  return `“${turnLink(shortened(asked.text, 200), asked)}”`;
}

const editVerbs = { created: "created", changed: "edited", deleted: "deleted" } as const;

function quoted(phrase: string): string {
  return `“${prose(phrase)}”`;
}
