/** Chunks prose by its headings: one chunk for a section, small sections together, long ones in pieces. */
import type { ParsedFile, ParsedSymbol } from "../../types.ts";
import { lineStarts, rangeAt } from "../lineIndex.ts";
import { isBlankLine, type Atom } from "./atoms.ts";
import { packAtoms } from "./packing.ts";
import { spansOf } from "./spans.ts";

/** A heading and where it stands. */
export interface Heading {
  /** First line, which is the overline where there is one. */
  readonly line: number;
  /** Last line, which is the underline where there is one. */
  readonly lastLine: number;
  /** 1 is the outermost. */
  readonly level: number;
  /** Without markup. */
  readonly title: string;
}

/** A prose format: finds the headings, and the lines where a block such as fenced code goes on. */
export type ProseReader = (lines: readonly string[]) => {
  readonly headings: readonly Heading[];
  /** True for each line that must stay with the one before it. */
  readonly continues: readonly boolean[];
};

/** A section from this length on is a chunk of its own. */
const minOwnLength = 300;
/** A longer section is cut between its paragraphs. */
const maxSectionLength = 2_500;

/** The sections of a text as symbols, its chunks, and as uses the names it writes as code. */
export function chunkProse(text: string, read: ProseReader): ParsedFile {
  const starts = lineStarts(text);
  const contents = Array.from(starts, (start, i) =>
    withoutBreak(text.slice(start, starts[i + 1] ?? text.length)),
  );
  const { headings: all, continues } = read(contents);
  const headings = all.filter((heading) => heading.title !== "");
  const { symbols, symbolOffsets } = symbolsOf(text, starts, headings);
  const atoms = atomsOfProse(text, starts, headings, continues);
  const runs = packAtoms(text, starts, atoms, symbols);
  const uses = namesWrittenAsCode(text);
  return {
    chunks: spansOf(text, starts, runs, { symbolOffsets, uses }),
    symbols,
    boundary: "syntax",
  };
}

function withoutBreak(line: string): string {
  return line.replace(/\r\n$|[\r\n]$/, "");
}

function symbolsOf(
  text: string,
  starts: Uint32Array,
  headings: readonly Heading[],
): { symbols: ParsedSymbol[]; symbolOffsets: number[] } {
  const symbolOffsets: number[] = [];
  const ends = sectionEnds(headings, starts.length);
  const open: { level: number; idx: number }[] = [];
  const symbols = headings.map((heading, idx): ParsedSymbol => {
    while (open.length > 0 && (open[open.length - 1]?.level ?? 0) >= heading.level) open.pop();
    const containerIdx = open[open.length - 1]?.idx ?? -1;
    open.push({ level: heading.level, idx });
    const start = starts[heading.line] ?? 0;
    let end = starts[ends[idx] ?? starts.length] ?? text.length;
    while (end > start && text.charCodeAt(end - 1) <= 32) end--;
    symbolOffsets.push(start, end);
    return {
      name: heading.title.slice(0, 120).toWellFormed(),
      kind: "section",
      containerIdx,
      range: rangeAt(starts, start, end),
      nameLine: heading.line,
      signatureEndLine: heading.lastLine + 1,
    };
  });
  return { symbols, symbolOffsets };
}

/** For each heading the line where its section ends: at the next heading that is not below it. */
function sectionEnds(headings: readonly Heading[], nLines: number): number[] {
  const ends = new Array<number>(headings.length).fill(nLines);
  const open: number[] = [];
  headings.forEach((heading, i) => {
    while (open.length > 0) {
      const top = open[open.length - 1] ?? 0;
      if ((headings[top]?.level ?? 0) < heading.level) break;
      ends[top] = heading.line;
      open.pop();
    }
    open.push(i);
  });
  return ends;
}

function atomsOfProse(
  text: string,
  starts: Uint32Array,
  headings: readonly Heading[],
  continues: readonly boolean[],
): Atom[] {
  const atoms: Atom[] = [];
  const borders = [0, ...headings.map((heading) => heading.line), starts.length];
  let wasOwn = false;
  for (let i = 0; i + 1 < borders.length; i++) {
    const first = borders[i] ?? 0;
    let last = (borders[i + 1] ?? 0) - 1;
    while (last >= first && isBlankLine(text, starts, last)) last--;
    if (last < first) continue;
    const length = (starts[last + 1] ?? text.length) - (starts[first] ?? 0);
    const isOwn = length >= minOwnLength;
    const startsRegion = isOwn || wasOwn;
    wasOwn = isOwn;
    if (length <= maxSectionLength) {
      atoms.push({ firstLine: first, lastLine: last, role: "code", startsRegion });
    } else {
      const titleEnd = i === 0 ? first : (headings[i - 1]?.lastLine ?? first) + 1;
      pushBlocks(text, starts, { first, last, titleEnd, startsRegion }, continues, atoms);
    }
  }
  return atoms;
}

/** Cuts a long section at blank lines, but not inside a block and not between a title and what follows. */
function pushBlocks(
  text: string,
  starts: Uint32Array,
  section: { first: number; last: number; titleEnd: number; startsRegion: boolean },
  continues: readonly boolean[],
  atoms: Atom[],
): void {
  let open = section.first;
  let { startsRegion } = section;
  let hasBody = section.titleEnd === section.first;
  for (let line = section.titleEnd; line <= section.last; line++) {
    const isBreak = continues[line] !== true && isBlankLine(text, starts, line);
    if (isBreak && hasBody) {
      atoms.push({ firstLine: open, lastLine: line - 1, role: "code", startsRegion });
      startsRegion = hasBody = false;
      open = line + 1;
    } else if (isBreak && open === line) {
      open = line + 1;
    } else if (!isBreak) {
      hasBody = true;
    }
  }
  if (open <= section.last)
    atoms.push({ firstLine: open, lastLine: section.last, role: "code", startsRegion });
}

/** Names in code spans: `` `parseUrl()` `` and ``` ``Session.get`` ``` tell which code a text is about. */
function namesWrittenAsCode(text: string): { offsets: number[]; names: string[] } {
  const offsets: number[] = [];
  const names: string[] = [];
  for (const match of text.matchAll(
    /`~?((?:[A-Za-z_$][\w$]*(?:\.|::|#))*)([A-Za-z_$][\w$]{1,79})(?:\(\))?`/g,
  )) {
    offsets.push(match.index);
    names.push(match[2] ?? "");
  }
  return { offsets, names };
}
