/** Finds the type that a Rust `impl` block adds to: who asks what a type is does not ask for its methods. */
import type { SymbolKind } from "../../protocol/types.ts";
import { citeRange, type HashText } from "../recall/citation.ts";
import { codeMaskOf } from "./codeMask.ts";
import { isImplementationBlock } from "./kindWords.ts";
import type { Place } from "./reading.ts";
import { Statements } from "./statements.ts";

/** Returns the definition of the block's type in the same file, `undefined` when it is not there or this is no block. */
export function typeOfBlock(place: Place, hashText: HashText): Place | undefined {
  const { file, symbol, recall } = place;
  if (symbol === undefined || !isImplementationBlock(place)) return undefined;
  const mask = codeMaskOf(file);
  const definition = new RegExp(`\\b(struct|enum|union)\\s+${RegExp.escape(symbol.name)}\\b`, "u");
  for (let line = 0; line < file.nLines; line++) {
    if (!file.line(line).includes(symbol.name)) continue;
    const word = definition.exec(mask.codeOf(line))?.[1];
    if (word === undefined) continue;
    const kind: SymbolKind = word === "enum" ? "enum" : "struct";
    const last = new Statements(file, line, Math.min(file.nLines - 1, line + maxLines)).endOf(line);
    const range = file.linesRange(line, last);
    const found = { name: symbol.name, kind, container: symbol.container, range };
    const citation = citeRange(hashText, file, range, found);
    return {
      recall: { ...recall, citation, text: file.textOf(range) },
      file,
      range,
      symbol: found,
    };
  }
  return undefined;
}
const maxLines = 400;
