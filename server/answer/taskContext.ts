/** Recalls what a language model should know for a question, and packs it into a budget of tokens. */
import type {
  ContextParams,
  ContextResult,
  ContextSource,
  RoundDecision,
} from "../../protocol/context.ts";
import type { MentionTrace } from "../../protocol/mentions.ts";
import type { TurnOutline } from "../workServices.ts";
import { packContext, type ContextCandidate, type PackedItem } from "../work/contextPack.ts";
import { askedAfter, type AskedInConversation } from "../work/roundRelevance.ts";
import { roundsOf, type Round } from "../work/rounds.ts";
import {
  candidateOf,
  codeCandidate,
  commitCandidate,
  noteCandidate,
  type ContextPorts,
  type Making,
  type PromptForm,
} from "./contextCandidates.ts";
import { contextBlock, contextPrompt, promptText, type PromptBlocks } from "./contextPrompt.ts";
import { conversationTexts, type ConversationTexts } from "./conversationTexts.ts";
import { shortened } from "./markdown.ts";
import { recallsMeant } from "./mentionText.ts";

const maxNotes = 8;
const minNoteCoverage = 0.2;
const maxPlaces = 20;
/** The selected code is worth as much as the best place. */
const givenValue = 1;
/** The question takes at most this share of the budget. */
const questionShare = 0.3;

/** What a prompt is made for. */
export interface PromptWish extends ContextParams {
  /** What to search for where that is more than the question. */
  readonly query?: string;
  /** Absolute path of a file the user looks at, a weak hint. */
  readonly activeFile?: string;
  /** Texts that are about the question whatever recall finds, the best first. */
  readonly given?: readonly GivenText[];
}
export interface GivenText {
  readonly source: ContextSource;
  readonly text: string;
  readonly language?: string;
}

/** What fits the budget. */
export interface PackedContext {
  readonly items: readonly PackedItem[];
  readonly rounds: readonly RoundDecision[];
  readonly prompt: string;
  /** As it stands in the prompt. */
  readonly question: string;
  readonly mentions: MentionTrace | undefined;
}

/** A context that is pasted into a language model. */
const pastedForm: PromptForm = {
  inOrder: ({ notes, conversation, code, commits }) => [
    ...notes,
    ...conversation,
    ...code,
    ...commits,
  ],
  // It is for a model that knows nothing of the conversation.
  maxConversation: 1,
  block: contextBlock,
  // Every section's heading may be needed.
  frame: (question) => contextPrompt(question, { notes: [""], conversation: [""], code: [""] }),
  prompt: (question, items) => contextPrompt(question, blocksOf(items)),
};

/** Returns the context. `turns` are those of the conversation. Rejects with AbortError when cancelled. Errors: those of notes. */
export async function taskContext(
  params: ContextParams,
  turns: readonly TurnOutline[],
  ports: ContextPorts,
  signal: AbortSignal,
): Promise<ContextResult> {
  const packed = await packedContext(params, turns, ports, pastedForm, signal);
  const { items, rounds, prompt, mentions } = packed;
  return {
    items: items.map(({ candidate, text, nTokens, isCut }) => ({
      ...{ source: candidate.source, text, nTokens, isCut },
    })),
    rounds,
    prompt,
    nTokens: ports.count(prompt),
    counter: ports.counter,
    ...(mentions === undefined ? {} : { mentions }),
  };
}

/**
 * Recalls for a question and packs what fits, written in a form. Rejects with AbortError when cancelled. Errors: those of
 * notes.
 */
export async function packedContext(
  wish: PromptWish,
  turns: readonly TurnOutline[],
  ports: ContextPorts,
  form: PromptForm,
  signal: AbortSignal,
): Promise<PackedContext> {
  const rounds = roundsOf(turns);
  const asked = askedAfter(wish.query ?? wish.question, rounds);
  const candidates = await candidatesFor(wish, asked, rounds, { ports, form, signal });
  const question = shownQuestion(wish, ports);
  const room = wish.maxTokens - ports.count(form.frame(question));
  let items = packContext(candidates.all, room, ports.count, form.maxConversation);
  let prompt = form.prompt(question, items);
  // Texts that stand together may have a few tokens more than each by itself.
  while (ports.count(prompt) > wish.maxTokens && items.length > 0) {
    const worst = Math.min(...items.map(({ candidate }) => candidate.value));
    items = items.toSpliced(
      items.findLastIndex(({ candidate }) => candidate.value === worst),
      1,
    );
    prompt = form.prompt(question, items);
  }
  const { decide, mentions } = candidates;
  return { items, rounds: decide(items), prompt, question, mentions };
}

async function candidatesFor(
  { rootIds, activeFile, given = [] }: PromptWish,
  asked: AskedInConversation,
  rounds: readonly Round[],
  making: Making,
): Promise<{
  readonly all: readonly ContextCandidate[];
  readonly decide: ConversationTexts["decide"];
  readonly mentions: MentionTrace | undefined;
}> {
  const { ports, signal } = making;
  const query = asked.whole;
  const roots = rootIds === undefined ? {} : { rootIds };
  const hint = activeFile === undefined ? {} : { activeFile };
  const result = await ports.recall.search({ query, limit: maxPlaces, ...roots, ...hint }, signal);
  const wish = { text: query, kinds: [], minCoverage: minNoteCoverage, limit: maxNotes, ...roots };
  const notes = await ports.notes.recall(wish);
  const commits = (await ports.commits?.(query, result, rootIds, signal)) ?? [];
  const conversation = await conversationTexts(asked, rounds, result.recalls, making);
  const selected = given.map(({ source, text, language }) =>
    candidateOf(source, text, givenValue, making, language),
  );
  const found = recallsMeant({ result }).map((recall, idx) => codeCandidate(recall, idx, making));
  const all = making.form.inOrder({
    notes: notes.map((note, idx) => noteCandidate(note, idx, making)),
    conversation: conversation.candidates,
    code: [...selected, ...found],
    commits: commits.map((commit, idx) => commitCandidate(commit, idx, making)),
  });
  return { all, decide: conversation.decide, mentions: result.trace.mentions };
}

function blocksOf(items: readonly PackedItem[]): PromptBlocks {
  const of = (...kinds: readonly ContextSource["kind"][]): string[] =>
    items
      .filter(({ candidate }) => kinds.includes(candidate.source.kind))
      .map(({ block }) => block);
  return {
    notes: of("note", "commit"),
    conversation: of("part", "round"),
    code: of("code"),
  };
}

/** A pasted log is a question too: what is longer than its share is cut. */
function shownQuestion({ question, maxTokens }: ContextParams, ports: ContextPorts): string {
  const text = promptText(ports.mask(question)).trim();
  const room = maxTokens * questionShare;
  let length = text.length;
  while (length > 1 && ports.count(shortened(text, length)) > room) length = Math.floor(length / 2);
  return shortened(text, length);
}
