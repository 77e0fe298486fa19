/**
 * Cuts a conversation into the parts of the task that it is about: the subgoals of HiAgent (Hu et al. 2024), which keep a
 * line each when they are finished and can be unfolded. There a language model says when a subgoal begins; here the words
 * and places of the questions do.
 */
import { maxPartPaths, type ConversationPart } from "../../protocol/context.ts";
import { isFollowUp, subjectTerms } from "./followUp.ts";
import { questionLine } from "./questionLine.ts";
import type { Round } from "./rounds.ts";

/** Whoever comes back after so long begins something else, unless the question goes on. */
const maxPauseMs = 2 * 3_600_000;
/** A question belongs to a part with which it shares this much, 0 to 1. */
const minKinship = 0.2;
/** As much, when its answer rests on other folders: a word in common then says less. */
const minKinshipElsewhere = 0.35;
/** How much of it words, files and folders are. */
const wordShare = 0.6;
const fileShare = 0.3;
const folderShare = 0.1;
/** A part is what its last rounds are about: over many rounds it may have come far. */
const nRecentRounds = 4;

/** A round with what it is compared by. */
interface Subject {
  readonly round: Round;
  readonly terms: ReadonlySet<string>;
  /** These, and those of what its answer cites: names and files. */
  readonly words: ReadonlySet<string>;
  readonly files: ReadonlySet<string>;
  readonly folders: ReadonlySet<string>;
}

/** A part with its rounds, which are never none. */
export interface TaskPart {
  readonly part: ConversationPart;
  readonly rounds: readonly Round[];
}

/** Returns the parts in order; each round is in one of them. None for no rounds. */
export function taskParts(rounds: readonly Round[]): TaskPart[] {
  const groups: Subject[][] = [];
  for (const round of rounds) {
    const subject = subjectOf(round);
    const part = groups.at(-1);
    if (part === undefined || beginsPart(subject, part)) groups.push([subject]);
    else part.push(subject);
  }
  return groups.map((group, idx) => partOf(group, idx === groups.length - 1));
}

function beginsPart(subject: Subject, part: readonly Subject[]): boolean {
  if (isFollowUp(subject.round.question)) return false;
  const last = part.at(-1) as Subject;
  if (subject.round.startMs - last.round.endMs > maxPauseMs) return true;
  const recent = part.slice(-nRecentRounds);
  const isElsewhere =
    subject.folders.size > 0 &&
    recent.some(({ folders }) => folders.size > 0) &&
    shared(subject.folders, recent, ({ folders }) => folders) === 0;
  return kinship(subject, recent) < (isElsewhere ? minKinshipElsewhere : minKinship);
}

/** How much of a round the last rounds of a part have too, 0 to 1. */
function kinship(subject: Subject, part: readonly Subject[]): number {
  const words = shared(subject.terms, part, (other) => other.words);
  const files = shared(subject.files, part, (other) => other.files);
  const folders = shared(subject.folders, part, (other) => other.folders);
  return words * wordShare + files * fileShare + folders * folderShare;
}

/** The share of these values that one of the others has, 0 of none. */
function shared(
  own: ReadonlySet<string>,
  others: readonly Subject[],
  valuesOf: (subject: Subject) => ReadonlySet<string>,
): number {
  if (own.size === 0) return 0;
  const found = [...own].filter((value) => others.some((other) => valuesOf(other).has(value)));
  return found.length / own.size;
}

function subjectOf(round: Round): Subject {
  const { citations, question, selectedFile } = round;
  const files = new Set(citations.map(({ rootId, path }) => `${rootId}/${path}`));
  const terms = subjectTerms(question);
  const names = citations.flatMap(({ path, symbol }) => [baseName(path), symbol?.name ?? ""]);
  return {
    round,
    terms,
    words: new Set([...terms, ...subjectTerms(names.join(" "))]),
    files: selectedFile === null ? files : files.add(selectedFile),
    folders: new Set([...files].map((file) => file.slice(0, Math.max(0, file.lastIndexOf("/"))))),
  };
}

function partOf(group: readonly Subject[], isOpen: boolean): TaskPart {
  const rounds = group.map(({ round }) => round);
  const citations = rounds.flatMap((round) => round.citations);
  const places = new Set(
    citations.map(({ rootId, path, contentHash }) => `${rootId}\0${path}\0${contentHash}`),
  );
  const first = rounds[0] as Round;
  const last = rounds.at(-1) as Round;
  const turnIds = rounds.flatMap((round) => round.turnIds);
  return {
    part: {
      firstTurnId: turnIds[0] as string,
      lastTurnId: turnIds.at(-1) as string,
      line: questionLine(rounds.find(({ question }) => question.trim() !== "")?.question ?? ""),
      nQuestions: rounds.filter(({ question }) => question !== "").length,
      nPlaces: places.size,
      paths: mostCited(citations.map(({ path }) => path)),
      startMs: first.startMs,
      endMs: last.endMs,
      isOpen,
    },
    rounds,
  };
}

function mostCited(paths: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(path, (counts.get(path) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, maxPartPaths)
    .map(([path]) => path);
}

function baseName(path: string): string {
  return (path.split("/").at(-1) ?? "").replace(/\.[^.]*$/, "");
}
