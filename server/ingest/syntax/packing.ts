/** Packs atoms into runs of lines that make good chunks: one definition each, or several small ones. */
import type { ParsedSymbol } from "../../types.ts";
import { isBlankLine, type Atom } from "./atoms.ts";

/** Lines `firstLine` to `lastLine`, both included. */
export interface LineRun {
  firstLine: number;
  lastLine: number;
}

/** A definition of this length is a chunk of its own. */
const minOwnLength = 300;
/** Small neighbours are packed up to here. */
const targetLength = 1_600;
const targetLines = 50;
/** A run below this tells nothing alone and joins a neighbour. */
const minRunLength = 150;
/** Joining never makes a chunk longer than this. */
const maxLength = 4_000;
const maxLines = 90;
/** Preamble shorter than this is not worth a chunk of its own. */
const minPreambleLength = 200;

/** Runs in order, without overlap, covering every line of every atom. */
export function packAtoms(
  text: string,
  lines: Uint32Array,
  atoms: readonly Atom[],
  symbols: readonly ParsedSymbol[],
): LineRun[] {
  const packer = new Packer(text, lines);
  const { isOwn, hasSymbol } = ownChunks(atoms, symbols, (atom) => packer.lengthOf(atom));
  let startsRegion = false;
  atoms.forEach((atom, i) => {
    startsRegion ||= atom.startsRegion || isOwn[i - 1] === true;
    const isTrailer = hasSymbol[i] !== true && isLastOfBlock(atoms, i);
    if (isTrailer && packer.lengthOf(atom) < minRunLength && packer.append(atom)) return;
    if (startsRegion) packer.startRegion(regionLength(atoms, isOwn, i, packer));
    startsRegion = false;
    packer.add(atom, isOwn[i] === true);
  });
  return packer.finish();
}

/** `EXPORT_SYMBOL(f);` or `View.displayName = "View";` right below a definition, before a blank line. */
function isLastOfBlock(atoms: readonly Atom[], i: number): boolean {
  const [before, atom, after] = [atoms[i - 1], atoms[i], atoms[i + 1]];
  if (before === undefined || atom === undefined || atom.role !== "code") return false;
  const isBelow = before.lastLine + 1 === atom.firstLine;
  return isBelow && (after === undefined || after.firstLine > atom.lastLine + 1);
}

/** Which atoms define something, and which do so wholly and at a length to be a chunk by themselves. */
function ownChunks(
  atoms: readonly Atom[],
  symbols: readonly ParsedSymbol[],
  lengthOf: (atom: Atom) => number,
): { isOwn: boolean[]; hasSymbol: boolean[] } {
  let next = 0;
  const hasSymbol: boolean[] = [];
  const isOwn = atoms.map((atom, i) => {
    let isWhole = false;
    hasSymbol[i] = false;
    for (; next < symbols.length; next++) {
      const range = symbols[next]?.range;
      if (range === undefined || range.start.line > atom.lastLine) break;
      hasSymbol[i] = true;
      // A definition that goes on after the atom was cut up: the atom is only its head.
      if (range.start.line >= atom.firstLine && range.end.line <= atom.lastLine) isWhole = true;
    }
    return isWhole && lengthOf(atom) >= minOwnLength;
  });
  return { isOwn, hasSymbol };
}

/** Length of what follows up to the next fixed border, so that it can be cut into even pieces. */
function regionLength(
  atoms: readonly Atom[],
  isOwn: readonly boolean[],
  from: number,
  packer: Packer,
): { length: number; nLines: number } {
  const first = atoms[from];
  let last = first;
  for (let i = from; i < atoms.length; i++) {
    const atom = atoms[i];
    if (atom === undefined || isOwn[i] === true || (i > from && atom.startsRegion)) break;
    last = atom;
  }
  if (first === undefined || last === undefined) return { length: 0, nLines: 0 };
  const run = { firstLine: first.firstLine, lastLine: last.lastLine };
  return { length: packer.lengthOf(run), nLines: run.lastLine - run.firstLine + 1 };
}

interface OpenRun extends LineRun {
  role: Atom["role"];
  /** No join with the run before. */
  startsRegion: boolean;
}

class Packer {
  readonly #text: string;
  readonly #lines: Uint32Array;
  readonly #runs: OpenRun[] = [];
  #open: OpenRun | undefined;
  #startsRegion = false;
  #target = { length: targetLength, nLines: targetLines };

  constructor(text: string, lines: Uint32Array) {
    this.#text = text;
    this.#lines = lines;
  }

  lengthOf(run: LineRun): number {
    return (this.#lines[run.lastLine + 1] ?? this.#text.length) - (this.#lines[run.firstLine] ?? 0);
  }

  startRegion(size: { length: number; nLines: number }): void {
    this.#close();
    this.#startsRegion = true;
    const nPieces = Math.max(
      1,
      Math.ceil(Math.max(size.length / targetLength, size.nLines / targetLines)),
    );
    this.#target = {
      length: Math.min(targetLength, Math.ceil(size.length / nPieces) + 100),
      nLines: Math.min(targetLines, Math.ceil(size.nLines / nPieces) + 2),
    };
  }

  /** Adds to what came last, whatever region that is in; false when nothing did or it would be too long. */
  append(atom: Atom): boolean {
    const last = this.#open ?? this.#runs[this.#runs.length - 1];
    if (last === undefined || !this.#fits(last, atom)) return false;
    last.lastLine = atom.lastLine;
    return true;
  }

  add(atom: Atom, isOwn: boolean): void {
    if (this.lengthOf(atom) > maxLength || atom.lastLine - atom.firstLine >= maxLines) {
      this.#close();
      this.#pushByLines(atom);
      return;
    }
    if (isOwn) {
      this.#close();
      this.#push(atom);
      this.#close();
      return;
    }
    if (this.#open === undefined && this.#isCloser(atom) && this.append(atom)) return;
    const open = this.#open;
    if (open === undefined || this.#mustClose(open, atom)) {
      this.#close();
      this.#push(atom);
      return;
    }
    open.lastLine = atom.lastLine;
    if (open.role !== "code" && atom.role !== "lead") open.role = atom.role;
  }

  finish(): LineRun[] {
    this.#close();
    return this.#joinTiny();
  }

  #mustClose(open: OpenRun, atom: Atom): boolean {
    if (this.#isCloser(atom) && this.#fits(open, atom)) return false;
    const leavesPreamble =
      (open.role === "import") !== (atom.role === "import") &&
      open.role !== "lead" &&
      atom.role !== "lead";
    if (leavesPreamble && this.lengthOf(open) >= minPreambleLength) return true;
    const together = { firstLine: open.firstLine, lastLine: atom.lastLine };
    return (
      this.lengthOf(together) > this.#target.length ||
      together.lastLine - together.firstLine >= this.#target.nLines
    );
  }

  #push(atom: Pick<Atom, "firstLine" | "lastLine" | "role">): void {
    const { firstLine, lastLine, role } = atom;
    this.#open = { firstLine, lastLine, role, startsRegion: this.#startsRegion };
    this.#startsRegion = false;
  }

  #close(): void {
    if (this.#open !== undefined) this.#runs.push(this.#open);
    this.#open = undefined;
  }

  /** A large piece without inner structure is cut at blank lines, or where it must be. */
  #pushByLines(atom: Atom): void {
    let first = atom.firstLine;
    for (let line = first; line <= atom.lastLine; line++) {
      const length = (this.#lines[line + 1] ?? this.#text.length) - (this.#lines[first] ?? 0);
      const isFull = line - first + 1 > targetLines || length > targetLength;
      const isGoodPlace =
        line - first + 1 > targetLines / 2 && isBlankLine(this.#text, this.#lines, line);
      if (line > first && (isFull || isGoodPlace)) {
        this.#push({ ...atom, firstLine: first, lastLine: line - 1 });
        this.#close();
        first = line;
      }
    }
    this.#push({ ...atom, firstLine: first });
  }

  /** `}`, `});`, `end`: lines that only close what came before. */
  #isCloser(atom: LineRun): boolean {
    const start = this.#lines[atom.firstLine] ?? 0;
    const length = this.lengthOf(atom);
    return (
      length < 60 &&
      /^[\s)\]};,>]*(?:end|fi|done|esac)?[\s)\]};,]*$/.test(this.#text.slice(start, start + length))
    );
  }

  #joinTiny(): LineRun[] {
    const joined: OpenRun[] = [];
    for (const run of this.#runs) {
      const previous = joined[joined.length - 1];
      const isTinyPair =
        previous !== undefined &&
        !run.startsRegion &&
        (this.lengthOf(previous) < minRunLength || this.lengthOf(run) < minRunLength);
      if (isTinyPair && this.#fits(previous, run)) previous.lastLine = run.lastLine;
      else joined.push({ ...run });
    }
    // A tiny head has no one before it: it joins what follows although a region starts there.
    for (let i = joined.length - 2; i >= 0; i--) {
      const run = joined[i];
      const next = joined[i + 1];
      if (run === undefined || next === undefined || this.lengthOf(run) >= minRunLength) continue;
      if (!this.#fits(run, next)) continue;
      next.firstLine = run.firstLine;
      joined.splice(i, 1);
    }
    return joined.map(({ firstLine, lastLine }) => ({ firstLine, lastLine }));
  }

  #fits(first: LineRun, second: LineRun): boolean {
    const together = { firstLine: first.firstLine, lastLine: second.lastLine };
    return (
      this.lengthOf(together) <= maxLength && together.lastLine - together.firstLine < maxLines
    );
  }
}
