/** The shape of each method's parameters: what `handlers.ts` lets in. */
import { mentionKinds, type SuggestParams } from "../../protocol/mentions.ts";
import {
  maxPrefixLength,
  maxSuffixLength,
  maxSurpriseLength,
  type CompleteParams,
  type DeepMemorySettings,
} from "../../protocol/deepMemory.ts";
import type {
  AskParams,
  CompareTraceParams,
  ExhaustiveParams,
  FileChange,
  OpenParams,
  ReadConversationParams,
  SearchParams,
  SelfTestRequest,
  SurpriseParams,
} from "../../protocol/methods.ts";
import { maxContextTokens, minContextTokens, type ContextParams } from "../../protocol/context.ts";
import type { RecallAtParams } from "../../protocol/asOf.ts";
import type { ChangedParams } from "../../protocol/changed.ts";
import type { HistoryTarget, PastParams } from "../../protocol/history.ts";
import {
  noteKinds,
  type CorrectParams,
  type ForgetNotesParams,
  type ListNotesParams,
  type NotedLines,
  type RememberParams,
} from "../../protocol/notes.ts";
import type { TimelineParams } from "../../protocol/timeline.ts";
import type { WhoWroteParams } from "../../protocol/whoWrote.ts";
import type { ForgetWorkParams } from "../../protocol/savedMemory.ts";
import { toolPermissions, type ToolCallParams } from "../../protocol/tools.ts";
import type { OutlineParams, UsesParams } from "../../protocol/outline.ts";
import type { SearchTurnsParams, TurnPlace } from "../../protocol/turns.ts";
import { maxPictureLimit, type PictureParams } from "../../protocol/picture.ts";
import { maxTraceLength } from "../../protocol/savedTrace.ts";
import { symbolKinds } from "../../protocol/types.ts";
import type {
  Citation,
  MemorySettings,
  Position,
  Range,
  Root,
  SelectedCode,
  SymbolInfo,
} from "../../protocol/types.ts";
import { recordId } from "./recordId.ts";
import {
  absolutePath,
  exactly,
  filledText,
  flag,
  integer,
  list,
  object,
  oneOf,
  optional,
  ShapeError,
  text,
  type Shape,
} from "./shape.ts";

const maxIdLength = 200;
const maxPathLength = 32_768;
/** A name of code, perhaps with those around it. */
const maxNameLength = 10_000;
/** A note is a sentence or a few. */
const maxNoteLength = 10_000;
/** A pasted log is a question too; a whole file is not. */
const maxQuestionLength = 100_000;
/** What is searched for in conversations is a question of a few words. */
const maxSearchedLength = 10_000;
const maxTurnResults = 200;
const maxSelectionLength = 1_000_000;
/** More than this many file changes at once is a checkout, which a rescan serves better. */
const maxChanges = 100_000;
/** As many places as anything may be asked for at once. */
export const maxResults = 10_000;
const maxLine = 2 ** 31 - 1;
/** No completion is longer than what a reader takes in at a glance. */
const maxCompletionTokens = 256;
/** As far as a self-test goes: ten times the longest distance that is published. */
const maxSelfTestTokens = 100_000_000;
const maxSelfTestPoints = 100;
const maxSuggestions = 100;
const maxFactsPerPoint = 10_000;

export const id = filledText(maxIdLength);
export const file = absolutePath(maxPathLength);
export const question = filledText(maxQuestionLength);
export const rootIds = list(id, 1_000);
const globs = list(filledText(4_096), 10_000);
const line = integer(0, maxLine);

const root = object<Root>({ id, folder: file, name: text(4_096) });

const settings = object<MemorySettings>({
  exclude: globs,
  include: globs,
  threads: integer(0, 1_024),
  maxFileBytes: integer(1, Number.MAX_SAFE_INTEGER),
  deepMemory: optional(
    object<DeepMemorySettings>({
      enabled: flag,
      maxDiskBytes: integer(1, Number.MAX_SAFE_INTEGER),
    }),
  ),
  maxCommits: optional(integer(0, 10_000_000)),
});

const roots = list(root, 1_000);

/** A range within a file. */
export const range = object<Range>({
  start: object<Position>({ line, character: line }),
  end: object<Position>({ line, character: line }),
});

const symbolInfo = object<SymbolInfo>({
  name: text(4_096),
  kind: oneOf(...symbolKinds),
  container: text(maxPathLength),
  range,
});

/** A place as the server gave it. */
export const citation = object<Citation>({
  rootId: id,
  path: filledText(maxPathLength),
  range,
  contentHash: text(64),
  symbol: optional(symbolInfo),
  commit: optional(text(64)),
});

export const selectedCode = object<SelectedCode>({
  file,
  text: text(maxSelectionLength),
  range: object<{ startLine: number; endLine: number }>({ startLine: line, endLine: line }),
});

const changedSince: Shape<ChangedParams["since"]> = (value, place) =>
  typeof value === "string"
    ? oneOf("files", "look")(value, place)
    : object<{ at: string }>({ at: filledText(200) })(value, place);

const wholeHash: Shape<string> = (value, place) => {
  const hash = filledText(64)(value, place);
  if (!/^[0-9a-f]{40,64}$/.test(hash)) throw new ShapeError(`${place} must be a whole hash`);
  return hash;
};

/** A definition, a path or a line; which fields there are goes by `kind`. */
const pastTarget: Shape<HistoryTarget> = (value, place) => {
  const { kind } = object<Pick<HistoryTarget, "kind">>({
    kind: oneOf("symbol", "path", "line"),
  })(value, place);
  const path = filledText(maxPathLength);
  if (kind === "symbol") {
    const shape = {
      name: filledText(4_096),
      paths: list(path, 1_000),
      within: optional(list(path, 1_000)),
    };
    return {
      kind,
      ...object<Omit<Extract<HistoryTarget, { kind: "symbol" }>, "kind">>(shape)(value, place),
    };
  }
  if (kind === "path") return { kind, ...object<{ path: string }>({ path })(value, place) };
  return { kind, ...object<{ path: string; line: number }>({ path, line })(value, place) };
};

/** The distances of a self-test ascend and go no further than it streams. */
function withinItsTokens(shape: Shape<SelfTestRequest>): Shape<SelfTestRequest> {
  return (value, place) => {
    const checked = shape(value, place);
    const distances = checked.distances ?? [];
    if (distances.some((distance, idx) => distance <= (distances[idx - 1] ?? -1)))
      throw new ShapeError(`${place}.distances must ascend`);
    if ((distances.at(-1) ?? 0) > checked.tokens)
      throw new ShapeError(`${place}.distances must be at most ${place}.tokens`);
    return checked;
  };
}

/** A folder below a root, or `""`; only compared with what is remembered, and never opened. */
const relativeFolder: Shape<string> = (value, place) => {
  const checked = text(maxPathLength)(value, place);
  if (checked.startsWith("/") || checked.endsWith("/") || checked.includes("\0"))
    throw new ShapeError(`${place} must be relative and not end in a slash`);
  return checked;
};

/** Exactly one way to choose, whether pinned ones count or not; deleting more than was meant cannot be taken back. */
function onlyOne<T extends object>(ways: string, shape: Shape<T>): Shape<T> {
  return (value, place) => {
    const checked = shape(value, place);
    if (Object.keys(checked).filter((name) => name !== "withPinned").length !== 1)
      throw new ShapeError(`${place} must have one of ${ways}`);
    return checked;
  };
}

/** Checks of the parameters by the name that the method has in `protocol/methods.ts`. */
export const params = {
  open: object<OpenParams>({
    protocolVersion: integer(0, 1_000_000),
    storeDir: file,
    roots,
    settings,
    trusted: flag,
  }),
  setRoots: object<{ roots: Root[] }>({ roots }),
  configure: object<{ settings: MemorySettings; trusted: boolean }>({ settings, trusted: flag }),
  filesChanged: object<{ changes: FileChange[] }>({
    changes: list(
      object<FileChange>({ file, kind: oneOf("created", "changed", "deleted") }),
      maxChanges,
    ),
  }),
  documentChanged: object<{ file: string; version: number; text: string }>({
    file,
    version: integer(0, Number.MAX_SAFE_INTEGER),
    text: text(Number.MAX_SAFE_INTEGER),
  }),
  documentClosed: object<{ file: string }>({ file }),
  openEditors: object<{ files: string[] }>({ files: list(file, 10_000) }),
  settled: object<{ refined: boolean }>({ refined: flag }),
  problems: object<{ rootId?: string; offset: number; limit: number }>({
    rootId: optional(id),
    offset: integer(0, Number.MAX_SAFE_INTEGER),
    limit: integer(0, maxResults),
  }),
  outline: object<OutlineParams>({ rootId: id, path: filledText(maxPathLength) }),
  uses: object<UsesParams>({
    rootId: id,
    path: filledText(maxPathLength),
    name: filledText(maxNameLength),
    container: text(maxNameLength),
    limit: integer(0, maxResults),
  }),
  picture: object<PictureParams>({
    rootId: id,
    folder: relativeFolder,
    limit: integer(1, maxPictureLimit),
  }),
  rebuild: object<{ rootId?: string }>({ rootId: optional(id) }),
  forget: object<{ rootId: string }>({ rootId: id }),
  search: object<SearchParams>({
    query: question,
    limit: integer(1, maxResults),
    rootIds: optional(rootIds),
    paths: optional(globs),
    activeFile: optional(file),
    neighbours: optional(flag),
    explain: optional(flag),
  }),
  context: object<ContextParams>({
    question,
    conversationId: optional(recordId),
    maxTokens: integer(minContextTokens, maxContextTokens),
    rootIds: optional(rootIds),
  }),
  suggest: object<SuggestParams>({
    prefix: text(1_000),
    kinds: optional(list(oneOf(...mentionKinds), mentionKinds.length)),
    limit: integer(1, maxSuggestions),
  }),
  compareTrace: object<CompareTraceParams>({ trace: text(maxTraceLength) }),
  exhaustive: object<ExhaustiveParams>({
    literal: filledText(maxQuestionLength),
    wholeWord: flag,
    limit: integer(1, 1_000_000),
    rootIds: optional(rootIds),
  }),
  ask: object<AskParams>({
    question,
    conversationId: optional(recordId),
    rootIds: optional(rootIds),
    activeFile: optional(file),
    besideId: optional(id),
    selection: optional(selectedCode),
    asOf: optional(filledText(200)),
    explain: optional(flag),
    deep: optional(flag),
    askId: id,
  }),
  complete: object<CompleteParams>({
    file,
    line: optional(line),
    languageId: text(maxIdLength),
    prefix: text(maxPrefixLength),
    suffix: text(maxSuffixLength),
    maxTokens: optional(integer(1, maxCompletionTokens)),
  }),
  surprise: object<SurpriseParams>({ file, text: optional(text(maxSurpriseLength)) }),
  selfTest: withinItsTokens(
    object<SelfTestRequest>({
      selfTestId: id,
      tokens: integer(1, maxSelfTestTokens),
      perPoint: optional(integer(1, maxFactsPerPoint)),
      distances: optional(list(integer(0, maxSelfTestTokens), maxSelfTestPoints)),
    }),
  ),
  past: object<PastParams>({
    rootId: id,
    target: pastTarget,
    limit: integer(0, maxResults),
    since: optional(filledText(200)),
  }),
  whoWrote: object<WhoWroteParams>({
    rootId: id,
    path: filledText(maxPathLength),
    startLine: line,
    endLine: line,
    commit: optional(wholeHash),
  }),
  timeline: object<TimelineParams>({
    rootIds: optional(rootIds),
    since: optional(filledText(200)),
    until: optional(filledText(200)),
    own: optional(flag),
    limit: integer(1, maxResults),
  }),
  changed: object<ChangedParams>({
    rootId: id,
    since: changedSince,
    limit: integer(0, maxResults),
  }),
  recallAt: object<RecallAtParams>({
    rootId: id,
    at: filledText(200),
    query: question,
    limit: integer(0, maxResults),
  }),
  remember: object<RememberParams>({
    text: filledText(maxNoteLength),
    kind: optional(oneOf(...noteKinds)),
    lines: optional(object<NotedLines>({ file, startLine: line, endLine: line })),
    activeFile: optional(file),
    conversationId: optional(recordId),
  }),
  correctNote: object<CorrectParams>({ id, text: filledText(maxNoteLength) }),
  listNotes: object<ListNotesParams>({
    search: optional(text(maxNoteLength)),
    all: optional(flag),
  }),
  pinNote: object<{ id: string; isPinned: boolean }>({ id, isPinned: flag }),
  forgetNotes: onlyOne(
    "id, topic, beforeMs and folder",
    object<ForgetNotesParams>({
      id: optional(id),
      topic: optional(filledText(maxNoteLength)),
      beforeMs: optional(integer(0, Number.MAX_SAFE_INTEGER)),
      folder: optional(text(maxPathLength)),
      withPinned: optional(exactly(true)),
    }),
  ),
  memoryFile: object<{ file: string }>({ file }),
  forgetWork: onlyOne(
    "topic, beforeMs, folder and all",
    object<ForgetWorkParams>({
      topic: optional(filledText(maxNoteLength)),
      beforeMs: optional(integer(0, Number.MAX_SAFE_INTEGER)),
      folder: optional(text(maxPathLength)),
      all: optional(exactly(true)),
      withPinned: optional(exactly(true)),
    }),
  ),
  checkCitations: object<{ citations: Citation[] }>({ citations: list(citation, maxResults) }),
  conversation: object<{ conversationId: string }>({ conversationId: recordId }),
  pinTurn: object<TurnPlace & { readonly isPinned: boolean }>({
    conversationId: recordId,
    turnId: id,
    isPinned: flag,
  }),
  turnPlace: object<TurnPlace>({ conversationId: recordId, turnId: id }),
  readConversation: object<ReadConversationParams>({
    conversationId: recordId,
    lastTurns: optional(integer(0, maxResults)),
    before: optional(id),
  }),
  searchTurns: object<SearchTurnsParams>({
    query: filledText(maxSearchedLength),
    limit: integer(1, maxTurnResults),
    afterMs: optional(integer(0, Number.MAX_SAFE_INTEGER)),
    beforeMs: optional(integer(0, Number.MAX_SAFE_INTEGER)),
  }),
  callTool: object<ToolCallParams>({
    name: filledText(maxIdLength),
    // The tool itself checks it, and tells the model what is wrong.
    input: (value) => value,
    caller: text(maxIdLength),
    permission: oneOf(...toolPermissions),
  }),
  renameConversation: object<{ conversationId: string; title: string }>({
    conversationId: recordId,
    title: filledText(1_000),
  }),
} as const;
