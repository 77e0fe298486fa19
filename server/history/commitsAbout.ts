/** Commits that are about some words. */
import type { CommitAbout, CommitsAboutParams } from "../services.ts";
import type { HistoryReader } from "./historyReader.ts";

const maxNames = 200;

/** Returns commits whose message, paths or touched definitions hold the words, best first. */
export function commitsAbout(
  reader: HistoryReader,
  { text, limit }: CommitsAboutParams,
): CommitAbout[] {
  return reader.search(text, limit).map(({ id, hash, author, authorSeconds, subject, body }) => ({
    commit: { hash, author, authoredMs: authorSeconds * 1000, subject, body },
    names: reader.namesTouched(id, maxNames),
  }));
}
