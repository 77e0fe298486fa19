/** What the user wants forgotten: notes, and turns of conversations, by the same rules. */
import type { ForgetNotesParams } from "../../protocol/notes.ts";
import type { ForgetWorkParams } from "../../protocol/savedMemory.ts";
import type { Turn } from "../../protocol/types.ts";
import { rankNotes } from "./noteRanking.ts";
import type { StoredNote } from "./noteStore.ts";
import { termsOf } from "./noteWords.ts";
import { byQuestion } from "./rounds.ts";

/** A topic to be forgotten is held whole, or nearly, by what is forgotten. */
const topicCoverage = 0.75;

/** Notes that go, and how many live ones would go if they were not pinned. */
interface ChosenNotes {
  readonly gone: readonly StoredNote[];
  readonly nPinnedKept: number;
}

/** Returns the notes that a wish to forget is about; none when nothing is wished. */
export function chosenNotes(
  notes: readonly StoredNote[],
  which: ForgetNotesParams | ForgetWorkParams,
  nowMs: number,
): ChosenNotes {
  const { id, all, withPinned }: ForgetNotesParams & ForgetWorkParams = which;
  if (all === true) return { gone: notes, nPinnedKept: 0 };
  if (id !== undefined) return { gone: notes.filter((note) => note.id === id), nPinnedKept: 0 };
  const chosen = notesAbout(notes, which, nowMs);
  if (withPinned === true) return { gone: chosen, nPinnedKept: 0 };
  // What was pinned before it was replaced is recalled no more, and nobody could unpin it in a list.
  const isKept = ({ isPinned, supersededBy }: StoredNote): boolean =>
    isPinned && supersededBy === undefined;
  const gone = chosen.filter((note) => !isKept(note));
  return { gone, nPinnedKept: chosen.length - gone.length };
}

function notesAbout(
  notes: readonly StoredNote[],
  { topic, beforeMs, folder }: ForgetNotesParams | ForgetWorkParams,
  nowMs: number,
): readonly StoredNote[] {
  if (topic !== undefined)
    return rankNotes(notes, topic, [], nowMs)
      .filter(({ coverage }) => termsOf(topic).size > 0 && coverage >= topicCoverage)
      .map(({ note }) => note);
  if (beforeMs !== undefined) return notes.filter(({ createdMs }) => createdMs < beforeMs);
  if (folder === undefined) return [];
  return notes.filter((note) =>
    [note.file, ...note.evidence.map(({ path }) => path)].some(
      (path) => path !== undefined && isInside(folder, path),
    ),
  );
}

/**
 * Returns the ids of the turns of one conversation that a wish to forget is about. A question goes with its answers and
 * an answer with its question: by topic when the question holds it, by folder when it was about selected code there or its
 * answer cites or found code there. `relativeTo` gives the path inside the root of an absolute one, `undefined` for a file
 * elsewhere.
 */
export function chosenTurns(
  turns: readonly Turn[],
  which: ForgetWorkParams,
  relativeTo: (file: string) => string | undefined,
): ReadonlySet<string> {
  const isChosen = turnChoice(which, relativeTo);
  const chosen = byQuestion(turns).filter((round) => round.some(isChosen));
  return new Set(chosen.flat().map(({ id }) => id));
}

function turnChoice(
  { topic, beforeMs, folder, all }: ForgetWorkParams,
  relativeTo: (file: string) => string | undefined,
): (turn: Turn) => boolean {
  if (all === true) return () => true;
  if (topic !== undefined) {
    const wanted = [...termsOf(topic)];
    return ({ role, text }) => {
      if (role !== "user" || wanted.length === 0) return false;
      const terms = termsOf(text);
      return wanted.filter((term) => terms.has(term)).length / wanted.length >= topicCoverage;
    };
  }
  if (beforeMs !== undefined) return ({ createdMs }) => createdMs < beforeMs;
  if (folder === undefined) return () => false;
  return ({ citations, recalls, selection, prose }) => {
    const selected = selection === undefined ? undefined : relativeTo(selection.file);
    const cited = [...citations, ...(prose?.citations ?? [])];
    const paths = [...cited, ...recalls.map(({ citation }) => citation)].map(({ path }) => path);
    return [...paths, selected].some((path) => path !== undefined && isInside(folder, path));
  };
}

/** `""` and `/` are the whole root; a file is inside itself. */
function isInside(folder: string, path: string): boolean {
  const inside = folder.replace(/\/+$/, "");
  return inside === "" || path === inside || path.startsWith(`${inside}/`);
}
