import type { ConversationPart } from "../protocol/context.ts";
import type { PinnedTurn, QuestionBranches } from "../protocol/methods.ts";
import { mentionKinds, type MentionTrace, type Suggestion } from "../protocol/mentions.ts";
import type {
  AskedTrace,
  Citation,
  Conversation,
  Coverage,
  EvidenceTrace,
  FileRole,
  Position,
  Range,
  Reason,
  Recall,
  MeaningTrace,
  RecallTrace,
  RereadTrace,
  Relation,
  ScorePart,
  SelectedCode,
  StageCandidate,
  StageTrace,
  SymbolInfo,
  Tier,
  Turn,
} from "../protocol/types.ts";
import { dropReasons, foundBys, rankings, reasonKinds, symbolKinds } from "../protocol/types.ts";
import { chatCommands } from "../protocol/webviewMessages.ts";
import type {
  ChatState,
  FoundTurn,
  MemoryLine,
  Peeked,
  ToWebview,
} from "../protocol/webviewMessages.ts";
import { isPlan, proseCheckOf } from "./proseShape.ts";
import {
  isArrayOf,
  isBoolean,
  isCount,
  isNumber,
  isObject,
  isOneOf,
  isOptional,
  isRecordOf,
  isString,
  isUnion,
  type Check,
} from "./shape.ts";

/* The tables below are records, so that the compiler asks for each new member of a union. */
const relationKinds: Readonly<Record<Relation["kind"], true>> = {
  calls: true,
  calledBy: true,
  test: true,
  type: true,
  configuredBy: true,
  documentedBy: true,
};
const fileRoles: Readonly<Record<FileRole, true>> = {
  source: true,
  test: true,
  docs: true,
  config: true,
};
const tiers: Readonly<Record<Tier, true>> = { lexical: true, symbols: true, meaning: true };
const turnStates: Readonly<Record<Turn["state"], true>> = {
  done: true,
  streaming: true,
  cancelled: true,
  failed: true,
  interrupted: true,
};

const isKeyOf = <K extends string>(table: Readonly<Record<K, true>>): Check<K> =>
  isOneOf(...(Object.keys(table) as K[]));

const isPosition = isObject<Position>({ line: isCount, character: isCount });
const isRange = isObject<Range>({ start: isPosition, end: isPosition });
const isSymbolInfo = isObject<SymbolInfo>({
  name: isString,
  kind: isOneOf(...symbolKinds),
  container: isString,
  range: isRange,
});
const isCitation = isObject<Citation>({
  rootId: isString,
  path: isString,
  range: isRange,
  contentHash: isString,
  symbol: isOptional(isSymbolInfo),
  commit: isOptional(isString),
});
const isRecall = isObject<Recall>({
  citation: isCitation,
  score: isNumber,
  similarity: isOptional(isNumber),
  reasons: isArrayOf(
    isObject<Reason>({ kind: isOneOf(...reasonKinds), detail: isString, weight: isNumber }),
  ),
  role: isKeyOf(fileRoles),
  language: isString,
  text: isString,
  boundary: isOneOf("syntax", "lines"),
  relation: isOptional(
    isObject<Relation>({
      kind: isKeyOf(relationKinds),
      of: isString,
      nDefinitions: isOptional(isNumber),
    }),
  ),
});
const isStageCandidate = isObject<StageCandidate>({
  rootId: isString,
  path: isString,
  lines: isOptional(
    isObject<{ startLine: number; endLine: number }>({ startLine: isCount, endLine: isCount }),
  ),
  score: isNumber,
  parts: isOptional(
    isArrayOf(isObject<ScorePart>({ kind: isOneOf(...reasonKinds), weight: isNumber })),
  ),
  foundBy: isOptional(isArrayOf(isOneOf(...foundBys))),
  dropped: isOptional(isOneOf(...dropReasons)),
});
const isTrace = isObject<RecallTrace>({
  terms: isArrayOf(
    isObject<RecallTrace["terms"][number]>({ term: isString, nChunks: isCount, used: isBoolean }),
  ),
  identifiers: isArrayOf(isString),
  paths: isArrayOf(isString),
  literals: isArrayOf(isString),
  stages: isArrayOf(
    isObject<StageTrace>({
      name: isString,
      nCandidates: isCount,
      ms: isNumber,
      candidates: isOptional(isArrayOf(isStageCandidate)),
    }),
  ),
  meaning: isOptional(
    isObject<MeaningTrace>({
      state: isOneOf("used", "partly", "notAsked", "unavailable"),
      model: isString,
      nEmbedded: isCount,
      nChunks: isCount,
      memoryBytes: isCount,
    }),
  ),
  asked: isOptional(
    isObject<AskedTrace>({
      query: isString,
      limit: isCount,
      roots: isArrayOf(isObject<{ id: string; name: string }>({ id: isString, name: isString })),
      paths: isOptional(isArrayOf(isString)),
      neighbours: isOptional(isBoolean),
      ranking: isOneOf(...rankings),
      ranker: isOptional(isString),
      schema: isCount,
      chunker: isCount,
    }),
  ),
  reread: isOptional(
    isObject<RereadTrace>({
      state: isOneOf("used", "late", "unavailable"),
      nPlaces: isCount,
    }),
  ),
  mentions: isOptional(
    isObject<MentionTrace>({ within: isArrayOf(isString), missing: isArrayOf(isString) }),
  ),
  evidence: isOptional(
    isObject<EvidenceTrace>({
      probability: isNumber,
      verdict: isOneOf("sure", "unsure", "unknown"),
      parts: isArrayOf(
        isObject<EvidenceTrace["parts"][number]>({
          fact: isString,
          value: isNumber,
          weight: isNumber,
        }),
      ),
    }),
  ),
});
const isCoverage = isObject<Coverage>({
  filesSeen: isCount,
  remembered: isCount,
  pending: isCount,
  skipped: isCount,
  failed: isCount,
  stopped: isOptional(isOneOf("diskFull", "unwritable")),
});
const isSelectedCode = isObject<SelectedCode>({
  file: isString,
  text: isString,
  range: isObject<SelectedCode["range"]>({ startLine: isCount, endLine: isCount }),
});
const isProse = proseCheckOf(isCitation);
const isTurn = isObject<Turn>({
  id: isString,
  role: isOneOf("user", "lore"),
  text: isString,
  createdMs: isNumber,
  state: isKeyOf(turnStates),
  selection: isOptional(isSelectedCode),
  citations: isArrayOf(isCitation),
  recalls: isArrayOf(isRecall),
  abstained: isBoolean,
  tiers: isArrayOf(isKeyOf(tiers)),
  elapsedMs: isOptional(isNumber),
  trace: isOptional(isTrace),
  coverage: isOptional(isCoverage),
  prose: isOptional(isProse),
  plan: isOptional(isPlan),
});
const isConversation = isObject<Conversation>({
  id: isString,
  title: isString,
  createdMs: isNumber,
  updatedMs: isNumber,
  nTurns: isCount,
});

const isConversationPart = isObject<ConversationPart>({
  firstTurnId: isString,
  lastTurnId: isString,
  line: isString,
  nQuestions: isCount,
  nPlaces: isCount,
  paths: isArrayOf(isString),
  startMs: isNumber,
  endMs: isNumber,
  isOpen: isBoolean,
});

const isPinnedTurn = isObject<PinnedTurn>({ turnId: isString, line: isString });
const isQuestionBranches = isObject<QuestionBranches>({
  turnId: isString,
  questionIds: isArrayOf(isString),
});

/** One field that names the kind; the value of it was looked at by `isUnion`. */
const kindOnly = <T extends { readonly kind: string }>(): Check<T> =>
  isObject<{ kind: string }>({ kind: isString }) as Check<T>;

type Line<K extends MemoryLine["kind"]> = Extract<MemoryLine, { readonly kind: K }>;
const isMemoryLine = isUnion<"kind", MemoryLine>("kind", {
  noFolder: kindOnly(),
  restricted: kindOnly(),
  starting: kindOnly(),
  filling: isObject<Line<"filling">>({
    kind: isOneOf("filling"),
    bytesDone: isCount,
    bytesKnown: isCount,
    coverage: isCoverage,
  }),
  ready: isObject<Line<"ready">>({ kind: isOneOf("ready"), coverage: isCoverage }),
  paused: isObject<Line<"paused">>({ kind: isOneOf("paused"), coverage: isCoverage }),
  unavailable: isObject<Line<"unavailable">>({
    kind: isOneOf("unavailable"),
    message: isString,
    actions: isArrayOf(isOneOf(...chatCommands)),
  }),
  failed: isObject<Line<"failed">>({
    kind: isOneOf("failed"),
    message: isString,
    actions: isArrayOf(isOneOf(...chatCommands)),
  }),
});
const isChatState = isObject<ChatState>({
  conversations: isArrayOf(isConversation),
  conversation: isOptional(isConversation),
  turns: isArrayOf(isTurn),
  nEarlier: isCount,
  branches: isOptional(isArrayOf(isQuestionBranches)),
  pinned: isOptional(isArrayOf(isPinnedTurn)),
  parts: isArrayOf(isConversationPart),
  draft: isString,
  memory: isMemoryLine,
  model: isString,
  strings: isRecordOf(isString),
});

type PeekedAs<K extends Peeked["kind"]> = Extract<Peeked, { readonly kind: K }>;
const isPeeked = isUnion<"kind", Peeked>("kind", {
  lines: isObject<PeekedAs<"lines">>({
    peekId: isCount,
    kind: isOneOf("lines"),
    isMoved: isBoolean,
    text: isString,
    nLinesLeftOut: isCount,
    startLine: isCount,
    language: isString,
  }),
  stale: isObject<PeekedAs<"stale">>({ peekId: isCount, kind: isOneOf("stale") }),
  gone: isObject<PeekedAs<"gone">>({ peekId: isCount, kind: isOneOf("gone") }),
});

type Message<T extends ToWebview["type"]> = Extract<ToWebview, { readonly type: T }>;
/** Tells whether a value that came in is a message of the contract, with every field of the right shape. */
export const isToWebview: Check<ToWebview> = isUnion<"type", ToWebview>("type", {
  state: isObject<Message<"state">>({ type: isOneOf("state"), state: isChatState }),
  turn: isObject<Message<"turn">>({
    type: isOneOf("turn"),
    conversationId: isString,
    turn: isTurn,
  }),
  earlierTurns: isObject<Message<"earlierTurns">>({
    type: isOneOf("earlierTurns"),
    conversationId: isString,
    turns: isArrayOf(isTurn),
    nEarlier: isCount,
    branches: isOptional(isArrayOf(isQuestionBranches)),
  }),
  parts: isObject<Message<"parts">>({
    type: isOneOf("parts"),
    conversationId: isString,
    parts: isArrayOf(isConversationPart),
  }),
  append: isObject<Message<"append">>({
    type: isOneOf("append"),
    conversationId: isString,
    turnId: isString,
    markdown: isString,
    citations: isArrayOf(isCitation),
    plan: isOptional(isPlan),
  }),
  prose: isObject<Message<"prose">>({
    type: isOneOf("prose"),
    conversationId: isString,
    turnId: isString,
    prose: isOptional(isProse),
  }),
  model: isObject<Message<"model">>({ type: isOneOf("model"), model: isString }),
  memory: isObject<Message<"memory">>({ type: isOneOf("memory"), memory: isMemoryLine }),
  conversations: isObject<Message<"conversations">>({
    type: isOneOf("conversations"),
    conversations: isArrayOf(isConversation),
  }),
  citationStates: isObject<Message<"citationStates">>({
    type: isOneOf("citationStates"),
    turnId: isString,
    states: isArrayOf(isOneOf("current", "moved", "stale", "gone")),
  }),
  foundTurns: isObject<Message<"foundTurns">>({
    type: isOneOf("foundTurns"),
    query: isString,
    turns: isArrayOf(
      isObject<FoundTurn>({
        conversationId: isString,
        turnId: isString,
        title: isString,
        role: isOneOf("user", "lore"),
        text: isString,
        createdMs: isNumber,
      }),
    ),
  }),
  suggestions: isObject<Message<"suggestions">>({
    type: isOneOf("suggestions"),
    prefix: isString,
    suggestions: isArrayOf(
      isObject<Suggestion>({
        kind: isOneOf(...mentionKinds),
        rootId: isString,
        path: isString,
        name: isOptional(isString),
        symbolKind: isOptional(isOneOf(...symbolKinds)),
        isOpen: isOptional(isBoolean),
      }),
    ),
  }),
  pinned: isObject<Message<"pinned">>({
    type: isOneOf("pinned"),
    conversationId: isString,
    pinned: isArrayOf(isPinnedTurn),
  }),
  peeked: isObject<Message<"peeked">>({ type: isOneOf("peeked"), peeked: isPeeked }),
  insert: isObject<Message<"insert">>({ type: isOneOf("insert"), text: isString }),
  showTurn: isObject<Message<"showTurn">>({
    type: isOneOf("showTurn"),
    conversationId: isString,
    turnId: isString,
  }),
  prefill: isObject<Message<"prefill">>({ type: isOneOf("prefill"), question: isString }),
  focus: isObject<Message<"focus">>({ type: isOneOf("focus") }),
});
