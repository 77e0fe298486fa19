/**
 * Which entries of a root are hidden. One object answers for the scan, the watcher and the re-scan.
 *
 * From strongest to weakest: `.git` and Lore's own stores are always hidden; include globs bring in; exclude globs hide;
 * `.loreignore` files, nearest folder first; `.gitignore` files, nearest folder first; the repository's
 * `info/exclude`; the user's own excludes file. Whatever lies in a hidden folder is hidden too, except
 * for what an include glob names. A repository inside the root follows its own `.gitignore` files and
 * not those of the folders around it. When the root lies inside a repository, the ignore files from the
 * repository's top down to the root count, unless they hide the root itself: the user opened it.
 */
import { dirname, relative, resolve, sep } from "node:path";
import type { HidingRuleNotice } from "../../protocol/notices.ts";
import type { FileSystem, FolderEntry } from "../ports.ts";
import { isStoreFolder, mayBeInStore, mayBeStoreFolder } from "../memory/storeFolder.ts";
import { repositoryAround, repositoryAt, type GitRepository } from "./gitHead.ts";
import { Globs } from "./globs.ts";
import { decide, readIgnoreFile, type IgnoreLevel, type IgnoreVerdict } from "./ignoreLevels.ts";
import { fromByteString, toByteString } from "./byteStrings.ts";
import { findHidingRule } from "./hidingRule.ts";
import { isSourceLanguage, languageOf } from "./languages.ts";
import { skipByName, type SkipVerdict } from "./nameRules.ts";
import {
  gitUserFolders,
  repositoryRules,
  type GitUserFolders,
  type RepositoryRules,
} from "./repositoryRules.ts";
import { byteLimitOf, maxDataBytes } from "./skipRules.ts";

export type { IgnoreVerdict } from "./ignoreLevels.ts";
export type { GitUserFolders } from "./repositoryRules.ts";

/** Whose entries to decide about, and by which settings. */
export interface FileFilterOptions {
  /** Absolute. */
  readonly rootFolder: string;
  readonly files: FileSystem;
  /** Globs as in the editor's `files.exclude`, relative to the root. */
  readonly exclude: readonly string[];
  /** Globs of the same form. One that names a folder brings in everything below it. */
  readonly include: readonly string[];
  /** Largest source file that is remembered. */
  readonly maxFileBytes: number;
  /** Where git keeps the user's own rules; from the environment when absent. */
  readonly user?: GitUserFolders;
}

/** The rules in force in one folder. */
export interface FolderRules {
  /** Relative to the root, `""` for the root. */
  readonly path: string;
  /** Set when the folder is hidden; then so is everything in it that no include glob names. */
  readonly hidden: (IgnoreVerdict & { readonly ignored: true }) | undefined;
  readonly included: boolean;
  /** Lore keeps a memory in it, or in a folder around it: nothing in it is the user's. */
  readonly isStore: boolean;
  readonly git: IgnoreLevel | undefined;
  readonly lore: IgnoreLevel | undefined;
  readonly repository: RepositoryRules;
}

const gitIgnoreName = ".gitignore";
const loreIgnoreName = ".loreignore";
const visible: IgnoreVerdict = { ignored: false, included: false };
const broughtIn: IgnoreVerdict = { ignored: false, included: true };
const gitFolderHidden: IgnoreVerdict = { ignored: true, rule: ".git", ruleFile: "" };
const storeHidden: IgnoreVerdict = { ignored: true, rule: "Lore’s memory", ruleFile: "" };

/** Decides about the entries of one root. */
export class FileFilter {
  readonly rootFolder: string;
  readonly #files: FileSystem;
  readonly #user: GitUserFolders;
  readonly #exclude: Globs;
  readonly #include: Globs;
  readonly #maxFileBytes: number;
  readonly #folders = new Map<string, FolderRules>();
  /** Absolute paths outside of the root's folders that rules come from. */
  readonly #sources = new Set<string>();

  /** Nothing is read before the first question. */
  constructor(options: FileFilterOptions) {
    const ignoreCase = process.platform === "win32" || process.platform === "darwin";
    this.rootFolder = resolve(options.rootFolder);
    this.#files = options.files;
    this.#user = options.user ?? gitUserFolders(process.env);
    this.#exclude = new Globs(options.exclude, ignoreCase);
    this.#include = new Globs(options.include, ignoreCase);
    this.#maxFileBytes = options.maxFileBytes;
  }

  /** Whether an entry is hidden and by which rule. `path` is relative to the root, with `/`. */
  isIgnored(path: string, isFolder: boolean): IgnoreVerdict {
    const slash = path.lastIndexOf("/");
    const folder = this.folder(slash < 0 ? "" : path.slice(0, slash));
    return this.verdict(folder, path.slice(slash + 1), isFolder);
  }

  /** The same for an entry of a folder whose rules are at hand. */
  verdict(folder: FolderRules, name: string, isFolder: boolean): IgnoreVerdict {
    if (name === ".git") return gitFolderHidden;
    if (folder.isStore) return storeHidden;
    const path = folder.path === "" ? name : `${folder.path}/${name}`;
    if (folder.included || this.#include.match(path, name) !== undefined) return broughtIn;
    if (folder.hidden !== undefined) return folder.hidden;
    const excludedBy = this.#exclude.match(path, name);
    if (excludedBy !== undefined)
      return { ignored: true, rule: excludedBy, ruleFile: "files.exclude" };
    if (folder.git === undefined && folder.lore === undefined) return visible;
    const nameBytes = toByteString(name);
    const pathBytes = toByteString(path);
    const deciding =
      decide(folder.lore, nameBytes, pathBytes, isFolder) ??
      decide(folder.git, nameBytes, pathBytes, isFolder);
    if (deciding === undefined || deciding.rule.negated) return visible;
    return { ignored: true, rule: fromByteString(deciding.rule.line), ruleFile: deciding.file };
  }

  /** True when a hidden folder may hold something that an include glob names. */
  mayHoldIncluded(folderPath: string): boolean {
    return !this.#include.isEmpty && this.#include.mayMatchBelow(folderPath);
  }

  /**
   * The rules in force in a folder. With `entries`, the folder's own listing, its ignore files are read
   * again where they exist; without, they are looked for on disk when the folder was not asked about yet.
   */
  folder(path: string, entries?: readonly FolderEntry[]): FolderRules {
    const known = entries === undefined ? this.#folders.get(path) : undefined;
    if (known !== undefined) return known;
    const missing = [path];
    let outer: FolderRules | undefined;
    while (outer === undefined && missing[0] !== "") {
      const slash = (missing[0] as string).lastIndexOf("/");
      const parent = slash < 0 ? "" : (missing[0] as string).slice(0, slash);
      outer = this.#folders.get(parent);
      if (outer === undefined) missing.unshift(parent);
    }
    for (const at of missing) {
      const own = at === path ? entries : undefined;
      outer = outer === undefined ? this.#rootRules(own) : this.#nestedRules(outer, at, own);
      // What is no store yet may become one: another process makes the folder first and then what tells it.
      if (outer.isStore || !mayBeStoreFolder(nameOf(at))) this.#folders.set(at, outer);
    }
    return outer as FolderRules;
  }

  /** True when an include glob names the file or a folder around it. */
  isIncluded(path: string): boolean {
    const verdict = this.isIgnored(path, false);
    return !verdict.ignored && verdict.included;
  }

  /** The largest size in bytes at which the file is remembered. */
  maxBytesOf(path: string, included = this.isIncluded(path)): number {
    return byteLimitOf(path, this.#maxFileBytes, included);
  }

  /** The same question about a size, quick for all but large files. */
  isTooLarge(path: string, sizeBytes: number, included: boolean): boolean {
    const isSuspect = sizeBytes > maxDataBytes || sizeBytes > this.#maxFileBytes;
    return isSuspect && sizeBytes > this.maxBytesOf(path, included);
  }

  /** Why the file is skipped because of its name; `undefined` when it is worth opening. */
  skipByName(path: string, included: boolean): SkipVerdict | undefined {
    const skip = skipByName(path);
    if (skip === undefined || !included) return skip;
    // A broad glob must not sweep keys and passwords in: their file has to be named.
    const isNamed = skip.reason !== "secret" || this.#include.matchByName(path) !== undefined;
    return isNamed ? undefined : skip;
  }

  /**
   * True when a change of this file may change answers: reload and scan again. `path` is relative to the
   * root or, for the files of `outsideSources`, absolute.
   */
  isIgnoreFile(path: string): boolean {
    const name = nameOf(path);
    if (name === gitIgnoreName || name === loreIgnoreName) return true;
    return path.includes(".git/") && this.#sources.has(resolve(this.rootFolder, path));
  }

  /** Absolute paths of files other than the root's own ignore files whose change may change answers. */
  outsideSources(): readonly string[] {
    this.folder("");
    return [...this.#sources];
  }

  /** Forgets every rule read from disk, so that the next question reads them again. */
  reload(): void {
    this.#folders.clear();
    this.#sources.clear();
  }

  /** What to tell the user when a single rule hides nearly everything in the root, else `undefined`. */
  hidingRule(): HidingRuleNotice | undefined {
    const entries = this.#files.list(this.rootFolder) ?? [];
    return findHidingRule(entries, (entry) => this.isIgnored(entry.name, entry.kind === "folder"));
  }

  #rootRules(entries: readonly FolderEntry[] | undefined): FolderRules {
    const around = repositoryAround(this.#files, this.rootFolder);
    const start = around?.workTree === this.rootFolder ? undefined : this.#rulesAbove(around);
    if (start !== undefined) return this.#withIgnoreFiles(start, entries);
    const isTop = around?.workTree === this.rootFolder;
    const repository = repositoryRules(this.#files, this.#user, isTop ? around : undefined, "");
    for (const source of repository.sources) this.#sources.add(source);
    return this.#withIgnoreFiles(topOf("", repository, undefined, false, undefined), entries);
  }

  /** What the repository around the root says; `undefined` when there is none or it hides the root. */
  #rulesAbove(around: GitRepository | undefined): FolderRules | undefined {
    if (around === undefined) return undefined;
    const outside = new FileFilter({
      rootFolder: around.workTree,
      files: this.#files,
      exclude: [],
      include: [],
      maxFileBytes: 0,
      user: this.#user,
    });
    const prefix = relative(around.workTree, this.rootFolder).replaceAll(sep, "/");
    if (outside.isIgnored(prefix, true).ignored) return undefined;
    const parent = outside.folder(dirname(prefix) === "." ? "" : dirname(prefix));
    for (const source of outside.#sources) this.#sources.add(source);
    for (const folder of outside.#folders.keys()) {
      this.#sources.add(resolve(around.workTree, folder, gitIgnoreName));
      this.#sources.add(resolve(around.workTree, folder, loreIgnoreName));
    }
    return {
      ...topOf("", parent.repository, undefined, false, undefined),
      git: seenFromBelow(parent.git, around.workTree, prefix),
      lore: seenFromBelow(parent.lore, around.workTree, prefix),
    };
  }

  #nestedRules(
    outer: FolderRules,
    path: string,
    entries: readonly FolderEntry[] | undefined,
  ): FolderRules {
    if (outer.isStore || this.#isStore(path, entries)) return { ...outer, path, isStore: true };
    const verdict = this.verdict(outer, nameOf(path), true);
    const hidden = verdict.ignored ? verdict : undefined;
    const included = !verdict.ignored && verdict.included;
    const mayBeRepository = entries === undefined || entries.some(({ name }) => name === ".git");
    const repository = mayBeRepository
      ? repositoryAt(this.#files, `${this.rootFolder}/${path}`)
      : undefined;
    if (repository === undefined)
      return this.#withIgnoreFiles({ ...outer, path, hidden, included }, entries);
    const rules = repositoryRules(this.#files, this.#user, repository, path);
    for (const source of rules.sources) this.#sources.add(source);
    return this.#withIgnoreFiles(topOf(path, rules, hidden, included, outer.lore), entries);
  }

  /** Only folders with such a name are listed for it. */
  #isStore(path: string, entries: readonly FolderEntry[] | undefined): boolean {
    if (!mayBeStoreFolder(nameOf(path))) return false;
    const listed = entries ?? this.#files.list(`${this.rootFolder}/${path}`) ?? [];
    return (
      !listed.some(isForeign) &&
      isStoreFolder(
        nameOf(path),
        listed.map(({ name }) => name),
      )
    );
  }

  /** Adds the folder's own ignore files. */
  #withIgnoreFiles(folder: FolderRules, entries: readonly FolderEntry[] | undefined): FolderRules {
    const git = this.#level(folder, gitIgnoreName, folder.git, entries);
    const lore = this.#level(folder, loreIgnoreName, folder.lore, entries);
    return git === folder.git && lore === folder.lore ? folder : { ...folder, git, lore };
  }

  #level(
    folder: FolderRules,
    name: string,
    outer: IgnoreLevel | undefined,
    entries: readonly FolderEntry[] | undefined,
  ): IgnoreLevel | undefined {
    if (entries !== undefined && !entries.some((entry) => entry.name === name)) return outer;
    const file = folder.path === "" ? name : `${folder.path}/${name}`;
    const { ignoreCase } = folder.repository;
    const rules = readIgnoreFile(this.#files, `${this.rootFolder}/${file}`, ignoreCase, false);
    if (rules === undefined) return outer;
    return { rules, file, cut: toByteString(file).length - name.length, above: "", outer };
  }
}

/** The folder at the top of a repository, or of a root outside of repositories. */
function topOf(
  path: string,
  repository: RepositoryRules,
  hidden: FolderRules["hidden"],
  included: boolean,
  lore: IgnoreLevel | undefined,
): FolderRules {
  const git = repository.outermost;
  return { path, hidden, included, isStore: false, git, lore, repository };
}

/** The last part of a path. */
function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The same levels for paths relative to a folder below, which lies at `prefix` in `workTree`. */
function seenFromBelow(
  level: IgnoreLevel | undefined,
  workTree: string,
  prefix: string,
): IgnoreLevel | undefined {
  if (level === undefined) return undefined;
  return {
    rules: level.rules,
    file: resolve(workTree, level.file),
    cut: 0,
    above: `${toByteString(prefix).slice(level.cut)}/`,
    outer: seenFromBelow(level.outer, workTree, prefix),
  };
}

/** True for what no store holds: whoever puts a store's file beside sources hides nothing by it. */
function isForeign({ name, kind }: FolderEntry): boolean {
  if (kind === "folder") return !mayBeInStore(name);
  return kind === "file" && isSourceLanguage(languageOf(name));
}
