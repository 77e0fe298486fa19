/**
 * What the user should know of a memory and may act on. A notice is a fact; whoever shows it words it, in the
 * user's language and with the ways out that its surface has (a command of the editor, an option of a terminal).
 */
export type Notice =
  { readonly kind: PlainNoticeKind } | HidingRuleNotice | HangingNotice | ModelNotice;

/** The notices that are told by their kind alone. */
export type PlainNoticeKind =
  /** The memory on disk was damaged: it was moved aside and is built again from the files. */
  | "storeRebuilt"
  /** The memory on disk is another version's: it is built again from the files. */
  | "olderSchema"
  /** The file of the conversations was damaged: it was moved aside and a new one made. */
  | "conversationsRebuilt"
  /** A newer version wrote the conversations: they are kept untouched and are not shown. */
  | "conversationsNewer"
  /** The memory cannot be written: nothing is remembered, and it is tried again. */
  | "stalled"
  /** As `stalled`, because the disk is full. */
  | "diskFull"
  /** An error of the server's own: nothing is remembered until the server is restarted. */
  | "ingestEnded"
  /** Another process keeps the memory up to date; this one reads from it. */
  | "readOnly"
  /** Another process keeps the memory and does not answer, as one that was stopped: what it remembered so far is read. */
  | "ownerSilent"
  /** Another version of Lore keeps the memory, in a form that this one cannot read. */
  | "ownerOtherVersion"
  /** The user deleted the memory in another window; `memory/rebuild` makes it anew. */
  | "forgottenElsewhere"
  /** The folder cannot be read at the moment: what is remembered is kept, and it is looked at again. */
  | "folderUnreadable";

/**
/**
 * A model cannot be used. Without the static model search works by words only; without the ranker places are put in
 * order by weights that were set by hand; without the encoder the most promising of them are not read once more.
 */
export interface ModelNotice {
  readonly kind: "modelUnavailable";
  readonly model: "static" | "ranker" | "encoder";
  readonly cause: ModelFaultKind;
  /** The file at fault, relative to the model's folder; `""` for none. */
  readonly file: string;
}

/** Why a model cannot be used. */
export type ModelFaultKind =
  /** There is no manifest, or a file that it names is not there. */
  | "missing"
  /** The manifest is no JSON, or a field of it is not what the format says. */
  | "manifestInvalid"
  /** Made for another version of Lore. */
  | "otherFormat"
  /** A file is shorter or longer than its header says. */
  | "truncated"
  /** A file's hash is not the manifest's. */
  | "damaged"
  /** Dimensions or vocabulary of the files do not agree. */
  | "dimensions"
  /** The scale of a table is not a finite, positive number. */
  | "scale"
  /** A merge of the tokenizer refers to a token that does not exist yet. */
  | "tokenizer"
  /** The WebAssembly kernel is not there or does not start on this machine. */
  | "kernel"
  /** Made for another tokenizer than the language model's. */
  | "otherTokenizer"
  /** The native ONNX Runtime is not there or does not start on this machine. */
  | "runtime"
  /** The ONNX Runtime refuses the graph, or its inputs and outputs are not what an encoder has. */
  | "graph"
  /** The graph failed on a text, or what it returned is no embedding. */
  | "output"
  /** Its thread ended by itself again and again. */
  | "thread";

/** One ignore rule hides nearly every entry of the root. */
export interface HidingRuleNotice {
  readonly kind: "ignoreHidesAlmostAll";
  /** As written, for example `/*`. */
  readonly rule: string;
  /** The file that holds it, relative to the root; `files.exclude` for a setting. */
  readonly ruleFile: string;
  readonly nHidden: number;
  /** Entries at the root's top level, without `.git`. */
  readonly nEntries: number;
  /** The line of a `.loreignore` that overrides the rule; absent for a setting, which no file overrides. */
  readonly override?: string;
}

/** The file system does not answer, as a network drive that is gone: what is remembered is kept, and it goes on when it answers. */
export interface HangingNotice {
  readonly kind: "folderHangs";
  /** What was asked of it. */
  readonly operation: "list" | "stat" | "read";
  /** Absolute path of the file or folder that was asked for. */
  readonly path: string;
}
