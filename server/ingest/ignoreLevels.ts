/** Ignore files in force at a folder, nearest first, and how they are read from disk. */
import type { FileSystem } from "../ports.ts";
import type { GitPattern } from "./gitPattern.ts";
import { IgnoreRules } from "./ignoreRules.ts";

/** One ignore file in force. Levels form a chain; the first with a rule for an entry decides. */
export interface IgnoreLevel {
  readonly rules: IgnoreRules;
  /** For the user: relative to the root where it lies inside, else absolute. */
  readonly file: string;
  /** Length of the folder's path in front of an entry's path, with the slash: for files inside the root. */
  readonly cut: number;
  /** What stands in front of an entry's path when the file lies above the root, with the slash. */
  readonly above: string;
  readonly outer: IgnoreLevel | undefined;
}

/** Whether an entry is hidden. */
export type IgnoreVerdict =
  /** `included`: an include glob names the entry or a folder around it, so skip rules give way. */
  | { readonly ignored: false; readonly included: boolean }
  /** `ruleFile`: relative to the root, absolute when outside of it, or the name of a setting. */
  | { readonly ignored: true; readonly rule: string; readonly ruleFile: string };

/** The rule that decides about an entry and the file that holds it. */
export interface DecidingRule {
  readonly rule: GitPattern;
  readonly file: string;
}

/** An ignore file larger than this is taken as empty. */
const maxIgnoreFileBytes = 4 * 1024 * 1024;

/**
 * The rule that decides, `undefined` when no level has one for the entry. `path` is relative to the
 * root, `name` its last segment; both are byte strings.
 */
export function decide(
  innermost: IgnoreLevel | undefined,
  name: string,
  path: string,
  isFolder: boolean,
): DecidingRule | undefined {
  for (let level = innermost; level !== undefined; level = level.outer) {
    const ownPath = level.above === "" ? path.slice(level.cut) : level.above + path;
    const rule = level.rules.lastMatch(name, ownPath, isFolder);
    if (rule !== undefined) return { rule, file: level.file };
  }
  return undefined;
}

/**
 * Reads an ignore file. `undefined` when it does not exist, cannot be read, or holds no rule. Like git,
 * a symlink in its place is not followed unless `followSymlink` is set.
 */
export function readIgnoreFile(
  files: FileSystem,
  absolutePath: string,
  ignoreCase: boolean,
  followSymlink: boolean,
): IgnoreRules | undefined {
  if (files.stat(absolutePath, followSymlink)?.kind !== "file") return undefined;
  const read = files.readFile(absolutePath, maxIgnoreFileBytes);
  if (read.kind !== "read") return undefined;
  const { buffer, byteOffset, byteLength } = read.bytes;
  const rules = new IgnoreRules(
    Buffer.from(buffer, byteOffset, byteLength).toString("latin1"),
    ignoreCase,
  );
  return rules.isEmpty ? undefined : rules;
}
