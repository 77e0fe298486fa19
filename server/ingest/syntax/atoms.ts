/** Cuts a syntax tree into atoms: runs of whole lines that a chunk must not break apart. */
import type { Tree } from "web-tree-sitter";
import type { Outline } from "./definitions.ts";

/** Lines `firstLine` to `lastLine`, both included. Atoms of a file are in order and do not overlap. */
export interface Atom {
  readonly firstLine: number;
  readonly lastLine: number;
  /** `lead` belongs to what follows: a comment, an attribute. `import` is part of the preamble. */
  readonly role: "code" | "lead" | "import";
  /** True where a definition that was cut up begins or has ended: no chunk reaches across. */
  readonly startsRegion: boolean;
}

/** Comments up to these sizes stay with what they describe. */
const maxLeadLines = 40;
const maxLeadLength = 2_000;
/** A node up to these sizes stays whole; a larger one is cut into its children. */
const maxAtomLines = 80;
const maxAtomLength = 4_000;
/** A class or module is cut up earlier, so that its members can be told apart. */
const maxContainerLines = 50;
const maxContainerLength = 2_000;
/** Below this nothing is cut up, which saves looking at most nodes. */
const minCutLength = 800;

/**
 * The atoms of a file, which together cover every line that is not blank. Goes through the tree without
 * recursion, so that depth costs no stack, and only into nodes that are too large for one chunk.
 */
export function atomsOf(
  text: string,
  lines: Uint32Array,
  tree: Tree,
  outline: Outline,
  importTypeIds: ReadonlySet<number>,
): Atom[] {
  const builder = new AtomBuilder(text, lines);
  const symbolStarts = outline.symbols.map((_, i) => outline.symbolOffsets[2 * i] ?? 0);
  // Ends of the definitions that were cut up and are still open, innermost last.
  const regionEnds: number[] = [];
  const cursor = tree.walk();
  try {
    let depth = 1;
    let more = cursor.gotoFirstChild();
    while (more) {
      const start = cursor.startIndex;
      const end = Math.min(cursor.endIndex, text.length);
      while (start >= (regionEnds[regionEnds.length - 1] ?? Infinity)) {
        regionEnds.pop();
        builder.endRegion();
      }
      const isCut =
        isTooLarge(lines, builder.lineOf(start), start, end, symbolStarts) &&
        cursor.gotoFirstChild();
      const definitionEnd = outline.definitionEnds.get(start) ?? 0;
      if (isCut ? definitionEnd > start : definitionEnd > end) {
        // The same definition starts at every node down to its first word.
        if (regionEnds[regionEnds.length - 1] !== definitionEnd) {
          regionEnds.push(definitionEnd);
          builder.startRegion();
        }
      }
      if (isCut) {
        depth++;
        continue;
      }
      if (end > start) {
        const isLead = outline.leads.has(start);
        const isImport = !isLead && importTypeIds.has(cursor.nodeTypeId);
        builder.add(start, end, isLead ? "lead" : isImport ? "import" : "code");
      }
      while (!cursor.gotoNextSibling()) {
        depth--;
        more = depth > 0 && cursor.gotoParent();
        if (!more) break;
      }
    }
  } finally {
    cursor.delete();
  }
  return builder.finish();
}

function isTooLarge(
  lines: Uint32Array,
  firstLine: number,
  start: number,
  end: number,
  symbolStarts: readonly number[],
): boolean {
  const length = end - start;
  if (length < minCutLength) return false;
  if (length > maxAtomLength) return true;
  if ((lines[firstLine + maxAtomLines] ?? Infinity) < end) return true;
  const isLong =
    length > maxContainerLength || (lines[firstLine + maxContainerLines] ?? Infinity) < end;
  return isLong && firstAtOrAfter(symbolStarts, end) - firstAtOrAfter(symbolStarts, start + 1) >= 2;
}

/** Index of the first of `offsets` (ascending) that is not below `offset`. */
function firstAtOrAfter(offsets: readonly number[], offset: number): number {
  let low = 0;
  let high = offsets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((offsets[middle] ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Turns nodes, given in order, into atoms of whole lines: nodes that share a line become one atom. */
export class AtomBuilder {
  readonly #text: string;
  readonly #lines: Uint32Array;
  readonly #atoms: {
    firstLine: number;
    lastLine: number;
    role: Atom["role"];
    startsRegion: boolean;
  }[] = [];
  #line = 0;
  #nextLine = 0;
  #regionStarts = false;
  #regionEnded = false;

  constructor(text: string, lines: Uint32Array) {
    this.#text = text;
    this.#lines = lines;
  }

  /** What is added next begins a region. */
  startRegion(): void {
    this.#regionStarts = true;
  }

  /** What is added next on a line of its own begins a region. */
  endRegion(): void {
    this.#regionEnded = true;
  }

  /** The line of an offset; fast when offsets rise, which those of a tree walk do. */
  lineOf(offset: number): number {
    const lines = this.#lines;
    if ((lines[this.#line] ?? 0) > offset) this.#line = 0;
    while ((lines[this.#line + 1] ?? Infinity) <= offset) this.#line++;
    return this.#line;
  }

  add(start: number, end: number, role: Atom["role"]): void {
    while (start < end && isSpace(this.#text.charCodeAt(start))) start++;
    while (end > start && isSpace(this.#text.charCodeAt(end - 1))) end--;
    if (start === end) return;
    const firstLine = this.lineOf(start);
    const lastLine = this.lineOf(end - 1);
    const previous = this.#atoms[this.#atoms.length - 1];
    if (previous !== undefined && firstLine < this.#nextLine) {
      previous.lastLine = Math.max(previous.lastLine, lastLine);
      if (role !== previous.role) previous.role = "code";
      if (this.#regionStarts) previous.startsRegion = true;
      this.#regionStarts = false;
    } else {
      this.#addUncovered(firstLine);
      this.#push(firstLine, lastLine, role);
    }
    this.#nextLine = Math.max(this.#nextLine, lastLine + 1);
  }

  finish(): Atom[] {
    this.#addUncovered(this.#lines.length);
    return this.#atoms;
  }

  /** Text that no node covers, such as what a grammar hides, must not get lost. */
  #addUncovered(beforeLine: number): void {
    for (let line = this.#nextLine; line < beforeLine; line++) {
      if (isBlankLine(this.#text, this.#lines, line)) continue;
      this.#push(line, line, "code");
    }
  }

  #push(firstLine: number, lastLine: number, role: Atom["role"]): void {
    const startsRegion = this.#regionStarts || this.#regionEnded;
    this.#regionStarts = this.#regionEnded = false;
    const previous = this.#atoms[this.#atoms.length - 1];
    const joins =
      previous !== undefined && previous.role === "lead" && previous.lastLine + 1 === firstLine;
    if (joins && this.#isShort(previous.firstLine, previous.lastLine)) {
      previous.lastLine = lastLine;
      previous.role = role;
      previous.startsRegion ||= startsRegion;
    } else {
      this.#atoms.push({ firstLine, lastLine, role, startsRegion });
    }
  }

  #isShort(firstLine: number, lastLine: number): boolean {
    const length = (this.#lines[lastLine + 1] ?? this.#text.length) - (this.#lines[firstLine] ?? 0);
    return lastLine - firstLine < maxLeadLines && length < maxLeadLength;
  }
}

/** True when a line holds nothing that can be seen. */
export function isBlankLine(text: string, lines: Uint32Array, line: number): boolean {
  const end = lines[line + 1] ?? text.length;
  for (let i = lines[line] ?? 0; i < end; i++) {
    if (!isSpace(text.charCodeAt(i))) return false;
  }
  return true;
}

/** Only what every language treats as space; anything else counts as text that must be covered. */
function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}
