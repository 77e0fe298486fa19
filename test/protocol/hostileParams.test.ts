/** What a broken or hostile client may send for each method, and that nothing of it gets further. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ResponseError } from "vscode-jsonrpc/node";
import type { ErrorData } from "../../protocol/errors.ts";
import * as methods from "../../protocol/methods.ts";
import { join, joinOpen, openParams, type Joined } from "./connection.ts";
import {
  checkedProse,
  citation,
  codes,
  inMemoryServices,
  settings,
  type InMemoryServices,
} from "./inMemoryServices.ts";

const longText = "x".repeat(10 * 1024 * 1024);
const selection = { file: "/work/a", text: "a", range: { startLine: 0, endLine: 1 } };
const ask = { question: "why?", askId: "1" };
const search = { query: "why?", limit: 5 };
const trace = { trace: "a file" };
const note = { text: "we use tabs" };
const toolCall = { name: "remember", input: note, caller: "a test", permission: "remember" };
const complete = { file: "/work/a.ts", languageId: "typescript", prefix: "a.", suffix: ")" };
const selfTest = { selfTestId: "1", tokens: 16_384 };
const context = { question: "why?", maxTokens: 1_000 };
const use = { rootId: "root", path: "src/a.ts", name: "a", container: "", limit: 5 };
const evidence = { number: 1, source: { kind: "code", citation }, text: "x" };
const proseCheck = { text: "It is so [1].", evidence: [evidence], question: "why?", isDone: true };
const commit = {
  kind: "commit",
  commit: { hash: "a".repeat(40), author: "A", authoredMs: 1, subject: "s", body: "" },
};
const proseLook = {
  ...{ name: "search_memory", input: "ropes", evidence: [evidence] },
  ...{ mark: "5ca1ab1e", maxTokens: 1_000 },
};
const prose = { ...checkedProse, model: "small", state: "done" };
const exhaustive = { literal: "a", wholeWord: true, limit: 5 };

/** Values of a wrong type wherever an object is expected. */
const notObjects: readonly unknown[] = ["text", 1, true, [], [1, 2, 3], [{}, {}], [[]]];

const memoryFile = {
  good: { file: "/work/memory.jsonl" },
  bad: [{}, { file: "memory.jsonl" }, { file: "/a\0b" }, { file: 1 }, { file: longText }],
};

/** For each request: one set of good parameters, and bad ones. */
const requests: Readonly<Record<string, { good: object; bad: readonly unknown[] }>> = {
  [methods.open.method]: {
    good: openParams,
    bad: [
      {},
      { ...openParams, protocolVersion: "1" },
      { ...openParams, storeDir: "relative" },
      { ...openParams, storeDir: "/a\0b" },
      { ...openParams, roots: {} },
      { ...openParams, roots: [{ id: "", folder: "/a", name: "a" }] },
      { ...openParams, roots: [{ id: "a", folder: "a", name: "a" }] },
      { ...openParams, settings: { ...settings, threads: -1 } },
      { ...openParams, settings: { ...settings, threads: 0.5 } },
      { ...openParams, settings: { ...settings, maxFileBytes: "big" } },
      { ...openParams, settings: { ...settings, exclude: [1] } },
      { ...openParams, settings: { ...settings, deepMemory: true } },
      { ...openParams, settings: { ...settings, deepMemory: { enabled: true } } },
      {
        ...openParams,
        settings: { ...settings, deepMemory: { enabled: 1, maxDiskBytes: 1 } },
      },
      {
        ...openParams,
        settings: { ...settings, deepMemory: { enabled: true, maxDiskBytes: 0 } },
      },
      { ...openParams, trusted: "yes" },
    ],
  },
  [methods.setRoots.method]: {
    good: { roots: [] },
    bad: [{}, { roots: [null] }, { roots: [{ id: 1, folder: "/a", name: "a" }] }],
  },
  [methods.configure.method]: {
    good: { settings, trusted: true },
    bad: [{}, { settings }, { settings: [], trusted: true }],
  },
  [methods.settled.method]: { good: { refined: true }, bad: [{}, { refined: 1 }] },
  [methods.problems.method]: {
    good: { offset: 0, limit: 10 },
    bad: [
      {},
      { offset: -1, limit: 1 },
      { offset: 0, limit: 1e9 },
      { offset: 0, limit: 1, rootId: 3 },
    ],
  },
  [methods.picture.method]: {
    good: { rootId: "root", folder: "", limit: 10 },
    bad: [
      {},
      { rootId: "root", folder: "" },
      { rootId: "root", folder: "/etc", limit: 10 },
      { rootId: "root", folder: "src/", limit: 10 },
      { rootId: "root", folder: "a\0b", limit: 10 },
      { rootId: "root", folder: longText, limit: 10 },
      { rootId: "root", folder: "", limit: 0 },
      { rootId: "root", folder: "", limit: 1e9 },
      { rootId: { id: "root" }, folder: "", limit: 10 },
    ],
  },
  [methods.rebuild.method]: { good: {}, bad: [{ rootId: {} }, { rootId: longText }] },
  [methods.forget.method]: { good: { rootId: "root" }, bad: [{}, { rootId: null }] },
  [methods.search.method]: {
    good: search,
    bad: [
      {},
      { ...search, query: "" },
      { ...search, query: "  \n" },
      { ...search, query: longText },
      { ...search, query: { toString: "x" } },
      { ...search, limit: 0 },
      { ...search, limit: "5" },
      { ...search, rootIds: "root" },
      { ...search, paths: [""] },
      { ...search, paths: [longText] },
      { ...search, activeFile: "a.ts" },
      { ...search, activeFile: null },
      { ...search, explain: "yes" },
    ],
  },
  [methods.pinTurn.method]: {
    good: { conversationId: "c", turnId: "t", isPinned: true },
    bad: [{}, { conversationId: "c", turnId: "t" }, { turnId: "t", isPinned: true }],
  },
  [methods.chooseBranch.method]: {
    good: { conversationId: "c", turnId: "t" },
    bad: [{}, { conversationId: "c" }, { conversationId: "c", turnId: 1 }, { turnId: "t" }],
  },
  [methods.suggest.method]: {
    good: { prefix: "", limit: 10 },
    bad: [
      {},
      { prefix: "a" },
      { prefix: longText, limit: 10 },
      { prefix: "a", limit: 0 },
      { prefix: "a", limit: 1e6 },
      { prefix: "a", limit: 1, kinds: ["secret"] },
      { prefix: "a", limit: 1, kinds: "file" },
    ],
  },
  [methods.compareTrace.method]: {
    good: trace,
    bad: [{}, { trace: 1 }, { trace: { format: "lore-trace" } }, { trace: longText }],
  },
  [methods.context.method]: {
    good: context,
    bad: [
      {},
      { ...context, question: "" },
      { ...context, question: longText },
      { ...context, maxTokens: 199 },
      { ...context, maxTokens: 1_000_001 },
      { ...context, maxTokens: 1_000.5 },
      { ...context, maxTokens: "1000" },
      { ...context, conversationId: 1 },
      { ...context, rootIds: "root" },
    ],
  },
  [methods.prosePrompt.method]: {
    good: { ...context, selection },
    bad: [
      {},
      { ...context, question: "" },
      { ...context, maxTokens: 599 },
      { ...context, maxTokens: "1000" },
      { ...context, activeFile: "a.ts" },
      { ...context, selection: { ...selection, text: 1 } },
      { ...context, conversationId: 1 },
    ],
  },
  [methods.proseLook.method]: {
    good: proseLook,
    bad: [
      { ...proseLook, name: 1 },
      { ...proseLook, name: "x".repeat(201) },
      { ...proseLook, input: {} },
      { ...proseLook, input: "x".repeat(20_001) },
      { ...proseLook, mark: "```" },
      { ...proseLook, mark: "" },
      { ...proseLook, maxTokens: 199 },
      { ...proseLook, evidence: [{ ...evidence, number: 0 }] },
      { ...proseLook, rootIds: "r" },
    ],
  },
  [methods.proseCheck.method]: {
    good: proseCheck,
    bad: [
      {},
      { ...proseCheck, text: longText },
      { ...proseCheck, text: 1 },
      { ...proseCheck, isDone: "yes" },
      { ...proseCheck, question: "" },
      { ...proseCheck, evidence: {} },
      { ...proseCheck, evidence: [{ ...evidence, number: 0 }] },
      { ...proseCheck, evidence: [{ ...evidence, number: 1.5 }] },
      { ...proseCheck, evidence: [{ ...evidence, source: { kind: "file" } }] },
      { ...proseCheck, evidence: [{ ...evidence, source: { kind: "code" } }] },
      { ...proseCheck, evidence: [{ ...evidence, source: { kind: "note", note: {} } }] },
      { ...proseCheck, evidence: [{ ...evidence, source: { ...commit, commit: { hash: 1 } } }] },
      {
        ...proseCheck,
        evidence: [
          { ...evidence, source: { ...commit, commit: { ...commit.commit, authoredMs: 9e15 } } },
        ],
      },
      { ...proseCheck, evidence: [{ ...evidence, source: { kind: "part", part: { line: 1 } } }] },
      { ...proseCheck, evidence: [{ ...evidence, source: { kind: "round", turnIds: "a" } }] },
    ],
  },
  [methods.putProse.method]: {
    good: { conversationId: "c", turnId: "t", prose, asOf: 0 },
    bad: [
      {},
      { conversationId: "c", turnId: "t" },
      { conversationId: "c", turnId: "t", prose: { ...prose, markdown: "So." } },
      { conversationId: "c", turnId: "t", prose, asOf: -1 },
      { conversationId: "c", turnId: "t", prose, asOf: "now" },
      { conversationId: 1, turnId: "t", prose, asOf: 0 },
      { conversationId: "c", turnId: "t", asOf: 0, prose: { ...prose, state: "there" } },
      { conversationId: "c", turnId: "t", asOf: 0, prose: { ...prose, failure: "why" } },
      { conversationId: "c", turnId: "t", asOf: 0, prose: { ...prose, markdown: longText } },
      { conversationId: "c", turnId: "t", asOf: 0, prose: { ...prose, marks: [{ fault: "bad" }] } },
      { conversationId: "c", turnId: "t", asOf: 0, prose: { ...prose, citations: [{}] } },
      { conversationId: "c", turnId: "t", asOf: 0, prose: { ...prose, nSentences: -1 } },
      { conversationId: "c", turnId: "t", asOf: 0, prose: { ...prose, looks: { round: 1 } } },
      { conversationId: "c", turnId: "t", asOf: 0, prose: { ...prose, noteIds: "n" } },
      { conversationId: "c", turnId: "t", asOf: 0, prose: { ...prose, turnIds: [1] } },
    ],
  },
  [methods.exhaustive.method]: {
    good: exhaustive,
    bad: [{}, { ...exhaustive, literal: "" }, { ...exhaustive, wholeWord: 0 }],
  },
  [methods.outline.method]: {
    good: { rootId: "root", path: "src/a.ts" },
    bad: [
      {},
      { rootId: "root", path: "" },
      { rootId: 1, path: "a" },
      { rootId: "r", path: longText },
    ],
  },
  [methods.uses.method]: {
    good: use,
    bad: [
      {},
      { ...use, name: "" },
      { ...use, container: 1 },
      { ...use, limit: -1 },
      { ...use, limit: 1e9 },
      { ...use, name: longText },
    ],
  },
  [methods.ask.method]: {
    good: ask,
    bad: [
      {},
      { ...ask, question: longText },
      { ...ask, askId: 1 },
      { ...ask, conversationId: "" },
      { ...ask, explain: 1 },
      { ...ask, deep: "yes" },
      { ...ask, selection: "text" },
      { ...ask, selection: { ...selection, text: longText } },
      { ...ask, selection: { ...selection, range: { startLine: -1, endLine: 2 } } },
    ],
  },
  [methods.complete.method]: {
    good: complete,
    bad: [
      {},
      { ...complete, file: "a.ts" },
      { ...complete, file: "/a\0b" },
      { ...complete, languageId: longText },
      { ...complete, languageId: undefined },
      { ...complete, prefix: "x".repeat(8_193) },
      { ...complete, prefix: ["a"] },
      { ...complete, suffix: "x".repeat(2_049) },
      { ...complete, suffix: null },
      { ...complete, maxTokens: 0 },
      { ...complete, maxTokens: 1e9 },
      { ...complete, maxTokens: 1.5 },
    ],
  },
  [methods.past.method]: {
    good: {
      ...{ rootId: "r", limit: 10, since: "v1" },
      target: { kind: "symbol", name: "load", paths: ["a.ts"], within: ["src/"] },
    },
    bad: [
      {},
      { rootId: "r", limit: 10 },
      { rootId: "r", limit: -1, target: { kind: "path", path: "a" } },
      { rootId: "r", limit: 10, target: { kind: "other", path: "a" } },
      { rootId: "r", limit: 10, target: { kind: "path" } },
      { rootId: "r", limit: 10, target: { kind: "line", path: "a", line: -1 } },
      { rootId: "r", limit: 10, target: { kind: "symbol", name: "", paths: [] } },
      { rootId: "r", limit: 10, target: { kind: "symbol", name: "a", paths: [], within: [""] } },
      { rootId: "r", limit: 10, target: { kind: "symbol", name: "a", paths: [], within: "src/" } },
      { rootId: "r", limit: 10, target: { kind: "path", path: "a" }, since: longText },
    ],
  },
  [methods.changed.method]: {
    good: { rootId: "r", since: { at: "v1" }, limit: 3 },
    bad: [
      {},
      { rootId: "r", limit: 3 },
      { rootId: "r", since: "ever", limit: 3 },
      { rootId: "r", since: { at: "" }, limit: 3 },
      { rootId: "r", since: { at: longText }, limit: 3 },
      { rootId: "r", since: "files", limit: -1 },
    ],
  },
  [methods.whoWrote.method]: {
    good: { rootId: "r", path: "a.ts", startLine: 0, endLine: 3, commit: "a".repeat(40) },
    bad: [
      {},
      { rootId: "r", path: "", startLine: 0, endLine: 3 },
      { rootId: "r", path: longText.repeat(40), startLine: 0, endLine: 3 },
      { rootId: "r", path: "a.ts", startLine: -1, endLine: 3 },
      { rootId: "r", path: "a.ts", startLine: 0 },
      { rootId: "r", path: "a.ts", startLine: 0, endLine: 3, commit: "--help" },
    ],
  },
  [methods.timeline.method]: {
    good: { rootIds: ["r"], since: "yesterday", until: "today", own: true, limit: 20 },
    bad: [
      {},
      { limit: 0 },
      { limit: 1e9 },
      { limit: 5, since: "" },
      { limit: 5, until: longText },
      { limit: 5, own: 1 },
      { limit: 5, rootIds: "r" },
    ],
  },
  [methods.recallAt.method]: {
    good: { rootId: "r", at: "v1", query: "load", limit: 3 },
    bad: [
      {},
      { rootId: "r", at: "", query: "load", limit: 3 },
      { rootId: "r", at: longText, query: "load", limit: 3 },
      { rootId: "r", at: "v1", query: "", limit: 3 },
      { rootId: "r", at: "v1", query: "load", limit: 1.5 },
    ],
  },
  [methods.callTool.method]: {
    good: toolCall,
    bad: [
      {},
      { ...toolCall, name: "" },
      { ...toolCall, name: longText },
      { ...toolCall, caller: 1 },
      { ...toolCall, caller: longText },
      { ...toolCall, permission: "everything" },
    ],
  },
  [methods.remember.method]: {
    good: note,
    bad: [
      {},
      { text: " " },
      { text: longText },
      { ...note, kind: "rumour" },
      { ...note, activeFile: "a.ts" },
      { ...note, lines: { file: "a.ts", startLine: 0, endLine: 1 } },
      { ...note, lines: { file: "/a.ts", startLine: -1, endLine: 1 } },
      { ...note, lines: { file: "/a.ts", startLine: 0, endLine: 1e12 } },
    ],
  },
  [methods.correctNote.method]: {
    good: { id: "1", ...note },
    bad: [{}, { id: "1" }, note, { id: "", ...note }, { id: "1", text: longText }],
  },
  [methods.listNotes.method]: {
    good: { search: "tabs", all: true },
    bad: [{ search: 1 }, { all: "yes" }, { search: longText }],
  },
  [methods.pinNote.method]: {
    good: { id: "1", isPinned: true },
    bad: [{}, { id: "1" }, { id: "1", isPinned: 1 }],
  },
  [methods.exportMemory.method]: memoryFile,
  [methods.importMemory.method]: memoryFile,
  [methods.forgetWork.method]: {
    good: { topic: "tides", withPinned: true },
    bad: [
      {},
      { topic: " " },
      { topic: longText },
      { topic: "a", folder: "b" },
      { beforeMs: -1 },
      { all: false },
      { withPinned: true },
      { topic: "a", withPinned: false },
      { all: true, beforeMs: 1 },
      { id: "1" },
    ],
  },
  [methods.forgetNotes.method]: {
    good: { topic: "tabs", withPinned: true },
    bad: [
      {},
      { id: "1", topic: "tabs" },
      { withPinned: true },
      { topic: " " },
      { beforeMs: -1 },
      { beforeMs: "today" },
      { folder: 1 },
    ],
  },
  [methods.surprise.method]: {
    good: { file: "/work/a.ts", text: "" },
    bad: [
      {},
      { file: "a.ts" },
      { file: longText },
      { file: ["/work/a.ts"] },
      { file: "/work/a.ts", text: null },
      { file: "/work/a.ts", text: "x".repeat(400_001) },
    ],
  },
  [methods.selfTest.method]: {
    good: { ...selfTest, perPoint: 40, distances: [0, 4_096] },
    bad: [
      {},
      { tokens: 10 },
      { ...selfTest, selfTestId: "" },
      { ...selfTest, tokens: 0 },
      { ...selfTest, tokens: 1e12 },
      { ...selfTest, tokens: "16k" },
      { ...selfTest, perPoint: 0 },
      { ...selfTest, perPoint: 1e9 },
      { ...selfTest, distances: 4 },
      { ...selfTest, distances: [-1] },
      { ...selfTest, distances: [0, 0] },
      { ...selfTest, distances: [4, 2] },
      { ...selfTest, distances: [16_385] },
      { ...selfTest, distances: Array.from({ length: 101 }, (_, idx) => idx) },
    ],
  },
  [methods.checkCitations.method]: {
    good: { citations: [citation] },
    bad: [
      {},
      { citations: {} },
      { citations: [null] },
      { citations: [{ ...citation, path: longText }] },
      { citations: [{ ...citation, range: { start: { line: 0 } } }] },
      {
        citations: [
          { ...citation, symbol: { name: "a", kind: "weapon", container: "", range: {} } },
        ],
      },
    ],
  },
  [methods.readConversation.method]: {
    good: { conversationId: "c", lastTurns: 2, before: "t" },
    bad: [{}, { conversationId: "c", lastTurns: -1 }, { conversationId: "c", before: 1 }],
  },
  [methods.searchTurns.method]: {
    good: { query: "what did I say?", limit: 5, afterMs: 0, beforeMs: 1 },
    bad: [
      {},
      { query: " ", limit: 5 },
      { query: longText, limit: 5 },
      { query: "a", limit: 0 },
      { query: "a", limit: 1e9 },
      { query: "a", limit: 5, afterMs: -1 },
      { query: "a", limit: 5, beforeMs: "now" },
    ],
  },
  [methods.renameConversation.method]: {
    good: { conversationId: "c", title: "t" },
    bad: [
      { conversationId: "c" },
      { conversationId: "c", title: longText },
      { conversationId: "c", title: " " },
    ],
  },
  [methods.conversationParts.method]: {
    good: { conversationId: "c" },
    bad: [{}, { conversationId: 7 }],
  },
  [methods.deleteConversation.method]: {
    good: { conversationId: "c" },
    bad: [{ conversationId: 7 }],
  },
};

/** Requests without parameters: only something that is no object can be wrong. */
const withoutParams = [
  methods.rescan,
  methods.status,
  methods.pause,
  methods.resume,
  methods.listConversations,
  methods.listTools,
  methods.createConversation,
].map(({ method }) => method);

const notifications = [
  methods.filesChanged,
  methods.documentChanged,
  methods.documentClosed,
  methods.openEditors,
].map(({ method }) => method);

const fromServer = [
  methods.statusChanged,
  methods.answerProgress,
  methods.selfTestProgress,
  methods.notesChanged,
  methods.conversationsChanged,
].map(({ method }) => method);

it("this table holds every method of the protocol", () => {
  const declared = Object.values(methods).flatMap((value) =>
    typeof value === "object" ? [value.method] : [],
  );
  const covered = [...Object.keys(requests), ...withoutParams, ...notifications, ...fromServer];
  assert.deepEqual(declared.toSorted(), covered.toSorted());
});

async function refusal(request: Promise<unknown>): Promise<ResponseError<ErrorData>> {
  const outcome = await request.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(outcome instanceof ResponseError);
  assert.equal(outcome.code, codes.invalidRequest);
  assert.match(outcome.data?.detail ?? "", /^params/);
  assert.ok((outcome.data?.detail ?? "").length < 200, "the detail names the place, not the value");
  return outcome;
}

function joinFor(method: string): Promise<Joined> {
  return method === methods.open.method ? Promise.resolve(join()) : joinOpen();
}

for (const [method, { good, bad }] of Object.entries(requests)) {
  describe(method, () => {
    for (const [idx, params] of [...notObjects, ...bad].entries()) {
      it(`refuses bad parameters ${idx}: ${JSON.stringify(params).slice(0, 60)}`, async () => {
        const { client, services } = await joinFor(method);
        const before = services.memory.calls.length;
        // The library sends a list as parameters by position.
        const request = Array.isArray(params)
          ? client.sendRequest(method, ...(params.length > 1 ? params : [params]))
          : client.sendRequest(method, params);
        await refusal(request);
        assert.equal(services.memory.calls.length, before, "nothing reached the memory");
        assert.deepEqual(services.deep.calls, []);
      });
    }

    it("drops what the protocol does not know, at every depth", async () => {
      const received: unknown[] = [];
      const services = inMemoryServices();
      const spied: InMemoryServices = {
        ...services,
        recall: { ...services.recall, search: seen(received, services.recall.search) },
        answers: { ask: seen(received, services.answers.ask) },
        exhaustive: seen(received, services.exhaustive),
        checkCitations: seen(received, services.checkCitations),
        notes: {
          ...services.notes,
          onChanged: () => () => undefined,
          onRoomMade: () => () => undefined,
          remember: seen(received, (...args) => services.notes.remember(...args)),
          correct: seen(received, (...args) => services.notes.correct(...args)),
          list: seen(received, (...args) => services.notes.list(...args)),
          pin: seen(received, (...args) => services.notes.pin(...args)),
          forgetNotes: seen(received, (...args) => services.notes.forgetNotes(...args)),
          recall: seen(received, (...args) => services.notes.recall(...args)),
          linked: (...args) => services.notes.linked(...args),
          haveAll: (...args) => services.notes.haveAll(...args),
          saved: () => services.notes.saved(),
          addSaved: seen(received, (...args) => services.notes.addSaved(...args)),
        },
      };
      const joined = method === methods.open.method ? join(spied) : await joinOpen(spied);
      await joined.client.sendRequest(method, polluted(good)).catch((error: unknown) => {
        // There is no conversation here, and no folder that could have notes: nothing else may fail.
        const expected = /^(?:notes\/|memory\/(?:export|import|forgetWork)$)/.test(method)
          ? codes.rootNotOpen
          : codes.conversationNotFound;
        assert.equal((error as ResponseError<ErrorData>).code, expected);
      });
      assert.doesNotMatch(
        JSON.stringify([received, services.memory.calls, services.deep.calls]),
        /polluted/,
      );
      assert.equal(({} as { polluted?: boolean }).polluted, undefined);
    });
  });
}

/** As `call`, and its parameters are kept in `received`. */
function seen<A extends unknown[], R>(received: unknown[], call: (...args: A) => R) {
  return (...args: A): R => {
    received.push(args[0]);
    return call(...args);
  };
}

/** The same value with keys in every object that would reach into prototypes if they were copied. */
function polluted(good: object): unknown {
  const extra =
    '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"polluted":1';
  const text = JSON.stringify(good).replaceAll("{", `{${extra},`).replaceAll(",}", "}");
  return JSON.parse(text);
}

for (const method of withoutParams) {
  it(`${method} refuses parameters that are no object`, async () => {
    const { client } = await joinOpen();
    await refusal(client.sendRequest(method, "text"));
    await refusal(client.sendRequest(method, 1, 2));
  });

  it(`${method} accepts absent and unknown parameters`, async () => {
    const { client } = await joinOpen();
    await client.sendRequest(method);
    await client.sendRequest(method, { later: true });
  });
}

for (const method of notifications) {
  it(`${method} ignores bad parameters`, async () => {
    const { client, services } = await joinOpen();
    for (const params of [
      {},
      "text",
      7,
      { file: 1 },
      { files: [3] },
      { changes: [{ file: "a" }] },
    ]) {
      await client.sendNotification(method, params);
    }
    await client.sendRequest(methods.status.method, {});
    assert.deepEqual(
      services.memory.calls.map(([name]) => name),
      ["open"],
    );
  });
}

describe("bytes that are no protocol", () => {
  for (const [name, bytes] of Object.entries({
    "a message that is not JSON": frame("{nope"),
    "a message that is no object": frame("42"),
    "a message without a method": frame('{"jsonrpc":"2.0","id":9}'),
    "a request whose parameters are null": frame(
      '{"jsonrpc":"2.0","id":9,"method":"recall/search","params":null}',
    ),
    "a request whose parameters are a bare text": frame(
      '{"jsonrpc":"2.0","id":9,"method":"recall/search","params":"text"}',
    ),
    "an answer that nobody waits for": frame('{"jsonrpc":"2.0","id":77,"result":1}'),
  })) {
    it(`${name} leaves the server answering`, async () => {
      const { client, toServer } = await joinOpen();
      toServer.write(bytes);
      await client.sendRequest(methods.status.method, {});
    });
  }
});

function frame(body: string): string {
  return `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
