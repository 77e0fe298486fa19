import * as vscode from "vscode";
import { listConversations, listNotes, notesChanged } from "../../protocol/methods.ts";
import type { ChatSession } from "../chat/chatSession.ts";
import { isMemoryError } from "../memory/memoryClient.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import { stateName } from "../memory/memoryState.ts";
import type { Wording } from "../wording.ts";
import { childrenOf, rowOf, workRoots, type WorkNode } from "./workItems.ts";

/** Id of the view in package.json. */
const workViewId = "lore.work";

/** Conversations and notes as a tree below the chat. It follows both, whoever changes them. */
export class WorkTree implements vscode.TreeDataProvider<WorkNode>, vscode.Disposable {
  readonly #memory: MemorySession;
  readonly #wording: Wording;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #subscriptions: readonly { dispose(): void }[];
  #state: string;

  constructor(memory: MemorySession, chat: ChatSession, wording: Wording) {
    this.#memory = memory;
    this.#wording = wording;
    this.#state = stateName(memory.state);
    const view = vscode.window.createTreeView(workViewId, { treeDataProvider: this });
    this.#subscriptions = [
      view,
      this.#changed,
      chat.onMessage(({ type }) => {
        if (type === "conversations" || type === "state") this.#changed.fire();
      }),
      memory.client.onNotification(notesChanged, () => this.#changed.fire()),
      memory.onDidChange(() => this.#followState()),
      // What another window did meanwhile.
      view.onDidChangeVisibility(({ visible }) => {
        if (visible) this.#changed.fire();
      }),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async getChildren(node?: WorkNode): Promise<WorkNode[]> {
    if (node !== undefined) return childrenOf(node);
    if (this.#memory.state.kind !== "open") return [];
    const { client } = this.#memory;
    try {
      const { conversations } = await client.request(listConversations, {});
      const { notes } = await client.request(listNotes, {});
      return workRoots(conversations, notes);
    } catch (error) {
      // A server that went away is told by the memory's state, and the tree is read again when it is back.
      if (isMemoryError(error, "serverLost") || isMemoryError(error, "rootNotOpen")) return [];
      throw error;
    }
  }

  getTreeItem(node: WorkNode): vscode.TreeItem {
    const row = rowOf(node, this.#wording, Date.now());
    const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;
    const isTop = node.kind === "conversations" || node.kind === "notes";
    const item = new vscode.TreeItem(
      row.label,
      row.hasChildren ? (isTop ? Expanded : Collapsed) : None,
    );
    item.id = row.id;
    item.description = row.description;
    item.contextValue = row.context;
    item.accessibilityInformation = { label: row.spoken };
    item.iconPath = new vscode.ThemeIcon(
      row.icon,
      row.warns ? new vscode.ThemeColor("list.warningForeground") : undefined,
    );
    const command = commandOf(node);
    if (command !== undefined) item.command = { command, title: row.label, arguments: [node] };
    return item;
  }

  #followState(): void {
    const state = stateName(this.#memory.state);
    if (state === this.#state) return;
    this.#state = state;
    this.#changed.fire();
  }
}

function commandOf(node: WorkNode): string | undefined {
  switch (node.kind) {
    case "conversation":
      return "lore.openConversation";
    case "note":
      return "lore.openNote";
    default:
      return undefined;
  }
}
