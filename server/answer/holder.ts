/** Finds the definition around a line by indentation, where the syntax says nothing of it. */
import type { SourceFile } from "../recall/sourceFile.ts";
import { codeMaskOf } from "./codeMask.ts";

/** Nobody reads a function of more lines to its end. */
const maxLines = 600;

const definition =
  /\b(?:function\*?|fn|func|fun|def|defp|sub)\s+(?:\([^)\n]{0,100}\)\s*)?([\p{L}_$][\p{L}\p{N}_$]*[!?]?)/u;
const method =
  /^\s*(?:(?:async|static|public|private|protected|internal|override|virtual|final|get|set|abstract|readonly|export|\*)\s+){0,6}(?:[\p{L}_$][\p{L}\p{N}_$<>[\],.?:*&]*\s+){0,3}[*&]?(?:[\p{L}_$][\p{L}\p{N}_$]*::)*(#?[\p{L}_$~][\p{L}\p{N}_$]*)\s*(?:<[^>()]*>)?\([^;]*$/u;
const arrow =
  /^\s*(?:export\s+)?(?:const|let|var)?\s*(#?[\p{L}_$][\p{L}\p{N}_$]*)\s*[:=]\s*(?:async\s*)?(?:function\b|\([^;]*$|[\p{L}_$][\p{L}\p{N}_$]*\s*=>)/u;
const notNames =
  /^(?:if|for|while|switch|catch|return|else|do|with|await|match|new|throw|assert|in|not|and|or|super|constructor|synchronized|using|lock|foreach|elif|unless|until|case|when)$/;

/** Returns the name of the innermost function around a line, `undefined` when none is seen. */
export function functionAround(file: SourceFile, line: number): string | undefined {
  const mask = codeMaskOf(file);
  let indent = indentOf(file.line(line));
  for (let at = line - 1; at >= 0 && line - at < maxLines && indent > 0; at--) {
    const text = mask.codeOf(at);
    if (text.trim() === "") continue;
    const own = indentOf(text);
    // A signature of several lines ends with a bracket at the margin of its beginning.
    const isEnd = /^\s*[)\]]/.test(text);
    if (own >= indent) continue;
    indent = own;
    if (isEnd) {
      indent = own + 1;
      continue;
    }
    const name = nameIn(text, file.language);
    if (name !== undefined) return name;
  }
  return undefined;
}

function nameIn(text: string, language: string): string | undefined {
  const isScript = /^(?:(?:java|type)script(?:react)?|vue|svelte)$/.test(language);
  // Elsewhere a word says that a function begins, and what looks like a method is a call or a pattern.
  const hasMethods =
    isScript || /^(?:c|cpp|java|csharp|dart|objective-c|groovy|php)$/.test(language);
  const found =
    definition.exec(text) ??
    (isScript ? arrow.exec(text) : null) ??
    (hasMethods ? method.exec(text) : null);
  const name = found?.[1];
  return name === undefined || notNames.test(name) ? undefined : name;
}

function indentOf(text: string): number {
  return (/^\s*/.exec(text)?.[0] ?? "").replaceAll("\t", "    ").length;
}
