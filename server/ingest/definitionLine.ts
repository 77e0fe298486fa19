/**
 * Guesses from the first line of a definition what it defines. Precision matters more than recall: the
 * guess only decides where a chunk begins and which names weigh more until the syntax tree is known.
 */
import type { SymbolKind } from "../../protocol/types.ts";
import type { LanguageId } from "./languages.ts";

export interface DefinitionLine {
  readonly name: string;
  readonly kind: SymbolKind;
  /** Columns of leading white space, a tab counting as one. */
  readonly indent: number;
}

/** Words that open a definition, in any language that uses them so. */
const keywordKinds = new Map<string, SymbolKind>([
  ["function", "function"],
  ["function*", "function"],
  ["fn", "function"],
  ["func", "function"],
  ["fun", "function"],
  ["def", "function"],
  ["sub", "function"],
  ["proc", "function"],
  ["class", "class"],
  ["interface", "interface"],
  ["trait", "interface"],
  ["protocol", "interface"],
  ["struct", "struct"],
  ["union", "struct"],
  ["record", "struct"],
  ["message", "struct"],
  ["service", "interface"],
  ["rpc", "method"],
  ["enum", "enum"],
  ["type", "type"],
  ["typealias", "type"],
  ["impl", "module"],
  ["mod", "module"],
  ["module", "module"],
  ["namespace", "module"],
  ["object", "class"],
  ["extension", "class"],
  ["macro_rules!", "macro"],
]);

/** Words that may stand before the keyword. */
const modifiers: ReadonlySet<string> = new Set(
  (
    "export default declare abstract async public private protected internal static final sealed open override inline virtual pub unsafe " +
    "extern partial readonly data local constexpr suspend case implicit lazy annotation companion fileprivate mutating indirect"
  ).split(" "),
);

/** Further first words that `byKeyword` has to look behind. */
const looseOpenings: ReadonlySet<string> = new Set(["const", "let", "var", "macro_rules"]);

const cFamily: ReadonlySet<LanguageId> = new Set<LanguageId>(["c", "cpp", "java", "csharp"]);
const scriptFamily: ReadonlySet<LanguageId> = new Set<LanguageId>([
  "typescript",
  "typescriptreact",
  "javascript",
  "javascriptreact",
  "vue",
  "svelte",
]);
const proseOrData: ReadonlySet<LanguageId> = new Set<LanguageId>([
  "plaintext",
  "json",
  "jsonc",
  "yaml",
  "toml",
  "xml",
  "html",
  "ini",
  "css",
  "scss",
  "less",
]);
const controlWords: ReadonlySet<string> = new Set(
  "if for while switch catch return else do sizeof new throw case delete typeof await yield assert defined with".split(
    " ",
  ),
);

/** Returns the definition that the line `[from, to)` of `text` seems to open, `undefined` when none. */
export function definitionOnLine(
  text: string,
  from: number,
  to: number,
  language: LanguageId,
): DefinitionLine | undefined {
  let i = from;
  while (i < to && (text.charCodeAt(i) === 32 || text.charCodeAt(i) === 9)) i++;
  const indent = i - from;
  if (indent > 12 || i >= to) return undefined;
  const first = text.charCodeAt(i);
  if (first === 35) return hashLine(text, i, to, indent, language);
  if (!isWordStart(first) || proseOrData.has(language) || language === "markdown") return undefined;
  const line = text.slice(i, Math.min(to, i + 200));
  return (
    byKeyword(line, indent, language) ??
    (cFamily.has(language) ? byCall(line, indent, language) : undefined) ??
    (scriptFamily.has(language) && indent > 0 ? byMethod(line, indent) : undefined)
  );
}

function byKeyword(line: string, indent: number, language: LanguageId): DefinitionLine | undefined {
  // Most lines of code begin with another word, and this alone decides about them.
  const opening = /^@?[a-z_]+/.exec(line)?.[0] ?? "";
  if (
    !keywordKinds.has(opening) &&
    !modifiers.has(opening) &&
    !looseOpenings.has(opening) &&
    opening[0] !== "@"
  )
    return undefined;
  const words = line.split(/[ \t]+/, 8);
  for (let w = 0; w < words.length; w++) {
    const word = words[w] as string;
    const plain = word.startsWith("pub(") ? "pub" : word.startsWith("impl<") ? "impl" : word;
    const kind = keywordKinds.get(plain);
    if (kind !== undefined) {
      const name = nameAfter(line, words, w, language);
      // A C struct without a body on its line is a use: `struct foo *bar(…)`.
      if (
        name === undefined ||
        ((language === "c" || language === "cpp") && kind === "struct" && !/\{\s*$/.test(line))
      )
        return undefined;
      return {
        name,
        kind: kind === "function" && indent > 0 && language === "python" ? "method" : kind,
        indent,
      };
    }
    if (
      (plain === "const" || plain === "let" || plain === "var") &&
      indent === 0 &&
      (scriptFamily.has(language) || language === "rust" || language === "go")
    ) {
      const match = /^[A-Za-z_$][\w$]*/.exec(words[w + 1] ?? "");
      return match === null ? undefined : { name: match[0], kind: "constant", indent };
    }
    if (
      !modifiers.has(plain) &&
      !/^@/.test(plain) &&
      !(language === "rust" && (plain === "const" || plain === '"C"'))
    )
      return undefined;
  }
  return undefined;
}

/** The name follows the keyword; in Go a receiver and in Rust type parameters may stand between. */
function nameAfter(
  line: string,
  words: readonly string[],
  w: number,
  language: LanguageId,
): string | undefined {
  const keyword = (words[w] as string).startsWith("impl<") ? "impl" : (words[w] as string);
  const rest = line.slice(line.indexOf(keyword) + keyword.length);
  const pattern =
    language === "go"
      ? /^\s+(?:\([^)]*\)\s*)?([A-Za-z_]\w*)/
      : /^(?:<[^>]*>)?\s+(?:class\s+)?([A-Za-z_$][\w$]*[?!]?)/;
  return pattern.exec(rest)?.[1];
}

/** `type name(args` in the C family: the name directly before the first parenthesis. */
function byCall(line: string, indent: number, language: LanguageId): DefinitionLine | undefined {
  const open = line.indexOf("(");
  if (open <= 0 || ((language === "c" || language === "cpp") && indent > 0)) return undefined;
  const trimmed = line.trimEnd();
  if (trimmed.endsWith(";") || (trimmed.endsWith(",") && indent > 0)) return undefined;
  const match = /([A-Za-z_][\w]*)\s*$/.exec(line.slice(0, open));
  if (match === null || controlWords.has(match[1] as string)) return undefined;
  const before = line.slice(0, match.index).trim();
  if (/[=.(!&|?+]$|\breturn$|\bnew$|->$/.test(before) || before.includes("=")) return undefined;
  if (before === "" && !/^[A-Z_]+$/.test(match[1] as string) && language !== "cpp")
    return undefined;
  return { name: match[1] as string, kind: indent > 0 ? "method" : "function", indent };
}

function byMethod(line: string, indent: number): DefinitionLine | undefined {
  const match =
    /^(?:(?:public|private|protected|static|async|get|set|override|readonly)\s+)*#?([A-Za-z_$][\w$]*)\s*(?:<[^>]*>)?\([^;]*\{\s*$/.exec(
      line.trimEnd(),
    );
  if (match === null || controlWords.has(match[1] as string) || match[1] === "function")
    return undefined;
  return { name: match[1] as string, kind: "method", indent };
}

function hashLine(
  text: string,
  i: number,
  to: number,
  indent: number,
  language: LanguageId,
): DefinitionLine | undefined {
  const line = text.slice(i, Math.min(to, i + 200));
  if (language === "markdown") {
    const heading = /^#{1,6}\s+(.+?)\s*#*\s*$/.exec(line);
    return heading === null
      ? undefined
      : { name: heading[1] as string, kind: "section", indent: line.indexOf(" ") };
  }
  if (language !== "c" && language !== "cpp") return undefined;
  // Only macros with arguments: constants come in long runs and would cut a file to pieces.
  const macro = /^#\s*define\s+([A-Za-z_]\w*)\(/.exec(line);
  return macro === null ? undefined : { name: macro[1] as string, kind: "macro", indent };
}

function isWordStart(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    code === 95 ||
    code === 36 ||
    code === 64 ||
    code === 35
  );
}
