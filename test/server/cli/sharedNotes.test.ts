/** Notes in the default place: shared by the working trees of a repository and by nobody else, exported and imported. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { describe, it, type TestContext } from "node:test";
import { exitCodes } from "../../../server/cli/commandTable.ts";
import { run } from "../../../server/cli/run.ts";
import { defaultStoresDir, rootOf } from "../../../server/cli/storeLocation.ts";
import { createServices } from "../../../server/serverParts.ts";
import { git, temporaryFolder, writeTree } from "../ingest/treesOnDisk.ts";

interface Person {
  readonly home: string;
  lore(...args: string[]): Promise<string>;
  /** The words of the notes that a folder has. */
  notes(folder: string): Promise<string[]>;
}

/** Somebody at a terminal, in an empty folder that goes with the test. */
function person(t: TestContext): Person {
  const temporary = temporaryFolder();
  t.after(() => temporary[Symbol.dispose]());
  const home = temporary.path;
  const log = { log: () => undefined };
  const lore = async (...args: string[]): Promise<string> => {
    let text = "";
    const out = { isTTY: false, columns: 80, write: (piece: string) => (text += piece) };
    const code = await run(args, {
      ...{ cwd: home, out, err: out, env: {}, homeDir: home, platform: "linux" },
      signal: new AbortController().signal,
      createServices: (statusCommand, notesDir) =>
        createServices(log, {
          ...{ logLevel: "off", statusCommand, deepMemory: "onDemand" },
          ...(notesDir === undefined ? {} : { notesDir }),
        }),
    });
    assert.ok(code === exitCodes.ok || code === exitCodes.nothing, text);
    return text;
  };
  const notes = async (folder: string): Promise<string[]> => {
    const listed = JSON.parse(await lore("notes", folder, "--json")) as {
      notes: { text: string }[];
    };
    return listed.notes.map(({ text }) => text);
  };
  return { home, lore, notes };
}

function makeRepository(folder: string, text: string): void {
  writeTree(folder, { "a.c": `int ${text};\n` });
  git(folder, ["init", "-q", "-b", "main"]);
  git(folder, ["add", "."]);
  git(folder, ["commit", "-q", "-m", text]);
}

const storesOf = (home: string): string =>
  defaultStoresDir({ env: {}, homeDir: home, platform: "linux" });

describe("notes of a repository", () => {
  it("are those of its clones, its working trees and its moved folders, and of no other repository", async (t) => {
    const { home, lore, notes } = person(t);
    makeRepository(path.join(home, "main"), "tide");
    makeRepository(path.join(home, "unrelated"), "moon");
    git(path.join(home, "main"), ["worktree", "add", "-q", "-b", "other", "../linked"]);
    git(home, ["clone", "-q", "main", "clone"]);
    await lore("remember", "main", "we use tabs");
    await lore("remember", "unrelated", "moons rise at night");
    for (const folder of ["main", "linked", "clone"])
      assert.deepEqual(await notes(folder), ["we use tabs"], folder);
    renameSync(path.join(home, "clone"), path.join(home, "moved"));
    assert.deepEqual(await notes("moved"), ["we use tabs"]);
    assert.deepEqual(await notes("unrelated"), ["moons rise at night"]);
  });

  it("stay when the memory of one working tree is deleted, unless they are meant too", async (t) => {
    const { home, lore, notes } = person(t);
    makeRepository(path.join(home, "main"), "tide");
    git(path.join(home, "main"), ["worktree", "add", "-q", "-b", "other", "../linked"]);
    await lore("remember", "linked", "we use tabs");
    assert.match(await lore("forget", "linked"), /1 note of its repository is kept/);
    assert.ok(!existsSync(path.join(storesOf(home), rootOf(path.join(home, "linked")).id)));
    assert.deepEqual(await notes("main"), ["we use tabs"]);
    assert.match(await lore("forget", "main", "--notes"), /1 note forgotten as well/);
    assert.deepEqual(await notes("linked"), []);
  });

  it("that an older Lore kept in one folder's memory move to where the others find them", async (t) => {
    const { home, lore, notes } = person(t);
    makeRepository(path.join(home, "main"), "tide");
    git(home, ["clone", "-q", "main", "clone"]);
    const stores = storesOf(home);
    await lore("remember", "main", "we use tabs");
    const own = path.join(stores, rootOf(path.join(home, "main")).id, "work");
    const [id = ""] = readdirSync(path.join(stores, "work"));
    mkdirSync(path.join(own, id), { recursive: true });
    for (const name of readdirSync(path.join(stores, "work", id)))
      renameSync(path.join(stores, "work", id, name), path.join(own, id, name));
    await lore("remember", "clone", "tides turn twice a day");
    assert.deepEqual((await notes("main")).toSorted(), ["tides turn twice a day", "we use tabs"]);
    assert.deepEqual((await notes("clone")).length, 2);
    assert.ok(!existsSync(path.join(own, id, "notes.sqlite")));
  });

  it("that were made before git knew the folder are those of the repository later", async (t) => {
    const { home, lore, notes } = person(t);
    const plain = path.join(home, "plain");
    writeTree(plain, { "a.c": "int a;\n" });
    await lore("remember", "plain", "we use tabs");
    git(plain, ["init", "-q", "-b", "main"]);
    git(plain, ["add", "."]);
    git(plain, ["commit", "-q", "-m", "first"]);
    git(home, ["clone", "-q", "plain", "clone"]);
    await lore("remember", "clone", "tides turn twice a day");
    assert.deepEqual((await notes("plain")).length, 2);
    assert.deepEqual((await notes("clone")).length, 2);
  });

  it("of a folder that is gone stay with its repository", async (t) => {
    const { home, lore, notes } = person(t);
    makeRepository(path.join(home, "main"), "tide");
    git(home, ["clone", "-q", "main", "clone"]);
    await lore("remember", "clone", "we use tabs");
    rmSync(path.join(home, "clone"), { recursive: true });
    await lore("forget", "clone");
    assert.deepEqual(await notes("main"), ["we use tabs"]);
  });
});

describe("lore export and import", () => {
  it("carry notes from one person to another, once", async (t) => {
    const [ann, bob] = [person(t), person(t)];
    writeTree(path.join(ann.home, "project"), { "a.c": "int a;\n" });
    writeTree(path.join(bob.home, "project"), { "a.c": "int a;\n" });
    await ann.lore("remember", "project", "we use tabs", "--at", "a.c:1");
    const file = path.join(bob.home, "memory.jsonl");
    assert.match(
      await ann.lore("export", "project", file),
      /^1 note, 0 conversations with 0 turns written/,
    );
    const text = readFileSync(file, "utf8");
    assert.equal(await ann.lore("export", "project"), text);
    assert.match(await bob.lore("import", "project", "memory.jsonl"), /^1 note, .* added\.\n$/);
    assert.match(await bob.lore("import", "project", "memory.jsonl"), /^Nothing was added/);
    assert.deepEqual(await bob.notes("project"), ["we use tabs"]);
    assert.match(await bob.lore("notes", "project"), / a\.c:1\n/);
    const [id] = /^\w+/.exec(await bob.lore("notes", "project")) ?? [];
    await bob.lore("notes", "project", "pin", id ?? "");
    for (const [command, n] of [
      [["notes", "project", "forget", "--topic", "tabs"], 0],
      [["forget", "project", "--before", "0 days"], 0],
      [["forget", "project", "--before", "0 days", "--pinned"], 1],
    ] as const) {
      const said = await bob.lore(...command);
      const kept = "1 pinned note is kept; --pinned forgets it as well.\n";
      assert.ok(
        said.startsWith(`${n} note`) && said.endsWith(n === 0 ? kept : "forgotten.\n"),
        said,
      );
    }
    assert.deepEqual(await bob.notes("project"), []);
  });
});
