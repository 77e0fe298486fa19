/** The page of the memory picture: it shows what the extension sends, and asks it to act. */
import {
  firstPictureLimit,
  type FromPicturePage,
  type PictureWish,
  type ToPicturePage,
} from "../../protocol/pictureMessages.ts";
import type { VsCodeApi } from "../channel.ts";
import { isNumber, isObject, isOptional, isString, type Check } from "../shape.ts";
import { textsOf } from "../texts.ts";
import { createPage, type PicturePage } from "./page.ts";
import { isToPicturePage } from "./messageShape.ts";
import { pictureStrings, type PictureKey, type PicturePlural } from "./strings.ts";

declare function acquireVsCodeApi(): VsCodeApi;

const isWish: Check<PictureWish> = isObject<PictureWish>({
  rootId: isOptional(isString),
  folder: isString,
  limit: isNumber,
});

const api = acquireVsCodeApi();
const post = (message: FromPicturePage): void => api.postMessage(message);
let page: PicturePage | undefined;

function receive(message: ToPicturePage): void {
  switch (message.type) {
    case "texts":
      return begin(message.strings);
    case "picture":
      return page?.show(message.shown);
    case "failed":
      return page?.fail(message.sentence);
  }
}

function begin(strings: Readonly<Record<string, string>>): void {
  if (page !== undefined) return;
  const language = document.documentElement.lang || "en";
  const texts = textsOf<PictureKey, PicturePlural>(pictureStrings, strings, language);
  document.title = texts.text("title");
  page = createPage(texts, post, (wish) => api.setState(wish));
  (document.getElementById("lore") ?? document.body).append(page.root);
}

window.addEventListener("message", (event: MessageEvent<unknown>) => {
  if (isToPicturePage(event.data)) receive(event.data);
});
const saved = api.getState();
post({
  type: "ready",
  wish: isWish(saved) ? saved : { folder: "", limit: firstPictureLimit },
});
