/** What git knows about recent changes, so that those files are remembered first. */
import { execFile } from "node:child_process";
import { dirname } from "node:path";

/** Why git could not say everything. The paths may still hold what it said before. */
export type GitProblem =
  | "gitMissing"
  | "noRepository"
  | "timeout"
  /** A setting of the repository cannot be made harmless, so git was not asked about the working tree. */
  | "unsafeSettings"
  | "failed";

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

type GitOutput = { readonly kind: "output"; readonly text: string } | { readonly kind: GitProblem };

/**
 * Paths that changed recently, at most `limit`. Never rejects. The repository may be hostile: nothing it
 * configures is run, nothing is written to it, and no network is used.
 */
export async function recentlyChanged(folder: string, limit: number): Promise<RecentChanges> {
  const where = await runGit(folder, ["rev-parse", "--show-prefix"], []);
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
  const filters = await runGit(
    folder,
    ["config", "-z", "--name-only", "--get-regexp", "^filter\\."],
    [],
  );
  if (filters.kind !== "output") return filters;
  const names = filters.text.split("\0").filter((name) => name !== "");
  if (names.some((name) => name.includes("="))) return { kind: "unsafeSettings" };
  const switchedOff = names.map((name) => `${name}=${name.endsWith(".required") ? "false" : ""}`);
  return runGit(
    folder,
    [
      ...["status", "--porcelain", "-z", "--no-renames"],
      ...["--untracked-files=normal", "--ignore-submodules=all", "--", "."],
    ],
    switchedOff,
  );
}

function changedInCommits(folder: string): Promise<GitOutput> {
  return runGit(
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

/** Settings by which a repository could make git start a program or talk to the network. */
const harmless = [
  "core.fsmonitor=false",
  "core.hooksPath=/dev/null",
  "core.pager=cat",
  "core.untrackedCache=false",
  "diff.external=",
  "log.showSignature=false",
  "submodule.recurse=false",
  "protocol.allow=never",
];

function runGit(
  folder: string,
  args: readonly string[],
  settings: readonly string[],
): Promise<GitOutput> {
  const configured = [...harmless, ...settings].flatMap((setting) => ["-c", setting]);
  const options = {
    // Windows looks for programs in the working folder first, and the root may hold a git.exe.
    cwd: dirname(process.execPath),
    env: gitEnvironment(),
    timeout: timeoutMs,
    maxBuffer: maxOutputBytes,
    encoding: "utf8" as const,
    windowsHide: true,
  };
  return new Promise((resolve) => {
    execFile("git", ["-C", folder, ...configured, ...args], options, (error, stdout) => {
      if (error === null) resolve({ kind: "output", text: stdout });
      else resolve(outcomeOf(error, args[0] === "config", stdout));
    });
  });
}

function outcomeOf(
  error: Error & { code?: number | string | null; killed?: boolean; signal?: string | null },
  isConfig: boolean,
  stdout: string,
): GitOutput {
  if (error.code === "ENOENT") return { kind: "gitMissing" };
  // Half of a long list is as good here as the whole.
  if (error.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") return { kind: "output", text: stdout };
  if (error.killed === true) return { kind: "timeout" };
  // `git config` exits with 1 when no setting matches.
  if (isConfig && error.code === 1) return { kind: "output", text: "" };
  return { kind: error.code === 128 ? "noRepository" : "failed" };
}

/** The user's environment without what steers git, so that the folder alone says which repository is meant. */
function gitEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(GIT_|SSH_ASKPASS$)/i.test(name));
  return {
    ...Object.fromEntries(kept),
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
    GIT_NO_LAZY_FETCH: "1",
    GIT_ALLOW_PROTOCOL: "none",
    NoDefaultCurrentDirectoryInExePath: "1",
    LC_ALL: "C",
  };
}
