/** A file's chunks: each fits the window, together they are the file, and they are cut at line breaks where one is near. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { chunksOf, headerOf } from "../../../server/lm/chunks.ts";
import { LmTokenizer } from "../../../server/lm/lmTokenizer.ts";

/** Bytes are tokens, and two blanks are one. */
const tokenizer = new LmTokenizer(Uint32Array.of(32, 32), 261, "tokenizer.bin");
const shape = { window: 64, headerTokens: 32 };
const path = "server/lm/chunks.ts";
const headerLength = 16;

test("a header is the last tokens of the path, and a short path stands whole", () => {
  const header = headerOf(tokenizer, shape, path);
  assert.equal(header[0], tokenizer.fileToken);
  assert.equal(Buffer.from(tokenizer.decode(header)).toString(), "r/lm/chunks.ts\n".slice(-15));
  assert.deepEqual([...headerOf(tokenizer, shape, "a.c")], [257, 97, 46, 99, 10]);
  assert.equal(headerOf(tokenizer, { window: 512, headerTokens: 32 }, "x".repeat(99)).length, 32);
});

test("chunks fit the window and are the file", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 600 }),
        fc
          .array(fc.constantFrom("  ", "a", "\n", "b c"), { maxLength: 400 })
          .map((words) => new Uint8Array(Buffer.from(words.join("")))),
      ),
      (bytes) => {
        const chunks = chunksOf(tokenizer, shape, path, bytes);
        let at = 0;
        for (const chunk of chunks) {
          assert.ok(chunk.tokens.length <= shape.window && chunk.endByte > chunk.startByte);
          assert.deepEqual(chunk.tokens.slice(0, headerLength), headerOf(tokenizer, shape, path));
          assert.equal(chunk.startByte, at);
          const own = tokenizer.decode(chunk.tokens.subarray(chunk.headerLength));
          assert.deepEqual(new Uint8Array(own), bytes.slice(at, chunk.endByte));
          at = chunk.endByte;
        }
        assert.equal(at, bytes.length);
      },
    ),
  );
});

describe("a chunk ends", () => {
  const endsOf = (text: string): number[] =>
    chunksOf(tokenizer, shape, path, Buffer.from(text)).map(({ endByte }) => endByte);
  const room = shape.window - headerLength;
  const cases: Readonly<Record<string, readonly [string, readonly number[]]>> = {
    "in front of the last line break that fits": [
      `${"a".repeat(30)}\n${"b".repeat(10)}\n${"c".repeat(20)}`,
      [41, 62],
    ],
    "at a line break that just fits": [`${"a".repeat(room)}\n${"b".repeat(9)}`, [room, room + 10]],
    "where it is full when the line began too long ago": [
      `${"a".repeat(room / 2)}\n${"b".repeat(60)}`,
      [room, room / 2 + 61],
    ],
    "with the file": ["a\nb\n", [4]],
    "never, for an empty file": ["", []],
  };
  for (const [name, [text, ends]] of Object.entries(cases))
    test(name, () => assert.deepEqual(endsOf(text), ends));
});
