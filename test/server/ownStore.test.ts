/** A store that lies in the folder that it is of, or in any folder that is remembered. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { describe, it, type TestContext } from "node:test";
import { rootOf } from "../../server/cli/storeLocation.ts";
import { createServices } from "../../server/serverParts.ts";
import type { Services } from "../../server/handlers.ts";
import { temporaryFolder, writeTree } from "./ingest/treesOnDisk.ts";
import { settings } from "./workspaceMemoryHarness.ts";

const hexId = "0123456789abcdef";

/** The files that a user wrote; some are called as those of a store are. */
const own = {
  "src/cache.ts": "export const size = 1;\n",
  "work/plan.md": "# Plan\n",
  "deep/notes.md": "# Deep\n",
  "owner.lock": "mine\n",
  [`assets/${hexId}/page.ts`]: "export const page = 1;\n",
  // With a store's file beside them, so that they would be hidden from whoever asks.
  [`pages/${hexId}/owner.lock`]: "",
  [`pages/${hexId}/page.ts`]: "export const page = 2;\n",
  "pages/none/memory.sqlite.old": "none\n",
  "pages/none/src/page.ts": "export const page = 3;\n",
};
const remembered = Object.keys(own).length;

interface Place {
  readonly folder: string;
  readonly storeDir: string;
}

/** A folder of the user's whose store lies at a path in it. */
function place(t: TestContext, store: string): Place {
  const temporary = temporaryFolder();
  t.after(() => temporary[Symbol.dispose]());
  const folder = path.join(temporary.path, "project");
  writeTree(folder, own);
  return { folder, storeDir: path.join(folder, store) };
}

async function open(
  t: TestContext,
  { folder, storeDir }: Place,
  include: string[],
): Promise<Services> {
  const services = await createServices(
    { log: () => undefined },
    { logLevel: "off", statusCommand: "status", deepMemory: "onDemand" },
  );
  t.after(() => services.memory.close());
  await services.memory.open(storeDir, [rootOf(folder)], { ...settings, include }, true);
  await settle(services);
  return services;
}

async function settle({ memory }: Services): Promise<void> {
  await memory.settled(true, AbortSignal.timeout(60_000));
}

/** Everything that a store is made of: index, notes, conversations, history. */
async function fill(services: Services, { folder, storeDir }: Place): Promise<void> {
  await services.notes.remember({ text: "We keep it small." });
  const conversations = await services.conversationFolder(storeDir, [rootOf(folder)]);
  services.openConversations(conversations).store.close();
}

function check({ memory }: Services): void {
  const [status] = memory.status().roots;
  assert.equal(status?.remembered, remembered);
  assert.equal(status.filesSeen, remembered, "and nothing else was looked at");
}

describe("a store in a remembered folder", () => {
  for (const [store, include] of [
    ["the-store", []],
    [".lore/memory", []],
    [".", []],
    ["work", []],
    ["the-store", ["**"]],
  ] as const) {
    it(`is not remembered at ${store}, included ${include.join() || "nothing"}`, async (t) => {
      const at = place(t, store);
      const first = await open(t, at, [...include]);
      check(first);
      await fill(first, at);
      await first.memory.rescan(AbortSignal.timeout(60_000));
      await settle(first);
      check(first);
      await first.memory.close();
      const again = await open(t, at, [...include]);
      check(again);
    });
  }

  it("of another process is not remembered when the editor tells of its files", async (t) => {
    const inside = place(t, ".lore");
    const outside = { ...inside, storeDir: path.join(inside.folder, "..", "store") };
    const editor = await open(t, outside, []);
    const other = await open(t, inside, []);
    await fill(other, inside);
    const written = readdirSync(inside.folder, { recursive: true, encoding: "utf8" });
    const files = written.map((name) => path.join(inside.folder, name));
    assert.ok(
      files.some((file) => file.endsWith("notes.sqlite")),
      "there is something to tell",
    );
    for (const told of [files, files.toReversed()]) {
      editor.memory.filesChanged(told.map((file) => ({ file, kind: "changed" })));
      await settle(editor);
      check(editor);
    }
  });
});
