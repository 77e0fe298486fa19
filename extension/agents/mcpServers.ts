import * as vscode from "vscode";
import type { MemorySession, WindowFacts } from "../memory/memorySession.ts";
import { stateName } from "../memory/memoryState.ts";
import { loreSettings, settingNames } from "../settings.ts";
import { mcpArguments } from "./mcpArguments.ts";

/** As in the manifest. */
const providerId = "lore.memory";

/** Offers the memory of this window to the editor's agents, as a server of the Model Context Protocol. */
export function registerMcpServer(
  context: vscode.ExtensionContext,
  memory: MemorySession,
  readFacts: () => WindowFacts,
): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  let state = stateName(memory.state);
  const provider: vscode.McpServerDefinitionProvider<vscode.McpStdioServerDefinition> = {
    onDidChangeMcpServerDefinitions: changed.event,
    provideMcpServerDefinitions: () => {
      if (!isOffered(state)) return [];
      const configuration = vscode.workspace.getConfiguration();
      const { agentPermission } = loreSettings((name) => configuration.get(name));
      const facts = { ...readFacts(), roots: memory.roots };
      const bundle = context.asAbsolutePath("dist/lore.mjs");
      return [
        new vscode.McpStdioServerDefinition(
          "Lore",
          process.execPath,
          [bundle, ...mcpArguments(facts, agentPermission)],
          // The editor's own runtime, as plain Node, without the hooks that the editor set for itself.
          { ELECTRON_RUN_AS_NODE: "1", NODE_OPTIONS: null },
          (context.extension.packageJSON as { version: string }).version,
        ),
      ];
    },
  };
  return vscode.Disposable.from(
    changed,
    vscode.lm.registerMcpServerDefinitionProvider(providerId, provider),
    memory.onDidChange(() => {
      const now = stateName(memory.state);
      const isOther = isOffered(now) !== isOffered(state);
      state = now;
      if (isOther) changed.fire();
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(() => changed.fire()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (settingNames.some((name) => event.affectsConfiguration(name))) changed.fire();
    }),
  );
}

/** Without an open memory an agent would begin one that the user does not want or may not have. */
function isOffered(state: string): boolean {
  return ["filling", "ready", "paused"].includes(state);
}
