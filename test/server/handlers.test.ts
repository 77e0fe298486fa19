import assert from "node:assert/strict";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it, mock, type TestContext } from "node:test";
import type { Turn } from "../../protocol/types.ts";
import { CancellationTokenSource, ConnectionError, ResponseError } from "vscode-jsonrpc/node";
import type { ConversationPart } from "../../protocol/context.ts";
import type { CheckedProse, Prose } from "../../protocol/prose.ts";
import { errorCatalogue, MemoryError, type ErrorData } from "../../protocol/errors.ts";
import * as methods from "../../protocol/methods.ts";
import { pieceIntervalMs } from "../../server/rpc/answerStream.ts";
import { emptyStatus as noCommits } from "./history/noHistory.ts";
import { rootStatus } from "./cli/around.ts";
import { makeTurn } from "./memory/conversationTurns.ts";
import { join, joinOpen, openParams, type Joined } from "../protocol/connection.ts";
import {
  answer,
  citation,
  codes,
  contextResult,
  prosePrompt,
  deepStatus,
  emptyStatus,
  inMemoryDeepMemory,
  inMemoryServices,
  searchResult,
  selfTestResult,
  settings,
  untilAborted,
  type InMemoryServices,
} from "../protocol/inMemoryServices.ts";

/** The memory's status with the deep memory's part. */
const wholeStatus = { ...emptyStatus, deep: deepStatus };
const search = { query: "where is the retry policy", limit: 5 };

async function rejection(request: Promise<unknown>): Promise<ResponseError<ErrorData>> {
  const outcome = await request.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(outcome instanceof ResponseError, "the request must end with an error");
  return outcome;
}

describe("a request ends in one of five ways", () => {
  it("with its result", async () => {
    const { client } = await joinOpen();
    assert.deepEqual(await client.sendRequest(methods.search.method, search), searchResult);
    assert.deepEqual(await client.sendRequest(methods.status.method, {}), wholeStatus);
  });

  it("with a typed error that carries its name and detail", async () => {
    const services = inMemoryServices({
      exhaustive: () => Promise.reject(new MemoryError("diskFull", "3 bytes left")),
    });
    const { client } = await joinOpen(services);
    const params = { literal: "x", wholeWord: false, limit: 1 };
    const error = await rejection(client.sendRequest(methods.exhaustive.method, params));
    assert.equal(error.code, codes.diskFull);
    assert.equal(error.message, errorCatalogue.diskFull.sentence);
    assert.deepEqual(error.data, { errorName: "diskFull", detail: "3 bytes left" });
  });

  it("with an internal error whose words stay in the log, and only its place there", async () => {
    const services = inMemoryServices({
      checkCitations: () => {
        throw new RangeError("the user's secret question");
      },
    });
    const { client, log } = await joinOpen(services);
    const request = client.sendRequest(methods.checkCitations.method, { citations: [citation] });
    const error = await rejection(request);
    assert.equal(error.code, codes.internal);
    assert.equal(error.data?.errorName, "internal");
    const line = log.find(({ facts }) => facts["requestId"] === error.data?.requestId);
    assert.equal(line?.level, "error");
    assert.match(String(line?.facts["stack"]), /^RangeError \| at /);
    assert.doesNotMatch(JSON.stringify([log, error.toJson()]), /secret/);
  });

  it("with -32601 for a method that does not exist", async () => {
    const { client } = await joinOpen();
    assert.equal((await rejection(client.sendRequest("memory/fly", {}))).code, -32601);
  });

  it("with -32800 when it was cancelled, which is not an empty result", async () => {
    const services = inMemoryServices({
      recall: {
        search: (_params, signal) => untilAborted(signal),
        usesOf: () => Promise.resolve([]),
      },
    });
    const { client } = await joinOpen(services);
    const source = new CancellationTokenSource();
    const request = client.sendRequest(methods.search.method, search, source.token);
    // The status answer proves that the search is under way.
    await client.sendRequest(methods.status.method, {});
    source.cancel();
    const error = await rejection(request);
    assert.equal(error.code, codes.cancelled);
    assert.equal(error.data?.errorName, "cancelled");
  });

  it("with the connection, and the work behind it is told to stop", async () => {
    const stopped = Promise.withResolvers<void>();
    const services = inMemoryServices({
      recall: {
        search: (_params, signal) => {
          signal.addEventListener("abort", () => stopped.resolve());
          return untilAborted(signal);
        },
        usesOf: () => Promise.resolve([]),
      },
    });
    const { client, disconnect } = await joinOpen(services);
    const request = client.sendRequest(methods.search.method, search).then(
      () => "answered",
      (error: unknown) => error,
    );
    await client.sendRequest(methods.status.method, {});
    disconnect();
    await stopped.promise;
    const outcome = await request;
    assert.ok(outcome instanceof ConnectionError || outcome instanceof ResponseError);
  });
});

describe("opening", () => {
  it("is needed before any other request", async () => {
    const { client, services } = join();
    const error = await rejection(client.sendRequest(methods.search.method, search));
    assert.equal(error.code, codes.rootNotOpen);
    await client.sendNotification(methods.documentClosed.method, { file: "/work/a" });
    const result = await client.sendRequest(methods.open.method, openParams);
    assert.deepEqual(result, { serverVersion: "1.2.3", status: wholeStatus });
    assert.deepEqual(services.memory.calls, [["open", "/store", openParams.roots, settings, true]]);
  });

  it("refuses another protocol version", async () => {
    const { client } = join();
    const request = client.sendRequest(methods.open.method, { ...openParams, protocolVersion: 99 });
    const error = await rejection(request);
    assert.equal(error.code, codes.invalidRequest);
    assert.match(error.data?.detail ?? "", /protocol 99/);
  });

  it("says so where Node has no SQLite, and touches nothing", async () => {
    const services = inMemoryServices({
      requireSqlite: () => {
        throw new MemoryError("sqliteMissing");
      },
    });
    const { client } = join(services);
    const error = await rejection(client.sendRequest(methods.open.method, openParams));
    assert.equal(error.code, codes.sqliteMissing);
    assert.match(error.message, /Node 24/);
    assert.deepEqual(services.memory.calls, []);
  });

  it("happens once, also while the first is under way, and again after a failure", async () => {
    const services = inMemoryServices();
    let failures = 1;
    const { open } = services.memory;
    services.memory.open = (...args) =>
      failures-- > 0 ? Promise.reject(new MemoryError("storeUnavailable")) : open(...args);
    const { client } = join(services);
    const first = rejection(client.sendRequest(methods.open.method, openParams));
    assert.equal((await first).code, codes.storeUnavailable);
    const [second, third] = await Promise.allSettled([
      client.sendRequest(methods.open.method, openParams),
      client.sendRequest(methods.open.method, openParams),
    ]);
    assert.equal(second.status, "fulfilled");
    assert.equal(third.status, "rejected");
  });

  it("without trust touches no conversation until trust is given", async () => {
    const { client } = join();
    await client.sendRequest(methods.open.method, { ...openParams, trusted: false });
    const error = await rejection(client.sendRequest(methods.createConversation.method, {}));
    assert.equal(error.code, codes.rootNotOpen);
    await client.sendRequest(methods.configure.method, { settings, trusted: true });
    await client.sendRequest(methods.createConversation.method, {});
  });
});

describe("notifications", () => {
  it("reach the memory with checked parameters", async () => {
    const { client, services } = await joinOpen();
    const changes = [{ file: "/work/a.ts", kind: "changed" }];
    const files = ["/work/b.ts"];
    const document = { file: "/work/a.ts", version: 2, text: "let a" };
    await client.sendNotification(methods.filesChanged.method, { changes, extra: 1 });
    await client.sendNotification(methods.documentChanged.method, document);
    await client.sendNotification(methods.documentClosed.method, { file: "/work/a.ts" });
    await client.sendNotification(methods.openEditors.method, { files });
    await client.sendRequest(methods.status.method, {});
    assert.deepEqual(services.memory.calls.slice(1), [
      ["filesChanged", changes],
      ["documentChanged", "/work/a.ts", 2, "let a"],
      ["documentClosed", "/work/a.ts"],
      ["openEditors", files],
    ]);
  });

  it("that are not understood are logged without their content and change nothing", async () => {
    const { client, services, log } = await joinOpen();
    const params = { file: "relative/secret.ts", version: 1, text: "secret" };
    await client.sendNotification(methods.documentChanged.method, params);
    await client.sendRequest(methods.status.method, {});
    assert.equal(services.memory.calls.length, 1);
    assert.ok(log.some(({ message }) => message === "request not understood"));
    assert.doesNotMatch(JSON.stringify(log), /secret/);
  });

  it("of a changed status reach the client", async () => {
    const { client, services } = await joinOpen();
    const received = Promise.withResolvers<unknown>();
    client.onNotification(methods.statusChanged.method, received.resolve);
    services.memory.announce({ ...emptyStatus, paused: true });
    assert.deepEqual(await received.promise, { status: { ...wholeStatus, paused: true } });
  });
});

describe("conversations", () => {
  it("are created, read, renamed, listed and deleted", async () => {
    const { client } = await joinOpen();
    const created = await client.sendRequest<{ conversation: { id: string } }>(
      methods.createConversation.method,
      {},
    );
    const conversationId = created.conversation.id;
    const { method } = methods.renameConversation;
    await client.sendRequest(method, { conversationId, title: "Retry" });
    const listed = await client.sendRequest(methods.listConversations.method, {});
    assert.deepEqual(listed, { conversations: [{ ...created.conversation, title: "Retry" }] });
    await client.sendRequest(methods.deleteConversation.method, { conversationId });
    const gone = client.sendRequest(methods.readConversation.method, { conversationId });
    assert.equal((await rejection(gone)).code, codes.conversationNotFound);
  });

  it("fall into parts, and are part of a context", async () => {
    const asked: unknown[] = [];
    const services = inMemoryServices({
      context: (params, turns) => {
        asked.push(params.question, turns.length);
        return Promise.resolve(contextResult);
      },
    });
    const { client } = await joinOpen(services);
    const { id: conversationId } = services.store.create();
    for (const question of ["Where is the cache?", "and who fills it?"])
      await client.sendRequest(methods.ask.method, { question, conversationId, askId: "1" });
    const { parts } = await client.sendRequest<{ parts: ConversationPart[] }>(
      methods.conversationParts.method,
      { conversationId },
    );
    assert.deepEqual(
      parts.map(({ line, nQuestions, nPlaces, isOpen }) => [line, nQuestions, nPlaces, isOpen]),
      [["Where is the cache?", 2, 1, true]],
    );
    const params = { question: "why?", maxTokens: 1_000 };
    const { method } = methods.context;
    assert.deepEqual(
      await client.sendRequest(method, { ...params, conversationId }),
      contextResult,
    );
    assert.deepEqual(await client.sendRequest(method, params), contextResult);
    assert.deepEqual(asked, ["why?", 4, "why?", 0]);
    for (const gone of [methods.conversationParts.method, method]) {
      const request = client.sendRequest(gone, { ...params, conversationId: "gone" });
      assert.equal((await rejection(request)).code, codes.conversationNotFound);
    }
  });

  it("give a prompt their turns, and keep what a model wrote on one of them", async () => {
    const asked: unknown[] = [];
    const services = inMemoryServices({
      prosePrompt: (params, turns) => {
        asked.push(params.question, turns.length);
        return Promise.resolve(prosePrompt);
      },
    });
    const { client } = await joinOpen(services);
    const { id: conversationId } = services.store.create();
    const question = "Where is the cache?";
    const { turnId } = await client.sendRequest<{ turnId: string }>(methods.ask.method, {
      ...{ question, conversationId, askId: "1" },
    });
    const params = { question, conversationId, maxTokens: 1_000 };
    const asOf = services.store.nForgettings();
    const prompt = await client.sendRequest(methods.prosePrompt.method, params);
    assert.deepEqual(prompt, { ...prosePrompt, asOf });
    assert.deepEqual(asked, [question, 2]);
    const checked = await client.sendRequest<CheckedProse>(methods.proseCheck.method, {
      ...{ question, evidence: [], text: "So.", isDone: true },
    });
    assert.equal(checked.markdown, "So.");
    const prose: Prose = { ...checked, model: "small", state: "done" };
    const put = { conversationId, turnId, prose, asOf };
    assert.deepEqual(await client.sendRequest(methods.putProse.method, put), { isKept: true });
    const { turns } = await client.sendRequest<{ turns: { id: string; prose?: Prose }[] }>(
      methods.readConversation.method,
      {
        conversationId,
      },
    );
    assert.deepEqual(
      turns.map((turn) => turn.prose),
      [undefined, prose],
    );
    const [{ id: questionId } = { id: "" }] = turns;
    for (const wrong of ["gone", questionId]) {
      const request = client.sendRequest(methods.putProse.method, { ...put, turnId: wrong });
      assert.equal((await rejection(request)).code, codes.conversationNotFound);
    }
  });

  it("that had to be made anew are spoken of in the status", async () => {
    const notice = { kind: "conversationsRebuilt" } as const;
    const services = inMemoryServices();
    const { store, memory } = services;
    memory.status = () => ({ ...emptyStatus, roots: [rootStatus("/work")] });
    const { client } = await joinOpen({
      ...services,
      openConversations: () => ({ store, notice }),
    });
    const told = Promise.withResolvers<unknown>();
    client.onNotification(methods.statusChanged.method, told.resolve);
    await client.sendRequest(methods.listConversations.method, {});
    const root = rootStatus("/work", { notices: [notice], history: noCommits });
    const expected = { ...wholeStatus, roots: [root] };
    assert.deepEqual(await told.promise, { status: expected });
    assert.deepEqual(await client.sendRequest(methods.status.method, {}), expected);
  });

  it("are closed with the handlers", async () => {
    const { client, registration, services } = await joinOpen();
    await client.sendRequest(methods.createConversation.method, {});
    await registration.close();
    assert.equal(services.store.closed, true);
  });
});

describe("asking", () => {
  it("without a conversation streams the pieces and returns the answer", async () => {
    const { client } = await joinOpen();
    const pieces = collectPieces(client);
    const result = await client.sendRequest(methods.ask.method, { question: "why?", askId: "7" });
    assert.deepEqual(result, answer);
    assert.deepEqual(pieces, [
      { askId: "7", markdown: "one ", citations: [citation] },
      { askId: "7", markdown: "two", citations: [] },
    ]);
  });

  it("in a conversation stores the question and each piece before the client sees them", async () => {
    const services = inMemoryServices();
    const seen: string[] = [];
    const { appendTurn, updateTurn } = services.store;
    services.store.appendRound = (id, ...round) => {
      for (const turn of round.slice(0, 2) as Turn[]) {
        seen.push(`append ${turn.role} ${turn.state} ${turn.text}`);
        appendTurn(id, turn);
      }
    };
    services.store.updateTurn = (id, turn) => {
      seen.push(`update ${turn.role} ${turn.state} ${turn.text}`);
      updateTurn(id, turn);
    };
    const { client } = await joinOpen(services);
    client.onNotification(methods.answerProgress.method, ({ markdown }: { markdown: string }) => {
      seen.push(`shown ${markdown}`);
    });
    const { id } = services.store.create();
    const result = await client.sendRequest<methods.AskResult>(methods.ask.method, {
      question: "why?",
      askId: "7",
      conversationId: id,
    });
    const stored = seen.filter((line) => !line.startsWith("shown"));
    assert.deepEqual(stored, [
      "append user done why?",
      "append lore streaming ",
      "update lore streaming one ",
      "update lore streaming one two",
      "update lore done one two",
    ]);
    assert.ok(seen.indexOf("shown one ") > seen.indexOf("update lore streaming one "));
    assert.ok(seen.indexOf("shown two") > seen.indexOf("update lore streaming one two"));
    const turns = services.store.turns.get(id) ?? [];
    assert.deepEqual(
      turns.map(({ role, state }) => [role, state]),
      [
        ["user", "done"],
        ["lore", "done"],
      ],
    );
    assert.equal(turns[1]?.id, result.turnId);
    assert.deepEqual(turns[1]?.citations, [citation]);
    assert.deepEqual(turns[1]?.trace, answer.trace);
    assert.equal(turns[1]?.elapsedMs, answer.elapsedMs);
  });

  it("in a conversation keeps the selection with its question", async () => {
    const { client, services } = await joinOpen();
    const { id } = services.store.create();
    const selection = { file: "/work/a.ts", text: "f()", range: { startLine: 1, endLine: 2 } };
    const { method } = methods.ask;
    await client.sendRequest(method, {
      question: "why?",
      askId: "7",
      conversationId: id,
      selection,
    });
    const [asked] = services.store.read(id).turns;
    assert.deepEqual(asked?.selection, selection);
  });

  it("keeps what was shown of a cancelled answer", async () => {
    const services = inMemoryServices({
      answers: {
        ask(_params, emit, signal) {
          emit("half", []);
          signal.addEventListener("abort", () => emit(" too late", []));
          return untilAborted(signal);
        },
      },
    });
    const { client } = await joinOpen(services);
    const { id } = services.store.create();
    const shown = Promise.withResolvers<unknown>();
    client.onNotification(methods.answerProgress.method, shown.resolve);
    const source = new CancellationTokenSource();
    const params = { question: "why?", askId: "7", conversationId: id };
    const request = client.sendRequest(methods.ask.method, params, source.token);
    await shown.promise;
    source.cancel();
    assert.equal((await rejection(request)).code, codes.cancelled);
    const turn = services.store.turns.get(id)?.[1];
    assert.equal(turn?.state, "cancelled");
    assert.equal(turn?.text, "half");
  });

  it("marks the turn of a failed answer", async () => {
    const services = inMemoryServices({
      answers: { ask: () => Promise.reject(new MemoryError("storeUnavailable")) },
    });
    const { client } = await joinOpen(services);
    const { id } = services.store.create();
    const params = { question: "why?", askId: "7", conversationId: id };
    const error = await rejection(client.sendRequest(methods.ask.method, params));
    assert.equal(error.code, codes.storeUnavailable);
    assert.equal(services.store.turns.get(id)?.[1]?.state, "failed");
  });

  it("reports the first failure when the turn cannot be closed either", async () => {
    const services = inMemoryServices({
      answers: {
        ask: () => Promise.reject(new MemoryError("diskFull")),
      },
    });
    services.store.updateTurn = () => {
      throw new MemoryError("storeUnavailable");
    };
    const { client, log } = await joinOpen(services);
    const { id } = services.store.create();
    const params = { question: "why?", askId: "7", conversationId: id };
    const error = await rejection(client.sendRequest(methods.ask.method, params));
    assert.equal(error.code, codes.diskFull);
    assert.ok(log.some(({ message }) => message === "turn not closed"));
  });

  it("in a conversation that does not exist asks nobody", async () => {
    let asked = false;
    const services = inMemoryServices({
      answers: {
        ask: () => {
          asked = true;
          return Promise.resolve(answer);
        },
      },
    });
    const { client } = await joinOpen(services);
    const params = { question: "why?", askId: "7", conversationId: "none" };
    const error = await rejection(client.sendRequest(methods.ask.method, params));
    assert.equal(error.code, codes.conversationNotFound);
    assert.equal(asked, false);
  });

  it("ends the running answer before the conversations are closed", async () => {
    const services = inMemoryServices({
      answers: { ask: (_params, _emit, signal) => untilAborted(signal) },
    });
    const { client, registration } = await joinOpen(services);
    const { id } = services.store.create();
    const params = { question: "why?", askId: "7", conversationId: id };
    const request = rejection(client.sendRequest(methods.ask.method, params));
    await client.sendRequest(methods.status.method, {});
    const { updateTurn } = services.store;
    services.store.updateTurn = (...args) => {
      assert.equal(services.store.closed, false);
      updateTurn(...args);
    };
    await registration.close();
    await request;
    assert.equal(services.store.turns.get(id)?.[1]?.state, "cancelled");
  });
});

describe("a long answer", () => {
  it("is written at most once in an interval", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { AnswerStream } = await import("../../server/rpc/answerStream.ts");
    const deliver = mock.fn<(markdown: string) => void>();
    const stream = new AnswerStream(deliver);
    const delivered = (): string[] => deliver.mock.calls.map((call) => call.arguments[0]);
    for (const word of ["a", "b", "c"]) stream.add(word, []);
    assert.deepEqual(delivered(), ["a"]);
    t.mock.timers.tick(pieceIntervalMs);
    assert.deepEqual(delivered(), ["a", "bc"]);
    t.mock.timers.tick(pieceIntervalMs);
    stream.add("d", []);
    assert.deepEqual(delivered(), ["a", "bc", "d"], "after a rest the next piece goes at once");
    stream.add("e", []);
    stream.end();
    assert.deepEqual(delivered(), ["a", "bc", "d", "e"]);
    stream.add("f", []);
    t.mock.timers.tick(pieceIntervalMs);
    assert.equal(delivered().length, 4, "nothing follows the end");
  });

  it("fails with the store, also when the store failed between two pieces", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { AnswerStream } = await import("../../server/rpc/answerStream.ts");
    let calls = 0;
    const stream = new AnswerStream(() => {
      if (++calls === 2) throw new MemoryError("diskFull");
    });
    stream.add("a", []);
    stream.add("b", []);
    t.mock.timers.tick(pieceIntervalMs);
    assert.throws(() => stream.add("c", []), { errorName: "diskFull" });
    assert.throws(() => stream.end(), { errorName: "diskFull" });
  });
});

function collectPieces(client: Joined["client"]): unknown[] {
  const pieces: unknown[] = [];
  client.onNotification(methods.answerProgress.method, (piece) => void pieces.push(piece));
  return pieces;
}

describe("the deep memory", () => {
  const complete = { file: "/work/a.ts", languageId: "typescript", prefix: "a.", suffix: "" };
  const selfTest = { selfTestId: "7", tokens: 4_096 };
  const requests = [
    [methods.complete.method, complete],
    [methods.surprise.method, { file: "/work/a.ts" }],
    [methods.selfTest.method, selfTest],
  ] as const;

  it("is in every status, and a change of it is told", async () => {
    const { client, services } = await joinOpen();
    for (const method of [methods.rescan, methods.pause, methods.resume, methods.rebuild]) {
      assert.deepEqual(await client.sendRequest(method.method, {}), wholeStatus);
    }
    const told = Promise.withResolvers<unknown>();
    client.onNotification(methods.statusChanged.method, told.resolve);
    const deep = { ...deepStatus, state: "filling", filesToEncode: 4 } as const;
    services.deep.announce(deep);
    assert.deepEqual(await told.promise, { status: { ...emptyStatus, deep } });
  });

  it("answers, and tells the progress of a self-test under its id", async () => {
    const { client, services } = await joinOpen();
    const told = Promise.withResolvers<unknown>();
    client.onNotification(methods.selfTestProgress.method, told.resolve);
    const completed: object = await client.sendRequest(methods.complete.method, complete);
    assert.ok("completion" in completed);
    const tested = await client.sendRequest(methods.selfTest.method, selfTest);
    assert.deepEqual(tested, selfTestResult);
    const progress = { phase: "streaming", done: 0.5, tokensStreamed: 2_048, points: [] };
    assert.deepEqual(await told.promise, { selfTestId: "7", progress });
    assert.deepEqual(services.deep.calls, [
      ["complete", complete],
      ["selfTest", { tokens: 4_096 }],
    ]);
  });

  for (const [method, params] of requests) {
    it(`says why ${method} cannot be answered`, async () => {
      const { deep: _none, ...without } = inMemoryServices();
      const { client } = await joinOpen(without as InMemoryServices);
      const absent = await rejection(client.sendRequest(method, params));
      assert.equal(absent.code, codes.deepMemoryUnavailable);
      assert.equal(absent.data?.detail, "noModel");

      const { client: other, services } = await joinOpen();
      for (const [status, detail] of [
        [{ state: "off", detail: { kind: "disabled" } }, "disabled"],
        [{ state: "starting" }, ""],
        [{ state: "unavailable", detail: { kind: "noRuntime" } }, "noRuntime"],
      ] as const) {
        services.deep.announce({ ...deepStatus, ...status });
        const error = await rejection(other.sendRequest(method, params));
        assert.equal(error.code, codes.deepMemoryUnavailable);
        assert.equal(error.data?.detail, detail);
      }
      assert.deepEqual(services.deep.calls, []);
    });
  }

  it("stops when the request is cancelled", async () => {
    const deep = {
      ...inMemoryDeepMemory(),
      selfTest: (_params: unknown, _progress: unknown, signal: AbortSignal) => untilAborted(signal),
    };
    const { client } = await joinOpen(inMemoryServices({ deep }));
    const source = new CancellationTokenSource();
    const request = client.sendRequest(methods.selfTest.method, selfTest, source.token);
    await client.sendRequest(methods.status.method, {});
    source.cancel();
    assert.equal((await rejection(request)).code, codes.cancelled);
  });
});

describe("the memory of the work", () => {
  const fileFor = (t: TestContext, services: InMemoryServices): string => {
    const folder = mkdtempSync(path.join(tmpdir(), "lore-export-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    services.memory.status = () => ({
      roots: [rootStatus("/work")],
      paused: false,
      serverVersion: "1",
    });
    return path.join(folder, "memory.jsonl");
  };
  const withoutNotes = (): InMemoryServices => {
    const services = inMemoryServices();
    const notes = {
      ...services.notes,
      onChanged: () => () => undefined,
      onRoomMade: () => () => undefined,
      saved: () => Promise.resolve([]),
      addSaved: (given: readonly unknown[]) => Promise.resolve(given.length),
    };
    return inMemoryServices({ notes: notes as unknown as InMemoryServices["notes"] });
  };

  it("is exported to a file and imported from it over the wire", async (t) => {
    const services = withoutNotes();
    const file = fileFor(t, services);
    const { client } = await joinOpen(services);
    const { id } = services.store.create();
    services.store.appendTurn(id, makeTurn({ id: "q", text: "why?" }));
    const counts = { nNotes: 0, nConversations: 1, nTurns: 1, leftOut: [] };
    assert.deepEqual(await client.sendRequest(methods.exportMemory.method, { file }), counts);
    assert.equal(readFileSync(file, "utf8").trimEnd().split("\n").length, 3);
    services.store.delete(id);
    await client.sendRequest(methods.importMemory.method, { file });
    assert.equal(services.store.turns.get(id)?.[0]?.text, "why?");
  });

  it("is not exported when somebody cancels", async (t) => {
    const services = withoutNotes();
    const file = fileFor(t, services);
    const source = new CancellationTokenSource();
    const waiting = Promise.withResolvers<never[]>();
    Object.assign(services.notes, { saved: () => waiting.promise });
    const { client } = await joinOpen(services);
    const ended = rejection(
      client.sendRequest(methods.exportMemory.method, { file }, source.token),
    );
    source.cancel();
    assert.equal((await ended).code, codes.cancelled);
    waiting.resolve([]);
    await client.sendRequest(methods.status.method, {});
    assert.equal(existsSync(file), false);
  });

  it("is refused with the line of a file that is not as it should be", async (t) => {
    const services = withoutNotes();
    const file = fileFor(t, services);
    const { client } = await joinOpen(services);
    await client.sendRequest(methods.exportMemory.method, { file });
    appendFileSync(file, "no memory\n");
    const error = await rejection(client.sendRequest(methods.importMemory.method, { file }));
    assert.equal(error.code, codes.memoryFileUnusable);
    assert.equal(error.data?.detail, "line 2: it is not JSON");
  });
});
