import assert from "node:assert/strict";
import { test } from "node:test";
import { askedAt } from "../../../server/history/askedAt.ts";

const tree = ["src/gate.ts", "yard/crane.ts", "yard/old/lift.ts"];

const cases: readonly (readonly [
  query: string,
  named: readonly string[],
  paths: readonly string[],
])[] = [
  ["where is openGate, @gate.ts?", ["src/gate.ts"], []],
  ["@yard where is openGate?", ["yard/"], []],
  ["@old/ where is openGate?", ["yard/old/"], []],
  ["@lift.ts", ["yard/old/lift.ts"], ["yard/old/lift.ts"]],
  ["@gone.ts where is openGate?", ["gone.ts"], []],
  ["where is openGate of @Gate?", [], []],
];
for (const [query, named, paths] of cases)
  test(`of the tree's files are meant: ${query}`, () => {
    const asked = askedAt(query, () => tree);
    assert.deepEqual(
      asked.mentions.map(({ path }) => path),
      named,
    );
    assert.deepEqual(asked.paths, paths);
    assert.equal(asked.names.includes("openGate"), query.includes("openGate"));
  });
