/** A store of embeddings without sources, for tests of the indexes over it. */
import { cpSync } from "node:fs";
import path from "node:path";
import { MemoryBank } from "../../../server/memory/memoryBank.ts";
import { MemoryWriter } from "../../../server/memory/memoryWriter.ts";
import { packSpans, packSymbols } from "../../../server/memory/packedSpans.ts";
import { storeIdKey } from "../../../server/memory/schema.ts";
import { temporaryFolder, type TemporaryFolder } from "../ingest/treesOnDisk.ts";
import { chunksPerContent } from "../spann/clusteredVectors.ts";

const position = { line: 0, character: 0 };
const span = { range: { start: position, end: position }, enclosingSymbolIdx: -1 };
const spans = packSpans(Array.from({ length: chunksPerContent }, () => span));
const stat = { sizeBytes: 1, mtimeMs: 1, ctimeMs: 1, inode: 1 };

export class EmbeddingStore implements Disposable {
  readonly file: string;
  readonly bank: MemoryBank;
  readonly #name: string;
  readonly #folder: TemporaryFolder;
  readonly #writer: MemoryWriter;
  #closed = false;

  /** A new store of `contents`, or a copy of another one with what lies beside it. */
  constructor(modelId: string, contents: readonly Uint8Array[] | EmbeddingStore) {
    this.#folder = temporaryFolder();
    this.file = path.join(this.#folder.path, "memory.sqlite");
    if (contents instanceof EmbeddingStore)
      cpSync(path.dirname(contents.file), this.#folder.path, { recursive: true });
    this.#writer = new MemoryWriter(this.file);
    this.#writer.useModel(modelId);
    if (!(contents instanceof EmbeddingStore)) this.put(contents, 0);
    this.#name = this.#writer.meta(storeIdKey) as string;
    this.bank = new MemoryBank(this.file);
  }

  get indexFolder(): string {
    return path.join(this.#folder.path, "index");
  }

  /** Writes contents with the names from `first` on; one of a name that is there takes its place. */
  put(contents: readonly Uint8Array[], first: number): void {
    this.#writer.begin();
    for (const [i, vectors] of contents.entries()) {
      const blob = this.#writer.putBlob({
        hash: BigInt(first + i + 1),
        language: "plaintext",
        nLines: 1,
        level: 1,
        fallback: undefined,
        chunks: spans,
        symbols: packSymbols([]),
        nChunks: chunksPerContent,
        columns: Array.from({ length: chunksPerContent * 5 }, () => ""),
        vectors,
      });
      this.#writer.putFile(`${first + i}.txt`, stat, { kind: "remembered", blob }, "");
    }
    this.#writer.commit();
  }

  /** As a restored copy of another store would be, whose embeddings have the same numbers. */
  takeNameOf(other: EmbeddingStore): void {
    this.#writer.setMeta(storeIdKey, other.#name);
  }

  /** Returns the name of the content that a blob is. */
  nameOf(blob: number): number {
    return Number(this.#writer.blobById(blob)?.hash) - 1;
  }

  /** Closes the store; its files stay. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.bank.close();
    this.#writer.close();
  }

  [Symbol.dispose](): void {
    this.close();
    this.#folder[Symbol.dispose]();
  }
}
