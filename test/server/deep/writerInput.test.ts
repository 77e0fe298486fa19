/** Files and numbers that are not as they should be: they are left out and counted, and all others are encoded. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { code, idOf, openWriter, workspaceOf } from "./writerHarness.ts";

for (const number of [Number.NaN, Number.POSITIVE_INFINITY])
  test(`a file of which the model makes ${number} is left out until it changes`, async () => {
    await using opened = await openWriter();
    const [bad, good] = [opened.file("bad.ts", code("bad")), opened.file("good.ts", code("good"))];
    opened.spoil = (chunk) =>
      opened.nEncoded > 0
        ? chunk
        : { ...chunk, keys: chunk.keys.map((key, i) => (i === 7 ? number : key)) };
    opened.writer.follow(workspaceOf([bad, good]));
    const progress = await opened.done();
    assert.deepEqual([progress.filesLeftOut, progress.filesEncoded], [1, 1]);
    assert.deepEqual(opened.held(), [idOf(good)]);
    const { nEncoded } = opened;
    opened.writer.follow(workspaceOf([bad, good]));
    assert.equal((await opened.done()).filesLeftOut, 1);
    assert.equal(opened.nEncoded, nEncoded);
    opened.writer.follow(workspaceOf([opened.file("bad.ts", code("better")), good]));
    assert.equal((await opened.done()).filesLeftOut, 0);
  });

test("a line of 10 MB is counted as too large, and what there was of the file goes", async () => {
  await using opened = await openWriter();
  const before = opened.file("line.json", "[1, 2, 3]\n");
  const good = opened.file("good.ts", code("good"));
  opened.writer.follow(workspaceOf([before, good]));
  await opened.done();
  const { nEncoded } = opened;
  const line = opened.file("line.json", "[1]".repeat(3_500_000));
  opened.writer.follow(workspaceOf([{ ...line, isOpen: true }, good]));
  const progress = await opened.done();
  assert.deepEqual(
    [progress.filesTooLarge, progress.filesLeftOut, progress.filesEncoded],
    [1, 0, 1],
  );
  assert.deepEqual(opened.held(), [idOf(good)]);
  assert.equal(opened.nEncoded, nEncoded);
});

test("a line as long as a file may be that does not fit is not encoded", async () => {
  await using opened = await openWriter({ capacityBytes: 1_000_000 });
  const line = opened.file(
    "line.json",
    Array.from({ length: 50_000 }, (_, i) => i * 7919)
      .join()
      .slice(0, 390_000),
  );
  const good = opened.file("good.ts", code("good"));
  opened.writer.follow(workspaceOf([line, good]));
  const progress = await opened.done();
  assert.deepEqual([progress.filesLeftOut, progress.filesEncoded], [1, 1]);
  assert.ok(opened.nEncoded > 0 && opened.nEncoded < 10);
});

test("a file without text is held with nothing in it", async () => {
  await using opened = await openWriter();
  const empty = opened.file("empty.ts", "");
  opened.writer.follow(workspaceOf([empty]));
  assert.equal((await opened.done()).filesEncoded, 1);
  assert.deepEqual([opened.held(), opened.told()], [[idOf(empty)], []]);
});
