import type { SymbolKind } from "../../../protocol/types.ts";
import { languageOf } from "../../../server/ingest/languages.ts";
import {
  createSyntaxChunker,
  type SyntaxChunker,
} from "../../../server/ingest/syntax/syntaxChunker.ts";
import { windowsOf, type SourceFile, type TextUnit } from "./sourceTree.ts";

const functionKinds: ReadonlySet<SymbolKind> = new Set(["function", "method", "macro", "test"]);
const windowLines = 60;

/** Opens a finder of functions on a folder of grammars. Rejects when the parser itself is missing. */
export async function createFunctionFinder(grammarFolder: string): Promise<FunctionFinder> {
  return new FunctionFinder(await createSyntaxChunker(grammarFolder));
}

/** Cuts files into their functions and what lies between them. Not re-entrant. */
class FunctionFinder {
  readonly #syntax: SyntaxChunker;

  constructor(syntax: SyntaxChunker) {
    this.#syntax = syntax;
  }

  /**
   * Returns the outermost functions of a file, and windows of at most 60 lines over the lines between them, in
   * order. A file without a grammar is cut into windows alone.
   */
  async unitsOf(file: SourceFile): Promise<TextUnit[]> {
    const units: TextUnit[] = [];
    let covered = 0;
    for (const { startLine, endLine } of await this.#functionsOf(file)) {
      if (startLine <= covered) continue;
      units.push(...between(file, covered + 1, startLine - 1));
      units.push({ path: file.path, startLine, endLine });
      covered = endLine;
    }
    return [...units, ...between(file, covered + 1, file.lines.length)];
  }

  async #functionsOf(file: SourceFile): Promise<{ startLine: number; endLine: number }[]> {
    const text = file.lines.join("\n");
    const language = languageOf(file.path, file.lines[0]);
    if (!(await this.#syntax.prepare(language, text))) return [];
    const symbols = this.#syntax.chunk(text, language)?.symbols ?? [];
    return symbols
      .filter(({ kind }) => functionKinds.has(kind))
      .map(({ range: { start, end } }) => ({
        startLine: start.line + 1,
        // A range that ends at the start of a line does not hold that line.
        endLine: end.character === 0 && end.line > start.line ? end.line : end.line + 1,
      }))
      .toSorted((a, b) => a.startLine - b.startLine || b.endLine - a.endLine);
  }
}

function between(file: SourceFile, startLine: number, endLine: number): TextUnit[] {
  const lines = file.lines.slice(startLine - 1, endLine);
  if (lines.every((line) => line.trim() === "")) return [];
  return windowsOf({ path: file.path, lines }, windowLines, windowLines).map((unit) => ({
    path: unit.path,
    startLine: unit.startLine + startLine - 1,
    endLine: unit.endLine + startLine - 1,
  }));
}
