/** The texts that may go into a prompt for a question, and what each is worth. */
import type { ContextResult, ContextSource } from "../../protocol/context.ts";
import type { CommitInfo } from "../../protocol/history.ts";
import type { Citation, CitationCheck, Recall, SearchResult } from "../../protocol/types.ts";
import type { RecallService } from "../services.ts";
import type { NotesService, RecalledNote } from "../workServices.ts";
import type { ContextCandidate, CountTokens, PackedItem } from "../work/contextPack.ts";
import { promptText } from "./contextPrompt.ts";

/** What a context is made with. */
export interface ContextPorts {
  readonly recall: Pick<RecallService, "search">;
  readonly notes: Pick<NotesService, "recall">;
  readonly check: (citations: readonly Citation[], signal: AbortSignal) => Promise<CitationCheck[]>;
  /** Takes keys and tokens out of a text. */
  readonly mask: (text: string) => string;
  readonly count: CountTokens;
  readonly counter: ContextResult["counter"];
  /** Commits that are clearly about the question, best first; without it there are none. */
  readonly commits?: (
    query: string,
    result: SearchResult,
    rootIds: readonly string[] | undefined,
    signal: AbortSignal,
  ) => Promise<readonly CommitInfo[]>;
}

/** The texts that may go into a prompt, of each kind the best first; the conversation's in its order. */
export interface CandidateKinds {
  readonly notes: readonly ContextCandidate[];
  readonly conversation: readonly ContextCandidate[];
  readonly code: readonly ContextCandidate[];
  readonly commits: readonly ContextCandidate[];
}

/** How texts are written into a prompt. */
export interface PromptForm {
  /** Returns the texts in the order in which they stand in the prompt. */
  readonly inOrder: (texts: CandidateKinds) => readonly ContextCandidate[];
  /** The conversation gets this share of the room at most, 0 to 1. */
  readonly maxConversation: number;
  /** A text with what is said of where it is from. */
  readonly block: (
    source: ContextSource,
    text: string,
    isCut: boolean,
    language: string | undefined,
  ) => string;
  /** Everything that a prompt says besides the texts and the question. */
  readonly frame: (question: string) => string;
  readonly prompt: (question: string, items: readonly PackedItem[]) => string;
}

/** With what candidates are made. */
export interface Making {
  readonly ports: ContextPorts;
  readonly form: PromptForm;
  readonly signal: AbortSignal;
}

/** A note and a place are worth less the later they were found, a place less again as the neighbour of another one. */
const noteFading = 0.3;
const rankFading = 0.5;
const neighbourFactor = 0.6;
/** What a commit says is worth less than the code it led to. */
const commitValue = 0.5;

/** `idx` says how many notes are better. */
export function noteCandidate(
  { coverage: _coverage, saidLater, ...note }: RecalledNote,
  idx: number,
  making: Making,
): ContextCandidate {
  const later = saidLater === undefined ? {} : { contradictedBy: saidLater.id };
  const value = 1 / (1 + noteFading * idx);
  return candidateOf({ kind: "note", note, ...later }, note.text, value, making);
}

/** `idx` says how many places are better. */
export function codeCandidate(recall: Recall, idx: number, making: Making): ContextCandidate {
  const { citation, text, language, relation } = recall;
  const value = (relation === undefined ? 1 : neighbourFactor) / (1 + rankFading * idx);
  return candidateOf({ kind: "code", citation }, text, value, making, language);
}

/** `idx` says how many commits are better. */
export function commitCandidate(commit: CommitInfo, idx: number, making: Making): ContextCandidate {
  const { subject, body } = commit;
  const text = `${subject}\n\n${body}`.trim();
  const value = commitValue / (1 + rankFading * idx);
  return candidateOf({ kind: "commit", commit }, text, value, making);
}

/** Returns a text as it may stand in a prompt: without keys, tokens and characters that show nothing. */
export function candidateOf(
  source: ContextSource,
  text: string,
  value: number,
  { ports: { mask }, form }: Making,
  language?: string,
): ContextCandidate {
  const block = (shown: string, isCut: boolean): string =>
    form.block(source, shown, isCut, language);
  return {
    source,
    value,
    text: promptText(mask(text)).replace(/\n+$/, ""),
    mayBeCut: source.kind !== "part",
    block,
  };
}
