import type { ParsedFile } from "../../../server/types.ts";

/** A parsed file as text that people can read and compare: 1-based inclusive lines. */
export function printOutline({ chunks, symbols, boundary, fallback }: ParsedFile): string {
  const pathOf = (idx: number): string => {
    const symbol = symbols[idx];
    if (symbol === undefined) return "";
    return symbol.containerIdx < 0
      ? symbol.name
      : `${pathOf(symbol.containerIdx)} > ${symbol.name}`;
  };
  const out = [fallback === undefined ? boundary : `${boundary}: ${fallback}`];
  for (const { range, symbolIdxs, enclosingSymbolIdx, uses } of chunks) {
    const lastLine = range.end.character === 0 ? range.end.line : range.end.line + 1;
    const inside = enclosingSymbolIdx < 0 ? "" : ` in ${pathOf(enclosingSymbolIdx)}`;
    out.push("", `chunk ${range.start.line + 1}-${lastLine}${inside}`);
    for (const idx of symbolIdxs) {
      const symbol = symbols[idx];
      if (symbol === undefined) continue;
      const lines = `${symbol.range.start.line + 1}-${symbol.range.end.line + 1}`;
      const signature = `${symbol.nameLine + 1}-${symbol.signatureEndLine}`;
      out.push(`  ${symbol.kind} ${pathOf(idx)}, lines ${lines}, signature ${signature}`);
    }
    if (uses.length > 0) out.push(`  uses ${uses.join(", ")}`);
  }
  return `${out.join("\n")}\n`;
}
