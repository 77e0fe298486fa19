/**
 * What tells one repository from another, wherever it lies: memory of the work is kept under this identity, so that
 * working trees, clones, renamed and moved folders of one repository share it.
 */
import { createHash } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import path from "node:path";
import { runGit } from "../git/gitCommand.ts";

/**
 * Where memory of the work of a folder belongs. An identity says what belongs together; it does not protect: whoever
 * makes a repository can give it the root commit of another one.
 */
export interface RepositoryIdentity {
  /**
   * `repository`: its root commits are known. `shallow`: the history was cut when it was cloned. `folder`: git sees no
   * commit here, so the folder's own path tells it from others.
   */
  readonly kind: "repository" | "shallow" | "folder";
  /** Path of the folder inside its repository with `/` at the end, `""` at the top and without git. */
  readonly prefix: string;
  /**
   * Names of the identity, best first, each 32 hex digits. Any of them may be in use already: roots come and go as
   * branches do, a shallow clone may become a whole one, and a plain folder a repository. See `workFolderOf`.
   */
  readonly ids: readonly [string, ...string[]];
}

/** A repository with more root commits than this has the identities of the smallest ones. */
const maxRoots = 16;
const maxOutputBytes = 1024 * 1024;
/** A history of a million commits takes ten seconds when it is not packed well. */
const timeoutMs = 120_000;

/**
 * Returns the identity of a folder. Its names, best first:
 * 1. each root commit of the repository, smallest first, all but those of notes, stashes and replacements;
 *    not in a shallow clone, whose oldest commits only look like roots;
 * 2. the address of the remote `origin`, without user, password, scheme and `.git`;
 * 3. the canonical path of the folder.
 * The first two go together with the folder's path inside the repository.
 * Rejects with the signal's reason when cancelled.
 */
export async function repositoryIdentity(
  folder: string,
  signal?: AbortSignal,
): Promise<RepositoryIdentity> {
  const own = identityName(`folder\0${realPathOf(folder)}`);
  const ask = (args: readonly string[]): ReturnType<typeof runGit> =>
    runGit(folder, args, {
      timeoutMs,
      maxOutputBytes,
      ...(signal === undefined ? {} : { signal }),
    });
  const where = await ask(["rev-parse", "--is-shallow-repository", "--show-prefix"]);
  if (where.kind !== "output") return { kind: "folder", prefix: "", ids: [own] };
  const [isShallow, prefix = ""] = where.text.split("\n");
  const remote = await ask(["config", "--get", "remote.origin.url"]);
  const roots = isShallow === "true" ? [] : rootsOf(await ask(listRoots));
  const names = roots.map((root) => identityName(`commit\0${root}\0${prefix}`));
  const address = remote.kind === "output" ? plainAddress(remote.text) : "";
  if (address !== "") names.push(identityName(`remote\0${address}\0${prefix}`));
  const [best, ...others] = [...names, own];
  const kind = isShallow === "true" ? "shallow" : roots.length > 0 ? "repository" : "folder";
  return { kind, prefix, ids: [best, ...others] };
}

/**
 * Returns the folder below `storeDir` that keeps the memory of the work: the first name's whose folder is there
 * already, else the best name's. Nothing is made.
 */
export function workFolderOf(storeDir: string, { ids }: RepositoryIdentity): string {
  const folders = ids.map((id) => path.join(storeDir, "work", id));
  return folders.find((folder) => existsSync(folder)) ?? path.join(storeDir, "work", ids[0]);
}

const listRoots = [
  "rev-list",
  "--max-parents=0",
  ...["--exclude=refs/notes/*", "--exclude=refs/stash", "--exclude=refs/replace/*", "--all"],
];

function rootsOf(output: Awaited<ReturnType<typeof runGit>>): string[] {
  if (output.kind !== "output") return [];
  const roots = output.text.split("\n").filter((line) => /^[0-9a-f]{40,64}$/.test(line));
  return roots.toSorted().slice(0, maxRoots);
}

/** `https://user:secret@host/a/b.git` and `git@host:a/b` are the same place: `host/a/b`. `""` for a path on this machine. */
function plainAddress(url: string): string {
  const [line = ""] = url.trim().split("\n");
  const parts =
    /^(?:[a-z][a-z0-9+.-]*:\/\/(?:[^@/]*@)?([^/:]+)(?::\d+)?\/|(?:[^@/:]+@)?([^/:]{2,}):\/?(?!\/))(.+)$/i.exec(
      line,
    );
  if (parts === null || line.startsWith("file:")) return "";
  const host = (parts[1] ?? parts[2] ?? "").toLowerCase();
  return `${host}/${(parts[3] as string).replace(/\/+$/, "").replace(/\.git$/, "")}`;
}

function realPathOf(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    // Gone or not to be looked at: what was named is all that there is.
    return path.resolve(folder);
  }
}

function identityName(what: string): string {
  return createHash("sha256").update(what).digest("hex").slice(0, 32);
}
