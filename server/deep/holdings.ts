/**
 * What the bank holds of the files that it should hold: what waits to be encoded, what is let go, and what must not be
 * told because it is not what the file says by now.
 */
import type { ChangeOutcome } from "../bank/bankWriter.ts";
import type { BankFile } from "../bank/bankTypes.ts";
import {
  fileIdOf,
  isTooLarge,
  placeOfFileId,
  type DeepFile,
  type WorkspaceFiles,
} from "./deepFiles.ts";

/** What is needed of the bank. */
export interface HoldingsBank {
  files(): readonly BankFile[];
  remove(fileId: string): ChangeOutcome;
}

export class Holdings {
  readonly #bank: HoldingsBank;
  /** Files that are to be encoded, most urgent first. */
  #queue: DeepFile[] = [];
  #queuedBytes = 0;
  #nHeld = 0;
  readonly #hidden = new Set<string>();
  /** Content that is left out, by file. */
  readonly #leftOut = new Map<string, string>();

  constructor(bank: HoldingsBank) {
    this.#bank = bank;
  }

  /** Files whose content in the bank is not theirs, or not known to be: nothing of them may be told. */
  get hidden(): ReadonlySet<string> {
    return this.#hidden;
  }

  /** The file that is to be encoded next. */
  get next(): DeepFile | undefined {
    return this.#queue[0];
  }

  get counts(): { nHeld: number; nQueued: number; nLeftOut: number; queuedBytes: number } {
    return {
      nHeld: this.#nHeld,
      nQueued: this.#queue.length,
      nLeftOut: this.#leftOut.size,
      queuedBytes: this.#queuedBytes,
    };
  }

  /** Compares the bank with what it should hold. What is known to be gone is let go. */
  follow(workspace: WorkspaceFiles): void {
    const held = new Map(this.#bank.files().map((file) => [file.fileId, file]));
    const wanted = new Map(
      workspace.files
        .filter((file) => !isTooLarge(file))
        .map((file) => [fileIdOf(file.rootId, file.path), file] as const),
    );
    this.#hidden.clear();
    for (const [fileId, { contentHash }] of held) {
      const file = wanted.get(fileId);
      if (file === undefined || String(file.hash) !== contentHash) this.#hidden.add(fileId);
      if (file === undefined && isGone(fileId, workspace)) this.#bank.remove(fileId);
    }
    this.#queue = [];
    for (const [fileId, file] of wanted) {
      const hash = String(file.hash);
      if (held.get(fileId)?.contentHash === hash || this.#leftOut.get(fileId) === hash) continue;
      this.#queue.push(file);
    }
    for (const fileId of this.#leftOut.keys())
      if (!wanted.has(fileId)) this.#leftOut.delete(fileId);
    this.#queuedBytes = this.#queue.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    this.#nHeld = wanted.size - this.#queue.length - this.#leftOut.size;
  }

  /** What was left out is tried again by the next `follow`. */
  retryLeftOut(): void {
    this.#leftOut.clear();
  }

  /** The bank has the file as it is. */
  stored(file: DeepFile): void {
    this.#hidden.delete(fileIdOf(file.rootId, file.path));
    if (this.#leave(file)) this.#nHeld++;
  }

  /** There is no room for a file. */
  leftOut(file: DeepFile): void {
    if (this.#leave(file)) this.#leftOut.set(fileIdOf(file.rootId, file.path), String(file.hash));
  }

  /** The file is not what it was; the memory will tell what it is. */
  gone(file: DeepFile): void {
    this.#leave(file);
  }

  /** Returns false when the file is not wanted any more. */
  #leave(file: DeepFile): boolean {
    const at = this.#queue.findIndex((other) => isSame(other, file));
    if (at < 0) return false;
    this.#queue.splice(at, 1);
    this.#queuedBytes -= file.sizeBytes;
    return true;
  }
}

/** Returns whether a file that is in no list is known to be gone. */
function isGone(fileId: string, { readable, unread }: WorkspaceFiles): boolean {
  const { rootId } = placeOfFileId(fileId);
  // While nothing can be read, nothing is known of the workspace either.
  return readable.has(rootId) || (readable.size > 0 && !unread.has(rootId));
}

function isSame(a: DeepFile, b: DeepFile): boolean {
  return a.hash === b.hash && a.path === b.path && a.rootId === b.rootId;
}
