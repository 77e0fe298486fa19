import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import type { TimelineEvent, TimelineParams, TimelineResult } from "../../protocol/timeline.ts";
import type { ForgetWorkParams } from "../../protocol/savedMemory.ts";
import type { Answer } from "../../protocol/types.ts";
import { rootOf } from "../../server/cli/storeLocation.ts";
import { createServices } from "../../server/serverParts.ts";
import { forgetWork } from "../../server/workMemory.ts";
import { begin, commit } from "./history/repositories.ts";
import { git, temporaryFolder } from "./ingest/treesOnDisk.ts";

const signal = new AbortController().signal;
const settings = { exclude: [], include: [], threads: 1, maxFileBytes: 1_000_000 };

function textOf(event: TimelineEvent): string {
  switch (event.kind) {
    case "commit":
      return `commit ${event.commit.subject}`;
    case "edit":
      return `edit ${event.edit.path} ${event.edit.definitions.map(({ name }) => name).join()}`;
    case "turn":
      return `turn ${event.text}`;
    case "note":
      return `note ${event.text}`;
  }
}

function textsOf(result: TimelineResult): string[] {
  assert.equal(result.kind, "timeline");
  return result.kind === "timeline" ? result.events.map(textOf) : [];
}

test("commits, edits, questions and notes stand in one row by their ages, are asked by time, and go with the folder", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  const storeDir = path.join(folder.path, "store");
  begin(root);
  const a = path.join(root, "a.ts");
  commit(root, "Add the walrus", { "a.ts": "export function walrus() {\n  return 1;\n}\n" });
  const services = await createServices(
    { log: () => undefined },
    { logLevel: "off", statusCommand: "status", deepMemory: "onDemand" },
  );
  const { memory, history, notes, timeline, answers } = services;
  const rootId = rootOf(root).id;
  const ask = (question: string): Promise<Answer> =>
    answers.ask({ question, askId: "a" }, () => undefined, signal);
  const told = async (params: Partial<TimelineParams> = {}): Promise<TimelineResult> =>
    timeline.timeline({ limit: 50, ...params }, signal);
  try {
    await memory.open(storeDir, [rootOf(root)], settings, true);
    await memory.settled(true, signal);
    await history.settled(rootId, true, signal);
    const conversations = services.openConversations(path.join(storeDir, "conversations", "c"));
    const { store } = conversations;
    const { id } = store.create();
    writeFileSync(a, "export function walrus() {\n  return 2;\n}\n");
    memory.filesChanged([{ file: a, kind: "changed" }]);
    assert.deepEqual(textsOf(await told()), ["edit a.ts walrus", "commit Add the walrus"]);
    await notes.remember({ text: "the lantern is amber because of the fog", kind: "decision" });
    const createdMs = services.clock.nowMs() + 5;
    store.appendTurn(id, {
      ...{ id: "t", role: "user", text: "where is the harbour lit?", createdMs, state: "done" },
      ...{ citations: [], recalls: [], abstained: false, tiers: [] },
    });
    const all = [
      "turn where is the harbour lit?",
      "note the lantern is amber because of the fog",
      "edit a.ts walrus",
      "commit Add the walrus",
    ];
    assert.deepEqual(textsOf(await told()), all);
    assert.deepEqual(textsOf(await told({ since: "today" })).length, 4);
    assert.deepEqual(textsOf(await told({ until: "yesterday" })), []);
    assert.deepEqual(await told({ since: "someday" }), { kind: "unknownTime", phrase: "someday" });
    const cut = await told({ limit: 2 });
    assert.deepEqual([textsOf(cut), cut.kind === "timeline" && cut.isCut], [all.slice(0, 2), true]);
    git(root, ["config", "user.name", "Somebody Else"]);
    assert.deepEqual(textsOf(await told({ own: true })), all.slice(0, 3), "commits of others");

    const first = await ask("which came first, “the amber lantern of the fog” or `walrus`?");
    assert.match(first.markdown, /^“walrus” came first\./);
    assert.equal(first.abstained, false);
    const turn = await ask("which came first, “where is the harbour lit” or “the amber lantern”?");
    assert.match(turn.markdown, /^“the amber lantern” came first\./);
    const unknown = await ask("which came first, `walrus` or “the purple elephant dances”?");
    assert.match(unknown.markdown, /^I do not know when “the purple elephant dances” was\./);
    assert.equal(unknown.abstained, true);
    const done = await ask("what was I doing today?");
    assert.match(done.markdown, /^Of “today”, the last first:/);
    assert.match(done.markdown, /noted “the lantern is amber/);
    const link = `#turn-${id}/t`;
    assert.ok(done.markdown.includes(`asked “[where is the harbour lit?](${link})”`));
    assert.ok(turn.markdown.includes(link), "a deleted question is found where it is quoted");
    assert.match(done.markdown, /edited `a\.ts` \(`walrus`\)/);
    const before = await ask("what did I do on 2020-01-01?");
    assert.match(before.markdown, /^Nothing is in memory of “on 2020-01-01”/);

    await memory.forget(rootId);
  } finally {
    await memory.close();
  }
  // The conversations and the notes stay; what was edited is gone to the last byte.
  const left = readdirSync(storeDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  for (const file of left) {
    assert.doesNotMatch(file, /edits-/);
    if (!/notes|conversations/.test(file))
      assert.ok(!readFileSync(file, "latin1").includes("walrus"), file);
  }
});

test("what was edited is forgotten by time and by folder, and not by topic", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  mkdirSync(path.join(root, "pond"), { recursive: true });
  const services = await createServices(
    { log: () => undefined },
    { logLevel: "off", statusCommand: "status", deepMemory: "onDemand" },
  );
  const { memory, history, notes, timeline, clock } = services;
  try {
    await memory.open(path.join(folder.path, "store"), [rootOf(root)], settings, true);
    const { store } = services.openConversations(path.join(folder.path, "conversations"));
    const edited = async (): Promise<string[]> =>
      textsOf(await timeline.timeline({ limit: 9 }, signal));
    const work = { notes, history, conversations: store, roots: [rootOf(root)] };
    await history.settled(rootOf(root).id, false, signal);
    const save = (name: string): void => {
      writeFileSync(path.join(root, name), `export const ${path.basename(name, ".ts")} = 1;\n`);
      memory.filesChanged([{ file: path.join(root, name), kind: "created" }]);
    };
    save("pond/heron.ts");
    save("otter.ts");
    assert.deepEqual(await edited(), ["edit otter.ts otter", "edit pond/heron.ts heron"]);
    const forget = async (which: ForgetWorkParams): Promise<number> =>
      (await forgetWork(work, which, signal)).nEdits;
    assert.equal(await forget({ topic: "otter heron" }), 0);
    assert.equal(await forget({ folder: "pond" }), 1);
    assert.deepEqual(await edited(), ["edit otter.ts otter"]);
    assert.equal(await forget({ beforeMs: clock.nowMs() + 1_000 }), 1);
    assert.deepEqual(await edited(), []);
    store.close();
  } finally {
    await memory.close();
  }
});

test("what cannot be read is named, and the rest is told", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "plain");
  mkdirSync(root);
  writeFileSync(path.join(root, "a.ts"), "export const a = 1;\n");
  const services = await createServices(
    { log: () => undefined },
    { logLevel: "off", statusCommand: "status", deepMemory: "onDemand" },
  );
  try {
    const { memory } = services;
    await memory.open(path.join(folder.path, "store"), [rootOf(root)], settings, true);
    await memory.settled(true, signal);
    const { store } = services.openConversations(path.join(folder.path, "store", "c"));
    store.close();
    const result = await services.timeline.timeline({ limit: 5 }, signal);
    assert.deepEqual(result.kind === "timeline" && result.missing, ["turns"]);
  } finally {
    await services.memory.close();
  }
});
