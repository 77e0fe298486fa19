/**
 * Walks a root through the filter. What comes out is complete: every entry that was met is a file to
 * remember, or skipped, ignored or failed with its reason.
 *
 * Symbolic links are never followed. What they point at inside the root has a path of its own and is
 * judged there, so nothing is remembered twice, nothing hidden comes in by a side door, and no link makes
 * the walk go round.
 */
import type { FailReason, SkipReason } from "../../protocol/types.ts";
import type { FileStat, FileSystem, FolderEntry } from "../ports.ts";
import type { FileFilter, FolderRules } from "./fileFilter.ts";
import { LinkJudge } from "./linkJudge.ts";

/** One entry of the tree. Paths are relative to the root. `detail` is a fragment for the user. */
export type ScannedEntry =
  /** `included`: an include glob names it, so content rules give way. */
  | {
      readonly kind: "file";
      readonly path: string;
      readonly stat: FileStat;
      readonly included: boolean;
    }
  | {
      readonly kind: "skipped";
      readonly path: string;
      readonly reason: SkipReason;
      readonly detail: string;
      /** Absent when the entry did not have to be looked at. */
      readonly stat?: FileStat;
    }
  /** Also a folder that cannot be listed; the root itself has the path `""`. */
  | {
      readonly kind: "failed";
      readonly path: string;
      readonly reason: FailReason;
      readonly detail: string;
    }
  /** Hidden by a rule at this level; what lies below was not met. */
  | { readonly kind: "ignored"; readonly path: string };

const batchEntries = 256;

/**
 * Every entry of the root, breadth first, in batches between which the caller may do other work. Entries
 * that vanish meanwhile are left out.
 */
export function* scanRoot(
  filter: FileFilter,
  files: FileSystem,
): Generator<readonly ScannedEntry[], void, void> {
  yield* new Walk(filter, files).run([""]);
}

/**
 * The entries at and below the given paths, relative to the root, in the same form. Paths that do not
 * exist, or that lead through a symbolic link, yield nothing: whatever was remembered there is gone.
 */
export function* scanPaths(
  filter: FileFilter,
  files: FileSystem,
  paths: readonly string[],
): Generator<readonly ScannedEntry[], void, void> {
  const walk = new Walk(filter, files);
  const folders: string[] = [];
  for (const path of new Set(paths)) {
    if (path === "") folders.push("");
    else folders.push(...walk.meetPath(path));
  }
  yield* walk.run(folders);
}

/** One pass over a tree or a part of it. */
class Walk {
  readonly #filter: FileFilter;
  readonly #files: FileSystem;
  readonly #links: LinkJudge;
  readonly #plainFolders = new Set<string>([""]);
  #batch: ScannedEntry[] = [];

  constructor(filter: FileFilter, files: FileSystem) {
    this.#filter = filter;
    this.#files = files;
    this.#links = new LinkJudge(filter, files);
  }

  /** Walks the folders and all below them; starts with what was met before. */
  *run(folders: readonly string[]): Generator<readonly ScannedEntry[], void, void> {
    const queue = [...folders];
    for (let next = 0; next < queue.length; next++) {
      const path = queue[next] as string;
      const entries = this.#files.list(this.#absolute(path));
      if (entries === undefined) {
        this.#meetUnlisted(path);
        continue;
      }
      const rules = this.#filter.folder(path, entries);
      if (rules.isStore) {
        this.#batch.push({ kind: "ignored", path });
        continue;
      }
      for (const entry of entries) {
        const below = this.#meet(rules, entry);
        if (below !== undefined) queue.push(below);
        if (this.#batch.length >= batchEntries) yield this.#takeBatch();
      }
    }
    if (this.#batch.length > 0) yield this.#takeBatch();
  }

  /** Meets one path that may not exist. Returns the folder to walk, if it is one. */
  meetPath(path: string): readonly string[] {
    const slash = path.lastIndexOf("/");
    const parent = slash < 0 ? "" : path.slice(0, slash);
    if (!this.#isPlainFolder(parent)) return [];
    const stat = this.#files.stat(this.#absolute(path), false);
    if (stat === undefined) return [];
    const entry: FolderEntry = { name: path.slice(slash + 1), kind: stat.kind };
    const below = this.#meet(this.#filter.folder(parent), entry);
    return below === undefined ? [] : [below];
  }

  /** Notes one entry. Returns its path when it is a folder to be walked. */
  #meet(folder: FolderRules, entry: FolderEntry): string | undefined {
    const { name, kind } = entry;
    const path = folder.path === "" ? name : `${folder.path}/${name}`;
    const isFolder = kind === "folder";
    const verdict = this.#filter.verdict(folder, name, isFolder);
    if (verdict.ignored) {
      if (isFolder && name !== ".git" && this.#filter.mayHoldIncluded(path)) return path;
      this.#batch.push({ kind: "ignored", path });
      return undefined;
    }
    if (isFolder) return path;
    if (kind === "symlink") this.#batch.push(this.#links.judge(path));
    else if (kind === "other") this.#skip(path, "notRegularFile", "socket, pipe or device");
    else this.#meetFile(path, name, verdict.included);
    return undefined;
  }

  #meetFile(path: string, name: string, included: boolean): void {
    const skip = this.#filter.skipByName(path, included);
    if (skip !== undefined) {
      this.#skip(path, skip.reason, skip.detail);
      return;
    }
    const stat = this.#files.stat(this.#absolute(path), false);
    if (stat === undefined) this.#meetUnreachable(path, name);
    else if (this.#filter.isTooLarge(path, stat.sizeBytes, included))
      this.#batch.push({
        kind: "skipped",
        path,
        reason: "tooLarge",
        detail: `${stat.sizeBytes} bytes`,
        stat,
      });
    else this.#batch.push({ kind: "file", path, stat, included });
  }

  /** A file that was listed and cannot be looked at: gone, or out of reach. */
  #meetUnreachable(path: string, name: string): void {
    if (name.includes("\ufffd")) {
      this.#fail(path, "the name is not valid UTF-8");
      return;
    }
    const read = this.#files.readFile(this.#absolute(path), 0);
    if (read.kind === "unreadable") this.#fail(path, read.code);
  }

  #meetUnlisted(path: string): void {
    if (path.includes("\ufffd")) this.#fail(path, "the name is not valid UTF-8");
    else if (path === "" || this.#files.readFile(this.#absolute(path), 0).kind !== "missing")
      this.#fail(path, "the folder cannot be listed");
  }

  #skip(path: string, reason: SkipReason, detail: string): void {
    this.#batch.push({ kind: "skipped", path, reason, detail });
  }

  #fail(path: string, detail: string): void {
    this.#batch.push({ kind: "failed", path, reason: "unreadable", detail });
  }

  #takeBatch(): readonly ScannedEntry[] {
    const batch = this.#batch;
    this.#batch = [];
    return batch;
  }

  /** True when no part of the path is a symbolic link or anything else that is not a folder. */
  #isPlainFolder(path: string): boolean {
    if (this.#plainFolders.has(path)) return true;
    const slash = path.lastIndexOf("/");
    if (!this.#isPlainFolder(slash < 0 ? "" : path.slice(0, slash))) return false;
    if (this.#files.stat(this.#absolute(path), false)?.kind !== "folder") return false;
    this.#plainFolders.add(path);
    return true;
  }

  #absolute(path: string): string {
    return path === "" ? this.#filter.rootFolder : `${this.#filter.rootFolder}/${path}`;
  }
}
