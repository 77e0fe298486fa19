import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RecentFiles } from "../../../extension/feed/recentFiles.ts";

test("the file looked at comes first, new files last, closed files fall out", () => {
  const recent = new RecentFiles();
  assert.equal(recent.update(["/a", "/b", "/c"], "/b"), true);
  assert.deepEqual(recent.files, ["/b", "/a", "/c"]);
  recent.update(["/a", "/b", "/c"], "/c");
  assert.deepEqual(recent.files, ["/c", "/b", "/a"]);
  recent.update(["/a", "/c", "/d"], undefined);
  assert.deepEqual(recent.files, ["/c", "/a", "/d"]);
});

test("an update says whether anything changed", () => {
  const recent = new RecentFiles();
  recent.update(["/a", "/b"], "/a");
  assert.equal(recent.update(["/b", "/a"], "/a"), false);
  assert.equal(recent.update(["/b", "/a"], "/b"), true);
  assert.equal(recent.update([], undefined), true);
  assert.equal(recent.update([], undefined), false);
});

test("the list holds each open file exactly once", () => {
  const name = fc.constantFrom("/a", "/b", "/c", "/d", "/e");
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.array(name), fc.option(name, { nil: undefined }))),
      (updates) => {
        const recent = new RecentFiles();
        for (const [open, active] of updates) {
          recent.update(open, active);
          assert.deepEqual([...recent.files].sort(), [...new Set(open)].sort());
          if (active !== undefined && open.includes(active)) assert.equal(recent.files[0], active);
        }
      },
    ),
  );
});
