/** The working memory of a task: the parts of a conversation, and what of everything remembered fits a token budget. */
import type { CommitInfo } from "./history.ts";
import type { MentionTrace } from "./mentions.ts";
import type { Note } from "./notes.ts";
import type { Citation } from "./types.ts";

/** Rounds of a conversation that follow each other and are about one thing; a round is a question with its answer. */
export interface ConversationPart {
  /** The part's first and last turn. */
  readonly firstTurnId: string;
  readonly lastTurnId: string;
  /** Its first question on one line, shortened. */
  readonly line: string;
  readonly nQuestions: number;
  /** Different places that its answers cite. */
  readonly nPlaces: number;
  /** The files of these places, the most cited first, at most `maxPartPaths`. */
  readonly paths: readonly string[];
  /** When its first question was asked, and its last turn written. */
  readonly startMs: number;
  readonly endMs: number;
  /** Only of the last part, which may go on; the others are finished. */
  readonly isOpen: boolean;
}

export const maxPartPaths = 5;

/** A conversation with more rounds than this is shown with its finished parts folded. */
export const maxUnfoldedRounds = 6;

export interface ContextParams {
  readonly question: string;
  /** The conversation in which it is asked; without one there are notes and code alone. */
  readonly conversationId?: string;
  /** Of the whole prompt, the question and the fences included. */
  readonly maxTokens: number;
  readonly rootIds?: readonly string[];
}

/** Fewer tokens than this hold nothing but the prompt's own sentences. */
export const minContextTokens = 200;
export const maxContextTokens = 1_000_000;

/** Where an item of the context is from. */
export type ContextSource =
  | {
      readonly kind: "note";
      readonly note: Note;
      /** Id of a note that fits as well, was written later and contradicts this one. */
      readonly contradictedBy?: string;
    }
  /** A part of the conversation as one line. */
  | { readonly kind: "part"; readonly part: ConversationPart }
  /** One question of the conversation with its answer. */
  | { readonly kind: "round"; readonly turnIds: readonly string[]; readonly createdMs: number }
  /** Lines of a file as they are now. */
  | { readonly kind: "code"; readonly citation: Citation }
  /** What the message of a commit says. */
  | { readonly kind: "commit"; readonly commit: CommitInfo };

export interface ContextItem {
  readonly source: ContextSource;
  /** Whole lines, without the keys and tokens that stood in them. */
  readonly text: string;
  /** With what the prompt says of where it is from. */
  readonly nTokens: number;
  /** True when the item had more lines than fitted. */
  readonly isCut: boolean;
}

/** Why a round is there whole, as the line of its part, or not at all. */
export type RoundReason =
  /** The question goes on from it, or it is the last one before the question. */
  | "latest"
  /** It says what the question is about. */
  | "relevant"
  /** It says little of what the question is about. */
  | "littleShared"
  /** It was left out, and so was the line of its part, for want of room. */
  | "noRoom";

/** What became of a round of the conversation. */
export interface RoundDecision {
  readonly questionTurnId: string;
  readonly shownAs: "raw" | "line" | "dropped";
  readonly reason: RoundReason;
}

export interface ContextResult {
  /** Notes, then the conversation in order, then code and commits, the best first. */
  readonly items: readonly ContextItem[];
  /** One for each earlier round of the conversation, in order. */
  readonly rounds: readonly RoundDecision[];
  /** Everything as one text for a language model: what it says is fenced and told to be data. */
  readonly prompt: string;
  /** Of the prompt; never more than `maxTokens`. */
  readonly nTokens: number;
  /** `model`: counted by the memory language model's tokenizer. `estimate`: 3.3 bytes of UTF-8 for each token. */
  readonly counter: "model" | "estimate";
  /** What the code is limited to. Absent when the question names no files or folders with `@`. */
  readonly mentions?: MentionTrace;
}
