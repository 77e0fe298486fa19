/** What stands behind `@` in a question, spelled as the path that it means. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { maxMentions, withoutScope } from "../../../server/recall/mentions.ts";
import { parseQuestion } from "../../../server/recall/question.ts";
import { spelledMentions } from "../../../server/recall/spelledMentions.ts";

const remembered = [
  ...["LICENSE", "README.md", "a b", "docs/api.md", "docs/sub/docs/old.md", "lib/proto.js"],
  ...["lib/README.md", "one/index.ts", "two/deep/index.ts", "packages/core/x.ts", "src/net/a.ts"],
  ...["test/x.js", "tools/net/b.ts", "wiki/how to.md"],
];

/** The question as spelled; the same when absent. */
const spellings: readonly (readonly [question: string, spelled?: string])[] = [
  ["@docs how?", "@docs/ how?"],
  ["how, in @docs?", "how, in @docs/?"],
  ["@docs.", "@docs/."],
  ["@docs/: what changed?"],
  ["@LICENSE:3 who?", "@./LICENSE:3 who?"],
  ["@./LICENSE who?"],
  ["what does @proto.js do", "what does @lib/proto.js do"],
  ["@proto.js:3-9 why?", "@lib/proto.js:3-9 why?"],
  ["@README.md what?"],
  ["@index.ts:2 what", "@one/index.ts:2 @two/deep/index.ts:2 what"],
  ["@net what", "@src/net/ @tools/net/ what"],
  ["@net/ what", "@src/net/ @tools/net/ what"],
  ["@packages/core what", "@packages/core/ what"],
  ['@"a b" what', '@"./a b" what'],
  ['@"how to.md":4 what', '@"wiki/how to.md":4 what'],
  ["@src/gone/ what"],
  ["@gone.ts what"],
  ["what does @docs\\api.md say"],
  ["what is in @src\\net", "what is in @src/net/"],
  ["@net\\ what", "@src/net/ @tools/net/ what"],
  ["@docs\\Column and @docs\\n what"],
  ["@Docs @license @READ @lib/proto what"],
  ["@pinojs/redact what"],
  ["@Injectable what"],
  ["mail me@docs about it"],
  ["* @test that it holds"],
  ["// @test that it holds"],
  ["@test(works) what"],
  ["@test\ndef works():\n  pass"],
  ["@test\nhow are they run?", "@test/\nhow are they run?"],
  ["`@docs` what"],
  ["how?\n```\n@docs\n```"],
  ["who calls @symbol docs?"],
  ["how is it made? @lib/proto.js", "@lib/proto.js how is it made?"],
  [
    "how is it made? @proto.js, @LICENSE and @docs",
    "@lib/proto.js @./LICENSE @docs/ how is it made?",
  ],
  ["how is it made, @lib/?", "@lib/ how is it made?"],
  ["how is it made:\n@lib/", "@lib/ how is it made"],
  ["怎么做的？@lib/", "@lib/ 怎么做的？"],
  ["看：@docs", "@docs/ 看"],
  ["怎么做的？ @lib/", "@lib/ 怎么做的？"],
  ["how is it made in @lib/?"],
  ["how is it made @lib/"],
  ["how? @Injectable"],
  ["how? @app.route"],
  ["how? @symbol Foo"],
  ["@lib/"],
  ["@lib/ @docs/"],
  ["how? @lib/\n```\ncode\n```"],
];
describe("spelled is:", () => {
  for (const [question, spelled = question] of spellings)
    test(question, () => {
      assert.equal(
        spelledMentions(question, () => remembered),
        spelled,
      );
      assert.equal(
        spelledMentions(spelled, () => remembered),
        spelled,
      );
    });
});

test("what is spelled is read as mentions of these very paths", () => {
  const spelled = spelledMentions('@index.ts @"a b" @docs @LICENSE how?', () => remembered);
  assert.deepEqual(
    parseQuestion(spelled).mentions.map(({ path, isSure }) => [path, isSure]),
    ["one/index.ts", "two/deep/index.ts", "a b", "docs/", "LICENSE"].map((path) => [path, true]),
  );
});

test("of very many files of one name the nearest are meant", () => {
  const many = Array.from({ length: 3 * maxMentions }, (_, n) => `a/${"b/".repeat(n)}index.ts`);
  const { mentions } = parseQuestion(spelledMentions("@index.ts how?", () => many.toReversed()));
  assert.deepEqual(
    mentions.map(({ path }) => path),
    many.slice(0, maxMentions),
  );
});

test("files are listed only where a name has to be looked up", () => {
  const unasked = (): never => assert.fail("no name is to be looked up");
  for (const question of [
    "how?",
    "@src/a.ts how?",
    "how? @src/net/",
    "me@example.com",
    "@./LICENSE",
  ])
    spelledMentions(question, unasked);
});

test("long texts are spelled in their time", () => {
  const blank = " ".repeat(50_000);
  const long = [
    `${"@a ".repeat(30_000)}? ${"@b.ts ".repeat(3_000)}`,
    `${"a ".repeat(50_000)} @lib/`,
    `how${blank}is it @lib/${blank}done`,
    `@lib/${blank}how${blank}, is it`,
    "@".repeat(100_000),
  ];
  for (const question of long) {
    const spelled = spelledMentions(question, () => remembered);
    assert.equal(spelled, question);
    withoutScope(spelled, ["lib/"]);
    withoutScope(`${spelled}${blank}in @lib/`, ["lib/"]);
  }
});
