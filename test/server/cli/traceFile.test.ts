/** Files that a trace is written to and read from, those that are none included. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import type { TraceSource } from "../../../protocol/savedTrace.ts";
import { CliError, type Surroundings } from "../../../server/cli/openFolder.ts";
import { readTraceFile, writeTrace } from "../../../server/cli/traceFile.ts";
import { temporaryFolder } from "../ingest/treesOnDisk.ts";

const found: TraceSource = {
  recalls: [],
  tiers: ["lexical"],
  coverage: { filesSeen: 0, remembered: 0, pending: 0, skipped: 0, failed: 0 },
  trace: {
    terms: [],
    identifiers: [],
    paths: [],
    literals: [],
    stages: [],
    asked: { query: "kettle", limit: 5, roots: [], ranking: "learned", schema: 1, chunker: 1 },
  },
};

describe("a trace's file", () => {
  test("is written whole, over what was there", () => {
    using folder = temporaryFolder();
    const around = { cwd: folder.path } as Surroundings;
    writeTrace("trace.json", found, 1, around);
    const once = readFileSync(path.join(folder.path, "trace.json"), "utf8");
    writeTrace("trace.json", found, 1, around);
    assert.equal(readTraceFile("trace.json", around), once);
  });
  test("is no pipe, no folder and no file that is missing", () => {
    using folder = temporaryFolder();
    const around = { cwd: folder.path } as Surroundings;
    execFileSync("mkfifo", [path.join(folder.path, "pipe")]);
    for (const file of ["pipe", ".", "missing/trace.json"])
      assert.throws(() => {
        writeTrace(file, found, 1, around);
      }, CliError);
    for (const file of ["pipe", ".", "missing.json"])
      assert.throws(() => readTraceFile(file, around), CliError);
  });
});
