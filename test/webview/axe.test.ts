/** No state of a page has a serious or critical fault of accessibility. */
import { test } from "node:test";
import { selfTestPage } from "../../extension/selfTest/selfTestPage.ts";
import { createWording } from "../../extension/wording.ts";
import type { FromPicturePage, ShownPicture } from "../../protocol/pictureMessages.ts";
import { translate } from "../extension/translate.ts";
import { selfTestResult } from "../protocol/inMemoryServices.ts";
import { pictureOf } from "../server/picture/samplePicture.ts";
import type { Chat } from "./chatBrowser.ts";
import { useChatBrowser, usePageBrowser } from "./chatBrowser.ts";
import { assertAccessible } from "./axe.ts";
import { chatStates, exchange } from "./chatStates.ts";
import * as sample from "./sampleChat.ts";
import type { ThemeName } from "./themes.ts";

const withChat = useChatBrowser();
/** What is open over or beside an answer. */
const opened: Readonly<Record<string, (chat: Chat) => Promise<void>>> = {
  "the list of conversations": (chat) => chat.page.locator(".title").click(),
  "what was looked at": (chat) =>
    chat.page.getByRole("button", { name: "What I looked at" }).click(),
  "the list of mentions": async (chat) => {
    await chat.page.getByRole("button", { name: "Name a file" }).click();
    await chat.send({
      type: "suggestions",
      prefix: "",
      suggestions: [
        { kind: "file", rootId: "r", path: "src/http/client.ts", isOpen: true },
        { kind: "symbol", rootId: "r", path: "src/a.ts", name: "Pool.load", symbolKind: "method" },
      ],
    });
  },
  "a question that is edited": async (chat) => {
    await chat.page.locator(".turn-user").hover();
    await chat.page.getByRole("button", { name: "Edit this question" }).click();
  },
  "a pinned answer": (chat) =>
    chat.send(sample.state(exchange, { pinned: [{ turnId: "a1", line: "Where is it?" }] })),
  "versions of a question": async (chat) => {
    const branches = [{ turnId: "q1", questionIds: ["q1", "q2"] }];
    await chat.send(sample.state(exchange, { branches }));
  },
};
const shownThemes: readonly ThemeName[] = ["dark", "light", "highContrast"];

const withPicture = usePageBrowser<FromPicturePage>("picture");

for (const theme of shownThemes) {
  test(`the memory picture, ${theme}`, () =>
    withPicture({ theme, width: 900, height: 900 }, async (page) => {
      const shown: ShownPicture = {
        picture: pictureOf("root", ""),
        wish: { rootId: "root", folder: "", limit: 20 },
        roots: [{ id: "root", name: "project" }],
        deepSentence: "The deep memory holds everything that it has room for.",
        reasons: { binary: "not text", lockFile: "lock file", unreadable: "cannot be read" },
      };
      await page.send({ type: "texts", strings: {} }, { type: "picture", shown });
      await assertAccessible(page.page, "the memory picture");
    }));
  test(`every state of the chat, ${theme}`, () =>
    withChat({ theme }, async (chat) => {
      for (const [name, messages] of Object.entries(chatStates)) {
        await chat.send(...messages);
        await assertAccessible(chat.page, name);
      }
    }));
  for (const [name, open] of Object.entries(opened)) {
    test(`${name}, ${theme}`, () =>
      withChat({ theme }, async (chat) => {
        await chat.send(sample.state(exchange));
        await open(chat);
        await assertAccessible(chat.page, name);
        await chat.screenshot(`${name.replaceAll(" ", "-")}-${theme}`);
      }));
  }
}

test("the page of the self-test, without its style", () =>
  withChat({}, async ({ page }) => {
    const html = selfTestPage(
      {
        ...{ cspSource: "http://chat.invalid", styleUri: "", language: "en" },
        ...{ result: selfTestResult, tokens: 4_096 },
      },
      createWording(translate, "en"),
    );
    await page.setContent(html.replace(/<link [^>]*>/, ""));
    await assertAccessible(page, "the self-test");
  }));
