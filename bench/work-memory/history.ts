/**
 * How fast a history is remembered, and whether what is recalled as of a commit is what `git show` shows. Definitions
 * with a past are drawn by lot from each repository, and each is asked for, by its name alone, as of commits of its file.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import xxhash from "xxhash-wasm";
import { shareOf } from "../../server/deep/wilson.ts";
import {
  FileVersions,
  namedIn,
  VersionCache,
  type DefinitionVersion,
} from "../../server/history/definitionVersions.ts";
import { fillHistory } from "../../server/history/historyFill.ts";
import { HistoryReader } from "../../server/history/historyReader.ts";
import { HistoryWriter } from "../../server/history/historyWriter.ts";
import { definitionAttributes, definitionSettings } from "../../server/history/patchSymbols.ts";
import { recallAt } from "../../server/history/recallAt.ts";
import { commitAt, filesAt } from "../../server/history/treeAt.ts";
import { BlobReader } from "../../server/git/blobReader.ts";
import { fileRoleOf } from "../../server/ingest/fileRole.ts";
import { languageOf } from "../../server/ingest/languages.ts";
import {
  createSyntaxChunker,
  type SyntaxChunker,
} from "../../server/ingest/syntax/syntaxChunker.ts";
import { createNodeFileSystem } from "../../server/nodePorts.ts";
import { grammarFolderUrl } from "../../server/threads.ts";
import { shareCell } from "../memory/numbers.ts";
import type { BenchSettings } from "../settings.ts";
import { count, megabytes, ms, percentile, verdict, type Table } from "../table.ts";

const maxCommits = 10_000;
const nSymbols = 100;
const nMoments = 5;
const maxFillMs = 60_000;
const minEqual = 0.98;
const maxFileBytes = 1_000_000;
const rules = { files: createNodeFileSystem(), exclude: [], include: [], maxFileBytes };
const signal = new AbortController().signal;

interface Filled {
  readonly name: string;
  readonly nCommits: number;
  readonly commitsMs: number;
  readonly allMs: number;
  readonly processorMs: number;
  readonly bytes: number;
}

interface Asked {
  /** Definitions of that qualified name in the commit's tree, in all of its files of source. */
  readonly nDefinitions: number;
  /** Asked by the name alone. */
  readonly isEqual: boolean;
  readonly tookMs: number;
  /** Asked with the file's path as well, as a user has to where several definitions have the name. */
  readonly isEqualWithPath: boolean;
}

export async function benchHistory(settings: BenchSettings): Promise<Table[]> {
  if (settings.repositories.length === 0) throw new Error("history needs --repository DIR.");
  const syntax = await createSyntaxChunker(fileURLToPath(grammarFolderUrl()));
  const hasher = await xxhash();
  const fills: Filled[] = [];
  const asked = new Map<string, Asked[]>();
  const perRepository = Math.ceil(nSymbols / settings.repositories.length);
  for (const source of settings.repositories) {
    const folder = cloneOf(source, settings.workDir);
    const name = path.basename(folder);
    fills.push(await fill(folder, name, settings.workDir));
    asked.set(
      name,
      await askAll(folder, perRepository, syntax, (text) => hasher.h64ToString(text)),
    );
  }
  return [fillTable(fills), askedTable(asked)];
}

/** A clone without files that shares the objects; a mirror of the field is bare, and Lore does not read bare ones. */
function cloneOf(source: string, workDir: string): string {
  const name =
    path.basename(source) === "repo" ? path.basename(path.dirname(source)) : path.basename(source);
  const folder = path.join(workDir, "histories", name);
  if (!existsSync(folder)) {
    mkdirSync(path.dirname(folder), { recursive: true });
    git(path.dirname(folder), ["clone", "-q", "--shared", "--no-checkout", source, name]);
  }
  return folder;
}

async function fill(folder: string, name: string, workDir: string): Promise<Filled> {
  const file = path.join(workDir, "histories", `${name}.sqlite`);
  for (const suffix of ["", "-wal", "-shm"]) rmSync(file + suffix, { force: true });
  const attributes = `${file}.attributes`;
  writeFileSync(attributes, definitionAttributes);
  const writer = new HistoryWriter(file);
  const processorBefore = processorMs();
  const startMs = performance.now();
  let commitsMs = 0;
  const outcome = await fillHistory(writer, {
    ...{ folder, prefix: "", maxCommits, signal, settings: definitionSettings(attributes) },
    progress: (of) => {
      if (of === "commits") commitsMs = performance.now() - startMs;
    },
  });
  const allMs = performance.now() - startMs;
  const used = processorMs() - processorBefore;
  writer.close();
  if (outcome.kind !== "current") throw new Error(`${name}: ${outcome.kind}`);
  const reader = new HistoryReader(file);
  const { nCommits } = reader.extent();
  reader.close();
  return { name, nCommits, commitsMs, allMs, processorMs: used, bytes: statSync(file).size };
}

/** Processor time of this process and of those that it waited for, of Linux; NaN elsewhere. */
function processorMs(): number {
  if (process.platform !== "linux") return Number.NaN;
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1]?.split(" ") ?? [];
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
}

async function askAll(
  folder: string,
  wanted: number,
  syntax: SyntaxChunker,
  hashText: (text: string) => string,
): Promise<Asked[]> {
  const versions = new VersionCache();
  const results: Asked[] = [];
  for (const { definition, file } of await drawSymbols(folder, wanted, syntax)) {
    const name =
      definition.container === ""
        ? definition.name
        : `${definition.container.split(".").at(-1) ?? ""}.${definition.name}`;
    for (const moment of momentsOf(folder, file)) {
      const truth = await truthAt(folder, moment, name, syntax);
      if (truth.length === 0) continue;
      const startMs = performance.now();
      const commit = await commitAt(folder, moment.hash, 0, signal);
      if (commit === undefined) throw new Error(`no commit ${moment.hash}`);
      const context = { rootId: "bench", folder, rules, syntax, versions, hashText, signal };
      const isEqual = async (paths: readonly string[]): Promise<boolean> => {
        const asked = { text: "", names: [name], paths, mentions: [] };
        const found = await recallAt(context, commit, () => asked, 10);
        const best = found?.recalls[0];
        return best !== undefined && truth.includes(best.text.replaceAll("\r", "").trim());
      };
      const byName = await isEqual([]);
      const tookMs = performance.now() - startMs;
      results.push({
        nDefinitions: await nDefinitionsAt(folder, moment.hash, name, syntax, versions),
        ...{ isEqual: byName, tookMs, isEqualWithPath: await isEqual([moment.file]) },
      });
    }
  }
  return results;
}

interface Drawn {
  readonly definition: DefinitionVersion;
  readonly file: string;
}

/** Functions, methods and classes whose qualified name is theirs alone among the files that are looked at. */
async function drawSymbols(
  folder: string,
  wanted: number,
  syntax: SyntaxChunker,
): Promise<Drawn[]> {
  const head = git(folder, ["rev-parse", "HEAD"]).trim();
  const tree = (await filesAt(folder, head, signal)) ?? [];
  const random = randomFrom(20_261_130);
  const files = tree
    .filter(({ path: file, sizeBytes }) => sizeBytes < 60_000 && isCode(file))
    .map((file) => ({ file, key: random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ file }) => file);
  const blobs = new BlobReader(folder, maxFileBytes);
  const versions = new FileVersions(blobs, syntax);
  const drawn: Drawn[] = [];
  try {
    for (const { path: file, blob } of files) {
      if (drawn.length >= wanted) break;
      const found = (await versions.of(blob, file))?.definitions ?? [];
      const fit = found.filter(
        ({ name, kind, container, endLine, startLine }) =>
          ["function", "method", "class"].includes(kind) &&
          name.length > 5 &&
          endLine - startLine > 4 &&
          found.filter((other) => other.name === name && other.container === container).length ===
            1,
      );
      const definition = fit[Math.floor(random() * fit.length)];
      if (
        definition !== undefined &&
        isAlone(folder, head, definition) &&
        momentsOf(folder, file).length >= 3
      )
        drawn.push({ definition, file });
    }
  } finally {
    blobs.close();
  }
  return drawn;
}

function isCode(file: string): boolean {
  return (
    /\.(?:ts|js|py|go|rs|java|kt|rb|php|cs|cpp|cc|c|swift)$/.test(file) &&
    !/(?:^|\/)(?:vendor|third_party)\//.test(file) &&
    fileRoleOf(file, languageOf(file)) === "source"
  );
}

/** True when no other line of the tree looks like a definition of the name, whatever it is in. */
function isAlone(folder: string, head: string, { name }: DefinitionVersion): boolean {
  const lines = git(folder, ["grep", "-h", "-w", "-F", "-e", name, head]).split("\n");
  const defining = lines.filter((line) =>
    new RegExp(
      String.raw`\b(?:func|function|def|class|fn|fun|struct|interface|enum|impl)\b.*\b${name}\b`,
    ).test(line),
  );
  return defining.length === 1;
}

interface Moment {
  readonly hash: string;
  readonly file: string;
}

/** Commits that changed a file, with its name then; evenly spread over its past. */
function momentsOf(folder: string, file: string): Moment[] {
  const log = git(folder, [
    ...["log", "--follow", "--name-status", "--format=%x01%H", `--max-count=400`, "--", file],
  ]);
  const all = log.split("\x01").flatMap((entry) => {
    const [hash = "", , status = ""] = entry.split("\n");
    const at = status.split("\t").at(-1) ?? "";
    return hash === "" || at === "" || status.startsWith("D") ? [] : [{ hash, file: at }];
  });
  if (all.length <= nMoments) return all;
  return Array.from(
    { length: nMoments },
    (_unused, n) => all[Math.round((n * (all.length - 1)) / (nMoments - 1))] as Moment,
  );
}

/** The texts of the definition in what `git show` shows of the file. */
async function truthAt(
  folder: string,
  { hash, file }: Moment,
  name: string,
  syntax: SyntaxChunker,
): Promise<string[]> {
  const text = git(folder, ["show", `${hash}:${file}`]);
  const blob = git(folder, ["rev-parse", `${hash}:${file}`]).trim();
  const blobs = new BlobReader(folder, maxFileBytes);
  try {
    const version = await new FileVersions(blobs, syntax).of(blob, file);
    const lines = text.replaceAll("\r", "").split("\n");
    return namedIn(version, name).map(({ startLine, endLine }) =>
      lines.slice(startLine, endLine).join("\n").trim(),
    );
  } finally {
    blobs.close();
  }
}

/** How many definitions have a qualified name in a commit's tree: each file that holds the word is parsed. */
async function nDefinitionsAt(
  folder: string,
  commit: string,
  name: string,
  syntax: SyntaxChunker,
  cache: VersionCache,
): Promise<number> {
  const word = name.split(".").at(-1) ?? name;
  const holding = git(folder, ["grep", "-I", "-l", "-z", "-w", "-F", "-e", word, commit])
    .split("\0")
    .map((each) => each.slice(commit.length + 1));
  const tree = (await filesAt(folder, commit, signal)) ?? [];
  const blobs = new BlobReader(folder, maxFileBytes);
  try {
    const versions = new FileVersions(blobs, syntax, cache);
    let n = 0;
    for (const { path: file, blob } of tree)
      if (holding.includes(file)) n += namedIn(await versions.of(blob, file), name).length;
    return n;
  } finally {
    blobs.close();
  }
}

function fillTable(fills: readonly Filled[]): Table {
  return {
    title: "Remembering the newest 10,000 commits",
    head: [
      "repository",
      "commits",
      "commits after",
      "all after",
      "processor time",
      "store",
      "target",
    ],
    rows: fills.map((each) => [
      each.name,
      count(each.nCommits),
      ms(each.commitsMs),
      ms(each.allMs),
      ms(each.processorMs),
      megabytes(each.bytes),
      `${verdict(each.allMs, (value) => value < maxFillMs)} < 60 s`,
    ]),
    notes: [
      "“Commits after”: message, author, files and renames are remembered. “All after”: which definitions each commit touched as well.",
      "Processor time is that of git and Lore together; on a machine that is busy with other work the clock says more than it.",
    ],
  };
}

function askedTable(asked: ReadonlyMap<string, readonly Asked[]>): Table {
  const all = [...asked.values()].flat();
  const isAsMeant = ({ nDefinitions, isEqual, isEqualWithPath }: Asked): boolean =>
    nDefinitions > 1 ? isEqualWithPath : isEqual;
  const cell = (results: readonly Asked[], isGood: (each: Asked) => boolean): string =>
    results.length === 0 ? "–" : shareCell(shareOf(results.filter(isGood).length, results.length));
  const row = (name: string, results: readonly Asked[]): string[] => {
    const several = results.filter(({ nDefinitions }) => nDefinitions > 1);
    const alone = results.filter(({ nDefinitions }) => nDefinitions <= 1);
    const times = results.map(({ tookMs }) => tookMs);
    return [
      ...[name, count(alone.length), cell(alone, ({ isEqual }) => isEqual)],
      ...[count(several.length), cell(several, ({ isEqualWithPath }) => isEqualWithPath)],
      ...[cell(several, ({ isEqual }) => isEqual), cell(results, isAsMeant)],
      ...[ms(percentile(times, 0.5)), ms(percentile(times, 0.95))],
    ];
  };
  const equal = all.filter(isAsMeant).length / all.length;
  return {
    title: "Recall as of a commit, held against git show",
    head: [
      ...["repository", "one definition: asked", "equal"],
      ...["several: asked", "equal with the path", "with the name alone"],
      ...["all as a user asks", "p50", "p95", "target"],
    ],
    rows: [
      ...[...asked].map(([name, results]) => [...row(name, results), ""]),
      [...row("all", all), `${verdict(equal, (value) => value >= minEqual)} ≥ 98 %`],
    ],
    notes: [
      "A definition is asked for by its (qualified) name; the first place must be its text in what `git show` prints of its file at that commit.",
      "Definitions were drawn whose name is theirs alone among the lines of today that look like definitions. At a commit, and among constants, methods and generated copies, several may have it all the same: all files of that tree that hold the word are parsed to count them. By the name alone no system can then know which one is meant (one of two is right by chance), so those are asked with the path of the file, as a user does; what the name alone gives stands beside it. The target is held against both kinds together.",
      "Before, all were asked by the name alone, with 94.3 % [91.1, 96.4] equal; it was also so that files which define a name were left out where it is part of many words, which is mended.",
    ],
  };
}

/** A small generator of numbers from 0 to 1, the same at every run (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function git(folder: string, args: readonly string[]): string {
  const run = spawnSync("git", ["-C", folder, ...args], { encoding: "utf8", maxBuffer: 2 ** 30 });
  // `git grep` ends with 1 when nothing is found.
  if (run.status !== 0 && !(args[0] === "grep" && run.status === 1))
    throw new Error(`git ${args[0] ?? ""}: ${run.stderr}`);
  return run.stdout;
}
