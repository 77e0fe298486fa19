/** Checks citations of today's files and of commits' trees. */
import type { Citation, CitationCheck } from "../../protocol/types.ts";
import type { HashText } from "../recall/citation.ts";
import { SourceFile } from "../recall/sourceFile.ts";
import type { HistoryService, SourceReader } from "../services.ts";
import { checkCitations } from "./citations.ts";

/** Returns one check for each citation, in order; those of a commit are held against its tree. Rejects when cancelled. */
export async function checkAllCitations(
  citations: readonly Citation[],
  source: SourceReader,
  history: HistoryService,
  hashText: HashText,
  signal: AbortSignal,
): Promise<CitationCheck[]> {
  const present = checkCitations(citations, source, hashText);
  const checks: CitationCheck[] = [];
  for (const [idx, citation] of citations.entries()) {
    const { rootId, path, commit, range, contentHash } = citation;
    if (commit === undefined) {
      checks.push(present[idx] as CitationCheck);
      continue;
    }
    const text = await history.fileAt({ rootId, commit, path }, signal);
    if (text === undefined) checks.push({ kind: "gone" });
    else {
      const shown = new SourceFile(rootId, path, text, "plaintext", commit).textOf(range);
      const isSame = hashText(shown) === contentHash;
      checks.push(isSame ? { kind: "current", citation, text: shown } : { kind: "stale" });
    }
  }
  return checks;
}
