/** What the command line says of a memory that is empty, not complete yet, or another process's. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RootStatus } from "../../../protocol/types.ts";
import { exitCodes } from "../../../server/cli/commandTable.ts";
import { nodeClock } from "../../../server/nodePorts.ts";
import { cliBench, rootStatus } from "./around.ts";

const questions = [
  ["ask", "project", "q"],
  ["search", "project", "q"],
  ["search", "project", "--all", "q"],
] as const;

const nothing: Partial<RootStatus> = { filesSeen: 0, remembered: 0, skipped: {}, nChunks: 0 };

interface Noticed {
  readonly notices: readonly { readonly kind: string; readonly message: string }[];
}

describe("a folder of which nothing is in memory", () => {
  const hiding = {
    kind: "ignoreHidesAlmostAll",
    rule: "/*",
    ruleFile: ".gitignore",
    nHidden: 9,
    nEntries: 9,
    override: "!/*",
  } as const;
  for (const [why, change, sentence] of [
    ["it is empty", {}, /holds no files\./],
    [
      "one rule hides everything",
      { ignoredEntries: 9, notices: [hiding] },
      /An ignore rule hides everything(.|\n)*“\/\*” in \.gitignore hides 9 of 9(.|\n)*“!\/\*”/,
    ],
    ["rules hide everything", { ignoredEntries: 2 }, /Ignore rules hide everything.*--include/],
    [
      "nothing in it can be remembered",
      { filesSeen: 1, skipped: { binary: 1 } },
      /could be remembered(.|\n)*1 binary/,
    ],
  ] as const) {
    it(`because ${why}, is told so by every question and by status`, async (t) => {
      const bench = cliBench(t, { ...nothing, ...change });
      await bench.run(["index", "project"]);
      for (const args of [...questions, ["status", "project"]]) {
        const { code, out } = await bench.run(args);
        assert.match(out, sentence, args.join(" "));
        assert.equal(code, args[0] === "status" ? exitCodes.ok : exitCodes.nothing);
        assert.doesNotMatch(out, /one|Nothing in memory fits/, "no answer beside it");
      }
    });
  }

  it("is told in JSON as a notice", async (t) => {
    const bench = cliBench(t, { ...nothing, notices: [hiding] });
    for (const args of questions) {
      const { out } = await bench.run([...args, "--json"]);
      const { notices } = JSON.parse(out) as Noticed;
      assert.deepEqual(
        notices.map(({ kind }) => kind),
        ["ignoreHidesAlmostAll", "nothingRemembered"],
      );
      assert.match(notices[1]?.message ?? "", /An ignore rule hides everything/);
    }
  });
});

describe("a memory that another process fills", () => {
  const filling: Partial<RootStatus> = {
    state: "filling",
    filesSeen: 5_000,
    remembered: 1_200,
    pending: 3_800,
    notices: [{ kind: "readOnly" }],
  };

  it("is asked at once, and how far it is stands beside the answer", async (t) => {
    const bench = cliBench(t, filling);
    for (const args of questions) {
      const { code, err } = await bench.run(args);
      assert.ok(code === exitCodes.ok || code === exitCodes.nothing);
      assert.match(err, /Another Lore process.*still remembering.*1,200 of 5,000 files so far/);
      const json = await bench.run([...args, "--json"]);
      const [notice] = (JSON.parse(json.out) as Noticed).notices;
      assert.equal(notice?.kind, "readOnly");
      assert.equal(json.err, "");
    }
    assert.ok(bench.services.memory.calls.every(([name]) => name !== "settled"));
    const status = await bench.run(["status", "project"]);
    assert.match(status.out, /1,200 of 5,000 files in memory(.|\n)*waiting: 3,800/);
    assert.match(status.out, /still remembering this folder/);
  });

  it("says so when nothing is there yet, and does not say that the folder is empty", async (t) => {
    const bench = cliBench(t, { ...nothing, state: "opening", notices: [{ kind: "readOnly" }] });
    const { code, out } = await bench.run(["ask", "project", "q"]);
    assert.equal(code, exitCodes.nothing);
    assert.match(out, /^Nothing of .* is in memory yet\.\n.*just beginning.*again in a moment/);
    assert.doesNotMatch(out, /holds no files/);
  });

  it("is no matter to an answer once it is complete, and status says who keeps it", async (t) => {
    const bench = cliBench(t, { notices: [{ kind: "readOnly" }] });
    const { err } = await bench.run(["ask", "project", "q"]);
    assert.equal(err, "");
    const { out } = await bench.run(["status", "project"]);
    assert.match(out, /keeps the memory of this folder up to date; this one reads from it/);
  });

  it("is waited for no more by index when the other process has been silent for long", async (t) => {
    const silent: Partial<RootStatus> = { ...filling, notices: [{ kind: "ownerSilent" }] };
    let nowMs = 0;
    const bench = cliBench(t, silent, { clock: { ...nodeClock, elapsedMs: () => nowMs } });
    const { memory } = bench.services;
    const listen = memory.onStatusChanged;
    let isOver = false;
    memory.onStatusChanged = (listener) => {
      const stop = listen(listener);
      queueMicrotask(function announce() {
        if (isOver) return;
        // As the store is tried again.
        nowMs += 3_000;
        memory.announce(memory.status());
        queueMicrotask(announce);
      });
      return stop;
    };
    const ran = bench.run(["index", "project"]).finally(() => (isOver = true));
    const { code, err } = await ran;
    assert.equal(code, exitCodes.failed);
    assert.match(err, /keeps the memory of this folder and does not answer/);
    assert.ok(nowMs >= 15_000);
    assert.ok(memory.calls.every(([name]) => name !== "settled"));
    // What is remembered is shown at once, and said to be no newer.
    const status = await bench.run(["status", "project"]);
    assert.equal(status.code, exitCodes.ok);
    assert.match(status.out, /1,200 of 5,000 files in memory(.|\n)*does not answer/);
    const asked = await bench.run(["ask", "project", "q"]);
    assert.match(asked.err, /does not answer; what it had remembered is used as it is/);
  });

  for (const [end, change, settles] of [
    ["is done", { state: "ready", notices: [{ kind: "readOnly" }] }, false],
    ["ended early, and goes on itself", { state: "scanning", notices: [] }, true],
  ] as const) {
    it(`is waited for by index until the other process ${end}`, async (t) => {
      const bench = cliBench(t, filling);
      const { memory } = bench.services;
      let watchers = 0;
      const listen = memory.onStatusChanged;
      memory.onStatusChanged = (listener) => {
        const stop = listen(listener);
        // The progress and the wait listen.
        if (++watchers === 2)
          queueMicrotask(() => {
            const later = rootStatus(bench.folder, change);
            memory.status = () => ({ roots: [later], paused: false, serverVersion: "test" });
            memory.announce(memory.status());
          });
        return stop;
      };
      const { code, out } = await bench.run(["index", "project"]);
      assert.equal(code, exitCodes.ok);
      assert.match(out, /2 of 3 files in memory/);
      assert.equal(
        memory.calls.some(([name]) => name === "settled"),
        settles,
      );
    });
  }
});
