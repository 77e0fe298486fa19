/** What the memory knows of one root's files without reading them: by content, by name and by definition. */
import type { SymbolInfo } from "../../protocol/types.ts";
import { ftsQuote, termsOfName } from "../ingest/terms.ts";
import { inColumn, symbolInfo, type MemoryBank } from "../memory/memoryBank.ts";

const maxChunks = 200;
const maxPaths = 20;

export class RootPlaces {
  readonly #bank: () => MemoryBank | undefined;

  /** `bank` returns the root's memory, `undefined` while there is none. */
  constructor(bank: () => MemoryBank | undefined) {
    this.#bank = bank;
  }

  /** Hash of a remembered file's content in sixteen hex digits, `undefined` when it is not remembered. */
  fileHash(path: string): string | undefined {
    const hash = this.#reading((bank) => bank.blobOfPath(path)?.hash);
    return hash === undefined ? undefined : hexOf(hash);
  }

  /**
   * Files in which text of another file may stand now, the most likely first: those that hold what that file held, those
   * of its name, those that define the symbol.
   */
  whereMoved(path: string, fileHash: string | undefined, symbol: string | undefined): string[] {
    const found = this.#reading((bank) => {
      const files = bank.fileContents();
      const name = path.split("/").at(-1);
      return [
        ...files.filter(({ hash }) => hexOf(hash) === fileHash).map((file) => file.path),
        ...files.map((file) => file.path).filter((each) => each.split("/").at(-1) === name),
        ...(symbol === undefined ? [] : pathsDefining(bank, symbol)),
      ];
    });
    return [...new Set(found ?? [])].filter((each) => each !== path).slice(0, maxPaths);
  }

  /** The innermost definition around a line, `undefined` when there is none. */
  symbolAt(path: string, line: number): SymbolInfo | undefined {
    return this.#reading((bank) => {
      const symbols = bank.blobOfPath(path)?.symbols ?? [];
      const idx = symbols.findLastIndex(
        ({ range }) => range.start.line <= line && line <= range.end.line,
      );
      return symbolInfo(symbols, idx);
    });
  }

  #reading<T>(read: (bank: MemoryBank) => T): T | undefined {
    const bank = this.#bank();
    return bank?.reading(() => read(bank));
  }
}

/** The store's numbers are signed; a hash is written without a sign, like that of a citation's text. */
function hexOf(hash: bigint): string {
  return BigInt.asUintN(64, hash).toString(16).padStart(16, "0");
}

function pathsDefining(bank: MemoryBank, symbol: string): string[] {
  const [whole] = termsOfName(symbol);
  if (whole === undefined) return [];
  return bank
    .chunksWith(inColumn("symbol", ftsQuote(whole)), maxChunks)
    .flatMap((chunkId) => bank.blobOfChunk(chunkId)?.paths ?? []);
}
