/** Long files: what is encoded of one is not lost, whatever comes between. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { limitDisk } from "../../fixtures/fullDisk.ts";
import { cutFile } from "../../../server/deep/chunkWork.ts";
import { code, idOf, openWriter, workspaceOf, type OpenedWriter } from "./writerHarness.ts";

const text = code("long", 250);

function nChunks({ model }: OpenedWriter, of = text): number {
  const { tokenizer, shape } = model.parts;
  return new Set(cutFile(tokenizer, shape, "long.ts", of).map(({ chunkHash }) => chunkHash)).size;
}

/** Resolves when `n` chunks more are encoded, and does something at once. */
function after(opened: OpenedWriter, n: number, act: () => void): Promise<void> {
  const at = opened.nEncoded + n;
  return new Promise((resolve) => {
    opened.onEncoded = () => {
      if (opened.nEncoded !== at) return;
      act();
      resolve();
    };
  });
}

test("a new list of the same files, and files that come first, lose nothing that is encoded", async () => {
  await using opened = await openWriter();
  const n = nChunks(opened);
  assert.ok(n > 16, `${n} chunks`);
  const long = opened.file("long.ts", text);
  const first = { ...opened.file("first.ts", code("first")), isOpen: true };
  const same = after(opened, 3, () => opened.writer.follow(workspaceOf([{ ...long }])));
  opened.writer.follow(workspaceOf([long]));
  await same;
  let order: string[] = [];
  await after(opened, 2, () => opened.writer.follow(workspaceOf([first, { ...long }])));
  await opened.until(({ filesEncoded }) => filesEncoded === 1);
  order = opened.told();
  // Half of the long one is in the bank, and not told of.
  assert.deepEqual(order, [idOf(first)]);
  assert.ok(opened.held().includes(idOf(long)));
  await opened.done();
  assert.deepEqual(opened.told(), [idOf(first), idOf(long)]);
  assert.equal(opened.nEncoded, n + 1);
});

test("a file goes on after a pause, want of memory and a restart where it was", async (t) => {
  await using opened = await openWriter();
  const n = nChunks(opened);
  const long = opened.file("long.ts", text);
  const paused = after(opened, 3, () => opened.writer.setPaused(true));
  opened.writer.follow(workspaceOf([long]));
  await paused;
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const short = after(opened, 3, () => (opened.setting.availableBytes = 1e6));
  opened.writer.setPaused(false);
  await short;
  await opened.until(({ pause }) => pause === "memoryPressure");
  opened.setting.availableBytes = 8e9;
  const stopped = after(opened, 3, () => void opened.writer.close());
  t.mock.timers.tick(15_000);
  await stopped;
  t.mock.timers.reset();
  await opened.stop();
  await opened.start();
  opened.writer.follow(workspaceOf([long]));
  await opened.done();
  assert.equal(opened.nEncoded, n);
  assert.deepEqual(opened.told(), [idOf(long)]);
});

test("on a full disk a file waits, and what is encoded of it is put when there is room", async (t) => {
  await using opened = await openWriter();
  t.after(() => limitDisk({}));
  const n = nChunks(opened);
  const [old, long] = [opened.file("old.ts", code("old")), opened.file("long.ts", text)];
  opened.writer.follow(workspaceOf([old]));
  await opened.done();
  t.mock.timers.enable({ apis: ["setTimeout"] });
  limitDisk({ refused: /^COMMIT/ });
  opened.writer.follow(workspaceOf([old, long]));
  for (let i = 0; i < 2; i++) {
    await opened.until(({ pause }) => pause === "diskFull");
    assert.deepEqual(opened.told(), [idOf(old)]);
    t.mock.timers.tick(15_000);
  }
  await opened.until(({ pause }) => pause === "diskFull");
  limitDisk({});
  t.mock.timers.tick(15_000);
  await opened.done();
  assert.equal(opened.nEncoded, n + 1);
  assert.deepEqual(opened.told(), [idOf(long), idOf(old)]);
});

test("a file that is deleted while it is encoded leaves nothing", async () => {
  await using opened = await openWriter();
  const [other, long] = [opened.file("other.ts", code("other")), opened.file("long.ts", text)];
  const gone = after(opened, 11, () => {
    opened.erase(long);
    opened.writer.follow(workspaceOf([other]));
  });
  opened.writer.follow(workspaceOf([long]));
  await gone;
  await opened.done();
  assert.deepEqual(opened.held(), [idOf(other)]);
});
