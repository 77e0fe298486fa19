/** The tree of a commit: its files, found and searched without checking anything out. */
import type { CommitInfo } from "../../protocol/history.ts";
import { runGit } from "../git/gitCommand.ts";
import { momentNamed } from "../time/timeWords.ts";
import { commitNamed } from "./commitNamed.ts";
import { oneLine, withoutControls } from "./plainText.ts";

/** A file of a tree. */
export interface TreeFile {
  /** Relative to the root. */
  readonly path: string;
  readonly blob: string;
  readonly sizeBytes: number;
}

const timeoutMs = 60_000;
const maxListBytes = 256 * 1024 * 1024;
const maxMatchBytes = 64 * 1024 * 1024;

/**
 * Returns the commit that is meant: by name, or the last one before a time that leads to the present head. `undefined`
 * when there is none. Rejects with the signal's reason when cancelled.
 */
export async function commitAt(
  folder: string,
  at: string,
  nowMs: number,
  signal: AbortSignal,
): Promise<CommitInfo | undefined> {
  const time = momentNamed(at, nowMs);
  const hash =
    time === undefined
      ? await commitNamed(folder, at, signal)
      : await lastBefore(folder, Math.floor(time / 1000), signal);
  return hash === undefined ? undefined : commitInfo(folder, hash, signal);
}

async function lastBefore(
  folder: string,
  seconds: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const args = ["rev-list", "--max-count=1", `--before=${seconds}`, "HEAD"];
  const output = await runGit(folder, args, { timeoutMs, maxOutputBytes: 4_096, signal });
  if (output.kind !== "output") return undefined;
  return /^[0-9a-f]{40,64}$/.exec(output.text.trim())?.[0];
}

/** Returns a commit with its message; `undefined` when git cannot read it. Rejects with the signal's reason when cancelled. */
export async function commitInfo(
  folder: string,
  hash: string,
  signal: AbortSignal,
): Promise<CommitInfo | undefined> {
  const format = "--format=%an%x00%at%x00%s%x00%b";
  const args = [
    "log",
    "--max-count=1",
    "--no-show-signature",
    "--encoding=UTF-8",
    format,
    hash,
    "--",
  ];
  const output = await runGit(folder, args, { timeoutMs, maxOutputBytes: 1024 * 1024, signal });
  if (output.kind !== "output") return undefined;
  const [author = "", seconds = "", subject = "", body = ""] = output.text.split("\0");
  return {
    hash,
    author: oneLine(author, 200),
    authoredMs: Number(seconds) * 1000 || 0,
    subject: oneLine(subject, 500),
    body: withoutControls(body, 20_000).trim(),
  };
}

/**
 * Returns the files below the root in a commit's tree, with a path only what is there; `undefined` when git cannot list
 * them. Links are left out.
 */
export async function filesAt(
  folder: string,
  commit: string,
  signal: AbortSignal,
  path?: string,
): Promise<TreeFile[] | undefined> {
  if (!/^[0-9a-f]{40,64}$/.test(commit)) return undefined;
  const only = path === undefined ? [] : ["--", path];
  const args = ["ls-tree", "-r", "-z", "--long", commit, ...only];
  const output = await runGit(folder, args, { timeoutMs, maxOutputBytes: maxListBytes, signal });
  if (output.kind !== "output") return undefined;
  return output.text.split("\0").flatMap((line) => {
    const entry = /^100(?:644|755) blob ([0-9a-f]{40,64}) +(\d+)\t([^]+)$/.exec(line);
    if (entry === null) return [];
    return [{ blob: entry[1] as string, sizeBytes: Number(entry[2]), path: entry[3] as string }];
  });
}

/**
 * Returns in which files of a commit's tree the needles occur, and how often, letters of both cases alike.
 * `undefined` when git cannot search.
 */
export async function matchesAt(
  folder: string,
  commit: string,
  needles: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, Map<string, number>> | undefined> {
  const found = new Map<string, Map<string, number>>();
  if (needles.length === 0) return found;
  const output = await runGit(
    folder,
    [
      ...["grep", "-I", "-i", "-F", "-o", "-z", "-H", "--no-color", "--no-textconv"],
      ...["--no-line-number", "--no-column", "--no-heading", "--no-break", "--threads=1"],
      ...needles.flatMap((needle) => ["-e", needle]),
      ...[commit, "--", "."],
    ],
    { timeoutMs, maxOutputBytes: maxMatchBytes, signal },
  );
  // Git ends with 1 when nothing is found.
  if (output.kind !== "output") return output.kind === "failed" ? found : undefined;
  for (const [, path, needle] of output.text.matchAll(/([^\0\n][^\0]*)\0([^\n]*)\n/g)) {
    const name = (path as string).slice(commit.length + 1);
    const counts = found.get(name) ?? new Map<string, number>();
    const lower = (needle as string).toLowerCase();
    counts.set(lower, (counts.get(lower) ?? 0) + 1);
    found.set(name, counts);
  }
  return found;
}

const definingWords =
  "function|func|fn|fun|def|defp|class|struct|interface|enum|trait|impl|type|union|record|object|module|mod|namespace|macro|const|let|var|val|static";

/**
 * Returns the files of a commit's tree in which a line looks as if it defined one of the names, in the same case.
 * `undefined` when git cannot search.
 */
export async function definingAt(
  folder: string,
  commit: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlySet<string> | undefined> {
  const plain = names.filter((name) => /^[\p{L}\p{N}_$]+$/u.test(name));
  if (plain.length === 0) return new Set();
  const name = `(${plain.join("|").replaceAll("$", "\\$")})`;
  const end = "([^[:alnum:]_$]|$)";
  const output = await runGit(
    folder,
    [
      ...["grep", "-I", "-E", "-l", "-z", "--no-color", "--no-textconv", "--threads=1"],
      ...["-e", `(^|[^[:alnum:]_$])(${definingWords})[^=;]*[^[:alnum:]_$]${name}${end}`],
      // A method or a field: nothing but modifiers and types stands before it.
      ...["-e", `^[[:space:]]*([[:alnum:]_<>,*&]+[[:space:]]+)*${name}[[:space:]]*[(<:=?]`],
      ...[commit, "--", "."],
    ],
    { timeoutMs, maxOutputBytes: maxListBytes, signal },
  );
  // Git ends with 1 when nothing is found.
  if (output.kind !== "output") return output.kind === "failed" ? new Set() : undefined;
  const paths = output.text.split("\0").filter((path) => path !== "");
  return new Set(paths.map((path) => path.slice(commit.length + 1)));
}
