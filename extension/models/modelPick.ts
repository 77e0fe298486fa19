import * as vscode from "vscode";
import { messageLine } from "../displayText.ts";
import { ModelError, type LanguageModel } from "./languageModel.ts";
import type { Models } from "./models.ts";

/** What the user picked in the list of models. */
export type PickedModel =
  | { readonly kind: "builtIn" }
  | { readonly kind: "model"; readonly model: LanguageModel }
  | { readonly kind: "useEndpoint" }
  | { readonly kind: "setKey" };

interface Item extends vscode.QuickPickItem {
  readonly means?: PickedModel;
}

/** Shows the models there are, each group as soon as it is known. Returns `undefined` when nothing was picked. */
export async function pickModel(models: Models): Promise<PickedModel | undefined> {
  const { t } = vscode.l10n;
  const pick = vscode.window.createQuickPick<Item>();
  pick.title = t("Choose Language Model");
  pick.placeholder = t("Who writes the answers? The lines that they are written from are shown either way.");
  pick.matchOnDescription = true;
  let ofEditor: readonly Item[] = [];
  let ofEndpoint: readonly Item[] = [];
  const show = (): void => {
    const active = pick.activeItems[0]?.label;
    pick.items = [builtIn(models), ...ofEditor, ...ofEndpoint, ...endpointItems(models)];
    pick.activeItems = pick.items.filter(({ label }) => label === active);
  };
  show();
  pick.busy = true;
  let failure: { readonly error: unknown } | undefined;
  Promise.all([
    editorItems(models).then((items) => {
      ofEditor = items;
      show();
    }),
    listedItems(models).then((items) => {
      ofEndpoint = items;
      show();
    }),
  ]).then(
    () => {
      pick.busy = false;
    },
    (error: unknown) => {
      failure = { error };
      pick.hide();
    },
  );
  try {
    const closed = new Promise<PickedModel | undefined>((resolve) => {
      pick.onDidAccept(() => resolve(pick.selectedItems[0]?.means));
      pick.onDidHide(() => resolve(undefined));
    });
    pick.show();
    const picked = await closed;
    if (failure !== undefined) throw failure.error;
    return picked;
  } finally {
    pick.dispose();
  }
}

function builtIn({ memory }: Models): Item {
  const { t } = vscode.l10n;
  return {
    label: t("Built-in answers (no model)"),
    description: memory.choice === undefined ? t("chosen") : "",
    detail: t("At once, and nothing leaves this machine."),
    means: { kind: "builtIn" },
  };
}

async function editorItems(models: Models): Promise<readonly Item[]> {
  const found = await models.editorModels();
  return found.length === 0
    ? []
    : [separator(vscode.l10n.t("Models of the editor")), ...found.map((one) => modelItem(one, models))];
}

async function listedItems(models: Models): Promise<readonly Item[]> {
  const { t } = vscode.l10n;
  const { endpoint } = models;
  if (endpoint === undefined) return [];
  const host = messageLine(endpoint.host);
  const title = separator(t("Models at “{0}”", host));
  try {
    const found = await models.endpointModels(endpoint);
    return [title, ...found.map((one) => modelItem(one, models))];
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const label = t("“{0}” did not list its models", host);
    return [title, { label, means: { kind: "useEndpoint" } }];
  }
}

function modelItem(model: LanguageModel, { memory }: Models): Item {
  const { id, name, source, destination } = model;
  const isChosen = memory.choice?.source === source && memory.choice.id === id;
  const from = messageLine(destination.name);
  return {
    label: messageLine(name),
    description: isChosen ? `${from} · ${vscode.l10n.t("chosen")}` : from,
    means: { kind: "model", model },
  };
}

function endpointItems(models: Models): readonly Item[] {
  const { t } = vscode.l10n;
  const use: Item = { label: t("Use an endpoint…"), means: { kind: "useEndpoint" } };
  const key: Item = { label: t("Set the endpoint’s key…"), means: { kind: "setKey" } };
  return [separator(""), use, ...(models.endpoint === undefined ? [] : [key])];
}

function separator(label: string): Item {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}
