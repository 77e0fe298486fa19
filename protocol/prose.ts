/** What a language model wrote over recalled evidence, and what checking found. */
import type { ContextResult, ContextSource } from "./context.ts";
import type { FurtherLooks, Lookup, LookTool } from "./plan.ts";
import type { JsonSchema } from "./tools.ts";
import type { Citation, SelectedCode } from "./types.ts";

/** What a client asks a language model for, unless somebody chose another budget. */
export const defaultPromptTokens = 6_000;
/** The same for a deep question: prompt, and what the model looks up further. */
export const defaultDeepTokens = 12_000;
/** Fewer tokens than this hold nothing but the prompt's own sentences. */
export const minPromptTokens = 600;
/** A model that writes more, in UTF-16 units, is stopped: it repeats itself. A longer text is not checked. */
export const maxProseLength = 60_000;

export interface ProsePromptParams {
  readonly question: string;
  /** The conversation the question belongs to; its earlier rounds go into the prompt as working memory. */
  readonly conversationId?: string;
  readonly rootIds?: readonly string[];
  /** Absolute path of a file the user looks at, a weak hint. */
  readonly activeFile?: string;
  /** The selected code that the question is about. */
  readonly selection?: SelectedCode;
  /** Of the whole prompt; the default of clients is `defaultPromptTokens`. */
  readonly maxTokens: number;
  /**
   * Recalls in rounds, part by part, and lets the model look further: the prompt takes a part of `maxTokens`, and the rest
   * is for what the model looks up.
   */
  readonly deep?: boolean;
}

export interface ProseMessage {
  readonly role: "system" | "user";
  readonly content: string;
}

/** One numbered piece of evidence, as the prompt shows it. */
export interface ProseEvidence {
  /** From 1; the prompt and the model's citations use it. */
  readonly number: number;
  readonly source: ContextSource;
  readonly text: string;
}

/** What to send to a language model. */
export interface ProsePrompt {
  readonly messages: readonly ProseMessage[];
  readonly evidence: readonly ProseEvidence[];
  /** Of all messages; never more than `maxTokens`. */
  readonly nTokens: number;
  readonly counter: ContextResult["counter"];
  /** Present for a deep question. */
  readonly further?: FurtherOffer;
  /** Present with a conversation: what was forgotten by then is not in the prompt. `conversation/putProse` wants it back. */
  readonly asOf?: number;
}

/** A tool as a model that can call tools is told of it. */
export interface OfferedTool {
  readonly name: LookTool;
  readonly description: string;
  readonly input: JsonSchema;
}

/** What a model may look up while it answers. */
export interface FurtherOffer {
  readonly tools: readonly OfferedTool[];
  /** Answers with calls of tools, at most. */
  readonly maxLooks: number;
  /** Of the prompt and all that is looked up. */
  readonly maxTokens: number;
  /** Tells the memory's fences from others; `prose/look` wants it back. */
  readonly mark: string;
}

export interface ProseLookParams {
  /** The tool's name, as the model wrote it. */
  readonly name: string;
  /** The tool's input as the model wrote it: JSON, or not. */
  readonly input: string;
  /** All that the model was shown so far. */
  readonly evidence: readonly ProseEvidence[];
  /** Only places of these roots are shown; of all when absent. */
  readonly rootIds?: readonly string[];
  /** As `prose/prompt` returned it. */
  readonly mark: string;
  /** Of the result. */
  readonly maxTokens: number;
}

/** What a tool gave a model. */
export interface ProseLook {
  /** For the model: sentences of Lore, and new evidence in marked fences. A call that cannot be done says why. */
  readonly text: string;
  readonly nTokens: number;
  /** What the model had not seen, numbered on. */
  readonly evidence: readonly ProseEvidence[];
  readonly lookup: Lookup;
}

/** The least that a look is worth. */
export const minLookTokens = 200;
/** Longest name and input of a tool that are read, in UTF-16 units. */
export const maxLookName = 200;
export const maxLookInput = 20_000;

export interface ProseCheckParams {
  /** What the model wrote so far, raw. */
  readonly text: string;
  readonly evidence: readonly ProseEvidence[];
  readonly question: string;
  /** False while more is to come: the last, unfinished sentence is then held back. */
  readonly isDone: boolean;
}

/** Why a sentence is not supported. */
export type SupportFault = (typeof supportFaults)[number];
export const supportFaults = [
  /** Claims something about the code and cites nothing. */
  "noCitation",
  /** Cites a number that the prompt did not have. */
  "unknownCitation",
  /** The cited lines changed or are gone since. */
  "stale",
  /** Names an identifier, path, number or string that no cited evidence holds. */
  "nameNotInEvidence",
  /** What it cites speaks to a language model, which may have done what it says. */
  "commanded",
] as const;

export interface ProseMark {
  readonly fault: SupportFault;
  /** The name or number at fault, `""` where there is none. */
  readonly detail: string;
}

/** What a model wrote, made safe and held against the evidence. */
export interface CheckedProse {
  /**
   * Safe markdown: links are `[label](#cite-N)` into `citations`, and `[*](#mark-N)` into `marks` right behind the
   * sentence; nothing else links.
   */
  readonly markdown: string;
  readonly citations: readonly Citation[];
  readonly marks: readonly ProseMark[];
  readonly nSentences: number;
  readonly nSupported: number;
  /**
   * Ids of the notes that the model was shown, cited or not, and of the turns of its conversation: what it wrote is kept no
   * longer than what it was shown. Absent when it was shown none.
   */
  readonly noteIds?: readonly string[];
  readonly turnIds?: readonly string[];
}

/** As it is kept on a turn. */
export interface Prose extends CheckedProse {
  /** As the user knows the model. */
  readonly model: string;
  readonly state: (typeof proseStates)[number];
  /** Present when `failed`. */
  readonly failure?: ProseFailure;
  /** How far the model looked further; absent where it was not offered to. */
  readonly looks?: FurtherLooks;
}
export const proseStates = ["streaming", "done", "cancelled", "failed", "interrupted"] as const;

/** Why a language model gave no answer, or not all of it. */
export type ProseFailure = (typeof proseFailures)[number];
export const proseFailures = [
  /** There is no such model. */
  "noModel",
  /** The key or the consent is missing or was refused. */
  "notAllowed",
  /** Too many requests, or nothing left to spend. */
  "quota",
  /** The model's provider filtered the question or the answer. */
  "refused",
  /** Nothing answers at the address. */
  "offline",
  /** Nothing was written for too long. */
  "timeout",
  /** The prompt is longer than the model takes. */
  "tooLong",
  /** Something that it was shown has been forgotten, so nothing of what it wrote is kept; never stored. */
  "forgotten",
  /** The model may not write more; what it wrote stays. */
  "cutOff",
  /** What came was not the form that was asked for, or ended in the middle. */
  "badAnswer",
  "unknown",
] as const;

export interface PutProseParams {
  readonly conversationId: string;
  /** A turn of Lore's. */
  readonly turnId: string;
  readonly prose: Prose;
  /** As `prose/prompt` returned it; absent only while nothing is written. */
  readonly asOf?: number;
}

export interface PutProseResult {
  /** False when something that the model was shown has been forgotten since, or its folder is not open any more. */
  readonly isKept: boolean;
}
