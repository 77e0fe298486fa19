/** What the writer lets go, and what it hides: only what is known to be gone goes, and nothing old is told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { code, idOf, openWriter, workspaceOf } from "./writerHarness.ts";

test("the memory of a folder that cannot be read yet is kept, and told again when it can", async () => {
  await using opened = await openWriter();
  const a = opened.file("x.ts", code("a"));
  const b = opened.file("y.ts", code("b"), { rootId: "b" });
  opened.writer.follow(workspaceOf([a, b]));
  await opened.done();
  const { nEncoded } = opened;
  assert.equal(nEncoded, 2);

  await opened.stop();
  await opened.start();
  for (const unread of [["a", "b"], ["b"]]) {
    opened.writer.follow(workspaceOf([a, b], unread));
    await opened.done();
    assert.deepEqual(opened.held(), [idOf(a), idOf(b)], `without ${unread.join()}`);
    // Its files may have changed meanwhile.
    assert.deepEqual(opened.told(), unread.includes("a") ? [] : [idOf(a)]);
  }
  opened.writer.follow(workspaceOf([a, b]));
  await opened.done();
  assert.deepEqual(opened.told(), [idOf(a), idOf(b)]);
  assert.equal(opened.nEncoded, nEncoded);
});

test("the memory of a folder that left the workspace is let go, but not while nothing can be read", async () => {
  await using opened = await openWriter();
  const a = opened.file("x.ts", code("a"));
  const b = opened.file("y.ts", code("b"), { rootId: "b" });
  opened.writer.follow(workspaceOf([a, b]));
  await opened.done();
  opened.writer.follow(workspaceOf([]));
  assert.deepEqual(opened.held(), [idOf(a), idOf(b)]);
  opened.writer.follow(workspaceOf([a]));
  assert.deepEqual(opened.held(), [idOf(a)]);
});
