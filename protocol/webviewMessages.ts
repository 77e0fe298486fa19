/**
 * Everything that passes between the chat webview and the extension, both directions. The webview keeps
 * nothing that must last: on load it sends `ready` and the extension replies with `state`.
 */
import type { ConversationPart } from "./context.ts";
import type { MentionKind, Suggestion } from "./mentions.ts";
import type { PinnedTurn, QuestionBranches } from "./methods.ts";
import type { AnswerPlan } from "./plan.ts";
import type { Prose } from "./prose.ts";
import type { RecalledTurn } from "./turns.ts";
import type { Citation, Conversation, Coverage, Turn } from "./types.ts";

/** webview → extension */
export type FromWebview =
  | { readonly type: "ready" }
  /** `isDeep`: looked for part by part, in rounds. */
  | { readonly type: "ask"; readonly question: string; readonly isDeep?: boolean }
  /** Asks the question of an answer again, about the same selection. */
  | { readonly type: "askAgain"; readonly turnId: string }
  /** Asks in place of an earlier question, about the same selection; both are kept, each with what follows it. */
  | {
      readonly type: "editQuestion";
      readonly turnId: string;
      readonly question: string;
      readonly isDeep?: boolean;
    }
  /** Shows the branch of the open conversation that holds a turn. */
  | { readonly type: "chooseBranch"; readonly turnId: string }
  /** Pins an answer to the top of the open conversation, or takes the pin off. */
  | { readonly type: "pin"; readonly turnId: string; readonly isPinned: boolean }
  /** Writes the open conversation to a file that the user names. */
  | { readonly type: "exportConversation" }
  /** Asks the chosen language model about an answer, once more when it has written already. */
  | { readonly type: "askModel"; readonly turnId: string }
  | { readonly type: "stop" }
  /** Wants the turns before a shown one. */
  | { readonly type: "showEarlier"; readonly before: string }
  | { readonly type: "newConversation" }
  | { readonly type: "openConversation"; readonly conversationId: string }
  /** Opens a conversation at a turn. */
  | { readonly type: "openTurn"; readonly conversationId: string; readonly turnId: string }
  /** Wants what was said about something; answered with `foundTurns`. */
  | { readonly type: "searchTurns"; readonly query: string }
  | { readonly type: "renameConversation"; readonly conversationId: string; readonly title: string }
  | { readonly type: "deleteConversation"; readonly conversationId: string }
  /** Wants what may be meant behind an `@`; answered with `suggestions`. */
  | { readonly type: "suggest"; readonly prefix: string; readonly kinds?: readonly MentionKind[] }
  /** Files were dropped or pasted, by address or absolute path; answered with `insert`: their mentions, else `text`. */
  | { readonly type: "nameFiles"; readonly files: readonly string[]; readonly text: string }
  /** Opens the cited file at its lines, after the citation was checked again. */
  | { readonly type: "openCitation"; readonly citation: Citation; readonly toSide: boolean }
  /** Wants the cited lines as they are now; answered with `peeked`. */
  | { readonly type: "peek"; readonly peekId: number; readonly citation: Citation }
  /** Puts code of an answer in at the cursor of the last active editor. */
  | { readonly type: "insertCode"; readonly code: string }
  /** Shows what an editor's file would be with code of an answer, and changes it when the user says so. */
  | { readonly type: "applyCode"; readonly code: string }
  | { readonly type: "copy"; readonly text: string }
  /** Writes what the recall of an answer saw to a file that the user names. */
  | { readonly type: "saveTrace"; readonly turnId: string }
  /** Asks the question of an answer again, apart from the conversation, and shows how the places differ. */
  | { readonly type: "compareTrace"; readonly turnId: string }
  /** Text typed but not sent, kept so that a hidden or reloaded view restores it. */
  | { readonly type: "draft"; readonly text: string }
  | { readonly type: "command"; readonly command: ChatCommand };

/** What a button of the chat may run. */
export type ChatCommand = (typeof chatCommands)[number];

/** All of them. */
export const chatCommands = [
  "showStatus",
  "openLog",
  "resume",
  "openFolder",
  "manageTrust",
  "restartServer",
  "rebuildMemory",
  "openSettings",
  "chooseModel",
  "setEndpointKey",
] as const;

/** extension → webview */
export type ToWebview =
  | { readonly type: "state"; readonly state: ChatState }
  /** A turn was added or changed as a whole; replaces the turn of the same id. */
  | { readonly type: "turn"; readonly conversationId: string; readonly turn: Turn }
  /** Turns before those that are shown, in order. */
  | {
      readonly type: "earlierTurns";
      readonly conversationId: string;
      readonly turns: readonly Turn[];
      readonly nEarlier: number;
      readonly branches?: readonly QuestionBranches[];
    }
  /** What the conversation is about, part by part. */
  | {
      readonly type: "parts";
      readonly conversationId: string;
      readonly parts: readonly ConversationPart[];
    }
  /** Text to append to the streaming turn, and how far a deep question is. */
  | {
      readonly type: "append";
      readonly conversationId: string;
      readonly turnId: string;
      readonly markdown: string;
      readonly citations: readonly Citation[];
      readonly plan?: AnswerPlan;
    }
  /** What a language model has written so far over an answer; `undefined` when there was nothing to write about. */
  | {
      readonly type: "prose";
      readonly conversationId: string;
      readonly turnId: string;
      readonly prose: Prose | undefined;
    }
  /** Another language model was chosen. */
  | { readonly type: "model"; readonly model: string }
  | { readonly type: "memory"; readonly memory: MemoryLine }
  | { readonly type: "conversations"; readonly conversations: readonly Conversation[] }
  /** What was said about a query, best first. */
  | { readonly type: "foundTurns"; readonly query: string; readonly turns: readonly FoundTurn[] }
  | {
      readonly type: "pinned";
      readonly conversationId: string;
      readonly pinned: readonly PinnedTurn[];
    }
  | { readonly type: "peeked"; readonly peeked: Peeked }
  /** What may be meant behind an `@`, best first. */
  | {
      readonly type: "suggestions";
      readonly prefix: string;
      readonly suggestions: readonly Suggestion[];
    }
  /** Brings a turn of the open conversation into sight and focuses it. */
  | { readonly type: "showTurn"; readonly conversationId: string; readonly turnId: string }
  /** Result of re-reading the cited spans of the open conversation: those of the turn, then those of its prose. */
  | {
      readonly type: "citationStates";
      readonly turnId: string;
      readonly states: readonly ("current" | "moved" | "stale" | "gone")[];
    }
  /** Puts text in at the cursor of the question field and focuses it. */
  | { readonly type: "insert"; readonly text: string }
  /** Makes this the text of the question field and focuses it. */
  | { readonly type: "prefill"; readonly question: string }
  | { readonly type: "focus" };

/** A turn as the list of conversations shows it. */
export type FoundTurn = Pick<
  RecalledTurn,
  "conversationId" | "turnId" | "title" | "role" | "text" | "createdMs"
>;

/** Cited lines that were read just now, or why there are none. `peekId` is that of the wish. */
export type Peeked =
  | {
      readonly peekId: number;
      readonly kind: "lines";
      /** They stand on other lines than when they were cited. */
      readonly isMoved: boolean;
      /** Whole lines, the first so many. */
      readonly text: string;
      readonly nLinesLeftOut: number;
      /** Zero-based. */
      readonly startLine: number;
      /** The ending of the file's name, for highlighting. */
      readonly language: string;
    }
  | { readonly peekId: number; readonly kind: "stale" }
  | { readonly peekId: number; readonly kind: "gone" };

/** Everything the chat shows. */
export interface ChatState {
  readonly conversations: readonly Conversation[];
  readonly conversation: Conversation | undefined;
  /** The last turns of the conversation. */
  readonly turns: readonly Turn[];
  /** Turns before the first of `turns`, which `showEarlier` brings. */
  readonly nEarlier: number;
  /** Which of `turns` are questions that others were asked instead of; absent when there is none. */
  readonly branches?: readonly QuestionBranches[];
  /** The pinned answers of the whole conversation; absent when there is none. */
  readonly pinned?: readonly PinnedTurn[];
  /** What the conversation is about, part by part, the turns before those that are shown too. */
  readonly parts: readonly ConversationPart[];
  readonly draft: string;
  readonly memory: MemoryLine;
  /** The chosen language model as the user knows it, `""` for the built-in answers. */
  readonly model: string;
  /** Localised user-facing strings by key; see webview/strings.ts for the keys and the English texts. */
  readonly strings: Readonly<Record<string, string>>;
}

/** One line about the memory above the question field. */
export type MemoryLine =
  | { readonly kind: "noFolder" }
  | { readonly kind: "restricted" }
  | { readonly kind: "starting" }
  | {
      readonly kind: "filling";
      readonly bytesDone: number;
      readonly bytesKnown: number;
      readonly coverage: Coverage;
    }
  | { readonly kind: "ready"; readonly coverage: Coverage }
  | { readonly kind: "paused"; readonly coverage: Coverage }
  /** Nothing is wrong, and nothing can be asked until the user wants it otherwise. */
  | {
      readonly kind: "unavailable";
      readonly message: string;
      /** What helps, the best first. */
      readonly actions: readonly ChatCommand[];
    }
  | {
      readonly kind: "failed";
      readonly message: string;
      readonly actions: readonly ChatCommand[];
    };
