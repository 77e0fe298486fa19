/** Chunks a file by its syntax tree. */
import { Parser, type Tree } from "web-tree-sitter";
import type { ParsedFile } from "../../types.ts";
import type { LanguageId } from "../languages.ts";
import { lineStarts } from "../lineIndex.ts";
import { atomsOf } from "./atoms.ts";
import { outlineOf } from "./definitions.ts";
import { GrammarLoader, type Grammar } from "./grammars.ts";
import type { LanguageSpec } from "./languageSpec.ts";
import { looksLikeCpp } from "./specs/cpp.ts";
import { chunkSql } from "./sql.ts";
import { specOf } from "./specs.ts";
import { readMarkdown } from "./markdown.ts";
import { readAsciidoc, readRestructuredText } from "./markupHeadings.ts";
import { nestsTooDeeply } from "./nesting.ts";
import { packAtoms } from "./packing.ts";
import { chunkProse } from "./sections.ts";
import { spansOf } from "./spans.ts";

/** A file that takes longer than this is left to the line-based chunker. */
const maxParseMs = 2_000;
/** A tree takes about 17 bytes for a byte of source, so a larger text would cost too much memory. */
const maxTextLength = 2_000_000;
/** The runtime weighs ambiguous input in memory that it never gives back. */
const maxMemoryBytes = 320 * 1024 * 1024;
/** Asking for a column takes time in proportion to its line, which some grammars do at each token. */
const maxLineLength = 50_000;
/** One error condemns no file: C++ and Rust files often hold some. Their share of the text decides. */
const maxErrorShare = 0.4;

/**
 * Opens the chunker on a folder of grammars: the one that `scripts/grammars.mjs` fills, or `node_modules` of
 * a checkout. `elapsedMs` is a monotonic clock for the time limit. Rejects when the parser itself is missing.
 */
export async function createSyntaxChunker(
  grammarFolder: string,
  elapsedMs: () => number = () => performance.now(),
): Promise<SyntaxChunker> {
  return new SyntaxChunker(await GrammarLoader.open(grammarFolder), elapsedMs);
}

interface ReadyGrammar extends Grammar {
  readonly spec: LanguageSpec;
  readonly importTypeIds: ReadonlySet<number>;
}

/** Languages whose structure needs no grammar. */
const scanners: Readonly<Partial<Record<LanguageId, (text: string) => ParsedFile>>> = {
  asciidoc: (text) => chunkProse(text, readAsciidoc),
  markdown: (text) => chunkProse(text, readMarkdown),
  restructuredtext: (text) => chunkProse(text, readRestructuredText),
  sql: chunkSql,
};

const failed = { chunks: [], symbols: [], boundary: "lines" } as const;

/** Holds the grammars of one thread. Not re-entrant. */
export class SyntaxChunker {
  readonly #loader: GrammarLoader;
  readonly #elapsedMs: () => number;
  #parser = new Parser();
  readonly #ready = new Map<LanguageSpec, ReadyGrammar>();
  #hasFaulted = false;
  readonly #missing = new Set<LanguageSpec>();

  constructor(loader: GrammarLoader, elapsedMs: () => number) {
    this.#loader = loader;
    this.#elapsedMs = elapsedMs;
  }

  /** True when this language can be chunked by syntax once its grammar is loaded. */
  has(language: LanguageId): boolean {
    return specOf(language) !== undefined || scanners[language] !== undefined;
  }

  /**
   * Loads what `chunk` needs for a text of this language; later calls return at once. False when there is no
   * grammar for it.
   */
  async prepare(language: LanguageId, text: string): Promise<boolean> {
    if (scanners[language] !== undefined) return true;
    const spec = specFor(text, language);
    return spec !== undefined && this.#load(spec);
  }

  async #load(spec: LanguageSpec): Promise<boolean> {
    if (this.#ready.has(spec)) return true;
    if (this.#missing.has(spec)) return false;
    const grammar = await this.#loader.load(spec.grammar, `${spec.query}\n(ERROR) @error`);
    if (grammar === undefined) {
      this.#missing.add(spec);
      return false;
    }
    const ids = spec.imports.map((type) => grammar.language.idForNodeType(type, true));
    this.#ready.set(spec, {
      ...grammar,
      spec,
      importTypeIds: new Set(ids.filter((id) => id !== null)),
    });
    return true;
  }

  /**
   * True once the runtime has faulted or holds more memory than it ever gives back. Nothing goes wrong then,
   * but more and more files fall back to lines: the thread should be replaced when it is convenient.
   */
  get isWorn(): boolean {
    return this.#hasFaulted || this.#loader.memoryBytes() > maxMemoryBytes;
  }

  /**
   * The chunks of a text. `undefined` when the language was not prepared or has no grammar. When `fallback`
   * is set there are no chunks, and the caller chunks by lines.
   */
  chunk(text: string, language: LanguageId): ParsedFile | undefined {
    const scan = scanners[language];
    const grammar = this.#grammarFor(text, language);
    if (scan === undefined && grammar === undefined) return undefined;
    if (text.length > maxTextLength) return { ...failed, fallback: "tooLarge" };
    if (grammar === undefined) return scan?.(text);
    const lines = lineStarts(text);
    if (hasLongLine(lines, text.length) || nestsTooDeeply(text))
      return { ...failed, fallback: "tooLarge" };
    try {
      return this.#chunkByTree(text, lines, grammar);
    } catch (error) {
      // Expected: the runtime ran out of stack (RangeError) or memory, or trapped (RuntimeError).
      const isRuntimeFault = error instanceof RangeError || isNamed(error, "RuntimeError");
      if (!isRuntimeFault) throw error;
      // What the parser holds is in an unknown state: freeing it could do harm, so it is left behind.
      this.#hasFaulted = true;
      this.#parser = new Parser();
      return { ...failed, fallback: "parseErrors" };
    }
  }

  #chunkByTree(text: string, lines: Uint32Array, grammar: ReadyGrammar): ParsedFile {
    const deadline = this.#elapsedMs() + maxParseMs;
    const mustStop = (): boolean =>
      this.#elapsedMs() > deadline || this.#loader.memoryBytes() > maxMemoryBytes;
    this.#parser.setLanguage(grammar.language);
    const source =
      grammar.spec.needsFinalNewline === true && !text.endsWith("\n") ? `${text}\n` : text;
    const tree = this.#parser.parse(source, undefined, { progressCallback: mustStop });
    if (tree === null) {
      this.#parser.reset();
      return { ...failed, fallback: "timeout" };
    }
    try {
      return chunkTree(text, lines, tree, grammar, mustStop);
    } finally {
      tree.delete();
    }
  }

  #grammarFor(text: string, language: LanguageId): ReadyGrammar | undefined {
    const spec = specFor(text, language);
    return spec === undefined ? undefined : this.#ready.get(spec);
  }

  /** Frees the parser's memory; the chunker cannot be used after it. */
  close(): void {
    this.#parser.delete();
    for (const { query } of this.#ready.values()) query.delete();
    this.#ready.clear();
  }
}

/** C headers may hold C++, which only their text tells. */
function specFor(text: string, language: LanguageId): LanguageSpec | undefined {
  return specOf(language === "c" && looksLikeCpp(text) ? "cpp" : language);
}

function hasLongLine(lines: Uint32Array, textLength: number): boolean {
  for (let line = 0; line < lines.length; line++) {
    if ((lines[line + 1] ?? textLength) - (lines[line] ?? 0) > maxLineLength) return true;
  }
  return false;
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

function chunkTree(
  text: string,
  lines: Uint32Array,
  tree: Tree,
  grammar: ReadyGrammar,
  isLate: () => boolean,
): ParsedFile {
  const outline = outlineOf(text, lines, tree, grammar.query, grammar.spec, isLate);
  if (outline === undefined) return { ...failed, fallback: "timeout" };
  if (outline.errorLength > maxErrorShare * text.length)
    return { ...failed, fallback: "parseErrors" };
  const atoms = atomsOf(text, lines, tree, outline, grammar.importTypeIds);
  const runs = packAtoms(text, lines, atoms, outline.symbols);
  return {
    chunks: spansOf(text, lines, runs, outline),
    symbols: outline.symbols,
    boundary: "syntax",
  };
}
