/** A budget that is used up: what the user works on is held, the rest is left out, and comes back when there is room. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeepFile } from "../../../server/deep/deepFiles.ts";
import { code, idOf, openWriter, workspaceOf, type OpenedWriter } from "./writerHarness.ts";

/** As many files of one chunk as fill a budget to its reserve; `more` is one more for which there is no room. */
async function fill(
  opened: OpenedWriter,
  n: number,
): Promise<{ files: DeepFile[]; more: DeepFile }> {
  const files = Array.from({ length: n }, (_, i) => opened.file(`f${i}.ts`, code(`name${i}x`)));
  const more = opened.file("more.ts", code("morex"));
  opened.writer.follow(workspaceOf(files));
  await opened.done();
  opened.setting.capacityBytes = Math.ceil(opened.bank.liveBytes / 0.965);
  assert.deepEqual(opened.bank.setCapacity(opened.setting.capacityBytes), { kind: "done" });
  assert.equal(opened.held().length, n);
  return { files, more };
}

const nFiles = 6;

test("a new file is left out, and encoded when others are gone", async () => {
  await using opened = await openWriter();
  const { files, more } = await fill(opened, nFiles);
  const { nEncoded } = opened;
  opened.writer.follow(workspaceOf([...files, more]));
  const { filesLeftOut, filesEncoded } = await opened.done();
  assert.deepEqual([filesLeftOut, filesEncoded, opened.nEncoded], [1, nFiles, nEncoded]);
  opened.writer.follow(workspaceOf([...files.slice(2), more]));
  assert.equal((await opened.done()).filesLeftOut, 0);
  assert.ok(opened.told().includes(idOf(more)));
});

test("an edited file has its old chunks replaced, and is not left out", async () => {
  await using opened = await openWriter();
  const { files } = await fill(opened, nFiles);
  const edited = opened.file("f0.ts", code("edited"));
  opened.writer.follow(workspaceOf([edited, ...files.slice(1)]));
  const { filesLeftOut, filesEncoded } = await opened.done();
  assert.deepEqual([filesLeftOut, filesEncoded], [0, nFiles]);
  assert.deepEqual(opened.told(), opened.held());
});

test("an edited file that cannot fit leaves nothing of what it was", async () => {
  await using opened = await openWriter();
  const { files } = await fill(opened, nFiles);
  const edited = opened.file("f0.ts", code("edited", 900));
  opened.writer.follow(workspaceOf([edited, ...files.slice(1)]));
  const { filesLeftOut, filesEncoded } = await opened.done();
  assert.deepEqual([filesLeftOut, filesEncoded], [1, nFiles - 1]);
  assert.ok(!opened.held().includes(idOf(edited)));
});

test("a file that is opened in the editor takes the room of what was recalled least, and is pinned while it is open", async () => {
  await using opened = await openWriter();
  const { files, more } = await fill(opened, nFiles);
  opened.writer.follow(workspaceOf([...files, more]));
  assert.equal((await opened.done()).filesLeftOut, 1);
  const isOpen = { ...more, isOpen: true };
  opened.writer.follow(workspaceOf([isOpen, ...files]));
  await opened.done();
  assert.ok(opened.told().includes(idOf(more)));
  assert.ok(opened.bank.liveBytes <= opened.setting.capacityBytes);
  assert.equal(opened.bank.file(idOf(more))?.isPinned, true);
  // What was forgotten is left out, and does not come back to take the room of others.
  opened.writer.follow(workspaceOf([isOpen, ...files]));
  const { nEncoded } = opened;
  const { filesLeftOut } = await opened.done();
  assert.ok(filesLeftOut > 0);
  assert.equal(opened.nEncoded, nEncoded);
  opened.writer.follow(workspaceOf([...files, more]));
  assert.equal(opened.bank.file(idOf(more))?.isPinned, false);
});

test("what was forgotten for a smaller budget is encoded again for a larger one", async () => {
  await using opened = await openWriter();
  const { files } = await fill(opened, nFiles);
  const { capacityBytes } = opened.setting;
  opened.setting.capacityBytes = Math.floor(capacityBytes / 2);
  opened.bank.setCapacity(opened.setting.capacityBytes);
  opened.writer.follow(workspaceOf(files));
  const less = await opened.done();
  assert.ok(less.filesLeftOut >= nFiles / 2 && less.filesLeftOut < nFiles);
  assert.equal(less.filesEncoded, nFiles - less.filesLeftOut);
  assert.ok(opened.bank.liveBytes <= opened.setting.capacityBytes);
  opened.setting.capacityBytes = capacityBytes * 2;
  opened.bank.setCapacity(opened.setting.capacityBytes);
  opened.writer.follow(workspaceOf(files));
  const { filesLeftOut, filesEncoded } = await opened.done();
  assert.deepEqual([filesLeftOut, filesEncoded], [0, nFiles]);
  assert.equal(opened.told().length, nFiles);
});
