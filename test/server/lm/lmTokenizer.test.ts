/** Tokens of code: nothing is lost, and they are those of the plain rules, whatever the bytes. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { LmTokenizer } from "../../../server/lm/lmTokenizer.ts";
import { pieceEnd } from "../../../server/lm/pieces.ts";
import { ModelFaultError } from "../../../server/model/modelFault.ts";
import { letters, randomNumbers } from "../workspaceMemoryHarness.ts";

const nMerges = 400;
const vocabulary = 256 + nMerges + 4;
const merges = someMerges();
const tokenizer = new LmTokenizer(merges, vocabulary, "tokenizer.bin");
const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** Merges of random tokens, mostly of letters and blanks, as a trainer could have made them. */
function someMerges(): Uint32Array {
  const random = randomNumbers(3);
  const bytes = Array.from({ length: 256 }, () => 1);
  const seen = new Set<string>();
  const pairs: number[] = [];
  const start = " \n\tabcdeABC(){}\u00c3\u00a9";
  const anyToken = (): number =>
    random() < 0.5 || bytes.length === 256
      ? start.charCodeAt(Math.floor(random() * start.length))
      : 256 + Math.floor(random() * (bytes.length - 256));
  while (bytes.length < 256 + nMerges) {
    const [left, right] = [anyToken(), anyToken()];
    const length = (bytes[left] as number) + (bytes[right] as number);
    if (length > 34 || seen.has(`${left} ${right}`)) continue;
    seen.add(`${left} ${right}`);
    bytes.push(length);
    pairs.push(left, right);
  }
  return Uint32Array.from(pairs);
}

/** The trainer's regular expression, over text with one letter for each byte. */
const piece =
  /\n[ \t]{0,32}| ?[A-Z]{1,32}(?![a-z])| ?[A-Z]?[a-z]{1,32}|[0-9]| ?[!-/:-@[-`{-~]{1,8}|[ \t]{1,32}|[\x80-\xff]{1,32}|[\x00-\x1f\x7f]|[A-Z]/g;

function piecesOf(bytes: Uint8Array): string[] {
  const found: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = pieceEnd(bytes, at);
    found.push(textOf(bytes.subarray(at, end)));
    at = end;
  }
  return found;
}

/** Every merge in order of rank, over each piece. */
function tokensPlainly(bytes: Uint8Array): number[] {
  return (textOf(bytes).match(piece) ?? []).flatMap((text) => {
    let tokens = [...latin1(text)];
    for (let rank = 0; rank < nMerges; rank++) {
      const merged: number[] = [];
      for (let i = 0; i < tokens.length; i++) {
        const fits = tokens[i] === merges[rank * 2] && tokens[i + 1] === merges[rank * 2 + 1];
        merged.push(fits ? 256 + rank : (tokens[i] as number));
        if (fits) i++;
      }
      tokens = merged;
    }
    return tokens;
  });
}

/** Bytes that are anything, and those that code is made of, in runs. */
const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .array(
      fc.tuple(fc.constantFrom(..." \n\t\raZbQ_({.9\u00e9\u0000"), fc.integer({ min: 1, max: 70 })),
    )
    .map((runs) => latin1(runs.map(([letter, n]) => letter.repeat(n % 35)).join(""))),
  fc
    .array(fc.integer({ min: 0, max: 255 + nMerges }), { maxLength: 60 })
    .map((tokens) => new Uint8Array(tokenizer.decode(tokens))),
);

test("pieces are those of the trainer's expression", () => {
  fc.assert(
    fc.property(anyBytes, (bytes) =>
      assert.deepEqual(piecesOf(bytes), textOf(bytes).match(piece) ?? []),
    ),
  );
});

test("tokens are those of every merge in order, and give the text back", () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const tokens = tokenizer.encode(bytes);
      assert.deepEqual([...tokens], tokensPlainly(bytes));
      assert.deepEqual(new Uint8Array(tokenizer.decode(tokens)), bytes);
    }),
  );
});

test("more pieces than are remembered have the same tokens", () => {
  const words = Array.from({ length: 70_000 }, (_, i) => letters(i));
  const bytes = latin1(words.join(" "));
  const tokens = tokenizer.encode(bytes);
  assert.deepEqual(new Uint8Array(tokenizer.decode(tokens)), bytes);
  assert.deepEqual(tokenizer.encode(bytes), tokens);
});

test("special tokens have no text, and what is no token is refused", () => {
  assert.equal(tokenizer.fileToken, vocabulary - 4);
  assert.deepEqual(textOf(tokenizer.decode([97, tokenizer.fileToken, vocabulary - 1, 98])), "ab");
  for (const token of [vocabulary, -1, 0.5, Number.NaN])
    assert.throws(() => tokenizer.decode([token]), RangeError);
});

describe("a tokenizer is refused with", () => {
  const doubling = Uint32Array.from(
    Array.from({ length: 40 }, (_, i) => (i === 0 ? 97 : 255 + i)).flatMap((id) => [id, id]),
  );
  const refused: Readonly<Record<string, readonly [Uint32Array, number, string]>> = {
    "tokens that grow without end": [doubling, 1_000, "tokenizer"],
    "a merge that is there twice": [Uint32Array.of(97, 98, 97, 98), 1_000, "tokenizer"],
    "more merges than the vocabulary has room for": [merges, vocabulary - 1, "dimensions"],
    "more tokens than fit into 16 bits": [merges, 65_537, "dimensions"],
  };
  for (const [name, [given, size, kind]] of Object.entries(refused))
    test(name, () =>
      assert.throws(
        () => new LmTokenizer(given, size, "tokenizer.bin"),
        (error) => error instanceof ModelFaultError && error.fault.kind === kind,
      ),
    );
});
