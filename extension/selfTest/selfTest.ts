import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import type { SelfTestProgress, SelfTestResult } from "../../protocol/deepMemory.ts";
import { selfTest, selfTestProgress } from "../../protocol/methods.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import type { Wording } from "../wording.ts";
import { selfTestPage } from "./selfTestPage.ts";
import { phaseName, sizeChoices } from "./selfTestTexts.ts";

/** What the command may be called with by a keybinding: the size, so that it does not ask. */
interface SelfTestArguments {
  readonly tokens?: unknown;
}

/**
 * “Test the Memory (Self-Test)”: asks how far to test, tests with a progress that can be cancelled, and shows the curve.
 * Returns the result, `undefined` when the user chose nothing. Errors: those of `deep/selfTest`.
 */
export async function testMemory(
  memory: MemorySession,
  extensionUri: vscode.Uri,
  wording: Wording,
  argument: unknown,
): Promise<SelfTestResult | undefined> {
  const tokens = givenTokens(argument) ?? (await chooseTokens(wording));
  if (tokens === undefined) return undefined;
  await memory.whenOpen();
  const result = await runWithProgress(memory, tokens, wording);
  showResult(extensionUri, result, tokens, wording);
  return result;
}

function givenTokens(argument: unknown): number | undefined {
  if (typeof argument !== "object" || argument === null) return undefined;
  const { tokens } = argument as SelfTestArguments;
  return typeof tokens === "number" ? tokens : undefined;
}

async function chooseTokens(wording: Wording): Promise<number | undefined> {
  const choice = await vscode.window.showQuickPick(sizeChoices(wording), {
    title: wording.t("Test the Memory"),
    placeHolder: wording.t("How much code may lie between telling and asking?"),
  });
  return choice?.tokens;
}

function runWithProgress(
  { client }: MemorySession,
  tokens: number,
  wording: Wording,
): Thenable<SelfTestResult> {
  const selfTestId = randomUUID();
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: wording.t("Lore tests its memory"),
    cancellable: true,
  };
  return vscode.window.withProgress(options, async (progress, token) => {
    let shown = 0;
    const show = ({ phase, done, tokensStreamed }: SelfTestProgress): void => {
      const percent = Math.min(100, Math.max(shown, 100 * done));
      progress.report({
        increment: percent - shown,
        message: phaseName(phase, tokensStreamed, wording),
      });
      shown = percent;
    };
    const listening = client.onNotification(selfTestProgress, (told) => {
      if (told.selfTestId === selfTestId) show(told.progress);
    });
    try {
      return await client.request(selfTest, { selfTestId, tokens }, token);
    } finally {
      listening.dispose();
    }
  });
}

function showResult(
  extensionUri: vscode.Uri,
  result: SelfTestResult,
  tokens: number,
  wording: Wording,
): void {
  const dist = vscode.Uri.joinPath(extensionUri, "dist");
  const { webview } = vscode.window.createWebviewPanel(
    "lore.selfTest",
    wording.t("Lore Self-Test"),
    vscode.ViewColumn.Active,
    { enableScripts: false, localResourceRoots: [dist] },
  );
  const styleUri = webview.asWebviewUri(vscode.Uri.joinPath(dist, "selfTest.css")).toString();
  const { language } = vscode.env;
  webview.html = selfTestPage(
    { cspSource: webview.cspSource, styleUri, language, result, tokens },
    wording,
  );
}
