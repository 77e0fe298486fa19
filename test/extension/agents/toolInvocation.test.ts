import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCommandLine } from "../../../server/cli/parseCommandLine.ts";
import { toolDescriptions } from "../../../server/tools/toolBox.ts";
import { mcpArguments } from "../../../extension/agents/mcpArguments.ts";
import { announce, withinRoom } from "../../../extension/agents/toolInvocation.ts";
import { translate } from "../translate.ts";

test("the user is asked before every tool that changes the memory, and told of each", () => {
  const running = new Set<string>();
  for (const { name, permission } of toolDescriptions) {
    const announced = announce(name, { text: "we use tabs", id: "7" }, translate);
    assert.equal(announced.ask !== undefined, permission !== "read", name);
    running.add(announced.running);
  }
  assert.equal(running.size, toolDescriptions.length, "each has words of its own");
  const { ask } = announce("remember", { text: "we use tabs" }, translate);
  assert.equal(ask?.text, "we use tabs");
  for (const input of [undefined, null, 7, "text", [], { text: 7 }])
    assert.equal(announce("remember", input, translate).ask?.text, "");
});

test("a tool's result is no larger than what the model has room for", () => {
  const question = "why?";
  const rows: readonly [input: unknown, room: number | undefined, expected: unknown][] = [
    [{ question }, undefined, { question }],
    [{ question }, 8_000, { question }],
    [{ question }, 700.5, { question, maxTokens: 700 }],
    [{ question }, 20, { question, maxTokens: 200 }],
    [{ question, maxTokens: 5_000 }, 700, { question, maxTokens: 700 }],
    [{ question, maxTokens: 500 }, 700, { question, maxTokens: 500 }],
    ["text", 700, "text"],
  ];
  for (const [input, room, expected] of rows)
    assert.deepEqual(withinRoom(input, true, room), expected);
  assert.deepEqual(withinRoom({ id: "7" }, false, 100), { id: "7" });
});

test("an agent's server is called with the window's folders, store, settings and permission", () => {
  const settings = {
    include: ["a b/**"],
    exclude: ["-x", "y"],
    threads: 3,
    maxFileBytes: 2_500_000,
  };
  const roots = ["/work/one", "/work/-two"].map((folder) => ({ id: folder, folder, name: folder }));
  const words = mcpArguments({ roots, storeDir: "/store of mine", settings }, "forget");
  const parsed = parseCommandLine(words);
  assert.ok(parsed.kind === "command" && parsed.command.kind === "mcp");
  const { folders, permission, storeDir, audit } = parsed.command;
  assert.deepEqual(folders, ["/work/one", "/work/-two"]);
  assert.deepEqual([permission, storeDir, audit], ["forget", "/store of mine", false]);
  const { include, exclude, threads, maxFileBytes } = parsed.command.settings;
  assert.deepEqual({ include, exclude, threads, maxFileBytes }, settings);
});
