import assert from "node:assert/strict";
import { test } from "node:test";
import { isVague } from "../../../bench/memory/vagueQuestions.ts";

const asks = (query: string, kind: "doc" | "commit" = "doc"): boolean =>
  isVague({ id: "q", kind, query, relevant: [{ path: "a" }] });

test("a vague question names nothing of the code", () => {
  assert.ok(asks("Sorts the edges so that every node comes before what depends on it"));
  for (const query of [
    "Calls `sort`",
    "Calls sort_edges on it",
    "Uses sortEdges",
    "Runs sort() again",
    "Like std::sort",
    "As path.join does",
    "Writes HTML",
  ])
    assert.ok(!asks(query), query);
  assert.ok(!asks("Sorts the edges", "commit"), "no function is meant");
});
