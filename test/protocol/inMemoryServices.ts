/** The server's parts in memory, for tests of what lies around them. Every call is written down. */
import type {
  DeepMemoryStatus,
  SelfTestResult,
  SelfTestScore,
  SurpriseResult,
} from "../../protocol/deepMemory.ts";
import { noTimeline } from "../server/noTimeline.ts";
import { noHistory } from "../server/history/noHistory.ts";
import { errorCatalogue, MemoryError } from "../../protocol/errors.ts";
import type { ContextResult } from "../../protocol/context.ts";
import type { CheckedProse, ProseLook, ProsePrompt } from "../../protocol/prose.ts";
import type {
  Answer,
  Citation,
  Conversation,
  MemorySettings,
  MemoryStatus,
  SearchResult,
  Turn,
} from "../../protocol/types.ts";
import type { Services } from "../../server/handlers.ts";
import type { Clock, Logger, LogLevel } from "../../server/ports.ts";
import { toolDescriptions } from "../../server/tools/toolBox.ts";
import type { DeepMemoryService, MemoryService } from "../../server/services.ts";
import type { ConversationStore } from "../../server/workServices.ts";
import { pictureOf } from "../server/picture/samplePicture.ts";
import { closedNotes } from "../server/work/closedNotes.ts";

export const settings: MemorySettings = {
  exclude: [],
  include: [],
  threads: 1,
  maxFileBytes: 1_000_000,
};

export const emptyStatus: MemoryStatus = { roots: [], paused: false, serverVersion: "test" };

export const citation: Citation = {
  rootId: "root",
  path: "src/a.ts",
  range: { start: { line: 2, character: 0 }, end: { line: 5, character: 0 } },
  contentHash: "0123456789abcdef",
};

const coverage = { filesSeen: 1, remembered: 1, pending: 0, skipped: 0, failed: 0 };
const trace = { terms: [], identifiers: [], paths: [], literals: [], stages: [] };

export const searchResult: SearchResult = { recalls: [], coverage, tiers: ["lexical"], trace };

export const answer: Answer = {
  markdown: "one two",
  citations: [citation],
  abstained: false,
  recalls: [],
  coverage,
  tiers: ["lexical"],
  trace,
  elapsedMs: 3,
};

export const deepStatus: DeepMemoryStatus = {
  state: "ready",
  filesEncoded: 3,
  filesToEncode: 0,
  filesLeftOut: 0,
  tokensEncoded: 900,
  tokensToEncode: 0,
  bytesOnDisk: 400_000,
  budgetBytes: 1_000_000_000,
  shortTermBlocks: 9,
  longTermBlocks: 0,
  tokensPerSecond: 0,
};

export const contextResult: ContextResult = {
  items: [],
  rounds: [],
  prompt: "prompt",
  nTokens: 1,
  counter: "estimate",
};

export const prosePrompt: ProsePrompt = {
  messages: [{ role: "user", content: "prompt" }],
  evidence: [],
  nTokens: 1,
  counter: "estimate",
};
const proseLook: ProseLook = {
  text: "Nothing in memory is about this.",
  nTokens: 8,
  evidence: [],
  lookup: { tool: "search_memory", about: "why", nPlaces: 0, nNew: 0 },
};

export const checkedProse: CheckedProse = {
  markdown: "",
  citations: [],
  marks: [],
  nSentences: 1,
  nSupported: 0,
};

const halfOf40: SelfTestScore = { accuracy: 0.5, low: 0.35, high: 0.65, nAsked: 40 };

export const selfTestResult: SelfTestResult = {
  points: [
    { ...halfOf40, distance: 0, accuracy: 1, low: 0.91, high: 1 },
    { ...halfOf40, distance: 4_096 },
  ],
  controls: { noMemory: halfOf40, otherMemory: halfOf40, random: halfOf40 },
  latencyMs: { p50: 12, p95: 30 },
  ramBytes: 300_000_000,
  diskBytes: 2_000_000,
  tookMs: 9_000,
  tokensStreamed: 4_096,
  model: "test-lm",
};

export interface InMemoryDeepMemory extends DeepMemoryService {
  readonly calls: Call[];
  /** Makes this the status and tells the listeners. */
  announce(status: DeepMemoryStatus): void;
}

/** A deep memory that answers at once. */
export function inMemoryDeepMemory(): InMemoryDeepMemory {
  const calls: Call[] = [];
  const listeners = new Set<() => void>();
  let current = deepStatus;
  const surprise: SurpriseResult = { lines: [{ line: 0, nats: 2.5, nTokens: 4 }], tookMs: 1 };
  return {
    calls,
    folder: undefined,
    announce: (status) => {
      current = status;
      listeners.forEach((listener) => listener());
    },
    start: () => undefined,
    status: () => current,
    onStatusChanged: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    complete: (params) => {
      calls.push(["complete", params]);
      return Promise.resolve({
        completion: { text: "answer();", confidence: 0.9, sources: [] },
        tookMs: 5,
      });
    },
    surprise: (params) => {
      calls.push(["surprise", params]);
      return Promise.resolve(surprise);
    },
    selfTest: (params, progress) => {
      calls.push(["selfTest", params]);
      progress({ phase: "streaming", done: 0.5, tokensStreamed: 2_048, points: [] });
      return Promise.resolve(selfTestResult);
    },
  };
}

export interface LogLine {
  readonly level: LogLevel;
  readonly tag: string;
  readonly message: string;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}

export function recordingLogger(): Logger & { readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  return {
    lines,
    log: (level, tag, message, facts) =>
      void lines.push({ level, tag, message, facts: facts ?? {} }),
  };
}

/** A clock that moves one millisecond at each look. */
function countingClock(): Clock {
  let ms = 0;
  return { nowMs: () => ++ms, elapsedMs: () => ++ms };
}

export type Call = readonly [name: string, ...args: unknown[]];

export interface InMemoryMemory extends MemoryService {
  readonly calls: Call[];
  /** Sends a status to the listeners. */
  announce(status: MemoryStatus): void;
}

function inMemoryMemory(): InMemoryMemory {
  const calls: Call[] = [];
  let current = emptyStatus;
  const listeners = new Set<(status: MemoryStatus) => void>();
  const told =
    (name: string) =>
    (...args: unknown[]): Promise<MemoryStatus> => {
      calls.push([name, ...args]);
      return Promise.resolve(emptyStatus);
    };
  const noted =
    (name: string) =>
    (...args: unknown[]): void =>
      void calls.push([name, ...args]);
  return {
    calls,
    announce: (status) => {
      current = status;
      listeners.forEach((listener) => listener(status));
    },
    open: told("open"),
    setRoots: told("setRoots"),
    configure: told("configure"),
    filesChanged: noted("filesChanged"),
    documentChanged: noted("documentChanged"),
    documentClosed: noted("documentClosed"),
    openEditors: noted("openEditors"),
    rescan: told("rescan"),
    status: () => current,
    storeFile: () => undefined,
    settled: (refined) => told("settled")(refined),
    problems: (...args) => {
      calls.push(["problems", ...args]);
      return Promise.resolve({ problems: [], total: 0 });
    },
    pause: told("pause"),
    resume: told("resume"),
    rebuild: told("rebuild"),
    forget: told("forget"),
    onStatusChanged: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    hangs: false,
    close: () => Promise.resolve(),
  };
}

export interface InMemoryConversations extends ConversationStore {
  readonly turns: Map<string, Turn[]>;
  closed: boolean;
}

function inMemoryConversations(): InMemoryConversations {
  const known = new Map<string, Conversation>();
  const turns = new Map<string, Turn[]>();
  const find = (conversationId: string): Conversation => {
    const conversation = known.get(conversationId);
    if (conversation === undefined) throw new MemoryError("conversationNotFound");
    return conversation;
  };
  return {
    turns,
    closed: false,
    list: () => [...known.values()],
    create() {
      const id = `conversation-${known.size + 1}`;
      const conversation = { id, title: "", createdMs: 1, updatedMs: 1, nTurns: 0 };
      known.set(id, conversation);
      turns.set(id, []);
      return conversation;
    },
    read: (id) => ({ conversation: find(id), turns: turns.get(id) ?? [], nEarlier: 0 }),
    outline: (id) => {
      find(id);
      return (turns.get(id) ?? []).map(({ selection, ...turn }) => ({
        ...turn,
        selectedFile: selection?.file ?? null,
      }));
    },
    askedBetween: () => [],
    forgetQuotedNotes: () => undefined,
    rename(id, title) {
      const renamed = { ...find(id), title };
      known.set(id, renamed);
      return renamed;
    },
    delete(id) {
      find(id);
      known.delete(id);
      turns.delete(id);
    },
    appendRound(id, question, answer, besideId) {
      this.appendTurn(id, question, besideId);
      this.appendTurn(id, answer);
    },
    appendTurn(id, turn) {
      find(id);
      turns.get(id)?.push(turn);
    },
    chooseBranch: (id) => find(id),
    pin: () => [],
    updateTurn(id, turn) {
      find(id);
      const list = turns.get(id) ?? [];
      list[list.findIndex((candidate) => candidate.id === turn.id)] = turn;
    },
    nForgettings: () => 7,
    putProse(id, turnId, prose) {
      find(id);
      const list = turns.get(id) ?? [];
      const idx = list.findIndex((turn) => turn.id === turnId && turn.role === "lore");
      if (idx < 0) throw new MemoryError("conversationNotFound");
      list[idx] = { ...(list[idx] as Turn), prose };
      return true;
    },
    kept: () => [...known.values()].map((each) => ({ ...each, turns: turns.get(each.id) ?? [] })),
    addKept(conversations) {
      for (const { turns: theirs, ...each } of conversations) {
        known.set(each.id, { ...each, nTurns: theirs.length });
        turns.set(each.id, [...theirs]);
      }
      return Promise.resolve({ nConversations: conversations.length, nTurns: 0 });
    },
    forgetDamaged: () => undefined,
    forgetTurns: () => ({ nConversations: 0, nTurns: 0 }),
    rounds: () => [],
    roundCounts: (terms) => ({ nRounds: 0, nHolding: terms.map(() => 0) }),
    nearness: () => undefined,
    bytes: () => 4_096,
    takeNews: () => false,
    close() {
      this.closed = true;
    },
  };
}

export interface InMemoryServices extends Services {
  readonly memory: InMemoryMemory;
  readonly deep: InMemoryDeepMemory;
  readonly store: InMemoryConversations;
}

/** Parts that answer at once; `overrides` replaces some. */
export function inMemoryServices(overrides: Partial<Services> = {}): InMemoryServices {
  const store = inMemoryConversations();
  return {
    memory: inMemoryMemory(),
    deep: inMemoryDeepMemory(),
    store,
    recall: {
      search: () => Promise.resolve(searchResult),
      usesOf: () => Promise.resolve([]),
    },
    history: noHistory,
    timeline: noTimeline,
    answers: {
      ask(_params, emit) {
        emit("one ", [citation]);
        emit("two", []);
        return Promise.resolve(answer);
      },
    },
    source: { readText: () => undefined, files: () => [] },
    suggest: () => [],
    outline: () => ({ definitions: [], boundary: "syntax" }),
    uses: () => Promise.resolve({ uses: [], nUses: 0, nFiles: 0, isWhole: true }),
    exhaustive: () =>
      Promise.resolve({
        places: [],
        truncated: false,
        nPlaces: 0,
        filesScanned: 1,
        filesKnown: 1,
        unreadable: [],
      }),
    checkCitations: (citations) => Promise.resolve(citations.map(() => ({ kind: "gone" }))),
    context: () => Promise.resolve(contextResult),
    prosePrompt: () => Promise.resolve(prosePrompt),
    proseCheck: ({ text }) => Promise.resolve({ ...checkedProse, markdown: text }),
    proseLook: () => Promise.resolve(proseLook),
    notes: closedNotes(),
    tools: {
      list: () => toolDescriptions,
      call: () => Promise.resolve({ text: "found", structured: { places: [] }, isError: false }),
    },
    pictures: { picture: ({ rootId, folder }) => Promise.resolve(pictureOf(rootId, folder)) },
    conversationFolder: (storeDir) => Promise.resolve(`${storeDir}/conversations`),
    openConversations: () => ({ store }),
    requireSqlite: () => {},
    serverVersion: "1.2.3",
    clock: countingClock(),
    ...(overrides as object),
  };
}

/** What a service that was told to stop rejects with. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => reject(new DOMException("stopped", "AbortError"));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
  });
}

export const codes = Object.fromEntries(
  Object.entries(errorCatalogue).map(([name, { code }]) => [name, code]),
) as Record<keyof typeof errorCatalogue, number>;
