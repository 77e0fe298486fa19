/**
 * How git is run on a repository that may be hostile: nothing that it configures is started, nothing is written to it,
 * nobody is asked, and no network is used.
 */
import { execFile } from "node:child_process";
import { dirname } from "node:path";
import { lowerProcessPriority } from "../priority.ts";

/** Why git gave no output. */
export type GitFailure =
  | "gitMissing"
  /** Git found no repository that it would read: there is none, it is bare, or it belongs to another user. */
  | "noRepository"
  | "timeout"
  | "failed";

/** What a run of git came to. `isCut`: there was more than was wanted. */
export type GitOutput =
  | { readonly kind: "output"; readonly text: string; readonly isCut: boolean }
  | { readonly kind: GitFailure };

/** A process to start: never through a shell. */
export interface GitProcess {
  readonly command: string;
  readonly args: readonly string[];
  readonly options: {
    readonly cwd: string;
    readonly env: NodeJS.ProcessEnv;
    readonly windowsHide: true;
  };
}

export interface GitLimits {
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  readonly signal?: AbortSignal;
  /** Written to git's standard input. */
  readonly input?: string;
  /** True for work that waits for everything else. */
  readonly isQuiet?: boolean;
}

/** Settings by which a repository could make git start a program or talk to the network, and those that change output. */
const harmless = [
  "core.fsmonitor=false",
  "core.hooksPath=/dev/null",
  "core.pager=cat",
  "core.quotePath=false",
  "core.untrackedCache=false",
  "diff.external=",
  "log.showSignature=false",
  "submodule.recurse=false",
  "protocol.allow=never",
  // A folder of the workspace that only looks like a repository is not taken for one.
  "safe.bareRepository=explicit",
];

/** Returns the process that runs git in a folder. `settings` are of the form `name=value`. */
export function gitProcess(
  folder: string,
  args: readonly string[],
  settings: readonly string[] = [],
): GitProcess {
  const configured = [...harmless, ...settings].flatMap((setting) => ["-c", setting]);
  return {
    command: "git",
    args: ["--no-pager", "-C", folder, ...configured, ...args],
    options: {
      // Windows looks for programs in the working folder first, and the root may hold a git.exe.
      cwd: dirname(process.execPath),
      env: gitEnvironment(),
      windowsHide: true,
    },
  };
}

/** Runs git and returns what it wrote. Rejects only with the signal's reason. */
export function runGit(
  folder: string,
  args: readonly string[],
  { timeoutMs, maxOutputBytes, signal, input = "", isQuiet = false }: GitLimits,
  settings: readonly string[] = [],
): Promise<GitOutput> {
  const { command, args: words, options } = gitProcess(folder, args, settings);
  const limits = { timeout: timeoutMs, maxBuffer: maxOutputBytes, encoding: "utf8" as const };
  const stop = signal === undefined ? {} : { signal };
  return new Promise((resolve, reject) => {
    const child = execFile(command, words, { ...options, ...limits, ...stop }, (error, stdout) => {
      if (signal?.aborted === true) reject(signal.reason as Error);
      else if (error === null) resolve({ kind: "output", text: stdout, isCut: false });
      else resolve(outcomeOf(error, args[0] === "config", stdout));
    });
    if (isQuiet && child.pid !== undefined) lowerProcessPriority(child.pid);
    // Git may end before it has read everything; how it ended says why.
    child.stdin?.on("error", () => undefined).end(input);
  });
}

function outcomeOf(
  error: Error & { code?: number | string | null; killed?: boolean; signal?: string | null },
  isConfig: boolean,
  stdout: string,
): GitOutput {
  if (error.code === "ENOENT") return { kind: "gitMissing" };
  if (error.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER")
    return { kind: "output", text: stdout, isCut: true };
  if (error.killed === true) return { kind: "timeout" };
  // `git config` exits with 1 when no setting matches.
  if (isConfig && error.code === 1) return { kind: "output", text: "", isCut: false };
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
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_ALLOW_PROTOCOL: "none",
    NoDefaultCurrentDirectoryInExePath: "1",
    LC_ALL: "C",
  };
}
