/** The words of live notes, kept from one question to the next: of thousands of notes few share a word with a question. */
import type { StoredNote } from "./noteStore.ts";
import { termsOf, writtenWords } from "./noteWords.ts";

/** A live note with its words. */
export interface IndexedNote {
  readonly note: StoredNote;
  /** The terms of its text, of its tags, and of the names of what it cites. */
  readonly terms: ReadonlySet<string>;
  /** The words of its text as written. */
  readonly written: ReadonlySet<string>;
}

/** The words of a note while those that it is found by stay the same. */
interface KnownWords extends Omit<IndexedNote, "note"> {
  readonly searched: string;
}

export class NoteIndex {
  #notes: readonly StoredNote[] = [];
  /** By id, in the order of the notes. */
  #live = new Map<string, StoredNote>();
  readonly #words = new Map<string, KnownWords>();
  readonly #holding = new Map<string, Set<string>>();

  /** Brings the index up to date. A note that is the same object as before costs next to nothing. */
  follow(notes: readonly StoredNote[]): void {
    if (notes === this.#notes) return;
    const live = new Map<string, StoredNote>();
    for (const note of notes) if (note.supersededBy === undefined) live.set(note.id, note);
    for (const id of this.#live.keys()) if (!live.has(id)) this.#remove(id);
    for (const note of live.values()) if (this.#live.get(note.id) !== note) this.#put(note);
    this.#live = live;
    this.#notes = notes;
  }

  get nNotes(): number {
    return this.#live.size;
  }

  /** How many notes hold a term. */
  nHolding(term: string): number {
    return this.#holding.get(term)?.size ?? 0;
  }

  /** Returns the notes that hold any of the terms, all of them for `undefined`, in the order of the notes. */
  sharing(terms: readonly string[] | undefined): IndexedNote[] {
    const ids = terms && new Set(terms.flatMap((term) => [...(this.#holding.get(term) ?? [])]));
    const found: IndexedNote[] = [];
    for (const [id, note] of this.#live) {
      const words = this.#words.get(id);
      if (words !== undefined && (ids === undefined || ids.has(id))) found.push({ ...words, note });
    }
    return found;
  }

  #put(note: StoredNote): void {
    const searched = searchedText(note);
    // A use, a pin and a citation that moved leave the words as they are.
    if (this.#words.get(note.id)?.searched === searched) return;
    this.#remove(note.id);
    const terms = termsOf(searched);
    this.#words.set(note.id, { searched, terms, written: writtenWords(note.text) });
    for (const term of terms) {
      const ids = this.#holding.get(term);
      if (ids === undefined) this.#holding.set(term, new Set([note.id]));
      else ids.add(note.id);
    }
  }

  #remove(id: string): void {
    for (const term of this.#words.get(id)?.terms ?? []) {
      const ids = this.#holding.get(term);
      ids?.delete(id);
      if (ids?.size === 0) this.#holding.delete(term);
    }
    this.#words.delete(id);
  }
}

/** The text of a note, its tags, and the names of what it cites. */
function searchedText({ text, tags, evidence }: StoredNote): string {
  const names = evidence.flatMap(({ path, symbol }) => [
    path.split("/").at(-1) ?? "",
    symbol?.name ?? "",
  ]);
  return [text, ...tags, ...names].join(" ");
}
