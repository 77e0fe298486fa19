/** The definitions of a file, and where one of them is used: what an editor shows beside the code itself. */
import type { Citation, FileRole, SymbolInfo } from "./types.ts";

export interface OutlineParams {
  readonly rootId: string;
  readonly path: string;
}

export interface OutlinedDefinition extends SymbolInfo {
  /** First line after the doc comment, where the name stands. */
  readonly nameLine: number;
}

export interface OutlineResult {
  /** In order, each before those inside of it; empty when the file is not in memory. */
  readonly definitions: readonly OutlinedDefinition[];
  /** `syntax`: from the syntax tree. `lines`: guessed from the look of lines, as of text that was just typed. */
  readonly boundary: "syntax" | "lines";
}

export interface UsesParams {
  /** Where it is defined. */
  readonly rootId: string;
  readonly path: string;
  readonly name: string;
  /** Dotted names of the definitions around it, `""` at top level. */
  readonly container: string;
  /** How many uses are listed; all are counted. */
  readonly limit: number;
}

/** One line that uses a definition; types are not resolved. */
export interface UseOfDefinition {
  /** The line, or the part of a long one that is shown. */
  readonly citation: Citation;
  readonly text: string;
  readonly role: FileRole;
  /** Name of the definition around the line, where one is known. */
  readonly holder?: string;
  /** False when nothing but the name says that this definition is meant. */
  readonly isClear: boolean;
}

export interface UsesResult {
  /** Sources before tests before others, those that are clear first. */
  readonly uses: readonly UseOfDefinition[];
  readonly nUses: number;
  readonly nFiles: number;
  /** False when there may be more uses than were counted. */
  readonly isWhole: boolean;
}
