/** When something that is named in words happened first: a definition, a file, a note, a commit, a question. */
import type { CommitInfo } from "../../protocol/history.ts";
import type { AskParams } from "../../protocol/methods.ts";
import type { TimelineEvent } from "../../protocol/timeline.ts";
import type { TurnPlace } from "../../protocol/turns.ts";
import { termsOfText } from "../ingest/terms.ts";
import type { Age } from "../services.ts";
import { isNamed } from "../recall/namedPaths.ts";
import { parseQuestion } from "../recall/question.ts";
import type { AnswerPorts } from "./ask.ts";
import { definitionsOf } from "./pastSubject.ts";

/** What happened, and when by its age. */
export type Moment = { readonly atMs: number } & (
  | { readonly kind: "commit"; readonly commit: CommitInfo }
  /** `isFirst` is false when older commits are not in memory, so that it may be older. */
  | { readonly kind: "added"; readonly commit: CommitInfo; readonly isFirst: boolean }
  | { readonly kind: "note" | "edit"; readonly text: string }
  | ({ readonly kind: "turn"; readonly text: string } & TurnPlace)
);

const maxEvents = 10_000;
/** A note, a message or a question is meant when it holds this share of the words. */
const minCoverage = 0.75;

/** Returns what a phrase means, the kind that is surest first; `undefined` when nothing in memory is meant. Rejects when cancelled. */
export async function momentOf(
  ports: AnswerPorts,
  params: AskParams,
  phrase: string,
  signal: AbortSignal,
): Promise<Moment | undefined> {
  const places = [byDefinition, byNote, byMessage, byEvent] as const;
  for (const look of places) {
    const found = await look(ports, params, phrase, signal);
    signal.throwIfAborted();
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A name or a path is as old as the first commit that holds it; a path beside a name says which definition is meant. */
async function byDefinition(
  { recall, history }: AnswerPorts,
  { rootIds = history.rootIds() }: AskParams,
  phrase: string,
  signal: AbortSignal,
): Promise<Moment | undefined> {
  const { paths, identifiers } = parseQuestion(phrase);
  const isWord = /^[\p{L}\p{N}_$.:#-]+$/u.test(phrase);
  const path = paths[0]?.path.replace(/^\.\//, "");
  const written = identifiers.find((each) => path === undefined || !each.includes(path));
  const name = written ?? (path === undefined && isWord ? phrase : undefined);
  if (path === undefined && name === undefined) return undefined;
  for (const rootId of rootIds) {
    const age =
      name === undefined
        ? await ageOfPath(history, rootId, path ?? "", signal)
        : await ageOfName({ recall, history }, rootId, name, path, signal);
    if (age !== undefined) return { kind: "added", atMs: age.commit.authoredMs, ...age };
  }
  return undefined;
}

async function ageOfName(
  { recall, history }: Pick<AnswerPorts, "recall" | "history">,
  rootId: string,
  name: string,
  within: string | undefined,
  signal: AbortSignal,
): Promise<Age | undefined> {
  const definitions = await definitionsOf(recall, name, [rootId], signal);
  const paths = [...new Set(definitions.map(({ citation }) => citation.path))].filter(
    (path) => within === undefined || isNamed(path, [within]),
  );
  // Without a path the history looks everywhere.
  if (within !== undefined && paths.length === 0) return undefined;
  return history.age({ rootId, name, paths }, signal);
}

async function ageOfPath(
  history: AnswerPorts["history"],
  rootId: string,
  path: string,
  signal: AbortSignal,
): Promise<Age | undefined> {
  const past = await history.past(
    { rootId, target: { kind: "path", path }, limit: maxEvents },
    signal,
  );
  const event = past.kind === "past" ? past.events.at(-1) : undefined;
  if (past.kind !== "past" || event === undefined) return undefined;
  return { commit: event.commit, isFirst: past.isWhole && event.change === "fileAdded" };
}

async function byNote(
  { notes }: AnswerPorts,
  { rootIds }: AskParams,
  phrase: string,
): Promise<Moment | undefined> {
  const roots = rootIds === undefined ? {} : { rootIds };
  const wish = { text: phrase, kinds: [], minCoverage, minWords: 2, limit: 1, ...roots };
  const [note] = await notes.recall(wish);
  return note && { kind: "note", atMs: note.createdMs, text: note.text };
}

async function byMessage(
  { history }: AnswerPorts,
  { rootIds = history.rootIds() }: AskParams,
  phrase: string,
  signal: AbortSignal,
): Promise<Moment | undefined> {
  for (const rootId of rootIds) {
    const found = await history.commitsAbout({ rootId, text: phrase, limit: 20 }, signal);
    const best = found.find(({ commit }) => holds(`${commit.subject} ${commit.body}`, phrase));
    if (best !== undefined)
      return { kind: "commit", atMs: best.commit.authoredMs, commit: best.commit };
  }
  return undefined;
}

/** Questions by their words, and files that were saved but never committed by their path. */
async function byEvent(
  { timeline }: AnswerPorts,
  { rootIds }: AskParams,
  phrase: string,
  signal: AbortSignal,
): Promise<Moment | undefined> {
  const roots = rootIds === undefined ? {} : { rootIds };
  const result = await timeline.timeline({ limit: maxEvents, ...roots }, signal);
  if (result.kind !== "timeline") return undefined;
  const first = result.events.findLast((event) => isMeant(event, phrase));
  if (first?.kind === "turn") return first;
  if (first?.kind !== "edit") return undefined;
  return { kind: "edit", atMs: first.edit.firstMs, text: first.edit.path };
}

function isMeant(event: TimelineEvent, phrase: string): boolean {
  switch (event.kind) {
    case "turn":
      // A question that asks for the order of two things holds the words of both.
      return event.text.length < 3 * phrase.length && holds(event.text, phrase);
    case "edit":
      return event.edit.path === phrase || event.edit.path.endsWith(`/${phrase}`);
    case "commit":
    case "note":
      return false;
  }
}

function holds(text: string, phrase: string): boolean {
  const terms = [...new Set(termsOfText(phrase))];
  const held = new Set(termsOfText(text));
  const n = terms.filter((term) => held.has(term)).length;
  return terms.length > 0 && n / terms.length >= minCoverage;
}
