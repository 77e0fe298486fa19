/** Places made by hand, for tests of what is said about one. */
import type { Recall, RecallTrace, SymbolInfo, SymbolKind } from "../../../protocol/types.ts";
import type { Place } from "../../../server/answer/reading.ts";
import { QuestionTerms } from "../../../server/answer/questionTerms.ts";
import { citeRange, createHashText } from "../../../server/recall/citation.ts";
import { parseQuestion } from "../../../server/recall/question.ts";
import { SourceFile } from "../../../server/recall/sourceFile.ts";

const hashText = await createHashText();

/** What a test says of a place; lines are zero-based and included. */
interface PlaceOptions {
  readonly path?: string;
  readonly language?: string;
  readonly name?: string;
  readonly kind?: SymbolKind;
  readonly container?: string;
  readonly first?: number;
  readonly last?: number;
  readonly score?: number;
  readonly role?: Recall["role"];
}

/** Returns a recalled place in a file with this text; its definition is the whole file unless lines are given. */
export function placeOf(text: string, options: PlaceOptions = {}): Place {
  const { path = "src/a.ts", language = "typescript", name, kind = "function" } = options;
  const file = new SourceFile("root", path, text, language);
  const range = file.linesRange(options.first ?? 0, options.last ?? file.nLines - 1);
  const symbol: SymbolInfo | undefined =
    name === undefined ? undefined : { name, kind, container: options.container ?? "", range };
  const recall: Recall = {
    citation: citeRange(hashText, file, range, symbol),
    score: options.score ?? 1,
    reasons: [],
    role: options.role ?? "source",
    language,
    text: file.textOf(range),
    boundary: "syntax",
  };
  return { recall, file, range, ...(symbol === undefined ? {} : { symbol }) };
}

/** The terms of a question as if each were in ten chunks. */
export function termsOf(question: string): QuestionTerms {
  const trace: RecallTrace = { terms: [], identifiers: [], paths: [], literals: [], stages: [] };
  return new QuestionTerms(parseQuestion(question), trace);
}
