/** What the system refuses to show: each refusal has an outcome, whoever runs the tests. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { functionText, workspace } from "./workspaceMemoryHarness.ts";

const entry = fileURLToPath(new URL("../../server/cli/main.ts", import.meta.url));

/**
 * Runs `lore` as somebody to whom file modes apply. They do not apply to root, who keeps reading its own files
 * without the two capabilities that are taken away here, but no file that is closed to its owner.
 */
function lore(home: string, args: readonly string[]): { code: number; out: string; err: string } {
  const isRoot = process.getuid?.() === 0;
  const [command, ...before] = isRoot
    ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search", process.execPath]
    : [process.execPath];
  const { status, stdout, stderr, error } = spawnSync(command, [...before, entry, ...args], {
    encoding: "utf8",
    env: { ...process.env, HOME: home },
  });
  if (error !== undefined) throw error;
  return { code: status as number, out: stdout, err: stderr };
}

/** Windows has no modes to take away. */
describe("what may not be read", { skip: process.platform === "win32" }, () => {
  test("is failed with its reason, and remembered when it may be read", () => {
    using place = workspace({
      "open.ts": functionText("computeOpen"),
      "closed.ts": functionText("computeClosed"),
      "closed/inside.ts": functionText("computeInside"),
      "named/inside.ts": functionText("computeNamed"),
      "rules/.gitignore": "*.ts\n",
      "rules/a.ts": functionText("computeRules"),
    });
    const modes = { "closed.ts": 0, closed: 0, named: 0o400, "rules/.gitignore": 0 };
    const setModes = (modeOf: (name: keyof typeof modes) => number): void => {
      for (const name of Object.keys(modes) as (keyof typeof modes)[])
        chmodSync(path.join(place.folder, name), modeOf(name));
    };
    const index = ["index", place.folder, "--json", "--store", place.storeDir];
    setModes((name) => modes[name]);
    try {
      const { out, err } = lore(place.storeDir, index);
      assert.equal(err, "");
      const status = JSON.parse(out) as { remembered: number; failed: Record<string, number> };
      assert.deepEqual(status.failed, { unreadable: 4 });
      // A rule that cannot be read hides nothing.
      assert.equal(status.remembered, 2);
    } finally {
      setModes(() => 0o755);
    }
    const { out } = lore(place.storeDir, index);
    const status = JSON.parse(out) as { remembered: number; failed: object };
    assert.deepEqual(status.failed, {});
    // The closed files and those below; the rule hides its neighbour now.
    assert.equal(status.remembered, 5);
  });

  test("is a sentence when it is the folder itself", () => {
    using place = workspace({ "a.ts": functionText("computeFirst") });
    chmodSync(place.folder, 0);
    try {
      const { code, err } = lore(place.storeDir, ["index", place.folder]);
      assert.equal(code, 1);
      assert.equal(
        err,
        `${place.folder} cannot be read (EACCES). Check the path and its permissions.\n`,
      );
    } finally {
      chmodSync(place.folder, 0o755);
    }
  });

  for (const journal of ["closed", "left open"] as const)
    test(`is answered from all the same when it is the store, whose journal was ${journal}`, () => {
      using place = workspace({ "a.ts": functionText("computeFirst") });
      const run = (...args: string[]): ReturnType<typeof lore> =>
        lore(place.storeDir, [...args, "--store", place.storeDir]);
      const { folder } = place;
      const note = "we use tabs because make wants them";
      assert.equal(run("index", folder).code, 0);
      assert.equal(run("remember", folder, note).code, 0);
      const inStore = (): string[] =>
        readdirSync(place.storeDir, { recursive: true, encoding: "utf8" });
      if (journal === "left open")
        for (const file of inStore().filter((name) => name.endsWith(".sqlite")))
          writeFileSync(path.join(place.storeDir, `${file}-wal`), "");
      const files = inStore();
      const setModes = (mode: number): void => {
        for (const name of [...files, ""]) chmodSync(path.join(place.storeDir, name), mode);
      };
      setModes(0o555);
      try {
        const warned = `The memory in ${place.storeDir} cannot be written, so`;
        const found = run("ask", folder, "what does computeFirst do?");
        assert.equal(found.code, 0);
        assert.ok(found.err.startsWith(warned), found.err);
        assert.match(found.out, /^The memory cannot be written, so[^]*computeFirst/);
        const none = run("ask", folder, "where is `zebraCage` used?");
        assert.equal(none.code, 3);
        assert.match(none.out, /^The memory cannot be written[^]*in what is in memory so far/);
        assert.match(run("ask", folder, "why do we use tabs?").out, /> we use tabs because/);
        assert.match(run("notes", folder).out, /we use tabs because/);
        const status = run("status", folder);
        assert.equal(status.code, 0);
        assert.match(status.out, /1 of 1 file in memory[^]*Lore cannot write its memory/);
        for (const words of [
          ["index", folder],
          ["remember", folder, "we use cats"],
          ["notes", folder, "forget", "--topic", "tabs"],
          ["forget", folder],
        ]) {
          const { code, err } = run(...words);
          assert.equal(code, 1, words[0]);
          assert.match(err, /^The memory [^]* cannot be written[^]*--store\.\n$/);
          assert.doesNotMatch(err, /sqlite|“lore forget”/);
        }
      } finally {
        setModes(0o755);
      }
      assert.equal(run("index", folder).code, 0);
    });

  test("is a sentence when nothing may be written into the store", () => {
    using place = workspace({ "a.ts": functionText("computeFirst") });
    const closed = path.join(place.storeDir, "closed");
    mkdirSync(closed, { mode: 0o500 });
    const store = path.join(closed, "store");
    const { code, out, err } = lore(place.storeDir, ["index", place.folder, "--store", store]);
    assert.equal(code, 1);
    assert.equal(out, "");
    assert.equal(
      err,
      `The folder of the memory, ${store}, cannot be used (EACCES). Check its permissions, or name another one with --store.\n`,
    );
  });
});
