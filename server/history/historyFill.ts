/** Brings a history up to date with its repository: newest first, in small steps that survive a kill. */
import { runGit, type GitFailure, type GitLimits } from "../git/gitCommand.ts";
import { readCommits } from "./commitLog.ts";
import type { HistoryWriter } from "./historyWriter.ts";
import { readPatches } from "./patchSymbols.ts";

export interface FillOptions {
  readonly folder: string;
  /** The root's path inside the repository. */
  readonly prefix: string;
  /** So many commits, the newest, are remembered. */
  readonly maxCommits: number;
  /** Settings by which git names the definition around a change. */
  readonly settings: readonly string[];
  readonly signal: AbortSignal;
  /** Called after each step: of commits, then of what they did to definitions. */
  readonly progress: (of: "commits" | "symbols") => void;
}

/** `current`: everything up to the head is remembered. */
export type FillOutcome =
  { readonly kind: "current" } | { readonly kind: GitFailure | "noCommits" };

/** Commits read at a time, then what they did to definitions, which costs more. */
const commitsPerStep = 500;
const patchesPerStep = 100;
const timeoutMs = 120_000;
/** Forty-one bytes for each commit. */
const maxListBytes = 64 * 1024 * 1024;

/**
 * Reads what is missing, and forgets what is no longer reachable from the head. Rejects with the signal's reason when
 * cancelled, and with the store's errors; what was written until then stays, and the next call goes on there.
 */
export async function fillHistory(
  writer: HistoryWriter,
  options: FillOptions,
): Promise<FillOutcome> {
  const listed = await listCommits(writer, options);
  if (listed.kind !== "listed") return listed;
  const positions = new Map(listed.hashes.map((hash, position) => [hash, position]));
  const { folder, prefix, signal, progress } = options;
  for (let at = 0; at < listed.missing.length; at += commitsPerStep) {
    const step = listed.missing.slice(at, at + commitsPerStep);
    const read = await readCommits(folder, step, prefix, signal);
    if (read.kind !== "commits") return read;
    writer.add(read.commits, (hash) => positions.get(hash) ?? 0);
    progress("commits");
  }
  // Only now is everything there that a later look at the same head need not look for.
  writer.setMeta({ head: listed.head, limit: String(options.maxCommits) });
  return fillSymbols(writer, options);
}

/** The commit that is checked out, or why there is none. */
type Head =
  { readonly kind: "head"; readonly hash: string } | { readonly kind: GitFailure | "noCommits" };

/** Asks git for the commit that is checked out. Rejects with the signal's reason when cancelled. */
export async function headOf(folder: string, signal: AbortSignal): Promise<Head> {
  const limits = { timeoutMs, maxOutputBytes: maxListBytes, signal };
  const head = await runGit(folder, ["rev-parse", "--verify", "-q", "HEAD^{commit}"], limits);
  if (head.kind !== "output") return head.kind === "failed" ? { kind: "noCommits" } : head;
  return { kind: "head", hash: head.text.trim() };
}

type Listed =
  | {
      readonly kind: "listed";
      readonly head: string;
      readonly hashes: readonly string[];
      readonly missing: readonly string[];
    }
  | { readonly kind: GitFailure | "noCommits" };

async function listCommits(
  writer: HistoryWriter,
  { folder, prefix, maxCommits, signal }: FillOptions,
): Promise<Listed> {
  const limits = { timeoutMs, maxOutputBytes: maxListBytes, signal };
  const head = await headOf(folder, signal);
  if (head.kind !== "head") return head;
  const { hash } = head;
  const isKnown = writer.meta("head") === hash && writer.meta("limit") === String(maxCommits);
  if (isKnown) return { kind: "listed", head: hash, hashes: [], missing: [] };
  const scope = prefix === "" ? [] : ["--full-history", "--", "."];
  const list = await runGit(
    folder,
    ["rev-list", `--max-count=${maxCommits + 1}`, hash, ...scope],
    limits,
  );
  if (list.kind !== "output") return list;
  const all = list.text.split("\n").filter((line) => line !== "");
  const hashes = all.slice(0, maxCommits);
  const missing = writer.follow(hashes);
  const isWhole = all.length <= maxCommits && !list.isCut;
  const nInRepository = isWhole ? all.length : await countCommits(hash, scope, folder, limits);
  const shallow = await runGit(folder, ["rev-parse", "--is-shallow-repository"], limits);
  const isShallow = shallow.kind === "output" && shallow.text.trim() === "true";
  writer.setMeta({
    isWhole: String(isWhole),
    nInRepository: String(nInRepository),
    isShallow: String(isShallow),
  });
  return { kind: "listed", head: hash, hashes, missing };
}

/** 0 when git does not count them in time. */
async function countCommits(
  head: string,
  scope: readonly string[],
  folder: string,
  limits: GitLimits,
): Promise<number> {
  const counted = await runGit(folder, ["rev-list", "--count", head, ...scope], limits);
  return counted.kind === "output" ? Number(counted.text.trim()) || 0 : 0;
}

async function fillSymbols(
  writer: HistoryWriter,
  { folder, settings, signal, progress }: FillOptions,
): Promise<FillOutcome> {
  for (;;) {
    const step = writer.withoutSymbols(patchesPerStep);
    if (step.length === 0) return { kind: "current" };
    const read = await readPatches(folder, step, settings, signal);
    if (read.kind !== "patches") return read;
    writer.addSymbols(step, read.touched);
    progress("symbols");
  }
}
