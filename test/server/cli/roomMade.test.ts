/** A note that makes room while the command line writes another one leaves no words in conversations. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { exitCodes } from "../../../server/cli/commandTable.ts";
import { run } from "../../../server/cli/run.ts";
import { rootOf } from "../../../server/cli/storeLocation.ts";
import { openConversationStore } from "../../../server/memory/conversationStore.ts";
import { nodeClock } from "../../../server/nodePorts.ts";
import { createServices } from "../../../server/serverParts.ts";
import { temporaryFolder, writeTree } from "../ingest/treesOnDisk.ts";
import { makeTurn } from "../memory/conversationTurns.ts";

test("conversations are cleared of a note that makes room", async (t) => {
  const temporary = temporaryFolder();
  t.after(() => temporary[Symbol.dispose]());
  const home = temporary.path;
  const [folder, storeDir] = [path.join(home, "project"), path.join(home, "store")];
  writeTree(folder, { "a.c": "int a;\n" });
  const gone = { id: "n1", text: "we keep the zebrafish warm" };
  // A store is full at tens of thousands of notes: it is said to be.
  const remember = async (text: string): Promise<void> => {
    const out = { isTTY: false, columns: 80, write: () => undefined };
    const code = await run(["remember", folder, text, "--store", storeDir], {
      ...{ cwd: home, out, err: out, env: {}, homeDir: home, platform: "linux" },
      signal: new AbortController().signal,
      createServices: async (statusCommand) => {
        const how = { logLevel: "off", statusCommand, deepMemory: "onDemand" } as const;
        const services = await createServices({ log: () => undefined }, how);
        const { notes } = services;
        const listeners: Parameters<typeof notes.onRoomMade>[0][] = [];
        notes.onRoomMade = (listener) => {
          listeners.push(listener);
          return () => undefined;
        };
        const write = notes.remember.bind(notes);
        notes.remember = async (params, writer) => {
          const result = await write(params, writer);
          for (const listener of listeners) await listener([gone]);
          assert.equal(listeners.length, 1);
          return result;
        };
        return services;
      },
    });
    assert.equal(code, exitCodes.ok);
  };
  await remember("we use tabs");
  const dir = path.join(storeDir, "conversations", rootOf(folder).id);
  const opened = openConversationStore(dir, nodeClock);
  const { id } = opened.store.create();
  opened.store.appendTurn(
    id,
    makeTurn({ id: "a", role: "lore", text: `> ${gone.text}\n\nSo it is.` }),
  );
  opened.store.close();
  const holding = (words: string): string[] =>
    readdirSync(storeDir, { recursive: true, withFileTypes: true, encoding: "utf8" })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .filter((file) => readFileSync(file, "latin1").includes(words));
  assert.notDeepEqual(holding("zebrafish"), []);
  await remember("we use lints");
  assert.deepEqual(holding("zebrafish"), []);
  assert.notDeepEqual(holding("So it is."), []);
});
