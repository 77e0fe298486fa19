/**
 * One line of an ignore file: what it says and which paths it matches, as git reads it (gitignore(5)).
 *
 * Everything here works on byte strings: each character stands for one byte of UTF-8. Git matches
 * bytes, so `?` takes one byte of a letter that has two, and `[é]` is a class of two bytes.
 */
import { foldCase } from "./byteStrings.ts";
import { matchesSegment, readSegments, type Segment } from "./gitGlob.ts";

/** A parsed rule. `base` paths are relative to the folder that holds the ignore file. */
export interface GitPattern {
  /** The rule as it stands in the file, without trailing blanks. A byte string. */
  readonly line: string;
  readonly negated: boolean;
  readonly foldersOnly: boolean;
  /** How to match, cheapest first. */
  readonly match:
    /** The entry's name equals `name`, in any folder. */
    | { readonly kind: "name"; readonly name: string }
    /** The entry's name ends with `suffix`, in any folder. */
    | { readonly kind: "suffix"; readonly suffix: string }
    /** The entry's path equals `path`. */
    | { readonly kind: "path"; readonly path: string }
    /** The entry's name matches a wildcard, in any folder. */
    | { readonly kind: "nameGlob"; readonly segment: Segment }
    /** The entry's path starts with `prefix` and the rest matches wildcards. */
    | { readonly kind: "pathGlob"; readonly prefix: string; readonly segments: readonly Segment[] };
}

/**
 * Parses one line of an ignore file, without its line break. `undefined` for a blank line, a comment,
 * and a rule that can match nothing. With `ignoreCase`, names to match must be in lower case.
 */
export function parseGitPattern(rawLine: string, ignoreCase: boolean): GitPattern | undefined {
  const line = trimTrailingSpaces(cutAtNul(rawLine));
  if (line === "" || line.startsWith("#")) return undefined;
  const negated = line.startsWith("!");
  let body = negated ? line.slice(1) : line;
  const foldersOnly = body.endsWith("/");
  if (foldersOnly) body = body.slice(0, -1);
  const match = body.includes("/") ? parsePath(body, ignoreCase) : parseName(body, ignoreCase);
  return match === undefined ? undefined : { line, negated, foldersOnly, match };
}

/**
 * True when the wildcard rule matches. `name` is the last segment of `path`; both are byte strings.
 */
export function matchesGlob(match: GitPattern["match"], name: string, path: string): boolean {
  switch (match.kind) {
    case "name":
      return name === match.name;
    case "suffix":
      return name.endsWith(match.suffix);
    case "path":
      return path === match.path;
    case "nameGlob":
      return matchesSegment(match.segment, name);
    case "pathGlob":
      return (
        path.startsWith(match.prefix) &&
        matchesSegments(match.segments, path.slice(match.prefix.length))
      );
  }
}

const wildcard = /[*?[\\]/;

function parseName(body: string, ignoreCase: boolean): GitPattern["match"] | undefined {
  const literal = (text: string) => (ignoreCase ? foldCase(text) : text);
  if (body === "") return undefined;
  if (!wildcard.test(body)) return { kind: "name", name: literal(body) };
  if (body.startsWith("*") && !wildcard.test(body.slice(1)))
    return { kind: "suffix", suffix: literal(body.slice(1)) };
  const segments = readSegments(body, false, ignoreCase);
  const segment = segments?.[0];
  return segment === undefined ? undefined : { kind: "nameGlob", segment };
}

/** A rule with a slash is anchored to the folder of its file; one leading slash only says so. */
function parsePath(body: string, ignoreCase: boolean): GitPattern["match"] | undefined {
  const literal = (text: string) => (ignoreCase ? foldCase(text) : text);
  const anchored = body.startsWith("/") ? body.slice(1) : body;
  const firstWildcard = anchored.search(wildcard);
  if (firstWildcard === -1)
    return anchored === "" ? undefined : { kind: "path", path: literal(anchored) };
  // Git compares the text before the first wildcard as it is and matches the rest on its own. So `**`
  // right after a letter still spans folders: `foo**/bar` matches `foo/x/bar` and `foobar`.
  const segments = readSegments(anchored.slice(firstWildcard), true, ignoreCase);
  if (segments === undefined) return undefined;
  return { kind: "pathGlob", prefix: literal(anchored.slice(0, firstWildcard)), segments };
}

/**
 * Greedy matching with one point of return: when a segment fails, only the latest spanning `**` needs to
 * take one segment more. Costs at most segments × path depth.
 */
function matchesSegments(segments: readonly Segment[], rest: string): boolean {
  const parts = rest.split("/");
  let part = 0;
  let i = 0;
  let spanAt = -1;
  let spanPart = 0;
  while (part < parts.length) {
    const segment = segments[i];
    if (segment !== undefined && segment.kind === "span") {
      spanAt = i++;
      spanPart = part += segment.atLeast;
      if (part > parts.length) return false;
    } else if (segment !== undefined && matchesSegment(segment, parts[part] as string)) {
      i++;
      part++;
    } else if (spanAt >= 0) {
      i = spanAt + 1;
      part = ++spanPart;
    } else return false;
  }
  while (i < segments.length && isEmptySpan(segments[i] as Segment)) i++;
  return i === segments.length;
}

function isEmptySpan(segment: Segment): boolean {
  return segment.kind === "span" && segment.atLeast === 0;
}

function cutAtNul(line: string): string {
  const nul = line.indexOf("\0");
  return nul < 0 ? line : line.slice(0, nul);
}

/** Blanks at the end do not count unless a backslash stands before the first of them. */
function trimTrailingSpaces(line: string): string {
  if (!line.endsWith(" ")) return line;
  let end = line.length;
  while (end > 0 && line[end - 1] === " ") end--;
  let backslashes = 0;
  while (line[end - 1 - backslashes] === "\\") backslashes++;
  return backslashes % 2 === 1 ? line.slice(0, end + 1) : line.slice(0, end);
}
