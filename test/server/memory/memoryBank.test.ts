import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { DamagedError } from "../../../server/memory/database.ts";
import { MemoryBank } from "../../../server/memory/memoryBank.ts";
import { MemoryWriter, type BlobContent } from "../../../server/memory/memoryWriter.ts";
import { packSpans, packSymbols } from "../../../server/memory/packedSpans.ts";
import { temporaryFolder } from "../ingest/treesOnDisk.ts";

const position = (line: number): { line: number; character: number } => ({ line, character: 0 });

function contentOf(word: string, level: 0 | 1, chunks?: Uint8Array): BlobContent {
  const span = { range: { start: position(0), end: position(1) }, enclosingSymbolIdx: -1 };
  return {
    hash: 7n,
    language: "plaintext",
    nLines: 1,
    level,
    fallback: undefined,
    chunks: chunks ?? packSpans([span]),
    symbols: packSymbols([]),
    nChunks: 1,
    columns: ["", "", "", word, ""],
    vectors: undefined,
  };
}

function putFile(writer: MemoryWriter, content: BlobContent): void {
  writer.begin();
  const stat = { sizeBytes: 1, mtimeMs: 1, ctimeMs: 1, inode: 1 };
  writer.putFile("a.txt", stat, { kind: "remembered", blob: writer.putBlob(content) }, "a");
  writer.commit();
}

test("what belongs together is read from one state, though the writer goes on", () => {
  using folder = temporaryFolder();
  const file = path.join(folder.path, "memory.sqlite");
  const writer = new MemoryWriter(file);
  putFile(writer, contentOf("zebra", 0));
  const bank = new MemoryBank(file);
  const weights = [1, 1, 1, 1, 1];
  bank.reading(() => {
    const [hit] = bank.searchChunks('"zebra"', weights, 5);
    putFile(writer, contentOf("zebra", 1));
    assert.deepEqual(bank.blobOfChunk(hit?.chunkId ?? 0)?.paths, ["a.txt"]);
    assert.equal(bank.blobOfPath("a.txt")?.level, 0);
  });
  assert.equal(
    bank.reading(() => bank.blobOfPath("a.txt")?.level),
    1,
  );
  assert.throws(
    () =>
      bank.reading(() => {
        throw new RangeError("fault of the reader");
      }),
    RangeError,
  );
  assert.equal(
    bank.reading(() => bank.documentFrequency("zebra")),
    1,
  );
  bank.close();
  writer.close();
});

test("spans that cannot be what was written are damage", () => {
  using folder = temporaryFolder();
  const file = path.join(folder.path, "memory.sqlite");
  const writer = new MemoryWriter(file);
  putFile(writer, contentOf("zebra", 1, new Uint8Array([200])));
  const bank = new MemoryBank(file);
  assert.throws(() => bank.blobOfPath("a.txt")?.spans, DamagedError);
  bank.close();
  writer.close();
});
