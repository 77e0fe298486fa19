import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NgramCache } from "../../../bench/memory/ngramCache.ts";

const cacheOf = (texts: Readonly<Record<string, string>>): NgramCache =>
  new NgramCache(Object.entries(texts).map(([path, text]) => ({ path, text })));

describe("the n-gram cache", () => {
  it("goes on to the end of the line, blanks as they were", () => {
    const cache = cacheOf({ a: "x = open_file(path,  mode)\ny = 1\n" });
    assert.equal(cache.complete("b", "z\nx = open_file("), "path,  mode)");
  });

  it("takes what followed the longest context, not what is frequent", () => {
    const often = "use(small)\n".repeat(9);
    const cache = cacheOf({ a: `${often}const big = use(large)\n` });
    assert.equal(cache.complete("b", "const big = use("), "large)");
    assert.equal(cache.complete("b", "other use("), "small)");
  });

  it("takes the most frequent of what followed it", () => {
    const cache = cacheOf({ a: "f(one)\nf(two)\nf(two)\n" });
    assert.equal(cache.complete("b", "f("), "two)");
  });

  it("looks at no more than eight lexemes", () => {
    const eight = "a b c d e f g h";
    const cache = cacheOf({ a: `far ${eight} one\n`, b: `${eight} two\n`, c: `${eight} two\n` });
    assert.equal(cache.complete("d", `far ${eight}`), " two");
  });

  it("does not repeat a blank that the prefix ends with", () => {
    const cache = cacheOf({ a: "return value + 1\n" });
    assert.equal(cache.complete("b", "return "), "value + 1");
    assert.equal(cache.complete("b", "return"), " value + 1");
  });

  it("draws on the prefix, and on nothing else of its file", () => {
    const cache = cacheOf({ a: "call(first)\ncall(secret)\n", b: "other\n" });
    assert.equal(cache.complete("a", "call(first)\ncall("), "first)");
    assert.equal(cache.complete("b", "call("), "first)");
  });

  it("says the most frequent lexeme where it knows nothing, and ends", () => {
    const cache = cacheOf({ a: "x;x;y;\n" });
    assert.equal(cache.complete("b", "unknown"), ";x;y;");
    assert.equal(new NgramCache([]).complete("b", ""), "");
  });
});
