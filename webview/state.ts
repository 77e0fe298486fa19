import type { ConversationPart } from "../protocol/context.ts";
import type { PinnedTurn, QuestionBranches } from "../protocol/methods.ts";
import type { Suggestion } from "../protocol/mentions.ts";
import type { Conversation, Turn } from "../protocol/types.ts";
import type { FoundTurn, MemoryLine, Peeked, ToWebview } from "../protocol/webviewMessages.ts";

/** What became of a citation since the answer, as the extension reports it. */
export type CitationState = "current" | "moved" | "stale" | "gone";

/** Everything the view shows, made from messages alone. Unchanged parts keep their identity. */
export interface ViewState {
  /** False until the first `state` message: nothing is shown before it. */
  readonly loaded: boolean;
  readonly conversations: readonly Conversation[];
  readonly conversation: Conversation | undefined;
  /** The open conversation; known before `conversation` when its first turn arrives first. */
  readonly conversationId: string | undefined;
  readonly turns: readonly Turn[];
  /** Turns of the conversation before the first of `turns`. */
  readonly nEarlier: number;
  /** Of questions that others were asked instead of: all of them in the order of asking, by the one that is shown. */
  readonly branches: ReadonlyMap<string, readonly string[]>;
  /** The pinned answers of the conversation. */
  readonly pinned: readonly PinnedTurn[];
  /** What the conversation is about, part by part; turns after the last part belong to it. */
  readonly parts: readonly ConversationPart[];
  /** By turn id, one for each of the turn's citations, as far as they were read again. */
  readonly citationStates: ReadonlyMap<string, readonly CitationState[]>;
  /** What was said about the last query that was answered. */
  readonly found: { readonly query: string; readonly turns: readonly FoundTurn[] } | undefined;
  /** What may be meant by what was typed behind an `@`. */
  readonly suggested:
    { readonly prefix: string; readonly suggestions: readonly Suggestion[] } | undefined;
  /** The lines that were read last for a peek at a citation. */
  readonly peeked: Peeked | undefined;
  /** The turn to bring into sight; a new object each time one is wanted. */
  readonly sought: { readonly conversationId: string; readonly turnId: string } | undefined;
  readonly memory: MemoryLine;
  /** The chosen language model, `""` for the built-in answers. */
  readonly model: string;
  readonly strings: Readonly<Record<string, string>>;
}

const nonePinned: readonly PinnedTurn[] = [];

/** The state before the first message. */
export const initialState: ViewState = {
  loaded: false,
  conversations: [],
  conversation: undefined,
  conversationId: undefined,
  turns: [],
  nEarlier: 0,
  branches: new Map(),
  pinned: nonePinned,
  parts: [],
  citationStates: new Map(),
  found: undefined,
  suggested: undefined,
  peeked: undefined,
  sought: undefined,
  memory: { kind: "starting" },
  model: "",
  strings: {},
};

/** Returns the state after a message; the same object when the message changes nothing that is shown. */
export function reduce(state: ViewState, message: ToWebview): ViewState {
  switch (message.type) {
    case "state": {
      const { conversations, conversation, turns, nEarlier, branches, parts } = message.state;
      const { memory, model, strings, pinned = nonePinned } = message.state;
      const sameConversation =
        conversation !== undefined && conversation.id === state.conversationId;
      return {
        ...state,
        loaded: true,
        conversations,
        conversation,
        conversationId: conversation?.id,
        turns,
        nEarlier,
        branches: branchesOf(branches),
        pinned,
        parts,
        citationStates: sameConversation ? state.citationStates : new Map(),
        sought: sameConversation ? state.sought : undefined,
        memory,
        model,
        strings,
      };
    }
    case "turn":
      return withTurn(state, message.conversationId, message.turn);
    case "earlierTurns":
      return withEarlier(state, message);
    case "parts":
      return state.conversationId === message.conversationId
        ? { ...state, parts: message.parts }
        : state;
    case "append":
      return withText(state, message);
    case "prose":
      return withProse(state, message);
    case "model":
      return { ...state, model: message.model };
    case "memory":
      return { ...state, memory: message.memory };
    case "conversations": {
      const conversation = message.conversations.find(({ id }) => id === state.conversationId);
      return {
        ...state,
        conversations: message.conversations,
        conversation: conversation ?? state.conversation,
      };
    }
    case "citationStates": {
      const citationStates = new Map(state.citationStates).set(message.turnId, message.states);
      return { ...state, citationStates };
    }
    case "foundTurns":
      return { ...state, found: { query: message.query, turns: message.turns } };
    case "showTurn": {
      const { conversationId, turnId } = message;
      return conversationId === state.conversationId
        ? { ...state, sought: { conversationId, turnId } }
        : state;
    }
    case "suggestions":
      return {
        ...state,
        suggested: { prefix: message.prefix, suggestions: message.suggestions },
      };
    case "pinned":
      return message.conversationId === state.conversationId
        ? { ...state, pinned: message.pinned }
        : state;
    case "peeked":
      return { ...state, peeked: message.peeked };
    case "prefill":
    case "insert":
    case "focus":
      return state;
  }
}

function withTurn(state: ViewState, conversationId: string, turn: Turn): ViewState {
  if (state.conversationId !== undefined && state.conversationId !== conversationId) return state;
  const index = state.turns.findIndex(({ id }) => id === turn.id);
  const turns = index === -1 ? [...state.turns, turn] : state.turns.with(index, turn);
  const conversation =
    state.conversation ?? state.conversations.find(({ id }) => id === conversationId);
  return { ...state, conversationId, conversation, turns };
}

function withEarlier(
  state: ViewState,
  {
    conversationId,
    turns,
    nEarlier,
    branches,
  }: Extract<ToWebview, { readonly type: "earlierTurns" }>,
): ViewState {
  if (state.conversationId !== conversationId) return state;
  const known = new Set(state.turns.map(({ id }) => id));
  const added = turns.filter(({ id }) => !known.has(id));
  // An answer to an older wish, which a newer one overtook, must not bring back what is shown already.
  const isNews = added.length > 0 || nEarlier < state.nEarlier;
  if (!isNews) return state;
  return {
    ...{ ...state, nEarlier, turns: [...added, ...state.turns] },
    branches: new Map([...state.branches, ...branchesOf(branches)]),
  };
}

function branchesOf(branches: readonly QuestionBranches[] = []): ViewState["branches"] {
  return new Map(branches.map(({ turnId, questionIds }) => [turnId, questionIds]));
}

function withText(
  state: ViewState,
  message: Extract<ToWebview, { readonly type: "append" }>,
): ViewState {
  if (state.conversationId !== message.conversationId) return state;
  const index = state.turns.findIndex(({ id }) => id === message.turnId);
  const turn = state.turns[index];
  if (turn === undefined || turn.state !== "streaming") return state;
  const citations =
    message.citations.length === 0 ? turn.citations : [...turn.citations, ...message.citations];
  const text = turn.text + message.markdown;
  const plan = message.plan === undefined ? {} : { plan: message.plan };
  return { ...state, turns: state.turns.with(index, { ...turn, text, citations, ...plan }) };
}

function withProse(
  state: ViewState,
  message: Extract<ToWebview, { readonly type: "prose" }>,
): ViewState {
  if (state.conversationId !== message.conversationId) return state;
  const index = state.turns.findIndex(({ id }) => id === message.turnId);
  const turn = state.turns[index];
  if (turn === undefined) return state;
  const { prose: _before, ...rest } = turn;
  const now = message.prose === undefined ? rest : { ...rest, prose: message.prose };
  const turns = state.turns.with(index, now);
  const states = state.citationStates.get(turn.id);
  if (states === undefined || states.length <= turn.citations.length) return { ...state, turns };
  // What became of the prose's citations was told of those before.
  const kept = states.slice(0, turn.citations.length);
  return { ...state, turns, citationStates: new Map(state.citationStates).set(turn.id, kept) };
}

/** Returns the turn that is being answered, by the memory or by a language model, `undefined` when none is. */
export function streamingTurn(state: ViewState): Turn | undefined {
  return state.turns.findLast(isStreaming);
}

/** Tells whether more of an answer is to come, from the memory or from a language model. */
export function isStreaming(turn: Turn): boolean {
  return turn.role === "lore" && (turn.state === "streaming" || turn.prose?.state === "streaming");
}

/** Returns the questions of the conversation, newest first, without repeats in a row. */
export function questionsAsked(turns: readonly Turn[]): readonly string[] {
  const questions = turns
    .filter(({ role }) => role === "user")
    .map(({ text }) => text)
    .toReversed();
  return questions.filter((text, index) => text !== questions[index - 1]);
}

/** Tells whether a question can be asked at all: there is a folder that may be and is to be remembered. */
export function canAsk({ kind }: MemoryLine): boolean {
  return kind !== "noFolder" && kind !== "restricted" && kind !== "unavailable";
}
