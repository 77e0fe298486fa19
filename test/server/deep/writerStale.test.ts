/** What a file said before is not told, however long it takes until what it says now is encoded. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeepFile } from "../../../server/deep/deepFiles.ts";
import { code, idOf, openWriter, workspaceOf, type OpenedWriter } from "./writerHarness.ts";

const causes: Readonly<Record<string, (opened: OpenedWriter, changed: DeepFile) => void>> = {
  "while encoding is paused": ({ writer }) => writer.setPaused(true),
  "while the machine is short of memory": ({ setting }) => (setting.availableBytes = 1e6),
  "when the file is deleted before it is read": (opened, changed) => opened.erase(changed),
  "when the file changes again before it is read": (opened) => opened.file("x.ts", code("third")),
};

for (const [name, prevent] of Object.entries(causes))
  test(`a changed file is not told as it was ${name}`, async () => {
    await using opened = await openWriter();
    const [a, b] = [opened.file("x.ts", code("first")), opened.file("y.ts", code("other"))];
    opened.writer.follow(workspaceOf([a, b]));
    await opened.done();
    assert.deepEqual(opened.told(), [idOf(a), idOf(b)]);
    const changed = opened.file("x.ts", code("second"));
    prevent(opened, changed);
    opened.writer.follow(workspaceOf([changed, b]));
    await opened.until(
      ({ pause, filesToEncode }) =>
        pause === "memoryPressure" || filesToEncode === 0 || name.includes("paused"),
    );
    assert.deepEqual(opened.told(), [idOf(b)]);
  });

test("a changed file is told again as soon as it is encoded", async () => {
  await using opened = await openWriter();
  opened.writer.follow(workspaceOf([opened.file("x.ts", code("first"))]));
  await opened.done();
  const changed = opened.file("x.ts", code("second"));
  opened.writer.follow(workspaceOf([changed]));
  assert.deepEqual(opened.told(), []);
  await opened.done();
  assert.deepEqual(opened.told(), [idOf(changed)]);
});
