/** The server's parts as the handlers and the command line use them. */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { MemoryError } from "../protocol/errors.ts";
import { Answerer } from "./answer/answerer.ts";
import { checkAllCitations } from "./answer/allCitations.ts";
import { checkCitations } from "./answer/citations.ts";
import { definitionUses } from "./answer/definitionUses.ts";
import { taskContext } from "./answer/taskContext.ts";
import { calibrationFor } from "./answer/evidenceCalibration.ts";
import type { SurprisesOf } from "./answer/unusualInFile.ts";
import { assembleRecall } from "./assembly.ts";
import { conversationFolderOf } from "./conversationFolders.ts";
import { DeepMemory } from "./deepMemory.ts";
import { HistoryMemory } from "./historyMemory.ts";
import type { Services } from "./handlers.ts";
import { openConversationStore, openLeavingConversations } from "./memory/conversationStore.ts";
import { hasSqlite } from "./memory/database.ts";
import { PictureDrawer } from "./memoryPicture.ts";
import type { KernelModule } from "./model/kernelMemory.ts";
import { nodeClock } from "./nodePorts.ts";
import type { Logger, LogLevel } from "./ports.ts";
import type { SourceReader } from "./services.ts";
import type { HashText } from "./recall/citation.ts";
import { citeRange, createHashText } from "./recall/citation.ts";
import { findAllPlaces } from "./recall/exhaustive.ts";
import { RecentSearches } from "./recall/recentSearches.ts";
import { RootPlaces } from "./recall/rootPlaces.ts";
import { Suggester } from "./recall/suggester.ts";
import { readSourceFile } from "./recall/sourceFile.ts";
import { maskSecrets } from "./secrets/maskSecrets.ts";
import { commitsFor } from "./prose/commitsFor.ts";
import { proseCheck } from "./prose/proseCheck.ts";
import { proseLook } from "./prose/proseLook.ts";
import { prosePrompt } from "./prose/prosePrompt.ts";
import { grammarFolderUrl, modelFolderUrl, threadEntry } from "./threads.ts";
import { ToolBox } from "./tools/toolBox.ts";
import { tokenCounter } from "./tokenCounter.ts";
import { serverVersion } from "./version.ts";
import { WorkNotes } from "./workNotes.ts";
import { WorkTimeline } from "./workTimeline.ts";
import type { WorkspaceMemory } from "./workspaceMemory.ts";

/** What differs between the surfaces that show answers. */
export interface SurfaceOptions {
  /** Level of the threads, which write for themselves. */
  readonly logLevel: LogLevel | "off";
  /** The surface's command that lists what is not in memory. */
  readonly statusCommand: string;
  /** Whether the deep memory follows the workspace from the beginning, or when it is first wanted. */
  readonly deepMemory: "always" | "onDemand";
  /** Where notes are, when not in the store. */
  readonly notesDir?: string;
}

/** Builds every part. No store is open yet. `memory.close()` ends what runs. */
export async function createServices(
  log: Logger,
  { logLevel, statusCommand, deepMemory, notesDir }: SurfaceOptions,
): Promise<Services> {
  const { memory, recaller, embedder, kernel } = await assembleRecall(log, { logLevel });
  const deep = kernel && deepMemoryOf(memory, kernel, log, { logLevel, deepMemory });
  const history = new HistoryMemory({
    entry: threadEntry("historyThread"),
    threadData: { grammarFolder: grammarFolderUrl().href, logLevel },
    log,
    workspace: () => memory.historyWorkspace(),
    mayBegin: () => deepMemory === "always" && memory.isFilled,
  });
  memory.accompany(history);
  const hashText = await createHashText();
  const clock = nodeClock;
  const notes = notesOf(memory, recaller, hashText, log, notesDir);
  const check: Services["checkCitations"] = (citations, signal) =>
    checkAllCitations(citations, recaller, history, hashText, signal);
  const calibration = calibrationFor(recaller.models, log);
  const tools = new ToolBox({
    ...{ memory, recall: recaller, source: recaller, history, notes, hashText, calibration },
    isRemembered: (rootId, file) =>
      memory.banks([rootId]).some(({ bank }) => bank.blobOfPath(file) !== undefined),
    pathsOf: (rootId) => memory.banks([rootId]).flatMap(({ bank }) => bank.paths()),
    mask: maskSecrets,
    // Loading the tokenizer waits for the first call.
    count: (text) => tokenCounter(log).count(text),
  });
  const suggester = new Suggester(memory, clock);
  const recent = new RecentSearches(recaller, memory, (citations) =>
    checkCitations(citations, recaller, hashText),
  );
  memory.accompany(recent);
  const timeline = new WorkTimeline({
    ...{ history, notes, clock },
    folderOf: (id) => memory.historyWorkspace().roots.find(({ rootId }) => rootId === id)?.folder,
  });
  return {
    memory,
    ...(deep === undefined ? {} : { deep }),
    timeline,
    history,
    recall: recaller,
    source: recaller,
    answers: new Answerer({
      ...{ recall: recent, source: recaller, hashText, clock, statusCommand, history, notes },
      ...(calibration === undefined ? {} : { calibration }),
      timeline,
      ...(deep === undefined ? {} : { surprisesOf: surprisesFrom(deep, memory) }),
    }),
    notes,
    tools,
    pictures: new PictureDrawer({
      ...{ memory, history, notes, clock },
      ...(deep === undefined ? {} : { deep }),
    }),
    exhaustive: (params, signal) => {
      const { filesSeen, remembered } = memory.coverage(params.rootIds);
      const filesNotInMemory = filesSeen - remembered;
      const elapsedMs = (): number => clock.elapsedMs();
      const context = { source: recaller, hashText, filesNotInMemory, elapsedMs };
      return findAllPlaces(params, context, signal);
    },
    outline: (params) => recaller.outline(params),
    uses: (params, signal) =>
      definitionUses(params, { recall: recaller, source: recaller, hashText }, signal),
    checkCitations: check,
    suggest: (params) => suggester.suggest(params),
    context: (params, turns, signal) =>
      taskContext(
        params,
        turns,
        { recall: recaller, notes, check, mask: maskSecrets, ...tokenCounter(log) },
        signal,
      ),
    prosePrompt: (params, turns, signal) =>
      prosePrompt(
        params,
        turns,
        {
          recall: { search: (wanted, during) => recent.again(wanted, during) },
          ...{ notes, check, mask: maskSecrets, ...tokenCounter(log) },
          ...{ source: recaller, hashText, newMark: () => crypto.randomUUID().slice(0, 8) },
          ...{ clock, calibration, tools },
          commits: (query, result, rootIds, during) =>
            commitsFor({ history, query, result, rootIds }, during),
        },
        signal,
      ),
    proseCheck: (params, signal) => proseCheck(params, check, signal),
    proseLook: (params, signal) =>
      proseLook(
        params,
        {
          ...{ tools, source: recaller, hashText, mask: maskSecrets, ...tokenCounter(log) },
          roots: () => memory.status().roots.map(({ root }) => root),
        },
        signal,
      ),
    conversationFolder: (storeDir, roots) =>
      conversationFolderOf({
        ...{ storeDir, workDir: notesDir ?? storeDir, root: roots[0] },
        open: (folder) => openConversationStore(folder, clock, embedder),
        openLeaving: (folder) => openLeavingConversations(folder, clock),
      }),
    openConversations: (folder) => {
      const opened = openConversationStore(
        ...([folder, clock, embedder, undefined, undefined] as const),
        (rootId) => memory.presentRoot(rootId),
      );
      timeline.follow(opened.store);
      return opened;
    },
    requireSqlite: () => {
      if (!hasSqlite()) throw new MemoryError("sqliteMissing");
    },
    serverVersion,
    clock,
  };
}

/** Tens of thousands of notes. */
const maxNoteBytes = 64_000_000;

/** Returns the notes, which follow the memory and are closed with it. */
function notesOf(
  memory: WorkspaceMemory,
  source: SourceReader,
  hashText: HashText,
  log: Logger,
  notesDir: string | undefined,
): WorkNotes {
  const notes = new WorkNotes({
    maxBytes: maxNoteBytes,
    ...(notesDir === undefined ? {} : { notesDir }),
    workspace: () => {
      const { storeDir, roots } = memory.deepWorkspace();
      // Without its memory a root's files cannot be read, and evidence would look as if it were gone.
      return { storeDir, roots: roots.filter(({ rootId }) => memory.banks([rootId]).length > 0) };
    },
    places: (rootId) => new RootPlaces(() => memory.banks([rootId])[0]?.bank),
    check: (citations) => checkCitations(citations, source, hashText),
    cite: (rootId, path, startLine, endLine) => {
      const file = readSourceFile(source, rootId, path);
      if (file === undefined || startLine >= endLine || endLine > file.nLines) return undefined;
      return citeRange(hashText, file, file.linesRange(startLine, endLine - 1));
    },
    clock: nodeClock,
    log,
  });
  memory.accompany(notes);
  return notes;
}

/** Returns the deep memory that follows the memory and is closed with it. */
function deepMemoryOf(
  memory: WorkspaceMemory,
  kernel: KernelModule,
  log: Logger,
  { logLevel, deepMemory }: Pick<SurfaceOptions, "logLevel" | "deepMemory">,
): DeepMemory {
  const modelFolder = fileURLToPath(modelFolderUrl("memory-lm"));
  const deep = new DeepMemory({
    entry: threadEntry("deepThread"),
    threadData: { modelFolder, kernel, logLevel },
    log,
    workspace: () => memory.deepWorkspace(),
    startsAlone: deepMemory === "always",
  });
  memory.accompany(deep);
  return deep;
}

/** Asks the deep memory when it holds what it should, and no longer than the signal lets it. */
function surprisesFrom(deep: DeepMemory, memory: WorkspaceMemory): SurprisesOf {
  return async ({ rootId, path: file, text }, signal) => {
    const root = memory.deepWorkspace().roots.find((open) => open.rootId === rootId);
    if (root === undefined || deep.status().state !== "ready" || signal.aborted) return undefined;
    const tooLate = new Promise<undefined>((resolve) => {
      signal.addEventListener("abort", () => resolve(undefined), { once: true });
    });
    const told = deep.surprise({ file: path.join(root.folder, file), text }, signal).then(
      ({ lines }) => lines,
      (error: unknown) => {
        if (signal.aborted || error instanceof MemoryError) return undefined;
        throw error;
      },
    );
    return Promise.race([told, tooLate]);
  };
}
