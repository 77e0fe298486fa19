/**
 * Reads a file's text once and fills the index columns of its chunks with terms. It tells comments from
 * code by the language's comment marks alone, which costs one pass and no syntax tree.
 *
 * Every term is written once for a chunk and column. Repetitions would cost index space, and recall on
 * the development questions came out the same with one, two and four of them.
 */
import { RecentWords } from "./recentWords.ts";
import { hashStep, isKeyword, isNoise, WordTable, type Units } from "./wordTable.ts";

/** The index columns that a scan fills: one string of space-separated terms for each. */
export interface ScannedColumns {
  readonly comment: string;
  readonly body: string;
}

/** How a language marks comments. */
export interface CommentMarks {
  readonly line: readonly string[];
  readonly block: readonly (readonly [open: string, close: string])[];
  /** True for prose: everything counts as body. */
  readonly prose: boolean;
}

/** A term is never longer than this in UTF-8, with its space; see terms.ts. */
const maxTermBytes = 512;
const body = 0;
const comment = 1;

/** One per thread. Not re-entrant. */
export class TermScanner {
  readonly #words = new WordTable();
  /** For each term and column: the chunk at which it was last written. */
  #stamps = new Int32Array(1 << 16);
  #stamp = 0;
  readonly #recent = new RecentWords();
  #unitBytes = Buffer.alloc(1 << 16);
  #generation = 0;
  readonly #out: [Buffer, Buffer] = [Buffer.alloc(1 << 16), Buffer.alloc(1 << 16)];
  readonly #lengths: [number, number] = [0, 0];

  /**
   * `bounds` holds the chunks' half-open UTF-16 offsets, ascending: start0, end0, start1, end1, …
   * Returns one entry for each chunk.
   */
  scan(text: string, bounds: readonly number[], marks: CommentMarks): ScannedColumns[] {
    const columns: ScannedColumns[] = [];
    // One unit before the first chunk, which tells an apostrophe from a quotation mark.
    const first = Math.max(0, (bounds[0] ?? 0) - 1);
    const source: Source = {
      text,
      first,
      units: this.#unitsOf(text, first, bounds.at(-1) ?? 0),
      openers: openersOf(marks),
    };
    let inside: string | undefined;
    for (let c = 0; c < bounds.length; c += 2) {
      this.#stamp++;
      this.#recent.forget();
      this.#lengths[body] = 0;
      this.#lengths[comment] = 0;
      inside = this.#scanChunk(
        source,
        (bounds[c] as number) - first,
        (bounds[c + 1] as number) - first,
        inside,
      );
      columns.push({ comment: this.#text(comment), body: this.#text(body) });
    }
    return columns;
  }

  #text(column: 0 | 1): string {
    return this.#out[column].toString("utf8", 0, this.#lengths[column]);
  }

  #unitsOf(text: string, from: number, to: number): Units {
    const nBytes = 2 * (to - from);
    if (this.#unitBytes.length < nBytes) this.#unitBytes = Buffer.alloc(2 * nBytes);
    const isWhole = from === 0 && to === text.length;
    this.#unitBytes.write(isWhole ? text : text.slice(from, to), 0, "utf16le");
    return new Uint16Array(this.#unitBytes.buffer, this.#unitBytes.byteOffset, to - from);
  }

  /** Returns the closing mark of the block comment that is still open at `end`, `undefined` when none is. */
  #scanChunk(
    { text, first, units, openers }: Source,
    start: number,
    end: number,
    open: string | undefined,
  ): string | undefined {
    const words = this.#words;
    const recent = this.#recent;
    let closing = open;
    let quote = 0;
    let i = start;
    while (i < end) {
      const code = units[i] as number;
      if (code > 127 || (classes[code] as number) === letter) {
        let j = i;
        let hash = 0;
        for (let next = code; ;) {
          hash = hashStep(hash, next);
          j++;
          if (j >= end) break;
          next = units[j] as number;
          if (next < 128 && (classes[next] as number) !== letter) break;
        }
        // One letter alone is no term.
        if (j - i > 1) {
          const column = closing === undefined ? body : comment;
          if (!recent.holds(units, i, j, hash, column))
            this.#addWord(words.lookUp(units, i, j, hash), column);
        }
        i = j;
        continue;
      }
      if (code === 10) {
        if (closing === "\n") closing = undefined;
        quote = 0;
      } else if ((classes[code] as number) === blank) {
        // The commonest case of all, and it never means anything.
      } else if (closing !== undefined) {
        if (
          closing !== "\n" &&
          code === closing.charCodeAt(0) &&
          text.startsWith(closing, first + i)
        ) {
          i += closing.length;
          closing = undefined;
          continue;
        }
      } else if (quote !== 0) {
        if (code === backslash) i++;
        else if (code === quote) quote = 0;
      } else {
        const opener = openers[code]?.find((candidate) =>
          text.startsWith(candidate.open, first + i),
        );
        if (opener !== undefined) {
          closing = opener.close;
          i += opener.open.length;
          continue;
        }
        if (code === 34 || code === 96 || (code === 39 && !isLetterAt(units, i - 1))) quote = code;
      }
      i++;
    }
    return closing === "\n" ? undefined : closing;
  }

  #addWord(word: number, column: 0 | 1): void {
    const words = this.#words;
    if (words.generation !== this.#generation) this.#forgetTerms();
    const flags = words.flags[word] as number;
    if ((flags & isNoise) !== 0 || ((flags & isKeyword) !== 0 && column === body)) return;
    if (words.nTerms * 2 > this.#stamps.length) this.#grow(words.nTerms * 4);
    for (let t = words.termsFrom(word), to = words.termsTo(word); t < to; t++) {
      const term = words.termAt(t);
      const slot = (term << 1) | column;
      if (this.#stamps[slot] === this.#stamp) continue;
      this.#stamps[slot] = this.#stamp;
      let out = this.#out[column];
      if (this.#lengths[column] + maxTermBytes > out.length) {
        out = Buffer.concat([out, Buffer.alloc(out.length)]);
        this.#out[column] = out;
      }
      this.#lengths[column] = words.copyTerm(term, out, this.#lengths[column]);
    }
  }

  #grow(length: number): void {
    const stamps = new Int32Array(length);
    stamps.set(this.#stamps);
    this.#stamps = stamps;
  }

  /** The table was emptied and numbers terms anew. */
  #forgetTerms(): void {
    this.#generation = this.#words.generation;
    this.#stamps.fill(0);
    this.#stamp = Math.max(1, this.#stamp);
  }
}

const other = 0;
const letter = 1;
const blank = 2;
const backslash = 92;
/** Class of each ASCII character. Non-ASCII characters count as letters; `termsOfWord` sorts them out. */
const classes = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  classes[code] = /[A-Za-z0-9_$]/.test(character)
    ? letter
    : /[ \t]/.test(character)
      ? blank
      : other;
}

function isLetterAt(units: Units, i: number): boolean {
  const code = i < 0 ? 128 : (units[i] as number);
  return code < 128 && classes[code] === letter;
}

/** A text as it is scanned; `units` begin at offset `first`. */
interface Source {
  readonly text: string;
  readonly first: number;
  readonly units: Units;
  readonly openers: Openers;
}

type Openers = readonly ({ readonly open: string; readonly close: string }[] | undefined)[];

const openersByMarks = new WeakMap<CommentMarks, Openers>();

function openersOf(marks: CommentMarks): Openers {
  let openers = openersByMarks.get(marks);
  if (openers !== undefined) return openers;
  const table: { open: string; close: string }[][] = Array.from({ length: 128 }, () => []);
  if (!marks.prose) {
    for (const [open, close] of marks.block) table[open.charCodeAt(0)]?.push({ open, close });
    for (const open of marks.line) table[open.charCodeAt(0)]?.push({ open, close: "\n" });
  }
  openers = table.map((entries) => (entries.length === 0 ? undefined : entries));
  openersByMarks.set(marks, openers);
  return openers;
}
