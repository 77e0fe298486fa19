/** Where the signature of a definition ends. */
import { lineAt } from "../lineIndex.ts";
import type { LanguageSpec } from "./languageSpec.ts";

/** Longer than any signature a person writes; keeps the scan short in generated code. */
const maxSignatureLength = 2_000;

/**
 * The line after the last line of the signature whose name ends at `nameEnd`. Reads the text only: a bracket
 * inside a default value's string may end the signature early, which costs a line of display.
 */
export function signatureEndLine(
  text: string,
  lines: Uint32Array,
  nameEnd: number,
  definitionEnd: number,
  signatureEnd: LanguageSpec["signatureEnd"],
): number {
  const limit = Math.min(definitionEnd, nameEnd + maxSignatureLength);
  let depth = 0;
  let offset = nameEnd;
  for (; offset < limit; offset++) {
    const code = text.charCodeAt(offset);
    if (code === openParen || code === openBracket) depth++;
    else if (code === closeParen || code === closeBracket) depth--;
    else if (depth > 0) continue;
    else if (
      signatureEnd === "brace" ? endsAtBrace(text, code, offset) : endsElse(code, signatureEnd)
    )
      break;
  }
  const line = lineAt(lines, Math.min(offset, Math.max(nameEnd, definitionEnd - 1)));
  // A brace on a line of its own opens the body and is no part of the signature.
  const isOwnLine = offset < limit && isBlank(text, lines[line] ?? 0, offset);
  return isOwnLine && lineAt(lines, nameEnd) < line ? line : line + 1;
}

const openParen = 40;
const closeParen = 41;
const openBracket = 91;
const closeBracket = 93;

function endsAtBrace(text: string, code: number, offset: number): boolean {
  const isArrow = code === 61 && text.charCodeAt(offset + 1) === 62;
  return code === 123 || code === 59 || isArrow;
}

function endsElse(code: number, signatureEnd: "colon" | "line"): boolean {
  return signatureEnd === "colon" ? code === 58 : code === 10 || code === 13;
}

function isBlank(text: string, from: number, to: number): boolean {
  while (from < to && text.charCodeAt(from) <= 32) from++;
  return from === to;
}
