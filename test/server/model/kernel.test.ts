/** The kernel against a plain implementation of the same rules, on texts of every sort. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import fc from "fast-check";
import { loadEncoder } from "../../../server/encoderParts.ts";
import { StaticEncoder, type EncoderParts } from "../../../server/model/staticEncoder.ts";
import { Tokenizer } from "../../../server/model/tokenizer.ts";
import { VectorScan } from "../../../server/model/vectorScan.ts";
import { fixtureModelFolder, randomNumbers } from "../workspaceMemoryHarness.ts";
import { embeddingOf, tokensOf, wordsOf } from "./referenceEncoder.ts";

const loaded = loadEncoder(fixtureModelFolder);
assert.equal(loaded.kind, "ready");
const { parts } = loaded as { parts: EncoderParts };
const encoder = new StaticEncoder(parts);
const tokenizer = new Tokenizer(parts);

const utf8 = new TextEncoder();

function textOfWords(bytes: Uint8Array): string[] {
  return wordsOf(bytes).map((word) => Buffer.from(word).toString("latin1"));
}

describe("words", () => {
  const cases: Readonly<Record<string, readonly string[]>> = {
    getHTTPServer2: ["get", "http", "server", "2"],
    "aB ABc AB_c": ["a", "b", "a", "bc", "ab", "c"],
    x1y22Z: ["x", "1", "y", "22", "z"],
    naïve: ["na", "Ã¯", "ve"],
    [`A${"b".repeat(40)}`]: [`a${"b".repeat(31)}`, "b".repeat(9)],
    [`${"A".repeat(32)}b`]: ["a".repeat(31), "ab"],
    [`${"A".repeat(33)}b`]: ["a".repeat(32), "ab"],
    "": [],
    "_ -\u0000\n": [],
  };
  for (const [text, words] of Object.entries(cases))
    test(JSON.stringify(text.slice(0, 20)), () =>
      assert.deepEqual(textOfWords(utf8.encode(text)), words),
    );
});

/** Mixes what the model knows with what it does not, and with bytes that are no text. */
const piece = fc.oneof(
  fc.constantFrom(
    "retry",
    "RetryBackoff",
    "evict_",
    "pictureHTTP2",
    "ｅｖｉｃｔ",
    "漢字",
    "invoice",
  ),
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "A".repeat(31),
    "A".repeat(33),
    "Ab",
    "b".repeat(70),
    "1".repeat(40),
    "é".repeat(20),
  ),
);
const bytes = fc.oneof(
  fc.array(piece).map((pieces) => utf8.encode(pieces.join(""))),
  fc.uint8Array({ maxLength: 300 }),
);

test("tokens are those of the reference, byte for byte", () => {
  fc.assert(
    fc.property(bytes, (input) => {
      assert.deepEqual([...tokenizer.tokenize(input)], tokensOf(input, parts.model));
    }),
    { numRuns: 2_000, seed: 1 },
  );
});

test("the first tokens of a text are the first of its bytes' tokens", () => {
  const text = fc.array(piece).map((pieces) => pieces.join(" "));
  fc.assert(
    fc.property(text, fc.nat({ max: 40 }), (whole, maxTokens) => {
      const all = tokenizer.tokenize(utf8.encode(whole));
      assert.deepEqual(tokenizer.firstTokens(whole, maxTokens), all.slice(0, maxTokens));
    }),
    { numRuns: 500, seed: 5 },
  );
  const { maxBytes } = parts.model;
  const long = "é".repeat(maxBytes);
  assert.deepEqual(
    tokenizer.firstTokens(long, maxBytes * 2),
    tokenizer.tokenize(utf8.encode(long.slice(0, maxBytes / 2))),
    "what is beyond the limit is not read",
  );
});

/** The kernel divides in single precision, so a value that lies between two numbers may go either way. */
function assertNear(actual: Int8Array, exact: readonly number[]): void {
  for (const [d, value] of exact.entries())
    assert.ok(
      Math.abs((actual[d] as number) - value) <= 0.5001,
      `dimension ${d}: ${actual[d]} for ${value}`,
    );
}

test("embeddings are those of the reference", () => {
  fc.assert(
    fc.property(bytes, (input) => {
      assertNear(encoder.encodeBytes(input), embeddingOf(input, parts.model));
    }),
    { numRuns: 1_000, seed: 2 },
  );
});

for (const tokenCap of [0, 1, 3]) {
  test(`a cap of ${tokenCap} holds over many texts`, () => {
    const model = { ...parts.model, tokenCap };
    const capped = new StaticEncoder({ ...parts, model });
    fc.assert(
      fc.property(bytes, (input) => {
        assertNear(capped.encodeBytes(input), embeddingOf(input, model));
      }),
      { numRuns: 500, seed: 3 },
    );
  });
}

test("a long text does not overflow, and what is beyond the limit is not read", () => {
  const model = { ...parts.model, tokenCap: 0, maxBytes: 100_000 };
  const long = new StaticEncoder({ ...parts, model });
  for (const text of ["evict ".repeat(16_000), "evict ".repeat(50_000), "ab1".repeat(200_000)]) {
    const input = utf8.encode(text);
    assertNear(long.encodeBytes(input), embeddingOf(input, model));
  }
});

test("spans of a text are encoded as if they stood alone", () => {
  const text = fc.array(piece).map((pieces) => pieces.join(" "));
  fc.assert(
    fc.property(text, fc.nat(), fc.nat(), (whole, a, b) => {
      const [start, end] = [a % (whole.length + 1), b % (whole.length + 1)].sort(
        (x, y) => x - y,
      ) as [number, number];
      const both = encoder.encodeSpans(whole, [start, end, 0, whole.length]);
      const dimensions = encoder.dimensions;
      assert.deepEqual(
        both.slice(0, dimensions),
        encoder.encodeBytes(utf8.encode(whole.slice(start, end))),
      );
      assert.deepEqual(both.slice(dimensions), encoder.encodeText(whole));
    }),
    { numRuns: 500, seed: 4 },
  );
});

test("a file of many megabytes is encoded span by span", () => {
  const text = "retry the invoice\n".repeat(200_000);
  const vectors = encoder.encodeSpans(text, [0, 18, text.length - 18, text.length]);
  assert.deepEqual(vectors.slice(0, encoder.dimensions), vectors.slice(encoder.dimensions));
});

describe("the exact scan", () => {
  const { dimensions } = parts.model;

  /** `n` random embeddings, some of them zero and some twice. */
  function vectorsOf(n: number, seed: number): Int8Array {
    const random = randomNumbers(seed);
    const vectors = new Int8Array(n * dimensions).map(() => Math.round(random() * 254 - 127));
    for (let i = 0; i < n; i++) {
      const kind = random();
      if (kind < 0.05) vectors.fill(0, i * dimensions, (i + 1) * dimensions);
      else if (kind < 0.1) vectors.copyWithin(i * dimensions, 0, dimensions);
    }
    return vectors;
  }

  function isZero(vector: Int8Array): boolean {
    return vector.every((value) => value === 0);
  }

  function cosine(a: Int8Array, b: Int8Array): number {
    const dot = (x: Int8Array, y: Int8Array): number =>
      x.reduce((sum, value, i) => sum + value * (y[i] as number), 0);
    const size = Math.sqrt(dot(a, a) * dot(b, b));
    return size === 0 ? 0 : dot(a, b) / size;
  }

  test("returns what a sort of all similarities returns", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 40 }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 60 }),
        fc.nat(),
        (sizes, k, seed) => {
          const scan = new VectorScan(dimensions, parts.kernel);
          const query = vectorsOf(2, seed + 1).slice(dimensions);
          const all: { group: number; isNothing: boolean; similarity: number }[] = [];
          sizes.forEach((n, group) => {
            const vectors = vectorsOf(n, seed + group);
            scan.add(group, new Uint8Array(vectors.buffer));
            if (group % 3 === 1) scan.remove(group - 1);
            for (let idx = 0; idx < n; idx++) {
              const vector = vectors.subarray(idx * dimensions, (idx + 1) * dimensions);
              all.push({ group, isNothing: isZero(vector), similarity: cosine(vector, query) });
            }
          });
          const left = all.filter(({ group }) => scan.has(group));
          assert.equal(scan.size, left.length);
          const best = left
            .filter(({ isNothing }) => !isNothing)
            .sort((a, b) => b.similarity - a.similarity)
            .slice(0, k);
          const found = scan.search(query, k);
          assert.equal(found.length, isZero(query) ? 0 : best.length);
          found.forEach((each, i) => {
            assert.ok(Math.abs(each.similarity - (best[i]?.similarity ?? 0)) < 1e-5);
            const own = scan.similarity(each.group, each.idx);
            assert.ok(Math.abs((own ?? 2) - each.similarity) < 1e-5);
          });
        },
      ),
      { numRuns: 200, seed: 5 },
    );
  });

  test("goes over more than one block, and packs what is left after removals", () => {
    const scan = new VectorScan(dimensions, parts.kernel);
    const nGroups = 60;
    const vectors = Array.from({ length: nGroups }, (_, group) => vectorsOf(700, group + 1));
    vectors.forEach((each, group) => scan.add(group, new Uint8Array(each.buffer)));
    const fullBytes = scan.sizeBytes;
    for (let group = 0; group < nGroups; group++) if (group % 7 !== 3) scan.remove(group);
    assert.ok(scan.sizeBytes < fullBytes / 2, "memory is given back");
    for (const group of scan.keys()) {
      const at = (group * 11) % 700;
      const query = (vectors[group] as Int8Array).slice(at * dimensions, (at + 1) * dimensions);
      if (isZero(query)) continue;
      const [nearest] = scan.search(query, 1);
      assert.ok((nearest?.similarity ?? 0) > 0.99999);
      assert.ok((scan.similarity(group, at) ?? 0) > 0.99999);
    }
  });

  test("a question of zeros is near to nothing, and an impossible one is refused", () => {
    const scan = new VectorScan(dimensions, parts.kernel);
    scan.add(1, new Uint8Array(vectorsOf(3, 1).buffer));
    assert.deepEqual(scan.search(new Int8Array(dimensions), 5), []);
    assert.deepEqual(scan.search(vectorsOf(1, 9), 0), []);
    assert.throws(() => scan.search(new Int8Array(dimensions + 1), 5), RangeError);
    assert.throws(() => scan.add(2, new Uint8Array(dimensions + 1)), RangeError);
  });
});

test("the kernel has no imports, so that it can do nothing but compute", async () => {
  const wasm = readFileSync(new URL("../../../dist/kernel.wasm", import.meta.url));
  const { WebAssembly } = globalThis as unknown as {
    WebAssembly: {
      Module: { imports(module: unknown): unknown[] };
      compile(bytes: Uint8Array): Promise<unknown>;
    };
  };
  assert.deepEqual(WebAssembly.Module.imports(await WebAssembly.compile(wasm)), []);
});
