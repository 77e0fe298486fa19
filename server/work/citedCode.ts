/** The code that notes cite, held against the present text of its files: where it stands now, and whether it still says the same. */
import { MemoryError } from "../../protocol/errors.ts";
import type { NoteEvidence, NoteHealth } from "../../protocol/notes.ts";
import type { SavedEvidence } from "../../protocol/savedMemory.ts";
import type { Citation, CitationCheck, Range, SymbolInfo } from "../../protocol/types.ts";
import type { StoredNote } from "./noteStore.ts";

/** Where text of a file may be now, and what is defined in it, as the memory knows it. */
export interface Places {
  fileHash(path: string): string | undefined;
  whereMoved(path: string, fileHash: string | undefined, symbol: string | undefined): string[];
  symbolAt(path: string, line: number): SymbolInfo | undefined;
}

/** How the files of a root are looked at. */
export interface CitedCodePorts {
  readonly rootId: string;
  readonly places: Places;
  readonly check: (citations: readonly Citation[]) => CitationCheck[];
  /** The citation of lines as they are now, `undefined` when they are not there. */
  readonly cite: (path: string, startLine: number, endLine: number) => Citation | undefined;
}

/** Lines of a file, zero-based and half-open; the path is relative to the root. */
export interface CitedLines {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
}

/** Called with evidence that was found at another place than where it stood last. */
export type EvidenceMoved = (note: StoredNote, idx: number, now: SavedEvidence) => void;

/** What a piece of evidence came to when it was last looked at. */
interface Seen {
  readonly health: NoteHealth;
  /** The file as the memory knew it then. */
  readonly fileHash: string | undefined;
}

/** Evidence is named by its note and its place among the note's. */
export class CitedCode {
  readonly #ports: CitedCodePorts;
  readonly #moved: EvidenceMoved;
  readonly #seen = new Map<string, Seen>();

  constructor(ports: CitedCodePorts, moved: EvidenceMoved) {
    this.#ports = ports;
    this.#moved = moved;
  }

  /** Returns lines as evidence. Errors: `invalidRequest` for lines that are not there. */
  evidenceOf({ path, startLine, endLine }: CitedLines): SavedEvidence {
    const citation = this.#ports.cite(path, startLine, endLine);
    if (citation === undefined)
      throw new MemoryError("invalidRequest", "these lines are not in a remembered file");
    const symbol = this.#ports.places.symbolAt(path, startLine);
    const fileHash = this.#ports.places.fileHash(path);
    const { range, contentHash } = citation;
    return {
      path,
      range,
      contentHash,
      ...(symbol === undefined ? {} : { symbol }),
      ...(fileHash === undefined ? {} : { fileHash }),
    };
  }

  /** How it was when it was looked at last; `undefined` when it never was. */
  seen(note: StoredNote, idx: number): NoteHealth | undefined {
    return this.#seen.get(keyOf(note, idx))?.health;
  }

  /** True when it was in order and its file is the one that was seen then. */
  isAsSeen(note: StoredNote, idx: number): boolean {
    const seen = this.#seen.get(keyOf(note, idx));
    const { path } = note.evidence[idx] as SavedEvidence;
    return seen?.health === "ok" && seen.fileHash === this.#ports.places.fileHash(path);
  }

  /** Looks where it stands now. */
  look(note: StoredNote, idx: number): NoteEvidence {
    const { places } = this.#ports;
    const stored = note.evidence[idx] as SavedEvidence;
    const found = this.#standing(stored);
    const { citation } = found;
    const fileHash = places.fileHash(citation.path);
    this.#seen.set(keyOf(note, idx), { health: found.health, fileHash });
    const isElsewhere =
      citation.path !== stored.path ||
      JSON.stringify(citation.range) !== JSON.stringify(stored.range) ||
      (fileHash !== undefined && fileHash !== stored.fileHash);
    if (found.health === "ok" && isElsewhere) {
      const { path, range } = citation;
      const { fileHash: _older, ...rest } = stored;
      this.#moved(note, idx, {
        ...{ ...rest, path, range },
        ...(fileHash === undefined ? {} : { fileHash }),
      });
    }
    return found;
  }

  /** The hash stays that of the text as it was noted, also where line breaks are others now. */
  #standing({ path, range, contentHash, symbol, fileHash }: SavedEvidence): NoteEvidence {
    const { rootId, places, check } = this.#ports;
    const citation: Citation = {
      rootId,
      path,
      range,
      contentHash,
      ...(symbol === undefined ? {} : { symbol }),
    };
    const [first] = check([citation]);
    const here = placeOf(first);
    if (here !== undefined) return { citation: { ...citation, ...here }, health: "ok" };
    const elsewhere = places.whereMoved(path, fileHash, symbol?.name);
    const moved = elsewhere.map((other) => ({ ...citation, path: other }));
    const checks = check(moved);
    for (const [idx, each] of checks.entries()) {
      const there = placeOf(each);
      if (there !== undefined)
        return { citation: { ...(moved[idx] as Citation), ...there }, health: "ok" };
    }
    return { citation, health: first?.kind === "gone" ? "gone" : "needsCheck" };
  }
}

/** The worst of several; `ok` for none. */
export function worstHealth(healths: readonly NoteHealth[]): NoteHealth {
  if (healths.includes("gone")) return "gone";
  return healths.includes("needsCheck") ? "needsCheck" : "ok";
}

function keyOf({ id }: StoredNote, idx: number): string {
  return `${id} ${idx}`;
}

/** Where a citation stands now, `undefined` when it stands nowhere. */
function placeOf(check: CitationCheck | undefined): { readonly range: Range } | undefined {
  return check?.kind === "current" || check?.kind === "moved"
    ? { range: check.citation.range }
    : undefined;
}
