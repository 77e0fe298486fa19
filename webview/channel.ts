import type { FromWebview, ToWebview } from "../protocol/webviewMessages.ts";
import { isToWebview } from "./messageShape.ts";

/** What VS Code hands to a webview's script. */
export interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

/** The typed channel to the extension. */
export interface Channel {
  post(message: FromWebview): void;
}

/**
 * Returns the channel and passes each message of the contract to `receive`. Anything else is left alone
 * and reported to `ignore` with how many there were so far.
 */
export function openChannel(
  api: Pick<VsCodeApi, "postMessage">,
  page: Pick<Window, "addEventListener">,
  receive: (message: ToWebview) => void,
  ignore: (nIgnored: number) => void,
): Channel {
  let nIgnored = 0;
  page.addEventListener("message", (event: MessageEvent<unknown>) => {
    if (isToWebview(event.data)) receive(event.data);
    else ignore(++nIgnored);
  });
  return { post: (message) => api.postMessage(message) };
}
