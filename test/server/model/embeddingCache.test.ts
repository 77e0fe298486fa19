import assert from "node:assert/strict";
import { test } from "node:test";
import { cacheKey, EmbeddingCache } from "../../../server/model/embeddingCache.ts";

const embedding = (value: number): Float32Array => new Float32Array(16).fill(value);

test("keys are equal for equal tokens only", () => {
  const lists = [[], [0], [0, 0], [1, 2], [2, 1], [0xd800, 0xdc00], [0xd800], [0xffff]];
  const keys = lists.map((tokens) => cacheKey(Uint16Array.from(tokens)));
  assert.equal(new Set(keys).size, lists.length);
  assert.equal(cacheKey(Uint16Array.of(1, 2)), keys[3]);
});

test("what was not asked for longest goes first", () => {
  const sizeOfOne = new EmbeddingCache(1_000);
  sizeOfOne.set("a", embedding(0));
  const cache = new EmbeddingCache(sizeOfOne.sizeBytes * 3);
  for (const key of ["a", "b", "c"]) cache.set(key, embedding(1));
  cache.get("a");
  cache.set("d", embedding(1));
  assert.deepEqual(
    ["a", "b", "c", "d"].filter((key) => cache.get(key) !== undefined),
    ["a", "c", "d"],
  );
  assert.equal(cache.sizeBytes, sizeOfOne.sizeBytes * 3);
});

test("an embedding that is set again counts once", () => {
  const cache = new EmbeddingCache(1_000);
  cache.set("a", embedding(1));
  const { sizeBytes } = cache;
  cache.set("a", embedding(2));
  assert.equal(cache.sizeBytes, sizeBytes);
  assert.deepEqual(cache.get("a"), embedding(2));
});

test("what is larger than the bound is not kept", () => {
  const cache = new EmbeddingCache(100);
  cache.set("a", embedding(1));
  assert.equal(cache.get("a"), undefined);
  assert.equal(cache.sizeBytes, 0);
});
