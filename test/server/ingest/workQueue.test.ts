import assert from "node:assert/strict";
import { test } from "node:test";
import { WorkQueue } from "../../../server/ingest/workQueue.ts";

const paths = (queue: WorkQueue, lane: "urgent" | "fill" | "refine"): string[] =>
  queue.take(lane, 100, 1e9).map((item) => item.path);

test("urgent work comes before the fill, and refining waits until it may", () => {
  const queue = new WorkQueue();
  queue.add("a", 1, "refine", true);
  assert.equal(queue.nextLane(false), undefined);
  assert.equal(queue.nextLane(true), "refine");
  queue.add("b", 1, "fill", false);
  queue.add("c", 1, "urgent", true);
  assert.equal(queue.nextLane(true), "urgent");
});

test("a file waits in one lane, the best it was added to", () => {
  const queue = new WorkQueue();
  assert.ok(queue.add("a", 1, "refine", true));
  assert.ok(queue.add("a", 1, "urgent", true));
  assert.equal(queue.add("a", 1, "fill", false), false);
  assert.equal(queue.size, 1);
  assert.deepEqual(paths(queue, "urgent"), ["a"]);
});

test("promoted files come first, in the order given", () => {
  const queue = new WorkQueue();
  for (const path of ["a", "b", "c", "d"]) queue.add(path, 1, "fill", false);
  queue.promote(["d", "missing", "b"]);
  assert.deepEqual(paths(queue, "fill"), ["d", "b", "a", "c"]);
});

test("a batch ends at its bytes but holds one file at least", () => {
  const queue = new WorkQueue();
  queue.add("big", 1_000, "fill", false);
  queue.add("small", 1, "fill", false);
  assert.deepEqual(
    queue.take("fill", 10, 100).map((item) => item.path),
    ["big"],
  );
});
