/** What a file imports, read from its text: the words of each import statement. No path is resolved. */

/** The words of one import statement: module path and names alike. */
export type ImportWords = ReadonlySet<string>;

const opening =
  /^[ \t]*(?:import\b|from[ \t]+\S|export[ \t].{0,200}\bfrom\b|export[ \t]*[{*]|#[ \t]*include\b|(?:pub(?:\([\w ]{1,20}\))?[ \t]+)?use[ \t]|using[ \t]|require\b|(?:const|let|var)[ \t].{1,200}=[ \t]*(?:await[ \t]+import|require)\b)/;
const maxStatementLines = 60;
const maxStatements = 300;

/** Returns the import statements of a text, in order, at most 300. */
export function importsOf(text: string): ImportWords[] {
  const statements: ImportWords[] = [];
  const lines = text.split("\n");
  for (let i = 0; i < lines.length && statements.length < maxStatements; i++) {
    if (!opening.test((lines[i] as string).slice(0, 400))) continue;
    const words = new Set<string>();
    let open = 0;
    const last = Math.min(lines.length, i + maxStatementLines);
    for (; i < last; i++) {
      const line = (lines[i] as string).slice(0, 2_000);
      for (const [word] of line.matchAll(/[\p{L}\p{N}_$-]+/gu)) words.add(word);
      for (const mark of line.match(/[({})]/g) ?? []) open += mark === "(" || mark === "{" ? 1 : -1;
      if (open <= 0) break;
    }
    statements.push(words);
  }
  return statements;
}

/**
 * Returns the words that a variable is declared or filled with, wherever the text does so: its type, or what is
 * called to make it. Empty when nothing in the text says.
 */
export function declaredWith(text: string, variable: string): ImportWords {
  const words = new Set<string>();
  const declaration = new RegExp(
    `(?<![\\p{L}\\p{N}_$])${RegExp.escape(variable)}\\s{0,4}(?::(?!:)|:?=(?![=>]))([^\\n;]{1,120})`,
    "gu",
  );
  let nFound = 0;
  for (const match of text.matchAll(declaration)) {
    for (const [word] of (match[1] as string).matchAll(/[\p{L}_$][\p{L}\p{N}_$]*/gu))
      words.add(word);
    if (++nFound >= maxDeclarations) break;
  }
  return words;
}
const maxDeclarations = 20;
