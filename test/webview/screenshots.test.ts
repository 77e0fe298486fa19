/** Leaves pictures of every state under test-results/webview, and holds what can be measured of their look. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { useChatBrowser } from "./chatBrowser.ts";
import { chatStates, exchange } from "./chatStates.ts";
import * as sample from "./sampleChat.ts";
import { themes, type ThemeName } from "./themes.ts";

const withChat = useChatBrowser();

for (const theme of Object.keys(themes) as ThemeName[]) {
  test(`the answer, ${theme}`, () =>
    withChat({ theme, height: 900 }, async (chat) => {
      await chat.send(sample.state(exchange));
      await chat.screenshot(`answer-${theme}`);
    }));
  test(`what was looked at, ${theme}`, () =>
    withChat({ theme, height: 900 }, async (chat) => {
      await chat.send(sample.state(exchange));
      await chat.page.getByRole("button", { name: "What I looked at" }).click();
      await chat.screenshot(`looked-at-${theme}`);
    }));
  test(`every state of a citation, ${theme}`, () =>
    withChat({ theme, height: 1080 }, async (chat) => {
      const states = ["stale", "moved", "current", "gone", "current", "stale", "current"];
      await chat.send(sample.state(exchange), { type: "citationStates", turnId: "a1", states });
      await chat.screenshot(`citations-${theme}`);
    }));
  test(`the list of conversations, ${theme}`, () =>
    withChat({ theme }, async (chat) => {
      await chat.send(sample.state(exchange));
      await chat.page.locator(".title").click();
      await chat.screenshot(`conversations-${theme}`);
    }));
  test(`empty, ${theme}`, () =>
    withChat({ theme }, async (chat) => {
      await chat.send(sample.emptyState());
      await chat.screenshot(`empty-${theme}`);
    }));
}

for (const [name, messages] of Object.entries(chatStates)) {
  for (const theme of ["dark", "light"] as const) {
    test(`${name}, ${theme}`, () =>
      withChat({ theme }, async (chat) => {
        await chat.send(...messages);
        await chat.screenshot(`${name}-${theme}`);
      }));
  }
}

for (const [name, width] of [
  ["narrow", 240],
  ["slim", 300],
  ["wide", 1300],
] as const) {
  test(`${name}: nothing is wider than the view`, () =>
    withChat({ width, height: 900 }, async (chat) => {
      await chat.send(sample.state(exchange));
      await chat.page.getByRole("log").evaluate((node) => node.scrollTo(0, 0));
      await chat.screenshot(`answer-${name}`);
      await chat.page.getByRole("button", { name: "What I looked at" }).click();
      await chat.screenshot(`looked-at-${name}`);
      const overflow = await chat.page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.equal(overflow, 0);
    }));
}
