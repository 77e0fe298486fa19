/** What the chunker has to know about a language beside its grammar. */
import type { SymbolKind } from "../../../protocol/types.ts";
import type { GrammarName } from "./grammars.ts";

/** Capture names of definitions; `impl` is a module whose functions are methods. */
export type DefinitionCapture = SymbolKind | "impl";

/**
 * One grammar's worth of knowledge. A language is taught to the chunker by its query:
 * - `@function`, `@class` ... (`DefinitionCapture`) mark a definition, with its `@name` in the same pattern.
 *   When patterns agree on the name, the earliest one decides the kind and the largest node the range.
 * - `@tail` in a definition's pattern marks a node after the definition that belongs to it.
 * - `@owner` in a definition's pattern marks the type that a method belongs to, where that is not around it.
 * - `@use` marks an identifier that is called, constructed, mentioned as a type or imported; `@path` marks an
 *   imported file or package, of which the last segment is used.
 * - `@lead` marks what belongs to the definition below it: comments, attributes, decorators.
 */
export interface LanguageSpec {
  /** The grammar's scanner looks for more for ever when a text ends in the middle of an annotation. */
  readonly needsFinalNewline?: true;
  readonly grammar: GrammarName;
  readonly query: string;
  /** Node types that make up a file's preamble: imports, includes, package clauses. */
  readonly imports: readonly string[];
  /** Where a signature ends: at `{` or `;`, at a `:` outside of brackets, or with its line. */
  readonly signatureEnd: "brace" | "colon" | "line";
  /** True when identifiers may hold more than letters, digits, `_` and `$`. */
  readonly exactUses?: boolean;
  /** Names that would be uses everywhere and tell nothing: builtin types and functions. */
  readonly commonNames: ReadonlySet<string>;
  /** A variable whose modifiers match is defined elsewhere: `extern int x;`. */
  readonly declarationMarker?: RegExp;
  /** A definition whose modifiers or attributes match is a test. */
  readonly testMarker?: RegExp;
  /** A function whose name matches is a test. */
  readonly testName?: RegExp;
  /** A variable whose name matches is a constant. */
  readonly constantName?: RegExp;
  /** The name as people write it. `""` drops the definition. */
  readonly cleanName?: (name: string, at: NameContext) => string;
  /** Deepest nesting of definitions of kind `key` that are kept; 1 keeps the top level only. */
  readonly maxKeyDepth?: number;
}

/** Where a name was found. */
export interface NameContext {
  readonly kind: DefinitionCapture;
  readonly text: string;
  /** Offset of the first character after the name. */
  readonly nameEnd: number;
}

/** A set of the words in `list`, which are separated by white space. */
export function words(list: string): ReadonlySet<string> {
  return new Set(list.split(/\s+/).filter((word) => word !== ""));
}
