/** The files of the roots as the deep memory reads them. */
import assert from "node:assert/strict";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { MemoryWriter } from "../../../server/memory/memoryWriter.ts";
import { temporaryFolder } from "../ingest/treesOnDisk.ts";
import { deepSource } from "./hostHarness.ts";

/** Makes an empty memory, and returns a root with it. */
function rootWith(storeFile: string, rootId: string, folder: string) {
  new MemoryWriter(storeFile).close();
  return { rootId, folder, storeFile, generation: 1, isReady: true };
}

test("a file is placed in the innermost root that holds it, whatever ends the root's path", async () => {
  using folder = temporaryFolder();
  const source = await deepSource();
  const roots = [
    ["all", "/"],
    ["outer", "/work"],
    ["inner", "/work/inner/"],
  ].map(([id, of]) => rootWith(path.join(folder.path, `${id}.sqlite`), String(id), String(of)));
  source.setRoots(roots, []);
  const placed = ["/etc/a.ts", "/work/a.ts", "/work/inner/b/a.ts", "/workshop/a.ts"];
  assert.deepEqual(
    placed.map((file) => source.placeOf(file)),
    [
      { rootId: "all", path: "etc/a.ts" },
      { rootId: "outer", path: "a.ts" },
      { rootId: "inner", path: "b/a.ts" },
      { rootId: "all", path: "workshop/a.ts" },
    ],
  );
  assert.equal(source.placeOf("/work/inner")?.rootId, "outer");
  source.close();
});

test("a memory that turns out to be damaged is left out, and the others are read on", async () => {
  using folder = temporaryFolder();
  const source = await deepSource();
  const [bad, good] = ["bad", "good"].map((id) =>
    rootWith(path.join(folder.path, `${id}.sqlite`), id, path.join(folder.path, id)),
  );
  assert.ok(bad !== undefined && good !== undefined);
  source.setRoots([bad, good], []);
  assert.ok(source.changedFiles() !== undefined);
  const database = new DatabaseSync(bad.storeFile);
  database.exec("DROP TABLE file");
  database.close();
  source.changedFiles();
  assert.equal(source.placeOf(path.join(bad.folder, "a.ts")), undefined);
  assert.equal(source.placeOf(path.join(good.folder, "a.ts"))?.rootId, "good");
  source.close();
});

test("a file that cannot be read as text is told from one of no open root", async () => {
  using folder = temporaryFolder();
  const source = await deepSource();
  source.setRoots([rootWith(path.join(folder.path, "m.sqlite"), "root", folder.path)], []);
  assert.throws(() => source.readNow("root", "gone.ts"), { errorName: "folderNotFound" });
  assert.equal(source.readNow("other", "gone.ts"), undefined);
  source.close();
});
