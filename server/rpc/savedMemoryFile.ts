/** Reads and writes the file of an exported memory. What it reads may come from anybody: every line is checked. */
import { createReadStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { MemoryError } from "../../protocol/errors.ts";
import {
  memoryFormatVersion,
  type SavedConversation,
  type SavedNote,
  type SavedRoot,
  type SavedTurn,
} from "../../protocol/savedMemory.ts";
import { savedLine, savedLines, savedVersion } from "./savedMemoryShape.ts";
import { ShapeError } from "./shape.ts";

/** What a file holds; every id stands once, and what replaced a note is there. */
export interface SavedMemory {
  readonly roots: readonly SavedRoot[];
  readonly notes: readonly SavedNote[];
  readonly conversations: readonly SavedConversation[];
  readonly turns: readonly SavedTurn[];
}

/** Nearly twice the room that the memory of the work has; a larger file is not one that Lore wrote. */
const maxFileBytes = 600_000_000;
const maxLineLength = 100_000_000;
/** So often a write waits for the disk, and lets others in. */
const bytesPerWrite = 1_000_000;

/**
 * Returns what a file holds. Rejects with the signal's reason when cancelled.
 * Errors: `fileUnavailable`, `memoryFileNewer`, `memoryFileUnusable` with the number of the first bad line.
 */
export async function readMemoryFile(file: string, signal: AbortSignal): Promise<SavedMemory> {
  try {
    const { size } = await stat(file);
    if (size > maxFileBytes) throw new MemoryError("memoryFileUnusable", "the file is too large");
    const reader = new MemoryReader();
    let left = "";
    for await (const chunk of createReadStream(file, { encoding: "utf8", signal })) {
      const lines = (left + String(chunk)).split("\n");
      left = lines.pop() ?? "";
      for (const line of lines) reader.add(line);
      if (left.length > maxLineLength) reader.tooLong();
    }
    reader.add(left);
    return reader.end();
  } catch (error) {
    signal.throwIfAborted();
    throw asFileError(error);
  }
}

/**
 * Writes lines to a file. It is there when all of it is written and not before, and replaces one that was there. Rejects
 * with the signal's reason when cancelled. Errors: `fileUnavailable`, and those of whoever makes the lines.
 */
export async function writeMemoryFile(
  file: string,
  lines: Iterable<string>,
  signal: AbortSignal,
): Promise<void> {
  // Somebody's file of that name is not touched.
  const half = `${file}.${crypto.randomUUID()}.part`;
  try {
    const output = await open(half, "wx", 0o600);
    try {
      let text = "";
      for (const line of lines) {
        text += `${line}\n`;
        if (text.length < bytesPerWrite) continue;
        signal.throwIfAborted();
        await output.writeFile(text);
        text = "";
      }
      await output.writeFile(text);
      await output.sync();
    } finally {
      await output.close();
    }
    signal.throwIfAborted();
    await rename(half, file);
  } catch (error) {
    await rm(half, { force: true });
    signal.throwIfAborted();
    throw asFileError(error);
  }
}

/** Collects checked lines. */
class MemoryReader {
  readonly #notes = new Map<string, SavedNote>();
  readonly #noteLines = new Map<string, number>();
  readonly #conversations = new Map<string, SavedConversation>();
  readonly #turns = new Map<string, SavedTurn>();
  #roots: readonly SavedRoot[] | undefined;
  #line = 0;

  /** Errors: `memoryFileUnusable`, `memoryFileNewer`. */
  add(line: string): void {
    this.#line++;
    if (line.trim() === "") return;
    try {
      this.#addValue(JSON.parse(line));
    } catch (error) {
      if (error instanceof ShapeError) throw this.#unusable(this.#line, error.message);
      if (error instanceof SyntaxError) throw this.#unusable(this.#line, "it is not JSON");
      throw error;
    }
  }

  /** Errors: `memoryFileUnusable`. */
  tooLong(): never {
    throw this.#unusable(this.#line + 1, "it is too long");
  }

  /** Errors: `memoryFileUnusable` for a file without its first line, and for notes whose replacement is not there. */
  end(): SavedMemory {
    if (this.#roots === undefined) throw this.#unusable(1, "this is no memory of Lore");
    const checked = new Set<string>();
    for (const { id } of this.#notes.values()) this.#checkReplacements(id, checked);
    return {
      roots: this.#roots,
      notes: [...this.#notes.values()],
      conversations: [...this.#conversations.values()],
      turns: [...this.#turns.values()],
    };
  }

  #addValue(value: unknown): void {
    const { type } = savedLine(value, "line");
    if (type === "memory") {
      if (this.#roots !== undefined) throw new ShapeError("there is a second first line");
      const { version } = savedVersion(value, "line");
      if (version > memoryFormatVersion) throw new MemoryError("memoryFileNewer");
      this.#roots = savedLines.memory(value, "line").roots;
      return;
    }
    if (this.#roots === undefined) throw new ShapeError("the first line of a memory is not there");
    if (type === "note") {
      const note = savedLines.note(value, "note");
      this.#noteLines.set(note.id, this.#line);
      addOnce(this.#notes, note.id, note);
    } else if (type === "conversation") {
      const conversation = savedLines.conversation(value, "conversation");
      addOnce(this.#conversations, conversation.id, conversation);
    } else {
      const turn = savedLines.turn(value, "turn");
      if (!this.#conversations.has(turn.conversationId))
        throw new ShapeError("turn.conversationId names no conversation before it");
      addOnce(this.#turns, `${turn.conversationId} ${turn.id}`, turn);
    }
  }

  /** What replaced a note leads to a live one. `checked` are those of which it is known. */
  #checkReplacements(id: string, checked: Set<string>): void {
    const seen = new Set<string>();
    let note = this.#notes.get(id);
    while (note?.supersededBy !== undefined && !checked.has(note.id)) {
      const line = this.#noteLines.get(note.id) ?? 0;
      if (seen.has(note.id)) throw this.#unusable(line, "note.supersededBy leads in a circle");
      seen.add(note.id);
      const next = this.#notes.get(note.supersededBy);
      if (next === undefined) throw this.#unusable(line, "note.supersededBy names no note");
      if (next.rootId !== note.rootId)
        throw this.#unusable(line, "note.supersededBy names a note of another folder");
      note = next;
    }
    for (const each of seen) checked.add(each);
  }

  #unusable(line: number, what: string): MemoryError {
    return new MemoryError("memoryFileUnusable", `line ${line}: ${what}`);
  }
}

function addOnce<T>(known: Map<string, T>, id: string, item: T): void {
  if (known.has(id)) throw new ShapeError("its id stands twice");
  known.set(id, item);
}

/** Returns the catalogue error for what the file system reported; other errors come back. */
function asFileError(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (error instanceof MemoryError || !/^E[A-Z]+$/.test(code)) return error;
  return code === "ENOSPC" ? new MemoryError("diskFull") : new MemoryError("fileUnavailable", code);
}
