import assert from "node:assert/strict";
import { test } from "node:test";
import { isNamed, isWithin, mentionTrace } from "../../../server/recall/namedPaths.ts";

const cases: readonly (readonly [path: string, named: string, is: boolean, byItsEnd: boolean])[] = [
  ["src/a.ts", "src/a.ts", true, true],
  ["src/a.ts", "src/", true, true],
  ["src/net/a.ts", "src/", true, true],
  ["src/a.ts", "a.ts", false, true],
  ["src/ba.ts", "a.ts", false, false],
  ["src2/a.ts", "src/", false, false],
  ["src/a.ts", "src", false, false],
  ["src/a.ts.md", "src/a.ts", false, false],
];
for (const [path, named, is, byItsEnd] of cases)
  test(`${named} means ${path}: ${is ? "yes" : byItsEnd ? "by its end" : "no"}`, () => {
    assert.equal(isWithin(path, ["other/", named]), is);
    assert.equal(isNamed(path, ["other/", named]), byItsEnd);
  });

test("what may be no path is not missed", () => {
  const mentions = [
    { path: "src/", isSure: true },
    { path: "src/", isSure: true },
    { path: "app.route", isSure: false },
    { path: "gone/", isSure: true },
  ];
  assert.deepEqual(
    mentionTrace(mentions, (path) => path === "src/"),
    { within: ["src/"], missing: ["gone/"] },
  );
});
