/** Repositories with a past, for the tests of the history. */
import { rmSync } from "node:fs";
import path from "node:path";
import { fillHistory, type FillOutcome } from "../../../server/history/historyFill.ts";
import { HistoryReader } from "../../../server/history/historyReader.ts";
import { HistoryWriter } from "../../../server/history/historyWriter.ts";
import { definitionAttributes, definitionSettings } from "../../../server/history/patchSymbols.ts";
import { git, writeTree } from "../ingest/treesOnDisk.ts";

/** Files to write, `undefined` to delete. */
export type Step = Readonly<Record<string, string | undefined>>;

/** Commits what is given, and returns the commit's hash. */
export function commit(folder: string, message: string, step: Step, author = "A"): string {
  for (const [file, text] of Object.entries(step)) {
    if (text === undefined) rmSync(path.join(folder, file));
    else writeTree(folder, { [file]: text });
  }
  git(folder, ["add", "-A"]);
  const by = `--author=${author} <${author.toLowerCase()}@example.invalid>`;
  git(folder, ["commit", "-q", "--allow-empty", "--cleanup=verbatim", "-F", "-", by], message);
  return git(folder, ["rev-parse", "HEAD"]).trim();
}

/** Makes an empty repository. */
export function begin(folder: string): void {
  writeTree(folder, { "./": "" });
  git(folder, ["init", "-q", "-b", "main"]);
}

export interface FilledHistory extends Disposable {
  readonly file: string;
  readonly reader: HistoryReader;
  readonly outcome: FillOutcome;
}

export interface FillHow {
  readonly prefix?: string;
  readonly maxCommits?: number;
  readonly signal?: AbortSignal;
  readonly progress?: (of: "commits" | "symbols") => void;
}

/** Reads the history of a folder into a file outside of it. */
export async function filled(
  folder: string,
  storeDir: string,
  { prefix = "", maxCommits = 1_000, signal, progress }: FillHow = {},
): Promise<FilledHistory> {
  writeTree(storeDir, { attributes: definitionAttributes });
  const file = path.join(storeDir, "history.sqlite");
  const writer = new HistoryWriter(file);
  try {
    const outcome = await fillHistory(writer, {
      ...{ folder, prefix, maxCommits },
      settings: definitionSettings(path.join(storeDir, "attributes")),
      signal: signal ?? new AbortController().signal,
      progress: progress ?? (() => undefined),
    });
    const reader = new HistoryReader(file);
    return { file, reader, outcome, [Symbol.dispose]: () => reader.close() };
  } finally {
    writer.close();
  }
}
