import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ChatKeeper } from "../../../extension/chat/chatKeeper.ts";
import { ChatSession, wasStopped } from "../../../extension/chat/chatSession.ts";
import { MemoryClient, isMemoryError } from "../../../extension/memory/memoryClient.ts";
import { MemorySession } from "../../../extension/memory/memorySession.ts";
import type { ConversationPart } from "../../../protocol/context.ts";
import type { AnswerPlan } from "../../../protocol/plan.ts";
import * as methods from "../../../protocol/methods.ts";
import type { LanguageModel } from "../../../extension/models/languageModel.ts";
import type { Prose } from "../../../protocol/prose.ts";
import type { Citation, Conversation, Turn } from "../../../protocol/types.ts";
import type { ToWebview } from "../../../protocol/webviewMessages.ts";
import { failure, InMemoryServer, memoryStatus, rootStatus, testRoot } from "../inMemoryServer.ts";
import { ManualSchedule } from "../manualSchedule.ts";
import { RecordingLog } from "../recordingLog.ts";

const root = testRoot("one");
const coverage = { filesSeen: 1, remembered: 1, pending: 0, skipped: 0, failed: 0 };
const trace = { terms: [], identifiers: [], paths: [], literals: [], stages: [] };
const citation: Citation = {
  rootId: root.id,
  path: "a.ts",
  range: { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } },
  contentHash: "0123456789abcdef",
};

const proseCitation: Citation = { ...citation, path: "b.ts" };

/** A model that writes two pieces and rests before the third, until it is let go on or stopped. */
function restingModel() {
  let goOn: () => void = () => undefined;
  const rest = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const model: LanguageModel = {
    id: "m",
    name: "Model",
    source: "endpoint",
    destination: { name: "here", isOnThisMachine: true },
    maxInputTokens: undefined,
    stream: async function* (_messages, signal) {
      yield "one ";
      yield "two ";
      const stopped = new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => resolve());
      });
      await Promise.race([rest, stopped]);
      if (!signal.aborted) yield "three";
    },
  };
  return { model, goOn };
}

/** The server's side of conversations: turns are stored before anything is answered. */
class Conversations {
  readonly turns = new Map<string, Turn[]>();
  readonly server = new InMemoryServer();
  /** Turns whose branches were to be shown. */
  readonly chosen: string[] = [];
  /** Questions in whose place others were asked. */
  readonly replaced: (string | undefined)[] = [];
  /** What the next question does after its turns were stored. */
  answer: (
    askId: string,
    token: { isCancellationRequested: boolean },
  ) => Promise<"done" | "failed"> = () => Promise.resolve("done");
  #next = 1;

  constructor() {
    const { server } = this;
    server.on(methods.open, () => ({
      serverVersion: "1",
      status: memoryStatus([rootStatus(root)]),
    }));
    server.on(methods.createConversation, () => {
      const id = `c${this.#next++}`;
      this.turns.set(id, []);
      return { conversation: this.conversation(id) };
    });
    server.on(methods.listConversations, () => ({
      conversations: [...this.turns.keys()].map((id) => this.conversation(id)),
    }));
    server.on(methods.readConversation, ({ conversationId, lastTurns, before }) => {
      const turns = this.turns.get(conversationId);
      if (turns === undefined) return failure("conversationNotFound");
      const end = before === undefined ? turns.length : turns.findIndex(({ id }) => id === before);
      if (end === -1) return failure("conversationNotFound");
      const from = Math.max(0, end - (lastTurns ?? end));
      const conversation = this.conversation(conversationId);
      return { conversation, turns: turns.slice(from, end), nEarlier: from };
    });
    server.on(methods.chooseBranch, ({ conversationId, turnId }) => {
      this.chosen.push(turnId);
      return { conversation: this.conversation(conversationId) };
    });
    server.on(methods.conversationParts, ({ conversationId }) => {
      const turns = this.turns.get(conversationId);
      if (turns === undefined) return failure("conversationNotFound");
      return { parts: turns.length === 0 ? [] : [partOf(turns)] };
    });
    server.on(methods.deleteConversation, ({ conversationId }) => {
      this.turns.delete(conversationId);
      return {};
    });
    server.on(methods.checkCitations, ({ citations }) => ({
      checks: citations.map(() => ({ kind: "stale" }) as const),
    }));
    server.on(methods.prosePrompt, () => ({
      messages: [{ role: "user", content: "" }] as const,
      evidence: [{ number: 1, source: { kind: "code", citation }, text: "" }] as const,
      nTokens: 1,
      counter: "estimate" as const,
    }));
    server.on(methods.proseCheck, ({ text }) => ({
      markdown: text,
      citations: [proseCitation],
      marks: [],
      nSentences: 1,
      nSupported: 1,
    }));
    server.on(methods.putProse, ({ conversationId, turnId, prose }) => {
      const turns = this.turns.get(conversationId);
      const at = turns?.findIndex(({ id }) => id === turnId) ?? -1;
      if (turns === undefined || at === -1) return failure("conversationNotFound");
      turns[at] = { ...(turns[at] as Turn), prose };
      return { isKept: true };
    });
    server.on(methods.ask, async (params, token) => {
      const turns = this.turns.get(params.conversationId ?? "");
      assert.ok(turns !== undefined);
      const { question, selection, besideId } = params;
      this.replaced.push(besideId);
      turns.push(
        { ...turn("user", question, "done"), ...(selection === undefined ? {} : { selection }) },
        turn("lore", "", "streaming"),
      );
      const at = turns.length - 1;
      const outcome = await this.answer(params.askId, token);
      const state = token.isCancellationRequested ? "cancelled" : outcome;
      turns[at] = { ...turns[at], text: "whole", citations: [citation], state } as Turn;
      if (token.isCancellationRequested) return failure("cancelled");
      if (outcome === "failed") return failure("internal", "id7");
      return {
        markdown: "whole",
        citations: [citation],
        abstained: false,
        recalls: [],
        coverage,
        tiers: [],
        trace,
        elapsedMs: 1,
        turnId: turns[at]?.id ?? "",
      };
    });
  }

  conversation(id: string): Conversation {
    return { id, title: id, createdMs: 0, updatedMs: 0, nTurns: this.turns.get(id)?.length ?? 0 };
  }

  progress(
    askId: string,
    markdown: string,
    citations: Citation[] = [],
    plan?: AnswerPlan,
  ): Promise<void> {
    const planned = plan === undefined ? {} : { plan };
    return this.server.notify(methods.answerProgress, { askId, markdown, citations, ...planned });
  }
}

const untilCancelled: Conversations["answer"] = (_askId, token) =>
  new Promise((resolve) => {
    const look = (): void => {
      if (token.isCancellationRequested) resolve("done");
      else setImmediate(look);
    };
    look();
  });

let nextTurn = 0;
beforeEach(() => {
  nextTurn = 0;
});
function turn(role: Turn["role"], text: string, state: Turn["state"]): Turn {
  return {
    id: `t${nextTurn++}`,
    role,
    text,
    state,
    createdMs: 0,
    citations: [],
    recalls: [],
    abstained: false,
    tiers: [],
  };
}

async function build(
  kept: Record<string, unknown> = {},
  stored: ReadonlyMap<string, Turn[]> = new Map(),
  model?: LanguageModel,
) {
  const far = new Conversations();
  for (const [id, turns] of stored) far.turns.set(id, turns);
  const log = new RecordingLog();
  const facts = {
    storeDir: "/store",
    roots: [root],
    settings: { exclude: [], include: [], threads: 0, maxFileBytes: 1 },
    enabled: true,
    trusted: true,
    onlyVirtualFolders: false,
    hasSqlite: true,
  };
  const memory = new MemorySession(far.server, new MemoryClient(log), () => facts, log);
  const values = new Map(Object.entries(kept));
  const store = {
    get: (key: string) => values.get(key),
    update: (key: string, value: unknown) => {
      values.set(key, value);
      return Promise.resolve();
    },
  };
  const failures: unknown[] = [];
  const chat = new ChatSession(memory, new ChatKeeper(store, new ManualSchedule().schedule), {
    strings: { key: "text" },
    memoryLine: () => ({ kind: "ready", coverage }),
    activeFile: () => "/work/one/a.ts",
    failed: (error) => failures.push(error),
    chosenModel: () =>
      model && { name: model.name, promptTokens: 6000, open: () => Promise.resolve(model) },
    schedule: new ManualSchedule().schedule,
  });
  const messages: ToWebview[] = [];
  const waiting = new Set<() => void>();
  chat.onMessage((message) => {
    messages.push(message);
    for (const resume of waiting) resume();
  });
  const sees = async (wanted: (message: ToWebview) => boolean): Promise<void> => {
    while (!messages.some(wanted)) {
      await new Promise<void>((resolve) => waiting.add(resolve));
    }
  };
  await memory.refresh();
  await memory.whenOpen();
  await sees((message) => message.type === "state");
  return { far, chat, messages, sees, values, memory, failures };
}

/** What a view would show: the turns after all messages. */
function shown(messages: readonly ToWebview[]): { text: string; state: string; cites: number }[] {
  const turns = new Map<string, { text: string; state: string; cites: number }>();
  for (const message of messages) {
    if (message.type === "state") turns.clear();
    const whole =
      message.type === "state"
        ? message.state.turns
        : message.type === "turn"
          ? [message.turn]
          : [];
    for (const { id, text, state, citations } of whole) {
      turns.set(id, { text, state, cites: citations.length });
    }
    if (message.type === "append") {
      const before = turns.get(message.turnId);
      assert.ok(before !== undefined, "text is appended to a turn that was sent before");
      turns.set(message.turnId, {
        ...before,
        text: before.text + message.markdown,
        cites: before.cites + message.citations.length,
      });
    }
  }
  return [...turns.values()];
}

/** A conversation as one part. */
function partOf(turns: readonly Turn[]): ConversationPart {
  const { id, createdMs } = turns[0] as Turn;
  return {
    ...{ firstTurnId: id, lastTurnId: (turns.at(-1) as Turn).id, line: "", paths: [] },
    nQuestions: turns.filter(({ role }) => role === "user").length,
    ...{ nPlaces: 0, startMs: createdMs, endMs: createdMs, isOpen: true },
  };
}

test("the list is sent again when another window wrote", async () => {
  const { far, sees } = await build();
  far.turns.set("elsewhere", []);
  await far.server.notify(methods.conversationsChanged, {});
  await sees(
    (message) =>
      message.type === "conversations" &&
      message.conversations.some(({ id }) => id === "elsewhere"),
  );
});

test("a question starts a conversation, streams, and ends as the server stored it", async () => {
  const { far, chat, messages, sees, values, failures } = await build();
  far.answer = async (askId) => {
    await far.progress(askId, "one ", [citation]);
    await sees((m) => m.type === "turn" && m.turn.text === "one ");
    await far.progress(askId, "two ");
    await far.progress(askId, "three", [citation]);
    await sees((m) => m.type === "append" && m.markdown === "three");
    assert.deepEqual(shown(messages), [
      { text: "why?", state: "done", cites: 0 },
      { text: "one two three", state: "streaming", cites: 2 },
    ]);
    return "done";
  };
  const answer = await chat.ask("why?");
  assert.equal(answer.markdown, "whole");
  assert.deepEqual(shown(messages), [
    { text: "why?", state: "done", cites: 0 },
    { text: "whole", state: "done", cites: 1 },
  ]);
  assert.equal(values.get("lore.chat.conversationId"), "c1");
  const [asked] = far.server.paramsOf(methods.ask) as methods.AskParams[];
  assert.equal(asked?.conversationId, "c1");
  assert.equal(asked?.activeFile, "/work/one/a.ts");
  assert.equal(asked?.selection, undefined);
  assert.deepEqual(failures, []);
});

test("a view that appears in the middle of an answer shows what has arrived, each piece once", async () => {
  const { far, chat, messages, sees } = await build();
  far.answer = async (askId) => {
    await far.progress(askId, "one ");
    await sees((m) => m.type === "turn" && m.turn.text === "one ");
    messages.length = 0;
    await chat.sendState();
    await far.progress(askId, "two");
    await sees((m) => m.type === "append" && m.markdown === "two");
    assert.equal(shown(messages).at(-1)?.text, "one two");
    return "done";
  };
  await chat.ask("why?");
});

test("stopping ends the question as cancelled and keeps the turn", async () => {
  const { far, chat, messages } = await build();
  far.answer = untilCancelled;
  const asked = chat.ask("why?");
  await far.server.hasReceived(methods.ask);
  await chat.stop();
  await assert.rejects(asked, wasStopped);
  assert.equal(shown(messages).at(-1)?.state, "cancelled");
});

test("a second question in the same conversation stops the first", async () => {
  const { far, chat } = await build();
  far.answer = untilCancelled;
  const first = chat.ask("first?");
  const firstEnds = assert.rejects(first, wasStopped);
  await far.server.hasReceived(methods.ask);
  far.answer = () => Promise.resolve("done");
  await chat.ask("second?");
  await firstEnds;
  assert.deepEqual(
    far.turns.get("c1")?.map(({ state }) => state),
    ["done", "cancelled", "done", "done"],
  );
});

test("where conversations cannot be read the chat is there all the same, and says why", async () => {
  const { far, chat, messages, failures } = await build();
  far.server.on(methods.listConversations, () => failure("storeUnavailable"));
  messages.length = 0;
  await chat.sendState();
  assert.deepEqual(
    messages.map((message) => message.type === "state" && message.state.conversations),
    [[]],
  );
  assert.ok(isMemoryError(failures.at(-1), "storeUnavailable"));
});

test("a question that meets a server which is just lost is asked of the next one", async () => {
  const { far, chat, messages } = await build();
  const conversations = new Conversations();
  let nLost = 0;
  far.server.on(methods.createConversation, () => {
    if (nLost++ === 0) return failure("serverLost");
    far.turns.set("next", []);
    return { conversation: conversations.conversation("next") };
  });
  await chat.ask("why?");
  assert.equal(nLost, 2);
  assert.deepEqual(
    far.turns.get("next")?.map(({ role }) => role),
    ["user", "lore"],
  );
  assert.ok(!messages.some(({ type }) => type === "prefill"));
});

test("a question that no conversation can take is in the field again", async () => {
  const { far, chat, messages } = await build();
  far.server.on(methods.createConversation, () => failure("storeUnavailable"));
  await assert.rejects(chat.ask("why?"), (error) => isMemoryError(error, "storeUnavailable"));
  assert.deepEqual(messages.at(-1), { type: "prefill", question: "why?" });
});

test("a question that fails shows the failed turn and says why", async () => {
  const { far, chat, messages } = await build();
  far.answer = () => Promise.resolve("failed");
  await assert.rejects(chat.ask("why?"), (error) => isMemoryError(error, "internal"));
  assert.equal(shown(messages).at(-1)?.state, "failed");
});

test("a server that dies in the middle ends the question, and its turns are shown when it is back", async () => {
  const { far, chat, messages, memory, sees } = await build();
  far.answer = () => new Promise(() => undefined);
  const asked = chat.ask("why?");
  const ends = assert.rejects(asked, (error) => isMemoryError(error, "serverLost"));
  await sees((m) => m.type === "turn" && m.turn.state === "streaming");
  const turns = far.turns.get("c1");
  assert.ok(turns !== undefined);
  turns[1] = { ...(turns[1] as Turn), text: "so far", state: "interrupted" };
  messages.length = 0;
  await far.server.die(true);
  await ends;
  await memory.whenOpen();
  await sees((m) => m.type === "state");
  assert.deepEqual(shown(messages), [
    { text: "why?", state: "done", cites: 0 },
    { text: "so far", state: "interrupted", cites: 0 },
  ]);
});

const isProse =
  (wanted: Partial<Prose>) =>
  (message: ToWebview): boolean =>
    message.type === "prose" &&
    Object.entries(wanted).every(([key, value]) => message.prose?.[key as keyof Prose] === value);

test("the model writes when the answer is there, and the answer stays as it was", async () => {
  const { model, goOn } = restingModel();
  const { chat, messages, sees, failures, far } = await build({}, new Map(), model);
  const result = await chat.ask("why?");
  assert.equal(result.markdown, "whole");
  await sees(isProse({ state: "streaming", markdown: "one " }));
  goOn();
  await sees(isProse({ state: "done", markdown: "one two three" }));
  const [, answer] = far.turns.get("c1") ?? [];
  assert.equal(answer?.text, "whole");
  assert.equal(answer?.prose?.markdown, "one two three");
  assert.equal(shown(messages).at(-1)?.text, "whole");
  messages.length = 0;
  await chat.checkCitations();
  const states = messages.find(({ type }) => type === "citationStates");
  assert.ok(states?.type === "citationStates");
  assert.equal(states.states.length, 2, "the answer's citation and the prose's");
  assert.deepEqual(await chat.shown.citationOf(answer.id, 1), proseCitation);
  assert.equal((await chat.shown.questionOf(proseCitation))?.question, "why?");
  assert.deepEqual(failures, []);
});

test("a view that appears while the model writes shows what is there", async () => {
  const { model, goOn } = restingModel();
  const { chat, messages, sees } = await build({}, new Map(), model);
  await chat.ask("why?");
  await sees(isProse({ markdown: "one " }));
  messages.length = 0;
  await chat.sendState();
  const state = messages.find(({ type }) => type === "state");
  assert.ok(state?.type === "state");
  assert.equal(state.state.model, "Model");
  assert.equal(state.state.turns.at(-1)?.prose?.state, "streaming");
  goOn();
  await sees(isProse({ state: "done" }));
});

test("stopping ends the model too, a new question does, and it can be asked again", async () => {
  const { model, goOn } = restingModel();
  const { far, chat, messages, sees, failures } = await build({}, new Map(), model);
  await chat.ask("first?");
  await sees(isProse({ markdown: "one " }));
  await chat.stop();
  await sees(isProse({ state: "cancelled" }));
  await chat.ask("second?");
  messages.length = 0;
  await sees(isProse({ state: "streaming" }));
  await chat.ask("third?");
  await sees(isProse({ state: "cancelled" }));
  goOn();
  await sees(isProse({ state: "done" }));
  const turns = far.turns.get("c1") ?? [];
  assert.deepEqual(
    turns.flatMap(({ prose }) => prose?.state ?? []),
    ["cancelled", "cancelled", "done"],
  );
  messages.length = 0;
  await chat.askModel(turns[1]?.id ?? "");
  await sees(isProse({ state: "done" }));
  assert.equal(far.turns.get("c1")?.[1]?.prose?.state, "done");
  const prompts = far.server.paramsOf(methods.prosePrompt) as { question: string }[];
  assert.deepEqual(
    prompts.map((prompt) => prompt.question),
    ["first?", "second?", "third?", "first?"],
  );
  assert.deepEqual(failures, []);
});

test("all is stopped in conversations that are not shown too", async () => {
  const { model } = restingModel();
  const { far, chat, sees, failures } = await build({}, new Map(), model);
  await chat.ask("first?");
  await sees(isProse({ markdown: "one " }));
  await chat.newConversation();
  await chat.stopAll();
  assert.deepEqual(
    far.turns.get("c1")?.map(({ prose }) => prose?.state),
    [undefined, "cancelled"],
  );
  assert.deepEqual(failures, []);
});

test("a deep question tells its plan, and the model is asked deeply, then and later", async () => {
  const { model, goOn } = restingModel();
  const { far, chat, messages, sees, failures } = await build({}, new Map(), model);
  const plan = {
    parts: [{ text: "why?", state: "looking" as const, nPlaces: 0 }],
    ...{ round: 1, maxRounds: 3, followed: [] },
  };
  far.answer = async (askId) => {
    await far.progress(askId, "", [], plan);
    await sees((m) => m.type === "turn" && m.turn.plan?.round === 1);
    await far.progress(askId, "", [], { ...plan, round: 2 });
    await sees((m) => m.type === "append" && m.plan?.round === 2);
    messages.length = 0;
    await chat.sendState();
    const state = messages.find(({ type }) => type === "state");
    assert.ok(state?.type === "state" && state.state.turns.at(-1)?.plan?.round === 2);
    return "done";
  };
  goOn();
  await chat.ask("why?", undefined, undefined, true);
  await sees(isProse({ state: "done" }));
  const turns = far.turns.get("c1") ?? [];
  turns[1] = { ...(turns[1] as Turn), plan };
  messages.length = 0;
  await chat.askModel(turns[1]?.id ?? "");
  await sees(isProse({ state: "done" }));
  far.answer = () => Promise.resolve("done");
  await chat.askAgain(turns[1]?.id ?? "");
  const asked = far.server.paramsOf(methods.ask) as { deep?: boolean }[];
  assert.deepEqual(
    asked.map(({ deep }) => deep),
    [true, true],
  );
  const prompts = far.server.paramsOf(methods.prosePrompt) as { deep?: boolean }[];
  assert.deepEqual(
    prompts.slice(0, 2).map(({ deep }) => deep),
    [true, true],
  );
  assert.deepEqual(failures, []);
});

test("an answer that comes although it was stopped is not given to a model", async () => {
  const { far, chat } = await build({}, new Map(), restingModel().model);
  const arrived = Promise.withResolvers<void>();
  far.server.on(methods.ask, async ({ conversationId }, token) => {
    const turns = far.turns.get(conversationId ?? "");
    turns?.push({ ...turn("lore", "", "done"), id: "late" });
    arrived.resolve();
    await new Promise<void>((resolve) => token.onCancellationRequested(() => resolve()));
    return {
      ...{ markdown: "whole", citations: [], abstained: false, recalls: [], tiers: [] },
      ...{ coverage, trace, elapsedMs: 1, turnId: "late" },
    };
  });
  const asked = chat.ask("why?");
  await arrived.promise;
  await chat.deleteConversation(chat.conversationId ?? "");
  await asked;
  assert.deepEqual(far.server.paramsOf(methods.prosePrompt), []);
});

test("a question that fails is not given to a model", async () => {
  const { far, chat } = await build({}, new Map(), restingModel().model);
  far.answer = () => Promise.resolve("failed");
  await assert.rejects(chat.ask("why?"), (error) => isMemoryError(error, "internal"));
  assert.deepEqual(far.server.paramsOf(methods.prosePrompt), []);
});

test("a reload shows the kept conversation and draft", async () => {
  const first = await build();
  await first.chat.ask("why?");
  const second = await build(
    { "lore.chat.conversationId": "c1", "lore.chat.draft": "not sent" },
    first.far.turns,
  );
  const state = second.messages.find(({ type }) => type === "state");
  assert.ok(state?.type === "state");
  assert.equal(state.state.conversation?.id, "c1");
  assert.equal(state.state.draft, "not sent");
  assert.deepEqual(state.state.strings, { key: "text" });
  assert.equal(state.state.turns.length, 2);
});

test("a kept conversation that is gone gives way to a new one", async () => {
  const { far, chat, values } = await build({ "lore.chat.conversationId": "deleted" });
  await chat.ask("why?");
  assert.equal(values.get("lore.chat.conversationId"), "c1");
  assert.equal(far.turns.get("c1")?.length, 2);
});

test("deleting the open conversation shows an empty one", async () => {
  const { far, chat, messages } = await build();
  await chat.ask("why?");
  messages.length = 0;
  await chat.deleteConversation("c1");
  assert.equal(far.turns.size, 0);
  assert.deepEqual(shown(messages), []);
  const state = messages.find((message) => message.type === "state");
  assert.equal(state?.state.conversation, undefined);
});

test("an answer in a conversation that is no longer shown goes on without being shown", async () => {
  const { far, chat, messages } = await build();
  let finish = (): void => undefined;
  far.answer = async (askId) => {
    await new Promise<void>((resolve) => (finish = resolve));
    await far.progress(askId, "late");
    return "done";
  };
  const asked = chat.ask("why?");
  await far.server.hasReceived(methods.ask);
  await chat.newConversation();
  messages.length = 0;
  finish();
  await asked;
  assert.deepEqual(shown(messages), []);
  assert.equal(far.turns.get("c1")?.at(-1)?.state, "done");
});

test("citations are read again and reported by turn, and lead back to their question", async () => {
  const { chat, messages } = await build();
  await chat.ask("why?");
  messages.length = 0;
  await chat.checkCitations();
  assert.deepEqual(messages, [{ type: "citationStates", turnId: "t1", states: ["stale"] }]);
  assert.deepEqual(await chat.shown.questionOf(citation), {
    question: "why?",
    selection: undefined,
  });
  assert.equal(
    await chat.shown.questionOf({ ...citation, contentHash: "f".repeat(16) }),
    undefined,
  );
});

test("the selection goes along with its question", async () => {
  const { far, chat } = await build();
  const selection = { file: "/work/one/a.ts", text: "f()", range: { startLine: 1, endLine: 2 } };
  await chat.ask("who calls this?", selection);
  const [asked] = far.server.paramsOf(methods.ask) as methods.AskParams[];
  assert.deepEqual(asked?.selection, selection);
});

test("asking again takes along the selection that the question was about", async () => {
  const { far, chat } = await build();
  const selection = { file: "/work/one/a.ts", text: "f()", range: { startLine: 1, endLine: 2 } };
  await chat.ask("who calls this?", selection);
  await chat.ask("and why?");
  await chat.askAgain("t1");
  const asked = (far.server.paramsOf(methods.ask) as methods.AskParams[]).at(-1);
  assert.equal(asked?.question, "who calls this?");
  assert.deepEqual(asked?.selection, selection);
  assert.deepEqual(await chat.shown.questionOf(citation), {
    question: "who calls this?",
    selection,
  });
});

/** A conversation of so many questions, each with its answer. */
function exchanges(n: number): Turn[] {
  return Array.from({ length: n }, (_, at) => [
    turn("user", `q${at}`, "done"),
    turn("lore", `a${at}`, "done"),
  ]).flat();
}

test("a question is asked in place of an earlier one, about what was selected for that one", async () => {
  const selection = { file: "/work/a.ts", text: "x", range: { startLine: 0, endLine: 1 } };
  const [asked, ...rest] = exchanges(2);
  const stored = new Map([["c", [{ ...(asked as Turn), selection }, ...rest]]]);
  const { far, chat, messages } = await build({ "lore.chat.conversationId": "c" }, stored);
  messages.length = 0;
  await chat.editQuestion(asked?.id ?? "", "why?");
  assert.deepEqual(far.replaced, [asked?.id]);
  assert.deepEqual(far.turns.get("c")?.at(-2)?.selection, selection);
  assert.equal(messages[0]?.type, "state", "what followed the earlier one is not shown any more");
  await chat.chooseBranch(asked?.id ?? "");
  assert.deepEqual(far.chosen, [asked?.id]);
  const last = messages.at(-1);
  assert.deepEqual(last, { type: "showTurn", conversationId: "c", turnId: asked?.id });
});

test("a long conversation shows its last turns, and earlier ones on demand", async () => {
  const stored = new Map([["long", exchanges(40)]]);
  const { chat, messages } = await build({ "lore.chat.conversationId": "long" }, stored);
  const state = messages.find(({ type }) => type === "state");
  assert.ok(state?.type === "state");
  const { turns, nEarlier } = state.state;
  assert.equal(turns.length + nEarlier, 80);
  assert.ok(nEarlier > 0 && turns.at(-1)?.text === "a39");
  messages.length = 0;
  await chat.showEarlier(turns[0]?.id ?? "");
  const [earlier] = messages;
  assert.ok(earlier?.type === "earlierTurns");
  assert.equal(earlier.turns.length + earlier.nEarlier, nEarlier);
  messages.length = 0;
  await chat.sendState();
  const again = messages.find(({ type }) => type === "state");
  assert.ok(again?.type === "state");
  assert.equal(again.state.turns[0]?.id, earlier.turns[0]?.id, "a page that comes back shows them");
});

test("the parts of a conversation are shown with it, and again after each answer", async () => {
  const stored = new Map([["long", exchanges(4)]]);
  const { chat, messages } = await build({ "lore.chat.conversationId": "long" }, stored);
  await chat.sendState();
  const state = messages.find(({ type }) => type === "state");
  assert.equal(state?.type === "state" && state.state.parts[0]?.nQuestions, 4);
  await chat.ask("why?");
  const told = messages.findLast(({ type }) => type === "parts");
  assert.equal(told?.type === "parts" && told.parts[0]?.nQuestions, 5);
});

test("a turn that is far up is shown with as many turns as it takes", async () => {
  const turns = exchanges(100);
  const wanted = turns[6]?.id ?? "";
  const { chat, messages } = await build({}, new Map([["long", turns]]));
  await chat.openTurn("long", wanted);
  const state = messages.findLast(({ type }) => type === "state");
  assert.ok(state?.type === "state" && state.state.turns.some(({ id }) => id === wanted));
  const shownTurn = messages.filter(({ type }) => type === "showTurn");
  assert.deepEqual(shownTurn, [{ type: "showTurn", conversationId: "long", turnId: wanted }]);
});

test("what was said is sent for the newest query, without what is hardly about it", async () => {
  const { far, chat, messages } = await build();
  const place = { conversationId: "c", turnId: "t", title: "T", role: "user" } as const;
  const found = { ...place, text: "we retry", createdMs: 5 };
  const rest = { score: 1, citations: [] };
  far.server.on(methods.searchTurns, () => ({
    turns: [
      { ...found, ...rest, relevance: 0.9 },
      { ...found, ...rest, turnId: "u", relevance: 0.1 },
    ],
  }));
  await Promise.all([chat.searchTurns("ret"), chat.searchTurns("retry")]);
  assert.deepEqual(
    messages.filter(({ type }) => type === "foundTurns"),
    [{ type: "foundTurns", query: "retry", turns: [found] }],
  );
});

test("no request reads more of a long conversation than is needed", async () => {
  const stored = new Map([["long", exchanges(400)]]);
  const { far, chat } = await build({ "lore.chat.conversationId": "long" }, stored);
  await chat.ask("why?");
  await chat.checkCitations();
  const read = far.server.paramsOf(methods.readConversation) as methods.ReadConversationParams[];
  assert.ok(read.length > 3);
  assert.ok(read.every(({ lastTurns }) => lastTurns !== undefined && lastTurns <= 40));
});

test("an answer's trace can be saved when it says what was asked, and not otherwise", async () => {
  const { far, chat } = await build();
  await chat.ask("one?");
  const turns = [...far.turns.values()][0] as Turn[];
  const last = turns.at(-1) as Turn;
  assert.equal(await chat.shown.traceOf(last.id), undefined, "an older server's trace");
  const asked = {
    query: "one?",
    limit: 20,
    roots: [],
    ranking: "learned" as const,
    schema: 2,
    chunker: 1,
  };
  turns[turns.length - 1] = { ...last, coverage, trace: { ...trace, asked } };
  assert.equal((await chat.shown.traceOf(last.id))?.asked.query, "one?");
  assert.equal((await chat.shown.traceOf())?.asked.query, "one?", "the last answer's");
  assert.equal(await chat.shown.traceOf("nobody"), undefined);
});
