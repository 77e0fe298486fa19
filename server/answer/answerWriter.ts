/** Gathers an answer's markdown and citations, and hands on what is ready. */
import type { CommitInfo } from "../../protocol/history.ts";
import type { Citation, Range, SymbolInfo } from "../../protocol/types.ts";
import { citeRange, type HashText } from "../recall/citation.ts";
import type { SourceFile } from "../recall/sourceFile.ts";
import { citeLink, code, codeBlock, prose } from "./markdown.ts";

/** Receives markdown to append and the citations that it newly refers to. */
export type Emit = (markdown: string, citations: readonly Citation[]) => void;

/** One answer. What was flushed is never taken back. */
export class AnswerWriter {
  readonly #emit: Emit;
  readonly #hashText: HashText;
  readonly #citations: Citation[] = [];
  readonly #commits = new Map<string, CommitInfo>();
  readonly #indices = new Map<string, number>();
  #markdown = "";
  #nMarkdownFlushed = 0;
  #nCitationsFlushed = 0;

  constructor(emit: Emit, hashText: HashText) {
    this.#emit = emit;
    this.#hashText = hashText;
  }

  get markdown(): string {
    return this.#markdown;
  }

  get citations(): readonly Citation[] {
    return this.#citations;
  }

  get commits(): readonly CommitInfo[] {
    return [...this.#commits.values()];
  }

  /** Returns how a commit is named in a sentence: hash, day and author. */
  commit(commit: CommitInfo): string {
    this.#commits.set(commit.hash, commit);
    const day = new Date(commit.authoredMs).toISOString().slice(0, 10);
    return `${code(commit.hash.slice(0, 10))} (${day}, ${prose(commit.author)})`;
  }

  /** Adds a paragraph or another block of markdown. */
  block(markdown: string): void {
    this.#markdown += `${markdown.trimEnd()}\n\n`;
  }

  /** Returns a link to a span; its label is the path and the lines. */
  link(file: SourceFile, range: Range, symbol?: SymbolInfo): string {
    return citeLink(placeLabel(file.path, range), this.#cite(file, range, symbol));
  }

  /** Adds a code block that shows a span and nothing else. */
  show(file: SourceFile, range: Range, symbol?: SymbolInfo): void {
    const text = file.textOf(range).replace(/\r\n?/g, "\n");
    this.block(codeBlock(text, file.language, range.start.line, this.#cite(file, range, symbol)));
  }

  /** Hands on what was added since the last time. */
  flush(): void {
    const markdown = this.#markdown.slice(this.#nMarkdownFlushed);
    if (markdown === "") return;
    const citations = this.#citations.slice(this.#nCitationsFlushed);
    this.#nMarkdownFlushed = this.#markdown.length;
    this.#nCitationsFlushed = this.#citations.length;
    this.#emit(markdown, citations);
  }

  /** The same span at the same text is cited once. */
  #cite(file: SourceFile, range: Range, symbol: SymbolInfo | undefined): number {
    const citation = citeRange(this.#hashText, file, range, symbol);
    const { start, end } = range;
    const key = JSON.stringify([file.rootId, file.path, start, end, citation.contentHash]);
    const known = this.#indices.get(key);
    if (known !== undefined) return known;
    const n = this.#citations.push(citation) - 1;
    this.#indices.set(key, n);
    return n;
  }
}

/** `path:12-30`, lines counted from one, the last line included. */
function placeLabel(path: string, range: Range): string {
  const first = range.start.line + 1;
  // A range that ends before the first character of a line does not show that line.
  const last = Math.max(first, range.end.character === 0 ? range.end.line : range.end.line + 1);
  return last === first ? `${path}:${first}` : `${path}:${first}-${last}`;
}
