/** The evidence of a prompt, read again: only what still says what it said can be cited. */
import type { ProseEvidence } from "../../protocol/prose.ts";
import type { Citation, CitationCheck } from "../../protocol/types.ts";
import { noteLabel } from "../answer/markdown.ts";
import { EvidenceText } from "./evidenceText.ts";

export type CheckCitations = (
  citations: readonly Citation[],
  signal: AbortSignal,
) => Promise<CitationCheck[]>;

/** One piece of evidence as it is now. */
export interface EvidenceNow {
  /** Where it stands, `undefined` for what has no place in a file of today. */
  readonly citation?: Citation;
  /** What stands in a sentence where its number was. */
  readonly label: string;
  /** False when the lines changed or are gone. */
  readonly isCurrent: boolean;
  readonly text: EvidenceText;
}

/** Returns the evidence by number. Rejects with AbortError when cancelled. */
export async function evidenceNow(
  evidence: readonly ProseEvidence[],
  check: CheckCitations,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, EvidenceNow>> {
  const cited = evidence.flatMap(citationsOf);
  const checks = cited.length === 0 ? [] : await check(cited, signal);
  const checkOf = new Map(cited.map((citation, idx) => [citation, checks[idx]]));
  return new Map(evidence.map((each) => [each.number, evidenceOf(each, (c) => checkOf.get(c))]));
}

function citationsOf({ source }: ProseEvidence): Citation[] {
  if (source.kind === "code") return [source.citation];
  return source.kind === "note" ? source.note.evidence.map(({ citation }) => citation) : [];
}

function evidenceOf(
  { source, text }: ProseEvidence,
  checkOf: (citation: Citation) => CitationCheck | undefined,
): EvidenceNow {
  switch (source.kind) {
    case "code":
      return codeNow(source.citation, checkOf(source.citation));
    case "note": {
      const { note } = source;
      const places = note.evidence.map(({ citation }) => ({ path: citation.path }));
      const found = note.evidence.map(({ citation }) => checkOf(citation)).find(isThere);
      return {
        label: noteLabel(note.id),
        isCurrent: true,
        text: new EvidenceText(text, [note.who, ...note.tags, dayOf(note.createdMs)], places),
        ...(found === undefined ? {} : { citation: found.citation }),
      };
    }
    case "commit": {
      const { hash, author, authoredMs } = source.commit;
      return {
        label: `commit ${hash.slice(0, 8)}`,
        isCurrent: true,
        // A hash is written as short as one likes.
        text: new EvidenceText(text, [author, dayOf(authoredMs), ...beginningsOf(hash)]),
      };
    }
    case "part":
    case "round":
      return { label: "earlier answer", isCurrent: true, text: new EvidenceText(text) };
  }
}

function codeNow(given: Citation, check: CitationCheck | undefined): EvidenceNow {
  if (!isThere(check)) {
    const label = `${given.path}:${given.range.start.line + 1}`;
    return { label, isCurrent: false, text: new EvidenceText("") };
  }
  const { citation, text } = check;
  const { path, range, symbol } = citation;
  const about = symbol === undefined ? [] : [symbol.name, symbol.container];
  return {
    citation,
    label: labelOf(citation),
    isCurrent: true,
    text: new EvidenceText(text, about, [{ path, range }]),
  };
}

/** The file's name and the first line: short enough to stand in a sentence. */
function labelOf({ path, range }: Citation): string {
  return `${path.slice(path.lastIndexOf("/") + 1)}:${range.start.line + 1}`;
}

function isThere(
  check: CitationCheck | undefined,
): check is Extract<CitationCheck, { readonly kind: "current" | "moved" }> {
  return check?.kind === "current" || check?.kind === "moved";
}

function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

const minHashLength = 6;
function beginningsOf(hash: string): string[] {
  return Array.from({ length: Math.max(0, hash.length - minHashLength + 1) }, (_, idx) =>
    hash.slice(0, minHashLength + idx),
  );
}
