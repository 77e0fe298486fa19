/** Opening a database whose content cannot be made again, in every version it may have. */
import assert from "node:assert/strict";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { openDatabase, type DatabaseSpec } from "../../../server/memory/database.ts";
import { temporaryFolder } from "../ingest/treesOnDisk.ts";

/** Version 1 had words alone, version 2 their lengths, version 3 a list of them. */
const steps: readonly string[] = [
  "CREATE TABLE note (words TEXT)",
  "ALTER TABLE note ADD COLUMN length INTEGER; UPDATE note SET length = length(words)",
  "CREATE TABLE list (words TEXT); INSERT INTO list SELECT words FROM note",
];

function specOf(file: string, lastStep = "SELECT 1"): DatabaseSpec {
  return {
    file,
    content: {
      kind: "irreplaceable",
      steps: steps.map((step, idx) => (database) => {
        database.exec(step);
        if (idx === steps.length - 1) database.exec(lastStep);
      }),
      verify: (database) => void database.prepare("SELECT words FROM list"),
    },
    synchronous: "FULL",
    cacheBytes: 1_000_000,
  };
}

function writeVersion(file: string, version: number): void {
  const database = new DatabaseSync(file);
  for (const step of steps.slice(0, version)) database.exec(step);
  if (version > 0) database.exec("INSERT INTO note (words) VALUES ('my words')");
  database.exec(`PRAGMA user_version = ${version}`);
  database.close();
}

for (const version of [0, 1, 2]) {
  test(`version ${version} is brought forward with its content`, () => {
    using folder = temporaryFolder();
    const file = path.join(folder.path, "notes.sqlite");
    writeVersion(file, version);
    for (let time = 0; time < 2; time++) {
      const { database, movedAside } = openDatabase(specOf(file));
      assert.equal(movedAside, undefined);
      const rows = database.prepare("SELECT words FROM list").all();
      assert.deepEqual(
        rows.map(({ words }) => words),
        version === 0 ? [] : ["my words"],
      );
      database.close();
    }
  });
}

test("a step that fails changes nothing", () => {
  using folder = temporaryFolder();
  const file = path.join(folder.path, "notes.sqlite");
  writeVersion(file, 1);
  assert.throws(() => openDatabase(specOf(file, "SELECT nonsense()")), {
    errorName: "storeUnavailable",
  });
  const database = new DatabaseSync(file, { readOnly: true });
  assert.deepEqual({ ...database.prepare("SELECT * FROM note").get() }, { words: "my words" });
  assert.equal(database.prepare("PRAGMA user_version").get()?.["user_version"], 1);
  database.close();
});

test("a newer version is refused and kept", () => {
  using folder = temporaryFolder();
  const file = path.join(folder.path, "notes.sqlite");
  writeVersion(file, 3);
  const newer = new DatabaseSync(file);
  newer.exec("PRAGMA user_version = 4");
  newer.close();
  assert.throws(() => openDatabase(specOf(file)), { errorName: "storeUnavailable" });
  const database = new DatabaseSync(file, { readOnly: true });
  assert.equal(database.prepare("SELECT count(*) AS n FROM note").get()?.["n"], 1);
  database.close();
});
