/** A workspace in memory for tests of answers: files in one string, a small recall over them. */
import type {
  Coverage,
  Recall,
  SearchResult,
  SymbolInfo,
  SymbolKind,
} from "../../../protocol/types.ts";
import type { SearchParams } from "../../../protocol/methods.ts";
import { languageOf } from "../../../server/ingest/languages.ts";
import { termsOfName, termsOfText } from "../../../server/ingest/terms.ts";
import { citeRange, type HashText } from "../../../server/recall/citation.ts";
import { parseQuestion } from "../../../server/recall/question.ts";
import { SourceFile } from "../../../server/recall/sourceFile.ts";
import type {
  RecallService,
  RememberedFile,
  SourceReader,
  SourceText,
} from "../../../server/services.ts";

const rootId = "root";

/** Splits `//- /path` sections into files. */
export function filesOf(fixture: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const section of fixture.split(/^\/\/- \//m).slice(1)) {
    const end = section.indexOf("\n");
    files.set(section.slice(0, end).trim(), section.slice(end + 1));
  }
  return files;
}

/** Files that a test may change at any moment, and a recall over them that reads them each time. It ignores cancellation. */
export class MemorySource implements SourceReader, RecallService {
  readonly contents: Map<string, string>;
  coverage: Coverage;
  /** Called before every search and use look-up, for tests that change or cancel in between. */
  onRecall: (query: string) => void = () => undefined;
  readonly #hashText: HashText;

  constructor(contents: Map<string, string>, hashText: HashText) {
    this.contents = contents;
    this.#hashText = hashText;
    const n = contents.size;
    this.coverage = { filesSeen: n, remembered: n, pending: 0, skipped: 0, failed: 0 };
  }

  readText(root: string, path: string): SourceText | undefined {
    const text = root === rootId ? this.contents.get(path) : undefined;
    return text === undefined ? undefined : { text, language: languageOf(path) };
  }

  files(rootIds: readonly string[] | undefined): readonly RememberedFile[] {
    if (rootIds !== undefined && !rootIds.includes(rootId)) return [];
    return [...this.contents.keys()]
      .sort()
      .map((path) => ({ rootId, path, language: languageOf(path), role: roleOf(path) }));
  }

  search(params: SearchParams): Promise<SearchResult> {
    this.onRecall(params.query);
    const question = parseQuestion(params.query);
    const names = new Set(question.identifiers.map((name) => name.split(/[.:]+/).at(-1)));
    const terms = new Set([
      ...termsOfText(params.query),
      ...question.identifiers.flatMap(termsOfName),
    ]);
    const chunks = [...this.contents].flatMap(([path, text]) => this.#chunks(path, text));
    const held = new Map(chunks.map((chunk) => [chunk, chunkTerms(chunk)]));
    const nChunks = (term: string): number =>
      chunks.filter((chunk) => held.get(chunk)?.has(term) === true).length;
    const weights = new Map([...terms].map((term) => [term, 1 / (1 + nChunks(term))]));
    const recalls = chunks
      .map((chunk) => {
        const { symbol } = chunk.citation;
        let score = 0;
        for (const [term, weight] of weights) {
          if (held.get(chunk)?.has(term) === true) score += weight;
          if (symbol !== undefined && termsOfName(symbol.name).includes(term)) score += weight;
        }
        if (names.has(symbol?.name)) score += 3;
        for (const literal of question.literals) if (chunk.text.includes(literal)) score += 3;
        return { ...chunk, score: chunk.role === "source" ? score : score / 2 };
      })
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score);
    return Promise.resolve({
      recalls: recalls.slice(0, params.limit),
      coverage: this.coverage,
      tiers: ["lexical", "symbols"],
      trace: {
        terms: [...terms].map((term) => ({ term, nChunks: nChunks(term), used: true })),
        identifiers: question.identifiers,
        paths: question.paths.map(({ path }) => path),
        literals: question.literals,
        stages: [],
      },
    });
  }

  usesOf(
    name: string,
    _rootIds: readonly string[] | undefined,
    limit: number,
  ): Promise<readonly Recall[]> {
    this.onRecall(name);
    const named = new RegExp(`(?<![\\w$])${RegExp.escape(name)}(?![\\w$])`);
    const chunks = [...this.contents].flatMap(([path, text]) => this.#chunks(path, text));
    return Promise.resolve(
      chunks
        .filter(({ text, citation }) => named.test(text) && citation.symbol?.name !== name)
        .slice(0, limit),
    );
  }

  /** A chunk begins at each line at the margin that opens a definition, with the comment before it. */
  #chunks(path: string, text: string): Recall[] {
    const file = new SourceFile(rootId, path, text, languageOf(path));
    const starts: number[] = [0];
    for (let line = 1; line < file.nLines; line++) {
      if (definitionLine.test(file.line(line)) || commentStart.test(file.line(line))) {
        const isOwnComment =
          commentLine.test(file.line(line - 1)) && !commentStart.test(file.line(line));
        if (!isOwnComment) starts.push(line);
      }
    }
    return starts.flatMap((first, i) => {
      let last = (starts[i + 1] ?? file.nLines) - 1;
      while (last > first && file.line(last).trim() === "") last--;
      const range = file.linesRange(first, last);
      if (file.textOf(range).trim() === "") return [];
      const symbol = symbolOf(file, first, last);
      return [
        {
          citation: citeRange(this.#hashText, file, range, symbol),
          score: 1,
          reasons: [],
          role: roleOf(path),
          language: file.language,
          text: file.textOf(range),
          boundary: "syntax" as const,
        },
      ];
    });
  }
}

const definitionLine =
  /^(?:export )?(?:async )?(function|class|const|interface|def|fn|func|test|#+)[ (]+"?([\p{L}_$][\p{L}\p{N}_$ ]*)/u;
const commentStart = /^(?:\/\*\*|\/\/ \S|# )/;
const commentLine = /^(?: \*|\/\*|\/\/|# )/;

function symbolOf(file: SourceFile, first: number, last: number): SymbolInfo | undefined {
  for (let line = first; line <= last; line++) {
    const found = definitionLine.exec(file.line(line));
    if (found === null) continue;
    const isSection = (found[1] as string).startsWith("#");
    if (isSection && file.language !== "markdown") continue;
    const kind = isSection ? "section" : (kinds[found[1] as string] ?? "function");
    return {
      name: (found[2] as string).trim(),
      kind,
      container: "",
      range: file.linesRange(first, last),
    };
  }
  return undefined;
}
const kinds: Readonly<Record<string, SymbolKind>> = {
  class: "class",
  const: "constant",
  interface: "interface",
  test: "test",
};

function chunkTerms(chunk: Recall): Set<string> {
  return new Set([...termsOfText(chunk.text), ...termsOfName(chunk.citation.path)]);
}

function roleOf(path: string): Recall["role"] {
  if (/(^|\/)tests?\/|\.test\./.test(path)) return "test";
  if (path.endsWith(".md")) return "docs";
  return /\.(json|ya?ml|toml)$/.test(path) ? "config" : "source";
}
