import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ftsQuote, termsOfName, termsOfText, termsOfWord } from "../../../server/ingest/terms.ts";

const cases: readonly [word: string, terms: readonly string[]][] = [
  ["getUserName", ["getusername", "get", "user", "name"]],
  ["get_user_name", ["getusername", "get", "user", "name"]],
  ["HTTPServer", ["httpserver", "http", "server"]],
  ["MAX_RETRIES", ["maxretries", "max", "retri"]],
  ["utf8", ["utf8", "utf"]],
  ["parser", ["parser"]],
  ["retries", ["retri"]],
  ["retry", ["retri"]],
  ["Unmarshal", ["unmarsh"]],
  ["unmarshalled", ["unmarsh"]],
  ["unmarshalling", ["unmarsh"]],
  ["unmarshals", ["unmarsh"]],
  ["initialled", ["initi"]],
  ["called", ["call"]],
  ["recalling", ["recal"]],
  ["recall", ["recal"]],
  ["x", []],
  ["404", ["404"]],
  ["1234567890123", []],
  ["数据库连接", ["数据", "据库", "库连", "连接"]],
  ["リトライ", ["リト", "トラ", "ライ"]],
  ["재시도", ["재시", "시도"]],
  ["größe", ["größe"]],
];

for (const [word, terms] of cases) {
  test(`terms of ${word}`, () => assert.deepEqual(termsOfWord(word), terms));
}

test("the writing styles of a name meet in one whole term", () => {
  const wholes = ["getUserName", "get_user_name", "GetUserName", "GET_USER_NAME"].map(
    (name) => termsOfWord(name)[0],
  );
  assert.equal(new Set(wholes).size, 1);
});

test("free text loses English stop words, a name keeps every word", () => {
  assert.deepEqual(termsOfText("where is the cache"), ["cach"]);
  assert.ok(termsOfName("is_the_cache").includes("the"));
});

test("any text gives terms that are safe inside a full-text query", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      for (const term of termsOfText(text)) {
        assert.ok(term.length > 0);
        assert.match(ftsQuote(term), /^"[^"]*"$/);
        assert.doesNotMatch(term, /[\s"]/);
      }
    }),
    { numRuns: 500 },
  );
});
