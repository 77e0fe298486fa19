/** Records that turn out to be damaged, and deletions on a full disk. */
import assert from "node:assert/strict";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { limitDisk } from "../../fixtures/fullDisk.ts";
import { code, idOf, openWriter, workspaceOf, type OpenedWriter } from "./writerHarness.ts";

/** Reads everything that is told. */
function readAll({ bank, model }: OpenedWriter): readonly number[] {
  const { nKvHeads, dHead } = model.parts.manifest.config;
  const found = bank.recall([new Float32Array(nKvHeads * dHead).fill(1)], { nBlocks: 128 });
  assert.ok(found.kind === "recalled");
  return bank.tokensOf(found.blocks).lost;
}

const damages: Readonly<Record<string, (segment: string) => void>> = {
  "with a changed byte": (segment) => {
    const bytes = readFileSync(segment);
    bytes[200] = (bytes[200] as number) ^ 1;
    writeFileSync(segment, bytes);
  },
  "that is cut off": (segment) => truncateSync(segment, 300),
};

for (const [name, damage] of Object.entries(damages))
  test(`a record ${name} is encoded again while the memory is open`, async () => {
    await using opened = await openWriter();
    const file = opened.file("x.ts", code("a"));
    opened.writer.follow(workspaceOf([file]));
    await opened.done();
    await opened.stop();
    await opened.start();
    opened.writer.follow(workspaceOf([file]));
    damage(path.join(opened.bankFolder, "segment-1.bank"));
    assert.ok(readAll(opened).length > 0);
    opened.writer.tick();
    await opened.until(
      ({ filesToEncode, filesEncoded }) => filesToEncode === 0 && filesEncoded === 1,
    );
    assert.deepEqual([opened.nEncoded, readAll(opened)], [2, []]);
    assert.deepEqual(opened.told(), [idOf(file)]);
    opened.writer.tick();
    assert.equal(opened.writer.progress().filesToEncode, 0);
  });

test("a file that cannot be deleted on a full disk is told no more, and goes when there is room", async (t) => {
  await using opened = await openWriter();
  t.after(() => limitDisk({}));
  const [gone, kept] = [opened.file("x.ts", code("a")), opened.file("y.ts", code("b"))];
  opened.writer.follow(workspaceOf([gone, kept]));
  await opened.done();
  limitDisk({ refused: /^COMMIT/ });
  opened.writer.follow(workspaceOf([kept]));
  opened.writer.tick();
  assert.deepEqual(opened.told(), [idOf(kept)]);
  assert.deepEqual(opened.held(), [idOf(gone), idOf(kept)]);
  assert.equal(opened.writer.progress().pause, "diskFull");
  limitDisk({});
  opened.writer.tick();
  assert.deepEqual(opened.held(), [idOf(kept)]);
  assert.equal(opened.writer.progress().pause, undefined);
});
