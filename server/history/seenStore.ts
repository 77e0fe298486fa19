/** When each file was last looked at, and what it defined then. Holds no text: definitions by name and hashes. */
import type { SymbolKind } from "../../protocol/types.ts";
import { openDatabase, type Database, type SchemaStep } from "../memory/database.ts";
import type { DefinitionVersion } from "./definitionVersions.ts";

/** A definition as it was seen. */
export interface SeenDefinition {
  readonly name: string;
  readonly container: string;
  readonly kind: SymbolKind;
  /** Hashes of its parts without white space. */
  readonly signature: string;
  readonly body: string;
  readonly comment: string;
}

export interface SeenFile {
  readonly path: string;
  readonly seenMs: number;
  readonly contentHash: string;
  readonly definitions: readonly SeenDefinition[];
}

/** The last look at everything. */
export interface Look {
  readonly commit: string;
  readonly lookedMs: number;
}

/** `steps[n]` leads from version n to n + 1; what was seen cannot be made again. */
const steps: readonly SchemaStep[] = [
  (database) =>
    database.exec(`
      CREATE TABLE IF NOT EXISTS seen (
        path TEXT PRIMARY KEY,
        seenMs INTEGER NOT NULL,
        contentHash TEXT NOT NULL,
        definitions TEXT NOT NULL
      ) STRICT;
      CREATE TABLE IF NOT EXISTS look (id INTEGER PRIMARY KEY CHECK (id = 1), commitHash TEXT NOT NULL, lookedMs INTEGER NOT NULL) STRICT;
    `),
];
const cacheBytes = 1024 * 1024;
/** The files that were seen longest ago make room. */
const maxFiles = 5_000;

export class SeenStore {
  readonly #database: Database;

  /** Opens or makes the file. Errors: `sqliteMissing`, `diskFull`, `storeUnavailable`. */
  constructor(file: string) {
    this.#database = openDatabase({
      file,
      content: {
        kind: "irreplaceable",
        steps,
        verify: (database) => {
          database.prepare("SELECT path, seenMs, contentHash, definitions FROM seen");
          database.prepare("SELECT id, commitHash, lookedMs FROM look");
        },
      },
      synchronous: "NORMAL",
      cacheBytes,
    }).database;
  }

  files(): SeenFile[] {
    const rows = this.#database
      .prepare("SELECT path, seenMs, contentHash, definitions FROM seen ORDER BY seenMs DESC")
      .all() as unknown as (Omit<SeenFile, "definitions"> & { readonly definitions: string })[];
    return rows.map((row) => ({
      ...row,
      definitions: JSON.parse(row.definitions) as SeenDefinition[],
    }));
  }

  mark({ path, seenMs, contentHash, definitions }: SeenFile): void {
    this.#database
      .prepare("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)")
      .run(path, Math.round(seenMs), contentHash, JSON.stringify(definitions));
    this.#database
      .prepare(
        "DELETE FROM seen WHERE path IN (SELECT path FROM seen ORDER BY seenMs DESC LIMIT -1 OFFSET ?)",
      )
      .run(maxFiles);
  }

  look(): Look | undefined {
    const row = this.#database.prepare("SELECT commitHash, lookedMs FROM look").get();
    const { commitHash, lookedMs } = (row ?? {}) as { commitHash?: string; lookedMs?: number };
    return commitHash === undefined || lookedMs === undefined
      ? undefined
      : { commit: commitHash, lookedMs };
  }

  setLook({ commit, lookedMs }: Look): void {
    this.#database
      .prepare("INSERT OR REPLACE INTO look VALUES (1, ?, ?)")
      .run(commit, Math.round(lookedMs));
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

/** Returns what is kept of definitions. */
export function seenOf(
  definitions: readonly DefinitionVersion[],
  hashText: (text: string) => string,
): SeenDefinition[] {
  const hash = (text: string): string => hashText(text.replace(/\s+/g, ""));
  return definitions.map(({ name, container, kind, signature, body, comment }) => ({
    ...{ name, container, kind },
    ...{ signature: hash(signature), body: hash(body), comment: hash(comment) },
  }));
}
