/**
 * Every request and notification between a client (extension, CLI, tests) and the memory server.
 * JSON-RPC 2.0 (vscode-jsonrpc). A request ends in exactly one of: result, typed error, unknown method,
 * cancelled, connection closed.
 */
import type {
  CompleteParams,
  CompleteResult,
  SelfTestParams,
  SelfTestProgress,
  SelfTestResult,
  SurpriseResult,
} from "./deepMemory.ts";
import type { RecallAtParams, RecallAtResult } from "./asOf.ts";
import type { ContextParams, ContextResult, ConversationPart } from "./context.ts";
import type { ChangedParams, ChangedResult } from "./changed.ts";
import type { AnswerPlan } from "./plan.ts";
import type { PastParams, PastResult } from "./history.ts";
import type {
  CheckedProse,
  ProseCheckParams,
  ProseLook,
  ProseLookParams,
  ProsePrompt,
  ProsePromptParams,
  PutProseParams,
  PutProseResult,
} from "./prose.ts";
import type {
  CorrectParams,
  ForgetNotesParams,
  ForgetNotesResult,
  ListNotesParams,
  Note,
  NotesState,
  RememberParams,
  RememberResult,
} from "./notes.ts";
import type { SuggestParams, SuggestResult } from "./mentions.ts";
import type { OutlineParams, OutlineResult, UsesParams, UsesResult } from "./outline.ts";
import type { TimelineParams, TimelineResult } from "./timeline.ts";
import type { WhoWroteParams, WhoWroteResult } from "./whoWrote.ts";
import type {
  ExportResult,
  ForgetWorkParams,
  ForgetWorkResult,
  ImportResult,
} from "./savedMemory.ts";
import type { MemoryPicture, PictureParams } from "./picture.ts";
import type { TraceComparison } from "./savedTrace.ts";
import type { ToolCallParams, ToolDescription, ToolResult } from "./tools.ts";
import type { SearchTurnsParams, SearchTurnsResult, TurnPlace } from "./turns.ts";
import type {
  Answer,
  Citation,
  CitationCheck,
  Conversation,
  ExhaustiveResult,
  FileProblem,
  MemorySettings,
  MemoryStatus,
  Root,
  SearchResult,
  SelectedCode,
  Turn,
} from "./types.ts";

export const protocolVersion = 1;

/** A request's method name with the types of its parameters and result. */
export interface RequestMethod<P, R> {
  readonly method: string;
  /** Phantom: never present at run time. */
  readonly types?: { readonly params: P; readonly result: R };
}
export interface NotificationMethod<P> {
  readonly method: string;
  readonly types?: { readonly params: P };
}
const request = <P, R>(method: string): RequestMethod<P, R> => ({ method });
const notification = <P>(method: string): NotificationMethod<P> => ({ method });

export interface OpenParams {
  readonly protocolVersion: number;
  /** Absolute path of the folder that holds the memory; created when missing. */
  readonly storeDir: string;
  readonly roots: readonly Root[];
  readonly settings: MemorySettings;
  /** False in Restricted Mode: nothing is read or written until it turns true. */
  readonly trusted: boolean;
}
/** Opens the memory of each root and starts to fill it. First request of a connection. */
export const open = request<OpenParams, { serverVersion: string; status: MemoryStatus }>(
  "memory/open",
);

export const setRoots = request<{ roots: readonly Root[] }, MemoryStatus>("memory/setRoots");
export const configure = request<{ settings: MemorySettings; trusted: boolean }, MemoryStatus>(
  "memory/configure",
);

export interface FileChange {
  /** Absolute path. */
  readonly file: string;
  readonly kind: "created" | "changed" | "deleted";
}
/** client → server: files changed on disk. A path may be a folder. */
export const filesChanged = notification<{ changes: readonly FileChange[] }>("memory/filesChanged");

/** client → server: the editor's unsaved text of a file; it replaces the file's text until closed or saved. */
export const documentChanged = notification<{ file: string; version: number; text: string }>(
  "memory/documentChanged",
);
/** client → server: the document was closed or equals the disk again. */
export const documentClosed = notification<{ file: string }>("memory/documentClosed");
/** client → server: absolute paths of the open editors, most recent first; they are remembered first. */
export const openEditors = notification<{ files: readonly string[] }>("memory/openEditors");
/** Looks at the whole tree again (cheap: no content of unchanged files is read). Resolves when the memory is current. */
export const rescan = request<Record<string, never>, MemoryStatus>("memory/rescan");

export const status = request<Record<string, never>, MemoryStatus>("memory/status");
/** Resolves when every known change is searchable (`refined: false`) or syntax-exact as well (`refined: true`). */
export const settled = request<{ refined: boolean }, MemoryStatus>("memory/settled");
export const problems = request<
  { rootId?: string; offset: number; limit: number },
  { problems: FileProblem[]; total: number }
>("memory/problems");
/** What is remembered of a root, counted by place, kind, age, strength and health. Errors: `rootNotOpen`, `storeUnavailable`. */
export const picture = request<PictureParams, MemoryPicture>("memory/picture");
export const pause = request<Record<string, never>, MemoryStatus>("memory/pause");
export const resume = request<Record<string, never>, MemoryStatus>("memory/resume");
/** Throws the root's memory away and fills it again. */
export const rebuild = request<{ rootId?: string }, MemoryStatus>("memory/rebuild");
/** Deletes the root's memory from disk and stops remembering it until it is opened again. */
export const forget = request<{ rootId: string }, MemoryStatus>("memory/forget");

export interface SearchParams {
  readonly query: string;
  readonly limit: number;
  /** Restrict to these roots; all when absent. */
  readonly rootIds?: readonly string[];
  /** Restrict to workspace-relative paths that match one of these globs. */
  readonly paths?: readonly string[];
  /** Absolute path of a file the user looks at, a weak hint. */
  readonly activeFile?: string;
  /** False leaves out the neighbours of the best places; they are wanted when it is absent. */
  readonly neighbours?: boolean;
  /** True puts the candidates of each stage, and what was asked, into the trace. */
  readonly explain?: boolean;
}
export const search = request<SearchParams, SearchResult>("recall/search");

/**
 * What a language model should know for a question, within a budget of tokens. Errors: `conversationNotFound`, and those
 * of notes. Can be cancelled.
 */
export const context = request<ContextParams, ContextResult>("recall/context");

/** Files, folders and definitions that somebody may mean who types behind an `@`. Errors: `rootNotOpen`. */
export const suggest = request<SuggestParams, SuggestResult>("memory/suggest");

export interface ExhaustiveParams {
  /** Literal text; matched case-sensitively when it holds an upper-case letter. */
  readonly literal: string;
  readonly wholeWord: boolean;
  readonly limit: number;
  readonly rootIds?: readonly string[];
}
export const exhaustive = request<ExhaustiveParams, ExhaustiveResult>("recall/exhaustive");

/** The definitions of a file as it is now. */
export const outline = request<OutlineParams, OutlineResult>("recall/outline");
/** Where a definition is used, by name. Can be cancelled. */
export const uses = request<UsesParams, UsesResult>("recall/uses");

export interface CompareTraceParams {
  /** A saved trace as it stands in its file, see `savedTrace.ts`. */
  readonly trace: string;
}
/** Asks the question of a saved trace again, and says how the results differ. */
export const compareTrace = request<CompareTraceParams, TraceComparison>("recall/compareTrace");

export interface AskParams {
  readonly question: string;
  /** When present, the question and its answer are appended to this conversation before anything is shown. */
  readonly conversationId?: string;
  readonly rootIds?: readonly string[];
  readonly activeFile?: string;
  /** Id of an earlier question of the conversation: this one is asked instead and begins a branch beside it. */
  readonly besideId?: string;
  /** The selected code the question is about; kept with the question. */
  readonly selection?: SelectedCode;
  /** As for a search. */
  readonly explain?: boolean;
  /** Answers from the tree of a commit, see `RecallAtParams`, of the first root or that of `rootIds`. */
  readonly asOf?: string;
  /** Answers part by part, looking further in rounds; slower. Without effect with `asOf` or a selection. */
  readonly deep?: boolean;
  /** Client-chosen id that `answerProgress` repeats. */
  readonly askId: string;
}
export interface AskResult extends Answer {
  /** Present when a conversation was given. */
  readonly turnId?: string;
}
export const ask = request<AskParams, AskResult>("answer/ask");

/** server → client: the answer so far. `markdown` is the text to append. */
export const answerProgress = notification<{
  askId: string;
  markdown: string;
  /** Citations that the appended text refers to, in order; appended to the list so far. */
  citations: readonly Citation[];
  /** How far the answer to a deep question is, in place of what was told before. */
  plan?: AnswerPlan;
}>("answer/progress");

/** Reads cited spans again. The result has one entry for each citation, in order. */
export const checkCitations = request<
  { citations: readonly Citation[] },
  { checks: CitationCheck[] }
>("answer/checkCitations");

/**
 * What to send to a language model so that it answers from what is remembered. The server itself asks none. Errors:
 * `conversationNotFound`, and those of notes. Can be cancelled.
 */
export const prosePrompt = request<ProsePromptParams, ProsePrompt>("prose/prompt");
/** Makes what a language model wrote so far safe, and holds each sentence against the evidence. Can be cancelled. */
export const proseCheck = request<ProseCheckParams, CheckedProse>("prose/check");
/** Reads for a language model that called a tool, and nothing else. A call that cannot be done is a result too. Can be cancelled. */
export const proseLook = request<ProseLookParams, ProseLook>("prose/look");

/**
 * Continues the code at a cursor from the memory of the whole workspace. Errors: `deepMemoryUnavailable`, as for all
 * of the deep memory's requests.
 */
export const complete = request<CompleteParams, CompleteResult>("deep/complete");

export interface SurpriseParams {
  /** Absolute path of a remembered file. */
  readonly file: string;
  /** As the editor has it, at most `maxSurpriseLength`; what is on the disk when absent. */
  readonly text?: string;
}
/** Tells how unusual the lines of a file are for this workspace. Errors: `rootNotOpen` for a file of no open root. */
export const surprise = request<SurpriseParams, SurpriseResult>("deep/surprise");

export interface SelfTestRequest extends SelfTestParams {
  /** Client-chosen id that `selfTestProgress` repeats. */
  readonly selfTestId: string;
}
/** Plants facts in a copy of the memory, streams code past them and asks for them. Can be cancelled. */
export const selfTest = request<SelfTestRequest, SelfTestResult>("deep/selfTest");
/** server → client: how far a self-test is. */
export const selfTestProgress = notification<{
  selfTestId: string;
  progress: SelfTestProgress;
}>("deep/selfTestProgress");

/** What is remembered of the past of a definition, a file, a folder or a line. Errors: `rootNotOpen`. */
export const past = request<PastParams, PastResult>("history/past");

/** The commits that wrote some lines of a file last. Errors: `rootNotOpen`. */
export const whoWrote = request<WhoWroteParams, WhoWroteResult>("history/whoWrote");

/** What happened when: commits, edits, questions and notes in one row. Errors: `rootNotOpen`. */
export const timeline = request<TimelineParams, TimelineResult>("history/timeline");

/** Recalls places of a commit's tree, which is not checked out. Errors: `rootNotOpen`. */
export const recallAt = request<RecallAtParams, RecallAtResult>("history/recallAt");

/** What changed in meaning since somebody last looked. Errors: `rootNotOpen`. */
export const changed = request<ChangedParams, ChangedResult>("history/changed");

export const listConversations = request<Record<string, never>, { conversations: Conversation[] }>(
  "conversation/list",
);
export const createConversation = request<Record<string, never>, { conversation: Conversation }>(
  "conversation/create",
);
export interface ReadConversationParams {
  readonly conversationId: string;
  /** Only so many turns, the last ones; all when absent. 0 reads the conversation without its turns. */
  readonly lastTurns?: number;
  /** Only turns before the one of this id. */
  readonly before?: string;
}
export interface ReadConversationResult {
  readonly conversation: Conversation;
  /** In order. */
  readonly turns: Turn[];
  /** Turns of the conversation before the first of `turns`. */
  readonly nEarlier: number;
  /** Which of `turns` are questions that others were asked instead of; absent when there is none. */
  readonly branches?: readonly QuestionBranches[];
  /** The pinned answers of the whole conversation, in the order of saying; absent when there is none. */
  readonly pinned?: readonly PinnedTurn[];
}
/** A pinned answer. */
export interface PinnedTurn {
  readonly turnId: string;
  /** The first line of the question that it answers. */
  readonly line: string;
}
/** A place of a conversation with several questions. */
export interface QuestionBranches {
  /** The question that is shown. */
  readonly turnId: string;
  /** All of them in the order of asking. */
  readonly questionIds: readonly string[];
}
/** Errors: `conversationNotFound`, also when the conversation does not hold the turn `before`. */
export const readConversation = request<ReadConversationParams, ReadConversationResult>(
  "conversation/read",
);
/** What a conversation is about, part by part, in order; none without a turn. Errors: `conversationNotFound`. */
export const conversationParts = request<
  { conversationId: string },
  { parts: readonly ConversationPart[] }
>("conversation/parts");
/** Shows the branch that holds a turn. Errors: `conversationNotFound`, also when the conversation does not hold it. */
export const chooseBranch = request<TurnPlace, { conversation: Conversation }>(
  "conversation/chooseBranch",
);
/** Pins an answer, or takes the pin off. Errors: `conversationNotFound`, also when the conversation does not hold it. */
export const pinTurn = request<
  TurnPlace & { readonly isPinned: boolean },
  { pinned: readonly PinnedTurn[] }
>("conversation/pin");
export const renameConversation = request<
  { conversationId: string; title: string },
  { conversation: Conversation }
>("conversation/rename");
/** server → client: another process wrote to the conversations since they were opened here; their list is to be read again. */
export const conversationsChanged = notification<Record<string, never>>("conversation/changed");
export const deleteConversation = request<{ conversationId: string }, Record<string, never>>(
  "conversation/delete",
);

/**
 * Keeps what a language model wrote with the turn that it answers, in place of what was kept before, unless something that
 * it was shown has been forgotten. Errors: `conversationNotFound`, also when the conversation does not hold such a turn of Lore's, `storeUnavailable`, `diskFull`.
 */
export const putProse = request<PutProseParams, PutProseResult>("conversation/putProse");

/** Searches what was said in the conversations. Errors: `storeUnavailable`. */
export const searchTurns = request<SearchTurnsParams, SearchTurnsResult>("conversation/search");

/**
 * Keeps what the user wants remembered. Errors of this and the other requests about notes: `rootNotOpen` without a
 * trusted folder, `invalidRequest` for lines that are not there, `noteNotFound`, `storeUnavailable`, `diskFull`.
 */
export const remember = request<RememberParams, RememberResult>("notes/remember");
/** Replaces a note: the older one is kept and no longer recalled. */
export const correctNote = request<CorrectParams, RememberResult>("notes/correct");
export const listNotes = request<ListNotesParams, { notes: Note[] }>("notes/list");
/** A pinned note does not fade. */
export const pinNote = request<{ id: string; isPinned: boolean }, { note: Note }>("notes/pin");
/** Deletes notes for good, with the older ones that they replaced. */
export const forgetNotes = request<ForgetNotesParams, ForgetNotesResult>("notes/forget");
/** server → client: notes were made, forgotten, or code that they cite changed or came back. */
export const notesChanged = notification<NotesState>("notes/changed");

/**
 * Writes the notes of all open roots and the conversations to a file, an absolute path, which is replaced; nothing is
 * left of it when that fails or is cancelled. Errors: `rootNotOpen`, `fileUnavailable`.
 */
export const exportMemory = request<{ file: string }, ExportResult>("memory/export");
/**
 * Adds what an exported file holds and is not here yet, all of it or nothing. Can be cancelled while the file is read.
 * Errors: `rootNotOpen`, `fileUnavailable`, `memoryFileUnusable` (detail: the line and what is wrong with it),
 * `memoryFileNewer`, `storeUnavailable`, `diskFull`.
 */
export const importMemory = request<{ file: string }, ImportResult>("memory/import");
/** Deletes notes, turns of conversations, and what was edited when, for good. Errors: `rootNotOpen`. */
export const forgetWork = request<ForgetWorkParams, ForgetWorkResult>("memory/forgetWork");

/** Every tool that a language model may be offered. */
export const listTools = request<Record<string, never>, { tools: readonly ToolDescription[] }>(
  "tools/list",
);
/**
 * Calls a tool for a language model or an agent. What the model can mend, such as input that does not fit, is a result
 * with `isError`. Errors: `rootNotOpen`, those of the stores. Can be cancelled.
 */
export const callTool = request<ToolCallParams, ToolResult>("tools/call");

/** server → client: counts changed; at most five a second. */
export const statusChanged = notification<{ status: MemoryStatus }>("memory/statusChanged");
