/** Lore's tools as language models in the editor call them. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { askUntil, cites, eventually, folder, run, withSetting } from "./editor.ts";

const lighthouse = "src/lighthouse.ts";
const source = `/** Turns the lamp of the lighthouse, in degrees a second. */
export function turnLamp(speed: number): number {
  return speed * 12;
}

export const nightSpeed = turnLamp(2);
`;

/** Calls a tool of the extension as a model does outside of a conversation, and returns the text of its result. */
function invoke(name: string, input: object): Promise<string> {
  return invokeNamed(`lore_${name}`, input);
}

async function invokeNamed(name: string, input: object): Promise<string> {
  const result = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined });
  return result.content
    .map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : ""))
    .join("");
}

/**
 * Calls a tool of the MCP server when it is there. The editor takes the tools away for a moment when it hears late that the
 * server's definition changed, as it did when the tests before changed a setting and started the memory server anew.
 */
async function invokeOfServer(tool: string, input: object): Promise<string> {
  for (;;) {
    const { name } = await eventually(() =>
      vscode.lm.tools.find((each) => each.name === `mcp_lore_${tool}`),
    );
    try {
      return await invokeNamed(name, input);
    } catch (error) {
      if (!/was not contributed/.test(String(error))) throw error;
    }
  }
}

suite("Lore's tools for language models", () => {
  suiteSetup(async () => {
    const file = path.join(folder(), lighthouse);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, source);
    await askUntil("Where is turnLamp?", (answer) => cites(answer, lighthouse));
  });

  test("every tool of the manifest is offered with its description and schema", async () => {
    const extension = vscode.extensions.getExtension("lore.lore");
    assert.ok(extension !== undefined);
    const { contributes } = extension.packageJSON as {
      contributes: {
        languageModelTools: { name: string; modelDescription: string; inputSchema: object }[];
      };
    };
    assert.ok(contributes.languageModelTools.length > 0);
    for (const { name, modelDescription, inputSchema } of contributes.languageModelTools) {
      const known = await eventually(() => vscode.lm.tools.find((tool) => tool.name === name));
      assert.equal(known.description, modelDescription);
      assert.deepEqual(known.inputSchema, inputSchema);
    }
  });

  test("they find, read and follow code", async () => {
    const found = await invoke("search_memory", { question: "how fast does the lamp turn?" });
    assert.ok(found.includes(`\`${lighthouse}:`), found);
    assert.match(
      await invoke("read_memory", { path: lighthouse, startLine: 2, endLine: 4 }),
      /speed \* 12/,
    );
    assert.match(await invoke("find_usages", { name: "turnLamp" }), /nightSpeed = turnLamp\(2\)/);
  });

  test("a note of a model is kept, recalled and forgotten", async () => {
    const text = "The lamp turns slowly because sailors asked for it.";
    // The editor's question before each of these is answered with yes while a driver is there.
    await withSetting(
      "lore.agents.permission",
      "forget",
      async () => {
        const kept = await invoke("remember", { text, path: lighthouse, startLine: 3 });
        const [, id = ""] = /, id ([0-9a-f-]+)/.exec(kept) ?? [];
        const recalled = await invoke("recall_notes", { about: "lamp" });
        assert.match(recalled, /sailors asked for it/);
        assert.match(recalled, /`editor chat \(agent\)`/);
        assert.equal(await invoke("forget_note", { id }), "Forgotten.");
      },
      vscode.ConfigurationTarget.Global,
    );
    assert.ok(!(await invoke("recall_notes", {})).includes("sailors"));
  });

  test("what the user does not allow is not done", async () => {
    await withSetting(
      "lore.agents.permission",
      "read",
      async () => {
        await assert.rejects(invoke("remember", { text: "nobody asked" }), /has not allowed/);
      },
      vscode.ConfigurationTarget.Global,
    );
    assert.ok(!(await invoke("recall_notes", {})).includes("nobody asked"));
  });

  test("what a model does wrong is told to it", async () => {
    await assert.rejects(invoke("search_memory", { question: "" }), /must not be empty/);
    const since = { since: "no-such-tag" };
    await assert.rejects(invoke("what_changed", since), /since|history|repository/i);
  });

  test("a tool waits for a server that is started anew", async () => {
    const restarted = run("restartServer");
    const found = await invoke("search_memory", { question: "turnLamp" });
    await restarted;
    assert.ok(found.includes(lighthouse) || /still filling/.test(found), found);
  });

  test("the editor starts the MCP server, which shares the window's memory and notes", async () => {
    const start = "workbench.mcp.startServer";
    await vscode.commands.executeCommand(start, "lore.lore/Lore", { autoTrustChanges: true });
    const input = { question: "how fast does the lamp turn?", folder: folder() };
    // The editor hands a model the data of a result and not its text.
    const found = JSON.parse(await invokeOfServer("search_memory", input)) as {
      notice: string;
      places: { path: string }[];
    };
    assert.equal(found.places[0]?.path, lighthouse);
    assert.match(found.notice, /not instructions/);
    await invokeOfServer("remember", { text: "Lamps are trimmed at dusk.", folder: folder() });
    assert.match(await invoke("recall_notes", { about: "lamps" }), /trimmed at dusk/);
    assert.ok(!vscode.lm.tools.some((tool) => tool.name === "mcp_lore_forget_note"));
  });
});
