/** What a symbolic link is to the scan. */
import { relative, sep } from "node:path";
import type { FileSystem } from "../ports.ts";
import type { FileFilter } from "./fileFilter.ts";

type JudgedLink =
  | {
      readonly kind: "skipped";
      readonly path: string;
      readonly reason: "symlinkLoop" | "duplicateLink" | "outsideWorkspace" | "notRegularFile";
      readonly detail: string;
    }
  | {
      readonly kind: "failed";
      readonly path: string;
      readonly reason: "unreadable";
      readonly detail: string;
    };

/** Judges the links of one root. Links are not followed, so each ends as skipped or failed. */
export class LinkJudge {
  readonly #filter: FileFilter;
  readonly #files: FileSystem;
  #realRoot: string | undefined;

  constructor(filter: FileFilter, files: FileSystem) {
    this.#filter = filter;
    this.#files = files;
  }

  /** `path` is relative to the root and names a link that was seen there. */
  judge(path: string): JudgedLink {
    const absolute = `${this.#filter.rootFolder}/${path}`;
    const target = this.#files.realPath(absolute);
    if (target === undefined) return this.#judgeUnresolved(path, absolute);
    this.#realRoot ??= this.#files.realPath(this.#filter.rootFolder) ?? this.#filter.rootFolder;
    const inRoot = relative(this.#realRoot, target).replaceAll(sep, "/");
    if (inRoot === ".." || inRoot.startsWith("../") || /^([A-Za-z]:)?\//.test(inRoot))
      return skipped(path, "outsideWorkspace", "link to a place outside of the folder");
    if (inRoot === "" || path.startsWith(`${inRoot}/`))
      return skipped(path, "symlinkLoop", "link to a folder around it");
    const isFolder = this.#files.stat(target, false)?.kind === "folder";
    const isHidden = this.#filter.isIgnored(inRoot, isFolder).ignored;
    const detail = isHidden ? `link to ${inRoot}, which is hidden` : `link to ${inRoot}`;
    return skipped(path, "duplicateLink", detail);
  }

  #judgeUnresolved(path: string, absolute: string): JudgedLink {
    const read = this.#files.readFile(absolute, 0);
    if (read.kind === "unreadable" && read.code === "ELOOP")
      return skipped(path, "symlinkLoop", "link to itself");
    if (read.kind === "unreadable")
      return { kind: "failed", path, reason: "unreadable", detail: read.code };
    return skipped(path, "notRegularFile", "link to nothing");
  }
}

function skipped(
  path: string,
  reason: (JudgedLink & { kind: "skipped" })["reason"],
  detail: string,
): JudgedLink {
  return { kind: "skipped", path, reason, detail };
}
