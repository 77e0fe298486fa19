/**
 * The unit of work of a parse thread: read one file, decode it, chunk it, and turn it into terms. What
 * comes back can be written to the store as it is.
 */
import type { FailReason, SkipReason } from "../../protocol/types.ts";
import type { BlobLevel } from "../memory/memoryRows.ts";
import type { BlobContent, UnembeddedBlob } from "../memory/memoryWriter.ts";
import type { Clock, FileStat, FileSystem } from "../ports.ts";
import type { ParsedFile } from "../types.ts";
import type { StaticEncoder } from "../model/staticEncoder.ts";
import { blankSecrets } from "../secrets/maskSecrets.ts";
import { unpackSpans } from "../memory/packedSpans.ts";
import { blobContentOf, bytesOf } from "./blobContent.ts";
import { decode } from "./decoder.ts";
import { chunkByLines } from "./lineChunker.ts";
import { languageOf, type LanguageId } from "./languages.ts";
import { offsetsOfSpans } from "./lineIndex.ts";
import { inspectContent } from "./skipRules.ts";
import type { SyntaxChunker } from "./syntax/syntaxChunker.ts";
import { TermScanner } from "./termScanner.ts";

export interface ParseTask {
  readonly rootFolder: string;
  /** Workspace-relative. */
  readonly path: string;
  /** Unsaved editor text, which stands for the file's content. */
  readonly overlay?: string;
  /** True to chunk by syntax at once; false for the quick pass by lines. */
  readonly bySyntax: boolean;
  readonly maxFileBytes: number;
  /** True when an include glob names the file: content rules other than "binary" do not apply. */
  readonly included: boolean;
  /** True when the content must be computed, whatever the store says. */
  readonly mustCompute?: boolean;
  /** Set when nothing is wanted but the embeddings of chunks that are stored already. */
  readonly embed?: UnembeddedBlob;
  /** Content hashes for which nothing needs to be computed: already remembered well enough. */
  readonly isKnown?: (hash: bigint) => boolean;
}

export type ParseResult =
  | {
      readonly kind: "parsed";
      readonly path: string;
      readonly stat: FileStat;
      readonly content: BlobContent;
    }
  | {
      readonly kind: "known";
      readonly path: string;
      readonly stat: FileStat;
      readonly hash: bigint;
    }
  /** `vectors` is `undefined` when the file is not what was stored any more; whoever follows changes sees to that. */
  | {
      readonly kind: "embedded";
      readonly path: string;
      readonly hash: bigint;
      readonly vectors: Uint8Array | undefined;
    }
  | {
      readonly kind: "skipped";
      readonly path: string;
      readonly stat: FileStat;
      readonly reason: SkipReason;
      readonly detail: string;
    }
  | {
      readonly kind: "failed";
      readonly path: string;
      readonly stat: FileStat | undefined;
      readonly reason: FailReason;
      readonly detail: string;
    }
  | { readonly kind: "missing"; readonly path: string };

export interface Hasher {
  /** XXH64 of the bytes as an unsigned 64-bit integer. */
  h64Raw(bytes: Uint8Array): bigint;
  /** XXH64 of the text's UTF-8 as 16 hex digits. */
  h64ToString(text: string): string;
}

/** What is done with a file, in order. */
export const parseStages = ["read", "decode", "chunk", "index"] as const;
export type ParseStage = (typeof parseStages)[number];

/** Runs parse tasks in one thread. Not re-entrant. */
export class FileParser {
  readonly #files: FileSystem;
  readonly #hasher: Hasher;
  readonly #syntax: SyntaxChunker;
  readonly #clock: Clock;
  readonly #encoder: StaticEncoder | undefined;
  readonly #scanner = new TermScanner();
  readonly #enter: (stage: ParseStage, bytes: number) => void;

  /**
   * `enter` is told each stage of a file after the reading, before it begins, with the file's bytes. Without
   * `encoder` the chunks get no embeddings.
   */
  constructor(
    files: FileSystem,
    hasher: Hasher,
    syntax: SyntaxChunker,
    clock: Clock,
    enter: (stage: ParseStage, bytes: number) => void,
    encoder: StaticEncoder | undefined,
  ) {
    this.#enter = enter;
    this.#files = files;
    this.#hasher = hasher;
    this.#syntax = syntax;
    this.#clock = clock;
    this.#encoder = encoder;
  }

  /** Never rejects on a file's content: every file ends in one of the result's kinds. */
  async run(task: ParseTask): Promise<ParseResult> {
    const { path } = task;
    if (task.overlay !== undefined) return this.#parseOverlay(task, task.overlay);
    const read = this.#files.readFile(`${task.rootFolder}/${path}`, task.maxFileBytes);
    switch (read.kind) {
      case "missing":
        return { kind: "missing", path };
      case "unreadable":
        return { kind: "failed", path, stat: undefined, reason: "unreadable", detail: read.code };
      case "changing":
        return {
          kind: "failed",
          path,
          stat: undefined,
          reason: "changing",
          detail: "changed whenever it was read",
        };
      case "notRegularFile":
        return {
          kind: "skipped",
          path,
          stat: noStat,
          reason: "notRegularFile",
          detail: "not a regular file",
        };
      case "tooLarge":
        return {
          kind: "skipped",
          path,
          stat: { ...noStat, sizeBytes: read.sizeBytes },
          reason: "tooLarge",
          detail: `${read.sizeBytes} bytes`,
        };
      case "read":
        return this.#parseBytes(task, read.bytes, this.#provenStat(read.stat));
    }
  }

  /** Unsaved text is judged by the rules that its file will be judged by. */
  async #parseOverlay(task: ParseTask, text: string): Promise<ParseResult> {
    const { path } = task;
    const bytes = Buffer.from(text);
    if (task.embed !== undefined) return this.#embed(task, task.embed, bytes, text);
    const skip: { reason: SkipReason; detail: string } | undefined =
      bytes.length > task.maxFileBytes
        ? { reason: "tooLarge", detail: `${bytes.length} bytes` }
        : inspectContent(bytes, path);
    if (skip !== undefined && (!task.included || !isContentRule(skip.reason)))
      return { kind: "skipped", path, stat: overlayStat, ...skip };
    return this.#parseText(task, text, bytes, overlayStat);
  }

  /**
   * The stat of a file read just after it changed proves nothing: another change within one tick of the
   * file system's clock leaves it the same. Such a stat is marked, so that the next look reads again.
   */
  #provenStat(stat: FileStat): FileStat {
    const ageMs = Math.abs(this.#clock.nowMs() - Math.max(stat.mtimeMs, stat.ctimeMs));
    return ageMs < clockTickMs ? { ...stat, ctimeMs: noStat.ctimeMs } : stat;
  }

  async #parseBytes(task: ParseTask, bytes: Uint8Array, stat: FileStat): Promise<ParseResult> {
    const { path } = task;
    if (task.embed !== undefined) return this.#embed(task, task.embed, bytes);
    this.#enter("decode", bytes.length);
    const skip = inspectContent(bytes, path);
    if (skip !== undefined && (!task.included || !isContentRule(skip.reason))) {
      return { kind: "skipped", path, stat, reason: skip.reason, detail: skip.detail };
    }
    const hash = signed(this.#hasher.h64Raw(bytes));
    if (task.isKnown?.(hash) === true) return { kind: "known", path, stat, hash };
    const decoded = decode(bytes);
    if (decoded.kind === "undecodable") {
      return {
        kind: "failed",
        path,
        stat,
        reason: "undecodable",
        detail: "the text encoding was not recognised",
      };
    }
    return this.#parseText(task, decoded.text, bytes, stat, hash);
  }

  /** `text` is what `bytes` decode to, when that is known. */
  #embed(
    { path }: ParseTask,
    { hash, chunks }: UnembeddedBlob,
    bytes: Uint8Array,
    text?: string,
  ): ParseResult {
    const isStored = signed(this.#hasher.h64Raw(bytes)) === hash;
    const read = isStored ? (text ?? textOf(bytes)) : undefined;
    const whole = read === undefined ? undefined : blankSecrets(read);
    const bounds = whole === undefined ? [] : offsetsOfSpans(whole, unpackSpans(chunks));
    const vectors = whole === undefined ? undefined : this.#encoder?.encodeSpans(whole, bounds);
    return {
      kind: "embedded",
      path,
      hash,
      vectors: vectors === undefined ? undefined : bytesOf(vectors),
    };
  }

  async #parseText(
    task: ParseTask,
    text: string,
    bytes: Uint8Array,
    stat: FileStat,
    knownHash?: bigint,
  ): Promise<ParseResult> {
    const hash = knownHash ?? signed(this.#hasher.h64Raw(bytes));
    if (knownHash === undefined && task.isKnown?.(hash) === true)
      return { kind: "known", path: task.path, stat, hash };
    const language = languageOf(task.path, firstLineOf(text));
    this.#enter("chunk", bytes.length);
    // Terms and names of keys and tokens would be in the index.
    const shown = blankSecrets(text);
    const { parsed, level } = await this.#chunk(shown, language, task.bySyntax);
    this.#enter("index", bytes.length);
    return {
      kind: "parsed",
      path: task.path,
      stat,
      content: blobContentOf(shown, hash, language, parsed, level, this.#scanner, this.#encoder),
    };
  }

  async #chunk(
    text: string,
    language: LanguageId,
    bySyntax: boolean,
  ): Promise<{ parsed: ParsedFile; level: BlobLevel }> {
    if (!bySyntax)
      return { parsed: chunkByLines(text, language), level: this.#syntax.has(language) ? 0 : 2 };
    if (!this.#syntax.has(language)) return { parsed: chunkByLines(text, language), level: 2 };
    const prepared = await this.#syntax.prepare(language, text);
    const parsed = prepared ? this.#syntax.chunk(text, language) : undefined;
    if (parsed === undefined)
      return { parsed: chunkByLines(text, language, "grammarMissing"), level: 2 };
    if (parsed.fallback !== undefined)
      return { parsed: chunkByLines(text, language, parsed.fallback), level: 2 };
    return { parsed, level: 1 };
  }
}

/** An include glob overrides the rules about generated and minified text; no glob makes a binary or a key readable. */
function isContentRule(reason: SkipReason): boolean {
  return reason !== "binary" && reason !== "secret" && reason !== "tooLarge";
}

/** The coarsest tick that a common file system stamps its files with, with room for a busy machine. */
const clockTickMs = 50;

/** A stat that no file on disk has, so that the next scan reads the file again. */
export const noStat: FileStat = {
  kind: "file",
  sizeBytes: -1,
  mtimeMs: -1,
  ctimeMs: -1,
  inode: -1,
};
const overlayStat: FileStat = { ...noStat, sizeBytes: -2 };

function textOf(bytes: Uint8Array): string | undefined {
  const decoded = decode(bytes);
  return decoded.kind === "text" ? decoded.text : undefined;
}

/** SQLite integers are signed. */
export function signed(hash: bigint): bigint {
  return BigInt.asIntN(64, hash);
}

function firstLineOf(text: string): string {
  const end = text.indexOf("\n");
  return text.slice(0, Math.min(end < 0 ? text.length : end, 200));
}
