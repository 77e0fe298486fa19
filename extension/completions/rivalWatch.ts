import * as vscode from "vscode";
import { activeRival, rivals } from "./rivals.ts";

/** Knows whether another provider of inline completions is active in this window. */
export class RivalWatch implements vscode.Disposable {
  readonly #subscription: vscode.Disposable;
  #signedInAtGitHub = false;
  #askedForAccounts = false;

  constructor() {
    this.#subscription = vscode.authentication.onDidChangeSessions(({ provider }) => {
      if (gitHubProviders.includes(provider.id)) void this.#readAccounts();
    });
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  /** The name of the other provider, `undefined` when there is none. */
  get active(): string | undefined {
    const activeExtensions = vscode.extensions.all.filter(isActive).map(({ id }) => id);
    const aiFeaturesOff =
      vscode.workspace.getConfiguration("chat").get("disableAIFeatures") === true;
    // Accounts are looked at only where they matter: the editor's Copilot is there for everybody.
    if (!this.#askedForAccounts && activeExtensions.some(needsGitHub)) void this.#readAccounts();
    const signedInAtGitHub = this.#signedInAtGitHub;
    const { appName } = vscode.env;
    return activeRival({ appName, activeExtensions, aiFeaturesOff, signedInAtGitHub });
  }

  async #readAccounts(): Promise<void> {
    this.#askedForAccounts = true;
    const found = await Promise.allSettled(
      gitHubProviders.map((provider) => vscode.authentication.getAccounts(provider)),
    );
    // An editor without such a provider rejects: nobody is signed in there.
    this.#signedInAtGitHub = found.some(
      (accounts) => accounts.status === "fulfilled" && accounts.value.length > 0,
    );
  }
}

const gitHubProviders = ["github", "github-enterprise"];

function needsGitHub(extensionId: string): boolean {
  const id = extensionId.toLowerCase();
  return rivals.some((rival) => rival.needsGitHub === true && rival.id === id);
}

function isActive(extension: vscode.Extension<unknown>): boolean {
  return extension.isActive;
}
