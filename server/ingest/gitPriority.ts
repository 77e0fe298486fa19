/** What git knows about recent changes, so that those files are remembered first. */
import { runGit, type GitFailure, type GitOutput as Output } from "../git/gitCommand.ts";

/** Why git could not say everything. The paths may still hold what it said before. */
export type GitProblem =
  | GitFailure
  /** A setting of the repository cannot be made harmless, so git was not asked about the working tree. */
  | "unsafeSettings";

export interface RecentChanges {
  /**
   * Relative to the folder; changed in the working tree first, then newest commit first. Each once. A file
   * that an older commit touched may be gone.
   */
  readonly paths: readonly string[];
  readonly problem: GitProblem | undefined;
}

const maxCommits = 200;
const timeoutMs = 5000;
const maxOutputBytes = 16 * 1024 * 1024;

type GitOutput = Output | { readonly kind: "unsafeSettings" };

/**
 * Paths that changed recently, at most `limit`. Never rejects. The repository may be hostile: nothing it
 * configures is run, nothing is written to it, and no network is used.
 */
export async function recentlyChanged(folder: string, limit: number): Promise<RecentChanges> {
  const where = await askGit(folder, ["rev-parse", "--show-prefix"], []);
  if (where.kind !== "output") return { paths: [], problem: where.kind };
  const prefix = where.text.replace(/\n$/, "");
  const [working, committed] = await Promise.all([changedInTree(folder), changedInCommits(folder)]);
  const paths = new Set<string>();
  for (const path of [...statusPaths(working, prefix), ...logPaths(committed)]) {
    if (paths.size >= limit) break;
    if (path !== "" && !path.endsWith("/")) paths.add(path);
  }
  const failed = [working, committed].find(({ kind }) => kind !== "output");
  return { paths: [...paths], problem: failed?.kind === "output" ? undefined : failed?.kind };
}

async function changedInTree(folder: string): Promise<GitOutput> {
  // To compare a file with the index, git runs the filters that the repository configures for it.
  const filters = await askGit(
    folder,
    ["config", "-z", "--name-only", "--get-regexp", "^filter\\."],
    [],
  );
  if (filters.kind !== "output") return filters;
  const names = filters.text.split("\0").filter((name) => name !== "");
  if (names.some((name) => name.includes("="))) return { kind: "unsafeSettings" };
  const switchedOff = names.map((name) => `${name}=${name.endsWith(".required") ? "false" : ""}`);
  return askGit(
    folder,
    [
      ...["status", "--porcelain", "-z", "--no-renames"],
      ...["--untracked-files=normal", "--ignore-submodules=all", "--", "."],
    ],
    switchedOff,
  );
}

function changedInCommits(folder: string): Promise<GitOutput> {
  return askGit(
    folder,
    [
      ...["log", "-z", "--name-only", "--format=", `--max-count=${maxCommits}`, "--no-renames"],
      ...["--no-ext-diff", "--no-textconv", "--no-show-signature", "--ignore-submodules=all"],
      ...["--diff-filter=d", "--relative", "--", "."],
    ],
    [],
  );
}

/** `XY path` from the repository's top, whatever the folder. */
function statusPaths(output: GitOutput, prefix: string): string[] {
  if (output.kind !== "output") return [];
  return output.text
    .split("\0")
    .filter((line) => line.length > 3 && line.startsWith(prefix, 3) && !line.startsWith(" D"))
    .map((line) => line.slice(3 + prefix.length));
}

function logPaths(output: GitOutput): string[] {
  if (output.kind !== "output") return [];
  return output.text.split("\0").map((path) => path.replace(/^\n/, ""));
}

function askGit(
  folder: string,
  args: readonly string[],
  settings: readonly string[],
): Promise<GitOutput> {
  return runGit(folder, args, { timeoutMs, maxOutputBytes }, settings);
}
