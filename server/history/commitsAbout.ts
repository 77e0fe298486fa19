/** Commits that are about some words. */
import type { CommitAbout, CommitsAboutParams } from "../services.ts";
import type { HistoryReader } from "./historyReader.ts";
import { infoOf } from "./past.ts";

const maxNames = 200;

/** Returns commits whose message, paths or touched definitions hold the words, best first. */
export function commitsAbout(
  reader: HistoryReader,
  { text, limit }: CommitsAboutParams,
): CommitAbout[] {
  return reader.search(text, limit).map((commit) => ({
    commit: infoOf(commit),
    names: reader.namesTouched(commit.id, maxNames),
  }));
}
