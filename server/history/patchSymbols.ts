/**
 * Which definitions a commit touched, from its patch without context (`git log -p -U0`). A guess from the look of
 * lines, quick enough for whole histories: it finds the commits to look at, and the two versions of a file say what
 * really changed (`definitionChanges.ts`).
 */
import { runGit, type GitFailure } from "../git/gitCommand.ts";
import { definitionOnLine } from "../ingest/definitionLine.ts";
import { languageOf, type LanguageId } from "../ingest/languages.ts";
import { plainLog } from "./commitLog.ts";

/** What a commit did to a definition. */
export type SymbolChangeKind = "added" | "removed" | "changed";

export interface TouchedSymbol {
  readonly path: string;
  readonly name: string;
  readonly kind: SymbolChangeKind;
}

export type PatchesRead =
  | {
      readonly kind: "patches";
      /** By the commit's hash; a commit that is not here has none. */
      readonly touched: ReadonlyMap<string, readonly TouchedSymbol[]>;
    }
  | { readonly kind: GitFailure };

const maxSymbolsPerCommit = 2_000;
/** More changed lines than this in one file are generated, or the whole tree was formatted. */
const maxLinesPerFile = 20_000;
const maxOutputBytes = 64 * 1024 * 1024;
const timeoutMs = 300_000;

/**
 * Makes git name the definition above a change, for any language. Lines are taken from the change upwards until one
 * fits: one that opens a block, a word that defines, or in the first column a list of parameters. The first pattern,
 * with a `!`, keeps control flow from being taken for a definition. Patterns are simple because every line costs.
 */
export const definitionSettings = (attributesFile: string): string[] => [
  `core.attributesFile=${attributesFile}`,
  "diff.lore.xfuncname=!^[ \\t]*(\\}|if|for|while|switch|else|elif|try|catch|except|finally|with|case|match|select|do|return|default|loop)[^A-Za-z0-9_]\n" +
    "^([ \\t]*(def|func|function|fn|fun|class|sub) .*|[ \\t]*[A-Za-z_$#@].*[{:].?|[A-Za-z_].*\\).?)$",
];

/** The attributes that go with `definitionSettings`. */
export const definitionAttributes = "* diff=lore\n";

/** Files whose lines define nothing, and that are often very large. */
const leftOut = [
  ...["*.lock", "*.min.js", "*.min.css", "*.map", "*.svg", "*.json", "*.snap", "*.md", "*.txt"],
  ...["*.html", "*.xml", "*.csv", "*.po", "*.yml", "*.yaml", "*.sum", "*.css", "*.rst", "*.patch"],
].map((glob) => `:(exclude,glob)**/${glob}`);

/**
 * Reads what the named commits did to definitions. A batch whose output is too large, or in which git misses an object, is
 * read in halves, and a single commit that is too large as far as it goes. `settings`: see `definitionSettings`.
 * Rejects with the signal's reason when cancelled.
 */
export async function readPatches(
  folder: string,
  hashes: readonly string[],
  settings: readonly string[],
  signal: AbortSignal,
): Promise<PatchesRead> {
  if (hashes.length === 0) return { kind: "patches", touched: new Map() };
  const args = ["log", ...plainLog, ...patchFormat, "--", ".", ...leftOut];
  const input = `${hashes.join("\n")}\n`;
  const output = await runGit(
    folder,
    args,
    { timeoutMs, maxOutputBytes, signal, input, isQuiet: true },
    settings,
  );
  if (output.kind === "gitMissing" || output.kind === "timeout") return output;
  if (output.kind === "output" && (!output.isCut || hashes.length === 1))
    return { kind: "patches", touched: parsePatches(output.text) };
  // Contents are missing, as in a partial clone: nothing is known of these.
  if (output.kind !== "output" && hashes.length <= smallBatch)
    return { kind: "patches", touched: new Map() };
  const middle = hashes.length >> 1;
  const first = await readPatches(folder, hashes.slice(0, middle), settings, signal);
  if (first.kind !== "patches") return first;
  const second = await readPatches(folder, hashes.slice(middle), settings, signal);
  if (second.kind !== "patches") return second;
  return { kind: "patches", touched: new Map([...first.touched, ...second.touched]) };
}

/** Batches of this size are not halved any more to find the commit that misses something. */
const smallBatch = 8;

const patchFormat = [
  ...["-p", "-U0", "--relative", "--full-history", "--format=%x00%H"],
  ...["--src-prefix=a/", "--dst-prefix=b/"],
];

/** Reads the output of `readPatches`. */
function parsePatches(text: string): Map<string, readonly TouchedSymbol[]> {
  const touched = new Map<string, readonly TouchedSymbol[]>();
  let at = 0;
  while (at < text.length) {
    const begin = text.indexOf("\0", at);
    if (begin < 0) break;
    const end = nextCommit(text, begin + 1);
    const hash = /^[0-9a-f]{40,64}/.exec(text.slice(begin + 1, begin + 66))?.[0];
    if (hash !== undefined) {
      const symbols = new PatchReader(text, begin + 1 + hash.length, end).read();
      if (symbols.length > 0) touched.set(hash, symbols);
    }
    at = end;
  }
  return touched;
}

/** A line of a file stands behind `+` or `-`, so that a NUL at a line's beginning is git's. */
function nextCommit(text: string, from: number): number {
  const next = text.indexOf("\n\0", from);
  return next < 0 ? text.length : next + 1;
}

interface FileParts {
  readonly path: string;
  readonly language: LanguageId;
  nLines: number;
  /** Names of the definitions, and whether their own lines were added or removed; neither: lines below them were. */
  readonly seen: Map<string, { added: boolean; removed: boolean }>;
}

/** Reads one commit's patch. */
class PatchReader {
  readonly #text: string;
  readonly #end: number;
  #at: number;
  readonly #symbols: TouchedSymbol[] = [];
  #file: FileParts | undefined;
  #oldPath = "";

  constructor(text: string, from: number, end: number) {
    this.#text = text;
    this.#at = from;
    this.#end = end;
  }

  read(): TouchedSymbol[] {
    while (this.#at < this.#end) {
      const line = this.#line();
      if (line.startsWith("diff --git ")) this.#close();
      else if (line.startsWith("--- ")) this.#oldPath = pathOf(line.slice(4), "a/") ?? "";
      else if (line.startsWith("+++ ")) this.#open(pathOf(line.slice(4), "b/") ?? this.#oldPath);
      else if (line.startsWith("@@ ")) this.#hunk(line);
    }
    this.#close();
    return this.#symbols;
  }

  #line(): string {
    const end = this.#text.indexOf("\n", this.#at);
    const stop = end < 0 || end > this.#end ? this.#end : end;
    const line = this.#text.slice(this.#at, Math.min(stop, this.#at + maxLineLength));
    this.#at = stop + 1;
    return line;
  }

  #open(path: string): void {
    this.#file = { path, language: languageOf(path), nLines: 0, seen: new Map() };
  }

  /** Counts say where a hunk ends, so that a line such as `-- a/x` inside of it is no heading. */
  #hunk(heading: string): void {
    const counts = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@ ?(.*)$/.exec(heading);
    const file = this.#file;
    if (counts === null || file === undefined) return;
    let nRemoved = Number(counts[1] ?? 1);
    let nAdded = Number(counts[2] ?? 1);
    /** The definition above a changed line, as far as it is known. */
    let aroundRemoved = nameOn(counts[3] ?? "", file);
    let aroundAdded = aroundRemoved;
    while ((nRemoved > 0 || nAdded > 0) && this.#at < this.#end) {
      const line = this.#line();
      const isAdded = line.startsWith("+");
      if (!isAdded && !line.startsWith("-")) continue;
      if (isAdded) nAdded--;
      else nRemoved--;
      if (++file.nLines > maxLinesPerFile) continue;
      const name = nameOn(line.slice(1), file);
      if (name !== undefined) {
        const seen = seenOf(file, name);
        if (isAdded) seen.added = true;
        else seen.removed = true;
        if (isAdded) aroundAdded = name;
        else aroundRemoved = name;
      } else if (/\S/.test(line.slice(1))) {
        const around = isAdded ? aroundAdded : aroundRemoved;
        if (around !== undefined) seenOf(file, around);
      }
    }
  }

  #close(): void {
    const file = this.#file;
    this.#file = undefined;
    this.#oldPath = "";
    if (file === undefined) return;
    for (const [name, { added, removed }] of file.seen) {
      if (this.#symbols.length >= maxSymbolsPerCommit) return;
      const kind = added === removed ? "changed" : added ? "added" : "removed";
      this.#symbols.push({ path: file.path, name, kind });
    }
  }
}

const maxLineLength = 400;

function nameOn(line: string, { language }: FileParts): string | undefined {
  if (language === "markdown") return undefined;
  return definitionOnLine(line, 0, line.length, language)?.name;
}

function seenOf({ seen }: FileParts, name: string): { added: boolean; removed: boolean } {
  let entry = seen.get(name);
  if (entry === undefined) seen.set(name, (entry = { added: false, removed: false }));
  return entry;
}

/** `undefined` for `/dev/null`. Git quotes names that hold quotation marks, backslashes or control characters. */
function pathOf(written: string, prefix: string): string | undefined {
  const name = written.replace(/\t$/, "");
  const plain = name.startsWith('"') ? unquoted(name) : name;
  return plain.startsWith(prefix) ? plain.slice(prefix.length) : undefined;
}

const escapes: Readonly<Record<string, string>> = {
  ...{ a: "\x07", b: "\b", t: "\t", n: "\n", v: "\v", f: "\f", r: "\r" },
};

function unquoted(name: string): string {
  return name
    .slice(1, -1)
    .replace(/\\([0-7]{3}|.)/g, (_whole, code: string) =>
      code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (escapes[code] ?? code),
    );
}
