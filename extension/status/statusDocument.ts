import * as vscode from "vscode";
import { MemoryError } from "../../protocol/errors.ts";
import { problems } from "../../protocol/methods.ts";
import type { FileProblem } from "../../protocol/types.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import type { LogSink } from "../memory/serverLogLine.ts";
import type { Wording } from "../wording.ts";
import { statusReport, type ListedProblems } from "./statusReport.ts";

const scheme = "lore-status";
const pageSize = 500;
const maxListed = 5_000;
const refreshMs = 1_000;

/** “Lore: Show Status”: a read-only document that follows the memory while it is open. */
export class StatusDocument implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #memory: MemorySession;
  readonly #completions: () => string;
  readonly #wording: Wording;
  readonly #log: LogSink;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #subscriptions: { dispose(): void }[];
  #timer: NodeJS.Timeout | undefined;
  readonly #uri: vscode.Uri;

  /** `completions` says in a sentence whether code is completed. */
  constructor(memory: MemorySession, completions: () => string, wording: Wording, log: LogSink) {
    this.#memory = memory;
    this.#completions = completions;
    this.#wording = wording;
    this.#log = log;
    this.#uri = vscode.Uri.from({ scheme, path: `/${wording.t("Lore Status")}.txt` });
    this.#subscriptions = [
      vscode.workspace.registerTextDocumentContentProvider(scheme, this),
      memory.onDidChange(() => this.#refreshSoon()),
      this.#changed,
    ];
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** Opens the document, or brings it to the front. */
  async show(): Promise<void> {
    this.#changed.fire(this.#uri);
    const document = await vscode.workspace.openTextDocument(this.#uri);
    await vscode.window.showTextDocument(document, { preview: true });
  }

  async provideTextDocumentContent(): Promise<string> {
    const problems = await this.#listProblems();
    return statusReport(this.#memory.state, problems, this.#completions(), this.#wording);
  }

  async #listProblems(): Promise<ListedProblems[]> {
    const { state } = this.#memory;
    if (state.kind !== "open") return [];
    try {
      const listed: ListedProblems[] = [];
      for (const { root } of state.status.roots) listed.push(await this.#listRoot(root.id));
      return listed;
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
      // The report then shows the counts alone; the state says what happened to the server.
      this.#log.warn(`[memory] the list of problems could not be read: ${error.errorName}`);
      return [];
    }
  }

  async #listRoot(rootId: string): Promise<ListedProblems> {
    const found: FileProblem[] = [];
    for (;;) {
      const page = await this.#memory.client.request(problems, {
        rootId,
        offset: found.length,
        limit: pageSize,
      });
      found.push(...page.problems);
      if (page.problems.length === 0 || found.length >= Math.min(page.total, maxListed)) {
        return { rootId, problems: found, total: page.total };
      }
    }
  }

  #refreshSoon(): void {
    if (this.#timer !== undefined || !this.#isOpen()) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#changed.fire(this.#uri);
    }, refreshMs);
  }

  #isOpen(): boolean {
    return vscode.workspace.textDocuments.some((document) => document.uri.scheme === scheme);
  }
}
