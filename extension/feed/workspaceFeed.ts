import * as vscode from "vscode";
import {
  documentChanged,
  documentClosed,
  filesChanged,
  openEditors,
} from "../../protocol/methods.ts";
import { MemoryError } from "../../protocol/errors.ts";
import type { Root } from "../../protocol/types.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import type { LogSink } from "../memory/serverLogLine.ts";
import { isInside } from "../roots.ts";
import { ChangeBatch, type Schedule } from "./changeBatch.ts";
import { DocumentStream, type StreamedDocument } from "./documentStream.ts";
import { RecentFiles } from "./recentFiles.ts";

const batchMs = 50;
const rescanEveryMs = 30_000;

/**
 * Tells the memory what happens in the window: files that change on disk, unsaved text, which editors are
 * open. It never reads a file; the server does.
 */
export class WorkspaceFeed implements vscode.Disposable {
  readonly #session: MemorySession;
  readonly #log: LogSink;
  readonly #batch: ChangeBatch;
  readonly #stream: DocumentStream;
  readonly #recent = new RecentFiles();
  readonly #subscriptions: vscode.Disposable[] = [];
  #watchers: vscode.Disposable[] = [];
  #watched = "";
  #roots: readonly Root[] = [];
  #lastRescanMs = Number.NEGATIVE_INFINITY;

  constructor(session: MemorySession, log: LogSink) {
    this.#session = session;
    this.#log = log;
    const client = session.client;
    this.#batch = new ChangeBatch(
      (changes) => client.notify(filesChanged, { changes }),
      schedule,
      batchMs,
    );
    this.#stream = new DocumentStream(
      {
        changed: (params) => client.notify(documentChanged, params),
        closed: (file) => client.notify(documentClosed, { file }),
      },
      schedule,
      () => performance.now(),
    );
    this.#subscriptions.push(
      session.onDidOpen(() => this.#tellEverything()),
      session.onDidChange(() => this.#watchRoots()),
      vscode.workspace.onDidChangeTextDocument((event) => this.#documentChanged(event.document)),
      vscode.workspace.onDidSaveTextDocument((document) => this.#documentChanged(document)),
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (document.uri.scheme === "file") this.#stream.closed(document.uri.fsPath);
      }),
      vscode.window.onDidChangeActiveTextEditor(() => this.#editorsChanged()),
      vscode.window.tabGroups.onDidChangeTabs(() => this.#editorsChanged()),
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused) this.#rescan();
      }),
    );
  }

  dispose(): void {
    this.#batch.dispose();
    this.#stream.restart();
    for (const disposable of [...this.#watchers, ...this.#subscriptions]) disposable.dispose();
  }

  /** A server that just opened the memory knows the disk only. */
  #tellEverything(): void {
    this.#stream.restart();
    this.#watchRoots();
    for (const document of vscode.workspace.textDocuments) this.#documentChanged(document);
    this.#recent.update(openFiles(), activeFile());
    this.#session.client.notify(openEditors, { files: this.#recent.files });
  }

  #watchRoots(): void {
    const roots = this.#session.state.kind === "open" ? this.#session.roots : [];
    const watched = JSON.stringify(roots);
    if (watched === this.#watched) return;
    this.#watched = watched;
    this.#roots = roots;
    for (const watcher of this.#watchers) watcher.dispose();
    this.#watchers = roots.map((root) => this.#watch(root));
  }

  #watch(root: Root): vscode.Disposable {
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.file(root.folder), "**/*"),
    );
    watcher.onDidCreate((uri) => this.#batch.add(uri.fsPath, "created"));
    watcher.onDidChange((uri) => this.#batch.add(uri.fsPath, "changed"));
    watcher.onDidDelete((uri) => this.#batch.add(uri.fsPath, "deleted"));
    return watcher;
  }

  #documentChanged(document: vscode.TextDocument): void {
    if (document.uri.scheme !== "file") return;
    const file = document.uri.fsPath;
    if (!this.#roots.some((root) => isInside(root.folder, file))) return;
    this.#stream.changed(streamed(document));
  }

  #editorsChanged(): void {
    if (!this.#recent.update(openFiles(), activeFile())) return;
    this.#session.client.notify(openEditors, { files: this.#recent.files });
  }

  /** A safety net for changes that no watcher reported; coming back to the window is when it matters. */
  #rescan(): void {
    if (this.#session.state.kind !== "open") return;
    const now = performance.now();
    if (now - this.#lastRescanMs < rescanEveryMs) return;
    this.#lastRescanMs = now;
    this.#session.rescan().catch((error: unknown) => {
      if (!(error instanceof MemoryError)) throw error;
      this.#log.debug(`[memory] the look at the whole tree ended early: ${error.errorName}`);
    });
  }
}

/** Absolute path of the file in the active editor, `undefined` when there is none on disk. */
export function activeFile(): string | undefined {
  const uri = vscode.window.activeTextEditor?.document.uri;
  return uri?.scheme === "file" ? uri.fsPath : undefined;
}

/** Runs something later on the event loop; a delay of 0 lets other work go first. */
export const schedule: Schedule = (run, delayMs) => {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
};

function openFiles(): string[] {
  const files: string[] = [];
  for (const tab of vscode.window.tabGroups.all.flatMap((group) => group.tabs)) {
    if (tab.input instanceof vscode.TabInputText && tab.input.uri.scheme === "file") {
      files.push(tab.input.uri.fsPath);
    }
  }
  return files;
}

function streamed(document: vscode.TextDocument): StreamedDocument {
  return {
    file: document.uri.fsPath,
    get version() {
      return document.version;
    },
    get isDirty() {
      return document.isDirty && !document.isClosed;
    },
    length: () => document.offsetAt(document.lineAt(document.lineCount - 1).range.end),
    text: () => document.getText(),
  };
}
