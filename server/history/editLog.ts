/** Which files were saved when, and which definitions that changed. Holds no text: paths, names and hashes. */
import type { ForgetWorkParams } from "../../protocol/savedMemory.ts";
import type { Edit } from "../../protocol/timeline.ts";
import { eraseDeleted, openDatabase, type Database, type SchemaStep } from "../memory/database.ts";
import type { SeenDefinition, SeenFile } from "./seenStore.ts";

/** `steps[n]` leads from version n to n + 1; what was saved when cannot be found out again. */
const steps: readonly SchemaStep[] = [
  (database) =>
    database.exec(`
      CREATE TABLE edit (
        id INTEGER PRIMARY KEY,
        path TEXT NOT NULL,
        firstMs INTEGER NOT NULL,
        lastMs INTEGER NOT NULL,
        change TEXT NOT NULL,
        definitions TEXT NOT NULL
      ) STRICT;
      CREATE INDEX editByTime ON edit (lastMs);
      CREATE TABLE known (
        path TEXT PRIMARY KEY,
        seenMs INTEGER NOT NULL,
        contentHash TEXT NOT NULL,
        definitions TEXT NOT NULL
      ) STRICT;
    `),
];
const cacheBytes = 1024 * 1024;
/** The oldest edits, and what is known of the files that were saved longest ago, make room. */
const maxEdits = 5_000;
const maxKnown = 1_000;
/** Saves of a file that follow each other within this time are one edit. */
const sameEditMs = 10 * 60_000;
const maxDefinitions = 20;

export class EditLog {
  readonly #database: Database;

  /** Opens or makes the file. Errors: `sqliteMissing`, `diskFull`, `storeUnavailable`. */
  constructor(file: string) {
    this.#database = openDatabase({
      file,
      content: {
        kind: "irreplaceable",
        steps,
        verify: (database) => {
          database.prepare("SELECT id, path, firstMs, lastMs, change, definitions FROM edit");
          database.prepare("SELECT path, seenMs, contentHash, definitions FROM known");
        },
      },
      synchronous: "NORMAL",
      cacheBytes,
    }).database;
    this.#database.exec("PRAGMA secure_delete = ON;");
  }

  /** What a file held when it was saved last; `undefined` when that is not known. */
  known(path: string): Omit<SeenFile, "path"> | undefined {
    const row = this.#database
      .prepare("SELECT seenMs, contentHash, definitions FROM known WHERE path = ?")
      .get(path) as
      | { readonly seenMs: number; readonly contentHash: string; readonly definitions: string }
      | undefined;
    if (row === undefined) return undefined;
    return { ...row, definitions: JSON.parse(row.definitions) as SeenDefinition[] };
  }

  setKnown({ path, seenMs, contentHash, definitions }: SeenFile): void {
    this.#database
      .prepare("INSERT OR REPLACE INTO known VALUES (?, ?, ?, ?)")
      .run(path, Math.round(seenMs), contentHash, JSON.stringify(definitions));
    this.#database
      .prepare(
        "DELETE FROM known WHERE path IN (SELECT path FROM known ORDER BY seenMs DESC LIMIT -1 OFFSET ?)",
      )
      .run(maxKnown);
  }

  /** What a file holds is no longer known: something else than a hand changed it. */
  unlearn(path: string): void {
    this.#database.prepare("DELETE FROM known WHERE path = ?").run(path);
  }

  /** Adds an edit; one that goes on with the newest is put together with it. */
  add(edit: Edit): void {
    const last = this.#newest();
    if (last?.path === edit.path && edit.firstMs - last.lastMs <= sameEditMs) {
      this.#database
        .prepare("UPDATE edit SET lastMs = ?, change = ?, definitions = ? WHERE id = ?")
        .run(
          Math.round(edit.lastMs),
          last.change === "created" && edit.change === "changed" ? "created" : edit.change,
          JSON.stringify(joined(last.definitions, edit.definitions)),
          last.id,
        );
      return;
    }
    this.#database
      .prepare(
        "INSERT INTO edit (path, firstMs, lastMs, change, definitions) VALUES (?, ?, ?, ?, ?)",
      )
      .run(
        edit.path,
        Math.round(edit.firstMs),
        Math.round(edit.lastMs),
        edit.change,
        JSON.stringify(joined([], edit.definitions)),
      );
    this.#database
      .prepare(
        "DELETE FROM edit WHERE id IN (SELECT id FROM edit ORDER BY id DESC LIMIT -1 OFFSET ?)",
      )
      .run(maxEdits);
  }

  /** The edits of a time, half-open, the newest first. */
  between(fromMs: number, toMs: number, limit: number): Edit[] {
    const rows = this.#database
      .prepare(
        "SELECT id, path, firstMs, lastMs, change, definitions FROM edit WHERE lastMs >= ? AND lastMs < ? ORDER BY lastMs DESC, id DESC LIMIT ?",
      )
      .all(fromMs, toMs, limit) as unknown as EditRow[];
    return rows.map((row) => {
      const { id: _id, ...edit } = editOf(row);
      return edit;
    });
  }

  /**
   * Deletes edits, and what is known of files, and returns how many edits: by time those that ended before it, of one that
   * went on only its beginning. No byte of them is left in the file. Errors: `diskFull`, `storeUnavailable`.
   */
  forget({ beforeMs, folder, all }: ForgetWorkParams): number {
    if (all === true) return this.#delete("TRUE", "TRUE", {});
    if (beforeMs !== undefined) {
      const time = { beforeMs: Math.round(beforeMs) };
      const nEdits = this.#delete("lastMs < :beforeMs", "seenMs < :beforeMs", time);
      this.#database
        .prepare("UPDATE edit SET firstMs = :beforeMs WHERE firstMs < :beforeMs")
        .run(time);
      return nEdits;
    }
    const inside = folder?.replace(/\/+$/, "");
    if (inside === undefined) return 0;
    if (inside === "") return this.#delete("TRUE", "TRUE", {});
    const isInside = "path = :inside OR substr(path, 1, length(:inside) + 1) = :inside || '/'";
    return this.#delete(isInside, isInside, { inside });
  }

  #delete(edits: string, known: string, values: Readonly<Record<string, string | number>>): number {
    const { changes } = this.#database.prepare(`DELETE FROM edit WHERE ${edits}`).run(values);
    this.#database.prepare(`DELETE FROM known WHERE ${known}`).run(values);
    eraseDeleted(this.#database);
    return Number(changes);
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #newest(): (Edit & { readonly id: number }) | undefined {
    const row = this.#database
      .prepare(
        "SELECT id, path, firstMs, lastMs, change, definitions FROM edit ORDER BY id DESC LIMIT 1",
      )
      .get() as EditRow | undefined;
    return row && editOf(row);
  }
}

type EditRow = Omit<Edit, "definitions"> & { readonly id: number; readonly definitions: string };

function editOf({ definitions, ...row }: EditRow): Edit & { readonly id: number } {
  return { ...row, definitions: JSON.parse(definitions) as Edit["definitions"] };
}

/** Each definition once, with what was done to it last. */
function joined(before: Edit["definitions"], after: Edit["definitions"]): Edit["definitions"] {
  const byName = new Map(
    [...before, ...after].map(({ name, container, change }) => [
      `${container}\0${name}`,
      { name, container, change },
    ]),
  );
  return [...byName.values()].slice(-maxDefinitions);
}
