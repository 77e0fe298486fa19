/** Child process of the kill test: writes turns for ever and says after each what is acknowledged. */
import { openConversationStore } from "../../../server/memory/conversationStore.ts";
import { createTestClock, makeTurn } from "./conversationTurns.ts";

const { store } = openConversationStore(process.argv[2] as string, createTestClock());
const { id } = store.list()[0] ?? store.create();
process.stdout.write(`conversation ${id}\n`);
for (let i = 0; ; i++) {
  const turnId = `${process.pid}-${i}`;
  const text = `${turnId} `.repeat(1 + (i % 400));
  store.appendTurn(id, makeTurn({ id: turnId, role: "lore", state: "streaming", text }));
  process.stdout.write(`streaming ${turnId} ${text.length}\n`);
  if (i % 3 === 0) continue;
  store.updateTurn(id, makeTurn({ id: turnId, role: "lore", state: "done", text: `${text}end` }));
  process.stdout.write(`done ${turnId} ${text.length + 3}\n`);
}
