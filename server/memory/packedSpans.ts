/**
 * Spans of a file's chunks and symbols as bytes for the store: variable-length integers, differences
 * from the span before, names in UTF-8. A tenth of the size of JSON, and read in one pass.
 */
import { symbolKinds, type Range } from "../../protocol/types.ts";
import type { ParsedSymbol } from "../types.ts";

/** A chunk as stored: its span and the definition around it, -1 for none. */
export interface StoredSpan {
  readonly range: Range;
  readonly enclosingSymbolIdx: number;
}

/** Returns the bytes of a list of chunk spans; `unpackSpans` is the inverse. */
export function packSpans(spans: readonly StoredSpan[]): Uint8Array {
  const out = new ByteWriter();
  out.unsigned(spans.length);
  let line = 0;
  for (const { range, enclosingSymbolIdx } of spans) {
    out.signed(range.start.line - line);
    out.unsigned(range.start.character);
    out.unsigned(range.end.line - range.start.line);
    out.unsigned(range.end.character);
    out.unsigned(enclosingSymbolIdx + 1);
    line = range.end.line;
  }
  return out.bytes();
}

/** Returns the spans of `packSpans`. Throws RangeError on truncated bytes. */
export function unpackSpans(bytes: Uint8Array): StoredSpan[] {
  const reader = new ByteReader(bytes);
  const n = reader.unsigned();
  const spans: StoredSpan[] = [];
  let line = 0;
  for (let i = 0; i < n; i++) {
    const startLine = line + reader.signed();
    const startCharacter = reader.unsigned();
    const endLine = startLine + reader.unsigned();
    const endCharacter = reader.unsigned();
    const enclosingSymbolIdx = reader.unsigned() - 1;
    spans.push({
      range: {
        start: { line: startLine, character: startCharacter },
        end: { line: endLine, character: endCharacter },
      },
      enclosingSymbolIdx,
    });
    line = endLine;
  }
  return spans;
}

/** Returns the bytes of a file's symbols; `unpackSymbols` is the inverse. */
export function packSymbols(symbols: readonly ParsedSymbol[]): Uint8Array {
  const out = new ByteWriter();
  out.unsigned(symbols.length);
  let line = 0;
  for (const symbol of symbols) {
    out.text(symbol.name);
    out.unsigned(symbolKinds.indexOf(symbol.kind));
    out.unsigned(symbol.containerIdx + 1);
    out.signed(symbol.range.start.line - line);
    out.unsigned(symbol.range.start.character);
    out.unsigned(symbol.range.end.line - symbol.range.start.line);
    out.unsigned(symbol.range.end.character);
    out.unsigned(symbol.nameLine - symbol.range.start.line);
    out.unsigned(Math.max(0, symbol.signatureEndLine - symbol.nameLine));
    line = symbol.range.start.line;
  }
  return out.bytes();
}

/** Returns the symbols of `packSymbols`. Throws RangeError on truncated bytes. */
export function unpackSymbols(bytes: Uint8Array): ParsedSymbol[] {
  const reader = new ByteReader(bytes);
  const n = reader.unsigned();
  const symbols: ParsedSymbol[] = [];
  let line = 0;
  for (let i = 0; i < n; i++) {
    const name = reader.text();
    const kind = symbolKinds[reader.unsigned()] ?? "variable";
    const containerIdx = reader.unsigned() - 1;
    const startLine = line + reader.signed();
    const startCharacter = reader.unsigned();
    const endLine = startLine + reader.unsigned();
    const endCharacter = reader.unsigned();
    const nameLine = startLine + reader.unsigned();
    const signatureEndLine = nameLine + reader.unsigned();
    symbols.push({
      name,
      kind,
      containerIdx,
      range: {
        start: { line: startLine, character: startCharacter },
        end: { line: endLine, character: endCharacter },
      },
      nameLine,
      signatureEndLine,
    });
    line = startLine;
  }
  return symbols;
}

class ByteWriter {
  #bytes = Buffer.allocUnsafe(256);
  #length = 0;

  unsigned(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  /** Zigzag: small negative numbers stay small. */
  signed(value: number): void {
    this.unsigned(value < 0 ? -value * 2 - 1 : value * 2);
  }

  text(value: string): void {
    const length = Buffer.byteLength(value);
    this.unsigned(length);
    this.#reserve(length);
    this.#length += this.#bytes.write(value, this.#length);
  }

  bytes(): Uint8Array {
    return new Uint8Array(this.#bytes.subarray(0, this.#length));
  }

  #reserve(n: number): void {
    if (this.#length + n <= this.#bytes.length) return;
    const bytes = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + n));
    this.#bytes.copy(bytes, 0, 0, this.#length);
    this.#bytes = bytes;
  }
}

class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;
  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  unsigned(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new RangeError("packed spans end too early");
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
  }

  signed(): number {
    const value = this.unsigned();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  text(): string {
    const length = this.unsigned();
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError("packed spans end too early");
    const value = this.#bytes.toString("utf8", this.#at, end);
    this.#at = end;
    return value;
  }
}
