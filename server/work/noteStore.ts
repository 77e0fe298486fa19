/**
 * Notes in SQLite. They belong to a repository, so that several windows, on several working trees, write to one file:
 * every change is one short transaction, and whoever writes second waits for it. A forgotten note leaves no bytes.
 */
import path from "node:path";
import { MemoryError } from "../../protocol/errors.ts";
import type { NoteKind, NoteLink } from "../../protocol/notes.ts";
import type { SavedEvidence, SavedNote } from "../../protocol/savedMemory.ts";
import type { Range, SymbolInfo } from "../../protocol/types.ts";
import {
  databaseBytes,
  dataVersion,
  eraseDeleted,
  forgetAside,
  inTransaction,
  isUnwritable,
  openDatabase,
  openForReading,
  withMemoryErrors,
  type Database,
} from "../memory/database.ts";
import { noteSteps, verifyNoteTables } from "./noteSchema.ts";

/** A note as it is kept: without what depends on the present text of files, and in the store of its root. */
export type StoredNote = Omit<SavedNote, "rootId">;

const cacheBytes = 1024 * 1024;
/** The name of the file in the folder of the memory of the work. */
export const notesFile = "notes.sqlite";

interface NoteRow {
  readonly id: string;
  readonly kind: string;
  readonly text: string;
  readonly who: string;
  readonly created_ms: number;
  readonly file: string | null;
  readonly conversation_id: string | null;
  readonly tags: string;
  readonly is_pinned: number;
  readonly n_uses: number;
  readonly last_used_ms: number | null;
  readonly superseded_by: string | null;
}
interface EvidenceRow {
  readonly note_id: string;
  readonly path: string;
  readonly range: string;
  readonly content_hash: string;
  readonly symbol: string | null;
  readonly file_hash: string | null;
}
interface LinkRow {
  readonly note_id: string;
  readonly kind: NoteLink["kind"];
  readonly target: string;
}

export class NoteStore {
  /** True for one that could not be opened for writing. */
  readonly isReadOnly: boolean;
  readonly #database: Database;
  #seenVersion = -1;
  /** When others' writes were told last. */
  #newsVersion = -1;
  /** As of the version; a change of this connection's own is put in right behind it. */
  #notes: readonly StoredNote[] = [];

  /**
   * Opens or creates the store in a folder. A damaged file is moved aside and kept; one of a newer version is refused. One
   * that cannot be written is read, and each change fails.
   * Errors: `sqliteMissing`, `diskFull`, `storeUnavailable`.
   */
  constructor(folder: string) {
    const file = path.join(folder, notesFile);
    const { database, isReadOnly } = openNotes(file);
    this.#database = database;
    this.isReadOnly = isReadOnly;
    withMemoryErrors(() =>
      this.#database.exec("PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON;"),
    );
  }

  /**
   * Every note, those that were replaced too, oldest first. What another process wrote is seen at once. A note that did not
   * change since the last call is the same object, unless another process wrote.
   */
  all(): readonly StoredNote[] {
    return withMemoryErrors(() => {
      const version = dataVersion(this.#database);
      if (version !== this.#seenVersion) {
        this.#notes = this.#read();
        this.#seenVersion = version;
      }
      return this.#notes;
    });
  }

  /** True when another process wrote since this was asked last, and the first time. */
  takeNews(): boolean {
    return withMemoryErrors(() => {
      const version = dataVersion(this.#database);
      if (version === this.#newsVersion) return false;
      this.#newsVersion = version;
      return true;
    });
  }

  /** Errors: `noteNotFound`. */
  get(id: string): StoredNote {
    const found = this.all().find((note) => note.id === id);
    if (found === undefined) throw new MemoryError("noteNotFound");
    return found;
  }

  /** Adds a note; `replaces` is not recalled any more. Errors: `noteNotFound`. */
  add(note: StoredNote, replaces?: string): void {
    this.#write(() => {
      this.#insert(note);
      if (replaces === undefined) return;
      this.#changed(this.#replace(replaces, note.id));
    });
  }

  /**
   * Adds notes whose ids are not known yet, and returns how many. A known live one is replaced when it comes as one that
   * was; each `supersededBy` is that of another note given, and they lead in no circle.
   */
  addAll(notes: readonly StoredNote[]): number {
    const known = new Set(this.all().map(({ id }) => id));
    const added = notes.filter(({ id }) => !known.has(id));
    this.#write(() => {
      // A note may come before the one that replaced it.
      this.#database.exec("PRAGMA defer_foreign_keys = ON");
      for (const note of added) this.#insert(note);
    });
    this.replaceAll(notes);
    return added.length;
  }

  /** Marks live notes as replaced by the notes that are named, where those are here and it leads in no circle. */
  replaceAll(notes: readonly Pick<StoredNote, "id" | "supersededBy">[]): void {
    const next = new Map(this.all().map((note) => [note.id, note.supersededBy]));
    this.#write(() => {
      for (const { id, supersededBy } of notes) {
        if (supersededBy === undefined || !next.has(supersededBy)) continue;
        if (next.get(id) !== undefined || leadsTo(next, supersededBy, id)) continue;
        next.set(id, supersededBy);
        this.#replace(id, supersededBy);
      }
    });
  }

  /** Bytes of the file, without its journal. */
  bytes(): number {
    return withMemoryErrors(() => databaseBytes(this.#database));
  }

  /**
   * Gives a note the time, evidence, links and tags of another one that says the same: whatever was said between the two
   * was said before. Errors: `noteNotFound`.
   */
  merge(id: string, more: StoredNote, nowMs: number): void {
    const known = this.get(id);
    const isNew = ({ path: file, contentHash }: SavedEvidence): boolean =>
      !known.evidence.some((each) => each.path === file && each.contentHash === contentHash);
    this.#write(() => {
      this.#addEvidence(id, more.evidence.filter(isNew), known.evidence.length);
      this.#addLinks(id, more.links);
      this.#changed(
        this.#database
          .prepare(
            "UPDATE note SET created_ms = ?, n_uses = n_uses + 1, last_used_ms = ?, tags = ? WHERE id = ?",
          )
          .run(
            Math.round(more.createdMs),
            Math.round(nowMs),
            JSON.stringify([...new Set([...known.tags, ...more.tags])]),
            id,
          ),
      );
    });
  }

  /** Counts a recall of each of these notes. */
  used(ids: readonly string[], nowMs: number): void {
    this.#write(() => {
      const count = this.#database.prepare(
        "UPDATE note SET n_uses = n_uses + 1, last_used_ms = ? WHERE id = ?",
      );
      for (const id of ids) count.run(Math.round(nowMs), id);
    }, ids);
  }

  /** Errors: `noteNotFound`. */
  pin(id: string, isPinned: boolean): void {
    this.#write(
      () =>
        this.#changed(
          this.#database.prepare("UPDATE note SET is_pinned = ? WHERE id = ?").run(+isPinned, id),
        ),
      [id],
    );
  }

  /** Keeps where the evidence of a note was seen last. `position` is its index. */
  moved(id: string, position: number, { path: file, range, fileHash }: SavedEvidence): void {
    this.#write(
      () =>
        this.#database
          .prepare(
            "UPDATE evidence SET path = ?, range = ?, file_hash = ? WHERE note_id = ? AND position = ?",
          )
          .run(file, JSON.stringify(range), fileHash ?? null, id, position),
      [id],
    );
  }

  /** Deletes notes with those that they replaced, and links to them. Returns how many; their bytes are gone from the disk. */
  forget(ids: readonly string[]): number {
    const before = this.all().length;
    if (ids.length === 0) return 0;
    this.#write(() => {
      // The older versions go with them, by the foreign key.
      const remove = this.#database.prepare("DELETE FROM note WHERE id = ?");
      for (const id of ids) remove.run(id);
      this.#database.exec(
        "DELETE FROM link WHERE kind = 'note' AND target NOT IN (SELECT id FROM note)",
      );
    });
    eraseDeleted(this.#database);
    return before - this.all().length;
  }

  /** Deletes copies of the file that were moved aside because they were damaged. */
  forgetDamaged(): void {
    withMemoryErrors(() => forgetAside(this.#database));
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  /** Reads these notes again, which are among those that are known. */
  #readAgain(ids: readonly string[]): void {
    const again = new Map(ids.map((id) => [id, this.#readOne(id)]));
    this.#notes = this.#notes.map((note) => again.get(note.id) ?? note);
  }

  #readOne(id: string): StoredNote | undefined {
    const row = this.#database.prepare("SELECT * FROM note WHERE id = ?").get(id);
    if (row === undefined) return undefined;
    const evidence = this.#database
      .prepare("SELECT * FROM evidence WHERE note_id = ? ORDER BY position")
      .all(id) as unknown as EvidenceRow[];
    const links = this.#database
      .prepare("SELECT * FROM link WHERE note_id = ? ORDER BY rowid")
      .all(id) as unknown as LinkRow[];
    return noteOf(row as unknown as NoteRow, evidence, links.map(linkOf));
  }

  #read(): StoredNote[] {
    const evidence = Map.groupBy(
      this.#database
        .prepare("SELECT * FROM evidence ORDER BY note_id, position")
        .all() as unknown as EvidenceRow[],
      ({ note_id: id }) => id,
    );
    const links = Map.groupBy(
      this.#database.prepare("SELECT * FROM link ORDER BY rowid").all() as unknown as LinkRow[],
      ({ note_id: id }) => id,
    );
    const rows = this.#database
      .prepare("SELECT * FROM note ORDER BY created_ms, rowid")
      .all() as unknown as NoteRow[];
    return rows.map((row) =>
      noteOf(row, evidence.get(row.id) ?? [], (links.get(row.id) ?? []).map(linkOf)),
    );
  }

  #insert(note: StoredNote): void {
    this.#database
      .prepare("INSERT INTO note VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .run(
        ...([note.id, note.kind, note.text, note.who, Math.round(note.createdMs)] as const),
        note.file ?? null,
        note.conversationId ?? null,
        JSON.stringify(note.tags),
        note.isPinned ? 1 : 0,
        note.nUses,
        note.lastUsedMs ?? null,
        note.supersededBy ?? null,
      );
    this.#addEvidence(note.id, note.evidence, 0);
    this.#addLinks(note.id, note.links);
  }

  #replace(id: string, by: string): { readonly changes: number | bigint } {
    return this.#database
      .prepare("UPDATE note SET superseded_by = ? WHERE id = ? AND superseded_by IS NULL")
      .run(by, id);
  }

  #addEvidence(id: string, evidence: readonly SavedEvidence[], from: number): void {
    const insert = this.#database.prepare("INSERT INTO evidence VALUES (?, ?, ?, ?, ?, ?, ?)");
    evidence.forEach(({ path: file, range, contentHash, symbol, fileHash }, idx) =>
      insert.run(
        id,
        from + idx,
        file,
        JSON.stringify(range),
        contentHash,
        symbol === undefined ? null : JSON.stringify(symbol),
        fileHash ?? null,
      ),
    );
  }

  /** One that says what a known note says is linked to it, which is itself once they are one. */
  #addLinks(id: string, links: readonly NoteLink[]): void {
    const insert = this.#database.prepare("INSERT OR IGNORE INTO link VALUES (?, ?, ?)");
    for (const { kind, target } of links)
      if (kind !== "note" || target !== id) insert.run(id, kind, target);
  }

  #changed({ changes }: { readonly changes: number | bigint }): void {
    if (Number(changes) === 0) throw new MemoryError("noteNotFound");
  }

  /** `changed` are the notes that are others afterwards, when no note comes or goes. */
  #write(change: () => void, changed?: readonly string[]): void {
    let isKnown = false;
    try {
      withMemoryErrors(() => inTransaction(this.#database, change));
      isKnown = changed !== undefined && this.#seenVersion >= 0;
    } finally {
      // This connection's own writes do not change its data version.
      if (!isKnown) this.#seenVersion = -1;
    }
    if (isKnown && changed !== undefined) withMemoryErrors(() => this.#readAgain(changed));
  }
}

/** Errors: `sqliteMissing`, `diskFull`, `storeUnavailable`. */
function openNotes(file: string): { readonly database: Database; readonly isReadOnly: boolean } {
  try {
    const { database } = openDatabase({
      file,
      content: { kind: "irreplaceable", steps: noteSteps, verify: verifyNoteTables },
      synchronous: "FULL",
      cacheBytes,
    });
    return { database, isReadOnly: false };
  } catch (error) {
    if (!isUnwritable(error)) throw error;
    const database = openForReading(file, cacheBytes);
    try {
      verifyNoteTables(database);
      return { database, isReadOnly: true };
    } catch {
      database.close();
      throw error;
    }
  }
}

/** True when what replaced a note, and what replaced that, leads to another one. */
function leadsTo(
  replacedBy: ReadonlyMap<string, string | undefined>,
  from: string,
  to: string,
): boolean {
  let id: string | undefined = from;
  while (id !== undefined && id !== to) id = replacedBy.get(id);
  return id === to;
}

function noteOf(
  row: NoteRow,
  evidence: readonly EvidenceRow[],
  links: readonly NoteLink[],
): StoredNote {
  return {
    id: row.id,
    kind: row.kind as NoteKind,
    text: row.text,
    who: row.who,
    createdMs: row.created_ms,
    ...(row.file === null ? {} : { file: row.file }),
    ...(row.conversation_id === null ? {} : { conversationId: row.conversation_id }),
    evidence: evidence.map(evidenceOf),
    tags: JSON.parse(row.tags) as string[],
    links,
    isPinned: row.is_pinned === 1,
    nUses: row.n_uses,
    ...(row.last_used_ms === null ? {} : { lastUsedMs: row.last_used_ms }),
    ...(row.superseded_by === null ? {} : { supersededBy: row.superseded_by }),
  };
}

function evidenceOf(row: EvidenceRow): SavedEvidence {
  return {
    path: row.path,
    range: JSON.parse(row.range) as Range,
    contentHash: row.content_hash,
    ...(row.symbol === null ? {} : { symbol: JSON.parse(row.symbol) as SymbolInfo }),
    ...(row.file_hash === null ? {} : { fileHash: row.file_hash }),
  };
}

function linkOf({ kind, target }: LinkRow): NoteLink {
  return { kind, target };
}
