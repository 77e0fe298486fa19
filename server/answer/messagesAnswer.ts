/** Answers questions about the past that name no definition and no file: what commits say of themselves tells. */
import type { PastIntent } from "../recall/intent.ts";
import { aboutQuestion, seekCommits } from "./besideAnswer.ts";
import type { AnswerOutcome, Ask, SoughtCommits } from "./ask.ts";
import { extentText, quotedMessage } from "./historyWording.ts";
import { prose } from "./markdown.ts";
import { tellNoScope } from "./mentionText.ts";

const maxShown = 5;

/** A question about the past waits this long for commits to be read for the first time. */
const readMs = 10_000;

/** Tells the commits whose message or touched definitions are about the question's words; `undefined` when none is. */
export async function answerFromMessages(
  ask: Ask,
  { wants }: PastIntent,
): Promise<AnswerOutcome | undefined> {
  const { writer, ports, params, signal } = ask;
  const found = await soughtOrRead(ask);
  signal.throwIfAborted();
  if (typeof found === "string") {
    writer.block("*The history did not answer in time. Ask again in a moment.*");
    return undefined;
  }
  const [best, ...others] = aboutQuestion(ask, found).slice(0, maxShown);
  if (best === undefined) return undefined;
  const [rootId = ""] = params.rootIds ?? ports.history.rootIds();
  const status = ports.history.status(rootId);
  tellNoScope(ask, "commits");
  writer.block(`What comes nearest among the commits is ${writer.commit(best.commit)}:`);
  writer.block(wants === "why" ? quotedMessage(best.commit) : `> ${prose(best.commit.subject)}`);
  if (others.length > 0)
    writer.block(
      `Others about it:\n\n${others.map(({ commit }) => `- ${writer.commit(commit)}: ${prose(commit.subject)}`).join("\n")}`,
    );
  writer.block(
    `*Told by the words of messages and the names that commits touched. ${extentText(status)}*`,
  );
  writer.flush();
  return "answered";
}

/** Where the history is only being read, what is found later counts too. */
async function soughtOrRead(ask: Ask): SoughtCommits {
  const { ports, params, signal } = ask;
  const [rootId] = params.rootIds ?? ports.history.rootIds();
  const found = await ask.commits;
  if (rootId === undefined || (typeof found !== "string" && found.length > 0)) return found;
  const { state } = ports.history.status(rootId);
  if (state !== "waiting" && state !== "reading") return found;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(readMs)]);
  try {
    await ports.history.settled(rootId, false, limit);
  } catch (error) {
    signal.throwIfAborted();
    // What was read until now is asked, and the answer says how far that is.
    if (!limit.aborted) throw error;
  }
  return seekCommits(ask, signal);
}
