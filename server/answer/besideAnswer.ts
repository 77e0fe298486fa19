/**
 * What is told beside the code: each kind of memory is a pool of its own, and what a question wants says how much of each
 * it gets (after Mixture-of-Memories, whose router chooses among separate memories).
 */
import { MemoryError } from "../../protocol/errors.ts";
import { termsOfName, termsOfText } from "../ingest/terms.ts";
import type { Intent } from "../recall/intent.ts";
import type { CommitAbout } from "../services.ts";
import type { Ask, SoughtCommits } from "./ask.ts";
import { prose } from "./markdown.ts";
import { scopeName } from "./mentionText.ts";
import { mentionNote } from "./notesAnswer.ts";
import { mentionTurn } from "./turnsAnswer.ts";

/** How many commits a question gets beside its places of code; of notes and of turns, one that is clearly about the same. */
const nCommits: Readonly<Record<Intent["kind"], number>> = {
  where: 2,
  how: 3,
  what: 3,
  unknown: 3,
  flow: 2,
  error: 2,
  // These ask for one kind of thing and get all of it; what is asked of the past itself is answered from it.
  whoCalls: 0,
  allPlaces: 0,
  similar: 0,
  past: 0,
};

/** Candidates of the search by words; few of them are close enough. */
const nSearched = 20;
/** The share of the question's weight that a commit holds in all it says, and in its subject and what it touched. */
const minCoverage = 0.6;
const minHeading = 0.35;
const minHeld = 2;
/** The history is asked beside the recall; an answer does not wait longer for it. */
const waitMs = 1_000;

/** Begins to look for commits about a question. Rejects with the signal's reason when cancelled, never else. */
export async function seekCommits(
  {
    ports,
    question,
    params,
  }: Pick<Ask, "question"> & {
    readonly ports: Pick<Ask["ports"], "history">;
    readonly params: Pick<Ask["params"], "rootIds">;
  },
  signal: AbortSignal,
): SoughtCommits {
  const words = [...question.identifiers, ...question.words];
  const { kind } = question.intent;
  if ((nCommits[kind] === 0 && kind !== "past") || words.length === 0) return [];
  const limit = AbortSignal.any([signal, AbortSignal.timeout(waitMs)]);
  try {
    const found: CommitAbout[] = [];
    for (const rootId of params.rootIds ?? ports.history.rootIds())
      found.push(
        ...(await ports.history.commitsAbout(
          { rootId, text: words.join(" "), limit: nSearched },
          limit,
        )),
      );
    return found;
  } catch (error) {
    signal.throwIfAborted();
    if (limit.aborted) return "late";
    if (error instanceof MemoryError) return error.errorName === "rootNotOpen" ? [] : "unreadable";
    throw error;
  }
}

/** Adds what notes, conversations and commits say about what was asked. */
export async function tellBeside(ask: Ask): Promise<void> {
  await mentionNote(ask);
  mentionTurn(ask);
  const commits = nCommits[ask.question.intent.kind];
  if (commits === 0) return;
  const found = await ask.commits;
  ask.signal.throwIfAborted();
  if (typeof found === "string") return tellWhyNone(ask, found);
  const about = aboutQuestion(ask, found).slice(0, commits);
  if (about.length === 0) return;
  const lines = about.map(
    ({ commit }) => `- ${ask.writer.commit(commit)}: ${prose(commit.subject)}`,
  );
  const which = scopeName(ask) === undefined ? "about this" : "about this, in all files";
  ask.writer.block(`Commits ${which}:\n\n${lines.join("\n")}`);
}

function tellWhyNone({ writer, ports, params }: Ask, why: "late" | "unreadable"): void {
  const roots = params.rootIds ?? ports.history.rootIds();
  // While there is no history in memory nothing is missing from the answer.
  if (roots.every((rootId) => ports.history.status(rootId).nCommits === 0)) return;
  writer.block(
    why === "late"
      ? "*The history did not answer in time, so commits are not shown. Ask again to see them.*"
      : "*The history cannot be read at the moment.*",
  );
}

/** Returns those that are clearly about what was asked, in order. */
export function aboutQuestion(
  ask: Pick<Ask, "terms">,
  found: readonly CommitAbout[],
): CommitAbout[] {
  return found.filter((each) => isAbout(ask, each));
}

function isAbout({ terms }: Pick<Ask, "terms">, { commit, names }: CommitAbout): boolean {
  if (/^Merge (?:branch|pull request|remote|tag)\b/.test(commit.subject)) return false;
  const heading = new Set([...termsOfText(commit.subject), ...names.flatMap(termsOfName)]);
  const all = new Set([...heading, ...termsOfText(commit.body)]);
  const held = terms.heldBy(heading);
  const isNamed = held.some(({ isName }) => isName);
  return (
    (held.length >= Math.min(minHeld, terms.units.length) || isNamed) &&
    terms.coverageOf(heading) >= minHeading &&
    terms.coverageOf(all) >= minCoverage
  );
}
