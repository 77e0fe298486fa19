/** Answers questions about the past that name no definition and no file: what commits say of themselves tells. */
import type { PastIntent } from "../recall/intent.ts";
import { aboutQuestion } from "./besideAnswer.ts";
import type { AnswerOutcome, Ask } from "./ask.ts";
import { extentText, quotedMessage } from "./historyWording.ts";
import { prose } from "./markdown.ts";

const maxShown = 5;

/** Tells the commits whose message or touched definitions are about the question's words; `undefined` when none is. */
export async function answerFromMessages(
  ask: Ask,
  { wants }: PastIntent,
): Promise<AnswerOutcome | undefined> {
  const { writer, ports, params, signal } = ask;
  const found = await ask.commits;
  signal.throwIfAborted();
  if (typeof found === "string") {
    writer.block("*The history did not answer in time. Ask again in a moment.*");
    return undefined;
  }
  const [best, ...others] = aboutQuestion(ask, found).slice(0, maxShown);
  if (best === undefined) return undefined;
  const [rootId = ""] = params.rootIds ?? ports.history.rootIds();
  const status = ports.history.status(rootId);
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
