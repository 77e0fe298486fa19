/**
 * Places that use a definition, by name: call sites, constructions, mentions of a type, imports. No types
 * are resolved, so two definitions of one name share their uses; answers say so.
 */
import type { Recall } from "../../protocol/types.ts";
import { wholeTerm } from "../ingest/blobContent.ts";
import { fileRoleOf } from "../ingest/fileRole.ts";
import type { LanguageId } from "../ingest/languages.ts";
import { lineAt } from "../ingest/lineIndex.ts";
import { ftsQuote, termsOfName } from "../ingest/terms.ts";
import { inColumn, symbolInfo, type OpenBank } from "../memory/memoryBank.ts";
import { offsetsOf, symbolsIn, type VerifiedFile, type VerifiedSource } from "./verifiedSource.ts";

const maxChunks = 300;
const maxFilesRead = 60;
const flatWeights = [0, 0, 0, 1, 1];

/** Returns chunks whose text uses the name, without those that define it, best first; at most `limit`. */
export function findUses(
  open: OpenBank,
  source: VerifiedSource,
  symbolName: string,
  limit: number,
  signal: AbortSignal,
): Recall[] {
  const last =
    symbolName
      .split(/[^\p{L}\p{N}_$]+/u)
      .filter(Boolean)
      .at(-1) ?? "";
  const term = wholeTerm(last) || termsOfName(last)[0];
  if (term === undefined || term === "") return [];
  // Content that still waits for the syntax pass has no uses yet; its body holds the name all the same.
  const match = `${inColumn("uses", ftsQuote(term))} OR ${inColumn("body", ftsQuote(term))}`;
  const chunks = open.bank.searchChunks(match, flatWeights, maxChunks);
  const byFile = new Map<string, number>();
  for (const { chunkId, score } of chunks) {
    for (const path of open.bank.blobOfChunk(chunkId)?.paths ?? [])
      byFile.set(path, Math.max(byFile.get(path) ?? 0, score));
  }
  const ordered = [...byFile]
    .sort((a, b) => weightOf(open, b) - weightOf(open, a))
    .slice(0, maxFilesRead);
  const named = wholeName(last);
  const recalls: Recall[] = [];
  for (const [path] of ordered) {
    signal.throwIfAborted();
    const file = source.read(open.root.folder, open.bank, path);
    if (file === undefined) continue;
    for (const span of file.spans) {
      const { start, end } = offsetsOf(file, span);
      const text = file.text.slice(start, end);
      if (!named.test(text)) continue;
      const idxs = symbolsIn(file, span);
      const defines = idxs.some(
        (idx) =>
          file.symbols[idx]?.name === last &&
          (file.symbols[idx]?.nameLine ?? -1) >= span.range.start.line,
      );
      const nMentions = text.split(named).length - 1;
      if (defines && nMentions < 2) continue;
      const holder = innermost(file, idxs, file.starts, start + text.search(named), last);
      recalls.push({
        citation: source.cite(
          open.root.id,
          path,
          span.range,
          text,
          holder === undefined ? undefined : symbolInfo(file.symbols, holder),
        ),
        score:
          (file.role === "source" ? 1 : 0.5) * (defines ? 0.4 : 1) * (1 + Math.log(1 + nMentions)),
        reasons: [{ kind: "neighbour", detail: last, weight: nMentions }],
        role: file.role,
        language: file.language,
        text,
        boundary: file.boundary,
        relation: { kind: file.role === "test" ? "test" : "calledBy", of: last },
      });
      if (recalls.length >= limit * 2) return best(recalls, limit);
    }
  }
  return best(recalls, limit);
}

/** The innermost definition around an offset, other than the one whose uses are looked for. */
function innermost(
  file: VerifiedFile,
  idxs: readonly number[],
  starts: Uint32Array,
  offset: number,
  except: string,
): number | undefined {
  const line = lineAt(starts, offset);
  let holder: number | undefined;
  for (const idx of idxs) {
    const symbol = file.symbols[idx];
    if (symbol === undefined || symbol.name === except) continue;
    const { start, end } = symbol.range;
    // Symbols come outermost first, so the last one that holds the line is the innermost.
    if (start.line <= line && (line < end.line || (line === end.line && end.character > 0)))
      holder = idx;
  }
  return holder ?? idxs.find((idx) => file.symbols[idx]?.name !== except);
}

function best(recalls: Recall[], limit: number): Recall[] {
  return recalls.sort((a, b) => b.score - a.score).slice(0, limit);
}

/** Sources come before tests, so that a cut at `maxFilesRead` loses tests first. */
function weightOf(open: OpenBank, [path, score]: readonly [string, number]): number {
  const language = (open.bank.blobOfPath(path)?.language ?? "plaintext") as LanguageId;
  return score * (fileRoleOf(path, language) === "source" ? 2 : 1);
}

/** A pattern for a name that is not part of a longer one. */
function wholeName(name: string): RegExp {
  return new RegExp(
    `(?<![\\p{L}\\p{N}_$])${name.replace(/[$()*+.?[\\\]^{|}]/g, "\\$&")}(?![\\p{L}\\p{N}_$])`,
    "u",
  );
}
