import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { MemoryError } from "../../protocol/errors.ts";
import { notesChanged, picture as pictureRequest } from "../../protocol/methods.ts";
import {
  firstPictureLimit,
  type FromPicturePage,
  type PictureWish,
  type ShownPicture,
  type ToPicturePage,
} from "../../protocol/pictureMessages.ts";
import { pictureStrings } from "../../webview/picture/strings.ts";
import { reportFailure } from "../chat/chatView.ts";
import { deepMemorySentence } from "../deepMemory/explainDeepMemory.ts";
import { explainError, explainObstacle } from "../memory/explain.ts";
import { scriptPage } from "../scriptPage.ts";
import { reasonName } from "../status/statusReport.ts";
import type { Wording } from "../wording.ts";
import { act, type ActionTargets } from "./pictureActions.ts";
import { readPictureMessage } from "./pictureMessageGuard.ts";

const viewType = "lore.memoryPicture";
/** While files are being read, counts change all the time: they are counted again this long after the first change. */
const refreshMs = 2_000;
/** Counting a very large memory takes its time from questions: no more than this part. */
const maxShare = 0.1;

/** “Lore: Show Memory”: what is remembered, in an editor tab that follows the memory while it is seen. */
export class PictureView implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #extensionUri: vscode.Uri;
  readonly #targets: ActionTargets;
  readonly #wording: Wording;
  readonly #log: vscode.LogOutputChannel;
  readonly #subscriptions: readonly { dispose(): void }[];
  #panel: vscode.WebviewPanel | undefined;
  #wish: PictureWish = { folder: "", limit: firstPictureLimit };
  #shown: ShownPicture | undefined;
  #timer: NodeJS.Timeout | undefined;
  #nAsked = 0;
  /** How long the last count took. */
  #tookMs = 0;

  constructor(
    extensionUri: vscode.Uri,
    targets: ActionTargets,
    wording: Wording,
    log: vscode.LogOutputChannel,
  ) {
    this.#extensionUri = extensionUri;
    this.#targets = targets;
    this.#wording = wording;
    this.#log = log;
    const { memory } = targets;
    this.#subscriptions = [
      memory.onDidChange(() => this.#refreshSoon()),
      memory.client.onNotification(notesChanged, () => this.#refreshSoon()),
      vscode.window.registerWebviewPanelSerializer(viewType, this),
    ];
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#panel?.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** Opens the picture, or brings it to the front and counts again. */
  async show(): Promise<void> {
    if (this.#panel !== undefined) {
      this.#panel.reveal();
      return this.#send();
    }
    const title = this.#wording.t("Lore Memory");
    this.#use(vscode.window.createWebviewPanel(viewType, title, vscode.ViewColumn.Active));
  }

  /** The editor has kept the tab over a reload; the page itself knows what it showed. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    this.#panel?.dispose();
    this.#use(panel);
    return Promise.resolve();
  }

  #use(panel: vscode.WebviewPanel): void {
    this.#panel = panel;
    const { webview } = panel;
    const dist = vscode.Uri.joinPath(this.#extensionUri, "dist");
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    webview.onDidReceiveMessage((message: unknown) => this.#receive(message));
    panel.onDidDispose(() => {
      if (this.#panel === panel) this.#panel = undefined;
    });
    webview.html = scriptPage({
      cspSource: webview.cspSource,
      scriptUri: webview.asWebviewUri(vscode.Uri.joinPath(dist, "picture.js")).toString(),
      styleUri: webview.asWebviewUri(vscode.Uri.joinPath(dist, "picture.css")).toString(),
      nonce: randomBytes(16).toString("base64"),
      language: vscode.env.language,
    });
  }

  #receive(value: unknown): void {
    const message = readPictureMessage(value);
    if (message === undefined) {
      this.#log.warn("[rpc] a message of the memory picture was not understood and ignored");
      return;
    }
    this.#run(message).catch((error: unknown) => reportFailure(error, this.#log));
  }

  async #run(message: FromPicturePage): Promise<void> {
    switch (message.type) {
      case "ready":
        if (message.wish !== undefined) this.#wish = message.wish;
        this.#post({ type: "texts", strings: this.#strings() });
        return this.#send();
      case "show":
        this.#wish = message.wish;
        return this.#send();
      default: {
        if (this.#shown === undefined) return;
        const isOther = await act(message, this.#shown.picture, this.#targets);
        if (isOther) await this.#send();
      }
    }
  }

  #strings(): Record<string, string> {
    const { t } = this.#wording;
    return Object.fromEntries(
      Object.entries(pictureStrings).map(([key, english]) => [key, t(english)]),
    );
  }

  /** Counts again and sends the picture; what stands in the way is said on the page. */
  async #send(): Promise<void> {
    const { memory } = this.#targets;
    const { t } = this.#wording;
    const asked = ++this.#nAsked;
    const obstacle = explainObstacle(memory.state, t);
    if (obstacle !== undefined) return this.#post({ type: "failed", sentence: obstacle });
    try {
      const shown = await this.#count();
      // A later wish is on its way.
      if (asked !== this.#nAsked || shown === undefined) return;
      this.#shown = shown;
      this.#post({ type: "picture", shown });
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
      this.#log.warn(`[memory] the picture could not be counted: ${error.errorName}`);
      this.#post({ type: "failed", sentence: explainError(error, t) });
    }
  }

  /** `undefined` when the window has no folder any more. */
  async #count(): Promise<ShownPicture | undefined> {
    const { memory } = this.#targets;
    await memory.whenOpen();
    const { roots } = memory;
    const root = roots.find(({ id }) => id === this.#wish.rootId) ?? roots[0];
    if (root === undefined) return undefined;
    const wish = { ...this.#wish, rootId: root.id };
    const startMs = performance.now();
    const picture = await memory.client.request(pictureRequest, wish);
    this.#tookMs = performance.now() - startMs;
    return {
      picture,
      wish,
      roots: roots.map(({ id, name }) => ({ id, name })),
      deepSentence:
        picture.deep === undefined ? "" : deepMemorySentence(picture.deep.status, this.#wording),
      reasons: Object.fromEntries(
        picture.health.problems.map(({ reason }) => [reason, reasonName(reason, this.#wording)]),
      ),
    };
  }

  #refreshSoon(): void {
    if (this.#timer !== undefined || this.#panel?.visible !== true) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        if (this.#panel?.visible === true)
          this.#send().catch((error: unknown) => reportFailure(error, this.#log));
      },
      Math.max(refreshMs, this.#tookMs / maxShare),
    );
  }

  #post(message: ToPicturePage): void {
    void this.#panel?.webview.postMessage(message);
  }
}
