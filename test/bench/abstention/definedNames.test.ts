import assert from "node:assert/strict";
import { test } from "node:test";
import { definedNames, inventedNames, wordsOf } from "../../../bench/abstention/definedNames.ts";
import type { EvalRepository } from "../../../bench/recall/evalSet.ts";
import { workspace } from "../../server/workspaceMemoryHarness.ts";

const files = {
  "a.ts": "export function parseRetryAfter() {}\nfunction run() {}\nclass Recaller {}\n",
  "b.py": "def read_all_lines():\n    pass\n",
  "c.go": "func (s *Store) KeepOldest() {}\nfunc parseRetryAfter() {}\n",
  "d.c": "static int close_files(struct pool *pool)\n{\n}\n",
  "E.java": "  private static int countAll(int n) {\n  }\n",
};

function repositoryIn(treeDir: string): EvalRepository {
  const knownFiles = new Set(Object.keys(files));
  return { name: "r", treeDir, questionsFile: "", questions: [], knownFiles };
}

test("names of several words and capitalised ones count where one file defines them", () => {
  using place = workspace(files);
  assert.deepEqual(definedNames(repositoryIn(place.folder)), [
    { name: "KeepOldest", path: "c.go" },
    { name: "Recaller", path: "a.ts" },
    { name: "close_files", path: "d.c" },
    { name: "countAll", path: "E.java" },
    { name: "read_all_lines", path: "b.py" },
  ]);
});

test("an invented name stands nowhere in the tree, and is one of others or made of the tree's own words", () => {
  using place = workspace(files);
  const repository = repositoryIn(place.folder);
  const others = [
    { name: "Scheduler", path: "x" },
    { name: "keepOldest", path: "x" },
  ];
  const invented = inventedNames(repository, definedNames(repository), others, 9, 1);
  const text = Object.values(files).join("\n").toLowerCase();
  assert.ok(invented.includes("Scheduler"));
  assert.ok(invented.length > 1);
  for (const name of invented) assert.ok(!text.includes(name.toLowerCase()), name);
  const known = new Set([...text.matchAll(/[a-z]+/g)].map(([word]) => word));
  for (const name of invented.filter((each) => each !== "Scheduler"))
    for (const word of wordsOf(name))
      assert.ok(
        [...known].some((each) => each.includes(word.toLowerCase())),
        name,
      );
});

test("a name falls into words at its humps and underscores", () => {
  assert.deepEqual(wordsOf("parseRetryAfter"), ["parse", "Retry", "After"]);
  assert.deepEqual(wordsOf("_close_files"), ["close", "files"]);
});
