/** Where a repository keeps what changes on commit, checkout, rebase and pull. Found without running git. */
import { dirname, resolve } from "node:path";
import type { FileSystem } from "../ports.ts";

/** One working tree of a repository. All paths are absolute. */
export interface GitRepository {
  /** The folder that holds `.git`. */
  readonly workTree: string;
  /** The working tree's own folder: HEAD and the index are there. */
  readonly gitFolder: string;
  /** What all working trees share: references, objects, configuration, `info/exclude`. */
  readonly commonFolder: string;
}

/** Files whose change means that another commit may be checked out. Some may not exist. */
export interface GitHeadFiles {
  readonly head: string;
  readonly index: string;
  readonly packedRefs: string;
  /** The branch that HEAD points at; `undefined` when HEAD is detached or cannot be read. */
  readonly branch: string | undefined;
  /** Written at each commit, checkout, reset, rebase step and pull. */
  readonly headLog: string;
}

/** Longest `.git` file, HEAD or `commondir` that is believed. */
const maxPointerBytes = 64 * 1024;

/**
 * The working tree that `folder` is the top of; `undefined` when it is not the top of one. A `.git` file
 * (linked working tree, submodule) is followed.
 */
export function repositoryAt(files: FileSystem, folder: string): GitRepository | undefined {
  const dotGit = `${folder}/.git`;
  const kind = files.stat(dotGit, true)?.kind;
  let gitFolder: string | undefined;
  if (kind === "folder") gitFolder = dotGit;
  else if (kind === "file") {
    const pointer = /^gitdir: (.+)$/m.exec(readPointer(files, dotGit) ?? "");
    gitFolder = pointer === null ? undefined : resolve(folder, pointer[1] as string);
  }
  // Git takes a `.git` without HEAD for an ordinary folder.
  if (gitFolder === undefined || files.stat(`${gitFolder}/HEAD`, false) === undefined)
    return undefined;
  const common = readPointer(files, `${gitFolder}/commondir`)?.trim();
  const commonFolder = common ? resolve(gitFolder, common) : gitFolder;
  return { workTree: folder, gitFolder, commonFolder };
}

/** The working tree that `folder` lies in, at any depth; `undefined` outside of repositories. */
export function repositoryAround(files: FileSystem, folder: string): GitRepository | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const repository = repositoryAt(files, at);
    if (repository !== undefined || dirname(at) === at) return repository;
  }
}

/** The files to watch for a repository. */
export function headFiles(files: FileSystem, repository: GitRepository): GitHeadFiles {
  const { gitFolder, commonFolder } = repository;
  const reference = /^ref: (refs\/.+)$/m.exec(readPointer(files, `${gitFolder}/HEAD`) ?? "")?.[1];
  const isPlain = reference !== undefined && !reference.split("/").includes("..");
  return {
    head: `${gitFolder}/HEAD`,
    index: `${gitFolder}/index`,
    packedRefs: `${commonFolder}/packed-refs`,
    branch: isPlain ? `${commonFolder}/${reference}` : undefined,
    headLog: `${gitFolder}/logs/HEAD`,
  };
}

function readPointer(files: FileSystem, file: string): string | undefined {
  const read = files.readFile(file, maxPointerBytes);
  if (read.kind !== "read") return undefined;
  return Buffer.from(read.bytes.buffer, read.bytes.byteOffset, read.bytes.byteLength)
    .toString("utf8")
    .trimEnd();
}
