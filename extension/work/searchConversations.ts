import * as vscode from "vscode";
import { searchTurns } from "../../protocol/methods.ts";
import type { RecalledTurn } from "../../protocol/turns.ts";
import { ageText } from "../ageText.ts";
import { pickLabel } from "../displayText.ts";
import { isMemoryError } from "../memory/memoryClient.ts";
import type { WorkTargets } from "./workViewCommands.ts";

const maxFound = 30;
const pauseMs = 200;

interface TurnItem extends vscode.QuickPickItem {
  readonly turn: RecalledTurn;
}

/**
 * “Search Conversations”: lists what was said about some words while they are typed, best first; a choice shows that turn in
 * the chat. With the words as argument they are looked for at once. Errors: as `conversation/search`.
 */
export async function searchConversations(
  { memory, chat, view }: WorkTargets,
  argument: unknown,
): Promise<void> {
  await memory.whenOpen();
  const pick = vscode.window.createQuickPick<TurnItem>();
  pick.title = vscode.l10n.t("Search Conversations");
  pick.placeholder = vscode.l10n.t("What was said about …; “last week” and other times count");
  const { promise: chosen, resolve, reject } = Promise.withResolvers<RecalledTurn | undefined>();
  let timer: NodeJS.Timeout | undefined;
  const find = async (query: string): Promise<void> => {
    if (query.trim() === "") pick.items = [];
    else {
      const { turns } = await memory.client.request(searchTurns, { query, limit: maxFound });
      // Something else was typed meanwhile.
      if (pick.value === query) pick.items = turns.map(turnItem);
    }
    pick.busy = false;
  };
  const findSoon = (query: string): void => {
    clearTimeout(timer);
    pick.busy = true;
    timer = setTimeout(() => {
      find(query).catch((error: unknown) => {
        // The state of the memory says so.
        if (!isMemoryError(error, "serverLost")) reject(error);
      });
    }, pauseMs);
  };
  pick.onDidChangeValue(findSoon);
  pick.onDidAccept(() => {
    resolve(pick.selectedItems[0]?.turn);
    pick.hide();
  });
  pick.onDidHide(() => resolve(undefined));
  pick.show();
  if (typeof argument === "string") {
    pick.value = argument;
    findSoon(argument);
  }
  try {
    const turn = await chosen;
    if (turn === undefined) return;
    await view.reveal();
    await chat.openTurn(turn.conversationId, turn.turnId);
  } finally {
    clearTimeout(timer);
    pick.dispose();
  }
}

function turnItem(turn: RecalledTurn): TurnItem {
  return {
    label: pickLabel(turn.text),
    description: ageText(turn.createdMs, Date.now(), vscode.env.language),
    detail: pickLabel(turn.title),
    // What fits by meaning or by a time need not hold the typed words.
    alwaysShow: true,
    turn,
  };
}
