/** Answers "when", "why" and "who" about changes, and "what changed since": commits, each proved by its versions. */
import type { HistoryStatus, PastChange, PastEvent, PastResult } from "../../protocol/history.ts";
import type { PastIntent } from "../recall/intent.ts";
import { answerChanged } from "./changedAnswer.ts";
import { pause, type AnswerOutcome, type Ask } from "./ask.ts";
import { changeWords, day, extentText, quotedMessage, stateText } from "./historyWording.ts";
import { code, count, listed, prose } from "./markdown.ts";
import { subjectOf, type Subject } from "./pastSubject.ts";
import { answerFromMessages } from "./messagesAnswer.ts";
import { placeLine } from "./placeText.ts";
import { Reading } from "./reading.ts";

const maxEvents = 400;
const maxShown = 8;
const maxReasons = 3;
const maxAuthors = 8;
const maxFilesShown = 12;

type Past = Extract<PastResult, { readonly kind: "past" }>;

/** Answers from the history. Commits are told by hash, day, author and subject, as plain text. */
export async function answerPast(ask: Ask, intent: PastIntent): Promise<AnswerOutcome> {
  if (intent.wants === "changes" && isLastLook(intent.since)) return answerChanged(ask, "files");
  const subject = await subjectOf(ask, intent);
  if (subject === undefined)
    return (await answerFromMessages(ask, intent)) ?? refuse(ask, wordsText(ask));
  const found = await pastOf(ask, subject, intent);
  if (found === undefined) return refuse(ask, "There is no history in memory: no folder is open.");
  if (subject.within !== undefined)
    ask.writer.block(`Looked only in ${listed(subject.within.map(code))}.`);
  if (found.kind === "unknown" && subject.within !== undefined)
    return refuse(ask, notThere(subject, subject.within, found.status));
  if (found.kind === "unknown")
    return (
      (await answerFromMessages(ask, intent)) ?? refuse(ask, unknownText(subject, found.status))
    );
  if (found.kind === "unknownSince")
    return refuse(ask, `I do not know which time or commit ${code(intent.since ?? "")} is.`);
  if (relevant(found.events, intent).length === 0)
    return refuse(ask, nothingText(subject, intent, found));
  if (subject.note !== undefined)
    ask.writer.block(`The note “${prose(subject.note.text)}” cites code that has changed since.`);
  write(ask, intent, subject, found);
  writePlaces(ask, subject);
  const { untold = [] } = subject;
  if (untold.length > 0)
    ask.writer.block(
      `This is of ${code(subject.label)} alone. Ask about ${listed(untold.map(code))} in a question of its own.`,
    );
  ask.writer.block(`*${extentText(found.status)}*`);
  ask.writer.flush();
  return "answered";
}

/** "since I last looked", "since my last visit" */
function isLastLook(since: string | undefined): boolean {
  return (
    since !== undefined &&
    /^(?:(?:i|we) (?:last |was last |were last )?(?:looked|was here|saw|opened|visited|left|here)\b.*|(?:my |the )?last (?:look|visit|time)\b.*|我上次.*|上次.*|前回.*|지난번.*|마지막.*)$/iu.test(
      since,
    )
  );
}

function refuse({ writer }: Ask, sentence: string): AnswerOutcome {
  writer.block(sentence);
  writer.flush();
  return "abstained";
}

/** Asks one root after the other until one knows; what the first says stands when none does. */
async function pastOf(
  ask: Ask,
  { target, rootIds }: Subject,
  { since }: PastIntent,
): Promise<PastResult | undefined> {
  let first: PastResult | undefined;
  for (const rootId of rootIds) {
    const from = since === undefined ? {} : { since };
    const params = { rootId, target, limit: maxEvents, ...from };
    const result = await ask.ports.history.past(params, ask.signal);
    await pause(ask.signal);
    if (result.kind === "past" && result.events.length > 0) return result;
    first = first?.kind === "past" ? first : (first ?? result);
  }
  return first;
}

function relevant(events: readonly PastEvent[], { change }: PastIntent): readonly PastEvent[] {
  if (change === "added")
    return events
      .filter(({ change: is }) => is === "added" || is === "fileAdded" || is === "wrote")
      .slice(-1);
  if (change === "removed")
    return events.filter(({ change: is }) => is === "removed" || is === "fileDeleted");
  const telling = events.filter(({ change: is }) => is !== "layout");
  return telling.length > 0 ? telling : events;
}

function write(ask: Ask, intent: PastIntent, subject: Subject, past: Past): void {
  switch (intent.wants) {
    case "when":
      return writeWhen(ask, subject, relevant(past.events, intent), past);
    case "why":
      return writeWhy(ask, subject, relevant(past.events, intent));
    case "who":
      return writeWho(ask, subject, past);
    case "changes":
      return writeChanges(ask, subject, past, intent);
  }
}

function writeWhen(
  { writer }: Ask,
  { label }: Subject,
  events: readonly PastEvent[],
  past: Past,
): void {
  const [newest, ...older] = events;
  if (newest === undefined) return;
  writer.block(`${code(label)} ${didText(newest)} in ${writer.commit(newest.commit)}:`);
  writer.block(`> ${prose(newest.commit.subject)}`);
  if (older.length === 0) return;
  const shown = older.slice(0, maxShown);
  const more = older.length - shown.length;
  const rest =
    more > 0 || !past.isWhole
      ? `\n- and ${past.isWhole ? "" : "at least "}${count(more, "earlier commit")}`
      : "";
  writer.block(
    `Before that:\n\n${shown.map((event) => `- ${eventLine(writer, event)}`).join("\n")}${rest}`,
  );
}

function writeWhy({ writer }: Ask, { label }: Subject, events: readonly PastEvent[]): void {
  for (const event of distinct(events).slice(0, maxReasons)) {
    const { commit } = event;
    writer.block(`${code(label)} ${didText(event)} in ${writer.commit(commit)}. Its author wrote:`);
    writer.block(quotedMessage(commit));
  }
}

function writeWho({ writer }: Ask, { label }: Subject, { authors, events }: Past): void {
  const shown = authors.slice(0, maxAuthors);
  const more = authors.length - shown.length;
  const lines = shown.map(
    ({ name, nCommits, lastMs }) =>
      `- ${prose(name)}: ${count(nCommits, "commit")}, the last on ${day(lastMs)}`,
  );
  const rest = more > 0 ? `\n- and ${count(more, "more person", "more people")}` : "";
  writer.block(`These people changed ${code(label)}:\n\n${lines.join("\n")}${rest}`);
  const [newest] = events;
  if (newest !== undefined)
    writer.block(
      `The last change is ${writer.commit(newest.commit)}: ${prose(newest.commit.subject)}`,
    );
}

function writeChanges(
  { writer }: Ask,
  { label }: Subject,
  { events }: Past,
  { since }: PastIntent,
): void {
  const commits = Map.groupBy(events, ({ commit }) => commit.hash);
  const from = since === undefined ? "" : ` since ${code(since)}`;
  const files = new Set(events.map(({ path }) => path));
  const nAuthors = new Set(events.map(({ commit }) => commit.author)).size;
  writer.block(
    `${count(commits.size, "commit")} by ${count(nAuthors, "person", "people")} changed ${count(files.size, "file")} in ${code(label)}${from}.`,
  );
  const shown = [...commits.values()].slice(0, maxFilesShown);
  const lines = shown.map((inCommit) => {
    const { commit } = inCommit[0] as PastEvent;
    const paths = inCommit.slice(0, 3).map(({ path }) => code(path));
    const more = inCommit.length > 3 ? [count(inCommit.length - 3, "more file")] : [];
    return `- ${writer.commit(commit)}: ${prose(commit.subject)}; ${listed([...paths, ...more])}`;
  });
  const more = commits.size - shown.length;
  writer.block(`${lines.join("\n")}${more > 0 ? `\n- and ${count(more, "earlier commit")}` : ""}`);
}

function distinct(events: readonly PastEvent[]): PastEvent[] {
  return [...new Map(events.map((event) => [event.commit.hash, event])).values()];
}

/** The code of today, where there is some: read again now. */
function writePlaces(ask: Ask, { definitions }: Subject): void {
  const places = new Reading(ask.ports.source).places(definitions.slice(0, maxReasons));
  if (places.length === 0) return;
  ask.writer.block(`Today: ${places.map((place) => placeLine(ask, place)).join("; ")}.`);
}

function eventLine(writer: Ask["writer"], event: PastEvent): string {
  return `${writer.commit(event.commit)}: ${changeWords[event.change]}${fromText(event)}. ${prose(event.commit.subject)}`;
}

function didText(event: PastEvent): string {
  return `${changeSentences[event.change]}${fromText(event)}`;
}

function fromText({ oldPath, path }: PastEvent): string {
  return oldPath === undefined ? ` in ${code(path)}` : ` from ${code(oldPath)} to ${code(path)}`;
}

const changeSentences: Readonly<Record<PastChange, string>> = {
  added: "was added",
  removed: "was removed",
  moved: "was moved",
  signature: "got another signature",
  body: "was changed",
  comment: "got another comment",
  layout: "was only laid out anew",
  fileAdded: "was added",
  fileChanged: "was changed",
  fileDeleted: "was deleted",
  fileRenamed: "was renamed",
  fileCopied: "was copied",
  wrote: "was written",
};

function nothingText(
  { label }: Subject,
  { change, since }: PastIntent,
  { events, status }: Past,
): string {
  const [newest] = events;
  const when = since === undefined ? "" : ` since ${code(since)}`;
  const unread = stateText(status);
  if (unread !== undefined) return unread;
  const extent = extentText(status);
  if (newest === undefined) return `Nothing changed in ${code(label)}${when}. ${extent}`;
  const did = change === "removed" ? "was not removed" : "was not added";
  const last = `its last change is ${code(newest.commit.hash.slice(0, 10))} of ${day(newest.commit.authoredMs)}`;
  return `As far as the history in memory goes, ${code(label)} ${did}${when}; ${last}. ${extent}`;
}

function wordsText({ ports, params, question }: Ask): string {
  const [rootId] = params.rootIds ?? ports.history.rootIds();
  if (rootId === undefined) return "There is no history in memory: no folder is open.";
  const status = ports.history.status(rootId);
  const words = question.words.map((word) => code(word)).join(" ");
  return (
    stateText(status) ??
    `No commit in memory says anything about ${words}. ${extentText(status)} Name a definition or a file, or select the code that you mean.`
  );
}

/** What is not in some files and folders may be elsewhere. */
function notThere({ label }: Subject, within: readonly string[], status: HistoryStatus): string {
  const scope = listed(within.map(code));
  return (
    stateText(status) ??
    `No commit in memory changed anything that is called ${code(label)} in ${scope}. ${extentText(status)} To look everywhere, ask again without naming ${scope}.`
  );
}

function unknownText({ label }: Subject, status: HistoryStatus): string {
  const why = stateText(status);
  if (why !== undefined) return why;
  return `No commit in memory changed anything that is called ${code(label)}. ${extentText(status)}`;
}
