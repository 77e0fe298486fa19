/**
 * Wildcards of one path segment, as git reads them: `*`, `?`, classes and escapes. Byte strings
 * throughout, see gitPattern.ts. Written from git's documentation and its observed behaviour.
 */

import { foldCase } from "./byteStrings.ts";

/** What one segment of a pattern asks of one segment of a path. */
export type Segment =
  /** Any number of segments, at least `atLeast`. */
  | { readonly kind: "span"; readonly atLeast: 0 | 1 }
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "glob"; readonly atoms: readonly Atom[] };

/** One element of a segment: a byte, `anyByte`, `anyRun`, or a class of bytes. */
export type Atom = number | ByteSet;

const anyByte = -1;
const anyRun = -2;
/** 256 flags, one a byte. */
type ByteSet = Uint8Array;

const slash = 47;
const codeOf = (char: string): number => char.charCodeAt(0);

/**
 * Splits a pattern into segments. `spansFolders` is false for a pattern that is matched against a name
 * alone; `**` is then the same as `*`. With `ignoreCase` the segments expect text in lower case; as in
 * git, an upper-case letter that is escaped or a single member of a class then matches nothing.
 * `undefined` when the pattern is malformed and so matches nothing.
 */
export function readSegments(
  pattern: string,
  spansFolders: boolean,
  ignoreCase: boolean,
): readonly Segment[] | undefined {
  const segments: Segment[] = [];
  let atoms: Atom[] = [];
  let i = 0;
  while (i < pattern.length) {
    const char = pattern[i] as string;
    if (char === "*") {
      const end = endOfRun(pattern, i);
      const span =
        spansFolders && end - i > 1 && atoms.length === 0 ? spanEnd(pattern, end) : undefined;
      if (span !== undefined) {
        segments.push({ kind: "span", atLeast: span.atLeast });
        if (span.next >= pattern.length && span.atEnd) return segments;
        i = span.next;
        if (i >= pattern.length) break;
        continue;
      }
      atoms.push(anyRun);
      i = end;
    } else if (char === "/") {
      segments.push(toSegment(atoms));
      atoms = [];
      i++;
    } else if (char === "?") {
      atoms.push(anyByte);
      i++;
    } else if (char === "[") {
      const read = readClass(pattern, i, ignoreCase);
      if (read === undefined) return undefined;
      atoms.push(read.bytes);
      i = read.next;
    } else if (char === "\\") {
      const escaped = pattern[i + 1];
      if (escaped === undefined) return undefined;
      i += 2;
      if (escaped === "/") {
        segments.push(toSegment(atoms));
        atoms = [];
      } else atoms.push(codeOf(escaped));
    } else {
      atoms.push(codeOf(ignoreCase ? foldCase(char) : char));
      i++;
    }
  }
  segments.push(toSegment(atoms));
  return segments;
}

/** True when the segment matches the whole of `text`, which holds no slash. */
export function matchesSegment(segment: Segment, text: string): boolean {
  if (segment.kind === "literal") return segment.text === text;
  if (segment.kind === "span") return true;
  const { atoms } = segment;
  let i = 0;
  let at = 0;
  let runAt = -1;
  let runEnd = 0;
  while (at < text.length) {
    const atom = atoms[i];
    if (atom === anyRun) {
      runAt = i++;
      runEnd = at;
    } else if (atom !== undefined && matchesAtom(atom, text.charCodeAt(at))) {
      i++;
      at++;
    } else if (runAt >= 0) {
      i = runAt + 1;
      at = ++runEnd;
    } else return false;
  }
  while (atoms[i] === anyRun) i++;
  return i === atoms.length;
}

function matchesAtom(atom: Atom, byte: number): boolean {
  if (typeof atom === "number") return atom === byte || atom === anyByte;
  return atom[byte] === 1;
}

function endOfRun(pattern: string, start: number): number {
  let end = start;
  while (pattern[end] === "*") end++;
  return end;
}

/**
 * Two or more asterisks that fill a segment span folders. Before `/` they may stand for nothing; before
 * an escaped slash and at the end they stand for at least one segment.
 */
function spanEnd(
  pattern: string,
  end: number,
): { atLeast: 0 | 1; next: number; atEnd: boolean } | undefined {
  if (end === pattern.length) return { atLeast: 1, next: end, atEnd: true };
  if (pattern[end] === "/") return { atLeast: 0, next: end + 1, atEnd: false };
  if (pattern.startsWith("\\/", end)) return { atLeast: 1, next: end + 2, atEnd: false };
  return undefined;
}

function toSegment(atoms: readonly Atom[]): Segment {
  if (atoms.every((atom) => typeof atom === "number" && atom >= 0))
    return { kind: "literal", text: String.fromCharCode(...(atoms as number[])) };
  return { kind: "glob", atoms };
}

/** Reads the class that starts at `start`. `undefined` when it does not end or names an unknown class. */
function readClass(
  pattern: string,
  start: number,
  ignoreCase: boolean,
): { bytes: ByteSet; next: number } | undefined {
  const bytes = new Uint8Array(256);
  let i = start + 1;
  const negated = pattern[i] === "!" || pattern[i] === "^";
  if (negated) i++;
  let rangeStart = 0;
  // The first member is taken as it is, so a `]` in this place is a member and not the end.
  for (let isFirst = true; isFirst || pattern[i] !== "]"; isFirst = false) {
    const char = pattern[i];
    if (char === undefined) return undefined;
    const named = char === "[" && pattern[i + 1] === ":" ? readNamedClass(pattern, i) : undefined;
    if (named === "malformed") return undefined;
    if (named !== undefined) {
      for (let byte = 0; byte < 128; byte++)
        if (named.test(String.fromCharCode(byte))) addRange(bytes, byte, byte, ignoreCase);
      i = pattern.indexOf("]", i) + 1;
      rangeStart = 0;
      continue;
    }
    const isRange =
      char === "-" && rangeStart > 0 && i + 1 < pattern.length && pattern[i + 1] !== "]";
    if (isRange) i++;
    if (pattern[i] === "\\") i++;
    const member = pattern[i];
    if (member === undefined) return undefined;
    const code = codeOf(member);
    if (isRange) addRange(bytes, rangeStart, code, ignoreCase);
    else bytes[code] = 1;
    rangeStart = isRange ? 0 : code;
    i++;
  }
  if (negated) for (let byte = 0; byte < 256; byte++) bytes[byte] = 1 - (bytes[byte] as number);
  bytes[slash] = 0;
  return { bytes, next: i + 1 };
}

function addRange(bytes: ByteSet, from: number, to: number, ignoreCase: boolean): void {
  for (let byte = from; byte <= to; byte++) {
    bytes[byte] = 1;
    if (ignoreCase && byte >= 65 && byte <= 90) bytes[byte + 32] = 1;
  }
}

/** `[:name:]` at `start`. `undefined` when the bracket is a plain member. */
function readNamedClass(pattern: string, start: number): RegExp | "malformed" | undefined {
  const end = pattern.indexOf("]", start + 2);
  if (end < 0) return "malformed";
  if (end - 1 < start + 2 || pattern[end - 1] !== ":") return undefined;
  return namedClasses.get(pattern.slice(start + 2, end - 1)) ?? "malformed";
}

const namedClasses: ReadonlyMap<string, RegExp> = new Map([
  ["alnum", /[0-9A-Za-z]/],
  ["alpha", /[A-Za-z]/],
  ["blank", /[ \t]/],
  ["cntrl", /[\x00-\x1f\x7f]/],
  ["digit", /[0-9]/],
  ["graph", /[!-~]/],
  ["lower", /[a-z]/],
  ["print", /[ -~]/],
  ["punct", /[!-/:-@[-`{-~]/],
  ["space", /[ \t\r\n]/],
  ["upper", /[A-Z]/],
  ["xdigit", /[0-9A-Fa-f]/],
]);
