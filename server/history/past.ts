/** Answers what is remembered of the past of a definition, a file, a folder or a line. */
import type {
  CommitInfo,
  HistoryTarget,
  PastAuthor,
  PastChange,
  PastEvent,
  PastParams,
} from "../../protocol/history.ts";
import { runGit } from "../git/gitCommand.ts";
import { BlobReader } from "../git/blobReader.ts";
import { momentNamed } from "../time/timeWords.ts";
import { commitNamed } from "./commitNamed.ts";
import type { SyntaxChunker } from "../ingest/syntax/syntaxChunker.ts";
import { oneLine } from "./plainText.ts";
import { changeBetween, FileVersions, namedIn, type VersionCache } from "./definitionVersions.ts";
import { isNamed } from "../recall/namedPaths.ts";
import type { HistoryReader, StoredChange, StoredCommit } from "./historyReader.ts";

/** What is known of a past, before it is cut to what was asked for. */
export interface Past {
  readonly events: readonly PastEvent[];
  readonly authors: readonly PastAuthor[];
  readonly isWhole: boolean;
}

export interface PastContext {
  readonly reader: HistoryReader;
  readonly folder: string;
  /** The root's path inside the repository. */
  readonly prefix: string;
  readonly syntax: SyntaxChunker | undefined;
  readonly versions: VersionCache;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

/** Changes of one file that are looked at, and files in which a name is looked for. */
const maxChanges = 2_000;
const maxVersions = 250;
const maxPaths = 8;
const maxBlobBytes = 2 * 1024 * 1024;
const blameTimeoutMs = 60_000;
const maxBlameBytes = 64 * 1024;

export type PastOutcome =
  | ({ readonly kind: "past" } & Past)
  /** The history knows nothing by this name. */
  | { readonly kind: "unknown" }
  | { readonly kind: "unknownSince" };

/** Returns the past of a target. Rejects with the signal's reason when cancelled. */
export async function pastOf(
  context: PastContext,
  { target, limit, since }: PastParams,
): Promise<PastOutcome> {
  const sinceSeconds = since === undefined ? 0 : await secondsOf(context, since);
  if (sinceSeconds === undefined) return { kind: "unknownSince" };
  const past = await wholePastOf(context, target, sinceSeconds);
  if (past === undefined) return { kind: "unknown" };
  const events = past.events.filter(
    ({ commit }) => (context.reader.commit(commit.hash)?.commitSeconds ?? 0) >= sinceSeconds,
  );
  const shown = since === undefined ? past.events : events;
  return { kind: "past", ...past, events: shown.slice(0, limit), authors: authorsOf(shown) };
}

/** The second after which a commit counts as later. */
async function secondsOf(
  { reader, folder, nowMs, signal }: PastContext,
  since: string,
): Promise<number | undefined> {
  const time = momentNamed(since, nowMs());
  if (time !== undefined) return time / 1000;
  const hash = await commitNamed(folder, since, signal);
  const commit = hash === undefined ? undefined : reader.commit(hash);
  return commit === undefined ? undefined : commit.commitSeconds + 1;
}

function wholePastOf(
  context: PastContext,
  target: HistoryTarget,
  sinceSeconds: number,
): Promise<Omit<Past, "authors"> | undefined> {
  switch (target.kind) {
    case "path":
      return Promise.resolve(pastOfPath(context.reader, target.path, sinceSeconds));
    case "line":
      return pastOfLine(context, target.path, target.line);
    case "symbol":
      return pastOfSymbol(context, target);
  }
}

function pastOfPath(
  reader: HistoryReader,
  given: string,
  sinceSeconds: number,
): Omit<Past, "authors"> | undefined {
  const path = given.replace(/^\.\//, "").replace(/\/+$/, "");
  const [file] = reader.pathsEndingIn(path, 1);
  if (path === "" || path === "." || (file !== path && reader.hasFolder(path))) {
    const folder = path === "." ? "" : path;
    const changes = reader.changesBelow(folder, sinceSeconds, maxChanges);
    return { events: changes.map(fileEvent), isWhole: changes.length < maxChanges };
  }
  if (file === undefined) return undefined;
  const changes = reader.changesOfPath(file, maxChanges);
  return { events: changes.map(fileEvent), isWhole: changes.length < maxChanges };
}

const fileChanges: Readonly<Record<StoredChange["status"], PastChange>> = {
  ...{ A: "fileAdded", M: "fileChanged", D: "fileDeleted", R: "fileRenamed", C: "fileCopied" },
  T: "fileChanged",
} as const;

function fileEvent({ commit, status, path, oldPath }: StoredChange): PastEvent {
  const from = oldPath === undefined ? {} : { oldPath };
  return { commit: infoOf(commit), change: fileChanges[status], path, ...from };
}

/** The commit that wrote a line, by `git blame` of what was committed last. */
async function pastOfLine(
  { reader, folder, prefix, signal }: PastContext,
  given: string,
  line: number,
): Promise<Omit<Past, "authors"> | undefined> {
  const [path] = reader.pathsEndingIn(given.replace(/^\.\//, ""), 1);
  if (path === undefined) return undefined;
  const range = `-L${line + 1},${line + 1}`;
  const output = await runGit(
    folder,
    [
      "blame",
      "--porcelain",
      "--no-textconv",
      "--no-ignore-revs-file",
      "-w",
      "-M",
      range,
      "HEAD",
      "--",
      path,
    ],
    { timeoutMs: blameTimeoutMs, maxOutputBytes: maxBlameBytes, signal },
  );
  if (output.kind !== "output") return undefined;
  const hash = /^[0-9a-f]{40,64}/.exec(output.text)?.[0] ?? "";
  const commit = reader.commit(hash);
  const before = /^filename (.+)$/m.exec(output.text)?.[1] ?? "";
  const written = before.startsWith(prefix) ? before.slice(prefix.length) : path;
  const info = commit === undefined ? unknownCommit(hash, output.text) : infoOf(commit);
  return info && { events: [{ commit: info, change: "wrote", path: written }], isWhole: true };
}

/** A commit that is older than those that are remembered: blame tells its headings. */
function unknownCommit(hash: string, porcelain: string): CommitInfo | undefined {
  const field = (name: string): string =>
    new RegExp(`^${name} (.+)$`, "m").exec(porcelain)?.[1] ?? "";
  const seconds = Number(field("author-time"));
  if (hash === "" || !Number.isSafeInteger(seconds)) return undefined;
  return {
    hash,
    author: oneLine(field("author"), 200),
    authoredMs: seconds * 1000,
    subject: oneLine(field("summary"), 500),
    body: "",
  };
}

/**
 * What commits did to a definition, proved by the versions of its files before and after each. The definition is
 * followed where its file was renamed and where a commit moved it from one file to another.
 */
async function pastOfSymbol(
  context: PastContext,
  { name, paths: today, within }: Extract<HistoryTarget, { readonly kind: "symbol" }>,
): Promise<Omit<Past, "authors"> | undefined> {
  const { reader, folder, syntax, versions } = context;
  const last = name.split(/::|[.#]/).findLast((part) => part !== "") ?? name;
  const touched = reader.touchesOf(last, maxChanges).map(({ path }) => path);
  const paths = [...new Set([...today, ...touched])]
    .filter((path) => within === undefined || isNamed(path, within))
    .slice(0, maxPaths);
  const blobs = new BlobReader(folder, maxBlobBytes);
  try {
    const walk = new SymbolWalk(context, name, last, new FileVersions(blobs, syntax, versions));
    for (const path of paths) await walk.follow(path, -1);
    return walk.found;
  } finally {
    blobs.close();
  }
}

class SymbolWalk {
  readonly #context: PastContext;
  readonly #name: string;
  readonly #last: string;
  readonly #versions: FileVersions;
  readonly #events = new Map<string, PastEvent & { readonly position: number }>();
  readonly #followed = new Set<string>();
  #nVersions = 0;
  #isCut = false;
  #isKnown = false;

  constructor(context: PastContext, name: string, last: string, versions: FileVersions) {
    this.#context = context;
    this.#name = name;
    this.#last = last;
    this.#versions = versions;
  }

  get found(): Omit<Past, "authors"> | undefined {
    if (!this.#isKnown) return undefined;
    const events = [...this.#events.values()].toSorted((a, b) => a.position - b.position);
    return {
      events: events.map(({ position: _position, ...event }) => event),
      isWhole: !this.#isCut,
    };
  }

  /** Looks at the changes of a file that are older than a position. */
  async follow(path: string, after: number): Promise<void> {
    for (const change of this.#context.reader.changesOfPath(path, maxChanges)) {
      if (change.commit.position <= after) continue;
      const key = `${change.commit.hash} ${change.path}`;
      if (this.#followed.has(key)) return;
      this.#followed.add(key);
      if (this.#nVersions++ > maxVersions) {
        this.#isCut = true;
        return;
      }
      this.#context.signal.throwIfAborted();
      await this.#look(change);
    }
  }

  async #look({ commit, path, oldPath, oldBlob, newBlob }: StoredChange): Promise<void> {
    const before = namedIn(await this.#versions.of(oldBlob, oldPath ?? path), this.#name);
    const after = namedIn(await this.#versions.of(newBlob, path), this.#name);
    this.#isKnown ||= before.length + after.length > 0;
    const change = changeBetween(before, after);
    if (change === undefined) return;
    const position = commit.position;
    if (change === "added") {
      const from = await this.#movedFrom(commit, path);
      if (from !== undefined) {
        this.#put({ commit: infoOf(commit), change: "moved", path, oldPath: from, position });
        await this.follow(from, position);
        return;
      }
    }
    this.#put({ commit: infoOf(commit), change, path, position });
  }

  /** The file from which the same commit took the definition away. */
  async #movedFrom(commit: StoredCommit, path: string): Promise<string | undefined> {
    for (const other of this.#context.reader.changesOf(commit.hash)) {
      const oldPath = other.oldPath ?? other.path;
      if (other.path === path || other.oldBlob === undefined) continue;
      if (this.#nVersions++ > maxVersions) return undefined;
      const before = namedIn(await this.#versions.of(other.oldBlob, oldPath), this.#last);
      if (before.length === 0) continue;
      const after = namedIn(await this.#versions.of(other.newBlob, other.path), this.#last);
      if (after.length === 0) return oldPath;
    }
    return undefined;
  }

  /** A commit that took it from one file to another did one thing. */
  #put(event: PastEvent & { readonly position: number }): void {
    const key = `${event.commit.hash} ${event.change === "removed" ? "" : event.path}`;
    const moved = [...this.#events.values()].some(
      ({ commit, change, oldPath }) =>
        commit.hash === event.commit.hash && change === "moved" && oldPath === event.path,
    );
    if (event.change === "removed" && moved) return;
    if (event.change === "moved") this.#events.delete(`${event.commit.hash} `);
    this.#events.set(key, event);
  }
}

/** Returns a remembered commit as it crosses the wire. */
export function infoOf({ hash, author, authorSeconds, subject, body }: StoredCommit): CommitInfo {
  return { hash, author, authoredMs: authorSeconds * 1000, subject, body };
}

function authorsOf(events: readonly PastEvent[]): PastAuthor[] {
  const byName = new Map<string, { commits: Set<string>; lastMs: number }>();
  for (const { commit } of events) {
    const entry = byName.get(commit.author) ?? { commits: new Set<string>(), lastMs: 0 };
    entry.commits.add(commit.hash);
    entry.lastMs = Math.max(entry.lastMs, commit.authoredMs);
    byName.set(commit.author, entry);
  }
  return [...byName]
    .map(([name, { commits, lastMs }]) => ({ name, nCommits: commits.size, lastMs }))
    .toSorted((a, b) => b.nCommits - a.nCommits || b.lastMs - a.lastMs);
}
