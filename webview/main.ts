import type { ToWebview } from "../protocol/webviewMessages.ts";
import { openChannel, type VsCodeApi } from "./channel.ts";
import { createChatView, type ChatView } from "./chatView.ts";
import { createFrames } from "./frames.ts";
import { isArrayOf, isBoolean, isNumber, isObject, isOptional, isString } from "./shape.ts";
import { initialState, reduce } from "./state.ts";
import { createTexts } from "./texts.ts";
import type { ScrollPosition } from "./transcriptView.ts";

declare function acquireVsCodeApi(): VsCodeApi;

/* The only thing that outlives the page; everything else comes from the extension again. */
const isScrollPosition = isObject<ScrollPosition>({
  conversationId: isOptional(isString),
  top: isNumber,
  atEnd: isBoolean,
  unfolded: isOptional(isArrayOf(isString)),
});

const api = acquireVsCodeApi();
const savedScroll = api.getState();
let state = initialState;
let chat: ChatView | undefined;
let nIgnored = 0;
/** What arrived for the question field before there was one. */
let waiting: ToWebview[] = [];

const requestDraw = createFrames(() => chat?.update(state));
const channel = openChannel(api, window, receive, (count) => {
  nIgnored = count;
  document.body.dataset["ignoredMessages"] = String(count);
  chat?.showIgnored(count);
});

function receive(message: ToWebview): void {
  state = reduce(state, message);
  if (message.type === "state") show(message.state.draft);
  if (chat) handleFocus(chat, message);
  else waiting.push(message);
  requestDraw();
}

/** Builds the page when the first state is there: before it, the texts are not known. */
function show(draft: string): void {
  if (chat) return;
  const texts = createTexts(state.strings, document.documentElement.lang || "en");
  chat = createChatView(texts, channel, {
    restored: isScrollPosition(savedScroll) ? savedScroll : undefined,
    keep: (position) => api.setState(position),
  });
  (document.getElementById("lore") ?? document.body).append(chat.root);
  chat.update(state);
  chat.composer.restore(draft);
  if (nIgnored > 0) chat.showIgnored(nIgnored);
  for (const message of waiting) handleFocus(chat, message);
  waiting = [];
}

function handleFocus(view: ChatView, message: ToWebview): void {
  if (message.type === "prefill") view.composer.prefill(message.question);
  if (message.type === "insert") view.composer.insert(message.text);
  if (message.type === "focus") view.composer.focus();
}

channel.post({ type: "ready" });
