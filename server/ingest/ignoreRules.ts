/** The rules of one ignore file, arranged so that a path meets few of them. */
import { foldCase } from "./byteStrings.ts";
import { matchesGlob, parseGitPattern, type GitPattern } from "./gitPattern.ts";

/** Indices of the last rule with a key that applies to files and to folders; -1 when there is none. */
interface LastRules {
  file: number;
  folder: number;
}

/**
 * One ignore file. A rule later in the file overrules an earlier one, so the last rule that matches is
 * the file's word. All texts are byte strings (see `toByteString`).
 */
export class IgnoreRules {
  readonly #rules: GitPattern[] = [];
  readonly #byName = new Map<string, LastRules>();
  /** By the part from the last dot on, for rules like `*.o`, which most rules with a wildcard are. */
  readonly #byExtension = new Map<string, LastRules>();
  readonly #byPath = new Map<string, LastRules>();
  /** Indices of all other rules, last first. */
  readonly #others: number[] = [];
  readonly #ignoreCase: boolean;

  /** `content` is the file's content as a byte string. `ignoreCase` folds ASCII letters, as git does. */
  constructor(content: string, ignoreCase: boolean) {
    this.#ignoreCase = ignoreCase;
    const text = content.startsWith(byteOrderMark) ? content.slice(byteOrderMark.length) : content;
    for (const line of text.split("\n")) {
      const rule = parseGitPattern(line.endsWith("\r") ? line.slice(0, -1) : line, ignoreCase);
      if (rule !== undefined) this.#add(rule);
    }
  }

  get isEmpty(): boolean {
    return this.#rules.length === 0;
  }

  /**
   * The last rule that matches an entry, `undefined` when none does. `path` is relative to the folder of
   * the ignore file, `name` its last segment. Rules that match a folder above the entry do not count here.
   */
  lastMatch(entryName: string, entryPath: string, isFolder: boolean): GitPattern | undefined {
    const name = this.#ignoreCase ? foldCase(entryName) : entryName;
    const path = this.#ignoreCase ? foldCase(entryPath) : entryPath;
    let last = lastOf(this.#byName.get(name), isFolder);
    if (this.#byExtension.size > 0) {
      const dot = name.lastIndexOf(".");
      if (dot >= 0) last = Math.max(last, lastOf(this.#byExtension.get(name.slice(dot)), isFolder));
    }
    if (this.#byPath.size > 0) last = Math.max(last, lastOf(this.#byPath.get(path), isFolder));
    for (const index of this.#others) {
      if (index < last) break;
      const rule = this.#rules[index] as GitPattern;
      if ((isFolder || !rule.foldersOnly) && matchesGlob(rule.match, name, path)) return rule;
    }
    return last < 0 ? undefined : this.#rules[last];
  }

  #add(rule: GitPattern): void {
    const index = this.#rules.push(rule) - 1;
    const { match } = rule;
    if (match.kind === "name") note(this.#byName, match.name, index, rule);
    else if (match.kind === "path") note(this.#byPath, match.path, index, rule);
    else if (match.kind === "suffix" && match.suffix.lastIndexOf(".") === 0)
      note(this.#byExtension, match.suffix, index, rule);
    else this.#others.unshift(index);
  }
}

/** UTF-8's byte order mark as a byte string. */
const byteOrderMark = "\u00ef\u00bb\u00bf";

function note(rules: Map<string, LastRules>, key: string, index: number, rule: GitPattern): void {
  const last = rules.get(key) ?? { file: -1, folder: -1 };
  last.folder = index;
  if (!rule.foldersOnly) last.file = index;
  rules.set(key, last);
}

function lastOf(rules: LastRules | undefined, isFolder: boolean): number {
  if (rules === undefined) return -1;
  return isFolder ? rules.folder : rules.file;
}
