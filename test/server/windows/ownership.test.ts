/** Several windows on one folder: one keeps the memory, all of them use it, and the next one goes on when it is killed. */
import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "node:test";
import * as methods from "../../../protocol/methods.ts";
import { writeTree } from "../ingest/treesOnDisk.ts";
import { functionText, letters, workspace } from "../workspaceMemoryHarness.ts";
import { isFollower, openWindows, roles, type Window } from "./windowHarness.ts";

const settle = (window: Window): Promise<unknown> =>
  window.request(methods.settled, { refined: false });

/** Resolves when exactly one of the windows keeps the memory. */
async function takenOver(windows: readonly Window[]): Promise<void> {
  await Promise.any(windows.map((window) => window.status((root) => !isFollower(root))));
}

describe("four windows on one folder", () => {
  it("answer alike, hear of each other's edits, and go on when their owners are killed", async () => {
    using place = workspace({ "src/a.ts": functionText("computeFirst") });
    await using open = await openWindows(place, 4);
    let windows = open.windows;
    let { owner, followers } = await roles(windows);
    await settle(owner);
    for (const window of windows)
      assert.deepEqual(await window.pathsShowing("computeFirst"), ["src/a.ts"]);

    // Only the third window hears of the edit, as of one by a tool that only its watcher saw.
    const third = followers[1] as Window;
    writeTree(place.folder, { "src/b.ts": functionText("computeSecond") });
    third.changed("src/b.ts");
    await settle(third);
    for (const window of windows)
      assert.deepEqual(await window.pathsShowing("computeSecond"), ["src/b.ts"]);
    for (const window of windows) await window.status(({ remembered }) => remembered === 2);

    for (let round = 0; windows.length > 1; round++) {
      await owner.kill();
      windows = windows.filter((window) => window !== owner);
      await takenOver(windows);
      ({ owner, followers } = await roles(windows));
      const name = `computeRound${letters(round)}`;
      const file = `src/round${round}.ts`;
      writeTree(place.folder, { [file]: functionText(name) });
      const teller = followers.at(-1) ?? owner;
      teller.changed(file);
      await settle(teller);
      for (const window of windows) {
        assert.deepEqual(await window.pathsShowing(name), [file]);
        assert.deepEqual(await window.pathsShowing("computeSecond"), ["src/b.ts"]);
      }
    }
  });

  it("finish what a killed owner had begun to read, also when two are killed at once", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 400 }, (_, n) => [`src/f${n}.ts`, functionText(`step${letters(n)}`)]),
    );
    using place = workspace(files);
    await using open = await openWindows(place, 4);
    const { owner, followers } = await roles(open.windows);
    await owner.status(({ filesSeen }) => filesSeen > 0);
    const [second, ...others] = followers as [Window, Window, Window];
    await Promise.all([owner.kill(), second.kill()]);
    await takenOver(others);
    await Promise.all(others.map(settle));
    await roles(others);
    for (const window of others) {
      const root = await window.status(({ remembered }) => remembered === 400);
      assert.equal(root.filesSeen, 400);
      assert.deepEqual(await window.pathsShowing(`step${letters(399)}`), ["src/f399.ts"]);
    }
  });

  it("each show their own unsaved text, and find it", async () => {
    using place = workspace({ "src/a.ts": functionText("computeFirst") });
    await using open = await openWindows(place, 3);
    const { owner, followers } = await roles(open.windows);
    await settle(owner);
    const [second, third] = followers as [Window, Window];
    const file = path.join(place.folder, "src/a.ts");
    second.notify(methods.documentChanged, { file, version: 2, text: functionText("typedHere") });
    await settle(second);
    assert.deepEqual(await second.pathsShowing("typedHere"), ["src/a.ts"]);
    for (const other of [owner, third]) {
      assert.deepEqual(await other.pathsShowing("typedHere"), []);
      await settle(other);
    }
    // A window that is killed takes its unsaved text with it.
    await second.kill();
    await third.status(({ pending }) => pending === 0);
    third.changed("src/a.ts");
    await settle(third);
    assert.deepEqual(await third.pathsShowing("computeFirst"), ["src/a.ts"]);
  });
});

describe("what one window does for all", () => {
  it("is to pause and to resume", async () => {
    using place = workspace({ "src/a.ts": functionText("computeFirst") });
    await using open = await openWindows(place, 3);
    const { owner, followers } = await roles(open.windows);
    await settle(owner);
    const [second, third] = followers as [Window, Window];
    assert.equal((await second.request(methods.pause, {})).paused, true);
    for (const window of [owner, third])
      await window.status(({ state }, { paused }) => paused && state === "paused");
    assert.equal((await third.request(methods.resume, {})).paused, false);
    for (const window of [owner, second, third])
      await window.status(({ state }, { paused }) => !paused && state === "ready");
    // The next owner is paused as the one before was.
    await second.request(methods.pause, {});
    await third.status((_root, { paused }) => paused);
    await owner.kill();
    await takenOver([second, third]);
    for (const window of [second, third]) await window.status(({ state }) => state === "paused");
  });

  it("is to rebuild the memory; one that does not keep it says who deletes it", async () => {
    using place = workspace({ "src/a.ts": functionText("computeFirst") });
    await using open = await openWindows(place, 3);
    const { owner, followers } = await roles(open.windows);
    await settle(owner);
    const [second, third] = followers as [Window, Window];
    await second.request(methods.rebuild, {});
    await settle(second);
    assert.deepEqual(await third.pathsShowing("computeFirst"), ["src/a.ts"]);
    await assert.rejects(second.request(methods.forget, { rootId: "root" }), /Do this there/);

    await owner.request(methods.forget, { rootId: "root" });
    for (const window of [second, third]) {
      const { notices } = await window.status(({ state }) => state === "failed");
      assert.deepEqual(notices, [{ kind: "forgottenElsewhere" }]);
      assert.deepEqual(await window.pathsShowing("computeFirst"), []);
    }
    await third.request(methods.rebuild, { rootId: "root" });
    await settle(third);
    assert.deepEqual(await third.pathsShowing("computeFirst"), ["src/a.ts"]);
    await second.request(methods.rebuild, { rootId: "root" });
    assert.deepEqual(await second.pathsShowing("computeFirst"), ["src/a.ts"]);
    assert.ok(isFollower(await second.status(() => true)));
  });
});
