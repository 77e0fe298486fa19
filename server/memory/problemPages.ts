/** The files of a store that are not in memory, page by page, for whoever has the store open. */
import type { FileProblem } from "../../protocol/types.ts";
import type { Database, StatementSync } from "./database.ts";

/** Files that are not in memory, and how many there are in all. */
export interface StoredProblems {
  readonly problems: readonly Omit<FileProblem, "rootId">[];
  readonly total: number;
}

export class ProblemPages {
  readonly #page: StatementSync;
  readonly #count: StatementSync;

  constructor(database: Database) {
    this.#page = database.prepare(
      "SELECT path, outcome, reason, detail FROM file WHERE outcome <> 'remembered' ORDER BY outcome, reason, path LIMIT ? OFFSET ?",
    );
    this.#count = database.prepare("SELECT count(*) AS n FROM file WHERE outcome <> 'remembered'");
  }

  /** Returns at most `limit` of them from `offset` on, by outcome, reason and path. */
  read(offset: number, limit: number): StoredProblems {
    const rows = this.#page.all(limit, offset) as unknown as StoredProblems["problems"];
    const total = (this.#count.get() as { n: number }).n;
    return { problems: rows.map((row) => ({ ...row })), total };
  }
}
