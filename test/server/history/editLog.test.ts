/** What was edited when is forgotten by time, by folder and altogether, to the last byte. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import type { ForgetWorkParams } from "../../../protocol/savedMemory.ts";
import { EditLog } from "../../../server/history/editLog.ts";
import { temporaryFolder } from "../ingest/treesOnDisk.ts";

/** Paths, and when each was edited first and last. */
const edits = [
  ["zoo/heron.ts", 10, 20],
  ["zoological.ts", 30, 60],
  ["zoo/deep/otter.ts", 70, 80],
  ["zoo", 90, 95],
] as const;

function check(
  how: string,
  which: ForgetWorkParams,
  left: readonly (readonly [path: string, firstMs: number])[],
): void {
  test(`forgotten ${how}`, () => {
    using folder = temporaryFolder();
    const log = new EditLog(path.join(folder.path, "edits.sqlite"));
    const bytes = (): string =>
      readdirSync(folder.path)
        .map((name) => readFileSync(path.join(folder.path, name), "latin1"))
        .join("");
    try {
      for (const [file, firstMs, lastMs] of edits) {
        const definitions = [{ name: `${file}Word`, container: "", change: "body" } as const];
        log.add({ path: file, firstMs, lastMs, change: "changed", definitions });
        log.setKnown({
          path: file,
          seenMs: lastMs,
          contentHash: `hash of ${file};`,
          definitions: [],
        });
      }
      assert.equal(log.forget(which), edits.length - left.length);
      const found = log.between(0, 1_000, 10).map((edit) => [edit.path, edit.firstMs]);
      assert.deepEqual(found.toReversed(), left);
      const kept = left.map(([file]) => file);
      for (const [file] of edits) {
        const isKept = kept.includes(file);
        assert.equal(log.known(file) !== undefined, isKept, file);
        assert.equal(bytes().includes(`${file}Word`), isKept, file);
        assert.equal(bytes().includes(`hash of ${file};`), isKept, file);
      }
    } finally {
      log.close();
    }
  });
}

const all = edits.map(([file, firstMs]) => [file, firstMs] as const);
check("by topic: nothing, for there are no words", { topic: "heron" }, all);
check("by time: of what goes on after it, the beginning", { beforeMs: 40 }, [
  ["zoological.ts", 40],
  ["zoo/deep/otter.ts", 70],
  ["zoo", 90],
]);
check("by folder", { folder: "zoo/" }, [["zoological.ts", 30]]);
check("by the folder that is the root", { folder: "/" }, []);
check("altogether", { all: true }, []);
