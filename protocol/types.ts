/**
 * The nouns that cross a process boundary: between the editor and the memory server, and between the
 * extension and its webview. This folder imports nothing.
 *
 * Positions are zero-based, ranges half-open, characters are UTF-16 code units, everywhere.
 * Paths are workspace-relative and use `/`, except where a field says "absolute".
 */

import type { DeepMemorySettings, DeepMemoryStatus } from "./deepMemory.ts";
import type { CommitInfo, HistoryStatus } from "./history.ts";
import type { MentionTrace } from "./mentions.ts";
import type { Notice } from "./notices.ts";
import type { AnswerPlan } from "./plan.ts";
import type { Prose } from "./prose.ts";

/** A place in a text. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** A half-open span of a text: `end` is the first position after it. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** One workspace folder. `id` is stable for a folder's absolute path. */
export interface Root {
  readonly id: string;
  /** Absolute path on the machine that runs the server. */
  readonly folder: string;
  /** What the user calls it. */
  readonly name: string;
}

/** A definition's kind, from the syntax tree. */
export type SymbolKind = (typeof symbolKinds)[number];

/** All kinds. Stores hold their numbers in this list, so new ones come at the end. */
export const symbolKinds = [
  "function",
  "method",
  "class",
  "interface",
  "struct",
  "enum",
  "type",
  "module",
  "variable",
  "constant",
  "field",
  "macro",
  "test",
  "section",
  "key",
] as const;

/** A named definition. `container` is the dotted path of the definitions around it, `""` at top level. */
export interface SymbolInfo {
  readonly name: string;
  readonly kind: SymbolKind;
  readonly container: string;
  readonly range: Range;
}

/**
 * A span of a file at a content hash. It is only ever shown after the span was read again and its
 * text still had this hash (product rule "every claim points at a place").
 */
export interface Citation {
  readonly rootId: string;
  readonly path: string;
  readonly range: Range;
  /** XXH64 of the span's text in UTF-8, 16 lower-case hex digits. */
  readonly contentHash: string;
  /** The definition that the span shows, when it shows one. */
  readonly symbol?: SymbolInfo;
  /** Whole hash of the commit whose tree holds the file; absent for the file of today. */
  readonly commit?: string;
}

/** Why a place was recalled: a stable code for tests and a number that says how much. */
export interface Reason {
  readonly kind: (typeof reasonKinds)[number];
  /** The words or the name that matched; may be empty. */
  readonly detail: string;
  /** Contribution to the score, in the score's own unit. */
  readonly weight: number;
}

/** A reason without the words that it is about, for those may stand in a file. */
export type ScorePart = Pick<Reason, "kind" | "weight">;

/** All kinds of reasons. */
export const reasonKinds = [
  "body",
  "symbol",
  "signature",
  "comment",
  "path",
  "exactSymbol",
  "exactPath",
  "literal",
  "stackFrame",
  "coverage",
  "file",
  "definition",
  "source",
  "test",
  "neighbour",
  "openEditor",
  /** The chunk's embedding is near to the question's. */
  "meaning",
] as const;

/** One recalled place. `score` is larger for better; it only orders results of one question. */
export interface Recall {
  readonly citation: Citation;
  readonly score: number;
  /** Cosine of the embeddings of the question and of the best chunk here, -1 to 1; absent while one of them has none. */
  readonly similarity?: number;
  readonly reasons: readonly Reason[];
  /** Source, test, documentation or configuration: what sort of file it is. */
  readonly role: FileRole;
  /** Language id of the file, for highlighting; `plaintext` when unknown. */
  readonly language: string;
  /** The span's text, verified against `citation.contentHash` at recall time. */
  readonly text: string;
  /** `syntax` when the span comes from the syntax tree, `lines` from the line-based chunker. */
  readonly boundary: "syntax" | "lines";
  /** What links this place to a better one, when it was added as its neighbour. */
  readonly relation?: Relation;
}

export type FileRole = "source" | "test" | "docs" | "config";

/**
 * How a place hangs together with the definition `of` it was found from, read from that definition: it `calls` this
 * place, is `calledBy` it, has its `test` here, has this `type` in its signature, is `configuredBy` and
 * `documentedBy` it. Syntactic: by name, not by type.
 */
export interface Relation {
  readonly kind: "calls" | "calledBy" | "test" | "type" | "configuredBy" | "documentedBy";
  /** Name of the definition at the other end. */
  readonly of: string;
  /** How many definitions have the name that links the two, where nothing tells which one is meant; absent where it is clear. */
  readonly nDefinitions?: number;
}

/** How much of the workspace the answer could draw on. */
export interface Coverage {
  readonly filesSeen: number;
  readonly remembered: number;
  readonly pending: number;
  readonly skipped: number;
  readonly failed: number;
  /** Why the memory could not be written to its end, where it could not: it holds less than is counted. */
  readonly stopped?: "diskFull" | "unwritable";
}

/** `meaning`: embeddings, which find what says the same in other words. */
export type Tier = "lexical" | "symbols" | "meaning";

export interface SearchResult {
  readonly recalls: readonly Recall[];
  readonly coverage: Coverage;
  readonly tiers: readonly Tier[];
  readonly trace: RecallTrace;
}

/** What each stage of the recall saw, for "what I looked at" and `lore search --explain`. */
export interface RecallTrace {
  /** The question as understood. */
  readonly terms: readonly {
    readonly term: string;
    readonly nChunks: number;
    readonly used: boolean;
  }[];
  readonly identifiers: readonly string[];
  readonly paths: readonly string[];
  readonly literals: readonly string[];
  readonly stages: readonly StageTrace[];
  /** Absent in turns that an older version wrote, and when no memory is open. */
  readonly meaning?: MeaningTrace;
  /** Absent without an encoder, when there was no place to read, and in turns that an older version wrote. */
  readonly reread?: RereadTrace;
  /** What was searched for and in what memory, so that it can be asked again; only with `explain`. */
  readonly asked?: AskedTrace;
  /**
   * How probable it is that the memory holds the answer; only in the trace of an answer. Absent where no probability is
   * known for such a question or memory, so that the words decided, and in turns that an older version wrote.
   */
  readonly evidence?: EvidenceTrace;
  /** What the files and folders that the question names with `@` did; absent when it names none. */
  readonly mentions?: MentionTrace;
}

/** How probable it is that the memory holds the answer to a question, and what speaks for and against that. */
export interface EvidenceTrace {
  /** 0 to 1: of many questions with this value so many have their answer in memory. */
  readonly probability: number;
  /** What it means for the answer: given without reserve, with one, or only where a place is near in meaning. */
  readonly verdict: "sure" | "unsure" | "unknown";
  /** Each fact with its value, and what it adds to the log-odds of a question like all others. */
  readonly parts: readonly {
    readonly fact: string;
    readonly value: number;
    readonly weight: number;
  }[];
}

/** One stage of a recall. */
export interface StageTrace {
  /**
   * `understand`, `words`, `meaning`, `paths`, `files`, `rank`, `refine`, `reread`, `select` or `neighbours`. A stage stands once for
   * each root, and once more when files were made exact for the question.
   */
  readonly name: string;
  readonly nCandidates: number;
  readonly ms: number;
  /** The best of the stage's candidates, best first, then some of those it dropped; only with `explain`. */
  readonly candidates?: readonly StageCandidate[];
}

/** A place or a file as one stage of a recall saw it. Holds no text of it. */
export interface StageCandidate {
  readonly rootId: string;
  readonly path: string;
  /** Zero-based and half-open; absent when the candidate is the file as a whole. */
  readonly lines?: { readonly startLine: number; readonly endLine: number };
  /**
   * Larger is better, in the stage's own unit: BM25 for `words` and `paths`, cosine similarity for `meaning`, what a
   * file promises before it is read for `files`, and the score of a result for the others.
   */
  readonly score: number;
  /** The largest parts of the score, largest first; only for `rank` and `reread`. */
  readonly parts?: readonly ScorePart[];
  /** Why a file was gathered; only for `files`. */
  readonly foundBy?: readonly FoundBy[];
  /** Why the candidate went no further; absent when it did. */
  readonly dropped?: DropReason;
}

/** What led to a file: its chunks' words or meaning, its path, a name that it defines, or the question itself. */
export const foundBys = ["words", "meaning", "path", "name", "pointed"] as const;
export type FoundBy = (typeof foundBys)[number];

/** All reasons to drop a candidate. */
export const dropReasons = [
  /** Worse than as many others as the stage passes on. */
  "overLimit",
  /** The file is gone, hidden or no text any more. */
  "unreadable",
  /** A better place shows the same lines. */
  "shownAlready",
] as const;
export type DropReason = (typeof dropReasons)[number];

/**
 * What a search goes by. `words`: the index and weights by hand, nothing by meaning. `meaning`: nearness of embeddings alone.
 * `byHand`: both, and weights by hand. `learned`: both, the learned ranking, and the encoder, which reads the best places
 * once more; without their models like `byHand`.
 */
export const rankings = ["words", "meaning", "byHand", "learned"] as const;
export type RankingKind = (typeof rankings)[number];

/** A search as it was asked, and the memory it was asked of. */
export interface AskedTrace {
  readonly query: string;
  readonly limit: number;
  /** Roots that were searched, by id and name. */
  readonly roots: readonly { readonly id: string; readonly name: string }[];
  readonly paths?: readonly string[];
  readonly neighbours?: boolean;
  readonly ranking: RankingKind;
  /** Id of the model that the learned ranking had; absent when there was none, or it was not to be used. */
  readonly ranker?: string;
  /** Versions of the store's layout, and of the rules by which files are cut into chunks. */
  readonly schema: number;
  readonly chunker: number;
}

/** What came of reading the best places once more with the encoder. */
export interface RereadTrace {
  /**
   * `used`: their order goes by it too. `late`: it was not done in time, and they stand as they were ranked before.
   * `unavailable`: so too, because the encoder cannot be used; the memory's notices say why.
   */
  readonly state: "used" | "late" | "unavailable";
  /** Places that were to be read. */
  readonly nPlaces: number;
}

/** What the search by meaning could draw on. */
export interface MeaningTrace {
  /**
   * `used`: all chunks have embeddings. `partly`: some do not yet. `notAsked`: the question holds no word.
   * `unavailable`: search worked by words only; the memory's notices say why.
   */
  readonly state: "used" | "partly" | "notAsked" | "unavailable";
  /** The model's id, `""` without one. */
  readonly model: string;
  readonly nEmbedded: number;
  readonly nChunks: number;
  /** Memory that the model and the embeddings take while they are searched. */
  readonly memoryBytes: number;
}

/** All places where a literal text occurs, with the completeness of the scan. */
export interface ExhaustiveResult {
  readonly places: readonly ExhaustivePlace[];
  /** True when the list was cut at the request's limit; `nPlaces` still counts all. */
  readonly truncated: boolean;
  readonly nPlaces: number;
  readonly filesScanned: number;
  readonly filesKnown: number;
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
}

export interface ExhaustivePlace {
  readonly citation: Citation;
  readonly line: string;
}

/**
 * An answer. `markdown` refers to `citations` by links of the form `[label](#cite-N)`, N being the
 * index in `citations`. Text from the workspace stands only in code spans, code blocks and labels.
 */
export interface Answer {
  readonly markdown: string;
  readonly citations: readonly Citation[];
  /** Commits that the answer tells of, in order; absent when it tells of none. */
  readonly commits?: readonly CommitInfo[];
  /** True when the memory holds nothing that supports an answer; `markdown` then shows near misses. */
  readonly abstained: boolean;
  readonly recalls: readonly Recall[];
  readonly coverage: Coverage;
  readonly tiers: readonly Tier[];
  readonly trace: RecallTrace;
  readonly elapsedMs: number;
}

/** What became of a citation when it was read again. */
export type CitationCheck =
  | { readonly kind: "current"; readonly citation: Citation; readonly text: string }
  | { readonly kind: "moved"; readonly citation: Citation; readonly text: string }
  | { readonly kind: "stale" }
  | { readonly kind: "gone" };

/** The selected code that a question is about. */
export interface SelectedCode {
  /** Absolute path. */
  readonly file: string;
  readonly text: string;
  /** Zero-based and half-open: `endLine` is the first line after the selection. */
  readonly range: { readonly startLine: number; readonly endLine: number };
}

/** One turn of a conversation as the server keeps it. */
export interface Turn {
  readonly id: string;
  readonly role: "user" | "lore";
  /** The question, or the answer's markdown so far. */
  readonly text: string;
  readonly createdMs: number;
  /** `streaming` turns found after a crash are reported as `interrupted`. */
  readonly state: "done" | "streaming" | "cancelled" | "failed" | "interrupted";
  /** Only on `user` turns: the code that was asked about. */
  readonly selection?: SelectedCode;
  /** Only on `lore` turns. */
  readonly citations: readonly Citation[];
  readonly recalls: readonly Recall[];
  readonly abstained: boolean;
  readonly tiers: readonly Tier[];
  readonly elapsedMs?: number;
  readonly trace?: RecallTrace;
  readonly coverage?: Coverage;
  /** What a language model wrote over what was recalled; the answer's own text stays beside it. */
  readonly prose?: Prose;
  /** How a deep question was looked for; absent for others. */
  readonly plan?: AnswerPlan;
}

export interface Conversation {
  readonly id: string;
  readonly title: string;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly nTurns: number;
}

/** Why a file that was seen is not remembered, by decision. */
export type SkipReason =
  | "binary"
  | "tooLarge"
  | "generated"
  | "minified"
  | "lockFile"
  | "sourceMap"
  | "secret"
  | "notRegularFile"
  | "symlinkLoop"
  /** A link to a place in the same folder, which is judged at its own path. */
  | "duplicateLink"
  | "outsideWorkspace"
  | "dataFile";

/** Why a file that should be remembered is not, against our will. */
export type FailReason =
  | "unreadable"
  | "changing"
  | "undecodable"
  /** The watchdog gave up on it. */
  | "timeout"
  /** Working on it ended a parse thread. */
  | "crashed"
  | "ioError";

/** A skipped or failed file. `detail` is a sentence fragment for the user, without file content. */
export interface FileProblem {
  readonly rootId: string;
  readonly path: string;
  readonly outcome: "skipped" | "failed";
  readonly reason: SkipReason | FailReason;
  readonly detail: string;
}

/** Counts of one memory. `filesSeen = remembered + pending + sum(skipped) + sum(failed)` at all times. */
export interface RootStatus {
  readonly root: Root;
  readonly state: "opening" | "scanning" | "filling" | "refining" | "ready" | "paused" | "failed";
  readonly filesSeen: number;
  readonly remembered: number;
  readonly pending: number;
  readonly skipped: Readonly<Partial<Record<SkipReason, number>>>;
  readonly failed: Readonly<Partial<Record<FailReason, number>>>;
  /** Entries that an ignore rule hid at the level where the rule matched; not part of `filesSeen`. */
  readonly ignoredEntries: number;
  /** Bytes of the files that are known, and of those that are done. `bytesDone` never goes back within a fill. */
  readonly bytesKnown: number;
  readonly bytesDone: number;
  readonly nChunks: number;
  /** Chunks that can be found by meaning; the others, by words only. */
  readonly nEmbedded: number;
  /** Remembered files whose chunks come from the syntax tree. */
  readonly filesSyntaxExact: number;
  /** Remembered files that have a grammar but did not parse within limits: line-based chunks. */
  readonly filesFallback: number;
  /** Remembered files still waiting for the syntax pass. */
  readonly filesToRefine: number;
  readonly storeBytes: number;
  /** How far the history is read; absent in a status that says nothing of it. */
  readonly history?: HistoryStatus;
  readonly notices: readonly Notice[];
}

export interface MemoryStatus {
  readonly roots: readonly RootStatus[];
  readonly paused: boolean;
  readonly serverVersion: string;
  /** Absent in a server without a deep memory. */
  readonly deep?: DeepMemoryStatus;
}

/** What the user can set about the memory; the extension maps `lore.*` settings onto it. */
export interface MemorySettings {
  /** Globs that hide files, as in `files.exclude`; only patterns that are switched on. */
  readonly exclude: readonly string[];
  /** Globs that bring files in although an ignore rule or a skip rule hides them. */
  readonly include: readonly string[];
  /** Worker threads for reading and parsing; 0 means half the cores, at least one. */
  readonly threads: number;
  /** Largest source file that is remembered. */
  readonly maxFileBytes: number;
  /** `defaultDeepMemory` when absent. */
  readonly deepMemory?: DeepMemorySettings;
  /** Commits of the history that are remembered, the newest; 0 for none, `defaultMaxCommits` when absent. */
  readonly maxCommits?: number;
}
