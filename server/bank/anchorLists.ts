/**
 * Lists of rows, one for each anchor, in memory. Those of the first rows lie one list behind the other, so that a
 * search reads a list in one go; rows that came since hang on chains, until there are so many that all are packed anew.
 */

/** Lists that each row is in, those of its nearest anchors: what lies between two anchors is found from both sides. */
export const listsPerRow = 2;
/** Share of the rows on chains above which all are packed. */
const maxLoose = 0.1;
/** No entry. */
export const none = 0xffff_ffff;
/** The anchor of an entry that is in no list. */
const outside = 0xffff_fffe;

export class AnchorLists {
  /** Anchors of each row: row `r` has entries `r * listsPerRow` and so on. */
  #anchorOf: Uint32Array;
  /** Rows of the lists … */
  #packed: Uint32Array = new Uint32Array(0);
  /** … and where each list begins, for so many rows. */
  #starts: Uint32Array;
  #nPacked = 0;
  /** Of the rows behind these: the first entry of each anchor's chain … */
  readonly #heads: Uint32Array;
  /** … and the entry behind each entry. */
  #next: Uint32Array;
  /** What a search collects … */
  #found: Uint32Array = new Uint32Array(8192);
  /** … and which search met each row last. */
  #metIn: Uint32Array;
  #search = 0;
  #nRows = 0;

  /** With room for some rows, none of which is there yet. */
  constructor(nAnchors: number, nRows: number) {
    this.#heads = new Uint32Array(nAnchors).fill(none);
    this.#starts = new Uint32Array(nAnchors + 1);
    this.#anchorOf = new Uint32Array(nRows * listsPerRow);
    this.#next = new Uint32Array(nRows * listsPerRow);
    this.#metIn = new Uint32Array(nRows);
  }

  get nAnchors(): number {
    return this.#heads.length;
  }

  /** Rows that have a list, or were said to have none: the first ones. */
  get nRows(): number {
    return this.#nRows;
  }

  get bytes(): number {
    const { byteLength } = this.#anchorOf;
    const perAnchor = this.#heads.byteLength + this.#starts.byteLength;
    return byteLength * 2 + this.#packed.byteLength + this.#metIn.byteLength + perAnchor;
  }

  /** Adds the next row to the lists of its anchors; without anchors it is in none. */
  add(anchors: ArrayLike<number>): void {
    const row = this.#nRows++;
    this.#reserve(this.#nRows);
    for (let i = 0; i < listsPerRow; i++) {
      const entry = row * listsPerRow + i;
      const anchor = anchors[i] ?? outside;
      this.#anchorOf[entry] = anchor;
      if (anchor === outside) continue;
      this.#next[entry] = this.#heads[anchor] as number;
      this.#heads[anchor] = entry;
    }
  }

  /** Returns the anchors of `n` rows from one on, `listsPerRow` for each. */
  anchorsOf(row: number, n: number): Uint32Array {
    return this.#anchorOf.subarray(row * listsPerRow, (row + n) * listsPerRow);
  }

  /** Returns the rows of some lists, each once. Valid until the next call. */
  rowsOf(anchors: readonly number[]): Uint32Array {
    if (this.#nRows - this.#nPacked > this.#nRows * maxLoose) this.pack();
    this.#nextSearch();
    let n = 0;
    for (const anchor of anchors) {
      const end = this.#starts[anchor + 1] as number;
      for (let at = this.#starts[anchor] as number; at < end; at++)
        n = this.#collect(this.#packed[at] as number, n);
      for (let at = this.#heads[anchor] as number; at !== none; at = this.#next[at] as number)
        n = this.#collect(Math.floor(at / listsPerRow), n);
    }
    return this.#found.subarray(0, n);
  }

  /** Puts the rows of each list one behind the other. */
  pack(): void {
    const ends = new Uint32Array(this.nAnchors + 1);
    const entries = this.#anchorOf.subarray(0, this.#nRows * listsPerRow);
    for (const anchor of entries)
      if (anchor !== outside) ends[anchor + 1] = (ends[anchor + 1] as number) + 1;
    for (let anchor = 1; anchor < ends.length; anchor++)
      ends[anchor] = (ends[anchor] as number) + (ends[anchor - 1] as number);
    this.#starts = ends.slice();
    this.#packed = new Uint32Array(ends.at(-1) as number);
    entries.forEach((anchor, entry) => {
      if (anchor === outside) return;
      const place = ends[anchor] as number;
      this.#packed[place] = Math.floor(entry / listsPerRow);
      ends[anchor] = place + 1;
    });
    this.#heads.fill(none);
    this.#nPacked = this.#nRows;
  }

  /** Adds a row to the `n` that were found, unless it is among them. Returns how many there are. */
  #collect(row: number, n: number): number {
    if (this.#metIn[row] === this.#search) return n;
    this.#metIn[row] = this.#search;
    if (n === this.#found.length) this.#found = grown(this.#found, n * 2);
    this.#found[n] = row;
    return n + 1;
  }

  #nextSearch(): void {
    this.#search++;
    if (this.#search <= none) return;
    // The next ones have the numbers of searches of long ago.
    this.#metIn.fill(0);
    this.#search = 1;
  }

  #reserve(nRows: number): void {
    const nEntries = nRows * listsPerRow;
    if (nEntries <= this.#next.length) return;
    const length = Math.max(nEntries, Math.ceil(this.#next.length * 1.25));
    this.#next = grown(this.#next, length);
    this.#anchorOf = grown(this.#anchorOf, length);
    this.#metIn = grown(this.#metIn, Math.ceil(length / listsPerRow));
  }
}

function grown(values: Uint32Array, length: number): Uint32Array {
  const larger = new Uint32Array(length);
  larger.set(values);
  return larger;
}
