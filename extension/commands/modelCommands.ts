import * as vscode from "vscode";
import { isReadableOnTheWay } from "../../server/endpoint/endpointAddress.ts";
import { messageLine } from "../displayText.ts";
import { usualEndpoint } from "../../server/endpoint/endpointAddress.ts";
import { addressFault, readEndpoint } from "../models/endpointAddress.ts";
import { ModelError, readModelChoice, type LanguageModel } from "../models/languageModel.ts";
import { pickModel } from "../models/modelPick.ts";
import type { Models } from "../models/models.ts";

/**
 * “Choose Language Model”: one of the editor's, one of an endpoint, or none. With a choice as argument (a keybinding,
 * another extension) nothing is asked here: whether recalled lines may leave the machine is asked with the first
 * question, and only of the user. `null` chooses the built-in answers.
 */
export async function chooseModel(models: Models, argument: unknown): Promise<void> {
  const given = readModelChoice(argument);
  if (given !== undefined || argument === null) return models.choose(given);
  const picked = await pickModel(models);
  switch (picked?.kind) {
    case undefined:
      return undefined;
    case "builtIn":
      return models.choose(undefined);
    case "model":
      return chooseChecked(models, picked.model);
    case "useEndpoint":
      return useEndpoint(models);
    case "setKey":
      return setEndpointKey(models);
  }
}

/** “Set the Endpoint's Key”: an empty key removes it. */
export async function setEndpointKey(models: Models): Promise<void> {
  const { endpoint } = models;
  if (endpoint === undefined) return useEndpoint(models);
  const key = await askKey(endpoint, vscode.l10n.t("Empty removes the key that is kept."));
  if (key === undefined) return undefined;
  await models.memory.setKey(endpoint, key);
  const { t } = vscode.l10n;
  const host = messageLine(endpoint.host);
  void vscode.window.showInformationMessage(
    key === "" ? t("The key for “{0}” is removed.", host) : t("The key for “{0}” is kept.", host),
  );
}

async function chooseChecked(models: Models, model: LanguageModel): Promise<void> {
  if (!(await models.mayBeAsked(model, true))) return;
  const { source, id, name } = model;
  await models.choose({ source, id, name });
}

/** Asks for address and key, tries them, and goes on to the models that are there. */
async function useEndpoint(models: Models): Promise<void> {
  const { t } = vscode.l10n;
  const address = await vscode.window.showInputBox({
    title: t("Use an Endpoint"),
    prompt: t("The address of any server that speaks OpenAI's chat completions, such as Ollama."),
    value: models.endpoint?.href ?? usualEndpoint,
    ignoreFocusOut: true,
    validateInput: explainAddress,
  });
  const endpoint = address === undefined ? undefined : readEndpoint(address);
  if (endpoint === undefined) return;
  const kept = await models.memory.key(endpoint);
  const typed = await askKey(
    endpoint,
    kept === undefined
      ? t("Leave it empty when the endpoint wants none.")
      : t("Leave it empty to use the key that is kept."),
  );
  if (typed === undefined) return;
  const key = typed === "" ? kept : typed;
  const found = await tryEndpoint(models, endpoint, key);
  if (found === undefined) return;
  if (typed !== "") await models.memory.setKey(endpoint, typed);
  await vscode.workspace
    .getConfiguration("lore")
    .update("model.endpoint", endpoint.href, vscode.ConfigurationTarget.Global);
  const model = await pickOne(found, endpoint);
  if (model !== undefined) await chooseChecked(models, model);
}

/** Returns the models of an endpoint; `undefined` after saying why there are none. */
async function tryEndpoint(
  models: Models,
  endpoint: URL,
  key: string | undefined,
): Promise<readonly LanguageModel[] | undefined> {
  const { t } = vscode.l10n;
  const host = messageLine(endpoint.host);
  try {
    const found = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: t("Asking “{0}”…", host) },
      () => models.endpointModels(endpoint, key),
    );
    if (found.length > 0) return found;
    void vscode.window.showWarningMessage(t("“{0}” answers and has no model yet.", host));
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const again = t("Try Again");
    const choice = await vscode.window.showErrorMessage(explainTrial(error, host), again);
    if (choice === again) await useEndpoint(models);
  }
  return undefined;
}

function explainTrial({ failure }: ModelError, host: string): string {
  const { t } = vscode.l10n;
  switch (failure) {
    case "offline":
    case "timeout":
      return t(
        "Nothing answers at “{0}”. Check that the server runs and the address is right.",
        host,
      );
    case "notAllowed":
      return t("“{0}” wants another key.", host);
    default:
      return t("“{0}” did not list its models. The address often ends with /v1.", host);
  }
}

async function pickOne(
  found: readonly LanguageModel[],
  endpoint: URL,
): Promise<LanguageModel | undefined> {
  if (found.length === 1) return found[0];
  const picked = await vscode.window.showQuickPick(
    found.map((model) => ({ label: messageLine(model.name), model })),
    { title: vscode.l10n.t("Models at “{0}”", messageLine(endpoint.host)) },
  );
  return picked?.model;
}

/** Returns what was typed, `undefined` when it was given up. */
async function askKey(endpoint: URL, prompt: string): Promise<string | undefined> {
  const { t } = vscode.l10n;
  return vscode.window.showInputBox({
    title: t("The Key for “{0}”", messageLine(endpoint.host)),
    prompt,
    password: true,
    ignoreFocusOut: true,
    validateInput: (key) =>
      key !== "" && isReadableOnTheWay(endpoint.href)
        ? t("Over plain HTTP others could read the key on its way. Use https.")
        : undefined,
  });
}

function explainAddress(address: string): string | undefined {
  const { t } = vscode.l10n;
  switch (addressFault(address)) {
    case undefined:
      return undefined;
    case "notAnAddress":
      return t("This is not an address. For example: {0}", usualEndpoint);
    case "notHttp":
      return t("The address begins with http:// or https://.");
    case "hasKey":
      return t("The key does not belong into the address. It is asked for next.");
  }
}
