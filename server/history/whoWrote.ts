/**
 * Who wrote some lines, by `git blame` of what was committed: git blames the file on the disk only through the
 * repository's own filters, which may be programs. Lines of the disk are looked up in the committed text instead.
 */
import type { LinesWritten, WhoWroteParams, WhoWroteResult } from "../../protocol/whoWrote.ts";
import { runGit } from "../git/gitCommand.ts";
import type { ChangedContext } from "./changedSince.ts";
import { presentOf } from "./presentFile.ts";
import { textAt } from "./recallAt.ts";
import { commitAt, commitInfo } from "./treeAt.ts";

const timeoutMs = 60_000;
const maxOutputBytes = 32 * 1024 * 1024;
/** Commits of which the message is read. */
const maxCommits = 10;
/** More lines than anybody looks at in one citation; git takes each range as a word of its own. */
const maxLines = 2_000;

/** Rejects with the signal's reason when cancelled. */
export async function whoWrote(
  context: ChangedContext,
  { path, startLine, endLine, commit }: Omit<WhoWroteParams, "rootId">,
): Promise<WhoWroteResult> {
  const { folder, rules, nowMs, signal } = context;
  const at = await commitAt(folder, commit ?? "HEAD", nowMs(), signal);
  if (at === undefined) return { kind: "failed" };
  const committed = await textAt(folder, at.hash, path, rules, signal);
  const present = commit === undefined ? (await presentOf(context, path))?.text : committed;
  if (present === undefined) return { kind: "failed" };
  if (committed === undefined) return { kind: "notCommitted" };
  const cited = linesOf(present).slice(startLine, Math.min(endLine, startLine + maxLines));
  if (cited.length === 0) return { kind: "failed" };
  const lines = placesIn(linesOf(committed), cited, startLine);
  if (lines.length === 0) return { kind: "notCommitted" };
  const output = await runGit(
    folder,
    [
      ...["blame", "--porcelain", "--no-textconv", "--no-ignore-revs-file", "-w", "-M"],
      ...rangesOf(lines).map(([first, last]) => `-L${first + 1},${last + 1}`),
      ...[at.hash, "--", path],
    ],
    { timeoutMs, maxOutputBytes, signal },
  );
  if (output.kind !== "output" || output.isCut) return { kind: "failed" };
  const commits = await commitsOf(context, output.text);
  return commits.length === 0
    ? { kind: "failed" }
    : { kind: "written", commits, nNotCommitted: cited.length - lines.length };
}

function linesOf(text: string): string[] {
  const lines = text.split("\n").map((line) => line.replace(/\r$/, ""));
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/**
 * Where the cited lines stand in a text: as one block, the nearest one, or each that has something to say and stands there
 * once. Ascending, without repetitions.
 */
function placesIn(lines: readonly string[], cited: readonly string[], startLine: number): number[] {
  let block: number | undefined;
  for (let at = 0; at + cited.length <= lines.length; at++) {
    const isNearer = block === undefined || Math.abs(at - startLine) < Math.abs(block - startLine);
    if (isNearer && cited.every((line, n) => lines[at + n] === line)) block = at;
  }
  if (block !== undefined) {
    const first = block;
    return cited.map((_line, n) => first + n);
  }
  const byText = Map.groupBy(lines.keys(), (n) => (lines[n] as string).trim());
  const places = cited.flatMap((line) => {
    const found = /[\p{L}\p{N}]/u.test(line) ? byText.get(line.trim()) : undefined;
    return found?.length === 1 ? found : [];
  });
  return [...new Set(places)].toSorted((a, b) => a - b);
}

/** Lines that follow each other as one range, both ends included. */
function rangesOf(lines: readonly number[]): [first: number, last: number][] {
  const ranges: [number, number][] = [];
  for (const line of lines) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === line - 1) last[1] = line;
    else ranges.push([line, line]);
  }
  return ranges;
}

/** A line of the file begins with a tab, so that no text of it can pass for a heading. */
async function commitsOf(
  { folder, signal }: ChangedContext,
  porcelain: string,
): Promise<LinesWritten[]> {
  const nLines = new Map<string, number>();
  const seconds = new Map<string, number>();
  let hash = "";
  for (const line of porcelain.split("\n")) {
    const heading = /^([0-9a-f]{40,64}) \d+ \d+/.exec(line);
    if (heading !== null) {
      hash = heading[1] as string;
      nLines.set(hash, (nLines.get(hash) ?? 0) + 1);
    }
    const time = /^committer-time (\d{1,12})$/.exec(line);
    if (time !== null) seconds.set(hash, Number(time[1]));
  }
  const newest = [...nLines].toSorted(([a], [b]) => (seconds.get(b) ?? 0) - (seconds.get(a) ?? 0));
  const written: LinesWritten[] = [];
  for (const [each, n] of newest.slice(0, maxCommits)) {
    const commit = await commitInfo(folder, each, signal);
    if (commit !== undefined) written.push({ commit, nLines: n });
  }
  return written;
}
