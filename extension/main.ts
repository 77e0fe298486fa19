import { isBuiltin } from "node:module";
import * as vscode from "vscode";
import { placeOf } from "../protocol/errorPlace.ts";
import { englishStrings } from "../webview/strings.ts";
import { registerLanguageModelTools } from "./agents/languageModelTools.ts";
import { registerMcpServer } from "./agents/mcpServers.ts";
import { ChatKeeper } from "./chat/chatKeeper.ts";
import { ChatSession } from "./chat/chatSession.ts";
import { ChatView, chatViewId, reportFailure } from "./chat/chatView.ts";
import { CitationOpener } from "./chat/citations.ts";
import { memoryLine } from "./chat/memoryLine.ts";
import { registerCommands } from "./commands/commands.ts";
import { explainCompletions } from "./completions/completionState.ts";
import { InlineCompletions } from "./completions/inlineCompletions.ts";
import { CodeActions } from "./editor/codeActions.ts";
import { CodeLenses } from "./editor/codeLenses.ts";
import { followProblemsInContext } from "./editor/problemContext.ts";
import { HereHover } from "./editor/hereHover.ts";
import { activeFile, schedule, WorkspaceFeed } from "./feed/workspaceFeed.ts";
import { noticeRoom } from "./firstRun/roomNotice.ts";
import { CommitDocument } from "./history/commitDocument.ts";
import { createLog } from "./log.ts";
import { noticeFailures } from "./memory/failureNotice.ts";
import { askConsent } from "./models/consent.ts";
import { editorModels } from "./models/editorModels.ts";
import { ModelMemory } from "./models/modelMemory.ts";
import { Models } from "./models/models.ts";
import { MemoryClient } from "./memory/memoryClient.ts";
import { MemorySession, type WindowFacts } from "./memory/memorySession.ts";
import { stateName } from "./memory/memoryState.ts";
import { LoreModel } from "./participant/loreModel.ts";
import { Participant } from "./participant/participant.ts";
import { PictureView } from "./picture/pictureView.ts";
import { ServerProcess } from "./memory/serverProcess.ts";
import { rootsOf } from "./roots.ts";
import { loreSettings, modelSettings, settingNames } from "./settings.ts";
import { StatusDocument } from "./status/statusDocument.ts";
import { StatusItem } from "./status/statusItem.ts";
import { Traces } from "./trace/traces.ts";
import { UnusualMarks } from "./unusual/unusualMarks.ts";
import { WorkTree } from "./work/workTree.ts";
import { createWording } from "./wording.ts";

let running: MemorySession | undefined;

/** Builds the extension's objects and lets them go; the memory opens in the background. */
export function activate(context: vscode.ExtensionContext): void {
  const startedMs = performance.now();
  const log = createLog();
  const { t } = vscode.l10n;
  const wording = createWording(t, vscode.env.language);
  const server = new ServerProcess({
    modulePath: context.asAbsolutePath("dist/server.mjs"),
    log,
    nowMs: () => performance.now(),
    restartDelayMs: 250,
    stopTimeoutMs: 3_000,
  });
  const memory = new MemorySession(
    server,
    new MemoryClient(log),
    () => readWindowFacts(context),
    log,
  );
  running = memory;
  const keeper = new ChatKeeper(context.workspaceState, schedule);
  const models = new Models(new ModelMemory(context.globalState, context.secrets), {
    settings: () => {
      const configuration = vscode.workspace.getConfiguration();
      return modelSettings((name) => configuration.get(name));
    },
    editorModels,
    askConsent,
  });
  const chat = new ChatSession(memory, keeper, {
    strings: Object.fromEntries(
      Object.entries(englishStrings).map(([key, english]) => [key, t(english)]),
    ),
    memoryLine: () => memoryLine(memory.state, t),
    activeFile,
    failed: (error) => reportFailure(error, log),
    chosenModel: () => models.chosen(),
    schedule,
  });
  models.onDidChoose(() => chat.modelChanged());
  const citations = new CitationOpener(memory, chat);
  const traces = new Traces(memory, chat, wording);
  const view = new ChatView(context.extensionUri, memory, chat, citations, traces, log);
  const commits = new CommitDocument(wording);
  const picture = new PictureView(
    context.extensionUri,
    { memory, chat, view, citations, commits },
    wording,
    log,
  );
  const completions = new InlineCompletions(memory, log);
  const unusual = new UnusualMarks(memory);
  const statusDocument = new StatusDocument(
    memory,
    () => explainCompletions(completions.state, t),
    wording,
    log,
  );
  const hover = new HereHover(memory, wording);
  const loreModel = new LoreModel(
    memory,
    log,
    (context.extension.packageJSON as { version: string }).version,
  );
  const allRoots = () => rootsOf(vscode.workspace.workspaceFolders ?? []);
  const refresh = (): void => void memory.refresh();
  context.subscriptions.push(
    log,
    new WorkspaceFeed(memory, log),
    new StatusItem(memory, wording),
    statusDocument,
    traces,
    commits,
    completions,
    unusual,
    view,
    commits,
    picture,
    hover,
    loreModel,
    new Participant(context.extensionUri, memory, chat, models, wording, log),
    new CodeActions(memory),
    followProblemsInContext(),
    new CodeLenses(memory, wording),
    new WorkTree(memory, chat, wording),
    { dispose: () => keeper.flush() },
    vscode.window.registerWebviewViewProvider(chatViewId, view),
    ...registerCommands({
      memory,
      chat,
      keeper,
      view,
      citations,
      hover,
      traces,
      commits,
      completions,
      unusual,
      picture,
      models,
      extensionUri: context.extensionUri,
      statusDocument,
      wording,
      log,
      allRoots,
    }),
    ...registerLanguageModelTools(context.extension.packageJSON, memory, t),
    registerMcpServer(context, memory, () => readWindowFacts(context)),
    noticeFailures(memory, log),
    noticeRoom(memory, context.workspaceState, wording),
    followStateInContext(memory),
    vscode.workspace.onDidChangeWorkspaceFolders(refresh),
    vscode.workspace.onDidGrantWorkspaceTrust(refresh),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (settingNames.some((name) => event.affectsConfiguration(name))) refresh();
    }),
  );
  refresh();
  loreModel.announce().catch((error: unknown) => {
    // Without it `@lore` waits for another model; everything else works.
    log.warn(`[rpc] the editor took no model: ${placeOf(error)}`);
  });
  // `npm start` shows what it is about at once.
  if (process.env["LORE_SHOW_CHAT"] === "1")
    void vscode.commands.executeCommand(`${chatViewId}.focus`);
  log.debug(`[rpc] activated ms=${(performance.now() - startedMs).toFixed(1)}`);
}

/** Resolves when the server has closed its store. */
export async function deactivate(): Promise<void> {
  await running?.stop();
  running = undefined;
}

function readWindowFacts(context: vscode.ExtensionContext): WindowFacts {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const roots = rootsOf(folders);
  const configuration = vscode.workspace.getConfiguration();
  const { enabled, memory } = loreSettings((name) => configuration.get(name));
  return {
    // Not the workspace's own storage: a memory belongs to its folder, in whatever workspace it is opened.
    storeDir: vscode.Uri.joinPath(context.globalStorageUri, "memory").fsPath,
    roots,
    settings: memory,
    enabled,
    trusted: vscode.workspace.isTrusted,
    onlyVirtualFolders: folders.length > 0 && roots.length === 0,
    hasSqlite: isBuiltin("node:sqlite"),
  };
}

/** Keeps `lore.state` up to date for the `when` clauses of package.json. */
function followStateInContext(memory: MemorySession): { dispose(): void } {
  let shown: string | undefined;
  const show = (): void => {
    const name = stateName(memory.state);
    if (name === shown) return;
    shown = name;
    void vscode.commands.executeCommand("setContext", "lore.state", name);
  };
  show();
  return memory.onDidChange(show);
}
