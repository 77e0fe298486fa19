import assert from "node:assert/strict";
import { test } from "node:test";
import { MemorySession } from "../../../extension/memory/memorySession.ts";
import { MemoryClient } from "../../../extension/memory/memoryClient.ts";
import { Talk, type TalkHistory } from "../../../extension/participant/talk.ts";
import * as methods from "../../../protocol/methods.ts";
import type { Citation, CitationCheck, Turn } from "../../../protocol/types.ts";
import { failure, InMemoryServer, memoryStatus, rootStatus, testRoot } from "../inMemoryServer.ts";
import { RecordingLog } from "../recordingLog.ts";

const root = testRoot("one");
const range = { start: { line: 4, character: 0 }, end: { line: 9, character: 0 } };
const cited: Citation = {
  ...{ rootId: root.id, path: "src/a.ts", range, contentHash: "0123456789abcdef" },
  symbol: { name: "fooBar", kind: "function", container: "", range },
};
const settings = { exclude: [], include: [], threads: 1, maxFileBytes: 1_000 };

/** A memory with one conversation, `c1`, whose last answer cites `cited`. */
async function openMemory(
  check: CitationCheck,
): Promise<{ memory: MemorySession; server: InMemoryServer }> {
  const server = new InMemoryServer();
  const status = memoryStatus([rootStatus(root)]);
  server.on(methods.open, () => ({ serverVersion: "1", status }));
  let nBegun = 1;
  const conversation = { title: "", createdMs: 0, updatedMs: 0, nTurns: 2 };
  server.on(methods.createConversation, () => ({
    conversation: { ...conversation, id: `c${++nBegun}` },
  }));
  const turn = { citations: [cited] } as unknown as Turn;
  server.on(methods.readConversation, ({ conversationId }) =>
    conversationId === "c1"
      ? { conversation: { ...conversation, id: "c1" }, turns: [turn], nEarlier: 0 }
      : failure("conversationNotFound"),
  );
  server.on(methods.checkCitations, () => ({ checks: [check] }));
  const log = new RecordingLog();
  const memory = new MemorySession(
    server,
    new MemoryClient(log),
    () => ({
      ...{ storeDir: "/store", roots: [root], settings, enabled: true, trusted: true },
      ...{ onlyVirtualFolders: false, hasSqlite: true },
    }),
    log,
  );
  await memory.refresh();
  await memory.whenOpen();
  return { memory, server };
}

const before: TalkHistory = [
  { prompt: "where is fooBar?" },
  { result: { metadata: { conversationId: "c1" } } },
  { result: { metadata: { conversationId: 7 } } },
  { result: {} },
];
const current: CitationCheck = { kind: "current", citation: cited, text: "function fooBar() {}" };

test("a chat goes on in its conversation, and begins another when that was deleted", async () => {
  const { memory } = await openMemory(current);
  const seen: string[] = [];
  const talk = new Talk(memory, before);
  await talk.within((id) => Promise.resolve(seen.push(id)));
  const gone = new Talk(memory, [{ result: { metadata: { conversationId: "deleted" } } }]);
  await gone.within(async (id) => {
    seen.push(id);
    if (id === "deleted")
      await memory.client.request(methods.readConversation, { conversationId: id });
  });
  const fresh = new Talk(memory, []);
  assert.equal(fresh.conversationId, undefined);
  await fresh.within((id) => Promise.resolve(seen.push(id)));
  assert.deepEqual(seen, ["c1", "deleted", "c2", "c3"]);
  assert.deepEqual(
    [talk, gone, fresh].map(({ conversationId }) => conversationId),
    ["c1", "c2", "c3"],
  );
});

test("other failures than a deleted conversation are told", async () => {
  const { memory } = await openMemory(current);
  const talk = new Talk(memory, before);
  await assert.rejects(
    talk.within(() => Promise.reject(new Error("other"))),
    /other/,
  );
});

test("“it” is the definition of the last answer, as it is now", async () => {
  const { memory } = await openMemory(current);
  assert.deepEqual(await new Talk(memory, before).codeOfLast("who calls it?"), {
    ...{ file: "/work/one/src/a.ts", text: "function fooBar() {}" },
    range: { startLine: 4, endLine: 9 },
  });
  assert.equal(await new Talk(memory, before).codeOfLast("who calls bazQux?"), undefined);
  assert.equal(await new Talk(memory, []).codeOfLast("who calls it?"), undefined);
});

test("what has changed since, or is gone with its conversation, is not “it”", async () => {
  const { memory } = await openMemory({ kind: "stale" });
  assert.equal(await new Talk(memory, before).codeOfLast("who calls it?"), undefined);
  const gone = new Talk(memory, [{ result: { metadata: { conversationId: "deleted" } } }]);
  assert.equal(await gone.codeOfLast("who calls it?"), undefined);
});
