/** Reads commits with the files that they changed from `git log --raw -z`. */
import { runGit, type GitFailure, type GitOutput } from "../git/gitCommand.ts";
import { maskSecrets } from "../secrets/maskSecrets.ts";
import { oneLine, withoutControls } from "./plainText.ts";

/** What a commit did to a file: added, changed, deleted, renamed, copied; `T`: file and link took turns. */
export type ChangeStatus = "A" | "M" | "D" | "R" | "C" | "T";

/** A file that a commit changed, relative to its first parent. */
export interface FileChanged {
  readonly status: ChangeStatus;
  /** After the commit; of a deleted file, before it. Relative to the root, with `/`. */
  readonly path: string;
  /** Before the commit, when it was another one. */
  readonly oldPath: string | undefined;
  /** Hashes of the content before and after; `undefined` where there is none or it is no file. */
  readonly oldBlob: string | undefined;
  readonly newBlob: string | undefined;
}

/** A commit as git tells it. Text is plain: without control characters, and cut where it is very long. */
export interface LoggedCommit {
  readonly hash: string;
  readonly parents: readonly string[];
  /** The author's name, by the repository's own list of names where it has one. */
  readonly author: string;
  readonly authorSeconds: number;
  readonly commitSeconds: number;
  readonly subject: string;
  /** Without the subject; may be `""`. */
  readonly body: string;
  /** Empty for merges, whose changes are those of the commits that they merge. */
  readonly files: readonly FileChanged[];
}

export type CommitsRead =
  | { readonly kind: "commits"; readonly commits: readonly LoggedCommit[] }
  | { readonly kind: GitFailure };

const maxSubjectLength = 500;
const maxBodyLength = 20_000;
const maxNameLength = 200;
/** A commit that touches more files is a move of the whole tree; only so many are kept. */
const maxFiles = 2_000;
const maxPathLength = 4_096;
const maxOutputBytes = 64 * 1024 * 1024;
const timeoutMs = 120_000;

/** What keeps git's output the same whatever a repository or its user configures. */
export const plainDiff: readonly string[] = [
  ...["--no-color", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all"],
  ...["--find-renames=50%", "-l200", "--no-indent-heuristic", "--diff-algorithm=myers"],
];
/** As `plainDiff`, for `git log`. */
export const plainLog: readonly string[] = [
  ...["--no-walk=unsorted", "--stdin", "--encoding=UTF-8", "--no-show-signature", "--no-notes"],
  ...["--no-decorate", "--no-mailmap", "--diff-merges=off", ...plainDiff],
];

/**
 * Reads the named commits in the given order. `prefix` is the root's path inside the repository: other files are left
 * out. A batch whose output is too large, or in which git misses an object, is read in halves. A single commit that is too
 * large comes without files; where contents are missing, as in a partial clone, a rename is a file that went and one that
 * came. Rejects with the signal's reason when cancelled.
 */
export async function readCommits(
  folder: string,
  hashes: readonly string[],
  prefix: string,
  signal: AbortSignal,
): Promise<CommitsRead> {
  if (hashes.length === 0) return { kind: "commits", commits: [] };
  const output = await runLog(folder, hashes, prefix, signal, []);
  if (output.kind === "output" && !output.isCut)
    return { kind: "commits", commits: parseLog(output.text) };
  if (output.kind === "output" && hashes.length === 1)
    return { kind: "commits", commits: parseLog(output.text).map(withoutFiles) };
  if (output.kind === "gitMissing" || output.kind === "timeout") return output;
  if (output.kind !== "output" && hashes.length <= smallBatch) {
    const plain = await runLog(folder, hashes, prefix, signal, ["--no-renames"]);
    return plain.kind === "output" ? { kind: "commits", commits: parseLog(plain.text) } : plain;
  }
  const middle = hashes.length >> 1;
  const first = await readCommits(folder, hashes.slice(0, middle), prefix, signal);
  if (first.kind !== "commits") return first;
  const second = await readCommits(folder, hashes.slice(middle), prefix, signal);
  if (second.kind !== "commits") return second;
  return { kind: "commits", commits: [...first.commits, ...second.commits] };
}

/** Batches of this size are not halved any more to find the commit that misses something. */
const smallBatch = 16;

function runLog(
  folder: string,
  hashes: readonly string[],
  prefix: string,
  signal: AbortSignal,
  more: readonly string[],
): Promise<GitOutput> {
  const input = `${hashes.join("\n")}\n`;
  const limits = { timeoutMs, maxOutputBytes, signal, input, isQuiet: true };
  return runGit(folder, logArguments(prefix, more), limits);
}

function withoutFiles(commit: LoggedCommit): LoggedCommit {
  return { ...commit, files: [] };
}

function logArguments(prefix: string, more: readonly string[]): string[] {
  return [
    "log",
    ...plainLog,
    ...more,
    ...["--raw", "-z", "--no-abbrev", "--format=%x01%H%x00%P%x00%an%x00%at%x00%ct%x00%B"],
    ...(prefix === "" ? [] : ["--relative", "--full-history", "--", "."]),
  ];
}

/**
 * Reads the output of `readCommits`. A message or a path cannot pass for anything else: both end at the NUL byte that
 * neither can hold.
 */
function parseLog(text: string): LoggedCommit[] {
  const tokens = text.split("\0");
  const commits: LoggedCommit[] = [];
  let at = 0;
  while (at < tokens.length) {
    const head = /^\n*\x01([0-9a-f]{40,64})$/.exec(tokens[at] as string);
    if (head === null || at + 5 >= tokens.length) {
      at++;
      continue;
    }
    const [parents, author, authorSeconds, commitSeconds, message] = tokens.slice(at + 1, at + 6);
    at += 6;
    const { files, end } = filesFrom(tokens, at);
    at = end;
    commits.push({
      hash: head[1] as string,
      parents: (parents ?? "").split(" ").filter((parent) => parent !== ""),
      author: oneLine(author ?? "", maxNameLength),
      authorSeconds: secondsOf(authorSeconds),
      commitSeconds: secondsOf(commitSeconds),
      ...messageOf(message ?? ""),
      files,
    });
  }
  return commits;
}

/** Reads the output of `git diff-tree --raw -z`. */
export function filesChanged(text: string): FileChanged[] {
  return filesFrom(text.split("\0"), 0).files;
}

function filesFrom(tokens: readonly string[], from: number): { files: FileChanged[]; end: number } {
  const files: FileChanged[] = [];
  let at = from;
  for (;;) {
    const entry = rawEntry.exec(tokens[at] ?? "");
    if (entry === null) return { files, end: at };
    const hasTwo = entry[5] === "R" || entry[5] === "C";
    const paths = tokens.slice(at + 1, at + (hasTwo ? 3 : 2));
    at += hasTwo ? 3 : 2;
    const file = fileOf(entry, paths);
    if (file !== undefined && files.length < maxFiles) files.push(file);
  }
}

const rawEntry = /^\n*:([0-7]{6}) ([0-7]{6}) ([0-9a-f]{40,64}) ([0-9a-f]{40,64}) ([AMDRCT])\d*$/;

function fileOf(entry: RegExpExecArray, paths: readonly string[]): FileChanged | undefined {
  const [, oldMode = "", newMode = "", oldBlob = "", newBlob = "", status = "M"] = entry;
  const path = paths.at(-1) ?? "";
  if (path === "" || paths.some((each) => each.length > maxPathLength)) return undefined;
  return {
    status: status as ChangeStatus,
    path,
    oldPath: paths.length > 1 ? paths[0] : undefined,
    oldBlob: isFile(oldMode) ? oldBlob : undefined,
    newBlob: isFile(newMode) ? newBlob : undefined,
  };
}

/** Links and submodules are no files. */
function isFile(mode: string): boolean {
  return mode === "100644" || mode === "100755";
}

/** A clock that went wrong, or somebody who wrote a date of his own, is as git shows it; what is no number is 0. */
function secondsOf(text: string | undefined): number {
  const seconds = Number(text);
  return Number.isSafeInteger(seconds) && Math.abs(seconds) < 1e11 ? seconds : 0;
}

function messageOf(message: string): { subject: string; body: string } {
  // Before it is cut, so that half a key is none.
  const [first = "", ...rest] = maskSecrets(message)
    .replace(/^\s+/, "")
    .split(/\n\s*\n/);
  return {
    subject: oneLine(first, maxSubjectLength),
    body: withoutControls(rest.join("\n\n"), maxBodyLength).trim(),
  };
}
