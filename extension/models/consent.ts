import * as vscode from "vscode";
import { messageLine } from "../displayText.ts";
import type { LanguageModel } from "./languageModel.ts";

/** Asks whether recalled lines may leave this machine for the model, and says to where. */
export async function askConsent({ name, destination }: LanguageModel): Promise<boolean> {
  const { t } = vscode.l10n;
  const allow = t("Allow");
  const choice = await vscode.window.showWarningMessage(
    t("Let “{0}” write answers?", messageLine(name)),
    {
      modal: true,
      detail: t(
        "Your question and the lines that Lore recalls for it leave this machine and go to “{0}”: code, notes and earlier turns, without the keys and tokens that Lore finds in them. Lore asks this once.",
        messageLine(destination.name),
      ),
    },
    allow,
  );
  return choice === allow;
}
