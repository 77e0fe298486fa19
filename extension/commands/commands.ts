import * as vscode from "vscode";
import { reportFailure, type ChatView } from "../chat/chatView.ts";
import type { ChatKeeper } from "../chat/chatKeeper.ts";
import type { CitationOpener } from "../chat/citations.ts";
import type { ChatSession } from "../chat/chatSession.ts";
import { explainObstacle } from "../memory/explain.ts";
import type { CommitDocument } from "../history/commitDocument.ts";
import { wayOut } from "../memory/wayOut.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import type { Root } from "../../protocol/types.ts";
import type { InlineCompletions } from "../completions/inlineCompletions.ts";
import type { HereHover } from "../editor/hereHover.ts";
import type { Models } from "../models/models.ts";
import { testMemory } from "../selfTest/selfTest.ts";
import type { PictureView } from "../picture/pictureView.ts";
import type { StatusDocument } from "../status/statusDocument.ts";
import type { Traces } from "../trace/traces.ts";
import type { UnusualMarks } from "../unusual/unusualMarks.ts";
import type { Wording } from "../wording.ts";
import { ask, askAboutSelection } from "./askCommands.ts";
import { explain, explainProblem, whatChangedHere, whoUses } from "./editorCommands.ts";
import { searchConversations } from "../work/searchConversations.ts";
import {
  correctChosenNote,
  deleteChosen,
  forgetChosenNote,
  openChosenNote,
  openConversation,
  pinChosenNote,
  renameChosen,
} from "../work/workViewCommands.ts";
import { copyContext } from "./contextCommands.ts";
import { forgetFolder, rebuildMemory } from "./memoryCommands.ts";
import { chooseModel, setEndpointKey } from "./modelCommands.ts";
import { rememberThis } from "./noteCommands.ts";
import { findSimilarCode } from "./similarCode.ts";
import { showTimeline } from "./timelineCommand.ts";
import { whoWroteThis } from "./whoWrote.ts";
import { exportMemory, forgetWork, importMemory } from "./workCommands.ts";

/** What the commands act on. */
export interface CommandTargets {
  readonly memory: MemorySession;
  readonly chat: ChatSession;
  readonly keeper: ChatKeeper;
  readonly view: ChatView;
  readonly citations: CitationOpener;
  readonly hover: HereHover;
  readonly traces: Traces;
  readonly commits: CommitDocument;
  readonly completions: InlineCompletions;
  readonly unusual: UnusualMarks;
  readonly picture: PictureView;
  readonly models: Models;
  readonly extensionUri: vscode.Uri;
  readonly statusDocument: StatusDocument;
  readonly wording: Wording;
  readonly log: vscode.LogOutputChannel;
  /** The window's folders on disk, the forgotten ones too. */
  readonly allRoots: () => readonly Root[];
}

/**
 * Registers the commands of package.json. A command that fails tells the user and returns `undefined`; one
 * that needs the memory first says what stands in the way.
 */
export function registerCommands(targets: CommandTargets): vscode.Disposable[] {
  const { memory, chat, keeper, view, traces, commits, completions, unusual, picture } = targets;
  const { extensionUri, models } = targets;
  const { statusDocument, wording, log, allRoots } = targets;
  const register = (id: string, run: (argument: unknown) => Promise<unknown>): vscode.Disposable =>
    vscode.commands.registerCommand(id, async (argument: unknown) => {
      try {
        return await run(argument);
      } catch (error) {
        reportFailure(error, log);
        return undefined;
      }
    });
  const withMemory = (
    id: string,
    run: (argument: unknown) => Promise<unknown>,
  ): vscode.Disposable =>
    register(id, async (argument) => {
      const obstacle = explainObstacle(memory.state, vscode.l10n.t);
      if (obstacle === undefined) return run(argument);
      await offerWayOut(memory, obstacle);
      return undefined;
    });
  return [
    withMemory("lore.ask", (question) => ask(chat, view, question)),
    withMemory("lore.askAboutSelection", (question) => askAboutSelection(chat, view, question)),
    // A question that the server understands, and therefore in no other language.
    withMemory("lore.whatChanged", () => ask(chat, view, "What changed since I last looked?")),
    withMemory("lore.rememberThis", (sentence) => rememberThis(memory, sentence)),
    withMemory("lore.copyContext", (question) => copyContext(memory, keeper, question)),
    withMemory("lore.whoWrote", (place) => whoWroteThis(memory, chat, commits, place)),
    withMemory("lore.showTimeline", () => showTimeline(memory, chat, view, commits)),
    withMemory("lore.findSimilarCode", () => findSimilarCode(memory)),
    withMemory("lore.explain", (place) => explain(targets, place)),
    withMemory("lore.explainError", (range) => explainProblem(targets, range)),
    withMemory("lore.whoUses", (name) => whoUses(targets, name)),
    withMemory("lore.whatChangedHere", () => whatChangedHere(targets)),
    withMemory("lore.showHere", () => targets.hover.show()),
    withMemory("lore.openConversation", (row) => openConversation(targets, row)),
    withMemory("lore.renameConversation", (row) => renameChosen(targets, row)),
    withMemory("lore.deleteConversation", (row) => deleteChosen(targets, row)),
    withMemory("lore.searchConversations", (words) => searchConversations(targets, words)),
    withMemory("lore.openNote", (row) => openChosenNote(targets, row)),
    withMemory("lore.correctNote", (row) => correctChosenNote(targets, row)),
    withMemory("lore.pinNote", (row) => pinChosenNote(targets, row, true)),
    withMemory("lore.unpinNote", (row) => pinChosenNote(targets, row, false)),
    withMemory("lore.forgetNote", (row) => forgetChosenNote(targets, row)),
    withMemory("lore.pause", () => memory.pause()),
    withMemory("lore.resume", () => memory.resume()),
    withMemory("lore.rebuildMemory", (argument) =>
      rebuildMemory(memory, allRoots(), wording, argument),
    ),
    withMemory("lore.forgetFolder", (argument) => forgetFolder(memory, argument)),
    withMemory("lore.exportMemory", (file) => exportMemory(memory, wording, file)),
    withMemory("lore.importMemory", (file) => importMemory(memory, chat, wording, file)),
    withMemory("lore.forgetNotes", () => forgetWork(memory, chat, wording)),
    withMemory("lore.saveTrace", (file) => traces.saveTo(file)),
    withMemory("lore.compareTrace", (file) => traces.compareWith(file)),
    withMemory("lore.selfTest", (argument) => testMemory(memory, extensionUri, wording, argument)),
    withMemory("lore.showMemory", () => picture.show()),
    withMemory("lore.newConversation", async () => {
      await chat.newConversation();
      await view.reveal();
    }),
    withMemory("lore.showUnusualLines", () => unusual.toggle()),
    register("lore.toggleCompletions", () => completions.toggle()),
    register("lore.chooseModel", (choice) => chooseModel(models, choice)),
    register("lore.setEndpointKey", () => setEndpointKey(models)),
    register("lore.showStatus", () => statusDocument.show()),
    register("lore.restartServer", () => memory.restart()),
    register("lore.openLog", () => {
      log.show();
      return Promise.resolve();
    }),
  ];
}

/** Says why the memory cannot be used, with the button that helps. */
async function offerWayOut(memory: MemorySession, obstacle: string): Promise<void> {
  const help = wayOut(memory.state, vscode.l10n.t);
  const choice = await vscode.window.showInformationMessage(
    obstacle,
    ...(help === undefined ? [] : [help.label]),
  );
  if (help !== undefined && choice === help.label) {
    await vscode.commands.executeCommand(help.command, ...help.arguments);
  }
}
