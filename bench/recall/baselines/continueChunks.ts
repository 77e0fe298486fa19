/**
 * Continue's chunks: a file or definition of up to 500 Llama tokens whole, a larger one with its bodies collapsed and
 * its children again on their own. After `continuedev/continue`, `core/indexing/chunk/code.ts`, `basic.ts`, `chunk.ts`.
 */
import llamaTokenizer from "llama-tokenizer-js";
import { Parser, type Node } from "web-tree-sitter";
import { GrammarLoader, type GrammarName } from "../../../server/ingest/syntax/grammars.ts";
import { collapsed, isCollapsible } from "./continueCollapse.ts";
import type { SourceFile, TextUnit } from "./sourceTree.ts";

/** A chunk, whose text is not that of its lines when bodies were collapsed. */
export interface ContinueChunk extends TextUnit {
  readonly text: string;
}

/** Continue's default for the built-in model. */
const maxTokens = 500;
/** Left free in a chunk of lines. */
const spareTokens = 5;

const grammars: Readonly<Record<string, GrammarName>> = {
  c: "c",
  cc: "cpp",
  cpp: "cpp",
  cs: "c-sharp",
  cxx: "cpp",
  go: "go",
  h: "c",
  hh: "cpp",
  hpp: "cpp",
  java: "java",
  js: "javascript",
  jsx: "javascript",
  mjs: "javascript",
  mts: "typescript",
  php: "php",
  py: "python",
  pyi: "python",
  rb: "ruby",
  rs: "rust",
  ts: "typescript",
  tsx: "tsx",
};

/** Cuts files into Continue's chunks. Not re-entrant. */
export class ContinueChunker {
  readonly #loader: GrammarLoader;
  readonly #parser = new Parser();

  private constructor(loader: GrammarLoader) {
    this.#loader = loader;
  }

  /** Opens the chunker on a folder of grammars. Rejects when the parser itself is missing. */
  static async open(grammarFolder: string): Promise<ContinueChunker> {
    return new ContinueChunker(await GrammarLoader.open(grammarFolder));
  }

  /** Returns a file's chunks in Continue's order; those that came out too large are left out, as Continue does. */
  async chunksOf(file: SourceFile): Promise<ContinueChunk[]> {
    const text = file.lines.join("\n");
    if (text.trim() === "") return [];
    const name = grammars[file.path.slice(file.path.lastIndexOf(".") + 1)];
    const grammar =
      name === undefined ? undefined : await this.#loader.load(name, "(ERROR) @error");
    if (grammar === undefined) return lineChunks(file, maxTokens).filter(fits);
    this.#parser.setLanguage(grammar.language);
    const tree = this.#parser.parse(text);
    grammar.query.delete();
    if (tree === null) return lineChunks(file, maxTokens).filter(fits);
    const chunks = [...nodeChunks(file.path, tree.rootNode, text, true)];
    tree.delete();
    return chunks.filter(fits);
  }
}

function* nodeChunks(
  path: string,
  node: Node,
  text: string,
  isRoot: boolean,
): Generator<ContinueChunk> {
  const lines = {
    path,
    startLine: node.startPosition.row + 1,
    endLine: node.endPosition.row + 1,
  };
  if ((isRoot || isCollapsible(node)) && nTokens(node.text) < maxTokens) {
    yield { ...lines, text: node.text };
    return;
  }
  if (isCollapsible(node)) {
    yield { ...lines, text: collapsed(node, text, (each) => nTokens(each) <= maxTokens) };
  }
  for (const child of node.children) yield* nodeChunks(path, child, text, false);
}

/** Returns runs of whole lines of up to `limit` tokens; a line that is longer on its own is left out of its run. */
export function lineChunks({ path, lines }: SourceFile, limit: number): ContinueChunk[] {
  const chunks: ContinueChunk[] = [];
  let run: string[] = [];
  let startLine = 1;
  let length = 0;
  const close = (endLine: number): void => {
    chunks.push({ path, startLine, endLine, text: run.map((line) => `${line}\n`).join("") });
  };
  for (const [idx, line] of lines.entries()) {
    const tokens = nTokens(line);
    if (length + tokens > limit - spareTokens) {
      close(idx);
      run = [];
      startLine = idx + 1;
      length = 0;
    }
    if (tokens >= limit) continue;
    run.push(line);
    length += tokens + 1;
  }
  close(lines.length);
  return chunks;
}

function fits({ text }: ContinueChunk): boolean {
  return text !== "" && nTokens(text) <= maxTokens;
}

/**
 * Llama counts tokens for Continue, because it tends to give more of them than the model does. No token of Llama holds
 * a line break beside other characters, so lines are counted one by one, each once:
 * the same number, much sooner.
 */
export function nTokens(text: string): number {
  if (text === "") return 0;
  const lines = text.split("\n");
  // One token begins the text, one stands for each line break.
  return lines.reduce((sum, line, idx) => sum + nTokensOfLine(line, idx === 0), lines.length);
}

const knownLines = { first: new Map<string, number>(), later: new Map<string, number>() };

function nTokensOfLine(line: string, isFirst: boolean): number {
  const known = isFirst ? knownLines.first : knownLines.later;
  let n = known.get(line);
  if (n === undefined) {
    // Llama puts a space before a text, also before one that begins with a line break.
    const text = isFirst ? ` ${line}` : line;
    known.set(line, (n = llamaTokenizer.encode(text, false, false).length));
  }
  return n;
}
