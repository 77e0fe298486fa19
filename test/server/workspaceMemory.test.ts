/** The memory as its clients use it, from the first fill to the last byte forgotten. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { MemoryStatus } from "../../protocol/types.ts";
import { git, writeTree } from "./ingest/treesOnDisk.ts";
import {
  functionText,
  letters,
  openMemory,
  rootOf,
  settings,
  statusWhere,
  workspace,
  type OpenedMemory,
} from "./workspaceMemoryHarness.ts";

const hour = functionText("computeHour");
const minute = functionText("computeMinute");

function manySources(n: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: n }, (_, i) => [
      `src/f${i}.ts`,
      functionText(`many${letters(i)}`).repeat(3),
    ]),
  );
}

test("a memory that was just opened does not pass for ready before it looked at its files", async () => {
  using place = workspace({ "a/one.ts": hour });
  await using opened = await openMemory(place.folder, place.storeDir);
  assert.match(opened.memory.status().roots[0]?.state ?? "", /^(opening|scanning|filling)$/);
});

describe("content", () => {
  test("that is in two places is chunked once and found in both", async () => {
    using place = workspace({ "a/one.ts": hour, "b/two.ts": hour, "c/three.ts": minute });
    await using opened = await openMemory(place.folder, place.storeDir);
    const { roots } = await opened.settled();
    assert.equal(roots[0]?.remembered, 3);
    assert.equal(roots[0]?.nChunks, 2);
    assert.equal(roots[0]?.filesSyntaxExact, 3);
    assert.deepEqual(await opened.pathsShowing("computeHour"), ["a/one.ts", "b/two.ts"]);
  });

  test("follows a renamed file and is not chunked again", async () => {
    using place = workspace({ "a/one.ts": hour });
    await using opened = await openMemory(place.folder, place.storeDir);
    await opened.settled();
    const before = blobOf(opened, "a/one.ts");
    renameSync(path.join(place.folder, "a"), path.join(place.folder, "moved"));
    opened.tell("a", "moved");
    await opened.settled();
    assert.equal(blobOf(opened, "moved/one.ts"), before);
    assert.deepEqual(await opened.pathsShowing("computeHour"), ["moved/one.ts"]);
  });

  test("that was deleted is not found any more", async () => {
    using place = workspace({ "a/one.ts": hour, "a/two.ts": minute });
    await using opened = await openMemory(place.folder, place.storeDir);
    await opened.settled();
    rmSync(path.join(place.folder, "a/one.ts"));
    assert.deepEqual(await opened.pathsShowing("computeHour"), [], "before anybody said so");
    opened.tell("a/one.ts");
    const { roots } = await opened.settled();
    assert.equal(roots[0]?.filesSeen, 1);
    assert.deepEqual(await opened.pathsShowing("computeHour"), []);
  });

  test("of a branch that is checked out again is not chunked again", async () => {
    using place = workspace({ "a/one.ts": hour, "a/two.ts": minute });
    git(place.folder, ["init", "-q", "-b", "main"]);
    git(place.folder, ["add", "-A"]);
    git(place.folder, ["commit", "-qm", "one"]);
    git(place.folder, ["checkout", "-q", "-b", "other"]);
    writeTree(place.folder, { "a/one.ts": functionText("computeDay") });
    git(place.folder, ["commit", "-qam", "two"]);
    await using opened = await openMemory(place.folder, place.storeDir);
    await opened.settled();
    git(place.folder, ["checkout", "-q", "main"]);
    await opened.memory.rescan();
    await opened.settled();
    const [first, second] = [blobOf(opened, "a/one.ts"), blobOf(opened, "a/two.ts")];
    assert.deepEqual(await opened.pathsShowing("computeDay"), []);
    git(place.folder, ["checkout", "-q", "other"]);
    await opened.memory.rescan();
    git(place.folder, ["checkout", "-q", "main"]);
    await opened.memory.rescan();
    const { roots } = await opened.settled();
    assert.deepEqual([blobOf(opened, "a/one.ts"), blobOf(opened, "a/two.ts")], [first, second]);
    assert.equal(roots[0]?.nChunks, 3, "the other branch's content is kept");
    assert.deepEqual(await opened.pathsShowing("computeHour"), ["a/one.ts"]);
  });

  test("of a checkout is met without anybody saying so", async () => {
    using place = workspace({ "a/one.ts": hour });
    git(place.folder, ["init", "-q", "-b", "main"]);
    git(place.folder, ["add", "-A"]);
    git(place.folder, ["commit", "-qm", "one"]);
    await using opened = await openMemory(place.folder, place.storeDir);
    await opened.settled();
    git(place.folder, ["checkout", "-q", "-b", "other"]);
    writeTree(place.folder, { "a/new.ts": minute });
    git(place.folder, ["add", "-A"]);
    git(place.folder, ["commit", "-qm", "two"]);
    await statusWhere(opened, ({ roots }) => roots[0]?.remembered === 2);
    assert.deepEqual(await opened.pathsShowing("computeMinute"), ["a/new.ts"]);
  });

  test("of a pull is met without anybody saying so", async () => {
    using place = workspace({ "a/one.ts": hour });
    const upstream = path.join(path.dirname(place.folder), "upstream");
    git(place.folder, ["init", "-q", "-b", "main"]);
    commitAll(place.folder);
    git(place.folder, ["clone", "-q", ".", upstream]);
    writeTree(upstream, { "a/pulled.ts": minute });
    commitAll(upstream);
    await using opened = await openMemory(place.folder, place.storeDir);
    await opened.settled();
    git(place.folder, ["pull", "-q", "--ff-only", upstream, "main"]);
    await statusWhere(opened, ({ roots }) => roots[0]?.remembered === 2);
    assert.deepEqual(await opened.pathsShowing("computeMinute"), ["a/pulled.ts"]);
  });

  test("of a rebase is met without anybody saying so", async () => {
    using place = workspace({ "a/one.ts": hour });
    git(place.folder, ["init", "-q", "-b", "main"]);
    commitAll(place.folder);
    git(place.folder, ["checkout", "-q", "-b", "topic"]);
    writeTree(place.folder, { "a/topic.ts": functionText("computeDay") });
    commitAll(place.folder);
    git(place.folder, ["checkout", "-q", "main"]);
    writeTree(place.folder, { "a/base.ts": minute });
    commitAll(place.folder);
    git(place.folder, ["checkout", "-q", "topic"]);
    await using opened = await openMemory(place.folder, place.storeDir);
    await opened.settled();
    assert.deepEqual(await opened.pathsShowing("computeMinute"), []);
    git(place.folder, ["rebase", "-q", "main"]);
    await statusWhere(opened, ({ roots }) => roots[0]?.remembered === 3);
    assert.deepEqual(await opened.pathsShowing("computeMinute"), ["a/base.ts"]);
    assert.deepEqual(await opened.pathsShowing("computeDay"), ["a/topic.ts"]);
  });
});

function commitAll(folder: string): void {
  git(folder, ["add", "-A"]);
  git(folder, ["commit", "-qm", "change"]);
}

function blobOf({ memory }: OpenedMemory, file: string): number | undefined {
  const [open] = memory.banks(undefined);
  return open?.bank.reading(() => open.bank.blobOfPath(file)?.id);
}

describe("the rules", () => {
  test("of an ignore file take effect while the server runs", async () => {
    using place = workspace({ "kept/one.ts": hour, "hidden/two.ts": minute });
    await using opened = await openMemory(place.folder, place.storeDir);
    await opened.settled();
    opened.write({ ".gitignore": "hidden/\n" });
    await opened.settled();
    assert.deepEqual(await opened.pathsShowing("computeMinute"), []);
    opened.write({ ".gitignore": "" });
    await opened.settled();
    assert.deepEqual(await opened.pathsShowing("computeMinute"), ["hidden/two.ts"]);
  });

  test("of the settings take effect, also on files that were judged before", async () => {
    const generated = `// @generated\n${hour}`;
    const large = `${minute}${"// a line of some length\n".repeat(400)}`;
    using place = workspace({
      ".gitignore": "vendor/\n",
      "gen/one.ts": generated,
      "vendor/two.ts": functionText("computeVendor"),
      "large.ts": large,
    });
    const narrow = { ...settings, maxFileBytes: 2_000 };
    {
      await using opened = await openMemory(place.folder, place.storeDir, { settings: narrow });
      const { roots } = await opened.settled();
      assert.deepEqual(roots[0]?.skipped, { generated: 1, tooLarge: 1 });
      await opened.memory.configure({ ...settings, include: ["gen/**", "vendor/**"] }, true);
      const wide = (await opened.settled()).roots[0];
      assert.deepEqual(wide?.skipped, {});
      assert.deepEqual(await opened.pathsShowing("computeHour"), ["gen/one.ts"]);
      assert.deepEqual(await opened.pathsShowing("computeMinute"), ["large.ts"]);
      assert.deepEqual(await opened.pathsShowing("computeVendor"), ["vendor/two.ts"]);
    }
    await using again = await openMemory(place.folder, place.storeDir, { settings: narrow });
    const { roots } = await again.settled();
    assert.deepEqual(roots[0]?.skipped, { generated: 1, tooLarge: 1 });
    assert.deepEqual(await again.pathsShowing("computeVendor"), []);
    await again.memory.configure({ ...narrow, exclude: ["**/*.ts"] }, true);
    await again.settled();
    assert.deepEqual(
      again.recaller.files(undefined).map((file) => file.path),
      [".gitignore"],
    );
  });

  test("hold for unsaved text too: keys and hidden files stay out of the memory", async () => {
    using place = workspace({ ".gitignore": "hidden/\n", "a.ts": hour, "hidden/b.ts": minute });
    await using opened = await openMemory(place.folder, place.storeDir);
    const type = (file: string, text: string): void =>
      opened.memory.documentChanged(path.join(place.folder, file), 1, text);
    type(".env", "PASSWORD=zebraquagga\n");
    type(
      "key.txt",
      "-----BEGIN RSA PRIVATE KEY-----\nzebraquagga\n-----END RSA PRIVATE KEY-----\n",
    );
    type("hidden/b.ts", functionText("zebraquagga"));
    type("huge.ts", `${functionText("zebraquagga")}${"// long\n".repeat(150_000)}`);
    await opened.settled();
    const [open] = opened.memory.banks(undefined);
    assert.equal(open?.bank.documentFrequency("zebraquagga"), 0);
    assert.deepEqual(await opened.search("zebraquagga"), []);
    type("seen.ts", functionText("zebraquagga"));
    await opened.settled();
    assert.deepEqual(await opened.pathsShowing("zebraquagga"), ["seen.ts"]);
  });
});

describe("the user", () => {
  test("pauses in the middle of a fill and goes on", async () => {
    using place = workspace(manySources(600));
    await using opened = await openMemory(place.folder, place.storeDir);
    const paused = await opened.memory.pause();
    assert.equal(paused.paused, true);
    assert.equal(paused.roots[0]?.state, "paused");
    opened.write({ "late.ts": hour });
    assert.deepEqual(await opened.pathsShowing("computeHour"), []);
    assert.equal(opened.memory.status().roots[0]?.state, "paused");
    await opened.memory.resume();
    const { roots } = await opened.settled();
    assert.equal(roots[0]?.state, "ready");
    assert.equal(roots[0]?.remembered, 601);
    assert.deepEqual(await opened.pathsShowing("computeHour"), ["late.ts"]);
  });

  test("rebuilds the memory at any time, unsaved text included", async () => {
    using place = workspace(manySources(300));
    await using opened = await openMemory(place.folder, place.storeDir);
    opened.memory.documentChanged(path.join(place.folder, "new.ts"), 1, hour);
    for (let i = 0; i < 3; i++) {
      await opened.memory.rebuild(i === 1 ? "root" : undefined);
      opened.tell("src/f1.ts");
    }
    const { roots } = await opened.settled();
    assert.deepEqual(
      [roots[0]?.filesSeen, roots[0]?.remembered, roots[0]?.pending, roots[0]?.state],
      [301, 301, 0, "ready"],
    );
    assert.equal(roots[0]?.bytesDone, roots[0]?.bytesKnown);
    assert.deepEqual(await opened.pathsShowing("computeHour"), ["new.ts"]);
    assert.deepEqual(await opened.pathsShowing(`many${letters(7)}`), ["src/f7.ts"]);
    await assert.rejects(opened.memory.rebuild("nobody"), { errorName: "rootNotOpen" });
  });

  test("forgets a root: no byte of it is left, and questions go on", async () => {
    using place = workspace({ "a.ts": functionText("zebraquagga") });
    await using opened = await openMemory(place.folder, place.storeDir);
    await opened.settled();
    assert.ok(bytesBelow(place.storeDir).includes("zebraquagga"));
    const [, status] = await Promise.all([
      opened.search("zebraquagga"),
      opened.memory.forget("root"),
    ]);
    assert.deepEqual(status.roots, []);
    assert.equal(bytesBelow(place.storeDir).includes("zebraquagga"), false);
    assert.equal(existsSync(path.join(place.storeDir, "root")), false);
    assert.deepEqual(await opened.search("zebraquagga"), []);
    assert.deepEqual(opened.recaller.files(undefined), []);
    await assert.rejects(opened.memory.forget("root"), { errorName: "rootNotOpen" });

    await opened.memory.setRoots([rootOf(place.folder)]);
    await opened.settled();
    assert.deepEqual(await opened.pathsShowing("zebraquagga"), ["a.ts"]);
  });

  test("closes the memory during a fill, and finds the rest done later", async () => {
    using place = workspace(manySources(400));
    const first = await openMemory(place.folder, place.storeDir);
    await statusWhere(first, ({ roots }) => (roots[0]?.remembered ?? 0) > 0);
    await first.memory.close();
    await first.memory.close();
    await assert.rejects(first.settled(), { errorName: "internal" });
    await using again = await openMemory(place.folder, place.storeDir);
    assert.equal((await again.settled()).roots[0]?.remembered, 400);
  });

  test("who does not trust the folder has nothing read or written", async () => {
    using place = workspace({ "a.ts": hour });
    await using opened = await openMemory(place.folder, place.storeDir);
    await opened.settled();
    await opened.memory.configure(settings, false);
    assert.deepEqual(opened.memory.status().roots, []);
    opened.memory.documentChanged(path.join(place.folder, "b.ts"), 1, minute);
    opened.write({ "c.ts": minute });
    assert.deepEqual(await opened.search("computeHour"), []);
    assert.equal(opened.recaller.readText("root", "a.ts"), undefined);
    const untouched = statSync(opened.storeFile).mtimeMs;
    await opened.settled();
    assert.equal(statSync(opened.storeFile).mtimeMs, untouched);
    await opened.memory.configure(settings, true);
    await opened.settled();
    assert.deepEqual(await opened.pathsShowing("computeMinute"), ["c.ts"]);
  });

  test("opens without trust, and no store is made", async () => {
    using place = workspace({ "a.ts": hour });
    await using opened = await openMemory(place.folder, path.join(place.storeDir, "other"));
    await opened.settled();
    await opened.memory.configure(settings, false);
    rmSync(path.join(place.storeDir, "other"), { recursive: true });
    await opened.memory.setRoots([rootOf(place.folder), rootOf(place.storeDir, "second")]);
    opened.tell("a.ts");
    await opened.settled();
    assert.deepEqual(readdirSync(place.storeDir), []);
  });
});

function bytesBelow(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), "latin1"))
    .join("\0");
}

test("several roots answer one question, or those of them that were asked", async () => {
  using one = workspace({ "same.ts": functionText("sharedName"), "one.ts": hour });
  using two = workspace({ "same.ts": functionText("sharedName"), "two.ts": minute });
  await using opened = await openMemory(one.folder, one.storeDir);
  const roots = [rootOf(one.folder), rootOf(two.folder, "second")];
  await opened.memory.setRoots(roots);
  await opened.settled();
  const rootIdsOf = async (query: string, rootIds?: readonly string[]): Promise<string[]> => {
    const scope = rootIds === undefined ? {} : { rootIds };
    const found = await opened.recaller.search(
      { query, limit: 10, ...scope },
      new AbortController().signal,
    );
    return [...new Set(found.recalls.map(({ citation }) => citation.rootId))].sort();
  };
  assert.deepEqual(await rootIdsOf("sharedName"), ["root", "second"]);
  assert.deepEqual(await rootIdsOf("sharedName", ["second"]), ["second"]);
  assert.deepEqual(await rootIdsOf("sharedName", []), []);
  assert.deepEqual(await rootIdsOf("computeHour", ["root"]), ["root"]);
  assert.equal(opened.memory.coverage(undefined).remembered, 4);
  assert.equal(opened.memory.coverage(["second"]).remembered, 2);
  await opened.memory.setRoots(roots.slice(1));
  assert.deepEqual(await rootIdsOf("sharedName"), ["second"]);
  await opened.memory.setRoots(roots);
  await opened.settled();
  assert.deepEqual(await rootIdsOf("sharedName"), ["root", "second"]);
});

test("a new root knows the unsaved text that was typed before", async () => {
  using one = workspace({ "one.ts": hour });
  using two = workspace({ "two.ts": minute });
  await using opened = await openMemory(one.folder, one.storeDir);
  opened.memory.documentChanged(path.join(two.folder, "two.ts"), 1, functionText("unsavedName"));
  await opened.memory.setRoots([rootOf(one.folder), rootOf(two.folder, "second")]);
  await opened.settled();
  assert.deepEqual(await opened.pathsShowing("unsavedName"), ["two.ts"]);
});

test("questions are answered while three thousand files arrive", async () => {
  using place = workspace({ "first.ts": hour });
  await using opened = await openMemory(place.folder, place.storeDir);
  await opened.settled();
  const watch = watchCounts(opened);
  opened.write(manySources(3_000));
  let nAnswered = 0;
  const all = statusWhere(opened, ({ roots }) => roots[0]?.remembered === 3_001).then(() => true);
  for (let done = false; !done; done = await Promise.race([all, turn(false)])) {
    assert.deepEqual(await opened.pathsShowing("computeHour"), ["first.ts"]);
    nAnswered++;
  }
  assert.ok(nAnswered >= 3, `${nAnswered} answers`);
  const { roots } = await opened.settled();
  assert.equal(roots[0]?.filesSyntaxExact, 3_001);
  assert.deepEqual(await opened.pathsShowing(`many${letters(2_999)}`), ["src/f2999.ts"]);
  watch();
});

test("the counts add up at every moment of fills, changes, rebuilds and pauses", async () => {
  using place = workspace({ ...manySources(500), "bin.dat": new Uint8Array(500), ".env": "A=b" });
  await using opened = await openMemory(place.folder, place.storeDir);
  const watch = watchCounts(opened);
  for (let round = 0; round < 6; round++) {
    const files: Record<string, string> = {};
    for (let i = 0; i < 120; i++)
      files[`src/f${i * 3}.ts`] = functionText(`again${letters(round * 200 + i)}`).repeat(
        1 + (i % 5),
      );
    opened.write(files);
    opened.memory.openEditors([path.join(place.folder, `src/f${round}.ts`)]);
    opened.memory.documentChanged(
      path.join(place.folder, "src/f1.ts"),
      round,
      functionText(`typed${letters(round)}`),
    );
    if (round === 1) await opened.memory.rebuild(undefined);
    if (round === 2) await opened.memory.pause();
    if (round === 3) await opened.memory.resume();
    if (round === 4) {
      rmSync(path.join(place.folder, "src/f3.ts"));
      renameSync(path.join(place.folder, "src"), path.join(place.folder, "moved"));
      opened.tell("src", "moved");
      renameSync(path.join(place.folder, "moved"), path.join(place.folder, "src"));
      opened.tell("src", "moved");
    }
    if (round !== 2) await opened.settled(round % 2 === 0);
  }
  const { roots } = await opened.settled();
  // On a fast machine several changes are told in one status.
  assert.ok(watch() > 2, "statuses were seen");
  assert.equal(roots[0]?.bytesDone, roots[0]?.bytesKnown);
  assert.equal(roots[0]?.filesToRefine, 0);
});

/** Holds every status against the contract from now on. Returns the end of it, which gives how many were seen. */
function watchCounts({ memory }: OpenedMemory): () => number {
  let nSeen = 0;
  let last: MemoryStatus["roots"][number] | undefined;
  const faults: string[] = [];
  const stop = memory.onStatusChanged(({ roots }) => {
    const [root] = roots;
    if (root === undefined) return;
    nSeen++;
    const sum = (counts: object): number =>
      Object.values(counts).reduce<number>((total, n) => total + (n as number), 0);
    const say = (what: string): void => void faults.push(`${what}: ${JSON.stringify(root)}`);
    if (root.filesSeen !== root.remembered + root.pending + sum(root.skipped) + sum(root.failed))
      say("files");
    if (root.bytesDone > root.bytesKnown) say("bytes");
    // Fewer known bytes than before mean that another fill began.
    if (
      last !== undefined &&
      root.bytesDone < last.bytesDone &&
      root.bytesKnown >= last.bytesKnown &&
      last.state === root.state &&
      root.state !== "ready"
    )
      say(`bytes went back from ${last.bytesDone}`);
    if (root.state === "ready" && root.pending > 0) say("ready");
    last = root;
  });
  return () => {
    stop();
    assert.deepEqual(faults, []);
    return nSeen;
  };
}
