/** Recalls what a language model should know for a question, and packs it into a budget of tokens. */
import type {
  ContextParams,
  ContextResult,
  ContextSource,
  RoundDecision,
} from "../../protocol/context.ts";
import type { Note } from "../../protocol/notes.ts";
import type { Citation, CitationCheck, Recall } from "../../protocol/types.ts";
import type { NotesService, RecallService, TurnOutline } from "../services.ts";
import {
  packContext,
  type ContextCandidate,
  type CountTokens,
  type PackedItem,
} from "../work/contextPack.ts";
import { askedAfter, roundRelevances, type AskedInConversation } from "../work/roundRelevance.ts";
import { roundsOf, type Round } from "../work/rounds.ts";
import { taskParts, type TaskPart } from "../work/taskParts.ts";
import { answerProse } from "./answerProse.ts";
import {
  contextBlock,
  contextPrompt,
  placeOf,
  promptText,
  type PromptBlocks,
} from "./contextPrompt.ts";
import { shortened } from "./markdown.ts";

/** What a context is made with. */
export interface ContextPorts {
  readonly recall: Pick<RecallService, "search">;
  readonly notes: Pick<NotesService, "recall">;
  readonly check: (citations: readonly Citation[], signal: AbortSignal) => Promise<CitationCheck[]>;
  /** Takes keys and tokens out of a text. */
  readonly mask: (text: string) => string;
  readonly count: CountTokens;
  readonly counter: ContextResult["counter"];
}

const maxNotes = 8;
const minNoteCoverage = 0.2;
const maxPlaces = 20;
/** A round may go in whole when it says at least so much of the question, or half of what the best one says. */
const minRelevance = 0.2;
/** Whole rounds that may go in, the most relevant ones; more would only cost time. */
const maxRawRounds = 60;
/** The round before a question is worth this much by itself; one that the question goes on from is worth all. */
const latestValue = 0.4;
/** A line only says that there was something. */
const lineValue = 0.05;
const relevantLineValue = 0.2;
/** A note and a place are worth less the later they were found, a place less again as the neighbour of another one. */
const noteFading = 0.3;
const rankFading = 0.5;
const neighbourFactor = 0.6;
/** The question takes at most this share of the budget. */
const questionShare = 0.3;

/** Returns the context. `turns` are those of the conversation. Rejects with AbortError when cancelled. Errors: those of notes. */
export async function taskContext(
  params: ContextParams,
  turns: readonly TurnOutline[],
  ports: ContextPorts,
  signal: AbortSignal,
): Promise<ContextResult> {
  const rounds = roundsOf(turns);
  const asked = askedAfter(params.question, rounds);
  const query = asked.whole;
  const roots = params.rootIds === undefined ? {} : { rootIds: params.rootIds };
  const { recalls } = await ports.recall.search({ query, limit: maxPlaces, ...roots }, signal);
  const wish = { text: query, kinds: [], minCoverage: minNoteCoverage, limit: maxNotes, ...roots };
  const notes = await ports.notes.recall(wish);
  const conversation = await conversationTexts(asked, rounds, recalls, ports, signal);
  const candidates = [
    ...notes.map((note, idx) => noteCandidate(note, idx, ports)),
    ...conversation.candidates,
    ...recalls.map((recall, idx) => codeCandidate(recall, idx, ports)),
  ];
  const question = shownQuestion(params, ports);
  // Every section's heading may be needed.
  const frame = contextPrompt(question, { notes: [""], conversation: [""], code: [""] });
  let items = packContext(candidates, params.maxTokens - ports.count(frame), ports.count);
  let prompt = contextPrompt(question, blocksOf(items));
  // Texts that stand together may have a few tokens more than each by itself.
  while (ports.count(prompt) > params.maxTokens && items.length > 0) {
    const worst = Math.min(...items.map(({ candidate }) => candidate.value));
    items = items.toSpliced(
      items.findLastIndex(({ candidate }) => candidate.value === worst),
      1,
    );
    prompt = contextPrompt(question, blocksOf(items));
  }
  return {
    items: items.map(({ candidate, text, nTokens, isCut }) => ({
      ...{ source: candidate.source, text, nTokens, isCut },
    })),
    rounds: conversation.decide(items),
    prompt,
    nTokens: ports.count(prompt),
    counter: ports.counter,
  };
}

function blocksOf(items: readonly PackedItem[]): PromptBlocks {
  const of = (...kinds: readonly ContextSource["kind"][]): string[] =>
    items
      .filter(({ candidate }) => kinds.includes(candidate.source.kind))
      .map(({ block }) => block);
  return { notes: of("note"), conversation: of("part", "round"), code: of("code") };
}

/** A pasted log is a question too: what is longer than its share is cut. */
function shownQuestion({ question, maxTokens }: ContextParams, ports: ContextPorts): string {
  const text = promptText(ports.mask(question)).trim();
  const room = maxTokens * questionShare;
  let length = text.length;
  while (length > 1 && ports.count(shortened(text, length)) > room) length = Math.floor(length / 2);
  return shortened(text, length);
}

function noteCandidate(note: Note, idx: number, ports: ContextPorts): ContextCandidate {
  return candidateOf({ kind: "note", note }, note.text, 1 / (1 + noteFading * idx), ports);
}

function codeCandidate(recall: Recall, idx: number, ports: ContextPorts): ContextCandidate {
  const { citation, text, language, relation } = recall;
  const value = (relation === undefined ? 1 : neighbourFactor) / (1 + rankFading * idx);
  return candidateOf({ kind: "code", citation }, text, value, ports, language);
}

function candidateOf(
  source: ContextSource,
  text: string,
  value: number,
  { mask }: ContextPorts,
  language?: string,
): ContextCandidate {
  const block = (shown: string, isCut: boolean): string =>
    contextBlock(source, shown, isCut, language);
  return {
    source,
    value,
    text: promptText(mask(text)).replace(/\n+$/, ""),
    mayBeCut: source.kind !== "part",
    block,
  };
}

/** The conversation's texts, and what became of each round. */
interface ConversationTexts {
  /** In the conversation's order. */
  readonly candidates: readonly ContextCandidate[];
  readonly decide: (items: readonly PackedItem[]) => RoundDecision[];
}

async function conversationTexts(
  { whole, goesOnFrom }: AskedInConversation,
  rounds: readonly Round[],
  recalls: readonly Recall[],
  ports: ContextPorts,
  signal: AbortSignal,
): Promise<ConversationTexts> {
  const files = new Set(recalls.map(({ citation }) => citation.path));
  const relevances = new Map(
    roundRelevances(rounds, whole, files).map((relevance, idx) => [rounds[idx], relevance]),
  );
  const relevanceOf = (round: Round): number => relevances.get(round) ?? 0;
  const latest = rounds.at(-1);
  const isBefore = (round: Round): boolean => round === latest || goesOnFrom.includes(round);
  const best = Math.max(0, ...rounds.map(relevanceOf));
  const relevant = rounds
    .filter((round) => isBefore(round) || relevanceOf(round) >= Math.min(minRelevance, best / 2))
    .filter((round) => isBefore(round) || relevanceOf(round) > 0)
    .toSorted((a, b) => relevanceOf(b) - relevanceOf(a))
    .filter((round, idx) => isBefore(round) || idx < maxRawRounds);
  const texts = await roundTexts(relevant, ports, signal);
  const raw = new Map<Round, ContextCandidate>();
  for (const [round, text] of texts) {
    const { turnIds, startMs } = round;
    const own = goesOnFrom.includes(round) ? 1 : round === latest ? latestValue : 0;
    const value = Math.max(relevanceOf(round), own);
    const source: ContextSource = { kind: "round", turnIds, createdMs: startMs };
    raw.set(round, candidateOf(source, text, value, ports));
  }
  const lineOf = ({ part, rounds: own }: TaskPart): ContextCandidate => {
    const most = Math.max(...own.map(relevanceOf));
    const coveredBy = own.map((round) => raw.get(round));
    return {
      ...candidateOf(
        { kind: "part", part },
        part.line,
        lineValue + most * relevantLineValue,
        ports,
      ),
      ...(coveredBy.every((each) => each !== undefined) ? { coveredBy } : {}),
    };
  };
  const parts = taskParts(rounds).map((part) => ({ part, line: lineOf(part) }));
  return {
    candidates: parts.flatMap(({ part, line }) => [
      line,
      ...part.rounds.flatMap((round) => raw.get(round) ?? []),
    ]),
    decide: (items) => {
      const chosen = new Set(items.map(({ candidate }) => candidate));
      return parts.flatMap(({ part, line }) =>
        part.rounds.map((round): RoundDecision => {
          const whole = raw.get(round);
          const questionTurnId = round.turnIds[0] as string;
          if (whole !== undefined && chosen.has(whole))
            return {
              ...{ questionTurnId, shownAs: "raw" },
              reason: isBefore(round) ? "latest" : "relevant",
            };
          const shownAs = chosen.has(line) ? "line" : "dropped";
          const isMeant = whole !== undefined || shownAs === "dropped";
          return { questionTurnId, shownAs, reason: isMeant ? "noRoom" : "littleShared" };
        }),
      );
    },
  };
}

/** The words of rounds, with where the answers say that something stands, and whether it still does. */
async function roundTexts(
  rounds: readonly Round[],
  { check }: ContextPorts,
  signal: AbortSignal,
): Promise<Map<Round, string>> {
  const cited = rounds.flatMap(({ citations }) => citations);
  const checks = cited.length === 0 ? [] : await check(cited, signal);
  const states = new Map(cited.map((citation, idx) => [citation, checks[idx]]));
  return new Map(
    rounds.map((round) => {
      const answers = round.answers.map(({ text, citations }) =>
        answerProse(text, (n) => {
          const citation = citations[n];
          return citation === undefined ? "" : citedPlace(citation, states.get(citation));
        }),
      );
      const said = [
        ["Question", round.question],
        ...answers.map((text) => ["Answer", text] as const),
      ] as const;
      const words = said.filter(([, text]) => text !== "");
      return [round, words.map(([who, text]) => `${who}: ${text}`).join("\n\n")];
    }),
  );
}

function citedPlace(citation: Citation, check: CitationCheck | undefined): string {
  switch (check?.kind) {
    case "current":
    case "moved":
      return placeOf(check.citation);
    case "gone":
      return `${placeOf(citation)} (gone since)`;
    default:
      return `${placeOf(citation)} (changed since)`;
  }
}
