/** Every command with `--json`, on a real folder: a script can read whatever comes out. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { after, describe, it } from "node:test";
import { commandNames, exitCodes, type CommandName } from "../../../server/cli/commandTable.ts";
import { git } from "../ingest/treesOnDisk.ts";
import { lore, project } from "./loreProcess.ts";

describe("with --json every command says JSON and nothing else", () => {
  const { home, folder } = project({ after });
  git(folder, ["init", "-q", "-b", "main"]);
  git(folder, ["add", "."]);
  git(folder, ["commit", "-q", "-m", "Add the cache"]);
  const saved = path.join(home, "none.jsonl");
  const trace = path.join(home, "trace.json");
  const batch = path.join(home, "batch.jsonl");
  writeFileSync(batch, '{"id": 1, "query": "evict"}\n{"id": 2, "query": "pop"}\n');
  const question = "where are the oldest answers thrown away?";
  /** For each command what is written behind it; each is run, in this order. */
  const runs: Readonly<Record<CommandName, readonly (readonly string[])[]>> = {
    ...{ help: [["ask"]], completion: [["bash"]], index: [[folder]], status: [[folder]] },
    ...{ stats: [[]], ask: [[folder, question]], context: [[folder, question]] },
    search: [
      [folder, question, "--explain", "--save-trace", trace],
      [folder, "--all", "answers"],
      [folder, "--batch", batch],
    ],
    ...{ retrace: [[folder, trace]], history: [[folder, "src/cache.py:99"]] },
    ...{ changed: [[folder]], timeline: [[folder]] },
    // What the machine's models can do is no matter here.
    complete: [[folder, "src/none.py:6"]],
    "self-test": [[folder, "--tokens", "1k", "--per-point", "1"]],
    remember: [[folder, "we use tabs", "--at", "src/cache.py:4-6"]],
    ...{ notes: [[folder]], turns: [[folder, "tabs"]], memory: [[folder]] },
    mcp: [[folder, "--audit"]],
    ...{ export: [[folder]], import: [[folder, saved]] },
    forget: [[folder, "--topic", "tabs"], [folder]],
  };
  const order = [...commandNames.filter((name) => name !== "forget"), "forget"] as const;
  for (const name of order)
    for (const words of runs[name])
      it(`lore ${[name, ...words.map((word) => path.basename(word))].join(" ")}`, async () => {
        const { code, out, err } = await lore(home, [name, ...words, "--json"]);
        const what = `lore ${name} ${words.join(" ")}: ${out}${err}`;
        for (const line of out.split("\n").slice(0, -1))
          assert.doesNotThrow(() => JSON.parse(line), what);
        assert.ok([exitCodes.ok, exitCodes.failed, exitCodes.nothing].includes(code as 0), what);
        if (code === exitCodes.failed) {
          assert.equal(out, "", what);
          const { error } = JSON.parse(err) as { error: { name: string; message: string } };
          assert.ok(error.name !== "" && error.message !== "", what);
        } else assert.notEqual(out, "", what);
      });
});
