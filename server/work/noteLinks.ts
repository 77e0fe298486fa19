/** What the words of a note lead to: tags, commits, symbols, and notes about the same. */
import type { NoteLink } from "../../protocol/notes.ts";
import type { SavedEvidence } from "../../protocol/savedMemory.ts";
import type { StoredNote } from "./noteStore.ts";
import { termsOf } from "./noteWords.ts";

const maxTags = 20;
const maxLinks = 20;
const maxRelated = 5;
/** Two notes that share this part of their words hang together (A-MEM, Xu et al. 2025, but by words). */
const relatedShare = 0.3;

/** Returns links to commits and symbols that a text names or cites, and to those of the live notes that share its words. */
export function linksOf(
  text: string,
  evidence: readonly SavedEvidence[],
  live: readonly StoredNote[],
): NoteLink[] {
  const commits = (text.match(/\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,40}\b/g) ?? []).map(
    (target): NoteLink => ({ kind: "commit", target }),
  );
  const named = [...text.matchAll(/`([\p{L}_$][\p{L}\p{N}_$.]{0,200})`/gu)].map(
    ([, name]) => name as string,
  );
  const symbols = [...evidence.flatMap(({ symbol }) => symbol?.name ?? []), ...named].map(
    (target): NoteLink => ({ kind: "symbol", target }),
  );
  return [...commits, ...symbols, ...related(text, evidence, live)].slice(0, maxLinks);
}

/** Returns the `#words` of a note. */
export function tagsIn(text: string): string[] {
  const tags = [...text.matchAll(/(?<=^|\s)#([\p{L}\p{N}][\p{L}\p{N}_-]{1,40})/gu)];
  return [...new Set(tags.map(([, tag]) => (tag as string).toLowerCase()))].slice(0, maxTags);
}

function related(
  text: string,
  evidence: readonly SavedEvidence[],
  live: readonly StoredNote[],
): NoteLink[] {
  const terms = termsOf(text);
  const paths = new Set(evidence.map(({ path }) => path));
  return live
    .map((other) => {
      const theirs = termsOf(other.text);
      const shared = [...terms].filter((term) => theirs.has(term)).length;
      const share = shared / Math.max(1, Math.min(terms.size, theirs.size));
      const isSameFile = other.evidence.some(({ path }) => paths.has(path));
      return { other, share: share + (isSameFile ? relatedShare : 0) };
    })
    .filter(({ share }) => share >= relatedShare)
    .sort((a, b) => b.share - a.share)
    .slice(0, maxRelated)
    .map(({ other }): NoteLink => ({ kind: "note", target: other.id }));
}
