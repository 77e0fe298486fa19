/** Questions that two windows ask in one conversation at the same time. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { openConversationStore } from "../../../server/memory/conversationStore.ts";
import { AnswerTurn } from "../../../server/rpc/answerTurn.ts";
import type { ConversationStore } from "../../../server/workServices.ts";
import { temporaryFolder } from "../ingest/treesOnDisk.ts";
import { createTestClock } from "../memory/conversationTurns.ts";

const clock = createTestClock();

it("each have their own answer, and none is left out of what is shown", () => {
  using folder = temporaryFolder();
  const open = (): ConversationStore => openConversationStore(folder.path, clock).store;
  const [here, there] = [open(), open()];
  const { id } = here.create();
  const others: AnswerTurn[] = [];
  // The other window's turns come between any two writes of this one.
  const between = (): void => {
    if (others.length === 0) others.push(new AnswerTurn(there, id, { question: "otter?" }, clock));
  };
  const { appendTurn, appendRound } = here;
  here.appendTurn = (...turn) => {
    appendTurn.apply(here, turn);
    between();
  };
  here.appendRound = (...round) => {
    appendRound.apply(here, round);
    between();
  };
  const own = new AnswerTurn(here, id, { question: "narwhal?" }, clock);
  others[0]?.append("The otter is there.", []);
  own.append("The narwhal is there.", []);
  for (const turn of [own, ...others]) turn.stop("cancelled");
  assert.deepEqual(
    here.read(id).turns.map(({ text }) => text),
    ["narwhal?", "The narwhal is there.", "otter?", "The otter is there."],
  );
  const rounds = here.rounds({ terms: ["otter", "narwhal"], text: "", limit: 9 });
  assert.deepEqual(
    rounds
      .map(({ question, answer }) => [question, answer])
      .toSorted(([a = ""], [b = ""]) => a.localeCompare(b)),
    [
      ["narwhal?", "The narwhal is there."],
      ["otter?", "The otter is there."],
    ],
  );
  here.close();
  there.close();
});
