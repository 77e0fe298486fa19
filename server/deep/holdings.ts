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
  contentIdOf,
} from "./deepFiles.ts";

/** What is needed of the bank. */
export interface HoldingsBank {
  readonly liveBytes: number;
  files(): readonly BankFile[];
  remove(fileId: string): ChangeOutcome;
  pin(fileId: string, isPinned: boolean): ChangeOutcome;
}

export interface HoldingsOptions {
  readonly bank: HoldingsBank;
  /** Bytes that the bank may hold now. */
  readonly capacityBytes: () => number;
  /** Bytes of a record for each token of its chunk. */
  readonly bytesPerToken: number;
}

/** Content that is left out. */
interface LeftOut {
  readonly hash: string;
  /** Bytes more that it needs in the bank. */
  readonly neededBytes: number;
  /** Does not fit even when others are forgotten for it. */
  readonly isTooMuch: boolean;
}

interface Counts {
  readonly nHeld: number;
  readonly nQueued: number;
  /** For want of room. */
  readonly nLeftOut: number;
  readonly nTooLarge: number;
  readonly queuedBytes: number;
}

/** Bytes of source for a token, before a file has been cut. */
export const bytesPerTokenOfSource = 3.1;
/**
 * Share of the capacity that files do not fill for which nothing is forgotten: more than is made free at once when
 * something is, so that what was forgotten does not come back to be forgotten again.
 */
const reservedShare = 0.03;

export class Holdings {
  readonly #bank: HoldingsBank;
  readonly #options: HoldingsOptions;
  /** Files that are to be encoded, most urgent first. */
  #queue: DeepFile[] = [];
  #queuedBytes = 0;
  #nHeld = 0;
  #nTooLarge = 0;
  readonly #hidden = new Set<string>();
  /** Files that go, and could not yet. */
  readonly #toRemove = new Set<string>();
  /** Content that is left out, by file. */
  readonly #leftOut = new Map<string, LeftOut>();

  constructor(options: HoldingsOptions) {
    this.#options = options;
    this.#bank = options.bank;
  }

  /** Files whose content in the bank is not theirs, or not known to be: nothing of them may be told. */
  get hidden(): ReadonlySet<string> {
    return this.#hidden;
  }

  /** The file that is to be encoded next. */
  get next(): DeepFile | undefined {
    return this.#queue[0];
  }

  /** Whether something that goes is still there, for want of room on the disk. */
  get isLate(): boolean {
    return this.#toRemove.size > 0;
  }

  /** Removes what goes, as far as the disk allows. Errors: `storeUnavailable`. */
  removeGone(): void {
    for (const fileId of this.#toRemove) {
      if (this.#bank.remove(fileId).kind === "diskFull") return;
      this.#toRemove.delete(fileId);
      this.#hidden.delete(fileId);
    }
  }

  /** Returns whether a file waits, as it is. */
  wants(file: DeepFile): boolean {
    return this.#queue.some((other) => isSame(other, file));
  }

  /** Returns whether a file, as it is, is to be encoded next. */
  isNext(file: DeepFile): boolean {
    return this.next !== undefined && isSame(this.next, file);
  }

  /** Bytes that are free without forgetting anything. */
  get roomBytes(): number {
    return this.#options.capacityBytes() * (1 - reservedShare) - this.#bank.liveBytes;
  }

  get counts(): Counts {
    return {
      nTooLarge: this.#nTooLarge,
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
    this.#nTooLarge = workspace.files.length - wanted.size;
    this.#hidden.clear();
    for (const fileId of this.#toRemove) this.#hidden.add(fileId);
    for (const [fileId, { contentHash, isPinned }] of held) {
      const file = wanted.get(fileId);
      if (file === undefined || contentIdOf(file) !== contentHash) this.#hidden.add(fileId);
      if (file === undefined && isGone(fileId, workspace)) this.#toRemove.add(fileId);
      else if (file !== undefined && file.isOpen !== isPinned) this.#bank.pin(fileId, file.isOpen);
    }
    this.removeGone();
    for (const fileId of this.#leftOut.keys())
      if (!wanted.has(fileId)) this.#leftOut.delete(fileId);
    this.#queue = this.#toEncode(wanted, held);
    this.#queuedBytes = this.#queue.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    this.#nHeld = wanted.size - this.#queue.length - this.#leftOut.size;
  }

  /** The bank has only part of a file, or one that is no more. */
  hide({ rootId, path }: DeepFile): void {
    this.#hidden.add(fileIdOf(rootId, path));
  }

  /** The bank has the file as it is. */
  stored(file: DeepFile): void {
    const fileId = fileIdOf(file.rootId, file.path);
    this.#hidden.delete(fileId);
    this.#toRemove.delete(fileId);
    if (!this.#leave(file)) return;
    this.#nHeld++;
    if (file.isOpen) this.#bank.pin(fileId, true);
  }

  /** There is no room for a file. What the bank has of it from before is let go, unless that is part of it as it is. */
  leftOut(file: DeepFile, left: Omit<LeftOut, "hash">): void {
    const fileId = fileIdOf(file.rootId, file.path);
    if (this.#leave(file)) this.#leftOut.set(fileId, { hash: contentIdOf(file), ...left });
    if (!this.#hidden.has(fileId)) return;
    this.#toRemove.add(fileId);
    this.removeGone();
  }

  /** The file is not what it was; the memory will tell what it is. */
  gone(file: DeepFile): void {
    this.#leave(file);
  }

  #toEncode(
    wanted: ReadonlyMap<string, DeepFile>,
    held: ReadonlyMap<string, BankFile>,
  ): DeepFile[] {
    let room = this.roomBytes;
    const queue: DeepFile[] = [];
    for (const [fileId, file] of wanted) {
      const hash = contentIdOf(file);
      const { contentHash, nForgotten } = held.get(fileId) ?? { nForgotten: 0 };
      const isHeld = contentHash === hash && !this.#toRemove.has(fileId);
      if (isHeld && nForgotten === 0) {
        this.#leftOut.delete(fileId);
        continue;
      }
      let left = this.#leftOut.get(fileId);
      if (isHeld && left?.hash !== hash) {
        // Part of it was forgotten.
        const neededBytes = (file.sizeBytes / bytesPerTokenOfSource) * this.#options.bytesPerToken;
        left = { hash, neededBytes, isTooMuch: false };
        this.#leftOut.set(fileId, left);
      }
      if (left?.hash === hash) {
        const mayForget = file.isOpen && !left.isTooMuch;
        if (!mayForget && left.neededBytes > room) continue;
        room -= left.neededBytes;
      }
      this.#leftOut.delete(fileId);
      queue.push(file);
    }
    return queue;
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
